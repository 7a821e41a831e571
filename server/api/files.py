"""Questions about files that need no bytes: wanted, lost, held, forgettable."""

from __future__ import annotations

from flask import Blueprint, Response

from server.api.requests import device_of_request, json_answer, office, read_request
from server.services.want_files import forgettable_of, hear_lost, held_of, wanted_of
from server.store.rights import device_scopes
from shared.schemas.files import FileNames, LostFiles

files = Blueprint("files", __name__, url_prefix="/api/v1/files")


@files.get("/wanted")
def wanted() -> Response:
    """Files that this tablet sent and the office has lost: it is asked to send them again."""
    device = device_of_request()
    with office().database.reading() as session:
        return json_answer({"wanted": list(wanted_of(session, device.id))})


@files.post("/lost")
def lost() -> Response:
    """Files that this tablet cannot send (again)."""
    device = device_of_request()
    hear_lost(office(), device.id, read_request(LostFiles())["files"])
    return json_answer({})


@files.post("/held")
def held() -> Response:
    """Which of these files the office holds; a revoked tablet hears of its own."""
    device = device_of_request()
    names = read_request(FileNames())["files"]
    with office().database.reading() as session:
        scopes = () if device.revoked else device_scopes(session, device.id)
        return json_answer({"held": list(held_of(session, device.id, scopes, names))})


@files.post("/forgettable")
def forgettable() -> Response:
    """Which of these files this tablet may let go of when its room is short."""
    device_of_request().must_not_be_revoked()
    parts = office()
    names = read_request(FileNames())["files"]
    with parts.database.reading() as session:
        found = forgettable_of(session, parts.clock.now_ms(), names)
    return json_answer({"forgettable": list(found)})
