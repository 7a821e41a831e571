"""Looking things up: lists, one record's conflicts and history, names of people, earlier visits."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mobile.store import base, changes, listing, people, preparing, settings
from mobile.store.changes import OwnChange
from mobile.store.database import TabletDatabase
from mobile.store.listing import Filter, Listed
from mobile.store.shown import all_shown, live_rows, shown_states
from shared.canonical import JsonValue, canonical_text
from shared.errors import BadInput
from shared.records.state import RecordState, Sibling, decode_state
from sync.overlay import all_dots
from sync.receipts import ReceiptAnswer, decode_receipt_answer

PREVIOUS_SCANNED_MAX = 2_000
HANDED_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Disputed:
    """A field with more than one live value. `siblings` are all of them, equal ones too."""

    record: str
    record_type: str
    field: str
    siblings: tuple[Sibling, ...]

    def values(self) -> list[tuple[JsonValue, list[Sibling]]]:
        """The distinct values, each with everybody who holds it."""
        by_text: dict[str, tuple[JsonValue, list[Sibling]]] = {}
        for sibling in self.siblings:
            key = canonical_text(sibling.value)
            by_text.setdefault(key, (sibling.value, []))[1].append(sibling)
        return list(by_text.values())

    def dots(self) -> tuple[str, ...]:
        """What settling it names as seen."""
        return tuple(sibling.dot.id for sibling in self.siblings)


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the programme by its scope."""

    scope: str
    code: str
    name_th: str
    name_en: str


