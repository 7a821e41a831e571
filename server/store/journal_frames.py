"""Frames of the journal: how an entry lies in a segment file, and how one is read back.

A segment is a file of frames. Each has a header of fixed size and a payload::

    magic 4 | seq u64 | length u32 | SHA-256 of the payload 32 | chain 32 | CRC-32 of these 4

`chain` is SHA-256(chain before | SHA-256 of the payload): it says that no entry is missing, added
or exchanged. The CRC tells a header from chance, so that reading goes on behind damage. The first
frame of a segment has seq and chain of the entry before it and says whose journal it is.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ENTRY: Final = b"SJE1"
SEGMENT: Final = b"SJS1"
PAYLOAD_BYTES_MAX: Final = 256 * 1024 * 1024
"""More than any transaction of ours; a damaged length is found out before it is read."""
SUFFIX: Final = ".journal"
_FIXED: Final = struct.Struct(">4sQI32s32s")
_CRC: Final = struct.Struct(">I")
HEADER_BYTES: Final = _FIXED.size + _CRC.size
_LENGTH: Final = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the journal: the number of an entry, and the chain behind it (hex)."""

    seq: int
    chain: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one transaction accepted: plain JSON `facts`, and `bodies` of bytes they point into."""

    facts: dict[str, Any]
    bodies: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """An entry read back, and where it lies."""

    position: Position
    entry: Entry
    segment: str
    offset: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a segment that are no frame, or frames that are missing before `next_seq`."""

    segment: str
    offset: int
    bytes: int
    after_seq: int
    next_seq: int | None


def chain_after(chain: str, payload_hash: bytes) -> str:
    """The chain behind an entry."""
    return hashlib.sha256(bytes.fromhex(chain) + payload_hash).hexdigest()


def pack(entry: Entry) -> bytes:
    """An entry as a payload: the facts, then the bodies as they are."""
    facts = {**entry.facts, "bodies": [len(body) for body in entry.bodies]}
    head = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join([_LENGTH.pack(len(head)), head, *entry.bodies])


def unpack(data: bytes) -> Entry:
    """A payload as an entry. Raises ValueError for bytes that are none."""
    try:
        (size,) = _LENGTH.unpack_from(data)
        facts = json.loads(data[_LENGTH.size : _LENGTH.size + size])
        lengths = [int(length) for length in facts.pop("bodies")]
    except (struct.error, KeyError, TypeError, AttributeError, RecursionError) as why:
        raise ValueError("not an entry of the journal") from why
    bodies, at = [], _LENGTH.size + size
    for length in lengths:
        bodies.append(data[at : at + length])
        at += length
    return Entry(facts, tuple(bodies))


def frame(magic: bytes, seq: int, payload: bytes, chain: str) -> bytes:
    """A frame; `chain` is the one it bears."""
    fixed = _FIXED.pack(
        magic, seq, len(payload), hashlib.sha256(payload).digest(), bytes.fromhex(chain)
    )
    return fixed + _CRC.pack(zlib.crc32(fixed)) + payload


@dataclass(frozen=True, slots=True)
class RawFrame:
    """A frame whose payload hashes to what its header says; `end` is the offset behind it."""

    magic: bytes
    position: Position
    payload: bytes
    payload_hash: bytes
    end: int


def frame_at(data: bytes, offset: int) -> RawFrame | None:
    """The whole, sound frame at an offset, or None."""
    start = offset + HEADER_BYTES
    if start > len(data):
        return None
    fixed = data[offset : offset + _FIXED.size]
    if zlib.crc32(fixed) != _CRC.unpack_from(data, offset + _FIXED.size)[0]:
        return None
    magic, seq, length, payload_hash, chain = _FIXED.unpack(fixed)
    payload = data[start : start + length]
    sound = magic in (ENTRY, SEGMENT) and len(payload) == length <= PAYLOAD_BYTES_MAX
    if not sound or hashlib.sha256(payload).digest() != payload_hash:
        return None
    return RawFrame(magic, Position(seq, chain.hex()), payload, payload_hash, start + length)


