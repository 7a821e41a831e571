"""One tablet in full: its lines of changes, receipts, incidents; and which areas it holds."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.models import ClientRow, DeviceAreaRow, IncidentRow, ReceiptRow, RecordRow, ScopeRow
from server.services.list_devices import DeviceLine
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.office import Office
from server.store.scopes import PROGRAMME
from shared.errors import InvalidInput
from shared.ids import is_uuid

LINES_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """What the page of one tablet shows beside its line."""

    clients: tuple[ClientRow, ...]
    receipts: tuple[ReceiptRow, ...]
    incidents: tuple[IncidentRow, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    """Work that is only on a tablet which may not reach its record any more."""

    device: str
    label: str
    record: str
    title: str
    scope: str
    saves: int
    at: int


def look_at_device(session: Session, device: str) -> DeviceDetail:
    """The lines, receipts and incidents of a tablet, the newest first."""
    mine = device + "."
    clients = select(ClientRow).where(ClientRow.device == device)
    receipts = select(ReceiptRow).where(ReceiptRow.device == device)
    incidents = select(IncidentRow).where(
        or_(IncidentRow.client == device, IncidentRow.client.startswith(mine, autoescape=True))
    )
    return DeviceDetail(
        tuple(session.scalars(clients.order_by(ClientRow.last_push_at.desc()).limit(LINES_MAX))),
        tuple(session.scalars(receipts.order_by(ReceiptRow.issued_at.desc()).limit(LINES_MAX))),
        tuple(session.scalars(incidents.order_by(IncidentRow.at.desc()).limit(LINES_MAX))),
    )


def change_device_areas(office: Office, author: str, device: str, areas: Collection[str]) -> None:
    """The areas a tablet holds from now on. Those it loses are remembered: what it made there may
    still arrive. Raises InvalidInput for none, or one that does not exist."""
    wanted = {scope for scope in areas if scope != PROGRAMME}
    now = office.clock.now_ms()
    with office.database.writing() as session:
        known = set(session.scalars(select(ScopeRow.id).where(ScopeRow.id.in_(sorted(wanted)))))
        if not wanted or wanted != known:
            raise InvalidInput("areas that exist are needed", fields=["areas"])
        held = select(DeviceAreaRow.scope).where(
            DeviceAreaRow.device == device, DeviceAreaRow.until.is_(None)
        )
        lost = set(session.scalars(held)) - wanted - {PROGRAMME}
        for scopes, until in ((lost, now), (wanted, None)):
            session.execute(
                update(DeviceAreaRow)
                .where(DeviceAreaRow.device == device, DeviceAreaRow.scope.in_(sorted(scopes)))
                .values(until=until),
                execution_options={"synchronize_session": False},
            )
        rows = [{"device": device, "scope": s, "since": now, "until": None} for s in sorted(wanted)]
        insert_new(session, DeviceAreaRow, rows)
        write_audit(session, office, author, "device.areas", {"device": device, "n": len(wanted)})


def list_handed_over(session: Session, lines: Collection[DeviceLine]) -> tuple[HandOver, ...]:
    """Records with unsent work on tablets that lost their area, and everything unsent on revoked
    ones, as the tablets last said."""
    found: list[HandOver] = []
    for line in lines:
        if line.report is None:
            continue
        for record, scope, saves in _said(line.report.handed_over):
            found.append(HandOver(line.id, line.label, record, "", scope, saves, line.report.at))
        if line.revoked_at is not None and line.report.unsent:
            found.append(
                HandOver(line.id, line.label, "", "", "", line.report.unsent, line.report.at)
            )
    ids = sorted({one.record for one in found if one.record})
    titles = {
        row.id: (row.title, row.scope)
        for row in session.execute(
            select(RecordRow.id, RecordRow.title, RecordRow.scope).where(RecordRow.id.in_(ids))
        )
    }
    return tuple(
        HandOver(one.device, one.label, one.record, *titles[one.record], one.saves, one.at)
        if one.record in titles
        else one
        for one in found
    )


def _said(text: str) -> list[tuple[str, str, int]]:
    """(record, scope, saves) of a tablet's list; what is odd in it is left out."""
    try:
        raw = json.loads(text or "[]")
    except ValueError:
        return []
    return [
        (row[0], row[1], row[2])
        for row in (raw if isinstance(raw, list) else [])
        if isinstance(row, list)
        and len(row) == 3
        and is_uuid(row[0])
        and isinstance(row[1], str)
        and type(row[2]) is int
    ]