class Browser:
    """Reads only; every method may be called on any thread."""

    def __init__(self, database: TabletDatabase) -> None:
        self._database = database

    # -- lists -------------------------------------------------------------------------------

    def rows(self, wanted: Filter) -> array[int]:
        """The numbers of all matching lines, in order: one query, eight bytes a record."""
        return listing.rows_of(self._database.reader(), wanted)

    def lines(self, rows: Sequence[int]) -> list[Listed | None]:
        """The lines of these numbers: one query."""
        return listing.lines(self._database.reader(), rows)

    def line(self, root: str) -> Listed | None:
        """The line of one record."""
        return listing.line_of(self._database.reader(), root)

    def count(self, wanted: Filter) -> int:
        """How many records match."""
        return listing.count(self._database.reader(), wanted)

    def preparing(self) -> int:
        """How many records were received and are not listed yet, or as they were before."""
        return preparing.waiting(self._database.reader())

    def first(self, wanted: Filter, most: int) -> list[Listed]:
        """The first few matching lines."""
        return listing.first_lines(self._database.reader(), wanted, most)

    # -- one record --------------------------------------------------------------------------

    def states(self, root: str) -> dict[str, RecordState]:
        """A record and its rows as shown now, unsealed answers included."""
        reader = self._database.reader()
        return all_shown(reader, root, settings.read(reader, "client"))

    def disputed(self, root: str) -> list[Disputed]:
        """All open conflicts of a record and its rows."""
        states = shown_states(self._database.reader(), root)
        top = states.get(root)
        if top is None:
            return []
        return [
            Disputed(state.record, state.type, name, tuple(state.fields[name]))
            for state in (top, *live_rows(states, root))
            for name in state.conflicts()
        ]

    def own_changes(self, root: str) -> list[OwnChange]:
        """What was saved on this tablet in a record, oldest first."""
        return changes.own_of(self._database.reader(), root)

    def needing_attention(self) -> list[OwnChange]:
        """Results that a person should know of."""
        return changes.needing_attention(self._database.reader())

    def kept_aside(self) -> list[OwnChange]:
        """Own saves that the office has and did not apply yet, oldest first."""
        return changes.all_kept_aside(self._database.reader())

    def handed_over(self, most: int) -> list[Listed]:
        """Records with own work in areas that this tablet no longer holds."""
        reader = self._database.reader()
        held = {scope.id for scope in base.scopes(reader)}
        marks = ("editing", "pending", "acknowledged", "kept_aside")
        found = listing.first_lines(reader, Filter(marks=marks, newest_first=True), HANDED_MAX)
        return [line for line in found if line.scope not in held][:most]

    def clock_offset_ms(self) -> int:
        """Server minus tablet, as last measured; 0 before the first time."""
        return settings.read_int(self._database.reader(), "clock_offset_ms") or 0

    def receipt(self) -> ReceiptAnswer | None:
        """The last receipt of the office."""
        text = settings.read(self._database.reader(), "receipt")
        if not text:
            return None
        try:
            return decode_receipt_answer(text.encode())
        except BadInput:
            return None

    def told(self) -> None:
        """The person has read what needed attention; runs where the database is written."""
        with self._database.writing() as connection:
            connection.execute("UPDATE change SET told = 1 WHERE told = 0 AND outcome != ''")

    def previous(self, root: str, record_type: str, field: str, value: str) -> RecordState | None:
        """The newest other record of a type in which `field` has this value: the last visit."""
        rows = self._database.reader().execute(
            "SELECT root FROM listing WHERE type = ? AND root != ? AND EXISTS (SELECT 1 FROM base "
            "WHERE base.record = listing.root AND instr(base.state, CAST(? AS BLOB))) "
            "ORDER BY occurred_on DESC, changed_at DESC LIMIT ?",
            (record_type, root, value.encode(), PREVIOUS_SCANNED_MAX),
        )
        for row in rows.fetchall():
            state = self.states(row["root"]).get(row["root"])
            if state is not None and not state.deleted and state.value(field) == value:
                return state
        return None

    def last_saved(self, form: str, but: str) -> dict[str, RecordState]:
        """The record of a form that was changed last, with its rows; nothing when there is none."""
        row = (
            self._database.reader()
            .execute(
                "SELECT root FROM listing WHERE type = ? AND root != ? "
                "ORDER BY changed_at DESC, row DESC LIMIT 1",
                (form, but),
            )
            .fetchone()
        )
        return {} if row is None else self.states(row["root"])

    def earlier_rows(
        self, record_type: str, after: int, most: int
    ) -> tuple[list[Mapping[str, JsonValue]], int]:
        """Stored fields of rows of a type (a few at a time), and where to go on."""
        rows = self._database.reader().execute(
            "SELECT rowid, state FROM base WHERE type = ? AND rowid > ? ORDER BY rowid LIMIT ?",
            (record_type, after, most),
        )
        found: list[Mapping[str, JsonValue]] = []
        for row in rows.fetchall():
            state, after = decode_state(row["state"]), row["rowid"]
            if not state.deleted:
                found.append({name: state.value(name) for name in state.fields})
        return found, after

    def dots_of(self, root: str) -> tuple[str, ...]:
        """Every live dot of a record and its rows."""
        return all_dots(shown_states(self._database.reader(), root))

    # -- registers ---------------------------------------------------------------------------

    def names(self) -> Mapping[str, str]:
        """Names of people by their id."""
        return people.names(self._database.reader())

    def areas(self) -> list[Area]:
        """The areas this tablet holds, by code."""
        reader = self._database.reader()
        held = {scope.id for scope in base.scopes(reader)}
        found: list[Area] = []
        for state in base.of_type(reader, "area"):
            code = state.value("code")
            if isinstance(code, str) and f"area:{code}" in held:
                thai, english = state.value("name_th"), state.value("name_en")
                found.append(Area(f"area:{code}", code, str(thai or code), str(english or code)))
        known = {area.scope for area in found}
        for scope in sorted(held):
            if scope.startswith("area:") and scope not in known:
                code = scope.removeprefix("area:")
                found.append(Area(scope, code, code, code))
        return sorted(found, key=lambda area: area.code)

    def find(self, register: str, record_id: str) -> Mapping[str, JsonValue] | None:
        """The stored fields of a register's entry: the form engine's look-up of references."""
        state = self.states(record_id).get(record_id)
        if state is None or state.type != register:
            return None
        return {name: found[0].value for name, found in state.fields.items() if found}
