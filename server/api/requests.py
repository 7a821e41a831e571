"""Reading requests within bounds: bodies, bearer tokens, JSON by a schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import Response, current_app, request
from marshmallow import Schema, ValidationError

from server.services.identify_device import Device, identify_device
from server.store.office import Office
from shared.canonical import JsonLike, canonical_bytes, read_json
from shared.errors import BadInput, InvalidInput, MessageTooLarge, UnsupportedMedia
from shared.limits import REQUEST_JSON_BYTES_MAX

CHUNK_BYTES: Final = 256 * 1024


def office() -> Office:
    """The parts of this app."""
    found: Office = current_app.extensions["samruat"]
    return found


def bearer() -> str:
    """The token of the request, or the empty text."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def device_of_request() -> Device:
    """The tablet that sends this. Raises NotSignedIn."""
    parts = office()
    with parts.database.reading() as session:
        return identify_device(session, bearer())


def read_body(bytes_max: int) -> bytes:
    """The whole body. Raises MessageTooLarge before reading more than the bound."""
    if (request.content_length or 0) > bytes_max:
        raise MessageTooLarge("the body is too large", limit=bytes_max)
    body = request.stream.read(bytes_max + 1)
    if len(body) > bytes_max:
        raise MessageTooLarge("the body is too large", limit=bytes_max)
    return body


def body_chunks() -> Iterator[bytes]:
    """The body piece by piece; the reader bounds the sum."""
    while chunk := request.stream.read(CHUNK_BYTES):
        yield chunk


def read_request(schema: Schema) -> dict[str, Any]:
    """A JSON body by its schema. Raises InvalidInput that names the fields."""
    if request.mimetype not in ("application/json", ""):
        raise UnsupportedMedia("JSON is wanted here")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia("no compression is taken here")
    raw = read_json(read_body(REQUEST_JSON_BYTES_MAX), bytes_max=REQUEST_JSON_BYTES_MAX)
    if not isinstance(raw, dict):
        raise BadInput("a JSON object is wanted")
    try:
        found: dict[str, Any] = schema.load(raw)
    except ValidationError as problem:
        names = problem.messages if isinstance(problem.messages, dict) else {}
        fields = sorted(str(name)[:60] for name in names)
        raise InvalidInput("some fields are wrong", fields=fields[:50]) from None
    return found


def json_answer(value: JsonLike, status: int = 200) -> Response:
    """A JSON answer that nobody keeps."""
    answer = Response(canonical_bytes(value), status=status, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
