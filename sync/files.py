"""The exchange of files after the records: documents that are wanted, then what was made here."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from typing import Final

from sync.exchange import End, HttpReply, HttpRequest, Stop, code_of, names_file
from sync.ports import Replica
from sync.reports import Act, Ask, Progress, SessionReport, Step, Watch

BLOB: Final = "/api/v1/blobs/"

Sending = Generator[HttpRequest, HttpReply, bool]


class FileExchange:
    """The files of one session; `ask` sends a request and counts it in `report`."""

    def __init__(
        self, replica: Replica, ask: Ask, report: SessionReport, on_progress: Watch
    ) -> None:
        self._replica = replica
        self._ask = ask
        self._report = report
        self._progress = on_progress

    def run(self) -> Act:
        """Fetch what must be here, send what the server has not confirmed."""
        yield from self._fetch_wanted()
        waiting = self._replica.blobs_to_send()
        for done, blob in enumerate(waiting):
            self._progress(Progress(Step.FILES, done, len(waiting)))
            reply = yield from self._ask(HttpRequest("HEAD", BLOB + blob.sha256))
            held = reply.status == 200 and names_file(reply, blob.sha256)
            if not held:
                data = self._replica.blob_bytes(blob.sha256)
                held = yield from self.send_whole(blob.sha256, data)
            if held:
                self._replica.blob_sent(blob.sha256)
                self._report.blobs_sent += 1

    def send_whole(self, sha256: str, data: bytes) -> Sending:
        """True when the server says that it holds this very file; a refused one stops no other."""
        headers = (("content-type", "application/octet-stream"),)
        reply = yield from self._ask(HttpRequest("PUT", BLOB + sha256, data, headers))
        if reply.status in (200, 201):
            if not names_file(reply, sha256):
                raise Stop(End.NO_NETWORK, "sync.not_our_server")
            return True
        if reply.status >= 500:
            raise Stop(End.REFUSED, code_of(reply))
        self._report.blobs_refused += 1
        self._report.code = code_of(reply)
        return False

    def _fetch_wanted(self) -> Act:
        wanted = self._replica.blobs_wanted()
        for done, sha256 in enumerate(wanted):
            self._progress(Progress(Step.FILES, done, len(wanted)))
            reply = yield from self._ask(HttpRequest("GET", BLOB + sha256))
            if 400 <= reply.status < 500:
                continue
            if reply.status != 200:
                raise Stop(End.REFUSED, code_of(reply))
            if hashlib.sha256(reply.body).hexdigest() != sha256:
                raise Stop(End.NO_NETWORK, "sync.file_damaged")
            self._replica.keep_blob(sha256, reply.body)
            self._report.blobs_received += 1
