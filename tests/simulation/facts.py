"""What is true now on the office's disk and on every tablet's, as plain values for the checkers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from mobile.config import TabletConfig
from mobile.store.blobs import FileStore
from server.models import (
    BlobRow,
    ChangeRow,
    ClientRow,
    MembershipRow,
    QuarantineRow,
    RecordRow,
    ScopeRow,
)
from server.store.histories import all_records, writes_of
from server.store.office import Office
from shared.canonical import JsonValue, sha256_hex
from shared.records.state import RecordState, decode_state
from sync.changes import frame, read_change
from sync.digest import from_text, row_digest
from tests.simulation.ledger import number_of
from tests.simulation.wire import Wire

Place = tuple[str, str]
"""(record, field)"""


@dataclass(slots=True)
class Written:
    """One write of the office's table. `number` is its save in the ledger."""

    place: Place
    dot: str
    number: int | None
    value: JsonValue
    applied: bool


@dataclass(slots=True)
class OfficeFacts:
    """The office: its writes, states, feed, changes, clients, files."""

    writes: list[Written] = field(default_factory=list)
    states: dict[str, RecordState] = field(default_factory=dict)
    bodies: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    relevance: dict[str, int] = field(default_factory=dict)
    feed: list[tuple[str, str, int, int, str]] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    aside_numbers: set[int] = field(default_factory=set)
    clients: dict[str, tuple[int, str]] = field(default_factory=dict)
    digests: dict[str, int] = field(default_factory=dict)
    blobs: set[str] = field(default_factory=set)
    sound: set[str] = field(default_factory=set)
    unsound: set[str] = field(default_factory=set)
    epoch: str = ""


@dataclass(slots=True)
class TabletFacts:
    """One tablet: its base, its queue, what is typed and not sealed, its marks and files."""

    client: str = ""
    epoch: str = ""
    number: int = 0
    chain: str = ""
    base: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    digests: dict[str, int] = field(default_factory=dict)
    changes: dict[str, str] = field(default_factory=dict)
    sealed: list[tuple[Place, int]] = field(default_factory=list)
    typed: list[tuple[Place, int]] = field(default_factory=list)
    confirmed_blobs: set[str] = field(default_factory=set)
    own_blobs: set[str] = field(default_factory=set)
    sound_blobs: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Facts:
    """Everything at one moment."""

    office: OfficeFacts
    tablets: dict[str, TabletFacts]
    wire: Wire = field(default_factory=Wire)
    unrest: list[str] = field(default_factory=list)

    def held(self) -> set[int | None]:
        """Saves that are somewhere: in the office, sealed on a tablet, or typed there."""
        found = {w.number for w in self.office.writes} | self.office.aside_numbers
        for tablet in self.tablets.values():
            found |= {n for _, n in (*tablet.sealed, *tablet.typed)}
        return found

    def in_this_epoch(self) -> list[tuple[str, TabletFacts]]:
        """Tablets that know of the office's present epoch; the others' marks are of another."""
        return [(n, t) for n, t in self.tablets.items() if t.epoch == self.office.epoch]


def office_facts(office: Office, heard: Collection[str] = ()) -> OfficeFacts:
    """Read the office's database; `heard` are files that it ever said it has."""
    found = OfficeFacts(epoch=office.epoch.text)
    with office.database.reading() as session:
        for record, writes in writes_of(session, all_records(session)).items():
            for w in writes:
                number = number_of(w.value)
                place = (record, w.field)
                found.writes.append(Written(place, w.dot.id, number, w.value, w.applied))
        for r in session.execute(select(RecordRow.__table__)):
            found.states[r.id] = decode_state(r.state)
            found.bodies[r.id] = (r.scope, r.revision, r.state)
            found.relevance[r.id] = r.relevance_conflicts
        for m in session.execute(select(MembershipRow.__table__)):
            found.feed.append((m.scope, m.record, m.revision, m.seq, m.kind))
        found.applied = list(session.scalars(select(ChangeRow.id)))
        for q in session.execute(select(QuarantineRow.__table__)):
            if q.change is not None:
                found.kept.add(q.change)
                found.aside += [q.change] if q.released_at is None else []
            if q.line:
                found.aside_numbers |= {n for _, n in numbers_in([q.line])}
        for c in session.execute(select(ClientRow.__table__)):
            found.clients[c.id] = (c.number, c.chain)
        for s in session.execute(select(ScopeRow.__table__)):
            found.digests[s.id] = from_text(s.digest)
        listed = set(session.scalars(select(BlobRow.sha256)))
    found.sound = {sha for sha in listed | set(heard) if _is_sound(office.config.blobs, sha)}
    found.unsound = listed - found.sound
    found.blobs = listed & found.sound
    return found


def numbers_in(lines: Iterable[bytes]) -> list[tuple[Place, int]]:
    """The saves that change lines hold."""
    out: list[tuple[Place, int]] = []
    for line in lines:
        for edit in read_change(frame(line)).records:
            for name, write in edit.writes.items():
                number = number_of(write.value)
                if number is not None:
                    out.append(((edit.record, name), number))
    return out


def tablet_facts(path: Path) -> TabletFacts:
    """Read a tablet's database, as another program would after the power was cut."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    try:
        return _tablet(connection, TabletConfig(path.parent).files)
    finally:
        connection.close()


def _tablet(connection: sqlite3.Connection, folder: Path) -> TabletFacts:
    found = TabletFacts()
    named = {r["name"]: r["value"] for r in connection.execute("SELECT name, value FROM meta")}
    found.client, found.chain = named.get("client", ""), named.get("chain", "")
    found.epoch = named.get("epoch", "")
    found.number = int(named.get("number") or 0)
    for r in connection.execute("SELECT record, scope, revision, state FROM base WHERE current"):
        found.base[r["record"]] = (r["scope"], r["revision"], r["state"])
    for r in connection.execute("SELECT id, cursor FROM scope"):
        found.cursors[r["id"]] = r["cursor"]
    found.digests = dict.fromkeys(found.cursors, 0)
    for record, (scope, revision, state) in found.base.items():
        total = found.digests.get(scope, 0) + row_digest(record, revision, state)
        found.digests[scope] = total % 2**256
    rows = connection.execute("SELECT id, line, status FROM change").fetchall()
    found.changes = {r["id"]: r["status"] for r in rows}
    found.sealed = numbers_in(r["line"] for r in rows)
    for r in connection.execute("SELECT record, field, value FROM editing"):
        number = number_of(json.loads(r["value"]))
        if number is not None:
            found.typed.append(((r["record"], r["field"]), number))
    own = connection.execute("SELECT sha256, confirmed FROM blob WHERE origin = 'here'").fetchall()
    found.confirmed_blobs = {r["sha256"] for r in own if r["confirmed"]}
    found.own_blobs = {r["sha256"] for r in own}
    found.sound_blobs = {sha256 for sha256 in found.own_blobs if _is_sound(folder, sha256)}
    return found


def _is_sound(folder: Path, sha256: str) -> bool:
    try:
        return sha256_hex(FileStore(folder).path(sha256).read_bytes()) == sha256
    except FileNotFoundError:
        return False
