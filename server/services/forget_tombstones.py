"""Housekeeping of the feed: what left a scope long ago is no longer told.

A scope's `horizon` is the place up to which such rows were let go. Only rows that say "this left"
go; every record that is there stays. A tablet whose cursor lies before the horizon reads the scope
anew (410), beside what it has. Ages are days of the server's clock, noted as they pass.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.models import MembershipRow, ScopeRow
from server.models.repairing import RepairRow, ScopeDayRow
from server.store.bulk import insert_new
from server.store.office import Office
from shared.limits import TOMBSTONES_KEPT_DAYS
from sync.repair import DAY_MS


def forget_tombstones(office: Office, kept_days: int = TOMBSTONES_KEPT_DAYS) -> Mapping[str, int]:
    """Note where each scope stands today, and let go of what left it before `kept_days`.

    Returns how many rows went, by scope. Meant for once a day; again is the same as once.
    """
    today = office.clock.now_ms() // DAY_MS
    with office.database.writing() as session:
        heads = session.execute(select(ScopeRow.id, ScopeRow.seq)).all()
        insert_new(
            session,
            ScopeDayRow,
            ({"scope": row.id, "day": today, "seq": row.seq} for row in heads),
        )
        session.execute(delete(RepairRow).where(RepairRow.day < today))
        horizons = session.execute(
            select(ScopeDayRow.scope, func.max(ScopeDayRow.seq).label("seq"))
            .where(ScopeDayRow.day <= today - kept_days)
            .group_by(ScopeDayRow.scope)
        ).all()
        session.execute(delete(ScopeDayRow).where(ScopeDayRow.day < today - kept_days))
    gone: dict[str, int] = {}
    for row in sorted(horizons, key=lambda found: found.scope):
        with office.database.writing() as session:
            count = move_horizon(session, row.scope, row.seq)
        if count:
            gone[row.scope] = count
    return gone


def move_horizon(session: Session, scope: str, seq: int) -> int:
    """Let go of what left a scope at or before a place; returns how many rows went."""
    moved = session.execute(
        update(ScopeRow)
        .where(ScopeRow.id == scope, ScopeRow.horizon < seq, ScopeRow.seq >= seq)
        .values(horizon=seq)
        .returning(ScopeRow.id),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if moved is None:
        return 0
    result = session.execute(
        delete(MembershipRow).where(
            MembershipRow.scope == scope, MembershipRow.seq <= seq, MembershipRow.kind != "put"
        ),
        execution_options={"synchronize_session": False},
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
