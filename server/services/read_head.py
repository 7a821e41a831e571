"""The few facts about a record that an edit must name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import RecordRow
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class RecordHead:
    """What a record is."""

    record: str
    type: str
    form: str
    version: int
    scope: str
    root: str
    revision: int
    status: str | None


def read_head(session: Session, record: str) -> RecordHead:
    """Raises NotFound."""
    row = session.execute(
        select(
            RecordRow.id,
            RecordRow.type,
            RecordRow.form,
            RecordRow.version,
            RecordRow.scope,
            RecordRow.root,
            RecordRow.revision,
            RecordRow.status,
        ).where(RecordRow.id == record)
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such record")
    return RecordHead(*row)
