"""What a session does when the two sides do not agree: 409, 410, differing digests, kept-aside.

Each ends in a replica that is as whole as it was: nothing unsent is touched by any of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared import limits
from sync.asides import ResultsRequest, ask_results, believed_results
from sync.exchange import End, HttpReply, Stop, code_of, facts_of
from sync.ports import Replica
from sync.receipts import ReceiptRequest, ask_receipt, believed_receipt
from sync.repair import DAY_MS, Repair
from sync.reports import Act, Ask, Progress, SessionReport, Step, Watch

REPAIRED_TODAY: Final = "sync.repaired_today"


class Recovery:
    """Settles disagreements of one session; `pull` asks for news once more."""

    def __init__(
        self,
        replica: Replica,
        ask: Ask,
        report: SessionReport,
        on_progress: Watch,
        pull: Callable[[], Act],
    ) -> None:
        self._replica = replica
        self._ask = ask
        self._report = report
        self._progress = on_progress
        self._pull = pull
        self._restarts = 0

    def settle(self, reply: HttpReply) -> None:
        """409 and 410: which line and which base are believed from now on."""
        if reply.status == 410:
            self._rebaseline(reply)
            return
        self._restarts += 1
        if self._restarts > limits.RESTARTS_PER_SESSION_MAX:
            raise Stop(End.REFUSED, code_of(reply))
        facts = facts_of(reply)
        epoch, number, chain = facts.get("epoch"), facts.get("number"), facts.get("chain")
        if not isinstance(epoch, str) or not isinstance(number, int) or not isinstance(chain, str):
            raise Stop(End.REFUSED, "sync.answer_does_not_fit")
        if not self._replica.begin_epoch(epoch, number, chain):
            self._replica.mint_incarnation(number)
            self._report.copied = True

    def _rebaseline(self, reply: HttpReply) -> None:
        """The server cannot go on from these cursors: read those scopes anew, beside the old."""
        named = facts_of(reply).get("scopes")
        held = self._replica.standing().cursors
        scopes = [s for s in named if s in held] if isinstance(named, list) else []
        if not scopes or set(scopes) & set(self._report.rebased):
            raise Stop(End.REFUSED, code_of(reply))
        self._replica.begin_rebaseline(scopes)
        self._report.rebased.extend(scopes)

    def after_pull(self) -> Act:
        """Digests were compared: repair what differs, use what agrees, ask about what is aside."""
        if self._report.mismatched:
            yield from self._repair()
        wrong = set(self._report.mismatched)
        agreed = [scope for scope in self._replica.standing().cursors if scope not in wrong]
        self._replica.agreed(agreed)
        yield from self._ask_about_asides()

    def _repair(self) -> Act:
        """At most one repair a scope and server day; then look again."""
        day = self._report.server_ms // DAY_MS
        standing = self._replica.standing()
        wrong = [scope for scope in self._report.mismatched if scope in standing.cursors]
        if any(self._replica.repaired_on(scope) == day for scope in wrong):
            # Scopes without news share one digest: which other one differs cannot be told.
            self._report.code = REPAIRED_TODAY
            return
        for done, scope in enumerate(wrong):
            self._progress(Progress(Step.REPAIR, done, len(wrong)))
            repair = Repair(self._replica, self._ask, standing.epoch, standing.client)
            mended = yield from repair.run(scope, standing.cursors[scope])
            if mended.differing or mended.corrected:
                self._replica.note_repair(scope, day)
                self._report.mended.append(mended)
        self._report.mismatched.clear()
        self._report.end = End.DONE
        yield from self._pull()

    def _ask_about_asides(self) -> Act:
        """Has staff accepted what was kept aside? Asked only when there is something to ask."""
        news = bool(self._report.rows_received or self._report.sent)
        ids = self._replica.asides(self._report.server_ms, news)
        if not ids:
            return
        standing = self._replica.standing()
        request = ResultsRequest(standing.epoch, standing.client, tuple(ids))
        reply = yield from self._ask(ask_results(request))
        results = believed_results(reply, request)
        self._replica.note_results(results, self._report.server_ms)

    def ask_receipt(self) -> Act:
        """After something was sent: what does the office have? Nothing depends on the answer."""
        if not (self._report.sent or self._report.blobs_sent):
            return
        standing = self._replica.standing()
        request = ReceiptRequest(standing.epoch, standing.client, standing.number, standing.chain)
        try:
            reply = yield from self._ask(ask_receipt(request))
        except Stop:
            return
        answer = believed_receipt(reply, request)
        if answer is not None:
            self._replica.keep_receipt(answer)
            self._report.receipt = answer.code
