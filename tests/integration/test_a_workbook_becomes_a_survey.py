"""An ordinary XLSForm workbook with its files becomes a survey: nothing in it knows of this system.

It is uploaded, rehearsed, published, filled in on a tablet, received, judged and exported.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import select

from mobile.presenters.form_entry import FormPresenter
from server.exports.asking import ExportQuery, ExportShape
from server.exports.make_export import Asker, export_records
from server.models import FormRow, RecordRow
from server.services.keep_candidate import keep_candidate
from server.services.publish_candidate import publish_candidate
from server.services.rehearse_form import rehearse_now_if_few
from shared.canonical import JsonValue
from shared.forms.surroundings import NO_UUID
from shared.records.workflow import Role
from tests.support.offices import AREA, TestOffice
from tests.support.publishing import zipped
from tests.support.tablets import Desk
from tests.support.tablets_and_office import sync, tablet

SURVEY = """
type|name|label|hint|required|relevant|constraint|constraint_message|calculation|choice_filter|default|repeat_count|appearance|parameters|media::image|trigger|read only
start|start
text|village|Village|As people call it|yes
note|hello|Welcome to ${village}||||||||||||pond.png
select_one_from_file villages.csv|where|Which one?||||||||||minimal
calculate|district|||||||pulldata('villages', 'district', 'name', ${where})
date|day|Day of the visit||yes||. <= today()|Not in the future
select_one region|region|Region
select_one town|town|Town||||||| region = ${region}
select_multiple trouble or_other|troubles|Which troubles?
range|calm|How calm?||||||||||| start=0 end=10 step=0.5
rank water|uses|Order by importance
integer|houses|How many houses?||yes||. >= 1 and . <= 5|1 to 5
begin repeat|house|House|||||||||${houses}
text|head|Head of house ${house_no}
calculate|house_no|||||||position(..)
integer|people|People||yes
decimal|water_day|Litres a day
end repeat
calculate|all_people|||||||sum(${people})
calculate|mean|||||||round(sum(${water_day}) div ${all_people}, 1)
note|total|${all_people} people use ${mean} litres each
text|why|Why so many?|||${all_people} > 20
geotrace|fence|The fence
calculate|around|||||||round(distance(${fence}), 0)
hidden|visit_no|||||||once(uuid())
""".strip()  # noqa: E501
CHOICES = """
list_name|name|label|region
region|north|North
region|south|South
town|lampang|Lampang|north
town|nan|Nan|north
town|trang|Trang|south
trouble|smell|Smell
trouble|dust|Dust
water|drink|To drink
water|wash|To wash
water|crops|For crops
""".strip()
SETTINGS = """
form_id|form_title|version|default_language
village_visit|Village visit|2025-08|English (en)
""".strip()
VILLAGES = "name,label,district\nv1,บ้านหนองบัว,เมือง\nv2,Ban Nong Pla,Mueang\n"


def workbook(survey: str = SURVEY, settings: str = SETTINGS) -> bytes:
    """The three sheets as somebody saved them from a spreadsheet program."""
    book = Workbook()
    for number, (name, text) in enumerate(
        {"survey": survey, "choices": CHOICES, "settings": settings}.items()
    ):
        sheet = book.active if number == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = name
        for line in text.splitlines():
            sheet.append([cell.strip() or None for cell in line.split("|")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 40), (20, 90, 160)).save(out, "PNG")
    return out.getvalue()


def publish(world: TestOffice, survey: str = SURVEY) -> int:
    """Upload it with its files, rehearse it, publish it; the number it got."""
    entries = {
        "village.xlsx": workbook(survey),
        "media/villages.csv": VILLAGES.encode("utf-8-sig"),
        "media/pond.png": picture(),
    }
    admin = world.people["admin"]
    found = keep_candidate(world.office, admin, [("village.zip", zipped(entries))])
    assert isinstance(found, str), [str(one) for one in found]
    assert rehearse_now_if_few(world.office, admin, found)
    return publish_candidate(world.office, admin, found).version


def fill_in(desk: Desk) -> str:
    """A visit, question by question, as the form on the screen takes it."""
    form = FormPresenter(desk.app).begin("village_visit", AREA)
    session = form._session
    assert session is not None
    root, engine, definition = session.root, session.engine, session.definition
    keys = {q.name: q for kind in definition.record_types() for q in definition.questions(kind)}

    def say(name: str, value: JsonValue, record: str = root) -> None:
        assert form.answer(record, keys[name].key, value), name

    say("village", "บ้านหนองบัว")
    say("where", "v1")
    assert form.type_text(root, keys["day"].key, "15/8/2568")
    say("region", "north")
    assert [one.name for one in engine.choices(root, keys["town"].key)] == ["lampang", "nan"]
    say("town", "nan")
    say("troubles", ["dust", "other"])
    say("troubles_other", "เสียงดัง")
    say("calm", "7.5")
    say("uses", ["drink", "crops", "wash"])
    say("houses", 2)
    rows = engine.rows("village_visit/house")
    assert len(rows) == 2, "the form makes the rows that are counted"
    for row, (head, people, litres) in zip(
        rows, (("บุญมี", 4, "120.5"), ("คำปุน", 18, "90")), strict=True
    ):
        say("head", head, row)
        say("people", people, row)
        say("water_day", litres, row)
    assert engine.relevant(root, keys["why"].key)
    say("why", "ญาติมาเยี่ยม")
    say("fence", [{"lat": "14.0", "lon": "100.0"}, {"lat": "14.001", "lon": "100.0"}])
    assert engine.value(root, keys["mean"].key) == "9.6"
    assert engine.value(root, keys["district"].key) == "เมือง"
    assert form.check() == ()
    assert form.submit()
    return root


def export(world: TestOffice, folder: Path) -> dict[str, list[dict[str, str]]]:
    target = folder / "x.zip"
    asker = Asker(world.people["admin"], Role.ADMINISTRATOR, None, "")
    query, shape = ExportQuery("village_visit"), ExportShape(labels=False)
    export_records(world.office, asker, query, shape, "csv", target)
    with zipfile.ZipFile(target) as archive:
        return {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
        }


@pytest.fixture
def visited(world: TestOffice, tmp_path: Path) -> tuple[Desk, str]:
    assert publish(world) == 1
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = fill_in(desk)
    sync(desk)
    return desk, root


def test_what_was_answered_on_the_tablet_is_judged_alike_and_exported(
    world: TestOffice, visited: tuple[Desk, str], tmp_path: Path
) -> None:
    _, root = visited
    with world.office.database.reading() as session:
        row = session.get(RecordRow, root)
        assert row is not None
        assert (row.form, row.version, row.status) == ("village_visit", 1, "submitted")
        assert row.problems == 0
    tables = export(world, tmp_path)
    (visit,) = tables["village_visit.csv"]
    assert visit["district"] == "เมือง"
    assert visit["where/label"] == "บ้านหนองบัว"
    assert visit["troubles"] == "dust other"
    assert visit["uses"] == "drink crops wash"
    assert (visit["mean"], visit["around"]) == ("9.6", "111")
    assert len(visit["visit_no"]) == 36
    assert visit["visit_no"] != NO_UUID
    houses = tables["village_visit.house.csv"]
    assert [(row["house_no"], row["people"]) for row in houses] == [("1", "4"), ("2", "18")]


def test_a_later_version_is_rehearsed_on_it_and_both_are_exported_together(
    world: TestOffice, visited: tuple[Desk, str], tmp_path: Path
) -> None:
    desk, root = visited
    later = SURVEY.replace("range|calm|How calm?||||||||||| start=0 end=10 step=0.5\n", "")
    assert publish(world, later.replace("Which troubles?", "What troubles people?")) == 2
    sync(desk)
    second = FormPresenter(desk.app).begin("village_visit", AREA)
    assert second._session is not None
    assert second._session.definition.version == 2
    second.leave()
    sync(desk)
    with world.office.database.reading() as session:
        assert sorted(session.scalars(select(FormRow.version))) == [1, 2]
    tables = export(world, tmp_path)
    (first,) = [row for row in tables["village_visit.csv"] if row["record_id"] == root]
    assert first["calm@1"] == "7.5", "what the newest version lost is still there"
