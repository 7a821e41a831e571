"""Making what tablets download first: segments of every scope that has grown enough.

Runs beside the requests, never in one. What it makes is a copy of the feed; when it is killed, or
its folder is lost, nothing else is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import takewhile
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import MembershipRow, ScopeRow
from server.services.read_feed import Budget, read_page
from server.store.office import Office
from server.store.segment_folder import Feed
from shared.canonical import canonical_bytes
from sync.messages import Leave, Put
from sync.segments import Segment, Sizes, next_start, read_segment, write_segment

USUAL: Final = Sizes()
Pause = Callable[[float], bool]
"""Waits that many seconds; True when the building shall end."""


def _no_pause(_: float) -> bool:
    return False


def build_segments(office: Office, pause: Pause = _no_pause, sizes: Sizes = USUAL) -> int:
    """Bring the segments of every scope up to date; how many were made.

    After each it pauses as long as that one took: requests come first. Raises DatabaseUnavailable
    and OSError, with every finished set in place.
    """
    folder = office.segments
    made = 0
    with folder.building() as ours:
        if not ours:
            return 0
        heads = _heads(office)
        for feed, head in heads.items():
            found = _still_good(office, feed, head, sizes)
            while (start := next_start(found, head, sizes)) is not None:
                began = time.monotonic()
                found = [segment for segment in found if segment.end <= start]
                found.append(_build(office, feed, start, sizes))
                folder.publish(feed, found)
                made += 1
                if pause(time.monotonic() - began):
                    return made
        folder.sweep(list(heads), time.time)
    return made


def _heads(office: Office) -> dict[Feed, int]:
    """Where the feed of every scope has come to."""
    with office.database.reading() as session:
        rows = session.execute(
            select(ScopeRow.id, ScopeRow.seq, ScopeRow.horizon).order_by(ScopeRow.id)
        )
        return {Feed(office.epoch.text, row.id, row.horizon): row.seq for row in rows}


def _still_good(office: Office, feed: Feed, head: int, sizes: Sizes) -> list[Segment]:
    """What of a set can stay: up to the first file that is gone. Nothing, when the database knows
    less than the set (it was rolled back), or half of the rows were replaced since."""
    good = list(takewhile(office.segments.has, office.segments.of_feed(feed)))
    if not good or good[-1].end > head:
        return []
    if head - good[-1].end >= sizes.growth:
        with office.database.reading() as session:
            if _live_rows(session, feed.scope, good[-1].end) * 2 < sum(s.rows for s in good):
                return []
    return good


def _live_rows(session: Session, scope: str, end: int) -> int:
    wanted = select(func.count()).where(MembershipRow.scope == scope, MembershipRow.seq <= end)
    return int(session.scalar(wanted) or 0)


def _build(office: Office, feed: Feed, start: int, sizes: Sizes) -> Segment:
    """Make one segment and keep its file. It is read back before anybody is told of it."""
    with office.database.reading() as session:
        head = session.scalar(select(ScopeRow.seq).where(ScopeRow.id == feed.scope)) or 0
        page = read_page(session, feed.scope, start, head, Budget(sizes.full))
    lines = [_line(row) for row in page.rows]
    segment, data = write_segment(feed.epoch, feed.scope, start, page.cursor, lines)
    again = read_segment(segment, feed.epoch, data, head)
    assert [_line(row) for row in again.rows] == lines, "a segment is the page it was made of"
    office.segments.keep(segment, data)
    return segment


def _line(row: Put | Leave) -> bytes:
    if isinstance(row, Put):
        return row.state
    return canonical_bytes({"leave": row.record, "revision": row.revision})
