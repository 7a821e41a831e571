"""Records that are likely the same thing entered twice: to be looked at after a restore.

Whoever finds that their work is gone enters it again; then the journal or a tablet brings it back.
Two live records of one kind, in one area, of one day, under the same name, of which one came or
changed since the restore, are such a pair. Nothing is decided by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from server.models import RecordRow

GROUPS_MAX: Final = 100
RECORDS_OF_A_GROUP_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Double:
    """Records that look alike."""

    type: str
    scope: str
    title: str
    occurred_on: str | None
    records: tuple[str, ...]


def likely_doubles(session: Session, since_ms: int) -> list[Double]:
    """Groups of records that look alike, of which one changed since a time."""
    alike = (RecordRow.type, RecordRow.scope, RecordRow.title, RecordRow.occurred_on)
    live = and_(RecordRow.parent.is_(None), ~RecordRow.deleted, RecordRow.title != "")
    groups = session.execute(
        select(*alike)
        .where(live)
        .group_by(*alike)
        .having(func.count() > 1, func.max(RecordRow.changed_at) >= since_ms)
        .order_by(*alike[:3])
        .limit(GROUPS_MAX)
    ).all()
    found = []
    for group in groups:
        day = RecordRow.occurred_on
        wanted = select(RecordRow.id).where(
            live,
            RecordRow.type == group.type,
            RecordRow.scope == group.scope,
            RecordRow.title == group.title,
            day.is_(None) if group.occurred_on is None else day == group.occurred_on,
        )
        ids = session.scalars(wanted.order_by(RecordRow.id).limit(RECORDS_OF_A_GROUP_MAX))
        found.append(Double(group.type, group.scope, group.title, group.occurred_on, tuple(ids)))
    return found
