"""What a writing transaction accepted, gathered for the journal, and appended before its COMMIT.

Two kinds of facts make an entry. What is merged into records is noted as it came (`note_merge`,
`note_received`): lines, authors' rights as they were, the tablet's log. Rows of all other tables
(people, tablets, forms, files, decisions) are caught as they are written, whoever writes them, and
noted as they stand at the end of the transaction. Either can be done again any number of times.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Connection, Delete, Engine, Insert, Table, Update, and_, event, select
from sqlalchemy.orm import Session

from server.models import Base
from server.store.bulk import plainly
from server.store.database import Database, RuleBroken
from server.store.journal import Journal
from server.store.journal_frames import Entry, Position
from server.store.rights import Rights
from shared.clocks import WallClock
from shared.errors import SurveyError

MERGED_TABLES: Final = frozenset(
    {
        "blob_reference", "change", "client", "event_hours", "history", "membership", "notice",
        "received", "record", "root",
    }
)  # fmt: skip
"""Written by merging: they come again when what was merged is merged again."""
FORGOTTEN_TABLES: Final = frozenset(
    {
        "alembic_version", "backed_up_client", "backup", "device_report", "form_candidate",
        "journal_entry", "rehearsal", "rehearsal_finding", "repair", "scope_day", "scope_reader",
        "setting", "staff_session",
    }
)  # fmt: skip
"""Of this database alone, or said again by tablets: an older copy may go without them."""
VOLATILE: Final[Mapping[str, frozenset[str]]] = {
    "blob": frozenset({"backed_up_at"}),
    "device": frozenset({"last_seen_at", "app_version", "clock_offset_ms"}),
    "person": frozenset({"failures", "failed_at"}),
    "scope": frozenset({"seq", "digest", "horizon"}),
}
"""Columns whose updates alone are no reason for an entry."""
NOTES: Final = "samruat_journal_notes"
REPLAYED: Final = "samruat_journal_replayed"
"""Set for a transaction that does an entry again: which one it makes whole, or None."""
_TOUCHED: Final = "samruat_journal_touched"

_HELD: Final = 'INSERT INTO "journal_entry" ("seq", "chain") VALUES (?, ?) ON CONFLICT DO NOTHING'

Key = tuple[str, tuple[Any, ...]]
"""A row: its table, and its primary key."""


class Notes:
    """What one transaction has to tell."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []

    def body(self, data: bytes) -> int:
        """Keep bytes; the number under which facts point to them."""
        self.bodies.append(data)
        return len(self.bodies) - 1


def notes_of(session: Session) -> Notes:
    """The notes of a session's transaction."""
    found: Notes = session.info.setdefault(NOTES, Notes())
    return found


def rights_json(rights: Rights) -> dict[str, Any]:
    """Rights as plain JSON."""
    plain: dict[str, Any] = {}
    for one in fields(rights):
        value = getattr(rights, one.name)
        plain[one.name] = sorted(value) if isinstance(value, (set, frozenset)) else value
    return plain


def note_received(
    session: Session, client: str, before: int, now_ms: int, rows: Sequence[Mapping[str, object]]
) -> None:
    """The log of a client's lines went on behind number `before` by these rows."""
    part: dict[str, Any] = {"is": "received", "client": client, "before": before, "at": now_ms}
    notes_of(session).parts.append({**part, "rows": [dict(row) for row in rows]})


