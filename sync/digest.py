"""The digest of a scope: do server and tablet hold the same states? Kept up to date row by row.

Sum modulo 2^256 of SHA-256(record, revision, SHA-256 of the state's bytes) over the records of the
scope. A sum can be corrected by one row without reading the others, on both sides. It guards
against loss and defects, not against an adversary who may choose states. It is computed from own
rows only, never adopted from the other side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

MODULUS: Final = 2**256
EMPTY: Final = 0


def row_digest(record: str, revision: int, state: bytes) -> int:
    """The summand of one record's state."""
    return row_digest_of(record, revision, hashlib.sha256(state).digest())


def row_digest_of(record: str, revision: int, state_hash: bytes) -> int:
    """The same from the SHA-256 of the state's bytes (32 bytes)."""
    text = f"{record}\0{revision}\0".encode()
    return int.from_bytes(hashlib.sha256(text + state_hash).digest(), "big")


def replaced(total: int, old: int | None, new: int | None) -> int:
    """The digest after one row changed from `old` to `new` (None: was or is not in the scope)."""
    return (total - (old or 0) + (new or 0)) % MODULUS


def to_text(total: int) -> str:
    """64 hex digits, as in a page and in databases."""
    return f"{total:064x}"


def from_text(text: str) -> int:
    """Read what `to_text` wrote."""
    return int(text, 16)


def combined(digests: Iterable[tuple[str, int]]) -> str:
    """One hash over (scope, digest) of several scopes: the short answer "nothing new"."""
    out = hashlib.sha256()
    for scope, total in sorted(digests):
        out.update(f"{scope}\0{to_text(total)}\0".encode())
    return out.hexdigest()
