"""A tablet's digest differs: the server looks at its own rows first, then at those that differ.

The digest of a scope is computed anew from the states as they are shipped. If the one that was
stored is wrong, it is corrected under the scope's lock and an incident says so. Only what a tablet
may read is compared or sent, in one reading transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.models import MembershipRow, RecordRow, ScopeRow
from server.models.repairing import RepairRow
from server.services.identify_device import Device, identify_device
from server.services.note_incident import note_incident
from server.store import changes as change_store
from server.store.bulk import put
from server.store.office import Office
from server.store.rights import device_scopes
from shared.errors import ConflictingState, EpochChanged, Forbidden
from shared.ids import is_client
from shared.limits import REPAIR_BYTES_MAX, REPAIR_TRIES_PER_DAY_MAX
from sync import digest
from sync.repair import (
    DAY_MS,
    Rows,
    RowsRequest,
    Sums,
    SumsRequest,
    bucket_of,
    decode_rows_request,
    decode_sums_request,
    mark_of,
    sums_of,
    total_of,
)

ROWS_AT_ONCE: Final = 500


class RepairedToday(ConflictingState):
    """This tablet began to repair this scope as often as it may on one day."""

    code = "sync.repaired_today"


def compare_sums(office: Office, token: str, body: bytes) -> Sums:
    """The sums of a scope, the server's own digest corrected first if it was wrong.

    Raises NotSignedIn, DeviceRevoked, Forbidden, BadInput, EpochChanged, RepairedToday.
    """
    request = decode_sums_request(body)
    with office.database.reading() as session:
        device = _who(office, session, token, request)
        head, stored = _standing(session, request.scope)
        sums = sums_of(_digests(session, request.scope))
    total = total_of(sums)
    corrected = total != stored
    if corrected or total != request.digest:
        with office.database.writing() as session:
            _count(office, session, device, request.scope)
            if corrected:
                _correct(office, session, request)
            elif head == request.cursor:
                detail = f"the tablet had {request.digest:064x} at {head}, the server {total:064x}"
                note_incident(
                    session, office, "digest.tablet_differs",
                    client=request.client, scope=request.scope, detail=detail,
                )  # fmt: skip
    return Sums(office.epoch.text, request.client, request.scope, head, corrected, tuple(sums))


def send_rows(office: Office, token: str, body: bytes) -> Rows:
    """The states of some buckets that a tablet lacks or holds otherwise, and what it has too many.

    Raises NotSignedIn, DeviceRevoked, Forbidden, BadInput, EpochChanged.
    """
    request = decode_rows_request(body)
    with office.database.reading() as session:
        _who(office, session, token, request)
        head, _ = _standing(session, request.scope)
        wanted = frozenset(request.buckets)
        theirs = {record: mark for record, mark in request.rows if bucket_of(record) in wanted}
        states: list[bytes] = []
        size, more = 0, False
        for record, revision, state in _rows(session, request.scope):
            if bucket_of(record) not in wanted:
                continue
            held = theirs.pop(record, None)
            if held == mark_of(digest.row_digest(record, revision, state)):
                continue
            if states and size + len(state) > REPAIR_BYTES_MAX:
                more = True
                continue
            size += len(state)
            states.append(state)
    return Rows(
        office.epoch.text, request.client, request.scope, head, more, tuple(states),
        tuple(sorted(theirs)),
    )  # fmt: skip


def _who(
    office: Office, session: Session, token: str, request: SumsRequest | RowsRequest
) -> Device:
    device = identify_device(session, token)
    device.must_not_be_revoked()
    if not is_client(request.client) or not request.client.startswith(device.id + "."):
        raise Forbidden("a tablet speaks under its own name only")
    if request.epoch != office.epoch.text:
        mark = change_store.client_mark(session, request.client)
        raise EpochChanged(
            "this server began a new epoch",
            epoch=office.epoch.text,
            number=mark.number,
            chain=mark.chain,
        )
    if request.scope not in device_scopes(session, device.id):
        raise Forbidden("this tablet does not hold the scope")
    return device


def _standing(session: Session, scope: str) -> tuple[int, int]:
    """The head of a scope and its digest as stored."""
    row = session.execute(
        select(ScopeRow.seq, ScopeRow.digest).where(ScopeRow.id == scope)
    ).one_or_none()
    return (0, digest.EMPTY) if row is None else (row.seq, digest.from_text(row.digest))


def _rows(session: Session, scope: str) -> Iterator[tuple[str, int, bytes]]:
    """(record, revision, state) of everything in a scope, a few at a time."""
    found = session.execute(
        select(MembershipRow.record, MembershipRow.revision, RecordRow.state)
        .join(RecordRow, RecordRow.id == MembershipRow.record)
        .where(MembershipRow.scope == scope, MembershipRow.kind == "put"),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    for row in found:
        yield row.record, row.revision, row.state


def _digests(session: Session, scope: str) -> Iterator[tuple[str, int]]:
    for record, revision, state in _rows(session, scope):
        yield record, digest.row_digest(record, revision, state)


def _correct(office: Office, session: Session, request: SumsRequest) -> None:
    """Write the digest of what is really shipped; nobody places a record meanwhile."""
    stored = session.scalar(
        select(ScopeRow.digest).where(ScopeRow.id == request.scope).with_for_update()
    )
    total = digest.to_text(total_of(sums_of(_digests(session, request.scope))))
    if stored is None or stored == total:
        return
    session.execute(
        update(ScopeRow).where(ScopeRow.id == request.scope).values(digest=total),
        execution_options={"synchronize_session": False},
    )
    note_incident(
        session, office, "digest.server_corrected",
        client=request.client, scope=request.scope, detail=f"stored {stored}, found {total}",
    )  # fmt: skip


def _count(office: Office, session: Session, device: Device, scope: str) -> None:
    """One more try today. Raises RepairedToday beyond the bound: each reads the whole scope."""
    day = office.clock.now_ms() // DAY_MS
    mine = (RepairRow.device == device.id, RepairRow.scope == scope, RepairRow.day == day)
    tries = session.scalar(select(RepairRow.tries).where(*mine)) or 0
    if tries >= REPAIR_TRIES_PER_DAY_MAX:
        raise RepairedToday("this tablet has repaired this scope often enough today")
    row = {"device": device.id, "scope": scope, "day": day, "tries": tries + 1}
    put(session, RepairRow, [row], ("device", "scope", "day"))
