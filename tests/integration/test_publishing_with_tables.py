"""A workbook with its table and its map: the codebooks are published with the form."""

from __future__ import annotations

import io
import json
from typing import Any

from openpyxl import Workbook

from server.services.keep_candidate import keep_candidate
from server.services.publish_candidate import publish_candidate
from server.services.read_candidate import read_candidate
from server.services.read_form_library import forms_using, read_form
from server.services.rehearse_form import rehearse_now_if_few
from tests.support.offices import TestOffice
from tests.support.publishing import zipped

SURVEY = [
    ["type", "name", "label::ไทย (th)", "label::English (en)", "choice_filter"],
    ["begin_group", "main", "หลัก", "Main", ""],
    ["select_one_from_file fruits.csv", "fruit", "ผลไม้", "Fruit", ""],
    ["select_one_from_file ponds.geojson", "pond", "บ่อ", "Pond", ""],
    ["end_group", "", "", "", ""],
]
SETTINGS = [
    ["form_id", "form_title", "form_title_en", "version", "workflow", "default_language"],
    ["market", "ตลาด", "Market", "1", "review", "ไทย (th)"],
]


def workbook(version: str = "1") -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "survey"
    other: Any = book.create_sheet("settings")
    for target, rows in ((sheet, SURVEY), (other, SETTINGS)):
        for row in rows:
            target.append([version if cell == "1" else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def place(name: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": name,
        "properties": {"title": name},
        "geometry": {"type": "Point", "coordinates": [101.0, 13.3]},
    }


def packed(fruits: str, version: str = "1") -> list[tuple[str, bytes]]:
    ponds = {"type": "FeatureCollection", "features": [place("a"), place("b")]}
    inside = {
        "market.xlsx": workbook(version),
        "fruits.csv": fruits.encode(),
        "ponds.geojson": json.dumps(ponds).encode(),
    }
    return [("market.zip", zipped(inside))]


def kept(world: TestOffice, given: list[tuple[str, bytes]]) -> str:
    found = keep_candidate(world.office, world.people["admin"], given)
    assert isinstance(found, str), found
    return found


def test_tables_of_a_workbook_are_published_with_it_and_follow_its_next_version(
    world: TestOffice,
) -> None:
    admin, office = world.people["admin"], world.office
    candidate = kept(world, packed("name,label\nmango,มะม่วง\nfig,มะเดื่อ\n"))
    with office.database.reading() as session:
        assert read_candidate(session, office.forms, candidate).codebooks == (
            "market.fruits",
            "market.ponds",
        )
    publish_candidate(office, admin, candidate)
    tablet = world.tablet("somchai")
    record = tablet.creates({"main/fruit": "fig"}, kind="market")
    tablet.push()
    later = kept(world, packed("name,label\nmango,มะม่วง\nlime,มะนาว\n", "2"))
    assert rehearse_now_if_few(office, admin, later)
    with office.database.reading() as session:
        found = read_candidate(session, office.forms, later).rehearsal
        assert forms_using(session, office.forms, "market.fruits") == {"market": [1]}
    assert found is not None
    assert found.state == "done"
    assert found.fits + found.loses + found.blocked == 1
    publish_candidate(office, admin, later, despite_blocked=True)
    with office.database.reading() as session:
        books = office.forms.codebooks(session)
        entry = read_form(session, office.forms, "market", None)
    assert list(books["market.fruits"].rows) == ["mango", "lime"]
    assert list(books["market.ponds"].rows) == ["a", "b"]
    assert entry.shown.facts.codebooks == ("market.fruits", "market.ponds")
    tablet.pull()
    assert tablet.states[record].value("main/fruit") == "fig"
    versions = {
        state.value("name"): state.value("active")
        for state in tablet.states.values()
        if state.type == "codebook"
    }
    assert versions == {"market.fruits": 2, "market.ponds": 1}
