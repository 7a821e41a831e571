"""Segments: the beginning of a scope, cut into immutable files that are made once for everybody.

A segment is what a page from one position to another said when it was made. They follow each other
without a gap, so a tablet's cursor tells which it has, and applying one is applying a page. What
was replaced or left a scope since comes with a later segment or with the pages after the last one:
a put applies only if its revision is at least the one held, and the digest at the head proves all.

The list is asked for with a pull request's own body; its answer is lines: who it is for, a line a
segment, the end. A file is `sync.packing` in gzip; its name is the SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared import limits
from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.errors import BadInput
from shared.ids import is_sha256
from sync import packing
from sync.codec import gunzip_bytes, gzip_bytes
from sync.messages import Page

SEGMENTS: Final = "/api/v1/sync/segments"


@dataclass(frozen=True, slots=True)
class Segment:
    """A file with the rows of one scope after `start` up to `end`.

    `size` in bytes as sent, `unfolded` in bytes of the rows as they will be held.
    """

    scope: str
    start: int
    end: int
    rows: int
    size: int
    unfolded: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SegmentList:
    """The segments of the scopes asked for, and where the heads of those scopes are.

    It echoes client and epoch like any answer.
    """

    epoch: str
    client: str
    heads: Mapping[str, int]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """When a segment is worth making (`growth` places in the feed) and when it is `full` (bytes of
    its rows)."""

    growth: int = limits.SEGMENT_GROWTH_PLACES
    full: int = limits.SEGMENT_STATES_BYTES


def next_start(found: Sequence[Segment], head: int, sizes: Sizes) -> int | None:
    """Where the next segment of a scope begins, or None when there is not enough for one.

    The last one is made anew, longer, as long as it is not nearly full.
    """
    if not found:
        return 0 if head >= sizes.growth else None
    last = found[-1]
    if head - last.end < sizes.growth or len(found) >= limits.SEGMENTS_PER_SCOPE_MAX:
        return None
    return last.start if last.unfolded < sizes.full * 3 // 4 else last.end


def write_segment(
    epoch: str, scope: str, start: int, end: int, lines: Sequence[bytes]
) -> tuple[Segment, bytes]:
    """Make the file of a page's lines (states, leaves) as they stand now."""
    about: dict[str, JsonValue] = {"epoch": epoch, "scope": scope, "from": start, "to": end}
    data = gzip_bytes(packing.pack(about, lines))
    name = hashlib.sha256(data).hexdigest()
    unfolded = sum(map(len, lines))
    return Segment(scope, start, end, len(lines), len(data), unfolded, name), data


def read_segment(segment: Segment, epoch: str, data: bytes, head: int) -> Page:
    """The page in a file; `head` is where the scope's head is said to be.

    Raises BadInput unless it is this segment, of this epoch, whole.
    """
    if hashlib.sha256(data).hexdigest() != segment.sha256:
        raise BadInput("a segment is damaged: its bytes are not those of its name")
    about, rows = packing.unpack(gunzip_bytes(data, limits.PULL_ANSWER_BYTES_MAX))
    wanted = {"epoch": epoch, "scope": segment.scope, "from": segment.start, "to": segment.end}
    if about != wanted or len(rows) != segment.rows:
        raise BadInput("a segment is of another epoch, scope or place than it is listed for")
    return Page(segment.scope, segment.start, segment.end, head, tuple(rows))


def encode_list(found: SegmentList) -> bytes:
    """The list as lines."""
    heads: dict[str, JsonValue] = dict(found.heads)
    rows = [canonical_bytes({"epoch": found.epoch, "client": found.client, "heads": heads})]
    rows += [canonical_bytes(segment_json(segment)) for segment in found.segments]
    rows.append(canonical_bytes({"end": len(found.segments)}))
    return b"\n".join(rows) + b"\n"


def segment_json(segment: Segment) -> dict[str, JsonValue]:
    """A line of the list."""
    return {
        "segment": segment.sha256,
        "scope": segment.scope,
        "from": segment.start,
        "to": segment.end,
        "rows": segment.rows,
        "bytes": segment.size,
        "unfolded": segment.unfolded,
    }


def decode_list(body: bytes) -> SegmentList:
    """Read a list. Raises BadInput, TooLarge; a list without its own end is cut off."""
    if len(body) > limits.SEGMENT_LIST_BYTES_MAX or not body.endswith(b"\n"):
        raise BadInput("a list of segments is cut off or too large")
    lines = body[:-1].split(b"\n")
    rows = [_object(line, limits.PULL_REQUEST_BYTES_MAX) for line in lines]
    head, end = rows[0], rows[-1]
    epoch, client, heads = head.get("epoch"), head.get("client"), head.get("heads")
    if not isinstance(epoch, str) or not isinstance(client, str) or not isinstance(heads, dict):
        raise BadInput("a list of segments says for whom it is, and of which scopes")
    if len(rows) < 2 or end != {"end": len(rows) - 2}:
        raise BadInput("a list of segments is cut off before its end")
    found = tuple(segment_of(row) for row in rows[1:-1])
    heads = {scope: _count(heads, scope) for scope in heads}
    if any(segment.end > heads.get(segment.scope, 0) for segment in found):
        raise BadInput("a segment ends behind the head of its scope")
    return SegmentList(epoch, client, heads, found)


def segment_of(raw: dict[str, Any]) -> Segment:
    """Read a line of the list."""
    scope, sha256 = raw.get("scope"), raw.get("segment")
    if not isinstance(scope, str) or not 0 < len(scope) <= limits.SCOPE_ID_LENGTH_MAX:
        raise BadInput("a segment is of a scope")
    if not isinstance(sha256, str) or not is_sha256(sha256):
        raise BadInput("a segment is named by its hash")
    start, end = _count(raw, "from"), _count(raw, "to")
    rows, size, unfolded = (_count(raw, name) for name in ("rows", "bytes", "unfolded"))
    if start >= end or rows > limits.SEGMENT_ROWS_MAX or size > limits.SEGMENT_BYTES_MAX:
        raise BadInput("a segment goes forward and is bounded")
    return Segment(scope, start, end, rows, size, unfolded, sha256)


def _object(row: bytes, bytes_max: int) -> dict[str, Any]:
    raw = read_json(row, bytes_max=bytes_max)
    if not isinstance(raw, dict):
        raise BadInput("an object was expected")
    return raw


def _count(raw: dict[str, Any], name: str) -> int:
    value = raw.get(name)
    if type(value) is not int or not 0 <= value <= limits.INTEGER_MAX:
        raise BadInput(f"{name} must be a whole number, zero or more")
    return value
