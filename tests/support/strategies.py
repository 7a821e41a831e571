"""Hypothesis strategies for what travels: ids, values, changes, states, messages."""

from __future__ import annotations

import random
import uuid

from hypothesis import strategies as st

from shared.canonical import JsonValue
from shared.ids import RANDOM_BYTES, new_client, uuid7
from shared.limits import INTEGER_MAX, TIME_MS_MAX, TIME_MS_MIN
from shared.records.state import EXISTENCE, Comment, Dot, RecordState, Sibling, WorkflowState
from shared.records.workflow import Status
from sync.changes import Change, FieldWrite, Operation, RecordEdit, Transition

Strategy = st.SearchStrategy

ids: Strategy[str] = st.builds(
    lambda n: str(uuid.UUID(int=random.Random(n).getrandbits(128), version=4)),
    st.integers(0, 2**32),
)
hashes: Strategy[str] = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")
salts: Strategy[str] = st.integers(0, 2**128 - 1).map(lambda n: f"{n:032x}")
clients: Strategy[str] = st.builds(new_client, ids, st.binary(min_size=8, max_size=8))
times: Strategy[int] = st.integers(TIME_MS_MIN, TIME_MS_MAX)
counts: Strategy[int] = st.integers(0, INTEGER_MAX)

texts: Strategy[str] = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30
)
words: Strategy[str] = st.text("กขคงabcxyz0189_-", min_size=1, max_size=12)
field_keys: Strategy[str] = st.one_of(
    st.sampled_from(["q1", "q2", "q1?reason", "group/q3", "ph"]),
    st.text("abcdefgh0123_", min_size=1, max_size=8),
)
scalars: Strategy[JsonValue] = st.one_of(
    st.none(), st.booleans(), st.integers(-INTEGER_MAX, INTEGER_MAX), texts
)
values: Strategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=8,
)
places: Strategy[dict[str, str] | None] = st.one_of(
    st.none(), st.fixed_dictionaries({"lat": st.just("13.7563"), "lon": st.just("100.5018")})
)


@st.composite
def writes(draw: st.DrawFn) -> FieldWrite:
    """A value with what its author had been shown, salted or not."""
    return FieldWrite(
        draw(values),
        tuple(draw(st.lists(ids, max_size=3))),
        draw(st.one_of(st.none(), salts)),
    )


@st.composite
def edits(draw: st.DrawFn, record: str) -> RecordEdit:
    """What one save does to one record, of any operation."""
    operation = draw(st.sampled_from(list(Operation)))
    found = draw(st.dictionaries(field_keys, writes(), max_size=4))
    if operation in (Operation.DELETE, Operation.RESTORE):
        seen = tuple(draw(st.lists(ids, max_size=5)))
        found[EXISTENCE] = FieldWrite({"act": str(operation), "reason": draw(texts)}, seen)
    step = None
    if operation is Operation.TRANSITION:
        step = Transition(draw(st.sampled_from(list(Status))), "draft", draw(hashes))
    parent = draw(st.one_of(st.none(), ids.filter(lambda other: other != record)))
    named = operation is Operation.CREATE and parent is None
    return RecordEdit(
        record=record,
        type=draw(words),
        form=draw(words),
        version=draw(st.integers(0, 2**31 - 1)),
        operation=operation,
        base=draw(st.integers(0, 1000)),
        scope=draw(words) if named else None,
        parent=parent,
        local_order=draw(st.integers(0, 1000)),
        writes=found,
        transition=step,
        blobs=tuple(draw(st.lists(hashes, max_size=2))),
    )


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """One save of one to three records."""
    records = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    return Change(
        id=draw(st.integers(1, 10**6).map(id_of)),
        author=draw(ids),
        opened_at=draw(times),
        saved_at=draw(times),
        monotonic_ms=draw(counts),
        boot_id=draw(words),
        records=tuple(draw(edits(record)) for record in records),
        clock_offset_ms=draw(st.one_of(st.none(), st.integers(-(10**12), 10**12))),
        place=draw(places),
    )


def id_of(number: int) -> str:
    """The id of a number: what a scenario calls the 7th change is the same at every run."""
    return uuid7(0, number.to_bytes(RANDOM_BYTES, "big"))


def dot_of_number(number: int) -> Dot:
    """The dot of a number: one id never stands for two writes."""
    drawn = random.Random(number)
    place = {"lat": "13.7563", "lon": "100.5018"} if drawn.random() < 0.5 else None
    client = new_client(id_of(drawn.randrange(5)), drawn.randbytes(8))
    return Dot(id_of(number), id_of(drawn.randrange(9)), drawn.randrange(2**41), client, place)


def dots() -> Strategy[Dot]:
    """Who wrote a value, when and where."""
    return st.integers(1, 10**6).map(dot_of_number)


@st.composite
def states(draw: st.DrawFn) -> RecordState:
    """A merged record state of any shape."""
    sibling = st.builds(Sibling, dots(), values, st.one_of(st.none(), salts))
    of_field = st.lists(sibling, min_size=1, max_size=3).map(tuple)
    act = st.fixed_dictionaries({"act": st.sampled_from(["delete", "restore"]), "reason": texts})
    flow = st.builds(
        WorkflowState,
        status=st.sampled_from(list(Status)),
        dot=st.one_of(st.none(), dots()),
        message=texts,
        comments=st.lists(
            st.builds(Comment, ids, ids, st.one_of(st.none(), field_keys), texts), max_size=2
        ).map(tuple),
        submitted_hash=st.one_of(st.none(), hashes),
        approved_hash=st.one_of(st.none(), hashes),
        approved_dot=st.one_of(st.none(), dots()),
        changed_since_approval=st.booleans(),
        history=st.lists(st.tuples(words, dots(), texts), max_size=3).map(tuple),
    )
    return RecordState(
        record=draw(ids),
        revision=draw(counts),
        type=draw(words),
        form=draw(words),
        version=draw(st.integers(0, 100)),
        scope=draw(words),
        parent=draw(st.one_of(st.none(), ids)),
        root=draw(ids),
        order=(draw(counts), draw(counts)),
        created=draw(dots()),
        fields=draw(st.dictionaries(field_keys, of_field, max_size=4)),
        existence=draw(st.lists(st.builds(Sibling, dots(), act), max_size=2).map(tuple)),
        workflow=draw(st.one_of(st.none(), flow)),
    )
