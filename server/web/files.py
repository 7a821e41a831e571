"""Pictures and files of records, and the base map, for the pages."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

from flask import Response, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from server.catalog import province_polygons
from server.services.open_record_file import open_record_file
from server.web.desk import office, pages, scopes

SHOWN_IN_PAGE: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
DAY_SECONDS: Final = 24 * 60 * 60


def add_pages() -> None:
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
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["Content-Disposition"] = "inline" if picture else "attachment"
    answer.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}, immutable"
    return answer


@cache
def _outlines() -> bytes:
    return json.dumps(province_polygons(), ensure_ascii=False, separators=(",", ":")).encode()


def provinces() -> AnyResponse:
    """The provinces' outlines, drawn as the base map: no tiles, no other host."""
    answer = make_response(_outlines())
    answer.headers["Content-Type"] = "application/geo+json"
    answer.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}"
    answer.add_etag()
    return answer.make_conditional(request)
