"""A tablet's cursors against the horizon: who was away for too long reads the scope anew (410).

A tablet that is just reading a scope from its beginning passes places before the horizon, too. It
misses nothing, because it began after the horizon was moved; so beginnings are remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.repairing import ScopeReaderRow
from server.store.bulk import put
from server.store.office import Office
from shared.errors import RebaselineNeeded


class Head(Protocol):
    """A scope's row: where it stands, and what it no longer tells."""

    @property
    def seq(self) -> int:
        """The head."""

    @property
    def horizon(self) -> int:
        """What left at or before this place is no longer told."""


def mind_horizon(
    session: Session, client: str, cursors: Mapping[str, int], heads: Mapping[str, Head]
) -> list[tuple[str, int]]:
    """(scope, head) of scopes that are read from their beginning now and have a horizon.

    Raises RebaselineNeeded, which names every scope that must be read anew.
    """
    anew: list[str] = []
    begun: list[tuple[str, int]] = []
    for scope, cursor in sorted(cursors.items()):
        head = heads.get(scope)
        seq, horizon = (0, 0) if head is None else (head.seq, head.horizon)
        if cursor > seq or (0 < cursor < horizon and _began(session, client, scope) < horizon):
            anew.append(scope)
        elif cursor == 0 and horizon:
            begun.append((scope, seq))
    if anew:
        raise RebaselineNeeded("these scopes must be read from their beginning", scopes=anew)
    return begun


def _began(session: Session, client: str, scope: str) -> int:
    found = session.scalar(
        select(ScopeReaderRow.seq).where(
            ScopeReaderRow.client == client, ScopeReaderRow.scope == scope
        )
    )
    return found or 0


def note_beginnings(office: Office, client: str, begun: Sequence[tuple[str, int]]) -> None:
    """Remember where these scopes stood when the client began to read them."""
    if begun:
        rows = [{"client": client, "scope": scope, "seq": seq} for scope, seq in begun]
        with office.database.writing() as session:
            put(session, ScopeReaderRow, rows, ("client", "scope"))
