"""What a form asks of the tablet, what it computes and makes by itself, and forms that retired."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import RowsView
from mobile.presenters.home import HomePresenter
from mobile.store.shown import shown_states
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from tests.support.forms import both, document, group, question, repeat
from tests.support.tablets import DEVICE, Desk, item, ready_desk, rows_item, state_of


def care_form(version: int = 1) -> dict[str, Any]:
    """Metadata, a value that follows others, as many rows as a number says, a label with an
    answer, a default of the record saved last."""
    return document(
        group(
            "s",
            question("started", "metadata", parameters={"meta": "start"}),
            question("ended", "metadata", parameters={"meta": "end"}),
            question("who", "metadata", parameters={"meta": "username"}),
            question("what_on", "metadata", parameters={"meta": "deviceid"}),
            question("village", default="${last-saved#village}"),
            question("width", "integer"),
            question("length", "integer"),
            question("area", "integer", calculation="${width} * ${length}"),
            question("told", label={"th": "พื้นที่ ${area} ตร.ม. ใช่ไหม", "en": "${area} m2?"}),
            question("how_many", "integer"),
            repeat(
                "rooms",
                question("name", shown_as="title"),
                repeat("doors", question("colour", shown_as="title"), count="2"),
                count="${how_many}",
            ),
        ),
        form="care",
        version=version,
        title=both("ดูแล"),
    )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = ready_desk(tmp_path)
    made.publish(care_form())
    return made


def begun(desk: Desk) -> FormPresenter:
    return HomePresenter(desk.app).begin("care")


def stored(desk: Desk, root: str, key: str) -> JsonValue:
    return shown_states(desk.app.database.reader(), root)[root].value(key)


def rooms(form: FormPresenter) -> RowsView:
    return rows_item(form, "s/rooms")


def test_facts_about_the_filling_are_saved_with_the_first_answer_and_the_end_on_handing_in(
    desk: Desk,
) -> None:
    form = begun(desk)
    root = form.state.root
    form.answer(root, "s/width", 3)
    form.leave()
    assert stored(desk, root, "s/who") == "somchai"
    assert stored(desk, root, "s/what_on") == DEVICE
    assert str(stored(desk, root, "s/started")).endswith("+07:00")
    assert stored(desk, root, "s/ended") is None
    form = HomePresenter(desk.app).open(root)
    assert form.submit()
    assert str(stored(desk, root, "s/ended")).endswith("+07:00")


def test_a_value_follows_its_calculation_until_a_person_answers_and_is_then_offered(
    desk: Desk,
) -> None:
    form = begun(desk)
    root = form.state.root
    form.answer(root, "s/width", 3)
    form.answer(root, "s/length", 4)
    assert item(form, "s/area").value == 12
    assert item(form, "s/told").label.th == "พื้นที่ 12 ตร.ม. ใช่ไหม"
    form.answer(root, "s/area", 11)
    form.answer(root, "s/length", 5)
    shown = item(form, "s/area")
    assert (shown.value, shown.offered_value, shown.offered.th) == (11, 15, "15")
    assert form.take_offered(root, "s/area")
    assert not item(form, "s/area").offered
    form.leave()
    assert stored(desk, root, "s/area") == 15


def test_a_count_makes_rows_in_rows_and_takes_none_of_them_away(desk: Desk) -> None:
    form = begun(desk)
    root = form.state.root
    form.answer(root, "s/how_many", 3)
    assert (len(rooms(form).rows), rooms(form).can_add) == (3, False)
    second = rooms(form).rows[1].record
    form.answer(second, "name", "ครัว")
    form.enter(second)
    assert len(rows_item(form, "doors").rows) == 2
    form.back()
    form.answer(root, "s/how_many", 1)
    assert len(rooms(form).rows) == 1
    form.leave()
    again = HomePresenter(desk.app).open(root)
    again.answer(root, "s/how_many", 2)
    assert [line.title.th for line in rooms(again).rows][1] == "ครัว"
    assert not again.delete_row(second)


def test_a_default_knows_the_record_that_was_saved_last(desk: Desk) -> None:
    form = begun(desk)
    form.answer(form.state.root, "s/village", "บ้านโนน")
    form.leave()
    assert item(begun(desk), "s/village").value == "บ้านโนน"


def test_a_retired_form_takes_no_new_record_and_its_old_ones_are_read(tmp_path: Path) -> None:
    desk = ready_desk(tmp_path)
    desk.publish(care_form())
    form = begun(desk)
    root = form.state.root
    form.answer(root, "s/width", 3)
    form.leave()
    entry = list(desk.versions)[-1]
    data = canonical_bytes(care_form())
    fields: dict[str, JsonValue] = {
        "form_id": "care",
        "version": 1,
        "title_th": "ดูแล",
        "document": sha256_hex(data),
        "status": "retired",
    }
    state = state_of("form", fields, record=entry, scope="programme", revision=2, number=2)
    desk.receives("programme", state)
    desk.app.library.refresh()
    assert desk.app.library.newest("care") is None
    assert begun(desk).state.phase == "gone"
    assert item(HomePresenter(desk.app).open(root), "s/width").value == 3
