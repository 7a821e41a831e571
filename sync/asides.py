"""What has become of changes that the office kept aside: asked for by id, when there are any.

A change that staff accept is told by the states it changed. One that was accepted and replaced
before the tablet asked again is in no state any more, so the tablet asks; the answer has the form
of the answer to a push, its results by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared import limits
from shared.canonical import canonical_bytes, read_json
from shared.errors import BadInput
from sync import codec
from sync.bounds import a_list, a_text, a_uuid, an_object
from sync.exchange import HttpReply, HttpRequest
from sync.messages import ChangeResult
from sync.version import MEDIA_TYPE, PROTOCOL

RESULTS: Final = "/api/v1/sync/results"
FOR_GOOD: Final = "aside.for_good"
"""The code of a change that staff looked at and keep aside for good."""
ASKED_EVERY_MS: Final = 6 * 60 * 60 * 1000
"""How often, by the server's clock, a tablet asks when nothing else gives a reason to."""


@dataclass(frozen=True, slots=True)
class ResultsRequest:
    """Ids of own changes whose result may have changed."""

    epoch: str
    client: str
    ids: tuple[str, ...]


def encode_results_request(request: ResultsRequest) -> bytes:
    """One line."""
    return canonical_bytes(
        {
            "protocol": PROTOCOL,
            "epoch": request.epoch,
            "client": request.client,
            "ids": list(request.ids),
        }
    )


def decode_results_request(body: bytes) -> ResultsRequest:
    """Raises BadInput for what is no such request."""
    raw = an_object(read_json(body, bytes_max=limits.PULL_REQUEST_BYTES_MAX), "request")
    if raw.get("protocol") != PROTOCOL:
        raise BadInput("this version of the protocol was never shipped")
    ids = a_list(raw.get("ids"), "ids")
    if not 0 < len(ids) <= limits.RESULTS_ASKED_MAX:
        raise BadInput("results of one change to the bound are asked for")
    return ResultsRequest(
        a_text(raw.get("epoch"), "epoch", 64),
        a_text(raw.get("client"), "client", limits.CLIENT_LENGTH_MAX),
        tuple(a_uuid(one, "id") for one in ids),
    )


def ask_results(request: ResultsRequest) -> HttpRequest:
    """The request that a tablet sends."""
    body = encode_results_request(request)
    return HttpRequest("POST", RESULTS, body, (("content-type", MEDIA_TYPE),))


def believed_results(reply: HttpReply, request: ResultsRequest) -> Sequence[ChangeResult]:
    """Results of changes that were asked for; none from whoever does not echo who asked."""
    if reply.status != 200 or reply.header("content-type").split(";")[0].strip() != MEDIA_TYPE:
        return ()
    try:
        answer = codec.decode_push_answer(reply.body)
    except BadInput:
        return ()
    if (answer.client, answer.epoch) != (request.client, request.epoch):
        return ()
    asked = frozenset(request.ids)
    return [result for result in answer.results if result.id in asked]
