"""The fleet: each tablet, its areas, people, last contact, clock, and what is known of its work."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import (
    ClientRow,
    DeviceAreaRow,
    DevicePersonRow,
    DeviceReportRow,
    DeviceRow,
    EnrolmentRow,
    IncidentRow,
    PersonRow,
    QuarantineRow,
)
from server.services.list_review_queue import Scopes
from server.store.quarantine import OPEN


@dataclass(frozen=True, slots=True)
class Report:
    """What a tablet said of itself at a moment (server's clock); `oldest_at` is of its clock."""

    at: int
    pending: int
    editing: int
    oldest_at: int | None
    files: int
    file_bytes: int
    free_bytes: int | None
    handed_over: str

    @property
    def unsent(self) -> int:
        """Saves that are on the tablet only."""
        return self.pending + self.editing


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A tablet. `received` counts the changes it sent, `waiting` those kept aside of them by the
    code of the reason, the most frequent first.

    What it has not sent yet only the tablet knows: `report` is what it last said of itself.
    `incidents` counts those that nobody has looked into.
    """

    id: str
    label: str
    enrolled_at: int
    revoked_at: int | None
    last_seen_at: int | None
    last_push_at: int | None
    app_version: str
    clock_offset_ms: int | None
    scopes: tuple[str, ...]
    people: tuple[str, ...]
    received: int
    waiting: tuple[tuple[str, int], ...]
    report: Report | None = None
    incidents: int = 0

    @property
    def aside(self) -> int:
        """How many of its changes are kept aside."""
        return sum(count for _, count in self.waiting)


@dataclass(frozen=True, slots=True)
class CodeLine:
    """An enrolment code that was made and not used; the code itself is known to nobody here."""

    label: str
    created_at: int


def list_devices(session: Session, scopes: Scopes) -> tuple[DeviceLine, ...]:
    """The tablets that hold one of the reader's areas; those in use first, then by label."""
    areas: dict[str, list[str]] = {}
    held = select(DeviceAreaRow.device, DeviceAreaRow.scope).where(DeviceAreaRow.until.is_(None))
    for device, scope in session.execute(held):
        areas.setdefault(device, []).append(scope)
    people: dict[str, list[str]] = {}
    signed = select(DevicePersonRow.device, PersonRow.name).join(
        PersonRow, PersonRow.id == DevicePersonRow.person
    )
    for device, name in session.execute(signed.order_by(DevicePersonRow.last_at.desc())):
        people.setdefault(device, []).append(name)
    pushed = _pushed(session)
    waiting = _waiting(session)
    reports = {row.device: row for row in session.scalars(select(DeviceReportRow))}
    incidents = _incidents(session)
    lines = []
    for row in session.scalars(select(DeviceRow).order_by(DeviceRow.label, DeviceRow.id)):
        mine = tuple(sorted(areas.get(row.id, ())))
        if scopes is not None and not set(mine) & set(scopes):
            continue
        received, last_push = pushed.get(row.id, (0, None))
        lines.append(
            DeviceLine(
                id=row.id,
                label=row.label,
                enrolled_at=row.enrolled_at,
                revoked_at=row.revoked_at,
                last_seen_at=row.last_seen_at,
                last_push_at=last_push,
                app_version=row.app_version,
                clock_offset_ms=row.clock_offset_ms,
                scopes=mine,
                people=tuple(people.get(row.id, ())),
                received=received,
                waiting=tuple(waiting.get(row.id, ())),
                report=_report(reports.get(row.id)),
                incidents=incidents.get(row.id, 0),
            )
        )
    return tuple(sorted(lines, key=lambda line: line.revoked_at is not None))


def _pushed(session: Session) -> dict[str, tuple[int, int | None]]:
    found = select(ClientRow.device, func.sum(ClientRow.number), func.max(ClientRow.last_push_at))
    return {
        row[0]: (int(row[1] or 0), row[2])
        for row in session.execute(found.group_by(ClientRow.device))
    }


def _waiting(session: Session) -> dict[str, list[tuple[str, int]]]:
    found = select(ClientRow.device, QuarantineRow.code, func.count()).join(
        QuarantineRow, QuarantineRow.client == ClientRow.id
    )
    found = found.where(OPEN)
    found = found.group_by(ClientRow.device, QuarantineRow.code)
    out: dict[str, list[tuple[str, int]]] = {}
    for device, code, count in session.execute(found):
        out.setdefault(device, []).append((code, count))
    for reasons in out.values():
        reasons.sort(key=lambda reason: (-reason[1], reason[0]))
    return out


def _report(row: DeviceReportRow | None) -> Report | None:
    if row is None:
        return None
    return Report(
        row.at,
        row.pending,
        row.editing,
        row.oldest_at,
        row.files,
        row.file_bytes,
        row.free_bytes,
        row.handed_over,
    )


def _incidents(session: Session) -> dict[str, int]:
    found = select(IncidentRow.client, func.count()).where(
        IncidentRow.settled_at.is_(None), IncidentRow.client.is_not(None)
    )
    out: dict[str, int] = {}
    for client, count in session.execute(found.group_by(IncidentRow.client)):
        device = str(client).partition(".")[0]
        out[device] = out.get(device, 0) + count
    return out


def list_open_codes(session: Session, now_ms: int, valid_ms: int) -> tuple[CodeLine, ...]:
    """Codes that can still be used, the newest first."""
    found = (
        select(EnrolmentRow.label, EnrolmentRow.created_at)
        .where(EnrolmentRow.used_at.is_(None), EnrolmentRow.created_at > now_ms - valid_ms)
        .order_by(EnrolmentRow.created_at.desc())
    )
    return tuple(CodeLine(row[0], row[1]) for row in session.execute(found))
