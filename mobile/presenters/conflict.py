"""A conflict: both values with who, when and where; a person settles it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.listed_view import moment_words
from mobile.presenters.observed import Observed, Sentence, Words, told
from mobile.services.browse import Disputed
from mobile.services.tablet import Tablet
from shared.canonical import JsonValue
from shared.forms.definition import Text
from shared.records.state import RecordState, Sibling


@dataclass(frozen=True, slots=True)
class WhoLine:
    """Who holds a value, since when by their clock, and where they were ("lat, lon" or "")."""

    name: str
    when: Text
    where: str
    own: bool


@dataclass(frozen=True, slots=True)
class ConflictOption:
    """One of the values, with everybody who holds it."""

    value: JsonValue
    shown: Text
    who: tuple[WhoLine, ...]


@dataclass(frozen=True, slots=True)
class ConflictField:
    """One field in conflict; `row` names the row it is in ("" for the record itself)."""

    record: str
    field: str
    label: Text
    row: str
    options: tuple[ConflictOption, ...]


@dataclass(frozen=True, slots=True)
class ConflictState:
    """All open conflicts of a record. `settled` counts those settled on this screen."""

    title: str = ""
    fields: tuple[ConflictField, ...] = ()
    settled: int = 0
    problem: Sentence | None = None


class ConflictPresenter(Observed[ConflictState]):
    """The conflicts of one record."""

    def __init__(self, tablet: Tablet, root: str) -> None:
        super().__init__(ConflictState())
        self._tablet = tablet
        self._root = root
        self._disputed: list[Disputed] = []
        self.refresh()

    def refresh(self) -> None:
        """Look the conflicts up anew."""
        tablet = self._tablet
        self._disputed = tablet.browser.disputed(self._root)
        line = tablet.browser.line(self._root)
        states = tablet.browser.states(self._root)
        names = tablet.browser.names()
        fields = tuple(self._field(one, states, names) for one in self._disputed)
        title = "" if line is None else line.title
        self._show(replace(self.state, title=title, fields=fields))

    def _field(
        self, one: Disputed, states: Mapping[str, RecordState], names: Mapping[str, str]
    ) -> ConflictField:
        state = states[one.record]
        form = self._tablet.library.version(state.form, state.version)
        words = AnswerWords(form, self._tablet.library.codebooks(), self._title_of)
        row = ""
        if form is not None and one.record != self._root:
            fields = {name: state.value(name) for name in state.fields}
            row = form.title_of(fields, "th", one.record_type)
        options = tuple(
            ConflictOption(
                value,
                words.field(one.record_type, one.field, value),
                tuple(self._who(sibling, names) for sibling in held),
            )
            for value, held in one.values()
        )
        label = words.label(one.record_type, one.field)
        return ConflictField(one.record, one.field, label, row, options)

    def _who(self, sibling: Sibling, names: Mapping[str, str]) -> WhoLine:
        dot = sibling.dot
        place = dot.place or {}
        where = f"{place['lat']}, {place['lon']}" if {"lat", "lon"} <= set(place) else ""
        person = self._tablet.person
        own = person is not None and person.person == dot.author
        return WhoLine(names.get(dot.author, dot.author), moment_words(dot.saved_at), where, own)

    def _title_of(self, record: str) -> str:
        line = self._tablet.browser.line(record)
        return "" if line is None else line.title

    def settle(self, index: int, option: int) -> bool:
        """Keep one of the values; names every value that is listed, and no other."""
        if not (0 <= index < len(self._disputed)):
            return False
        one = self._disputed[index]
        values = one.values()
        if not 0 <= option < len(values):
            return False
        author, value = self._tablet.author(), values[option][0]

        def done(_: object) -> None:
            self._tablet.synchroniser.nudge()
            self._show(replace(self.state, settled=self.state.settled + 1, problem=None))
            self.refresh()

        def failed(error: Exception) -> None:
            self._show(replace(self.state, problem=told(error)))

        self._tablet.run(
            lambda: self._tablet.capture.resolve(
                self._root, one.record, one.field, value, one.dots(), author
            ),
            done,
            failed,
        )
        return True

    def words(self) -> Words:
        """How many are open."""
        return Words("conflict.open", {"count": len(self.state.fields)})
