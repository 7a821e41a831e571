"""The examples of the protocol's description are messages, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from marshmallow import Schema

from shared.canonical import canonical_bytes
from shared.limits import IDLE_SYNC_BYTES_MAX
from shared.problem_sentences import SENTENCES
from shared.result_sentences import RESULT_SENTENCES
from shared.schemas import files
from sync import asides, codec, packing, parts, receipts, repair, segments
from sync.changes import frame, read_change, seal
from sync.commitments import chain_next, chain_start
from sync.digest import row_digest, to_text
from sync.messages import Leave, PushBatch, Put, Withheld
from sync.predecessor import predecessor_of

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "sync" / "PROTOCOL.md").read_text("utf-8")
FILE_BYTES = 20 * 1024 * 1024
BLOCKS = re.findall(r"^```([a-z-]+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def _again_change(block: bytes) -> bytes:
    return seal(read_change(frame(block[:-1]))).line + b"\n"


def _again_pull(block: bytes) -> bytes:
    return codec.encode_pull(codec.decode_pull(block[:-1])) + b"\n"


def _again_segment(block: bytes) -> bytes:
    about, rows = packing.unpack(block)
    leaves = [row for row in rows if isinstance(row, Leave)]
    return packing.pack(
        about, [canonical_bytes({"leave": x.record, "revision": x.revision}) for x in leaves]
    )


def _again_parts(block: bytes) -> bytes:
    found = parts.read_held(block[:-1].decode(), FILE_BYTES)
    assert found is not None
    return parts.held_text(*found).encode() + b"\n"


def _again_json(schema: type[Schema]) -> Callable[[bytes], bytes]:
    def again(block: bytes) -> bytes:
        return canonical_bytes(schema().load(json.loads(block))) + b"\n"

    return again


AGAIN: dict[str, Callable[[bytes], bytes]] = {
    "change": _again_change,
    "push": lambda block: codec.encode_push(codec.decode_push(block)),
    "push-answer": lambda block: codec.encode_push_answer(codec.decode_push_answer(block)),
    "pull": _again_pull,
    "pull-answer": lambda block: codec.lines_of(
        codec.encode_pull_answer(codec.decode_pull_answer(block))
    ),
    "repair": lambda block: (
        repair.encode_sums_request(repair.decode_sums_request(block[:-1])) + b"\n"
    ),
    "repair-rows": lambda block: repair.encode_rows_request(repair.decode_rows_request(block)),
    "repair-rows-answer": lambda block: codec.lines_of(
        repair.encode_rows(repair.decode_rows(block))
    ),
    "results": lambda block: (
        asides.encode_results_request(asides.decode_results_request(block[:-1])) + b"\n"
    ),
    "receipt": lambda block: (
        receipts.encode_receipt_request(receipts.decode_receipt_request(block[:-1])) + b"\n"
    ),
    "receipt-answer": lambda block: (
        receipts.encode_receipt_answer(receipts.decode_receipt_answer(block[:-1])) + b"\n"
    ),
    "segments-answer": lambda block: segments.encode_list(segments.decode_list(block)),
    "segment": _again_segment,
    "file-answer": _again_json(files.FileAnswer),
    "file-parts": _again_parts,
    "file-done": _again_json(files.FileDone),
    "files-wanted": _again_json(files.WantedFiles),
    "files-lost": _again_json(files.LostFiles),
    "files-held": _again_json(files.FileNames),
}


def block(kind: str, at: int = 0) -> bytes:
    """An example of a kind."""
    return [text for name, text in BLOCKS if name == kind][at].encode()


@pytest.mark.parametrize(("kind", "text"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_every_example_is_read_and_written_again_as_it_stands(kind: str, text: str) -> None:
    assert AGAIN[kind](text.encode()) == text.encode()


def test_every_kind_of_message_has_an_example() -> None:
    assert {kind for kind, _ in BLOCKS} == set(AGAIN)


def test_the_answer_to_the_push_carries_the_chain_over_its_lines() -> None:
    batch: PushBatch = codec.decode_push(block("push"))
    chain = chain_start(batch.header.client)
    assert chain.hex() == batch.header.chain
    for line in batch.lines:
        stub = isinstance(line, Withheld)
        head = bytes.fromhex(line.head_hash) if stub else frame(line).head_hash
        chain = chain_next(chain, head)
    assert codec.decode_push_answer(block("push-answer")).chain == chain.hex()


def test_the_page_carries_the_digest_of_its_rows() -> None:
    page = codec.decode_pull_answer(block("pull-answer")).pages[0]
    (row,) = [row for row in page.rows if isinstance(row, Put)]
    record, revision = "0192a3b4-0000-7000-8000-000000000001", 5
    assert page.digest == to_text(row_digest(record, revision, row.state))


def test_a_synchronisation_with_nothing_new_is_small_both_ways() -> None:
    assert len(block("pull")) <= IDLE_SYNC_BYTES_MAX
    assert len(block("pull-answer", 1)) <= IDLE_SYNC_BYTES_MAX


def test_the_buckets_of_the_repair_are_those_of_its_rows() -> None:
    asked = repair.decode_rows_request(block("repair-rows"))
    assert {repair.bucket_of(record) for record, _ in asked.rows} == set(asked.buckets)


def test_the_line_that_names_a_predecessor_is_one() -> None:
    said = predecessor_of(read_change(frame(block("change", 1)[:-1])))
    assert said is not None
    assert (said.number, said.missing) == (2, 3)


def test_every_error_code_that_is_named_exists() -> None:
    for code in re.findall(r"`((?:sync|client|tablet|digest)\.[a-z_]+)`", TEXT):
        assert code in SENTENCES or code in RESULT_SENTENCES, code
