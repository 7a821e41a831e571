"""Addresses below /api/ that do not exist answer as the API does, not with a page."""

from __future__ import annotations

from flask import Blueprint, Response

from shared.errors import NotFound

elsewhere = Blueprint("elsewhere", __name__)


@elsewhere.route("/api/", defaults={"rest": ""}, methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
@elsewhere.route("/api/<path:rest>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
def nothing_here(rest: str) -> Response:
    """There is nothing."""
    raise NotFound("there is no such address")
