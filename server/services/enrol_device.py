"""Enrolment codes: made by staff, used once within a day by a tablet, which gets its token."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.models import DeviceAreaRow, DeviceRow, EnrolmentRow, ScopeRow
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.office import Office
from server.store.passwords import new_token, token_hash
from server.store.scopes import PROGRAMME
from shared.errors import EnrolmentRefused, InvalidInput
from shared.limits import ENROLMENT_CODE_HOURS, ENROLMENT_CODE_LENGTH

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 1 I O, which people mistake for each other; 32 letters, so a byte maps evenly."""
CODE_MS: Final = ENROLMENT_CODE_HOURS * 60 * 60_000
LABEL_LENGTH_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a tablet learns once: its id and token."""

    device: str
    token: str
    scopes: tuple[str, ...]


def make_enrolment_code(office: Office, author: str, label: str, scopes: Collection[str]) -> str:
    """A code for one tablet and these areas, shown once as `ABCDE-FGHJK`.

    Raises InvalidInput for an area that does not exist, or none.
    """
    code = "".join(ALPHABET[b % 32] for b in office.randomness(ENROLMENT_CODE_LENGTH))
    with office.database.writing() as session:
        known = set(session.scalars(select(ScopeRow.id).where(ScopeRow.id.in_(sorted(scopes)))))
        wanted = sorted(set(scopes) - {PROGRAMME})
        if not wanted or not set(wanted) <= known:
            raise InvalidInput("areas that exist are needed", fields=["areas"])
        now_ms = office.clock.now_ms()
        insert_new(
            session,
            EnrolmentRow,
            [
                {
                    "code_hash": token_hash(code),
                    "label": label[:LABEL_LENGTH_MAX],
                    "scopes": json.dumps(wanted),
                    "created_by": author,
                    "created_at": now_ms,
                }
            ],
        )
        write_audit(session, office, author, "device.code", {"scopes": wanted})
    half = ENROLMENT_CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def plain_code(text: str) -> str:
    """A code as typed, without blanks and dashes, in capitals."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def enrol_device(office: Office, code: str, label: str, app_version: str, address: str) -> Enrolled:
    """Bind a tablet. Raises EnrolmentRefused (unknown, used, too old) and TooManyAttempts."""
    key = f"enrol:{address}"
    office.attempts.check(key)
    try:
        with office.database.writing() as session:
            enrolled = _enrol(office, session, plain_code(code), label, app_version)
    except EnrolmentRefused:
        office.attempts.failed(key)
        raise
    office.attempts.succeeded(key)
    return enrolled


def _enrol(office: Office, session: Session, code: str, label: str, app_version: str) -> Enrolled:
    now_ms = office.clock.now_ms()
    row = session.execute(
        select(EnrolmentRow.code_hash, EnrolmentRow.label, EnrolmentRow.scopes)
        .where(EnrolmentRow.code_hash == token_hash(code))
        .where(EnrolmentRow.used_at.is_(None), EnrolmentRow.created_at > now_ms - CODE_MS)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise EnrolmentRefused("the code is unknown, used, or too old")
    device, token = office.ids.new(), new_token(office.randomness)
    scopes = [PROGRAMME, *json.loads(row.scopes)]
    insert_new(
        session,
        DeviceRow,
        [
            {
                "id": device,
                "label": (label or row.label)[:LABEL_LENGTH_MAX],
                "token_hash": token_hash(token),
                "enrolled_at": now_ms,
                "app_version": app_version[:40],
                "last_seen_at": now_ms,
            }
        ],
    )
    insert_new(
        session,
        DeviceAreaRow,
        ({"device": device, "scope": scope, "since": now_ms} for scope in scopes),
    )
    session.execute(
        update(EnrolmentRow)
        .where(EnrolmentRow.code_hash == row.code_hash)
        .values(used_at=now_ms, device=device),
        execution_options={"synchronize_session": False},
    )
    write_audit(session, office, None, "device.enrolled", {"device": device})
    return Enrolled(device, token, tuple(scopes))
