"""Ids: UUIDv7 from handed-in time and randomness, ids of generated rows, clients, hashes.

Ids travel as lower-case canonical text. The time in a UUIDv7 only keeps indexes tidy; it is never
read back (a tablet's clock is evidence, not order).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeGuard

from shared.canonical import canonical_text

if TYPE_CHECKING:
    from random import Random

RANDOM_BYTES: Final = 10
INCARNATION_BYTES: Final = 8
ROW_NAMESPACE: Final = uuid.UUID("5a3c1d7e-0f42-5b8a-9c6d-e1f20a4b7c93")
"""Namespace of ids of generated rows. Permanent: another value would part rows that must merge."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CLIENT = re.compile(_UUID.pattern + r"\.[0-9a-f]{16}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Ids(Protocol):
    """Whoever makes fresh ids (the system's one reads clock and randomness, outside of here)."""

    def new(self) -> str:
        """A fresh UUIDv7 in canonical form."""


class SeededIds:
    """Ids for tests and simulations: the same seed and clock give the same ids."""

    def __init__(self, now_ms: Callable[[], int], random: Random) -> None:
        self._now_ms = now_ms
        self._random = random

    def new(self) -> str:
        """A fresh UUIDv7 in canonical form."""
        return uuid7(self._now_ms(), self._random.randbytes(RANDOM_BYTES))


def uuid7(unix_ms: int, random_bytes: bytes) -> str:
    """A UUIDv7 (RFC 9562 5.7) of a unix time in milliseconds and 10 random bytes.

    A clock before 1970 or beyond the year 10889 is clamped, not refused: saving must not fail
    because a tablet's clock is wrong.
    """
    assert len(random_bytes) == RANDOM_BYTES, "uuid7 takes exactly 10 random bytes"
    moment = min(max(unix_ms, 0), 2**48 - 1)
    noise = int.from_bytes(random_bytes, "big")
    value = (moment << 80) | (noise & (2**80 - 1))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def is_uuid(text: object) -> TypeGuard[str]:
    """Whether this is a UUID in strict canonical form: lower-case, hyphenated, nothing around."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def row_id(parent: str, repeat: str, key: str) -> str:
    """The id of a row that a form generates: the same on every tablet, so that rows merge.

    `parent` is the parent record's id, `repeat` the repeat's name, `key` what the row is about.
    """
    return str(uuid.uuid5(ROW_NAMESPACE, canonical_text([parent, repeat, key])))


def new_client(device_id: str, incarnation_bytes: bytes) -> str:
    """A client's name: the device's id and 64 random bits of this incarnation of its database."""
    assert is_uuid(device_id), "a device id is a UUID"
    assert len(incarnation_bytes) == INCARNATION_BYTES, "an incarnation is 8 random bytes"
    return f"{device_id}.{incarnation_bytes.hex()}"


def is_client(text: object) -> TypeGuard[str]:
    """Whether this is a client's name: `<device uuid>.<16 hexadecimal digits>`."""
    return isinstance(text, str) and _CLIENT.fullmatch(text) is not None


def is_sha256(text: object) -> TypeGuard[str]:
    """Whether this is a SHA-256 in lower-case hexadecimal."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None
