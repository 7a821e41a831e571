"""Areas of the programme: a scope that tablets subscribe to, and an entry everybody can read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.services.edit_register import register_edit
from server.services.record_staff_change import StaffChange, save_in
from server.store.office import Office
from server.store.scopes import PROGRAMME, add_scopes
from shared.canonical import JsonValue
from shared.errors import InvalidInput
from shared.ids import row_id
from shared.limits import NAME_LENGTH_MAX

_CODE = re.compile(r"[0-9]{2}-[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """What the register says of an area. `centre` is (lat, lon) in decimal degrees as text."""

    code: str
    name_th: str
    name_en: str
    province: str
    centre: tuple[str, str]
    target_hours: str = "10"

    @property
    def scope(self) -> str:
        """The scope of everything in the area."""
        return f"area:{self.code}"


def put_area(office: Office, author: str, area: AreaEntry) -> str:
    """Add an area, or correct its entry; its scope. Raises InvalidInput for an odd code or name."""
    return put_areas(office, author, [area])[0]


def put_areas(office: Office, author: str, areas: list[AreaEntry]) -> list[str]:
    """Several areas in one transaction; their scopes."""
    for area in areas:
        if not _CODE.fullmatch(area.code):
            raise InvalidInput("an area's code is like 20-1", fields=["code"])
        if not 0 < len(area.name_th) <= NAME_LENGTH_MAX or len(area.name_en) > NAME_LENGTH_MAX:
            raise InvalidInput("an area has a name", fields=["name_th"])
    with office.database.writing() as session:
        add_scopes(session, [area.scope for area in areas])
        edits = [
            register_edit(session, "area", area_record(area.code), _fields(area)) for area in areas
        ]
        changes = [StaffChange(author, (edit,)) for edit in edits if edit is not None]
        _, places = save_in(session, office, changes)
    office.epoch.raise_mark(places)
    return [area.scope for area in areas]


def area_record(code: str) -> str:
    """The record of an area: the same wherever it is made."""
    return row_id(PROGRAMME, "area", code)


def _fields(area: AreaEntry) -> dict[str, JsonValue]:
    return {
        "code": area.code,
        "name_th": area.name_th,
        "name_en": area.name_en,
        "province": area.province,
        "centre": {"lat": area.centre[0], "lon": area.centre[1]},
        "target_hours": area.target_hours,
    }
