"""Exports of an office's records: every version together, masked by right, told to the audit."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import event, select

from server.exports.asking import ExportQuery, ExportShape
from server.exports.cells import HIDDEN
from server.exports.make_export import Asker, ExportTooMany, export_records
from server.exports.reading import ROOTS_AT_ONCE
from server.models import AuditRow
from server.services.publish_form import publish_form
from shared.errors import BadInput, Forbidden, NotFound
from shared.records.workflow import Role
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.support.office_scene import Scene
from tests.support.page_reading import hidden, signed_in, text

FORM = """
| survey |
| | type | name | label::ไทย (th) | label::English (en) | calculation | personal |
| | begin_group | s | ส่วน | Section | | |
| | text | place | สถานที่ | Place | | |
{questions}
| | end_group | | | | | |
| settings |
| | form_id | form_title | form_title_en | version | workflow | default_language |
| | walk | เดินสำรวจ | Walk | {version} | review | ไทย (th) |
"""
WIND = "| | decimal | wind | ลม | Wind | | |\n| | text | owner | เจ้าของ | Owner | | P |"
RAIN = (
    "| | text | rain | ฝน | Rain | | |\n"
    "| | text | owner | เจ้าของ | Owner | | P |\n"
    "| | calculate | twice | สองเท่า | Twice | concat(${place}, ${place}) | |"
)
AREA = "area:20-1"


def asker(scene: Scene, role: Role = Role.ADMINISTRATOR, purpose: str = "") -> Asker:
    return Asker(scene.world.people["admin"], role, None, purpose)


def export(
    scene: Scene, folder: Path, query: ExportQuery, shape: ExportShape | None = None
) -> dict[str, list[dict[str, str]]]:
    """The tables of a csv export, each line by its headings."""
    shape = shape or ExportShape(labels=False)
    target = folder / "x.zip"
    who = asker(scene, purpose="a purpose that is long enough" if shape.personal else "")
    export_records(scene.world.office, who, query, shape, "csv", target)
    found = {}
    with zipfile.ZipFile(target) as archive:
        for name in archive.namelist():
            lines = csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")))
            found[name.removesuffix(".csv")] = list(lines)
    return found


def walked(scene: Scene) -> None:
    """Two versions of a form, and a record of each."""
    world, tablet = scene.world, scene.tablets[0]
    admin = world.people["admin"]
    publish_form(world.office, admin, FORM.format(questions=WIND, version=1), "walk.md")
    first = {"s/place": "ท่าเรือ", "s/wind": "4.50", "s/owner": "=cmd()"}
    tablet.creates(first, kind="walk", scope=AREA)
    tablet.push()
    publish_form(world.office, admin, FORM.format(questions=RAIN, version=2), "walk.md")
    second = {"s/place": "ตลาด", "s/rain": "yes", "s/wind": "9"}
    writes = {name: FieldWrite(value) for name, value in second.items()}
    edit = RecordEdit(
        tablet.new_id(), "walk", "walk", 2, Operation.CREATE, scope=AREA, parent=None, writes=writes
    )
    tablet.seal(edit)
    tablet.push()


def test_all_versions_stand_in_one_table(scene: Scene, tmp_path: Path) -> None:
    walked(scene)
    lines = export(scene, tmp_path, ExportQuery("walk"))["walk"]
    assert [line["form_version"] for line in lines] == ["1", "2"]
    old, new = lines
    assert old["s/place"] == "ท่าเรือ"
    assert (old["s/wind@1"], old["s/rain"], old["s/twice"]) == ("4.50", "", "")
    assert (new["s/rain"], new["s/twice"]) == ("yes", "ตลาดตลาด")
    assert new["s/wind@1"] == "9", "what a record holds of a question that left is not lost"


def test_personal_data_is_masked_unless_the_right_and_a_purpose_are_there(
    scene: Scene, tmp_path: Path
) -> None:
    walked(scene)
    query, office = ExportQuery("walk"), scene.world.office
    assert export(scene, tmp_path, query)["walk"][0]["s/owner"] == HIDDEN
    shown = export(scene, tmp_path, query, ExportShape(labels=False, personal=True))["walk"][0]
    assert shown["s/owner"] == "'=cmd()"
    target, shape = tmp_path / "y.zip", ExportShape(personal=True)
    with pytest.raises(BadInput):
        export_records(office, asker(scene), query, shape, "csv", target)
    who = asker(scene, Role.REVIEWER, "a purpose that is long enough")
    with pytest.raises(Forbidden):
        export_records(office, who, query, shape, "csv", target)
    with office.database.reading() as session:
        told = session.scalars(
            select(AuditRow.detail).where(AuditRow.act == "records.exported").order_by(AuditRow.at)
        ).all()
    assert [json.loads(one)["personal"] for one in told] == [False, True]
    assert json.loads(told[1])["purpose"] == "a purpose that is long enough"
    assert json.loads(told[0])["records"] == 2


def test_rows_name_their_parents_and_count_from_one(scene: Scene, tmp_path: Path) -> None:
    tables = export(scene, tmp_path, ExportQuery("insp"))
    findings = {line["record_id"]: line for line in tables["insp.findings"]}
    roots = {line["record_id"] for line in tables["insp"]}
    assert {line["parent_id"] for line in findings.values()} <= roots
    photos = tables["insp.findings.f_photos"]
    assert photos
    for photo in photos:
        assert photo["parent_id"] in findings
        assert photo["root_id"] in roots
    samples = [line for line in tables["insp.ww_samples"] if line["root_id"] == scene.inspection]
    assert [line["row"] for line in samples] == ["1", "2", "3"]
    assert samples[0]["ws_param"] == "BOD"
    assert samples[0]["ws_param/label"] == "บีโอดี"
    assert samples[0]["ws_exc"] == "yes"


def test_a_conflict_is_flagged_and_both_values_are_there(scene: Scene, tmp_path: Path) -> None:
    shape = ExportShape(labels=False, personal=True)
    tables = export(scene, tmp_path, ExportQuery("factory"), shape)
    line = next(one for one in tables["factory"] if one["record_id"] == scene.factory)
    assert line["conflicts"] == "contact/contact_tel"
    found = {one["value"]: one for one in tables["conflicts"]}
    assert set(found) == {"038 111 222", "081 234 5678"}
    assert [one["in_table"] for one in found.values()].count("yes") == 1
    assert found[line["contact/contact_tel"]]["in_table"] == "yes"
    assert {one["author"] for one in found.values()} == {"Somchai", "Malee"}


def test_filters_and_areas_bound_what_is_in_the_file(scene: Scene, tmp_path: Path) -> None:
    assert len(export(scene, tmp_path, ExportQuery("factory"))["factory"]) == 5
    assert len(export(scene, tmp_path, ExportQuery("factory", area=AREA))["factory"]) == 4
    assert len(export(scene, tmp_path, ExportQuery("insp", state="draft"))["insp"]) == 1
    assert len(export(scene, tmp_path, ExportQuery("insp", day_to="2020-01-01"))["insp"]) == 0
    far = Asker(scene.world.people["faraway"], Role.REVIEWER, ("area:40-1",))
    office, target = scene.world.office, tmp_path / "z.zip"
    assert (
        export_records(office, far, ExportQuery("factory"), ExportShape(), "csv", target).records
        == 1
    )
    with pytest.raises(NotFound):
        export(scene, tmp_path, ExportQuery("nothing"))
    with pytest.raises(ExportTooMany):
        export_records(
            office, asker(scene), ExportQuery("factory"), ExportShape(), "csv", target, roots_max=4
        )


def test_a_batch_costs_a_fixed_number_of_statements(scene: Scene, tmp_path: Path) -> None:
    engine = scene.world.office.database.engine
    counted: list[str] = []

    def count(*given: object) -> None:
        counted.append(str(given[2]))

    def statements() -> int:
        counted.clear()
        export(scene, tmp_path, ExportQuery("factory"))
        return len(counted)

    event.listen(engine, "before_cursor_execute", count)
    try:
        few = statements()
        for number in range(2 * ROOTS_AT_ONCE):
            values = {"identity/fac_name": f"โรงงาน {number}", "state/opstat": "run"}
            scene.tablets[0].creates(values, kind="factory", scope=AREA)
        scene.tablets[0].push()
        many = statements()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert many - few <= 2 * 4, "two more batches, a handful of statements each"


def test_the_dictionary_says_what_every_column_means(scene: Scene, tmp_path: Path) -> None:
    tables = export(scene, tmp_path, ExportQuery("insp"))
    told = {(line["table"], line["column"]): line for line in tables["columns"]}
    for name, lines in tables.items():
        if name not in ("columns", "conflicts") and lines:
            assert {(name, heading) for heading in lines[0]} <= set(told)
    water = told["insp", "resources/water_use"]
    assert (water["type"], water["unit"], water["versions"]) == ("decimal", "m3/day", "1")


def test_a_page_gives_the_file_and_a_reviewer_gets_it_masked(scene: Scene) -> None:
    client = signed_in(scene, "review")
    page = client.get("/export?form=insp")
    assert "3 records" in text(page.text)
    assert 'name="personal"' not in page.text
    data = {**hidden(page.text, "/export"), "format": "csv", "personal": "1", "choices": "codes"}
    reply = client.post("/export", data=data)
    assert reply.status_code == 200
    assert reply.mimetype == "application/zip"
    assert "insp-" in reply.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        body = archive.read("insp.csv").decode()
    assert "081 234 5678" not in body
    assert HIDDEN in body


def test_a_page_asks_for_the_purpose_before_personal_data_leaves(scene: Scene) -> None:
    client = signed_in(scene)
    data = hidden(client.get("/export?form=insp").text, "/export") | {"personal": "1"}
    reply = client.post("/export", data={**data, "purpose": "short"})
    assert reply.status_code == 422
    assert "no purpose was given" in text(reply.text)
    reply = client.post("/export", data={**data, "purpose": "the yearly report", "format": "xlsx"})
    assert reply.status_code == 200
    assert reply.data.startswith(b"PK")
