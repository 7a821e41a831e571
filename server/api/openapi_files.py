"""The doors of files described for programs; a part of `server.api.openapi`."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from shared.schemas import files

BEARER: Final[list[dict[str, list[str]]]] = [{"device": []}]
_BYTES: Final[dict[str, Any]] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
}
_PROBLEM: Final[dict[str, Any]] = {
    "description": "A problem with a stable code.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_NAME: Final[dict[str, Any]] = {
    "name": "sha256",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
_OWN_HASH: Final[dict[str, Any]] = {
    "name": "Content-Digest",
    "in": "header",
    "required": True,
    "description": "sha-256 of the body (RFC 9530).",
    "schema": {"type": "string"},
}


def describe_files(spec: APISpec) -> None:
    """Everything about files."""
    _whole(spec)
    _parts(spec)
    _thumbnails(spec)
    _questions(spec)


def _operation(summary: str, answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    responses = {**answers, "default": _PROBLEM}
    return {"summary": summary, "security": BEARER, "responses": responses, **more}


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": content}


def _json(schema: type) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _taken() -> dict[str, Any]:
    kept = _json(files.FileAnswer)
    return {
        "200": {"description": "It was here.", "content": kept},
        "201": {"description": "Kept.", "content": kept},
    }


def _whole(spec: APISpec) -> None:
    bytes_of_it = {"description": "Bytes.", "content": _BYTES}
    parts = {
        "description": "No; which parts of this tablet's upload are here.",
        "headers": {"Samruat-Parts": {"schema": {"type": "string", "examples": ["262144;0-3,7"]}}},
    }
    read = {"200": bytes_of_it, "206": bytes_of_it, "404": _PROBLEM}
    spec.path(
        "/api/v1/blobs/{sha256}",
        parameters=[_NAME],
        operations={
            "get": _operation("Read a file, or a range of it.", read),
            "head": {
                "summary": "Is the file here, or which parts of it?",
                "security": BEARER,
                "responses": {"200": {"description": "It is."}, "404": parts},
            },
            "put": _operation(
                "Hand in a file; again is the same as once.", _taken(), requestBody=_body(_BYTES)
            ),
        },
    )


def _parts(spec: APISpec) -> None:
    number = {"type": "integer", "minimum": 0}
    cut = [
        {"name": name, "in": "query", "required": True, "schema": number}
        for name in ("size", "part_bytes")
    ]
    index = {"name": "index", "in": "path", "required": True, "schema": number}
    spec.path(
        "/api/v1/blobs/{sha256}/parts/{index}",
        parameters=[_NAME, index, *cut, _OWN_HASH],
        operations={
            "put": _operation(
                "Hand in one part, in any order.",
                {"204": {"description": "Kept."}},
                requestBody=_body(_BYTES),
            )
        },
    )
    spec.path(
        "/api/v1/blobs/{sha256}/done",
        parameters=[_NAME],
        operations={
            "post": _operation(
                "All parts were sent: the whole is checked.",
                {**_taken(), "409": _PROBLEM, "422": _PROBLEM},
                requestBody=_body(_json(files.FileDone)),
            )
        },
    )


def _thumbnails(spec: APISpec) -> None:
    picture = {"description": "A small JPEG.", "content": {"image/jpeg": {}}}
    spec.path(
        "/api/v1/blobs/{sha256}/thumbnail",
        parameters=[_NAME],
        operations={
            "get": _operation("The small picture of a photograph.", {"200": picture}),
            "head": _operation("Is there one?", {"200": {"description": "There is."}}),
            "put": _operation(
                "Hand in the small picture of a photograph.",
                _taken(),
                parameters=[_OWN_HASH],
                requestBody=_body({"image/jpeg": {}}),
            ),
        },
    )


def _questions(spec: APISpec) -> None:
    spec.path(
        "/api/v1/files/wanted",
        operations={
            "get": _operation(
                "Files that this tablet sent and the office has lost.",
                {"200": {"description": "Their names.", "content": _json(files.WantedFiles)}},
            )
        },
    )
    for name, summary, wanted, given in (
        ("lost", "Files that this tablet cannot send.", files.LostFiles, None),
        ("held", "Which of these files are held?", files.FileNames, files.HeldFiles),
        (
            "forgettable",
            "Which of these files may a tablet let go of?",
            files.FileNames,
            files.ForgettableFiles,
        ),
    ):
        answer: dict[str, Any] = {"description": "Their names."}
        if given is not None:
            answer["content"] = _json(given)
        spec.path(
            f"/api/v1/files/{name}",
            operations={
                "post": _operation(summary, {"200": answer}, requestBody=_body(_json(wanted)))
            },
        )
