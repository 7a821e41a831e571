"""Push and pull: the wire's bytes in and out; everything else is in the services."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from server.api.requests import bearer, device_of_request, office, read_body
from server.services.identify_device import note_seen
from server.services.issue_receipt import issue_receipt
from server.services.keep_tablet_report import keep_tablet_report
from server.services.read_feed import read_feed
from server.services.receive_changes import receive_changes
from server.services.repair_scope import compare_sums, send_rows
from server.services.tell_results import tell_results
from server.services.want_files import count_wanted
from shared.errors import MessageTooLarge, TooLarge, UnsupportedMedia
from shared.limits import (
    MESSAGE_HEADER_BYTES_MAX,
    PULL_REQUEST_BYTES_MAX,
    PUSH_BYTES_MAX,
    PUSH_COMPRESSED_BYTES_MAX,
    REPAIR_BYTES_MAX,
)
from sync.codec import encode_pull_answer, encode_push_answer, gunzip_bytes, gzip_bytes, lines_of
from sync.receipts import encode_receipt_answer
from sync.repair import encode_rows, encode_sums
from sync.version import MEDIA_TYPE

sync = Blueprint("sync", __name__, url_prefix="/api/v1/sync")
COMPRESS_FROM_BYTES: Final = 1_000
WANTED_HEADER: Final = "Samruat-Files-Wanted"


@sync.post("/push")
def push() -> Response:
    """Receive a tablet's changes."""
    parts = office()
    device = device_of_request()
    with parts.pushes.taken():
        body = _message(PUSH_COMPRESSED_BYTES_MAX, PUSH_BYTES_MAX)
        answer = receive_changes(parts, device.id, body)
    note_seen(parts, device)
    return _answer(encode_push_answer(answer))


@sync.post("/pull")
def pull() -> Response:
    """Hand out what lies after a tablet's cursors."""
    parts = office()
    body = _message(PULL_REQUEST_BYTES_MAX, PULL_REQUEST_BYTES_MAX)
    answer, device = read_feed(parts, bearer(), body)
    note_seen(parts, device)
    reply = _answer(lines_of(encode_pull_answer(answer)))
    if device.files_wanted:
        with parts.database.reading() as session:
            wanted = count_wanted(session, device.id)
        if wanted:
            # Only when there is something to ask for: a pull with nothing new stays as it is.
            reply.headers[WANTED_HEADER] = str(wanted)
    return reply


@sync.post("/receipt")
def receipt() -> Response:
    """Sign what the office holds of a tablet. A revoked one may know it, too."""
    parts = office()
    device = device_of_request()
    body = _message(MESSAGE_HEADER_BYTES_MAX, MESSAGE_HEADER_BYTES_MAX)
    return _answer(encode_receipt_answer(issue_receipt(parts, device, body)))


@sync.post("/repair")
def repair() -> Response:
    """Compare the sums of a scope whose digests differ."""
    body = _message(MESSAGE_HEADER_BYTES_MAX, MESSAGE_HEADER_BYTES_MAX)
    return _answer(encode_sums(compare_sums(office(), bearer(), body)))


@sync.post("/repair/rows")
def repair_rows() -> Response:
    """Send the states of those sums that differ."""
    body = _message(2 * REPAIR_BYTES_MAX, 2 * REPAIR_BYTES_MAX)
    return _answer(lines_of(encode_rows(send_rows(office(), bearer(), body))))


@sync.post("/results")
def results() -> Response:
    """What has become of changes that were kept aside."""
    body = _message(PULL_REQUEST_BYTES_MAX, PULL_REQUEST_BYTES_MAX)
    return _answer(encode_push_answer(tell_results(office(), bearer(), body)))


@sync.post("/report")
def report() -> Response:
    """What a tablet says of itself."""
    body = _message(PULL_REQUEST_BYTES_MAX, PULL_REQUEST_BYTES_MAX)
    keep_tablet_report(office(), bearer(), body)
    return Response(status=204)


def _message(packed_max: int, bytes_max: int) -> bytes:
    """The body, unpacked; both sizes are bounded before anything is believed."""
    if request.mimetype != MEDIA_TYPE:
        raise UnsupportedMedia("sync messages have a media type of their own")
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise UnsupportedMedia("only gzip is taken")
    body = read_body(packed_max)
    if encoding == "identity":
        return body
    try:
        return gunzip_bytes(body, bytes_max)
    except TooLarge as reason:
        raise MessageTooLarge("the unpacked body is too large", limit=bytes_max) from reason


def _answer(body: bytes) -> Response:
    answer = Response(body, content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    if len(body) >= COMPRESS_FROM_BYTES and request.accept_encodings["gzip"] > 0:
        answer.set_data(gzip_bytes(body))
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
    return answer
