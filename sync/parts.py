"""A file in parts: how it is cut, how parts that are held are named, how a part's hash travels.

The cut depends on the file's size alone, so a tablet that forgot how far it was cuts alike again.
A part is at most a sixty-fourth of a large file and at least 256 KiB: a line that breaks makes
the tablet send that much again and no more (measured by `tests/bench/part_files.py`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from shared.errors import BadInput
from shared.limits import BLOB_BYTES_MAX, PART_BYTES_MAX, PART_BYTES_MIN, PARTS_OF_ONE_FILE_MAX

PARTS_OF_A_LARGE_FILE: Final = 64
RANGES_LENGTH_MAX: Final = 2_000
_RANGE: Final = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)
_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})", re.ASCII)
_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


@dataclass(frozen=True, slots=True)
class Cut:
    """How a file of `size` bytes is cut into parts of `part_bytes` (the last one is shorter)."""

    size: int
    part_bytes: int

    def __post_init__(self) -> None:
        """Raises BadInput for what no tablet of ours would cut."""
        if not 0 < self.size <= BLOB_BYTES_MAX:
            raise BadInput("a file in parts has a size within the bounds of a file")
        if not PART_BYTES_MIN <= self.part_bytes <= PART_BYTES_MAX:
            raise BadInput("the size of a part is outside of its bounds")
        assert self.count <= PARTS_OF_ONE_FILE_MAX

    @property
    def count(self) -> int:
        """How many parts there are."""
        return -(-self.size // self.part_bytes)

    def start(self, index: int) -> int:
        """Where part `index` (from 0) begins. Raises BadInput for a part that there is not."""
        if not 0 <= index < self.count:
            raise BadInput("the file has no part of this number")
        return index * self.part_bytes

    def length(self, index: int) -> int:
        """How many bytes part `index` has. Raises BadInput for a part that there is not."""
        return min(self.part_bytes, self.size - self.start(index))

    def missing(self, held: Collection[int]) -> list[int]:
        """The parts that are not held, in order."""
        return [index for index in range(self.count) if index not in held]


def cut_of(size: int) -> Cut:
    """How this program cuts a file of this size."""
    part = PART_BYTES_MIN
    while part < PART_BYTES_MAX and part * 2 <= size // PARTS_OF_A_LARGE_FILE:
        part *= 2
    return Cut(size, part)


def as_ranges(numbers: Collection[int]) -> str:
    """Numbers of parts as text: `0-3,7`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def read_ranges(text: str, count: int) -> set[int]:
    """Numbers below `count` from such a text. Raises BadInput for any other."""
    numbers: set[int] = set()
    if not text:
        return numbers
    if len(text) > RANGES_LENGTH_MAX:
        raise BadInput("too many ranges of parts")
    for piece in text.split(","):
        found = _RANGE.fullmatch(piece)
        if found is None:
            raise BadInput("ranges of parts look like 0-3,7")
        first, last = int(found[1]), int(found[2] or found[1])
        if not first <= last < count:
            raise BadInput("a range of parts lies outside of the file")
        numbers.update(range(first, last + 1))
    return numbers


def held_text(cut: Cut, held: Collection[int]) -> str:
    """What the server says of a file of which only parts are here: `262144;0-3,7`."""
    return f"{cut.part_bytes};{as_ranges(held)}"


def read_held(text: str, size: int) -> tuple[Cut, set[int]] | None:
    """The same read by the tablet for its file of `size`; None for what makes no sense."""
    part, _, ranges = text.partition(";")
    if not part.isascii() or not part.isdecimal() or len(part) > 9:
        return None
    try:
        cut = Cut(size, int(part))
        return cut, read_ranges(ranges.strip(), cut.count)
    except BadInput:
        return None


def read_content_range(text: str, length: int) -> tuple[int, int]:
    """(start, size of the whole) out of a `Content-Range` over a body of `length` bytes; (-1, 0)
    for what does not fit the body."""
    found = _CONTENT_RANGE.fullmatch(text.strip())
    if found is None:
        return -1, 0
    start, last, size = (int(number) for number in found.groups())
    fits = length > 0 and last - start + 1 == length and last < size <= BLOB_BYTES_MAX
    return (start, size) if fits else (-1, 0)


def digest_text(sha256: str) -> str:
    """A SHA-256 as the field `Content-Digest` writes it (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def read_digest(text: str) -> str:
    """The SHA-256 in hex out of a `Content-Digest`. Raises BadInput for another algorithm."""
    found = _DIGEST.fullmatch(text.strip())
    if found is None:
        raise BadInput("Content-Digest must be one sha-256")
    try:
        return base64.b64decode(found[1], validate=True).hex()
    except (binascii.Error, ValueError):
        raise BadInput("Content-Digest must be one sha-256") from None
