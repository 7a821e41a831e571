"""Whatever arrives, sync reads it as a value or refuses it with BadInput; round trips hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import BadInput
from shared.limits import PULL_BYTES_MIN, SCOPES_PER_PULL_MAX
from shared.records.state import EXISTENCE, RecordState, decode_state, encode_state
from sync import codec
from sync.changes import Change, FieldWrite, Operation, RecordEdit, frame, read_change, seal
from sync.commitments import head_hash
from sync.digest import MODULUS, from_text, replaced, row_digest, to_text
from sync.messages import (
    ChangeResult,
    Leave,
    Outcome,
    Page,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushBatch,
    PushHeader,
    Put,
    Withheld,
)
from sync.retry import LONGEST_MS, wait_ms
from tests.support.forged import forged, joined, opened
from tests.support.strategies import (
    changes,
    clients,
    counts,
    hashes,
    id_of,
    ids,
    states,
    values,
    words,
)

headers = st.builds(PushHeader, st.just(1), words, clients, counts, hashes)
lines = st.one_of(changes().map(lambda c: seal(c).line), st.builds(Withheld, ids, hashes, hashes))
pushes = st.builds(PushBatch, headers, st.lists(lines, max_size=4).map(tuple))
results = st.builds(
    ChangeResult,
    number=counts,
    id=st.one_of(st.none(), ids),
    outcome=st.sampled_from(list(Outcome)),
    scope=st.one_of(st.none(), words),
    position=st.one_of(st.none(), counts),
    code=st.one_of(st.none(), words),
    by=st.one_of(st.none(), ids),
)
push_answers = st.builds(
    PushAnswer, st.just(1), words, clients, counts, hashes, st.lists(results).map(tuple)
)
pulls = st.builds(
    PullRequest,
    st.just(1),
    words,
    clients,
    st.dictionaries(words, counts, max_size=5),
    st.integers(PULL_BYTES_MIN, 2**20),
)
rows = st.one_of(
    states().map(lambda state: Put(encode_state(state))), st.builds(Leave, ids, counts)
)
pages = st.builds(
    Page,
    words,
    counts,
    counts,
    counts,
    st.lists(rows, max_size=3).map(tuple),
    st.one_of(st.none(), hashes),
)
pull_answers = st.builds(
    PullAnswer,
    st.just(1),
    words,
    clients,
    st.one_of(st.none(), st.lists(words, max_size=4).map(tuple)),
    counts,
    counts,
    hashes,
    st.one_of(st.none(), hashes),
    st.lists(pages, max_size=3).map(tuple),
)
json_like = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        ids,
        hashes,
        st.sampled_from(["create", "set", "delete", "@existence", "@note", "act", "transition"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.text(max_size=5),
                st.sampled_from(
                    "v id author opened_at saved_at monotonic_ms boot records record type form "
                    "version op base fields scope parent order transition blobs values salts "
                    "to from content @existence place offset_ms stub head body page leave "
                    "end".split()
                ),
            ),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=12,
)
DECODERS = (
    codec.decode_push,
    codec.decode_push_answer,
    codec.decode_pull,
    codec.decode_pull_answer,
    decode_state,
)


@given(changes())
def test_a_sealed_change_is_read_back_as_it_was(change: Change) -> None:
    sealed = seal(change)
    framed = frame(sealed.line)
    assert read_change(framed) == change
    assert framed.head_hash == sealed.head_hash


@given(states())
def test_a_state_is_read_back_as_it_was_and_written_alike(state: RecordState) -> None:
    data = encode_state(state)
    assert decode_state(data) == state
    assert encode_state(decode_state(data)) == data


@given(pushes)
def test_a_push_is_read_back_as_it_was(batch: PushBatch) -> None:
    packed = codec.gzip_bytes(codec.encode_push(batch))
    assert codec.decode_push(codec.gunzip_bytes(packed, 2**22)) == batch


@given(push_answers)
def test_an_answer_to_a_push_is_read_back_as_it_was(answer: PushAnswer) -> None:
    assert codec.decode_push_answer(codec.encode_push_answer(answer)) == answer


@given(pulls)
def test_a_pull_is_read_back_as_it_was(request: PullRequest) -> None:
    assert codec.decode_pull(codec.encode_pull(request)) == request


@given(pull_answers)
def test_an_answer_to_a_pull_is_read_back_as_it_was(answer: PullAnswer) -> None:
    assert codec.decode_pull_answer(b"".join(codec.encode_pull_answer(answer))) == answer


@given(pull_answers, st.data())
def test_an_answer_cut_anywhere_is_not_believed(answer: PullAnswer, data: st.DataObject) -> None:
    body = b"".join(codec.encode_pull_answer(answer))
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    with pytest.raises(BadInput):
        codec.decode_pull_answer(cut)


@given(st.one_of(st.binary(max_size=300), json_like.map(lambda v: json.dumps(v).encode())))
@settings(max_examples=200)
def test_readers_refuse_what_they_cannot_read_and_never_fall_over(body: bytes) -> None:
    for decode in DECODERS:
        for tried in (body, body + b"\n", b"{}\n" + body + b"\n"):
            try:
                decode(tried)
            except BadInput:
                continue
    try:
        read_change(frame(body))
    except BadInput:
        return


@given(json_like, json_like)
@settings(max_examples=200)
def test_any_head_and_values_are_a_change_or_bad_input(head: Any, body: Any) -> None:
    try:
        read_change(frame(joined(head, body)))
    except BadInput:
        return


@given(changes(), st.data(), st.booleans())
@settings(max_examples=120)
def test_a_change_with_any_part_exchanged_is_read_or_refused(
    change: Change, data: st.DataObject, fits: bool
) -> None:
    head, body = opened(seal(change).line)
    parts: list[tuple[Any, Any]] = [(head, key) for key in head] + [(body, key) for key in body]
    for index, edit in enumerate(head["records"]):
        parts += [(edit, key) for key in edit]
        for listed in (edit["fields"], edit.get("seen", []), body["values"][index]):
            parts += [(listed, at) for at in range(len(listed))]
    holder, key = data.draw(st.sampled_from(parts))
    holder[key] = data.draw(json_like)
    try:
        read_change(frame(forged(head, body).line if fits else joined(head, body)))
    except BadInput:
        return


@given(values)
def test_existence_takes_delete_and_restore_and_nothing_else(value: Any) -> None:
    line = _deleting({"act": value, "reason": ""})
    try:
        read_change(frame(line))
    except BadInput:
        return
    assert value in ("delete", "restore")


def _deleting(value: Any) -> bytes:
    """A line as a forger would write it: the commitment fits, whatever the value is."""
    write = FieldWrite({"act": "delete", "reason": ""})
    edit = RecordEdit(id_of(1), "insp", "insp", 1, Operation.DELETE, writes={EXISTENCE: write})
    change = Change(id_of(2), id_of(3), 0, 0, 0, "boot", (edit,))
    head, body = opened(seal(change).line)
    body["values"] = [[value]]
    return forged(head, body).line


def test_nobody_names_their_own_value_as_seen() -> None:
    write = FieldWrite("1", (id_of(2),))
    edit = RecordEdit(id_of(1), "insp", "insp", 1, Operation.SET, writes={"q": write})
    line = seal(Change(id_of(2), id_of(3), 0, 0, 0, "boot", (edit,))).line
    with pytest.raises(BadInput):
        read_change(frame(line))


@given(st.text(max_size=50))
def test_the_hash_of_a_head_is_of_its_bytes_as_received(head: str) -> None:
    clean = head.encode("utf-8", "ignore").replace(b"\t", b"") or b"{}"
    framed = frame(clean + b"\t{}")
    assert framed.head_hash == head_hash(clean)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 99), st.binary(max_size=9))))
def test_a_digest_kept_up_to_date_is_the_digest_computed_anew(
    steps: list[tuple[int, int, bytes]],
) -> None:
    total, held = 0, dict[int, int]()
    for record, revision, state in steps:
        new = row_digest(id_of(record), revision, state) if state else None
        total = replaced(total, held.get(record), new)
        held.pop(record, None)
        if new is not None:
            held[record] = new
    assert total == sum(held.values()) % MODULUS
    assert from_text(to_text(total)) == total


@given(
    st.integers(-5, 10_000),
    st.floats(0, 1, exclude_max=True),
    st.one_of(st.just(0), st.integers(0, 10**9)),
)
def test_a_wait_lasts_from_a_second_to_a_quarter_of_an_hour(
    failures: int, random_unit: float, retry_after_ms: int
) -> None:
    waited = wait_ms(failures, random_unit, retry_after_ms)
    assert 1_000 <= waited <= LONGEST_MS
    assert waited >= min(retry_after_ms, LONGEST_MS)


def test_more_scopes_than_the_bound_are_refused() -> None:
    asked = {f"area:{n}": 0 for n in range(SCOPES_PER_PULL_MAX + 1)}
    body = codec.encode_pull(PullRequest(1, "e", "c", asked, PULL_BYTES_MIN))
    with pytest.raises(BadInput):
        codec.decode_pull(body)
