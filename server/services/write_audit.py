"""Who did what of consequence that is no change of a record."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from server.models import AuditRow
from server.store.bulk import insert_new
from server.store.office import Office
from shared.canonical import JsonLike, canonical_text


def write_audit(
    session: Session, office: Office, person: str | None, act: str, detail: Mapping[str, JsonLike]
) -> None:
    """One line of the audit, in the transaction of the act."""
    insert_new(
        session,
        AuditRow,
        [
            {
                "id": office.ids.new(),
                "at": office.clock.now_ms(),
                "person": person,
                "act": act,
                "detail": canonical_text(dict(detail)),
            }
        ],
    )
