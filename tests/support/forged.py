"""Lines as a forger would write them: whatever they say, their commitments fit."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from sync.changes import SealedChange, frame
from sync.commitments import commitment_bytes, commitments_root, head_hash


def opened(line: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and values of a line, to be tampered with."""
    framed = frame(line)
    return json.loads(framed.head), json.loads(framed.values)


def recommitted(head: dict[str, Any], body: Any) -> dict[str, Any]:
    """The head with the commitment that fits these values, as far as they can be read."""
    made: list[bytes] = []
    with suppress(Exception):
        salts = body.get("salts") or [{}] * len(body["values"])
        for edit, values, own in zip(head["records"], body["values"], salts, strict=True):
            for name, value in zip(edit["fields"], values, strict=True):
                made.append(commitment_bytes(name, value, own.get(name)))
    return {**head, "commits": commitments_root(made)}


def joined(head: Any, body: Any) -> bytes:
    """The two as a line, neither of them looked at."""
    return f"{json.dumps(head)}\t{json.dumps(body)}".encode()


def forged(head: dict[str, Any], body: Any) -> SealedChange:
    """A line whose commitment fits, whatever its parts are."""
    line = joined(recommitted(head, body), body)
    return SealedChange(str(head.get("id")), line, head_hash(line.partition(b"\t")[0]))
