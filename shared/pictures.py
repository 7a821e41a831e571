"""What a picture says of itself in its first bytes: kind and pixels, without decoding anything.

Read by hand, from bytes alone, so that a hostile file meets no decoder before it was measured (a
picture of 400 megapixels can be a file of 48 KB). Formats: JPEG (ITU T.81), PNG, WebP (RFC 9649).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.limits import IMAGE_PIXELS_MAX, IMAGE_SIDE_PIXELS_MAX, PICTURE_HEAD_BYTES_MAX

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
WEBP: Final = "image/webp"
_PNG_MARK: Final = b"\x89PNG\r\n\x1a\n"
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD8)})

UNKNOWN_TYPE: Final = "blob.unknown_type"
UNREADABLE: Final = "blob.unreadable_picture"
TOO_LARGE: Final = "blob.image_too_large"


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is by its own bytes. `code` says why it is never shown in a page ("" if it may).

    `media_type` is `application/octet-stream` for what is not on the list of kinds.
    """

    media_type: str
    width: int = 0
    height: int = 0
    code: str = ""


_OTHER_MARKS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
)


def kind_of(head: bytes) -> FileKind:
    """The kind of a file by its first PICTURE_HEAD_BYTES_MAX bytes; what a name says is no matter.

    Whatever is not known is kept all the same: a file is evidence, also one that nobody can open.
    """
    head = head[:PICTURE_HEAD_BYTES_MAX]
    for mark, media_type, measure in (
        (b"\xff\xd8\xff", JPEG, _jpeg),
        (_PNG_MARK, PNG, _png),
        (b"RIFF", WEBP, _webp),
    ):
        if head.startswith(mark) and (media_type != WEBP or head[8:12] == b"WEBP"):
            return _bounded(media_type, measure(head))
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return FileKind("audio/wav")
    if head[4:8] == b"ftyp" and head[8:11] in (b"M4A", b"mp4", b"iso", b"3gp"):
        return FileKind("audio/mp4")
    for mark, media_type in _OTHER_MARKS:
        if head.startswith(mark):
            return FileKind(media_type)
    return FileKind("application/octet-stream", code=UNKNOWN_TYPE)


def _bounded(media_type: str, size: tuple[int, int] | None) -> FileKind:
    if size is None or 0 in size:
        return FileKind(media_type, code=UNREADABLE)
    width, height = size
    large = width * height > IMAGE_PIXELS_MAX or max(size) > IMAGE_SIDE_PIXELS_MAX
    return FileKind(media_type, width, height, TOO_LARGE if large else "")


def _png(head: bytes) -> tuple[int, int] | None:
    if len(head) < 24 or head[12:16] != b"IHDR":
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _webp(head: bytes) -> tuple[int, int] | None:
    chunk, data = head[12:16], head[20:]
    if chunk == b"VP8X" and len(data) >= 10:
        return (
            int.from_bytes(data[4:7], "little") + 1,
            int.from_bytes(data[7:10], "little") + 1,
        )
    if chunk == b"VP8L" and len(data) >= 5 and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and len(data) >= 10 and data[3:6] == b"\x9d\x01\x2a":
        return (
            int.from_bytes(data[6:8], "little") & 0x3FFF,
            int.from_bytes(data[8:10], "little") & 0x3FFF,
        )
    return None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """The first frame's measures; segments before it are stepped over by their lengths."""
    at = 2
    while at + 4 <= len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        elif marker in _START_OF_FRAME:
            if at + 9 > len(head):
                return None
            return (
                int.from_bytes(head[at + 7 : at + 9], "big"),
                int.from_bytes(head[at + 5 : at + 7], "big"),
            )
        else:
            length = int.from_bytes(head[at + 2 : at + 4], "big")
            if length < 2 or marker in (0xD8, 0xD9, 0xDA):
                return None
            at += 2 + length
    return None
