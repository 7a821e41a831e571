"""Commitments and the chain: what lets a change be verified after its personal values are erased.

A change's head commits to every value by hash. Values of personal or unknown questions are salted,
so that a commitment does not betray a guessable value once value and salt are destroyed. The chain
binds the heads of one client in their order: it alone detects a gap, a fork, a clone, tampering.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from shared.canonical import JsonValue, canonical_bytes

SALT_BYTES: Final = 16
_VALUE_TAG: Final = b"samruat.value.1"
_CHAIN_TAG: Final = b"samruat.chain.1"
_CONTENT_TAG: Final = b"samruat.content.1"


def commitment(field: str, value: JsonValue, salt: str | None) -> str:
    """SHA-256, as 64 hex digits, over salt (32 hex digits or none), field key and value."""
    parts = (_VALUE_TAG, (salt or "").encode("ascii"), field.encode(), canonical_bytes(value))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def head_hash(head: bytes) -> bytes:
    """The hash of a head's bytes exactly as written or received."""
    return hashlib.sha256(head).digest()


def chain_start(client: str) -> bytes:
    """The chain before a client's first change; bound to the client, so clones differ."""
    return hashlib.sha256(_CHAIN_TAG + b"\0" + client.encode()).digest()


def chain_next(chain: bytes, head: bytes) -> bytes:
    """The chain after a change whose head hashes to `head` (both 32 bytes)."""
    return hashlib.sha256(chain + head).digest()


def chain_over(chain: bytes, heads: Iterable[bytes]) -> bytes:
    """The chain after several changes in order."""
    for head in heads:
        chain = chain_next(chain, head)
    return chain


def content_hash(parts: Iterable[tuple[str, str]]) -> str:
    """Hash of a whole record from (record id, content of that record) of root and live rows.

    The order in which the parts come does not matter. A part's content is `record_content`.
    """
    digest = hashlib.sha256(_CONTENT_TAG)
    for record, content in sorted(parts):
        digest.update(f"\0{record}\0{content}".encode())
    return digest.hexdigest()


def record_content(fields: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Content of one record: its fields with the commitments of all their siblings."""
    digest = hashlib.sha256(_CONTENT_TAG + b".record")
    for name, commitments in sorted((n, sorted(set(c))) for n, c in fields):
        if commitments:
            digest.update(("\0" + name + "\0" + "\0".join(commitments)).encode())
    return digest.hexdigest()
