"""Pictures and files of records, and the base map, for the pages."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from server.services.open_record_file import open_record_file
from server.services.read_base_map import read_base_map
from server.web.desk import office, scopes

SHOWN_IN_PAGE: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
DAY_SECONDS: Final = 24 * 60 * 60


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/files/<sha256>", "file", file)
    pages.add_url_rule("/map/provinces.geojson", "provinces", provinces)


def file(sha256: str) -> AnyResponse:
    """A file of a record that the person may read; only plain pictures open in the page."""
    found = open_record_file(office(), sha256, scopes())
    picture = found.media_type in SHOWN_IN_PAGE
    answer = Response(
        found.chunks(),
        mimetype=found.media_type if picture else "application/octet-stream",
    )
    answer.call_on_close(found.handle.close)
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["Content-Disposition"] = "inline" if picture else "attachment"
    answer.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}, immutable"
    return answer


def provinces() -> AnyResponse:
    """The provinces' outlines, drawn as the base map: no tiles, no other host."""
    answer = make_response(read_base_map())
    answer.headers["Content-Type"] = "application/geo+json"
    answer.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}"
    answer.add_etag()
    return answer.make_conditional(request)
