"""Changes, quarantine and the log of received lines, as rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.models import (
    Base,
    BlobReferenceRow,
    ChangeRow,
    ClientRow,
    MembershipRow,
    QuarantineRow,
    ReceivedRow,
    RecordRow,
)
from server.store.bulk import insert_new, plainly, put_rows, rows_in, select_in
from server.store.database import not_waiting
from sync.commitments import chain_start

_ASIDE: Final = ("id", "change", "head_hash", "code")
_RESULT: Final = ("id", "head_hash", "outcome", "code", "superseded_by", "scope", "position")


@dataclass(frozen=True, slots=True)
class Aside:
    """A row of the quarantine."""

    id: str
    change: str | None
    client: str
    number: int
    head_hash: str
    code: str
    received_at: int
    line: bytes | None = None
    body: str | None = None
    detail: str = ""
    waits_for: str | None = None
    author: str | None = None
    released_at: int | None = None
    record: str | None = None
    scope: str | None = None
    terms: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a client has been received."""

    number: int
    chain: str


def lock_client(session: Session, client: str, device: str) -> Mark:
    """Lock a client's row, made at its first push; ClientBusy when another push holds it."""
    wanted = 'SELECT "number", "chain" FROM "client" WHERE "id" = ?'
    if session.connection().dialect.name != "sqlite":  # there the one writer has all locks
        wanted += " FOR UPDATE NOWAIT"
    with not_waiting():
        row = plainly(session, wanted, (client,)).one_or_none()
    if row is None:
        begins = {"id": client, "device": device, "number": 0, "chain": chain_start(client).hex()}
        insert_new(session, ClientRow, [begins])
        with not_waiting():
            row = plainly(session, wanted, (client,)).one()
    return Mark(row.number, row.chain)


def client_mark(session: Session, client: str) -> Mark:
    """How far a client has been received; the start when it never pushed."""
    row = session.execute(
        select(ClientRow.number, ClientRow.chain).where(ClientRow.id == client)
    ).one_or_none()
    return Mark(0, chain_start(client).hex()) if row is None else Mark(row.number, row.chain)


def move_client(session: Session, client: str, mark: Mark, now_ms: int) -> None:
    """Set how far a client has been received."""
    moved = 'UPDATE "client" SET "number" = ?, "chain" = ?, "last_push_at" = ? WHERE "id" = ?'
    plainly(session, moved, (mark.number, mark.chain, now_ms, client))


def chain_at(session: Session, client: str, number: int) -> str | None:
    """The chain of a client behind one of its received lines."""
    if number == 0:
        return chain_start(client).hex()
    return session.scalar(
        select(ReceivedRow.chain).where(ReceivedRow.client == client, ReceivedRow.number == number)
    )


def received(session: Session, client: str, first: int, last: int) -> dict[int, Any]:
    """Lines received before, by number."""
    rows = session.execute(
        select(ReceivedRow.__table__).where(
            ReceivedRow.client == client, ReceivedRow.number.between(first, last)
        )
    )
    return {row.number: row for row in rows}


def note_received(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Enter lines in the log of their client."""
    _put(session, ReceivedRow, rows, ("client", "number"))


def known_changes(session: Session, ids: Collection[str]) -> dict[str, Any]:
    """The stored result of changes, by id."""
    found = select_in(session, ChangeRow, _RESULT, "id", ids)
    return {row.id: row for row in found}


def known_quarantine(session: Session, heads: Collection[str], ids: Collection[str]) -> list[Any]:
    """What is kept aside under these heads or row ids."""
    found = list(select_in(session, QuarantineRow, _ASIDE, "head_hash", heads))
    return found + list(select_in(session, QuarantineRow, _ASIDE, "id", ids))


def add_changes(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Keep changes for ever."""
    _put(session, ChangeRow, rows, ("id",))


def _put(
    session: Session, model: type[Base], rows: Iterable[dict[str, Any]], keys: tuple[str, ...]
) -> None:
    """Rows of merging, all with the same columns."""
    wanted = list(rows)
    if wanted:
        columns = tuple(wanted[0])
        tuples = [tuple(row[name] for name in columns) for row in wanted]
        put_rows(session, model, columns, tuples, keys)


def add_quarantine(session: Session, aside: Aside) -> None:
    """Keep a change aside."""
    insert_new(session, QuarantineRow, [asdict(aside)])


def requarantine(session: Session, row: str, code: str, waits_for: str | None) -> None:
    """A change that was to be released is kept aside for another reason."""
    session.execute(
        update(QuarantineRow).where(QuarantineRow.id == row).values(code=code, waits_for=waits_for),
        execution_options={"synchronize_session": False},
    )


def release(session: Session, rows: Sequence[str], now_ms: int) -> None:
    """These are applied now."""
    if rows:
        session.execute(
            update(QuarantineRow).where(QuarantineRow.id.in_(rows)).values(released_at=now_ms),
            execution_options={"synchronize_session": False},
        )


def point_received(session: Session, pairs: Sequence[tuple[str, str]]) -> None:
    """Lines of quarantine rows that are applied now stand for their change."""
    if pairs:
        session.connection().execute(
            update(ReceivedRow)
            .where(ReceivedRow.quarantine == bindparam("row"))
            .values(change=bindparam("applied")),
            [{"row": row, "applied": change} for row, change in pairs],
        )


def add_references(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Records name files."""
    insert_new(session, BlobReferenceRow, rows)


def move_references(session: Session, moved: Mapping[str, str | None]) -> None:
    """Files go with their records: whoever may read the new area may read them."""
    for root, scope in sorted(moved.items()):
        session.execute(
            update(BlobReferenceRow).where(BlobReferenceRow.root == root).values(scope=scope),
            execution_options={"synchronize_session": False},
        )


def positions_of(session: Session, roots: Collection[str]) -> dict[str, int]:
    """Where root records stand in their scope's feed."""
    if not roots:
        return {}
    wanted = select(MembershipRow.record, MembershipRow.seq).join(
        RecordRow, (RecordRow.id == MembershipRow.record) & (RecordRow.scope == MembershipRow.scope)
    )
    return {row.record: row.seq for row in rows_in(session, wanted, MembershipRow.record, roots)}
