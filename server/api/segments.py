"""Segments: what a tablet downloads first, as files that were made beforehand."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.api.requests import bearer, office, read_body
from server.services.open_segments import list_segments, open_segment
from shared.errors import UnsupportedMedia
from shared.limits import PULL_REQUEST_BYTES_MAX
from sync.segments import SEGMENTS, encode_list
from sync.version import MEDIA_TYPE

segments = Blueprint("segments", __name__, url_prefix=SEGMENTS)


@segments.post("")
def listed() -> Response:
    """The segments of the scopes asked for."""
    if request.mimetype != MEDIA_TYPE or "Content-Encoding" in request.headers:
        raise UnsupportedMedia("a pull request is wanted here, as it is")
    found = list_segments(office(), bearer(), read_body(PULL_REQUEST_BYTES_MAX))
    answer = Response(encode_list(found), content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@segments.get("/<sha256>")
def one(sha256: str) -> Response:
    """One file; a part of it where the request names a range."""
    data = open_segment(office(), bearer(), sha256)
    answer = Response(data, content_type="application/octet-stream")
    answer.set_etag(sha256)
    answer.make_conditional(request, accept_ranges=True, complete_length=len(data))
    answer.headers["Cache-Control"] = "no-store"
    return answer
