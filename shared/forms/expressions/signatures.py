"""Checks Ed25519 signatures (RFC 8032), for `extract-signed()`. Checking only: no secrets here."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final, TypeAlias

PRIME: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
CURVE: Final = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT_OF_MINUS_ONE: Final = pow(2, (PRIME - 1) // 4, PRIME)
SIGNATURE_BYTES: Final = 64
KEY_BYTES: Final = 32

# x, y, z, t with x/z and y/z the coordinates, and x * y = z * t.
Point: TypeAlias = tuple[int, int, int, int]
NEUTRAL: Final[Point] = (0, 1, 1, 0)


def _sum(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % PRIME
    b = (one[1] + one[0]) * (other[1] + other[0]) % PRIME
    c = 2 * one[3] * other[3] * CURVE % PRIME
    d = 2 * one[2] * other[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME)


def _times(factor: int, point: Point) -> Point:
    found = NEUTRAL
    while factor:
        if factor & 1:
            found = _sum(found, point)
        point = _sum(point, point)
        factor >>= 1
    return found


def _same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % PRIME == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % PRIME == 0


def _x_of(y: int, sign: int) -> int | None:
    """The coordinate x for a y, with its lowest bit; None when there is none."""
    if y >= PRIME:
        return None
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, PRIME) % PRIME
    if square == 0:
        return None if sign else 0
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if (x * x - square) % PRIME:
        return None
    return PRIME - x if x & 1 != sign else x


def _point(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = _x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % PRIME)


def _base() -> Point:
    y = 4 * pow(5, -1, PRIME) % PRIME
    x = _x_of(y, 0)
    assert x is not None
    return (x, y, 1, x * y % PRIME)


BASE: Final = _base()


@lru_cache(maxsize=64)
def signed_message(contents: bytes, public_key: bytes) -> bytes | None:
    """The message after the signature, when the signature is this key's; else None."""
    if len(public_key) != KEY_BYTES or len(contents) < SIGNATURE_BYTES:
        return None
    signature, message = contents[:SIGNATURE_BYTES], contents[SIGNATURE_BYTES:]
    key, commitment = _point(public_key), _point(signature[:KEY_BYTES])
    factor = int.from_bytes(signature[KEY_BYTES:], "little")
    if key is None or commitment is None or factor >= ORDER:
        return None
    hashed = hashlib.sha512(signature[:KEY_BYTES] + public_key + message).digest()
    challenge = int.from_bytes(hashed, "little") % ORDER
    wanted = _sum(commitment, _times(challenge, key))
    return message if _same(_times(factor, BASE), wanted) else None
