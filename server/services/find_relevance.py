"""Conflicts of relevance of a record: what its forms hide, by whom, and who had not been shown it.

A view of the server (decision 0019): computed from what is stored, after every merge of a record
that is handed in, and once more for its page. Part of no state and no digest.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.models import ChangeRow, NoticeRow, RecordRow
from server.store.bulk import insert_new, rows_in
from server.store.histories import histories_of
from server.store.record_tree import Tree
from shared.canonical import canonical_text
from shared.errors import BadInput
from shared.forms.hiding import Hidden, Place
from shared.records.state import NOTE, OFFICE
from sync.changes import Change, frame, read_change
from sync.merge import Write, Writes, siblings
from sync.relevance import Answer, Driver, RelevanceConflict, find_conflicts

SHOWN: Final = "shown"
"""In the note of a settling change: the dots of the answers that its page listed."""
NOTICE: Final = "relevance"

Histories = Mapping[str, Mapping[str, Writes]]


def find_relevance(
    session: Session, root: str, hidden: Sequence[Hidden]
) -> tuple[RelevanceConflict, ...]:
    """The open conflicts among what is hidden in one record."""
    if not hidden:
        return ()
    places = {(one.record, one.field) for one in hidden}
    places |= {place for one in hidden for place in one.drivers}
    histories = histories_of(session, {record for record, _ in places} | {root})
    scope = session.scalar(select(RecordRow.scope).where(RecordRow.id == root)) or ""
    answers = _answers(session, scope, histories, places)
    drivers = _drivers(session, scope, histories, root, hidden, answers)
    return find_conflicts(
        (answer, [driver for place in one.drivers for driver in drivers.get(place, ())])
        for one in hidden
        for answer in answers.get((one.record, one.field), ())
    )


def _live(histories: Histories, place: Place) -> tuple[Write, ...]:
    return siblings(histories.get(place[0], {}).get(place[1], {}))


def _answers(
    session: Session, scope: str, histories: Histories, places: Iterable[Place]
) -> dict[Place, list[Answer]]:
    live = {place: _live(histories, place) for place in places}
    dots = {write.dot.id for writes in live.values() for write in writes}
    positions = _positions(session, scope, dots)
    return {
        place: [
            Answer(*place, w.dot.id, w.dot.client, w.revision, positions.get(w.dot.id))
            for w in writes
        ]
        for place, writes in live.items()
    }


def _positions(session: Session, scope: str, dots: Iterable[str]) -> dict[str, int]:
    """Places in the feed of the scope where the record lies now. Those it got elsewhere, before it
    was moved, are numbers of another feed: they say nothing, and doubt makes a conflict."""
    wanted = select(ChangeRow.id, ChangeRow.position, ChangeRow.scope)
    rows = rows_in(session, wanted, ChangeRow.id, set(dots))
    return {row.id: row.position for row in rows if row.position is not None and row.scope == scope}


def _drivers(
    session: Session,
    scope: str,
    histories: Histories,
    root: str,
    hidden: Sequence[Hidden],
    answers: Mapping[Place, Sequence[Answer]],
) -> dict[Place, list[Driver]]:
    """The answers that decide, all live values of each, with what their authors were shown."""
    places = {place for one in hidden for place in one.drivers}
    used = {place: answers[place] for place in places if answers.get(place)}
    dots = {one.dot for found in used.values() for one in found}
    lines = select(ChangeRow.id, ChangeRow.line)
    changes = {
        row.id: change
        for row in rows_in(session, lines, ChangeRow.id, dots)
        if (change := _read(row.line)) is not None
    }
    shown = {dot: _shown(change) for dot, change in changes.items()}
    bases = {d: {edit.record: edit.base for edit in c.records} for d, c in changes.items()}
    before = {dot: _before(histories, root, bases[dot]) for dot in changes}
    read = set().union(*shown.values(), *before.values())
    positions = _positions(session, scope, read)
    devices = _devices(session, set().union(*shown.values()))

    def driver(answer: Answer) -> Driver:
        dot = answer.dot
        mine = answer.client.partition(".")[0]
        own = {d for d, of in devices.items() if of == mine and mine != OFFICE}
        fed = (shown.get(dot, frozenset()) - own) | before.get(dot, set())
        reached = (positions.get(one, 0) for one in fed)
        return Driver(
            answer, bases.get(dot, {}), shown.get(dot, frozenset()), max(reached, default=0)
        )

    return {place: [driver(answer) for answer in found] for place, found in used.items()}


def _devices(session: Session, dots: Iterable[str]) -> dict[str, str]:
    """Which tablet each change came from, whatever copy of it; changes of the office have none."""
    wanted = select(ChangeRow.id, ChangeRow.client)
    rows = rows_in(session, wanted, ChangeRow.id, set(dots))
    return {row.id: row.client.partition(".")[0] for row in rows if row.client}


def _before(histories: Histories, root: str, bases: Mapping[str, int]) -> set[str]:
    """Values of the root that were there in the revision which the author had been shown."""
    base = bases.get(root, 0)
    fields = histories.get(root, {})
    return {d for writes in fields.values() for d, w in writes.items() if w.revision <= base}


def _read(line: bytes) -> Change | None:
    try:
        return read_change(frame(line))
    except BadInput:
        return None


def _shown(change: Change) -> frozenset[str]:
    """Every dot that a change names as shown: to be replaced, or as listed beside."""
    named = {dot for e in change.records for w in e.writes.values() for dot in w.seen}
    for edit in change.records:
        note: Any = edit.writes[NOTE].value if NOTE in edit.writes else None
        listed = note.get(SHOWN) if isinstance(note, dict) else None
        if isinstance(listed, list):
            named |= {dot for dot in listed if isinstance(dot, str)}
    return frozenset(named)


def settle_relevance(session: Session, trees: Iterable[Tree], now_ms: int) -> None:
    """After a merge is stored: count the conflicts of each changed tree, and tell their authors."""
    for tree in trees:
        before = int(tree.root.columns.get("relevance_conflicts") or 0)
        found = find_relevance(session, tree.root_id, tree.hidden)
        if len(found) != before:
            session.execute(
                update(RecordRow)
                .where(RecordRow.id == tree.root_id)
                .values(
                    relevance_conflicts=len(found),
                    tree_conflicts=RecordRow.tree_conflicts + len(found) - before,
                ),
                execution_options={"synchronize_session": False},
            )
        if found:
            _tell(session, tree, found, now_ms)


def _tell(session: Session, tree: Tree, found: Sequence[RelevanceConflict], now_ms: int) -> None:
    """A notice for whoever gave one of the answers; the same conflict is told once."""
    dots = {one.dot for conflict in found for one in (conflict.driver, *conflict.hidden)}
    authors = {
        row.id: row.author
        for row in rows_in(session, select(ChangeRow.id, ChangeRow.author), ChangeRow.id, dots)
        if row.author is not None
    }
    rows: dict[str, dict[str, object]] = {}
    for conflict in found:
        told = {authors.get(one.dot) for one in (conflict.driver, *conflict.hidden)} - {None}
        for person in sorted(str(one) for one in told):
            name = uuid.uuid5(uuid.UUID(person), f"{NOTICE}:{conflict.driver.dot}")
            facts = {"record": conflict.driver.record, "field": conflict.driver.field}
            rows[str(name)] = {
                "id": str(name),
                "person": person,
                "root": tree.root_id,
                "kind": NOTICE,
                "detail": canonical_text(facts),
                "at": now_ms,
            }
    insert_new(session, NoticeRow, rows.values())
