"""Set up the story's office by the shipped commands, and enter what they have no command for.

    python -m tests.journey.set_up_office DATA

One process runs every command (`samruat-server user add ...`), because each would otherwise read
all of the form compiler anew. Areas and the register come in as the demonstration's do: staff
services, and changes pushed by an earlier tablet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from sqlalchemy import select

from server.app import create_app, office_of
from server.catalog import codebook_document, codebook_names
from server.cli import main as command
from server.config import Config
from server.demonstration.load import Sources, _areas
from server.demonstration.tablet import DemoTablet, Row
from server.models import PersonRow
from server.services.manage_areas import AreaEntry, put_areas
from server.store.office import Office
from shared.canonical import JsonValue
from shared.forms.codebook import load_codebook
from tests.journey import cast

FIRST = cast.FACTORY


def run(data: Path, *arguments: str) -> None:
    """One shipped command; its failure is ours."""
    code = command(["--data", str(data), *arguments])
    if code != 0:
        raise SystemExit(f"samruat-server {' '.join(arguments)} ended with {code}")


def add_person(data: Path, person: cast.Person, *more: str) -> None:
    """`samruat-server user add` for somebody of the cast."""
    secret = "--password" if person.role in ("administrator", "reviewer") else "--pin"
    options = ["--name", person.name, "--role", person.role, secret, person.secret, *more]
    run(data, "user", "add", person.login, *options)


def factory(number: int, name: str) -> dict[str, JsonValue]:
    """An entry of the register that answers every question of its form."""
    return {
        "reg14": f"2020{120 + number:05d}2551{number}",
        "fac_name": name,
        "operator": name,
        "fclass": "3",
        "ftype": "22(3)",
        "tsic": "13130",
        "activity": "ฟอกย้อมและตกแต่งสำเร็จผ้าผืน",
        "addr_no": f"{88 + number}/9",
        "moo": 3 + number,
        "tambon": "200703",
        "zone": "ie",
        "zone_name": "นิคมอุตสาหกรรมแหลมฉบัง",
        "opstat": "run",
        "hp_lic": "1200",
        "w_m": 180,
        "w_f": 160,
        "w_foreign": 12,
        "gi_level": "2",
        "gi_exp": "2028-03-31",
        "certs": ["iso14001"],
        "eia": "no",
        "contact_name": "นางสาวปราณี ประสานงาน",
        "contact_pos": "ผู้จัดการสิ่งแวดล้อม",
        "contact_tel": "0812345678",
        "geo": {"lat": "13.082300", "lon": "100.901200", "accuracy": "6"},
    }


def put_programme(office: Office, author: str, books: Sources) -> None:
    """The eighteen areas of the codebook."""
    areas = _areas({book.name: book for book in map(load_codebook, books.codebooks)})
    put_areas(
        office,
        author,
        [
            AreaEntry(a.code, a.name, a.name_en, a.province, (f"{a.lat:.3f}", f"{a.lon:.3f}"))
            for a in areas
        ],
    )


def put_factories(office: Office, author: str) -> None:
    """Last year's round entered three factories; this year's tablets find them in the register."""
    with office.database.reading() as session:
        form = office.forms.newest(session, "factory")
    assert form is not None, "the factory form is published before its register is filled"
    people = [(cast.OFFICER.login, cast.OFFICER.secret)]
    earlier = DemoTablet.enrol(office, Random(2568), author, "แท็บเล็ตปีก่อน", [cast.AREA], people)
    for number, name in enumerate((FIRST, *cast.OTHER_FACTORIES)):
        somchai = person_id(office, cast.OFFICER.login)
        earlier.create(form, somchai, cast.AREA, [Row("factory", factory(number, name))])
    earlier.push()


def person_id(office: Office, login: str) -> str:
    """The id behind a sign-in name."""
    with office.database.reading() as session:
        return session.scalars(select(PersonRow.id).where(PersonRow.login == login)).one()


def main() -> None:
    """All of it, oldest first."""
    data = Path(sys.argv[1])
    run(data, "init")
    add_person(data, cast.ADMINISTRATOR)
    books = Sources({}, [codebook_document(name) for name in codebook_names()])
    within(data, lambda office, author: put_programme(office, author, books))
    run(data, "form", "publish")
    area = ["--area", cast.AREA_CODE]
    for person in (cast.REVIEWER, cast.OFFICER, cast.FACILITATOR):
        add_person(data, person, *area)
    within(data, put_factories)


def within(data: Path, act: Callable[[Office, str], None]) -> None:
    """Do something in the office's own services, between two commands."""
    office = office_of(create_app(Config(data.absolute(), pages=False)))
    try:
        act(office, person_id(office, cast.ADMINISTRATOR.login))
    finally:
        office.database.close()


if __name__ == "__main__":
    main()
