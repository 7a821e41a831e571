"""Enrolment of tablets, and people signing in on them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.api.requests import device_of_request, json_answer, office, read_request
from server.services.enrol_device import enrol_device
from server.services.sign_in_on_device import sign_in_on_device
from shared.schemas.devices import EnrolAnswer, EnrolRequest, SignInAnswer, SignInRequest

devices = Blueprint("devices", __name__, url_prefix="/api/v1")


@devices.post("/enrol")
def enrol() -> Response:
    """Bind a tablet by a one-time code."""
    wanted = read_request(EnrolRequest())
    parts = office()
    enrolled = enrol_device(
        parts,
        wanted["code"],
        wanted["label"],
        wanted["app_version"],
        request.remote_addr or "",
    )
    answer = {
        "device": enrolled.device,
        "token": enrolled.token,
        "server_name": parts.config.server_name,
        "epoch": parts.epoch.text,
        "scopes": list(enrolled.scopes),
    }
    return json_answer(EnrolAnswer().dump(answer))


@devices.post("/sign-in")
def sign_in() -> Response:
    """Check a person's name and PIN on this tablet."""
    device = device_of_request()
    wanted = read_request(SignInRequest())
    found = sign_in_on_device(office(), device, wanted["login"], wanted["pin"])
    answer = {
        "person": found.person,
        "name": found.name,
        "role": found.role,
        "areas": list(found.areas),
        "language": found.language,
    }
    return json_answer(SignInAnswer().dump(answer))
