"""Files by their SHA-256."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.api.requests import body_chunks, device_of_request, json_answer, office
from server.services.open_blob import find_blob, open_blob
from server.services.receive_blob import receive_blob
from server.store.rights import device_scopes
from shared.errors import BlobTooLarge, UnsupportedMedia
from shared.limits import BLOB_BYTES_MAX

blobs = Blueprint("blobs", __name__, url_prefix="/api/v1/blobs")


@blobs.put("/<sha256>")
def put(sha256: str) -> Response:
    """Receive a file; again is the same as once. A revoked tablet may still hand in its files."""
    device = device_of_request()
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia("files are sent as they are")
    if (request.content_length or 0) > BLOB_BYTES_MAX:
        raise BlobTooLarge("the file is larger than is taken", limit=BLOB_BYTES_MAX)
    new = receive_blob(office(), sha256, body_chunks(), request.mimetype, device.id)
    answer = json_answer({"sha256": sha256}, 201 if new else 200)
    answer.headers["ETag"] = f'"{sha256}"'
    return answer


@blobs.get("/<sha256>")
def get(sha256: str) -> Response:
    """Hand out a file; HEAD tells whether it is here."""
    device = device_of_request()
    device.must_not_be_revoked()
    parts = office()
    with parts.database.reading() as session:
        scopes = device_scopes(session, device.id)
        size, media_type = find_blob(session, sha256, scopes, device.id)
    if request.method == "HEAD":
        answer = Response(status=200)
    else:
        opened = open_blob(parts, sha256, scopes, device.id)
        answer = Response(opened.chunks())
        answer.call_on_close(opened.file.close)
    # A tablet believes an answer about a file only when it names the file: a captive portal cannot.
    answer.headers["ETag"] = f'"{sha256}"'
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Disposition"] = "attachment"
    answer.headers["Cache-Control"] = "private, immutable, max-age=31536000"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
