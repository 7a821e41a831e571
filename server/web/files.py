"""Pictures and files of records, and the base map, for the pages."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from server.services.open_blob import FileFacts, read_blob, span_of
from server.services.open_record_file import find_record_file, find_record_thumbnail
from server.services.read_base_map import read_base_map
from server.web.desk import office, scopes

DAY_SECONDS: Final = 24 * 60 * 60


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/files/<sha256>", "file", file)
    pages.add_url_rule("/files/<sha256>/thumbnail", "thumbnail", thumbnail)
    pages.add_url_rule("/map/provinces.geojson", "provinces", provinces)


def file(sha256: str) -> AnyResponse:
    """A file of a record that the person may read, or a Range of it; only pictures whose kind and
    measures were read from their own bytes open in the page."""
    return _handed_out(find_record_file(office(), sha256, scopes()))


def thumbnail(sha256: str) -> AnyResponse:
    """The small picture of a photograph, which may be here before the photograph is."""
    return _handed_out(find_record_thumbnail(office(), sha256, scopes()))


def _handed_out(facts: FileFacts) -> AnyResponse:
    span = span_of(facts, request.headers.get("Range", ""), request.headers.get("If-Range", ""))
    reading = read_blob(office(), facts, span)
    shown = facts.shown_in_page
    answer = Response(
        reading,
        status=200 if span.whole else 206,
        mimetype=facts.media_type if shown else "application/octet-stream",
    )
    answer.call_on_close(reading.close)
    answer.headers["ETag"] = f'"{facts.sha256}"'
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Length"] = str(span.length)
    if not span.whole:
        answer.headers["Content-Range"] = span.content_range(facts.size)
    answer.headers["Content-Disposition"] = "inline" if shown else "attachment"
    answer.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}, immutable"
    return answer


def provinces() -> AnyResponse:
    """The provinces' outlines, drawn as the base map: no tiles, no other host."""
    answer = make_response(read_base_map())
    answer.headers["Content-Type"] = "application/geo+json"
    answer.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}"
    answer.add_etag()
    return answer.make_conditional(request)
