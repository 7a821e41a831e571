"""Finding options while typing: long lists, large codebooks, levels by any part of any level."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import ChoiceView
from mobile.presenters.home import HomePresenter
from mobile.services.forms import IN_MEMORY_BYTES_MAX
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from tests.support.forms import both, document, group, question
from tests.support.tablets import Desk, item, ready_desk, state_of

PROVINCES = {"11": "สมุทรปราการ", "30": "นครราชสีมา"}
DISTRICTS = {"1101": ("เมือง", "11"), "1103": ("บางพลี", "11"), "3001": ("เมือง", "30")}
TAMBONS = {
    "110101": ("ปากน้ำ", "1101"),
    "110102": ("บางปู", "1101"),
    "110301": ("บางพลีใหญ่", "1103"),
    "300101": ("ในเมือง", "3001"),
}


def option(name: str, label: str, **columns: str) -> dict[str, Any]:
    return {"name": name, "label": both(label), **columns}


def places_form(*more: dict[str, Any]) -> dict[str, Any]:
    """Three levels as a cascade of choice lists, and a reference to a large codebook."""
    return document(
        group(
            "s",
            question("province", "select_one", choices="provinces"),
            question(
                "district",
                "select_one",
                choices="districts",
                choice_filter="province = ${province}",
            ),
            question(
                "tambon",
                "select_one",
                choices="tambons",
                choice_filter="district = ${district}",
            ),
            question("factory", "reference", refers_to="codebook works"),
            question(
                "near",
                "reference",
                refers_to="codebook works",
                choice_filter="province = ${province}",
            ),
            question("many", "select_one", choices="many"),
            *more,
        ),
        form="places",
        title=both("สถานที่"),
        choices={
            "provinces": [option(name, label) for name, label in PROVINCES.items()],
            "districts": [option(n, t, province=p) for n, (t, p) in DISTRICTS.items()],
            "tambons": [option(n, t, district=d) for n, (t, d) in TAMBONS.items()],
            "many": [option(f"m{n}", f"ตัวเลือกที่ {n}") for n in range(10_000)],
        },
    )


def works() -> dict[str, Any]:
    """A codebook that becomes a table."""
    rows = [
        {
            "key": f"3-{n}-{n % 90}/45",
            "th": f"โรงงานน้ำแข็งที่ {n}",
            "en": f"Ice {n}",
            "province": "11" if n % 2 else "30",
        }
        for n in range(1200)
    ]
    return {
        "codebook": "works",
        "version": "1",
        "title": both("โรงงาน"),
        "source": "x" * IN_MEMORY_BYTES_MAX,
        "rows": rows,
    }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = ready_desk(tmp_path)
    made.publish(places_form())
    data = canonical_bytes(works())
    fields: dict[str, JsonValue] = {
        "name": "works",
        "version": "1",
        "document": sha256_hex(data),
    }
    record = "01920000-0000-7000-8000-00000000a000"
    made.receives("programme", state_of("codebook", fields, record=record, scope="programme"))
    made.app.replica.shelf.keep(data)
    made.app.library.refresh()
    made.app.synchroniser.take_in_books()
    return made


def begun(desk: Desk) -> FormPresenter:
    return HomePresenter(desk.app).begin("places")


def found(form: FormPresenter, key: str, text: str) -> list[ChoiceView]:
    came: list[list[ChoiceView]] = []
    form.find_choices(form.state.root, key, text, came.append)
    assert len(came) == 1
    return came[0]


def names(form: FormPresenter, key: str, text: str) -> list[str]:
    return [choice.name for choice in found(form, key, text)]


@pytest.mark.parametrize("text", ["บางปู", "สมุทรปราการ ปู", "บางปู เมือง", "110102"])
def test_a_place_is_found_by_any_part_of_any_level_before_any_is_answered(
    desk: Desk, text: str
) -> None:
    form = begun(desk)
    assert item(form, "s/tambon").searchable
    assert names(form, "s/tambon", text) == ["110102"]
    assert found(form, "s/tambon", text)[0].second.th == "เมือง · สมุทรปราการ"


def test_choosing_the_lowest_level_answers_those_above(desk: Desk) -> None:
    form = begun(desk)
    root = form.state.root
    assert form.choose(root, "s/tambon", "110102")
    values = [item(form, f"s/{name}").value for name in ("province", "district", "tambon")]
    assert values == ["11", "1101", "110102"]
    assert not [problem for problem in form.check() if problem.code == "choice.unknown"]


def test_what_is_answered_above_limits_what_is_found(desk: Desk) -> None:
    form = begun(desk)
    form.answer(form.state.root, "s/province", "30")
    assert names(form, "s/district", "เมือง") == ["3001"]
    assert names(form, "s/tambon", "เมือง") == ["300101"]
    form.answer(form.state.root, "s/district", "3001")
    assert names(form, "s/tambon", "") == ["300101"]


def test_a_large_codebook_is_searched_by_name_or_number_where_it_lies(desk: Desk) -> None:
    form = begun(desk)
    assert item(form, "s/factory").searchable
    assert names(form, "s/factory", "นํ้าแข็งที่ 1199") == ["3-1199-29/45"]
    assert names(form, "s/factory", "311992945") == ["3-1199-29/45"]
    assert len(names(form, "s/factory", "")) == 30
    form.choose(form.state.root, "s/factory", "3-1199-29/45")
    assert item(form, "s/factory").shown.th == "โรงงานน้ำแข็งที่ 1199"
    assert not form.check()


def test_a_filter_on_a_large_codebook_limits_it_and_a_choice_answers_what_it_names(
    desk: Desk,
) -> None:
    form = begun(desk)
    form.answer(form.state.root, "s/province", "30")
    assert names(form, "s/near", "ที่ 1199") == []
    assert names(form, "s/near", "ที่ 1198") == ["3-1198-28/45"]
    form.clear(form.state.root, "s/province")
    form.choose(form.state.root, "s/near", "3-1199-29/45")
    assert item(form, "s/province").value == "11"


def test_ten_thousand_options_are_searched_and_never_shown_at_once(desk: Desk) -> None:
    form = begun(desk)
    shown = item(form, "s/many")
    assert (shown.searchable, shown.choices) == (True, ())
    assert names(form, "s/many", "ที่ 9999") == ["m9999"]
    assert len(names(form, "s/many", "ตัวเลือก")) == 30


def test_the_columns_that_forms_filter_a_large_codebook_by_are_indexed(desk: Desk) -> None:
    names = desk.app.database.reader().execute(
        "SELECT count(*) AS n FROM sqlite_master WHERE type = 'index' "
        "AND name LIKE 'reference_%_c%'"
    )
    assert names.fetchone()["n"] == 1
