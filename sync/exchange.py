"""Requests, replies, and what a reply is worth: ours and whole, or somebody else's.

A captive portal answers anything with 200. So nothing is believed that does not echo who asked, or
does not name the file it speaks of: such a reply counts as "no network".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared import limits
from shared.canonical import read_json
from shared.errors import BadInput
from sync import codec
from sync.commitments import chain_over
from sync.messages import PullAnswer, PullRequest, PushAnswer, PushHeader
from sync.ports import NumberedLine
from sync.retry import LONGEST_MS
from sync.version import MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What to send. `body` is ready (compressed where the headers say so)."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came back. `headers` have lower-case names; `body` is decompressed and bounded."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, or the empty text."""
        return next((v for k, v in self.headers if k == name), "")


NO_NETWORK: Final = HttpReply(0)
CANCELLED: Final = HttpReply(-1)
"""In the place of a reply: the person asked to stop before this request was sent."""


class End(StrEnum):
    """How a session ended."""

    DONE = "done"
    NO_NETWORK = "no_network"
    NOT_SIGNED_IN = "not_signed_in"
    BUSY = "busy"
    REFUSED = "refused"
    UPGRADE = "upgrade"
    MISMATCH = "digest_mismatch"
    CANCELLED = "cancelled"


class Stop(Exception):
    """Ends the session with a reason; the replica is consistent at any moment."""

    def __init__(self, end: End, code: str = "", retry_after_ms: int = 0) -> None:
        super().__init__(end)
        self.end = end
        self.code = code
        self.retry_after_ms = retry_after_ms


def fits(answer: PushAnswer, chain: str, lines: Sequence[NumberedLine]) -> bool:
    """Does each result name the change sent in its place, and is the chain after them ours?

    `chain` (hex) stood before the first of `lines`. An answer may end early, never say more.
    """
    results = answer.results
    if not 0 < len(results) <= len(lines):
        return False
    answered = lines[: len(results)]
    after = chain_over(bytes.fromhex(chain), [line.head_hash for line in answered]).hex()
    return (answer.number, answer.chain) == (answered[-1].number, after) and all(
        result.number == line.number and result.id in (line.id, None)
        for result, line in zip(results, answered, strict=True)
    )


def believed_push(reply: HttpReply, header: PushHeader) -> PushAnswer:
    """An answer that does not echo client and epoch is a captive portal's: "no network"."""
    try:
        _our_media_type(reply)
        answer = codec.decode_push_answer(reply.body)
    except BadInput:
        raise Stop(End.NO_NETWORK, "sync.not_our_server") from None
    if (answer.client, answer.epoch) != (header.client, header.epoch):
        raise Stop(End.NO_NETWORK, "sync.not_our_server")
    return answer


def believed_pull(reply: HttpReply, request: PullRequest) -> PullAnswer:
    """The same for a pull: whole, and for this client in this epoch."""
    try:
        _our_media_type(reply)
        answer = codec.decode_pull_answer(reply.body)
    except BadInput:
        raise Stop(End.NO_NETWORK, "sync.not_our_server") from None
    if (answer.client, answer.epoch) != (request.client, request.epoch):
        raise Stop(End.NO_NETWORK, "sync.not_our_server")
    return answer


def names_file(reply: HttpReply, sha256: str) -> bool:
    """Does a reply about a file speak of this file? Its entity tag is the file's SHA-256."""
    return reply.header("etag").removeprefix("W/").strip('"') == sha256


def _our_media_type(reply: HttpReply) -> None:
    if reply.header("content-type").split(";")[0].strip() != MEDIA_TYPE:
        raise BadInput("not our media type")


def facts_of(reply: HttpReply) -> dict[str, object]:
    """The facts of a problem; what is no JSON is not our server's."""
    try:
        raw = read_json(reply.body, bytes_max=limits.PROBLEM_BYTES_MAX)
    except BadInput:
        raise Stop(End.NO_NETWORK, "sync.not_our_server") from None
    return dict(raw) if isinstance(raw, dict) else {}


def code_of(reply: HttpReply) -> str:
    """The stable code of a problem, or its status in words."""
    try:
        raw = read_json(reply.body, bytes_max=limits.PROBLEM_BYTES_MAX)
    except BadInput:
        return f"http.{reply.status}"
    found = raw.get("code") if isinstance(raw, dict) else None
    return found if isinstance(found, str) else f"http.{reply.status}"


def retry_after_ms(reply: HttpReply) -> int:
    """What Retry-After asks for, at most the longest wait: it may be a captive portal's."""
    text = reply.header("retry-after")
    return min(int(text) * 1000, LONGEST_MS) if text.isdecimal() and len(text) < 6 else 0
