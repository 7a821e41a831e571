"""What the page of one area shows: its hours, its events, its inspections, its register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import HoursRow, PersonRow, RecordRow
from server.services.list_areas import Area, AreaHours, hours_by_scope, list_areas
from server.services.list_review_queue import RecordLine, Scopes, line_of
from shared.errors import NotFound, OutsideArea

EVENT_TYPE: Final = "event"
LINES_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event with the minutes it claims; `verified` when staff confirmed them."""

    line: RecordLine
    seminar_minutes: int
    hearing_minutes: int
    other_minutes: int
    people: int
    verified: bool


@dataclass(frozen=True, slots=True)
class AreaPage:
    """One area. `others` are its reviewed records that are no events, `registers` its entries."""

    area: Area
    hours: AreaHours
    events: tuple[EventLine, ...]
    others: tuple[RecordLine, ...]
    register_count: int


def read_area_page(session: Session, scope: str, scopes: Scopes) -> AreaPage:
    """NotFound for no area of the programme, OutsideArea for one that is not the reader's."""
    area = next((one for one in list_areas(session, None) if one.scope == scope), None)
    if area is None:
        raise NotFound("there is no such area")
    if scopes is not None and scope not in scopes:
        raise OutsideArea("the area is not one of the reader's")
    lines = _lines(session, scope)
    hours = {
        row.record: row for row in session.scalars(select(HoursRow).where(HoursRow.scope == scope))
    }
    events = tuple(_event(line, hours.get(line.id)) for line in lines if line.type == EVENT_TYPE)
    return AreaPage(
        area=area,
        hours=hours_by_scope(session, [scope]).get(scope, AreaHours()),
        events=events,
        others=tuple(line for line in lines if line.type != EVENT_TYPE),
        register_count=_register_count(session, scope),
    )


def _lines(session: Session, scope: str) -> list[RecordLine]:
    found = select(RecordRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == RecordRow.author)
    found = (
        found.where(RecordRow.scope == scope, RecordRow.parent.is_(None))
        .where(RecordRow.status.is_not(None), RecordRow.deleted.is_(False))
        .order_by(RecordRow.occurred_on.desc(), RecordRow.id.desc())
        .limit(LINES_MAX)
    )
    return [line_of(row[0], row[1]) for row in session.execute(found)]


def _event(line: RecordLine, hours: HoursRow | None) -> EventLine:
    if hours is None:
        return EventLine(line, 0, 0, 0, 0, verified=False)
    return EventLine(
        line=line,
        seminar_minutes=hours.seminar_minutes,
        hearing_minutes=hours.hearing_minutes,
        other_minutes=hours.other_minutes,
        people=hours.people,
        verified=hours.verified,
    )


def _register_count(session: Session, scope: str) -> int:
    found = select(func.count()).select_from(RecordRow)
    found = found.where(RecordRow.scope == scope, RecordRow.parent.is_(None))
    found = found.where(RecordRow.status.is_(None), RecordRow.deleted.is_(False))
    return session.scalar(found) or 0
