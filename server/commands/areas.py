"""area load, add, list: areas from the command line."""

from __future__ import annotations

import argparse
import re
from typing import Any, Final

from server.catalog import codebook
from server.commands.running import CommandFailed, Run
from server.services.list_areas import list_areas
from server.services.manage_areas import AreaEntry, put_areas

_DEGREES: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,8})?")
_HOURS: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    area = commands.add_parser("area", help="areas").add_subparsers(required=True)
    load = area.add_parser("load", help="add the programme's areas")
    load.set_defaults(command=load_areas)
    add = area.add_parser("add", help="add an area, or correct its entry")
    add.add_argument("code", help="the province's code and a number, such as 20-1")
    add.add_argument("--name", required=True, help="its name in Thai")
    add.add_argument("--name-en", default="")
    add.add_argument("--place", metavar="LAT,LON", required=True, help="its centre in degrees")
    add.add_argument("--hours", default="10", help="seminar and hearing hours to reach")
    add.set_defaults(command=add_area)
    listing = area.add_parser("list", help="list areas")
    listing.set_defaults(command=list_all)


def programme_areas() -> list[AreaEntry]:
    """The areas that come with the product, numbered within their province."""
    counted: dict[str, int] = {}
    found = []
    for row in codebook("areas").rows.values():
        province = row.cells["province"]
        counted[province] = counted.get(province, 0) + 1
        found.append(
            AreaEntry(
                f"{province}-{counted[province]}",
                row.label.th,
                row.label.en,
                province,
                (row.cells["lat"], row.cells["lon"]),
            )
        )
    return found


def load_areas(run: Run, arguments: argparse.Namespace) -> None:
    """The programme's areas; again changes nothing."""
    _put(run, programme_areas())


def add_area(run: Run, arguments: argparse.Namespace) -> None:
    """One area."""
    latitude, _, longitude = (part.strip() for part in arguments.place.partition(","))
    if not (_DEGREES.fullmatch(latitude) and _DEGREES.fullmatch(longitude)):
        raise CommandFailed("--place is a latitude and a longitude, such as 13.299,101.278")
    if not _HOURS.fullmatch(arguments.hours):
        raise CommandFailed("--hours is a number of hours, such as 10")
    entry = AreaEntry(
        arguments.code,
        arguments.name,
        arguments.name_en,
        arguments.code.partition("-")[0],
        (latitude, longitude),
        arguments.hours,
    )
    _put(run, [entry])


def _put(run: Run, entries: list[AreaEntry]) -> None:
    author = run.administrator()
    scopes = put_areas(run.office(), author, entries)
    run.say("\n".join(f"{e.code}  {e.name_th}" for e in entries), {"areas": scopes})


def list_all(run: Run, arguments: argparse.Namespace) -> None:
    """Every area with its hours to reach."""
    with run.office().database.reading() as session:
        found = list_areas(session, None)
    value = [{"code": a.code, "name": a.name_th, "name_en": a.name_en} for a in found]
    lines = [f"{a['code']:<8} {a['name']}  {a['name_en']}" for a in value]
    run.say("\n".join(lines) or "no area yet: samruat-server area load", value)
