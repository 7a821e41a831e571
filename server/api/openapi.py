"""The API described for programs, made from the schemas that guard it."""

from __future__ import annotations

from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from server.api.openapi_files import describe_files
from shared.schemas import devices
from sync.version import MEDIA_TYPE, PROTOCOL

_BEARER: list[dict[str, list[str]]] = [{"device": []}]
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


@cache
def openapi_document() -> dict[str, Any]:
    """The whole description, ready to be written as JSON."""
    spec = APISpec(
        title="Samruat",
        version=str(PROTOCOL),
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={"description": "Enrolment, sync and files. Sync messages: see sync/PROTOCOL.md."},
    )
    spec.components.security_scheme("device", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", schema=devices.Problem)
    _post(spec, "/api/v1/enrol", devices.EnrolRequest, devices.EnrolAnswer, "Bind a tablet.")
    _post(
        spec,
        "/api/v1/sign-in",
        devices.SignInRequest,
        devices.SignInAnswer,
        "A person signs in on a tablet.",
        secured=True,
    )
    _sync(spec, "push", "Hand in changes.", ("400", "401", "403", "409", "413", "415", "503"))
    _sync(spec, "pull", "Receive states.", ("400", "401", "403", "409", "410", "415", "426", "503"))
    again = ("400", "401", "403", "409", "413", "415", "503")
    _sync(spec, "repair", "Compare the sums of a scope whose digests differ.", again)
    _sync(spec, "repair/rows", "Receive the states of sums that differ.", again)
    _sync(spec, "report", "What a tablet says of itself: what is only on it.", again)
    _sync(spec, "results", "What has become of changes that were kept aside.", again)
    _sync(spec, "receipt", "A receipt for what was handed in.", again)
    _sync(spec, "segments", "What to download first.", ("400", "401", "403", "409", "415", "426"))
    _segment(spec)
    describe_files(spec)
    spec.path(
        "/api/v1/health",
        operations={
            "get": {
                "summary": "Is the server fit to work?",
                "responses": {"200": _json(devices.HealthAnswer), "default": _problem()},
            }
        },
    )
    document: dict[str, Any] = spec.to_dict()
    return document


def _json(schema: type) -> dict[str, Any]:
    return {
        "description": (schema.__doc__ or "").splitlines()[0],
        "content": {"application/json": {"schema": schema}},
    }


def _problem() -> dict[str, Any]:
    return {
        "description": "A problem with a stable code.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }


def _post(
    spec: APISpec, path: str, wanted: type, given: type, summary: str, *, secured: bool = False
) -> None:
    operation: dict[str, Any] = {
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": wanted}}},
        "responses": {"200": _json(given), "default": _problem()},
    }
    if secured:
        operation["security"] = _BEARER
    spec.path(path, operations={"post": operation})


def _sync(spec: APISpec, name: str, summary: str, statuses: tuple[str, ...]) -> None:
    answers: dict[str, Any] = dict.fromkeys(statuses, _problem())
    answers["200"] = {"description": "An answer as lines.", "content": {MEDIA_TYPE: _BYTES}}
    spec.path(
        f"/api/v1/sync/{name}",
        operations={
            "post": {
                "summary": summary,
                "security": _BEARER,
                "requestBody": {"required": True, "content": {MEDIA_TYPE: _BYTES}},
                "responses": answers,
            }
        },
    )


def _segment(spec: APISpec) -> None:
    name = {
        "name": "sha256",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }
    file = {"description": "Bytes.", "content": {"application/octet-stream": _BYTES}}
    answers = {"200": file, "206": file, "404": _problem(), "416": _problem()}
    spec.path(
        "/api/v1/sync/segments/{sha256}",
        parameters=[name],
        operations={
            "get": {
                "summary": "Read a segment, or a range of it.",
                "security": _BEARER,
                "responses": {**answers, "default": _problem()},
            },
            "head": {
                "summary": "Is the segment here?",
                "security": _BEARER,
                "responses": {"200": {"description": "It is."}, "404": {"description": "No."}},
            },
        },
    )
