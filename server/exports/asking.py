"""What somebody asks an export for: which records, in which shape, and with what right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import ColumnElement

from server.models import RecordRow
from server.services.list_review_queue import Scopes, within
from shared.canonical import JsonLike
from shared.records.workflow import Role

ChoiceShape = Literal["codes", "labels", "both"]
DateShape = Literal["iso", "both"]
PURPOSE_LENGTH_MIN: Final = 10
PURPOSE_LENGTH_MAX: Final = 500
CHOICE_SHAPES: Final[tuple[ChoiceShape, ...]] = ("codes", "labels", "both")
DATE_SHAPES: Final[tuple[DateShape, ...]] = ("iso", "both")
FORMATS: Final = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class ExportQuery:
    """Which records: of one form, whatever its version; empty means all. Days are ISO."""

    form: str
    area: str = ""
    state: str = ""
    day_from: str = ""
    day_to: str = ""


@dataclass(frozen=True, slots=True)
class ExportShape:
    """How they are written. `personal` shows personal data: only by right, and with a purpose.

    `dates` both adds a column in the Buddhist era beside each date; `labels` adds a row with the
    questions' labels below the names.
    """

    language: str = "th"
    choices: ChoiceShape = "both"
    dates: DateShape = "iso"
    labels: bool = True
    personal: bool = False


def may_see_personal(role: str) -> bool:
    """Whether somebody may take personal data out of the system in bulk: administrators only.

    Reviewers read a record's personal data on its page, one by one; a file of all of them is
    another matter (purpose limitation, data minimisation).
    """
    return role == Role.ADMINISTRATOR


def conditions(query: ExportQuery, scopes: Scopes) -> list[ColumnElement[bool]]:
    """The roots that are meant, of those that the person may see."""
    wanted: list[ColumnElement[bool]] = [
        RecordRow.type == query.form,
        RecordRow.parent.is_(None),
        RecordRow.deleted.is_(False),
    ]
    limit = within(scopes)
    if limit is not None:
        wanted.append(limit)
    if query.area:
        wanted.append(RecordRow.scope == query.area)
    if query.state:
        wanted.append(RecordRow.status == query.state)
    if query.day_from:
        wanted.append(RecordRow.occurred_on >= query.day_from)
    if query.day_to:
        wanted.append(RecordRow.occurred_on <= query.day_to)
    return wanted


def audit_facts(query: ExportQuery, shape: ExportShape, kind: str) -> dict[str, JsonLike]:
    """What the audit keeps of an export: everything that decides what was in the file."""
    return {
        "form": query.form,
        "area": query.area,
        "state": query.state,
        "from": query.day_from,
        "to": query.day_to,
        "format": kind,
        "choices": shape.choices,
        "personal": shape.personal,
    }
