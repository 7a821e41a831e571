"""Files by their SHA-256: whole or in parts, there and back."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from server.api.requests import body_chunks, device_of_request, json_answer, office, read_request
from server.services.identify_device import Device
from server.services.keep_thumbnail import find_thumbnail, keep_thumbnail
from server.services.open_blob import FileFacts, find_blob, read_blob, span_of
from server.services.receive_blob import (
    Received,
    finish_blob,
    parts_here,
    receive_blob,
    receive_part,
)
from server.store.rights import device_scopes
from shared.errors import BadInput, BlobTooLarge, InvalidInput, NotFound, UnsupportedMedia
from shared.ids import is_sha256
from shared.limits import BLOB_BYTES_MAX, THUMBNAIL_BYTES_MAX
from shared.schemas.files import FileDone
from sync.parts import Cut, held_text, read_digest

blobs = Blueprint("blobs", __name__, url_prefix="/api/v1/blobs")
PARTS_HEADER: Final = "Samruat-Parts"


@blobs.put("/<sha256>")
def put(sha256: str) -> Response:
    """Receive a file; again is the same as once. A revoked tablet may still hand in its files."""
    device = device_of_request()
    _must_be_plain(BLOB_BYTES_MAX)
    return _received(sha256, receive_blob(office(), sha256, body_chunks(), device.id))


@blobs.put("/<sha256>/parts/<int:index>")
def put_part(sha256: str, index: int) -> Response:
    """Receive one part: `size` and `part_bytes` in the query say how the file was cut."""
    device = device_of_request()
    cut = Cut(_number("size"), _number("part_bytes"))
    length = cut.length(index)
    _must_be_plain(length)
    data = request.stream.read(length + 1)
    own_hash = read_digest(request.headers.get("Content-Digest", ""))
    receive_part(office(), device.id, sha256, cut, index, data, own_hash)
    answer = Response(status=204)
    answer.headers["ETag"] = f'"{sha256}"'
    return answer


@blobs.post("/<sha256>/done")
def done(sha256: str) -> Response:
    """All parts were sent: the whole is checked, made durable, and only then acknowledged."""
    device = device_of_request()
    fields = read_request(FileDone())
    cut = Cut(fields["size"], fields["part_bytes"])
    return _received(sha256, finish_blob(office(), device.id, sha256, cut))


@blobs.get("/<sha256>")
def get(sha256: str) -> Response:
    """Hand out a file or a Range of it; HEAD tells whether it is here, or which parts are."""
    device = device_of_request()
    if request.method == "HEAD":
        return _head(sha256, device)
    device.must_not_be_revoked()
    parts = office()
    # The rights are read anew at every Range, in one snapshot with the file's own row.
    with parts.database.reading() as session:
        facts = find_blob(session, sha256, device_scopes(session, device.id), device.id)
    return _handed_out(facts)


@blobs.put("/<sha256>/thumbnail")
def put_thumbnail(sha256: str) -> Response:
    """Receive the small picture of a photograph that comes later."""
    device = device_of_request()
    _must_be_plain(THUMBNAIL_BYTES_MAX)
    data = request.stream.read(THUMBNAIL_BYTES_MAX + 1)
    own_hash = read_digest(request.headers.get("Content-Digest", ""))
    keep_thumbnail(office(), device.id, sha256, data, own_hash)
    return _received(sha256, Received(new=True))


@blobs.get("/<sha256>/thumbnail")
def get_thumbnail(sha256: str) -> Response:
    """The small picture of a photograph, for whoever may read the photograph."""
    device = device_of_request()
    device.must_not_be_revoked()
    parts = office()
    with parts.database.reading() as session:
        facts = find_thumbnail(session, sha256, device_scopes(session, device.id), device.id)
    return _handed_out(facts)


def _head(sha256: str, device: Device) -> Response:
    """A revoked tablet hears of its own files only, so that it can hand in the rest."""
    parts = office()
    with parts.database.reading() as session:
        scopes = () if device.revoked else device_scopes(session, device.id)
        try:
            facts = find_blob(session, sha256, scopes, device.id)
        except NotFound:
            here = parts_here(parts, device.id, sha256) if is_sha256(sha256) else None
            answer = Response(status=404)
            if here is not None:
                answer.headers[PARTS_HEADER] = held_text(*here)
            return answer
    answer = Response(status=200)
    _describe(answer, facts)
    answer.headers["Content-Length"] = str(facts.size)
    return answer


def _handed_out(facts: FileFacts) -> Response:
    span = span_of(facts, request.headers.get("Range", ""), request.headers.get("If-Range", ""))
    reading = read_blob(office(), facts, span)
    answer = Response(reading, status=200 if span.whole else 206)
    answer.call_on_close(reading.close)
    _describe(answer, facts)
    answer.headers["Content-Length"] = str(span.length)
    if not span.whole:
        answer.headers["Content-Range"] = span.content_range(facts.size)
    return answer


def _describe(answer: Response, facts: FileFacts) -> None:
    # A tablet believes an answer about a file only when it names the file: a captive portal cannot.
    answer.headers["ETag"] = f'"{facts.sha256}"'
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Type"] = facts.media_type
    answer.headers["Content-Disposition"] = "attachment"
    answer.headers["Cache-Control"] = "private, immutable, max-age=31536000"
    answer.headers["X-Content-Type-Options"] = "nosniff"


def _received(sha256: str, received: Received) -> Response:
    told = {"sha256": sha256, **({"code": received.code} if received.code else {})}
    answer = json_answer(told, 201 if received.new else 200)
    answer.headers["ETag"] = f'"{sha256}"'
    return answer


def _must_be_plain(bytes_max: int) -> None:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia("files are sent as they are")
    if (request.content_length or 0) > bytes_max:
        raise BlobTooLarge("the file is larger than is taken", limit=bytes_max)


def _number(name: str) -> int:
    text = request.args.get(name, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise InvalidInput("a number is wanted", fields=[name])
    try:
        return int(text)
    except ValueError as reason:
        raise BadInput("a number is wanted") from reason
