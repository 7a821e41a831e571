"""Laws of commitments, heads, chains and content hashes, each a check of one example on a core."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

from shared.canonical import canonical_text
from shared.errors import BadInput
from sync.changes import Change, FramedLine, frame, seal
from sync.commitments import chain_start, head_hash
from tests.property.sync.core import Core
from tests.support.strategies import id_of


def heads_bind_values(core: Core, example: tuple[Change, int]) -> None:
    """Any other value, salt or field name under the same head is refused."""
    change, seed = example
    framed = frame(seal(change).line)
    assert core.read_change(framed) == change
    writes = [(i, n) for i, e in enumerate(change.records) for n in e.writes]
    if not writes:
        return
    drawn = random.Random(seed)
    index, name = drawn.choice(writes)
    edits = list(change.records)
    write = edits[index].writes[name]
    other = replace(write, value=["tampered", write.value])
    edits[index] = replace(edits[index], writes={**edits[index].writes, name: other})
    swapped = frame(seal(replace(change, records=tuple(edits))).line)
    try:
        core.read_change(FramedLine(framed.head, swapped.values, framed.head_hash))
    except BadInput:
        return
    raise AssertionError("a value was exchanged under a head that commits to another")


def commitments_bind(core: Core, example: tuple[str, str, Any, Any, str, str]) -> None:
    """A commitment tells fields, values and salts apart."""
    field, other_field, value, other_value, salt, other_salt = example
    made = core.commitment(field, value, salt)
    assert made == core.commitment(field, value, salt)
    if field != other_field:
        assert made != core.commitment(other_field, value, salt)
    if canonical_text(value) != canonical_text(other_value):
        assert made != core.commitment(field, other_value, salt)
    if salt != other_salt:
        assert made != core.commitment(field, value, other_salt)
    assert made != core.commitment(field, value, None)


def chains_tell(core: Core, example: tuple[list[bytes], int]) -> None:
    """A chain notices a missing, exchanged, altered or repeated line, and another client."""
    heads, at = example
    at %= len(heads)
    client = id_of(1) + "." + "0" * 16
    whole = _chain(core, client, heads)
    assert whole != _chain(core, client, heads[:at] + heads[at + 1 :])
    assert whole != _chain(core, client, [*heads, heads[at]])
    assert whole != _chain(core, client[:-1] + "1", heads)
    assert whole != _chain(core, client, [*heads[:at], head_hash(b"forged"), *heads[at + 1 :]])
    turned = heads[1:] + heads[:1]
    if turned != heads:
        assert whole != _chain(core, client, turned)


def _chain(core: Core, client: str, heads: list[bytes]) -> bytes:
    chain = chain_start(client)
    for head in heads:
        chain = core.chain_next(chain, head)
    return chain


def content_is_order_free_and_telling(core: Core, example: list[tuple[str, list[str]]]) -> None:
    """The order of records, fields and siblings is nothing; any other commitment is something."""
    fields = dict(example)
    content = core.record_content(fields.items())
    backwards = [(name, list(reversed(c))) for name, c in reversed(fields.items())]
    assert content == core.record_content(backwards)
    parts = [(id_of(n), core.record_content([(name, c)])) for n, (name, c) in enumerate(example)]
    for order in itertools.islice(itertools.permutations(parts), 6):
        assert core.content_hash(order) == core.content_hash(parts)
    if parts:
        record, _ = parts[0]
        changed = [(record, "0" * 64), *parts[1:]]
        assert core.content_hash(changed) != core.content_hash(parts)
        assert core.content_hash(parts[1:]) != core.content_hash(parts)
