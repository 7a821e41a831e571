"""Receipts on the wire: read as written, believed only when they are for who asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.errors import BadInput
from sync.exchange import HttpReply
from sync.receipts import (
    Receipt,
    ReceiptAnswer,
    ReceiptRequest,
    ask_receipt,
    believed_receipt,
    decode_receipt_answer,
    decode_receipt_request,
    encode_receipt_answer,
    signed_bytes,
)
from sync.version import MEDIA_TYPE

CLIENT = "0192a3b4-0000-7000-8000-00000000000c.00000000000000a1"
CHAIN = "ab" * 32
ASKED = ReceiptRequest("5c1e", CLIENT, 118, CHAIN)
GIVEN = ReceiptAnswer(
    "5c1e", Receipt(CLIENT, 118, CHAIN, 40, 1, 42, 1_763_870_061_000), "7f3a" + "0" * 60, 90
)


def reply(body: bytes, status: int = 200, kind: str = MEDIA_TYPE) -> HttpReply:
    return HttpReply(status, (("content-type", kind),), body)


def test_a_request_and_its_answer_are_read_as_they_were_written() -> None:
    assert decode_receipt_request(ask_receipt(ASKED).body) == ASKED
    assert decode_receipt_answer(encode_receipt_answer(GIVEN)) == GIVEN


def test_people_are_shown_four_digits_of_the_signature() -> None:
    assert GIVEN.code == "7F3A"


def test_every_fact_of_a_receipt_is_signed() -> None:
    receipt = GIVEN.receipt
    others = [
        replace(receipt, client=CLIENT[:-1] + "2"),
        replace(receipt, number=119),
        replace(receipt, chain="cd" * 32),
        replace(receipt, records=41),
        replace(receipt, quarantined=0),
        replace(receipt, photos=43),
        replace(receipt, time=receipt.time + 1),
    ]
    assert len({signed_bytes(one) for one in (receipt, *others)}) == 8


def test_an_answer_for_who_asked_is_believed() -> None:
    assert believed_receipt(reply(encode_receipt_answer(GIVEN)), ASKED) == GIVEN


@pytest.mark.parametrize(
    "answer",
    [
        reply(encode_receipt_answer(GIVEN), status=201),
        reply(encode_receipt_answer(GIVEN), kind="text/html"),
        reply(b"<html>sign in to this hotel</html>"),
        reply(encode_receipt_answer(GIVEN)[:-2]),
        reply(encode_receipt_answer(replace(GIVEN, epoch="other"))),
        reply(encode_receipt_answer(replace(GIVEN, receipt=replace(GIVEN.receipt, number=119)))),
        reply(
            encode_receipt_answer(replace(GIVEN, receipt=replace(GIVEN.receipt, chain="cd" * 32)))
        ),
        reply(encode_receipt_answer(replace(GIVEN, signature="7F3A" + "0" * 60))),
    ],
)
def test_anything_else_is_no_receipt(answer: HttpReply) -> None:
    assert believed_receipt(answer, ASKED) is None


def test_a_request_out_of_bounds_is_refused() -> None:
    body = ask_receipt(ASKED).body
    for wrong in (
        body.replace(b"118", b"-1"),
        body.replace(CHAIN.encode(), b"zz" * 32),
        body.replace(b'"protocol":1', b'"protocol":9'),
        body[:-1],
    ):
        with pytest.raises(BadInput):
            decode_receipt_request(wrong)
