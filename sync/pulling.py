"""The pull half of a session: segments where there are any, then pages in order, then digests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared.errors import BadInput
from sync import codec
from sync.digest import combined
from sync.downloading import FAR_BEHIND, Download
from sync.exchange import End, HttpReply, HttpRequest, Stop, believed_pull, code_of
from sync.messages import Page, PullAnswer, PullRequest
from sync.ports import Replica
from sync.reports import Act, Ask, Progress, SessionReport, Step, Watch
from sync.version import MEDIA_TYPE, PROTOCOL

PULL: Final = "/api/v1/sync/pull"


class Pulling:
    """Pulls everything that is new for one replica.

    `on_conflict` is given the reply when the server and this replica disagree about the epoch or
    the line of changes (409), or a scope must be read anew (410); it settles that and pushes, and
    the pull begins again.
    """

    def __init__(
        self,
        replica: Replica,
        ask: Ask,
        report: SessionReport,
        on_progress: Watch,
        on_conflict: Callable[[HttpReply], Act],
        far_behind: int = FAR_BEHIND,
    ) -> None:
        self._replica = replica
        self._ask = ask
        self._report = report
        self._progress = on_progress
        self._on_conflict = on_conflict
        self._download = Download(replica, ask, report, on_progress, far_behind)

    def run(self) -> Act:
        """Until every scope has reached its head; raises `Stop` when it cannot."""
        while True:
            standing = self._replica.standing()
            if (yield from self._download.run(standing)):
                standing = self._replica.standing()
            request = PullRequest(
                PROTOCOL,
                standing.epoch,
                standing.client,
                standing.cursors,
                self._download.bytes_to_ask_for(standing),
            )
            body = codec.encode_pull(request)
            reply = yield from self._ask(
                HttpRequest("POST", PULL, body, (("content-type", MEDIA_TYPE),))
            )
            if reply.status in (409, 410):
                yield from self._on_conflict(reply)
                continue
            if reply.status == 426:
                raise Stop(End.UPGRADE, code_of(reply))
            if reply.status != 200:
                raise Stop(End.REFUSED, code_of(reply))
            answer = believed_pull(reply, request)
            if (yield from self._download.instead_of(answer.pages, standing)):
                continue
            if self._take(answer, request):
                return
            after = self._replica.standing()
            if (after.cursors, after.client) == (standing.cursors, standing.client):
                raise Stop(End.REFUSED, "sync.no_progress")

    def _take(self, answer: PullAnswer, request: PullRequest) -> bool:
        """Apply an answer; True when every scope has reached its head."""
        self._replica.note_server_time(answer.server_time_ms)
        self._report.server_ms = answer.server_time_ms
        if answer.granted is not None and set(answer.granted) != set(request.scopes):
            self._replica.hold_scopes(answer.granted)
        more = answer.granted is not None and not set(answer.granted) <= set(request.scopes)
        for page in answer.pages:
            if not self._apply(page):
                raise Stop(End.REFUSED, "sync.page_out_of_order")
            self._report.rows_received += len(page.rows)
            self._progress(Progress(Step.PULL, page.cursor, page.head))
            more = more or page.cursor < page.head
        if not more:
            self._compare(answer, request)
            self._mind_copy(answer)
        return not more

    def _apply(self, page: Page) -> bool:
        try:
            return self._replica.apply_page(page)
        except BadInput as reason:
            raise Stop(End.REFUSED, reason.code) from reason

    def _mind_copy(self, answer: PullAnswer) -> None:
        """A server that knows more of this client than it does itself was spoken to by another
        copy of this database: become a new client before the next save is numbered."""
        standing = self._replica.standing()
        if answer.client != standing.client or answer.number < standing.number:
            return
        if (answer.number, answer.chain) != (standing.number, standing.chain):
            self._replica.mint_incarnation(answer.number)
            self._report.copied = True

    def _compare(self, answer: PullAnswer, request: PullRequest) -> None:
        """Digests are compared at the head only, and never adopted: a difference is reported."""
        held = self._replica.standing().digests
        paged = {page.scope for page in answer.pages}
        for page in answer.pages:
            if page.digest is not None and int(page.digest, 16) != held.get(page.scope):
                self._report.mismatched.append(page.scope)
        if answer.unchanged is not None:
            asked = set(request.scopes)
            if answer.granted is not None:
                asked &= set(answer.granted)
            rest = [(scope, held[scope]) for scope in sorted(asked - paged) if scope in held]
            if combined(rest) != answer.unchanged:
                self._report.mismatched.extend(scope for scope, _ in rest)
        if self._report.mismatched:
            self._report.end = End.MISMATCH
