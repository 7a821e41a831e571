"""Heads of pictures for tests: what a file says of itself, without a picture behind it."""

from __future__ import annotations

import zlib


def picture(width: int, height: int) -> bytes:
    """The beginning of a JPEG of this size, as a camera writes it (with an EXIF segment)."""
    exif = b"\xff\xe1\x00\x10Exif\x00\x00" + b"\x00" * 8
    frame = b"\xff\xc0\x00\x11\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return b"\xff\xd8" + exif + frame + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"


def png(width: int, height: int, data: bytes | None = None) -> bytes:
    """A black grey-scale PNG of this size: of 400 megapixels it is a file of 48 KB."""
    if data is None:
        row, packer = b"\x00" * (1 + (width + 7) // 8), zlib.compressobj(9)
        data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x01\x00\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND")


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
