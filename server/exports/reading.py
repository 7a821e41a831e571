"""Reads record trees for an export, batch by batch: a fixed number of statements a batch.

Memory holds one batch. Roots are walked by their ids (which grow with time), so that the last
batch costs as much as the first; on both databases one reading transaction sees one moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.exports.asking import ExportQuery, conditions
from server.models import FormRow, PersonRow, RecordRow
from server.services.list_review_queue import Scopes
from server.store.bulk import rows_in
from shared.canonical import JsonValue
from shared.forms.answers import Fields
from shared.ids import is_uuid
from shared.records.state import RecordState, decode_own_state

ROOTS_AT_ONCE: Final = 50
COLUMNS: Final = (
    RecordRow.id,
    RecordRow.scope,
    RecordRow.status,
    RecordRow.author,
    RecordRow.created_at,
    RecordRow.changed_at,
    RecordRow.submitted_at,
    RecordRow.changed_since_approval,
    RecordRow.problems,
    RecordRow.missing_files,
    RecordRow.state,
)


@dataclass(frozen=True, slots=True)
class RootFacts:
    """A root's columns beside its state."""

    id: str
    scope: str
    status: str | None
    author: str
    created_at: int
    changed_at: int
    submitted_at: int | None
    changed_since_approval: bool
    problems: int
    missing_files: int


@dataclass(slots=True)
class ReadTree:
    """A root and its live rows, in the order in which they are shown."""

    facts: RootFacts
    state: RecordState
    rows: list[RecordState] = field(default_factory=list)


def count_roots(session: Session, query: ExportQuery, scopes: Scopes) -> int:
    """How many records an export would hold, rows not counted."""
    found = select(func.count()).select_from(RecordRow).where(*conditions(query, scopes))
    return session.scalar(found) or 0


def versions_of(session: Session, form: str) -> list[int]:
    """Every published version, the newest first."""
    wanted = select(FormRow.version).where(FormRow.form_id == form)
    return list(session.scalars(wanted.order_by(FormRow.version.desc())))


def read_trees(session: Session, query: ExportQuery, scopes: Scopes) -> Iterator[list[ReadTree]]:
    """The trees that are meant, some at a time."""
    wanted: Any = select(*COLUMNS).where(*conditions(query, scopes)).order_by(RecordRow.id)
    last = ""
    while True:
        found = session.execute(wanted.where(RecordRow.id > last).limit(ROOTS_AT_ONCE)).all()
        if not found:
            return
        last = found[-1].id
        trees = {
            row.id: ReadTree(facts_of(row), decode_own_state(bytes(row.state))) for row in found
        }
        _read_rows(session, trees)
        yield list(trees.values())


def facts_of(row: Any) -> RootFacts:
    """A root's columns."""
    return RootFacts(
        row.id,
        row.scope,
        row.status,
        row.author,
        row.created_at,
        row.changed_at,
        row.submitted_at,
        bool(row.changed_since_approval),
        row.problems,
        row.missing_files,
    )


def pairs(rows: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Rows of two columns."""
    for row in rows:
        yield row[0], row[1]


def _read_rows(session: Session, trees: dict[str, ReadTree]) -> None:
    wanted = (
        select(RecordRow.root, RecordRow.state)
        .where(RecordRow.parent.is_not(None), RecordRow.deleted.is_(False))
        .order_by(RecordRow.order_accepted, RecordRow.order_local, RecordRow.id)
    )
    for root, body in pairs(rows_in(session, wanted, RecordRow.root, list(trees))):
        trees[root].rows.append(decode_own_state(bytes(body)))
    for tree in trees.values():
        tree.rows = _reaching(tree)


def _reaching(tree: ReadTree) -> list[RecordState]:
    """The rows that do not lie below a deleted one."""
    parents = {state.record: state.parent for state in tree.rows}
    root = tree.state.record

    def reaches(record: str) -> bool:
        here: str | None = record
        for _ in range(len(parents) + 1):
            if here == root:
                return True
            here = parents.get(here or "")
        return False

    return [state for state in tree.rows if reaches(state.record)]


@dataclass(slots=True)
class Names:
    """Names of people and titles of records, and the answers of records that forms look into.

    Read for a batch at once; what was read is let go with the next batch but for people.
    """

    session: Session
    scopes: Scopes
    people: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    _fields: dict[str, tuple[str, Fields]] = field(default_factory=dict)

    def prepare(self, trees: Collection[ReadTree]) -> None:
        """Read what these trees name."""
        authors = {tree.facts.author for tree in trees}
        for tree in trees:
            for state in (tree.state, *tree.rows):
                for field_name in state.conflicts():
                    authors |= {sibling.dot.author for sibling in state.fields[field_name]}
        authors -= set(self.people)
        people = select(PersonRow.id, PersonRow.name)
        for person, name in pairs(rows_in(self.session, people, PersonRow.id, authors)):
            self.people[person] = name
        named = {
            name
            for tree in trees
            for state in (tree.state, *tree.rows)
            for siblings in state.fields.values()
            for sibling in siblings[:1]
            for name in _ids_in(sibling.value)
        }
        self.titles, self._fields = {}, {}
        wanted = select(RecordRow.title, RecordRow.state).where(RecordRow.parent.is_(None))
        for title, body in pairs(rows_in(self.session, wanted, RecordRow.id, named)):
            state = decode_own_state(bytes(body))
            if self.scopes is None or state.scope in self.scopes:
                self.titles[state.record] = title
            values = {name: state.value(name) for name in state.fields}
            self._fields[state.record] = (state.type, values)

    def find(self, register: str, record_id: str) -> Fields | None:
        """The stored answers of a record that an answer names (the port of the form's engine)."""
        found = self._fields.get(record_id)
        return found[1] if found is not None and found[0] == register else None


def _ids_in(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        if is_uuid(value):
            yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str) and is_uuid(one))
    elif isinstance(value, dict):
        yield from (one for one in value.values() if isinstance(one, str) and is_uuid(one))
