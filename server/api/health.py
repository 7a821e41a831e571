"""Is the server fit to work, and what does its API look like?"""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import text

from server.api.requests import json_answer, office
from server.store.journal import RETRY_AFTER_S, JournalFailed

health = Blueprint("health", __name__)


@health.get("/api/v1/health")
@health.get("/healthz")
def healthy() -> Response:
    """Answers when the database does, and the journal takes what is accepted."""
    parts = office()
    if parts.journal.failed:
        raise JournalFailed(parts.journal.failed, retry_after_s=RETRY_AFTER_S)
    with parts.database.reading() as session:
        session.execute(text("SELECT 1"))
    kind = "sqlite" if parts.database.is_sqlite else "postgresql"
    return json_answer({"status": "ok", "epoch": parts.epoch.text, "database": kind})


@health.get("/api/v1/openapi.json")
def openapi() -> Response:
    """The API in OpenAPI 3.1."""
    # Asked for by developers; what describes it is 2 MiB in every server.
    from server.api.openapi import openapi_document

    return json_answer(openapi_document())
