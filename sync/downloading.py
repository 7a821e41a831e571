"""The first download: a scope's segments one after the other, before its pages.

It can stop anywhere and go on later, on another day or after a kill: the cursor says how far it
came. Whatever is wrong with a segment (damaged twice, gone, of another epoch) ends this part only;
the pages bring the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from typing import Final

from shared import limits
from shared.errors import BadInput
from sync import codec
from sync.exchange import HttpReply, HttpRequest
from sync.messages import Page, PullRequest
from sync.ports import Replica, Standing
from sync.reports import Ask, Progress, SessionReport, Step, Watch
from sync.segments import SEGMENTS, Segment, SegmentList, decode_list, read_segment
from sync.version import MEDIA_TYPE, PROTOCOL

TRIES: Final = 2
"""How often one segment is asked for before the pages are."""
FAR_BEHIND: Final = 1_000
"""So many places behind the head that asking for segments pays."""


class Download:
    """The segments of one session; each scope is asked for once."""

    def __init__(
        self,
        replica: Replica,
        ask: Ask,
        report: SessionReport,
        on_progress: Watch,
        far_behind: int = FAR_BEHIND,
    ) -> None:
        self._replica = replica
        self._ask = ask
        self._report = report
        self._progress = on_progress
        self._far_behind = far_behind
        self._asked: set[str] = set()
        self._begun: set[str] = set()

    def bytes_to_ask_for(self, standing: Standing) -> int:
        """Of pages: little the first time for a scope's beginning; segments may come instead."""
        begun = {scope for scope, cursor in standing.cursors.items() if cursor == 0} - self._begun
        self._begun |= begun
        return limits.PULL_FIRST_BYTES if begun else limits.PULL_BYTES_MAX

    def run(self, standing: Standing) -> Generator[HttpRequest, HttpReply, bool]:
        """Go on with scopes that are far behind the head, as far as there are segments.

        True when anything may have changed in the replica.
        """
        heads = standing.heads
        behind = {s for s, c in standing.cursors.items() if heads.get(s, 0) - c >= self._far_behind}
        return (yield from self._fetch(standing, behind))

    def instead_of(
        self, pages: Sequence[Page], standing: Standing
    ) -> Generator[HttpRequest, HttpReply, bool]:
        """Fetch segments of the scopes that these first pages show to be large.

        True when that was worth it: then the pages are not, and what follows is asked for anew.
        """
        first = [page for page in pages if page.from_cursor == 0]
        large = {page.scope for page in first if page.head - page.cursor >= self._far_behind}
        return (yield from self._fetch(standing, large & set(standing.cursors)))

    def _fetch(
        self, standing: Standing, wanted: Collection[str]
    ) -> Generator[HttpRequest, HttpReply, bool]:
        scopes = set(wanted) - self._asked
        if not scopes:
            return False
        self._asked |= scopes
        found = yield from self._list(standing, scopes)
        if found is None or not found.segments:
            return False
        done = _Sum(found)
        left_to_pages: set[str] = set()
        for segment in found.segments:
            if segment.scope in scopes - left_to_pages:
                self._progress(done.progress())
                head = found.heads[segment.scope]
                if not (yield from self._take(segment, standing.epoch, head)):
                    left_to_pages.add(segment.scope)
            done.add(segment)
        self._progress(done.progress())
        return True

    def _list(
        self, standing: Standing, scopes: Collection[str]
    ) -> Generator[HttpRequest, HttpReply, SegmentList | None]:
        wanted = {scope: standing.cursors[scope] for scope in sorted(scopes)}
        request = PullRequest(
            PROTOCOL, standing.epoch, standing.client, wanted, limits.PULL_BYTES_MAX
        )
        reply = yield from self._ask(
            HttpRequest(
                "POST", SEGMENTS, codec.encode_pull(request), (("content-type", MEDIA_TYPE),)
            )
        )
        if reply.status != 200:
            # A new epoch, no right any more, an older server: the pull that follows says so.
            return None
        try:
            found = decode_list(reply.body)
        except BadInput:
            return None
        return found if (found.epoch, found.client) == (standing.epoch, standing.client) else None

    def _take(
        self, segment: Segment, epoch: str, head: int
    ) -> Generator[HttpRequest, HttpReply, bool]:
        """True when what this segment says is held now, fetched or not."""
        standing = self._replica.standing()
        cursor = standing.cursors.get(segment.scope)
        if cursor is None or cursor < segment.start or standing.epoch != epoch:
            return False
        if cursor >= segment.end:
            return True
        for _ in range(TRIES):
            reply = yield from self._ask(HttpRequest("GET", f"{SEGMENTS}/{segment.sha256}"))
            if reply.status != 200:
                return False
            try:
                page = read_segment(segment, epoch, reply.body, head)
            except BadInput:
                continue
            if not self._replica.apply_page(page):
                return False
            self._report.rows_received += len(page.rows)
            return True
        return False


class _Sum:
    """How much of a list is done, in rows and bytes; what was here before counts as done."""

    def __init__(self, found: SegmentList) -> None:
        self._rows_all = sum(segment.rows for segment in found.segments)
        self._bytes_all = sum(segment.size for segment in found.segments)
        self._rows = self._bytes = 0

    def add(self, segment: Segment) -> None:
        self._rows += segment.rows
        self._bytes += segment.size

    def progress(self) -> Progress:
        return Progress(Step.DOWNLOAD, self._rows, self._rows_all, self._bytes, self._bytes_all)
