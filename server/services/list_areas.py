"""The areas of the programme with their hours against the target: claimed, and verified by staff.

Only seminar and hearing minutes of events whose hours staff verified count (domain dossier 0.1 and
5, K1); forums, training and study visits are shown beside them and never added.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import HoursRow, RecordRow
from server.services.list_review_queue import Scopes, within
from server.store.scopes import PROGRAMME
from shared.canonical import JsonValue
from shared.records.state import RecordState, decode_state
from shared.records.workflow import Status

AREA_TYPE: Final = "area"
TARGET_HOURS: Final = Decimal(10)
"""The seed's number, when an area names no other."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area as the register describes it; `centre` is (lat, lon) in decimal degrees."""

    scope: str
    code: str
    name_th: str
    name_en: str
    province: str
    centre: tuple[str, str] | None
    target_minutes: int

    def name(self, language: str) -> str:
        """Its name in a language, in the other one when it has none there."""
        return (
            (self.name_en or self.name_th) if language == "en" else (self.name_th or self.name_en)
        )


@dataclass(frozen=True, slots=True)
class AreaHours:
    """Minutes of seminars and hearings: claimed by events, and verified; others for information."""

    claimed: int = 0
    verified: int = 0
    other: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area in the overview: its hours, and how many records stand where."""

    area: Area
    hours: AreaHours
    waiting: int
    approved: int
    conflicts: int


def list_areas(session: Session, scopes: Scopes) -> tuple[Area, ...]:
    """The areas somebody may see, by their code."""
    rows = session.scalars(
        select(RecordRow)
        .where(RecordRow.scope == PROGRAMME, RecordRow.type == AREA_TYPE)
        .where(RecordRow.deleted.is_(False))
    )
    areas = [area_of(decode_state(row.state)) for row in rows]
    seen = [area for area in areas if scopes is None or area.scope in scopes]
    return tuple(sorted(seen, key=lambda area: _code_order(area.code)))


def _code_order(code: str) -> tuple[int, int, str]:
    """`20-2` comes before `20-10`."""
    province, _, number = code.partition("-")
    if province.isdigit() and number.isdigit() and code.isascii():
        return (int(province), int(number), code)
    return (10_000, 0, code)


def area_of(state: RecordState) -> Area:
    """An area from its register entry; whatever is missing or odd there is left empty."""
    code = _text(state.value("code"))
    return Area(
        scope=f"area:{code}",
        code=code,
        name_th=_text(state.value("name_th")),
        name_en=_text(state.value("name_en")),
        province=_text(state.value("province")),
        centre=_centre(state.value("centre")),
        target_minutes=_target(state.value("target_hours")),
    )


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _centre(value: JsonValue) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return None
    lat, lon = value.get("lat"), value.get("lon")
    return (lat, lon) if isinstance(lat, str) and isinstance(lon, str) else None


def _target(value: JsonValue) -> int:
    try:
        hours = Decimal(value) if isinstance(value, (str, int)) else TARGET_HOURS
    except InvalidOperation:
        hours = TARGET_HOURS
    sound = hours.is_finite() and 0 < hours < 10_000
    return int((hours if sound else TARGET_HOURS) * 60)


def hours_by_scope(session: Session, scopes: Scopes) -> dict[str, AreaHours]:
    """The hours of each area that has events."""
    counted = HoursRow.seminar_minutes + HoursRow.hearing_minutes
    found = select(
        HoursRow.scope,
        func.sum(counted),
        func.sum(counted).filter(HoursRow.verified),
        func.sum(HoursRow.other_minutes),
        func.count(),
    ).group_by(HoursRow.scope)
    if scopes is not None:
        found = found.where(HoursRow.scope.in_(sorted(scopes)))
    return {
        row[0]: AreaHours(int(row[1] or 0), int(row[2] or 0), int(row[3] or 0), int(row[4]))
        for row in session.execute(found)
    }


def list_area_lines(session: Session, scopes: Scopes) -> tuple[AreaLine, ...]:
    """The overview: every area with its hours and the records that wait, in its order."""
    hours = hours_by_scope(session, scopes)
    counts: dict[tuple[str, str], int] = {}
    found = select(
        RecordRow.scope, RecordRow.status, func.count(), func.sum(RecordRow.tree_conflicts)
    ).where(RecordRow.parent.is_(None), RecordRow.deleted.is_(False))
    limit = within(scopes)
    if limit is not None:
        found = found.where(limit)
    conflicts: dict[str, int] = {}
    for scope, status, count, open_ in session.execute(
        found.group_by(RecordRow.scope, RecordRow.status)
    ):
        counts[scope, str(status)] = count
        conflicts[scope] = conflicts.get(scope, 0) + int(open_ or 0)
    return tuple(
        AreaLine(
            area=area,
            hours=hours.get(area.scope, AreaHours()),
            waiting=counts.get((area.scope, Status.SUBMITTED), 0),
            approved=counts.get((area.scope, Status.APPROVED), 0),
            conflicts=conflicts.get(area.scope, 0),
        )
        for area in list_areas(session, scopes)
    )
