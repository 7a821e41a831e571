"""The files' half of a session against any transport, as the tablet's synchroniser drives it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from typing import Protocol

from sync.exchange import End, HttpReply, HttpRequest, Stop, code_of
from sync.files import FileExchange
from sync.reports import SessionReport
from sync.shelf import Allowance, FileShelf, Unlimited
from tests.support.memory_shelf import MemoryShelf


class Transport(Protocol):
    """Carries one request."""

    def exchange(self, request: HttpRequest) -> HttpReply: ...


def shelf_of(*files: bytes) -> MemoryShelf:
    """A shelf with files that the server has not got."""
    by_name = {hashlib.sha256(data).hexdigest(): data for data in files}
    return MemoryShelf(by_name, list(by_name), [], {})


def exchange_files(
    shelf: FileShelf,
    transport: Transport,
    allowance: Allowance | None = None,
    before: Callable[[FileExchange], None] = lambda _: None,
) -> SessionReport:
    """One session's files; the report says how it ended."""
    report = SessionReport()

    def ask(request: HttpRequest) -> Generator[HttpRequest, HttpReply, HttpReply]:
        report.round_trips += 1
        reply = yield request
        if reply.status == 0:
            raise Stop(End.NO_NETWORK)
        if reply.status in (401, 429, 503):
            raise Stop(End.BUSY, code_of(reply))
        return reply

    files = FileExchange(shelf, ask, report, lambda _: None, allowance or Unlimited())
    before(files)
    steps = files.run()
    try:
        request = next(steps)
        while True:
            request = steps.send(transport.exchange(request))
    except StopIteration:
        pass
    except Stop as stop:
        report.end, report.code = stop.end, stop.code
    return report