class RowCatcher:
    """Notices, for each transaction, which rows of journalled tables it writes."""

    def __init__(self, engine: Engine) -> None:
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "before_execute", self._before)

    def _begin(self, connection: Connection) -> None:
        connection.info[_TOUCHED] = {}

    def _before(
        self,
        connection: Connection,
        statement: Any,
        multiparams: Sequence[Mapping[str, Any]],
        params: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> None:
        if not isinstance(statement, (Insert, Update, Delete)):
            return
        table = Base.metadata.tables.get(getattr(statement.table, "name", ""))
        if table is None or table.name in MERGED_TABLES or table.name in FORGOTTEN_TABLES:
            return
        given = [*multiparams] or ([params] if params else [{}])
        touched: dict[Key, None] = connection.info.setdefault(_TOUCHED, {})
        if isinstance(statement, Insert):
            keys = _inserted(table, statement, given)
        elif isinstance(statement, Update) and _is_volatile(table, statement, given):
            return
        else:
            keys = _matched(connection, table, statement, given)
        touched.update(dict.fromkeys((table.name, key) for key in keys))


def _inserted(
    table: Table, statement: Insert, given: Iterable[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    names = [column.name for column in table.primary_key]
    fixed = {
        getattr(column, "name", column): getattr(value, "value", value)
        for column, value in (getattr(statement, "_values", None) or {}).items()
    }
    return [tuple({**fixed, **row}[name] for name in names) for row in given]


def _is_volatile(table: Table, statement: Update, given: Sequence[Mapping[str, Any]]) -> bool:
    quiet = VOLATILE.get(table.name)
    if quiet is None:
        return False
    values = getattr(statement, "_values", None) or {}
    named = {getattr(column, "name", column) for column in values}
    named |= {name for row in given for name in row if name in table.columns}
    return named <= quiet


def _matched(
    connection: Connection,
    table: Table,
    statement: Update | Delete,
    given: Iterable[Mapping[str, Any]],
) -> list[tuple[Any, ...]]:
    """The rows that an update or a deletion is about to meet."""
    wanted = select(*table.primary_key.columns)
    for condition in getattr(statement, "_where_criteria", ()):
        wanted = wanted.where(condition)
    return [tuple(row) for params in given for row in connection.execute(wanted, dict(params))]


class Journalled:
    """Ties the writing transactions of a database to its journal."""

    def __init__(self, database: Database, journal: Journal, clock: WallClock, epoch: str) -> None:
        self._journal, self._clock, self._epoch = journal, clock, epoch
        self._catcher = RowCatcher(database.engine)
        database.before_commit = self.before_commit
        database.after_failure = self.after_failure

    def before_commit(self, session: Session) -> Position | None:
        """Append what the transaction accepted; its position, or None when there is nothing."""
        session.flush()
        connection = session.connection()
        if REPLAYED in session.info:
            _hold(session, session.info[REPLAYED])
            return None
        touched: dict[Key, None] = connection.info.get(_TOUCHED, {})
        notes = notes_of(session)
        notes.parts.extend(_rows(session, touched, notes))
        if not notes.parts:
            return None
        facts = {"at": self._clock.now_ms(), "epoch": self._epoch, "parts": notes.parts}
        position = self._journal.append(Entry(facts, tuple(notes.bodies)))
        _hold(session, position)
        return position

    def after_failure(self, position: Position, reason: BaseException) -> None:
        """An entry was appended and its transaction certainly rolled back: that is noted, too.

        What became of a transaction whose connection was lost nobody knows: nothing is noted, and
        the entry is done again at the next start if the database has not got it.
        """
        if not isinstance(reason, RuleBroken):
            return
        void = {"is": "void", "seq": position.seq, "chain": position.chain}
        facts = {"at": self._clock.now_ms(), "epoch": self._epoch, "parts": [void]}
        try:
            self._journal.append(Entry(facts))
        except SurveyError:
            # Then the entry is done again at the next start: late, and nothing is lost.
            return


def _hold(session: Session, position: Position | None) -> None:
    """The database holds this entry from now on."""
    if position is not None:
        plainly(session, _HELD, (position.seq, position.chain))


def _rows(session: Session, touched: Collection[Key], notes: Notes) -> Iterable[dict[str, Any]]:
    """The touched rows as they stand: a part for each table, tables in the order of the models."""
    by_table: dict[str, list[tuple[Any, ...]]] = {}
    for name, key in touched:
        by_table.setdefault(name, []).append(key)
    for table in Base.metadata.sorted_tables:
        keys = by_table.get(table.name)
        if not keys:
            continue
        stand: list[dict[str, Any]] = []
        gone: list[list[Any]] = []
        for key in keys:
            found = _row(session, table, key)
            if found is None:
                gone.append(list(key))
            else:
                stand.append({name: _plain(value, notes) for name, value in found.items()})
        yield {"is": "rows", "table": table.name, "stand": stand, "gone": gone}


def _row(session: Session, table: Table, key: tuple[Any, ...]) -> Mapping[str, Any] | None:
    here = and_(*(column == part for column, part in zip(table.primary_key, key, strict=True)))
    found = session.connection().execute(select(table).where(here)).mappings().one_or_none()
    return None if found is None else dict(found)


def _plain(value: Any, notes: Notes) -> Any:
    """A value of a column as JSON; bytes are kept beside."""
    return {"body": notes.body(value)} if isinstance(value, bytes) else value


def value_of(plain: Any, bodies: Sequence[bytes]) -> Any:
    """The value of a column from its JSON."""
    return bodies[plain["body"]] if isinstance(plain, dict) else plain
