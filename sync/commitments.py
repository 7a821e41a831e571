"""Commitments and the chain: what lets a change be verified after its personal values are erased.

A change's head commits to every value, by one hash over the hashes of all. Values of personal or
unknown questions are salted, so that a commitment does not betray a guessable value once value and
salt are destroyed. The chain binds the heads of one client in their order: it alone detects a gap,
a fork, a clone, tampering.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from shared.canonical import JsonValue, canonical_bytes

SALT_BYTES: Final = 16
_VALUE_TAG: Final = b"samruat.value.1"
_ROOT_TAG: Final = b"samruat.root.1"
_CHAIN_TAG: Final = b"samruat.chain.1"
_CONTENT_TAG: Final = b"samruat.content.1"


def commitment_bytes(field: str, value: JsonValue, salt: str | None) -> bytes:
    """SHA-256, 32 bytes, over salt (32 hex digits or none), field key and value."""
    start = _start(field, salt) if salt else _start_of(field)
    return hashlib.sha256(start + _value_bytes(value)).digest()


def plain_commitments(values: Mapping[str, JsonValue]) -> list[bytes]:
    """`commitment_bytes` of values without a salt, in their order."""
    sha256, start_of, value_bytes = hashlib.sha256, _start_of, _value_bytes
    return [
        sha256(start_of(field) + value_bytes(value)).digest() for field, value in values.items()
    ]


def _start(field: str, salt: str) -> bytes:
    """Everything that is hashed before the value."""
    return b"\0".join((_VALUE_TAG, salt.encode("ascii"), field.encode(), b""))


@lru_cache(maxsize=4096)
def _start_of(field: str) -> bytes:
    """The same without a salt; the keys of forms come again and again."""
    return _start(field, "")


def commitment(field: str, value: JsonValue, salt: str | None) -> str:
    """`commitment_bytes` as 64 hex digits."""
    return commitment_bytes(field, value, salt).hex()


def _value_bytes(value: JsonValue) -> bytes:
    """`canonical_bytes`, quick for the plain text that nearly every answer is."""
    if type(value) is str and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'.encode()
    return canonical_bytes(value)


def commitments_root(commitments: Iterable[bytes]) -> str:
    """The one commitment that a head carries, over those of all its values (32 bytes each) in the
    order of the head's records and fields; base64url without padding, 43 characters."""
    root = hashlib.sha256(_ROOT_TAG + b"".join(commitments)).digest()
    return urlsafe_b64encode(root).rstrip(b"=").decode("ascii")


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
