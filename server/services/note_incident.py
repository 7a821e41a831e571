"""Something that should not happen and did is written down, for staff to look into."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.models import IncidentRow
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.office import Office
from shared.errors import NotFound

DETAIL_LENGTH_MAX: Final = 2_000


def note_incident(
    session: Session,
    office: Office,
    kind: str,
    *,
    client: str | None = None,
    scope: str | None = None,
    detail: str = "",
) -> str:
    """Enter an incident in the transaction of what noticed it; its id.

    While one of the same kind, client and scope is open, that one stands for both.
    """
    found = session.scalar(
        select(IncidentRow.id).where(
            IncidentRow.kind == kind,
            IncidentRow.client.is_(client) if client is None else IncidentRow.client == client,
            IncidentRow.scope.is_(scope) if scope is None else IncidentRow.scope == scope,
            IncidentRow.settled_at.is_(None),
        )
    )
    if found is not None:
        return found
    incident = office.ids.new()
    row = {
        "id": incident,
        "kind": kind,
        "client": client,
        "scope": scope,
        "detail": detail[:DETAIL_LENGTH_MAX],
        "at": office.clock.now_ms(),
    }
    insert_new(session, IncidentRow, [row])
    return incident


def settle_incident(office: Office, author: str, incident: str) -> None:
    """Staff have looked into it; again is the same as once. NotFound when there is none such."""
    now_ms = office.clock.now_ms()
    with office.database.writing() as session:
        if session.get(IncidentRow, incident) is None:
            raise NotFound("there is no such incident")
        session.execute(
            update(IncidentRow)
            .where(IncidentRow.id == incident, IncidentRow.settled_at.is_(None))
            .values(settled_at=now_ms, settled_by=author),
            execution_options={"synchronize_session": False},
        )
        write_audit(session, office, author, "incident.settled", {"incident": incident})
