"""The exchange of files after the records: documents, small pictures, then originals in parts.

The order serves a person on a slow line: what a form needs first, then what a colleague wants to
see, then the evidence in full. A line that breaks costs at most one part: nothing is remembered
here, the server says which parts it has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from typing import Final, TypeVar

from shared.canonical import JsonLike, canonical_bytes, read_json
from shared.errors import BadInput
from shared.ids import is_sha256
from shared.limits import (
    FILE_NAMES_ASKED_MAX,
    PROBLEM_BYTES_MAX,
    THUMBNAIL_BYTES_MAX,
    THUMBNAILS_PER_SESSION_MAX,
    WHOLE_FILE_BYTES_MAX,
)
from sync.exchange import End, HttpReply, HttpRequest, Stop, code_of, facts_of, names_file
from sync.parts import Cut, cut_of, digest_text, read_content_range, read_held, read_ranges
from sync.reports import Act, Ask, Progress, SessionReport, Step, Watch
from sync.shelf import Allowance, FileKind, FileShelf, FileToSend, LostFile

BLOB: Final = "/api/v1/blobs/"
FILES: Final = "/api/v1/files/"
WANTED_HEADER: Final = "samruat-files-wanted"
ROUNDS_OF_PARTS_MAX: Final = 3
"""How often parts that the server lost meanwhile are sent again in one session."""

Item = TypeVar("Item")
Sending = Generator[HttpRequest, HttpReply, bool]
_BYTES: Final = ("content-type", "application/octet-stream")
_JSON: Final = ("content-type", "application/json")


class FileExchange:
    """The files of one session; `ask` sends a request and counts it in `report`."""

    def __init__(
        self,
        shelf: FileShelf,
        ask: Ask,
        report: SessionReport,
        on_progress: Watch,
        allowance: Allowance,
    ) -> None:
        self._shelf = shelf
        self._ask = ask
        self._report = report
        self._progress = on_progress
        self._allowance = allowance
        self._wanted = False

    def heed(self, reply: HttpReply) -> None:
        """A reply to another question may say that the server has lost files of this tablet."""
        self._wanted = self._wanted or bool(reply.header(WANTED_HEADER))

    def run(self) -> Act:
        """Fetch what must be here, send what the server has not confirmed."""
        yield from self._fetch_each(self._shelf.documents_wanted(), FileKind.DOCUMENT)
        if self._wanted:
            yield from self._hear_what_is_wanted()
        yield from self._tell_lost()
        yield from self._send_thumbnails()
        yield from self._fetch_thumbnails()
        yield from self._send_originals()
        yield from self._fetch_each(self._shelf.originals_wanted(), FileKind.ORIGINAL)
        yield from self._ask_what_may_go()

    # -- whole files

    def send_whole(self, sha256: str, data: bytes) -> Sending:
        """True when the server says that it holds this very file; a refused one stops no other."""
        reply = yield from self._ask(HttpRequest("PUT", BLOB + sha256, data, (_BYTES,)))
        self._allowance.spend(len(data))
        return self._is_held(reply, sha256)

    def _is_held(self, reply: HttpReply, sha256: str) -> bool:
        if reply.status in (200, 201):
            if not names_file(reply, sha256):
                raise Stop(End.NO_NETWORK, "sync.not_our_server")
            self._shelf.sent(sha256, _finding(reply))
            return True
        if reply.status >= 500:
            raise Stop(End.REFUSED, code_of(reply))
        self._report.blobs_refused += 1
        self._report.code = code_of(reply)
        return False

    # -- originals, up

    def _send_originals(self) -> Act:
        waiting = self._shelf.to_send()
        held = yield from self._held_already([file.sha256 for file in waiting if file.doubted])
        for name in held:
            self._shelf.sent(name)
        waiting = [file for file in waiting if file.sha256 not in held]
        for done, file in enumerate(waiting):
            if not self._allowance.may(FileKind.ORIGINAL, file.size):
                self._report.files_held_back += 1
                continue
            self._progress(Progress(Step.FILES, done, len(waiting)))
            if reason := self._shelf.is_sound(file.sha256):
                self._shelf.lost([LostFile(file.sha256, reason)])
                yield from self._tell_lost()
                continue
            if file.size <= WHOLE_FILE_BYTES_MAX:
                data = self._shelf.read(file.sha256, 0, file.size)
                sent = yield from self.send_whole(file.sha256, data)
            else:
                sent = yield from self._send_in_parts(file)
            if sent:
                self._report.blobs_sent += 1

    def _send_in_parts(self, file: FileToSend) -> Sending:
        """Ask which parts are there, send the others, let the whole be checked."""
        reply = yield from self._ask(HttpRequest("HEAD", BLOB + file.sha256))
        if reply.status == 200:
            return self._is_held(reply, file.sha256)
        here = read_held(reply.header("samruat-parts"), file.size)
        cut, held = here if here is not None else (cut_of(file.size), set[int]())
        missing = cut.missing(held)
        for _ in range(ROUNDS_OF_PARTS_MAX):
            for index in missing:
                if not (yield from self._send_part(file.sha256, cut, index)):
                    return False
            reply = yield from self._done(file.sha256, cut)
            if code_of(reply) != "blob.parts_missing":
                break
            missing = _named_missing(reply, cut)
        return self._is_held(reply, file.sha256)

    def _send_part(self, sha256: str, cut: Cut, index: int) -> Sending:
        data = self._shelf.read(sha256, cut.start(index), cut.length(index))
        path = f"{BLOB}{sha256}/parts/{index}?size={cut.size}&part_bytes={cut.part_bytes}"
        own_hash = ("content-digest", digest_text(hashlib.sha256(data).hexdigest()))
        reply = yield from self._ask(HttpRequest("PUT", path, data, (_BYTES, own_hash)))
        self._allowance.spend(len(data))
        if reply.status == 204:
            if not names_file(reply, sha256):
                raise Stop(End.NO_NETWORK, "sync.not_our_server")
            return True
        if code_of(reply) == "blob.hash_mismatch":
            # Changed on its way: the line is no good, another session sends this part again.
            raise Stop(End.NO_NETWORK, "sync.file_damaged")
        return self._is_held(reply, sha256)

    def _done(self, sha256: str, cut: Cut) -> Generator[HttpRequest, HttpReply, HttpReply]:
        told = canonical_bytes({"size": cut.size, "part_bytes": cut.part_bytes})
        return (yield from self._ask(HttpRequest("POST", f"{BLOB}{sha256}/done", told, (_JSON,))))

    # -- what was lost, here or there

    def _hear_what_is_wanted(self) -> Act:
        reply = yield from self._ask(HttpRequest("GET", FILES + "wanted"))
        names = _names_in(reply, "wanted")
        self._shelf.lost(self._shelf.wanted_again(names))
        self._report.files_wanted += len(names)

    def _tell_lost(self) -> Act:
        for some in _portions(self._shelf.lost_to_tell()):
            told: JsonLike = [{"sha256": file.sha256, "reason": file.reason} for file in some]
            body = canonical_bytes({"files": told})
            reply = yield from self._ask(HttpRequest("POST", FILES + "lost", body, (_JSON,)))
            if reply.status != 200:
                return
            self._shelf.lost_told([file.sha256 for file in some])
            self._report.files_lost += len(some)

    def _held_already(self, names: Sequence[str]) -> Generator[HttpRequest, HttpReply, set[str]]:
        """Which of these files the server has; one question for many."""
        held: set[str] = set()
        for some in _portions(names):
            body = canonical_bytes({"files": list(some)})
            reply = yield from self._ask(HttpRequest("POST", FILES + "held", body, (_JSON,)))
            held.update(set(some) & set(_names_in(reply, "held")))
        return held

    def _ask_what_may_go(self) -> Act:
        """Only a tablet whose room is short asks, and only what is named may ever go."""
        for some in _portions(self._shelf.to_ask_about()):
            body = canonical_bytes({"files": list(some)})
            reply = yield from self._ask(HttpRequest("POST", FILES + "forgettable", body, (_JSON,)))
            allowed = set(_names_in(reply, "forgettable")) & set(some)
            if allowed:
                self._shelf.forgettable(sorted(allowed))

    # -- small pictures

    def _send_thumbnails(self) -> Act:
        for original in self._shelf.thumbnails_to_send():
            if not self._allowance.may(FileKind.THUMBNAIL, THUMBNAIL_BYTES_MAX):
                return
            data = self._shelf.thumbnail(original)
            if data:
                own_hash = ("content-digest", digest_text(hashlib.sha256(data).hexdigest()))
                path = f"{BLOB}{original}/thumbnail"
                reply = yield from self._ask(HttpRequest("PUT", path, data, (_BYTES, own_hash)))
                self._allowance.spend(len(data))
                if reply.status >= 500:
                    return
                self._report.thumbnails_sent += reply.status in (200, 201)
            self._shelf.thumbnail_sent(original)

    def _fetch_thumbnails(self) -> Act:
        """Whoever refuses them hinders nothing else."""
        for original in self._shelf.thumbnails_wanted(THUMBNAILS_PER_SESSION_MAX):
            if not self._allowance.may(FileKind.THUMBNAIL, THUMBNAIL_BYTES_MAX):
                return
            reply = yield from self._ask(HttpRequest("GET", f"{BLOB}{original}/thumbnail"))
            self._allowance.spend(len(reply.body))
            found = reply.status == 200 and len(reply.body) <= THUMBNAIL_BYTES_MAX
            if found and not names_file(reply, hashlib.sha256(reply.body).hexdigest()):
                raise Stop(End.NO_NETWORK, "sync.file_damaged")
            if not found and reply.status != 404:
                return
            self._shelf.keep_thumbnail(original, reply.body if found else b"")
            self._report.thumbnails_received += found

    # -- down, by Range

    def _fetch_each(self, names: Sequence[str], kind: FileKind) -> Act:
        for done, sha256 in enumerate(names):
            if not self._allowance.may(kind, WHOLE_FILE_BYTES_MAX):
                self._report.files_held_back += 1
                continue
            self._progress(Progress(Step.FILES, done, len(names)))
            if (yield from self._fetch(sha256)):
                self._report.blobs_received += 1

    def _fetch(self, sha256: str) -> Sending:
        """Part after part from where the last session stopped; False when it is not to be had."""
        while True:
            start = self._shelf.begun(sha256)
            wanted = ("range", f"bytes={start}-{start + WHOLE_FILE_BYTES_MAX - 1}")
            same = ("if-range", f'"{sha256}"')
            reply = yield from self._ask(HttpRequest("GET", BLOB + sha256, b"", (wanted, same)))
            self._allowance.spend(len(reply.body))
            if 400 <= reply.status < 500:
                self._shelf.not_to_be_had(sha256)
                return False
            if reply.status not in (200, 206):
                raise Stop(End.REFUSED, code_of(reply))
            if not names_file(reply, sha256):
                raise Stop(End.NO_NETWORK, "sync.not_our_server")
            span = (0, len(reply.body))
            if reply.status == 206:
                span = read_content_range(reply.header("content-range"), len(reply.body))
            if reply.status == 206 and span[0] != start:
                raise Stop(End.NO_NETWORK, "sync.not_our_server")
            self._shelf.keep_part(sha256, span[0], reply.body)
            if span[0] + len(reply.body) >= span[1]:
                if not self._shelf.finish(sha256):
                    raise Stop(End.NO_NETWORK, "sync.file_damaged")
                return True


def _finding(reply: HttpReply) -> str:
    """What the server found of a file that it took: a code, or nothing."""
    found = code_of(reply)
    return "" if found.startswith("http.") else found


def _named_missing(reply: HttpReply, cut: Cut) -> list[int]:
    """The parts that the server names as missing; all of them when it cannot be read."""
    text = facts_of(reply).get("missing")
    try:
        named = read_ranges(text if isinstance(text, str) else "", cut.count)
    except BadInput:
        named = set()
    return sorted(named) or cut.missing(())


def _names_in(reply: HttpReply, member: str) -> list[str]:
    """The file names that an answer lists; none when it is no answer of ours."""
    if reply.status != 200:
        return []
    try:
        raw = read_json(reply.body, bytes_max=PROBLEM_BYTES_MAX)
    except BadInput:
        return []
    found = raw.get(member) if isinstance(raw, dict) else None
    listed = found if isinstance(found, list) else []
    return [name for name in listed[:FILE_NAMES_ASKED_MAX] if is_sha256(name)]


def _portions(items: Sequence[Item]) -> list[Sequence[Item]]:
    """As many at a time as one question may name."""
    starts = range(0, len(items), FILE_NAMES_ASKED_MAX)
    return [items[start : start + FILE_NAMES_ASKED_MAX] for start in starts]
