"""Answers of a record that its form version has no place for: shown, with what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import FormRow
from server.services.evaluate_record import values_of
from server.services.read_record_page import RecordTree
from server.web.answers import HIDDEN, odd
from server.web.desk import office, words
from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers, RowAnswers
from shared.forms.definition import FormDefinition, Question
from shared.forms.upgrading import Aside, aside_of


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer kept aside: its label in the version that asked it, its text, and why."""

    label: str
    field: str
    text: str
    why: str
    version: int | None


def kept_answers(session: Session, tree: RecordTree, form: FormDefinition) -> list[KeptAnswer]:
    """What the record holds beyond its own version; `form` is that version."""
    rows: dict[str, list[RowAnswers]] = {}
    for state in tree.rows:
        rows.setdefault(state.type, []).append(RowAnswers(state.record, values_of(state)))
    answers = RecordAnswers(tree.state.record, values_of(tree.state), rows)
    asides = [one for one in aside_of(form, answers) if not one.field.startswith("@")]
    if not asides:
        return []
    versions = _versions(session, form)
    return [_kept(one, form, versions) for one in asides]


def _versions(session: Session, form: FormDefinition) -> list[FormDefinition]:
    """The form's other versions, the newest first."""
    numbers = session.scalars(
        select(FormRow.version)
        .where(FormRow.form_id == form.form_id, FormRow.version != form.version)
        .order_by(FormRow.version.desc())
    ).all()
    found = (office().forms.find(session, form.form_id, number) for number in numbers)
    return [one for one in found if one is not None]


def _kept(one: Aside, own: FormDefinition, versions: list[FormDefinition]) -> KeptAnswer:
    language = words().language
    kind = one.record_type or own.form_id
    asked = next((v for v in (own, *versions) if v.may_store(kind, one.field)), None)
    label = one.field if asked is None else asked.label_of(kind, one.field).get(language)
    personal = asked is None or asked.is_personal(kind, one.field)
    text = HIDDEN if personal and asked is None else _text(asked, kind, one.field, one.value)
    version = None if asked is None or asked is own else asked.version
    return KeptAnswer(label, one.field, text, one.reason.get(language), version)


def _text(form: FormDefinition | None, kind: str, field: str, value: JsonValue) -> str:
    register = None if form is None else form.register(kind, field)
    if form is not None and isinstance(register, Question):
        names = value if isinstance(value, list) else [value]
        if all(isinstance(name, str) for name in names):
            language = words().language
            return ", ".join(form.choice_text(register, str(name), language) for name in names)
    return value if isinstance(value, str) else odd(value)
