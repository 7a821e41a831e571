"""Receipts: the office says, signed, up to which change it has everything of a tablet.

Asked for at the end of a session in which something was sent, in a round trip of its own; a sync
with nothing new never asks. The signature is made with a key that only the office holds: a tablet
keeps it, shows the short code, and the office can tell years later that the receipt is its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from shared import limits
from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.errors import BadInput
from sync.bounds import a_count, a_text, a_time, an_object
from sync.exchange import HttpReply, HttpRequest
from sync.version import MEDIA_TYPE, PROTOCOL

RECEIPT_PATH: Final = "/api/v1/sync/receipt"
CODE_LENGTH: Final = 4
_SIGNED: Final = b"samruat receipt 1\n"
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class ReceiptRequest:
    """Who asks, and up to where its changes were acknowledged: the mark after its last push."""

    epoch: str
    client: str
    number: int
    chain: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the office holds of one client: all its changes up to `number`, whose chain is `chain`.

    `records` counts the root records they belong to, `quarantined` the changes kept aside and not
    released, `photos` the files received from the tablet. `time` is the server's, in Unix ms.
    """

    client: str
    number: int
    chain: str
    records: int
    quarantined: int
    photos: int
    time: int


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """A receipt with its signature, and up to which number the tablet may forget what it sent.

    `forgettable_to` is the client's last change that is in a verified backup of the office and was
    received 45 server-days ago (0: none). Everything above it the tablet keeps, whatever its own
    clock says.
    """

    epoch: str
    receipt: Receipt
    signature: str
    forgettable_to: int

    @property
    def code(self) -> str:
        """What people are shown and read out: the first digits of the signature."""
        return short_code(self.signature)


def short_code(signature: str) -> str:
    """The code of a receipt, such as `7F3A`."""
    return signature[:CODE_LENGTH].upper()


def signed_bytes(receipt: Receipt) -> bytes:
    """The bytes that the signature is over."""
    return _SIGNED + canonical_bytes(_receipt_json(receipt))


def ask_receipt(request: ReceiptRequest) -> HttpRequest:
    """The request that a tablet sends."""
    return HttpRequest(
        "POST", RECEIPT_PATH, encode_receipt_request(request), (("content-type", MEDIA_TYPE),)
    )


def believed_receipt(reply: HttpReply, request: ReceiptRequest) -> ReceiptAnswer | None:
    """The answer to that request, or None: no receipt this time (nothing depends on having one).

    None also for what is not our server's: the answer must repeat client, epoch, number and chain.
    """
    if reply.status != 200 or reply.header("content-type").split(";")[0].strip() != MEDIA_TYPE:
        return None
    try:
        answer = decode_receipt_answer(reply.body)
    except BadInput:
        return None
    found = answer.receipt
    echoed = (answer.epoch, found.client, found.number, found.chain)
    return (
        answer if echoed == (request.epoch, request.client, request.number, request.chain) else None
    )


def encode_receipt_request(request: ReceiptRequest) -> bytes:
    """A request for a receipt: one line."""
    return canonical_bytes(
        {
            "protocol": PROTOCOL,
            "epoch": request.epoch,
            "client": request.client,
            "number": request.number,
            "chain": request.chain,
        }
    )


def decode_receipt_request(body: bytes) -> ReceiptRequest:
    """Read a request for a receipt. Raises BadInput."""
    raw = an_object(read_json(body, bytes_max=limits.MESSAGE_HEADER_BYTES_MAX), "request")
    if a_count(raw.get("protocol"), "protocol") != PROTOCOL:
        raise BadInput("this version of the protocol was never shipped")
    return ReceiptRequest(
        epoch=a_text(raw.get("epoch"), "epoch", 64),
        client=a_text(raw.get("client"), "client", limits.CLIENT_LENGTH_MAX),
        number=a_count(raw.get("number"), "number"),
        chain=_hash(raw.get("chain"), "chain"),
    )


def encode_receipt_answer(answer: ReceiptAnswer) -> bytes:
    """A receipt as one line; a receipt kept in a file has the same form."""
    return canonical_bytes(
        {
            "epoch": answer.epoch,
            "receipt": _receipt_json(answer.receipt),
            "signature": answer.signature,
            "forgettable_to": answer.forgettable_to,
        }
    )


def decode_receipt_answer(body: bytes) -> ReceiptAnswer:
    """Read a receipt. Raises BadInput."""
    raw = an_object(read_json(body, bytes_max=limits.MESSAGE_HEADER_BYTES_MAX), "answer")
    return ReceiptAnswer(
        epoch=a_text(raw.get("epoch"), "epoch", 64),
        receipt=_receipt(an_object(raw.get("receipt"), "receipt")),
        signature=_hash(raw.get("signature"), "signature"),
        forgettable_to=a_count(raw.get("forgettable_to"), "forgettable_to"),
    )


def _receipt_json(receipt: Receipt) -> JsonValue:
    return {
        "client": receipt.client,
        "number": receipt.number,
        "chain": receipt.chain,
        "records": receipt.records,
        "quarantined": receipt.quarantined,
        "photos": receipt.photos,
        "time": receipt.time,
    }


def _receipt(raw: dict[str, Any]) -> Receipt:
    return Receipt(
        client=a_text(raw.get("client"), "client", limits.CLIENT_LENGTH_MAX),
        number=a_count(raw.get("number"), "number"),
        chain=_hash(raw.get("chain"), "chain"),
        records=a_count(raw.get("records"), "records"),
        quarantined=a_count(raw.get("quarantined"), "quarantined"),
        photos=a_count(raw.get("photos"), "photos"),
        time=a_time(raw.get("time"), "time"),
    )


def _hash(raw: Any, name: str) -> str:
    text = a_text(raw, name, 64)
    if len(text) != 64 or not set(text) <= _HEX:
        raise BadInput(f"{name} must be 64 lower-case hex digits")
    return text