def next_frame(data: bytes, offset: int) -> int | None:
    """The offset of the next sound frame at or behind an offset."""
    while True:
        places = [at for at in (data.find(m, offset) for m in (ENTRY, SEGMENT)) if at >= 0]
        if not places:
            return None
        offset = min(places)
        if frame_at(data, offset) is not None:
            return offset
        offset += 1


@dataclass(slots=True)
class Tail:
    """Where a segment's sound frames end: there, everything behind may be cut off."""

    position: Position | None = None
    end: int = 0
    damaged: list[Damage] = field(default_factory=list)


def read_frames(data: bytes, segment: str, tail: Tail) -> Iterator[tuple[int, RawFrame]]:
    """The sound frames of a segment with their offsets; `tail` is filled while reading.

    What cannot be read between two frames is damage; what cannot be read at the end is the torn
    tail of a write that was cut off, and is not told as damage.
    """
    offset = 0
    while offset < len(data):
        found = frame_at(data, offset)
        if found is None:
            onward = next_frame(data, offset + 1)
            if onward is None:
                return
            after = 0 if tail.position is None else tail.position.seq
            met = frame_at(data, onward)
            seq = None if met is None else met.position.seq
            tail.damaged.append(Damage(segment, offset, onward - offset, after, seq))
            offset = onward
            continue
        yield offset, found
        tail.position, tail.end = found.position, found.end
        offset = found.end


def segments_of(folder: Path) -> list[Path]:
    """The segments of a journal in their order; none when there is no such folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def segment_name(number: int) -> str:
    """The file name of the n-th segment."""
    return f"{number:08d}{SUFFIX}"


def read_journal(folder: Path, after: int = 0) -> Iterator[Found | Damage]:
    """Every entry above number `after` that can be read, in order, and all damage between.

    A journal that somebody began anew bears the numbers on; a gap in them is damage, too.
    """
    last: Position | None = None
    for path in _from_segment(segments_of(folder), after):
        tail = Tail()
        data = path.read_bytes()
        told = 0
        for offset, found in read_frames(data, path.name, tail):
            yield from tail.damaged[told:]
            fits = _follows(last, found)
            if not fits and len(tail.damaged) == told:
                before = 0 if last is None else last.seq
                yield Damage(path.name, offset, 0, before, found.position.seq)
            told = len(tail.damaged)
            last = found.position
            if found.magic == ENTRY and found.position.seq > after:
                yield from _entry(found, path.name, offset)


def _follows(last: Position | None, found: RawFrame) -> bool:
    if last is None:
        return True
    if found.magic == SEGMENT:
        return found.position == last or b'"anew"' in found.payload[:200]
    return (
        found.position.seq == last.seq + 1
        and chain_after(last.chain, found.payload_hash) == found.position.chain
    )


def _entry(found: RawFrame, segment: str, offset: int) -> Iterator[Found | Damage]:
    try:
        yield Found(found.position, unpack(found.payload), segment, offset)
    except ValueError:
        seq = found.position.seq
        yield Damage(segment, offset, found.end - offset, seq - 1, seq + 1)


def _from_segment(paths: Sequence[Path], after: int) -> Sequence[Path]:
    """The segments that can have entries above a number: the last that begins below it, and on."""
    if not after:
        return paths
    begins = [first_of(path) for path in paths]
    for at in range(len(paths) - 1, 0, -1):
        begin = begins[at]
        if begin is not None and begin.seq <= after:
            return paths[at:]
    return paths


def first_of(path: Path) -> Position | None:
    """The position that a segment follows, by its first frame; None when that is not sound."""
    with path.open("rb") as file:
        data = file.read(HEADER_BYTES + 4096)
    found = frame_at(data, 0)
    return found.position if found is not None and found.magic == SEGMENT else None
