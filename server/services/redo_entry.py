"""One entry of the journal done again within a transaction: rows, merges, the tablets' log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Table, and_, delete, select, update
from sqlalchemy.orm import Session

from server.models import Base, QuarantineRow
from server.services.merge_changes import Incoming, merge_changes
from server.store import changes as change_store
from server.store.bulk import insert_new, put
from server.store.changes import Mark
from server.store.journal_frames import Entry, Found
from server.store.journalled import Key, value_of
from server.store.office import Office
from server.store.rights import Rights
from server.store.scopes import add_scopes
from shared.records.workflow import Role
from sync.changes import frame, read_change
from sync.messages import Outcome

Keys = dict[Key, int]
"""For each row the number of the last entry that wrote it."""


@dataclass(slots=True)
class Redone:
    """What an entry came to when it was done again."""

    changes: int = 0
    saves: int = 0
    rows: int = 0
    kept_aside: int = 0
    conflicts: int = 0
    places: int = 0
    lost_files: list[str] = field(default_factory=list)
    records: set[str] = field(default_factory=set)

    def add(self, other: Redone) -> None:
        """Count what another part came to."""
        for one in fields(self):
            mine, more = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, mine | more if isinstance(mine, set) else mine + more)


def keys_of(entry: Entry) -> Iterator[Key]:
    """The rows that an entry wrote."""
    for part in entry.facts.get("parts", ()):
        if part.get("is") == "rows":
            names = [column.name for column in _table(part["table"]).primary_key]
            for row in part["stand"]:
                yield part["table"], tuple(row[name] for name in names)
            for key in part["gone"]:
                yield part["table"], tuple(key)


def redo(
    office: Office,
    session: Session,
    one: Found,
    last_of: Mapping[Key, int],
    *,
    only: int | None = None,
    item: int | None = None,
    kept: str | None = None,
) -> Redone:
    """Do an entry again, or only one of its parts, or one item of that; with `kept` its change is
    kept aside for that reason. A row in `last_of` with a higher number is left as it is."""
    job = _Redo(office, session, one, last_of)
    parts = [
        part
        for number, part in enumerate(one.entry.facts.get("parts", ()))
        if only is None or number == only
    ]
    if item is not None:
        parts = [_one_item(part, item, kept) for part in parts]
    for kind in ("rows", "merge", "received"):
        for part in parts:
            if part.get("is") == kind:
                getattr(job, kind)(part)
    for part in parts:
        if part.get("is") == "rows" and part["table"] == QuarantineRow.__tablename__:
            job.decisions(part)
    return job.done


def _one_item(part: dict[str, Any], item: int, kept: str | None) -> dict[str, Any]:
    if part["is"] == "rows":
        return {**part, "stand": part["stand"][item : item + 1], "gone": []}
    if part["is"] != "merge":
        return part
    change = dict(part["changes"][item])
    return {**part, "changes": [change if kept is None else {**change, "kept": kept}]}


class _Redo:
    """The parts of one entry."""

    def __init__(
        self, office: Office, session: Session, one: Found, last_of: Mapping[Key, int]
    ) -> None:
        self.done = Redone()
        self._office, self._session, self._last_of = office, session, last_of
        self._seq, self._bodies = one.position.seq, one.entry.bodies
        self._fresh: set[str] = set()

    def rows(self, part: dict[str, Any]) -> None:
        """Rows as they stood at the end of the transaction, and those that were gone."""
        table = _table(part["table"])
        names = [column.name for column in table.primary_key]
        stand = [
            {n: value_of(v, self._bodies) for n, v in row.items() if n in table.columns}
            for row in part["stand"]
            if self._is_last(part["table"], tuple(row[name] for name in names))
        ]
        gone = [key for key in part["gone"] if self._is_last(part["table"], tuple(key))]
        self.done.rows += len(stand) + len(gone)
        for key in gone:
            here = and_(*(c == v for c, v in zip(table.primary_key, key, strict=True)))
            self._session.connection().execute(delete(table).where(here))
        self._put(table, names, stand)

    def _put(self, table: Table, names: list[str], stand: list[dict[str, Any]]) -> None:
        model = _MODELS[table.name]
        if table.name == "blob":
            has = self._office.blobs.has
            self.done.lost_files += [r["sha256"] for r in stand if not has(r["sha256"])]
        if table.name == "scope":
            add_scopes(self._session, [row["id"] for row in stand])
        elif table.name == QuarantineRow.__tablename__:
            present = set(
                self._session.scalars(
                    select(QuarantineRow.id).where(QuarantineRow.id.in_([r["id"] for r in stand]))
                )
            )
            self._fresh |= {row["id"] for row in stand} - present
            insert_new(self._session, model, ({**row, "released_at": None} for row in stand))
        elif stand and set(stand[0]) == set(names):
            insert_new(self._session, model, stand)
        else:
            put(self._session, model, stand, names)

    def _is_last(self, table: str, key: tuple[Any, ...]) -> bool:
        return self._last_of.get((table, key), self._seq) <= self._seq

    def merge(self, part: dict[str, Any]) -> None:
        """Changes as they came, under the rights their authors had; those that are here stay."""
        rights = [rights_of(raw) for raw in part["rights"]]
        items = [self._incoming(said, rights) for said in part["changes"]]
        known = change_store.known_changes(self._session, {item.change.id for item in items})
        aside = {
            row.head_hash: row.id
            for row in change_store.known_quarantine(
                self._session, {item.head_hash for item in items}, ()
            )
        }
        wanted: list[Incoming] = []
        for said, item in zip(part["changes"], items, strict=True):
            stored = known.get(item.change.id)
            if stored is not None and stored.head_hash == item.head_hash:
                continue
            waiting = aside.get(item.head_hash)
            if said["was"] == Outcome.QUARANTINED and waiting not in (None, *self._fresh):
                continue
            wanted.append(_under(item, waiting))
        merged = merge_changes(
            self._session,
            self._office.forms,
            self._office.ids,
            part["at"],
            wanted,
            release=part.get("release", True),
        )
        self.done.places += merged.places
        for item, result in zip(wanted, merged.results, strict=True):
            self._count(item, result.outcome, result.root)

    def _incoming(self, said: dict[str, Any], rights: Sequence[Rights]) -> Incoming:
        line = self._bodies[said["line"]]
        read = self._bodies[said["as"]] if "as" in said else line
        return Incoming(
            read_change(frame(read)),
            line,
            said["head"],
            said["client"],
            said["source"],
            rights[said["rights"]],
            number=said["number"],
            kept=said.get("kept"),
        )

    def _count(self, item: Incoming, outcome: Outcome, root: str | None) -> None:
        tablet = item.source == "tablet"
        self.done.changes += tablet
        self.done.saves += not tablet
        self.done.kept_aside += outcome is Outcome.QUARANTINED
        self.done.conflicts += outcome is Outcome.CONFLICT
        if root is not None:
            self.done.records.add(root)

    def received(self, part: dict[str, Any]) -> None:
        """The client's log goes on, if it stands where it stood then: behind a gap the tablet is
        asked again for everything, and nothing is noted that would hide the gap."""
        rows = part["rows"]
        client: str = part["client"]
        stands = change_store.lock_client(self._session, client, client.partition(".")[0])
        if not rows or stands.number != part["before"]:
            return
        change_store.note_received(self._session, rows)
        mark = Mark(rows[-1]["number"], rows[-1]["chain"])
        change_store.move_client(self._session, client, mark, part["at"])

    def decisions(self, part: dict[str, Any]) -> None:
        """What staff decided of changes kept aside; whether one is released, the merge says."""
        for row in part["stand"]:
            said = {n: value_of(v, self._bodies) for n, v in row.items()}
            columns = {
                name: value
                for name, value in said.items()
                if name in QuarantineRow.__table__.columns and name not in ("id", "released_at")
            }
            self._session.execute(
                update(QuarantineRow).where(QuarantineRow.id == said["id"]).values(**columns),
                execution_options={"synchronize_session": False},
            )


def _under(item: Incoming, waiting: str | None) -> Incoming:
    """The change, standing for the row of the quarantine that keeps it."""
    return Incoming(
        item.change,
        item.line,
        item.head_hash,
        item.client,
        item.source,
        item.rights,
        number=item.number,
        kept=item.kept,
        quarantine=waiting,
    )


def rights_of(raw: Mapping[str, Any]) -> Rights:
    """Rights from their JSON; what a later version added and this does not know is left out."""
    known = {one.name for one in fields(Rights)}
    plain: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value
        for name, value in raw.items()
        if name in known
    }
    plain["role"] = None if plain["role"] is None else Role(plain["role"])
    return Rights(**plain)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


_MODELS: dict[str, type[Base]] = {
    mapper.local_table.name: mapper.class_
    for mapper in Base.registry.mappers
    if isinstance(mapper.local_table, Table)
}
