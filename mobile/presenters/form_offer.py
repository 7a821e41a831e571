"""The register's entry that a record refers to: its offer to be updated, and the visit before.

An inspection keeps a snapshot of its factory's identity. Where an answer differs from the register
as it was shown, taking it over is an ordinary change there, naming the dots that were shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.form_session import FormSession
from mobile.presenters.form_views import OfferView
from mobile.services.tablet import Tablet
from shared.canonical import JsonValue
from shared.forms.definition import FormDefinition, Question, Text, stored_answer
from shared.records.state import RecordState
from sync.overlay import shown_dots


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """The entry at `record` as this form was shown it; `previous` are answers of the last visit."""

    register: str
    record: str
    reference: str
    root: str
    record_type: str
    tablet: Tablet = field(repr=False)
    state: RecordState | None = None
    previous: Mapping[str, JsonValue] = field(default_factory=dict)

    def fetch(self) -> RegisterEntry:
        """The same with what the database holds; runs where the database is."""
        browser = self.tablet.browser
        state = browser.states(self.record).get(self.record)
        last = browser.previous(self.root, self.record_type, self.reference, self.record)
        previous = {} if last is None else {name: last.value(name) for name in last.fields}
        return replace(self, state=state, previous=previous)


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be written into the register, and the dots that were shown there."""

    state: RecordState
    values: Mapping[str, JsonValue]
    seen: Mapping[str, tuple[str, ...]]
    view: OfferView


def look_up(session: FormSession, tablet: Tablet) -> RegisterEntry | None:
    """The entry that the record's first reference to a register names, not fetched yet."""
    form = session.definition
    for question in form.questions(form.form_id):
        target = question.refers_to
        if target is None or target.kind != "register":
            continue
        value = session.engine.value(session.root, question.key)
        if isinstance(value, str):
            return RegisterEntry(
                target.target, value, question.field, session.root, form.form_id, tablet
            )
    return None


def offer_of(session: FormSession, entry: RegisterEntry | None, tablet: Tablet) -> Offer | None:
    """Answers that differ from the register's, of questions that were filled in from there."""
    if entry is None or entry.state is None or session.locks.whole() is not None:
        return None
    register = tablet.library.newest(entry.register)
    if register is None:
        return None
    there = {q.name: q for q in register.questions(register.form_id)}
    stored = {name: entry.state.value(name) for name in entry.state.fields}
    values: dict[str, JsonValue] = {}
    differences: list[tuple[Text, Text, Text]] = []
    for question in _filled_in(session, entry):
        other = there.get(question.name)
        here = session.engine.value(session.root, question.key)
        if other is None or other.type != question.type or here is None:
            continue
        was = stored_answer(other, stored)
        if here == was:
            continue
        values[other.field] = _register_value(other, values.get(other.field), stored, here)
        words = AnswerWords(register, tablet.library.codebooks())
        shown = words.answer(other, was if isinstance(was, (str, int, list, dict)) else None)
        differences.append((question.label, shown, words.answer(other, here)))
    if not values:
        return None
    seen = {name: shown_dots(entry.state, name) for name in values}
    title = register.title_of(stored)
    return Offer(entry.state, values, seen, OfferView(title, tuple(differences)))


def _filled_in(session: FormSession, entry: RegisterEntry) -> list[Question]:
    form: FormDefinition = session.definition
    name = entry.reference.rpartition("/")[2]
    return [
        question
        for question in form.questions(form.form_id)
        if question.trigger.strip(" ${}") == name
        and session.engine.relevant(session.root, question.key)
    ]


def _register_value(
    question: Question, begun: JsonValue, stored: Mapping[str, JsonValue], value: JsonValue
) -> JsonValue:
    """What to store: the value, or the whole atomic group with this part of it."""
    if not question.group:
        return value
    before = begun if begun is not None else stored.get(question.group)
    whole: dict[str, JsonValue] = dict(before) if isinstance(before, dict) else {}
    whole[question.name] = value
    return whole
