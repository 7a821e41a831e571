"""A tablet's pull: what lies after its cursors, in the order of commits, from a single moment.

Rights are read in the page's own snapshot. Nothing new costs four small statements.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import MembershipRow, RecordRow, ScopeRow
from server.services.identify_device import Device, identify_device
from server.services.mind_horizon import mind_horizon, note_beginnings
from server.store import changes as change_store
from server.store.office import Office
from server.store.rights import device_scopes
from shared.errors import EpochChanged, Forbidden, UpgradeNeeded
from shared.ids import is_client
from sync import digest
from sync.codec import decode_pull
from sync.messages import Leave, Page, PullAnswer, PullRequest, Put
from sync.negotiation import must_not_be_newer
from sync.version import PROTOCOL, PULL_VERSION_MIN

ROWS_AT_ONCE = 200


@dataclass(slots=True)
class Budget:
    """How many bytes of states may still be read."""

    bytes_left: int


def read_feed(office: Office, token: str, body: bytes) -> tuple[PullAnswer, Device]:
    """Answer a pull. Raises NotSignedIn, DeviceRevoked, BadInput, EpochChanged, UpgradeNeeded,
    RebaselineNeeded."""
    with office.database.reading() as session:
        device = identify_device(session, token)
        device.must_not_be_revoked()
        request = read_request(device, body)
        mark = change_store.client_mark(session, request.client)
        if request.epoch != office.epoch.text:
            raise EpochChanged(
                "this server began a new epoch",
                epoch=office.epoch.text,
                number=mark.number,
                chain=mark.chain,
            )
        held = device_scopes(session, device.id)
        pages, unchanged, begun = _pages(session, request, held)
    note_beginnings(office, request.client, begun)
    answer = PullAnswer(
        protocol=PROTOCOL,
        epoch=office.epoch.text,
        client=request.client,
        granted=None if held == set(request.scopes) else tuple(sorted(held)),
        server_time_ms=office.clock.now_ms(),
        number=mark.number,
        chain=mark.chain,
        unchanged=digest.combined(unchanged) if unchanged else None,
        pages=tuple(pages),
    )
    return answer, device


def read_request(device: Device, body: bytes) -> PullRequest:
    """What a tablet asks, under its own name and in a version that is spoken here."""
    must_not_be_newer(body)
    request = decode_pull(body)
    if not is_client(request.client) or not request.client.startswith(device.id + "."):
        raise Forbidden("a tablet pulls under its own name only")
    if request.protocol < PULL_VERSION_MIN:
        raise UpgradeNeeded("this version cannot read the answers any more")
    return request


def _pages(
    session: Session, request: PullRequest, held: frozenset[str]
) -> tuple[list[Page], list[tuple[str, int]], list[tuple[str, int]]]:
    wanted = sorted(held & set(request.scopes))
    heads = {
        row.id: row
        for row in session.execute(
            select(ScopeRow.id, ScopeRow.seq, ScopeRow.digest, ScopeRow.horizon).where(
                ScopeRow.id.in_(wanted)
            )
        )
    }
    cursors = {scope: request.scopes[scope] for scope in wanted}
    begun = mind_horizon(session, request.client, cursors, heads)
    budget = Budget(request.bytes_max)
    pages: list[Page] = []
    unchanged: list[tuple[str, int]] = []
    for scope in wanted:
        cursor = request.scopes[scope]
        head, total = (heads[scope].seq, heads[scope].digest) if scope in heads else (0, "0")
        if cursor == head:
            unchanged.append((scope, digest.from_text(total)))
        else:
            page = read_page(session, scope, cursor, head, budget)
            at_head = page.cursor >= head
            pages.append(replace(page, digest=total) if at_head else page)
    return pages, unchanged, begun


def read_page(session: Session, scope: str, cursor: int, head: int, budget: Budget) -> Page:
    """Rows after the cursor as far as the budget reaches; at least one while any is left.

    From the beginning, what has left the scope or was deleted is left out.
    """
    rows: list[Put | Leave] = []
    reached = cursor
    while budget.bytes_left > 0:
        found = session.execute(
            select(
                MembershipRow.record,
                MembershipRow.revision,
                MembershipRow.seq,
                MembershipRow.kind,
                RecordRow.state,
            )
            .outerjoin(RecordRow, RecordRow.id == MembershipRow.record)
            .where(MembershipRow.scope == scope, MembershipRow.seq > reached)
            .order_by(MembershipRow.seq)
            .limit(ROWS_AT_ONCE)
        ).all()
        for row in found:
            reached = row.seq
            if row.kind == "put":
                rows.append(Put(row.state))
                budget.bytes_left -= len(row.state)
            elif cursor > 0:
                rows.append(Leave(row.record, row.revision))
                budget.bytes_left -= 100
            if budget.bytes_left <= 0:
                break
        if len(found) < ROWS_AT_ONCE and budget.bytes_left > 0:
            reached = head
            break
    return Page(scope, cursor, min(reached, head), head, tuple(rows))
