"""The records in which two values stand for one question, and how many there are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import PersonRow, RecordRow
from server.services.list_review_queue import RecordLine, Scopes, line_of, within
from server.store.bulk import rows_in

CONFLICT_LINES_MAX: Final = 500


def count_open_conflicts(session: Session, scopes: Scopes) -> int:
    """How many records wait for somebody to settle a conflict; shown in the navigation."""
    found = select(func.count()).select_from(RecordRow)
    found = found.where(RecordRow.parent.is_(None), RecordRow.tree_conflicts > 0)
    limit = within(scopes)
    return session.scalar(found if limit is None else found.where(limit)) or 0


def list_conflicts(session: Session, scopes: Scopes) -> tuple[RecordLine, ...]:
    """Those records, the longest waiting first, at most CONFLICT_LINES_MAX."""
    found = select(RecordRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == RecordRow.author)
    found = found.where(RecordRow.parent.is_(None), RecordRow.tree_conflicts > 0)
    limit = within(scopes)
    if limit is not None:
        found = found.where(limit)
    found = found.order_by(RecordRow.changed_at, RecordRow.id).limit(CONFLICT_LINES_MAX)
    return tuple(line_of(row[0], row[1]) for row in session.execute(found))


def kinds_of(session: Session, roots: Collection[str]) -> tuple[set[str], set[str]]:
    """Of these records, those with a disputed deletion, and those in which an answer hides others
    whose author had not been shown them."""
    disputed = select(RecordRow.root).where(RecordRow.disputed).distinct()
    hidden = select(RecordRow.id).where(RecordRow.relevance_conflicts > 0)
    return (
        {row.root for row in rows_in(session, disputed, RecordRow.root, roots)},
        {row.id for row in rows_in(session, hidden, RecordRow.id, roots)},
    )
