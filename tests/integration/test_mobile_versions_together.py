"""Colleagues on different versions of one record, on real stores and the real office: whatever
order they answer, move forward and synchronise in, every answer is there at the end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.home import HomePresenter
from server.services.publish_form import publish_form
from shared.canonical import JsonValue
from shared.records.state import RecordState
from shared.records.workflow import Status
from tests.support.offices import TestOffice
from tests.support.tablets import Desk
from tests.support.tablets_and_office import agree, on_server, sync, tablet

FIRST = """
| survey | type | name | label::ไทย (th) | label::English (en) | shown_as |
|---|---|---|---|---|---|
| | begin group | main | หลัก | Main | |
| | text | site | ที่ใด | Where | title |
| | text | old_a | เก่าหนึ่ง | Old one | |
| | text | old_b | เก่าสอง | Old two | |
| | text | both_a | ทั้งสองรุ่น | In both | |
| | end group | | | | |

| settings | form_id | form_title | form_title_en | version | workflow |
|---|---|---|---|---|---|
| | mix | ผสม | Mix | 1 | review |
"""
SECOND = (
    FIRST.replace("| | text | old_a | เก่าหนึ่ง | Old one | |\n", "")
    .replace("| | text | old_b | เก่าสอง | Old two | |\n", "| | text | fresh | ใหม่ | Fresh | |\n")
    .replace("| 1 | review |", "| 2 | review |")
)
OLD, NEW = ("main/old_a", "main/old_b"), ("main/fresh",)


def publish(world: TestOffice, text: str) -> None:
    publish_form(world.office, world.people["admin"], text, "mix.md")


def opened(desk: Desk, root: str) -> FormPresenter:
    return HomePresenter(desk.app).open(root)


def values(state: RecordState) -> set[tuple[str, str]]:
    """Every live value of every field, siblings too."""
    return {(name, str(s.value)) for name, found in state.fields.items() for s in found}


def shown(desk: Desk, root: str) -> RecordState:
    return desk.app.browser.states(root)[root]


@pytest.mark.parametrize("seed", range(6))
def test_colleagues_on_two_versions_of_one_record_lose_nothing(
    world: TestOffice, tmp_path: Path, seed: int
) -> None:
    publish(world, FIRST)
    desks = [
        tablet(world, tmp_path / login, login, number)
        for number, login in enumerate(("somchai", "malee"), start=1)
    ]
    form = HomePresenter(desks[0].app).begin("mix")
    root = form.state.root
    form.answer(root, "main/site", "บึง")
    form.leave()
    for desk in desks:
        sync(desk)
    publish(world, SECOND)
    chance = random.Random(seed)
    given: dict[str, set[str]] = {}
    for number in range(14):
        desk = chance.choice(desks)
        act = chance.choice(("answer", "answer", "answer", "sync", "move"))
        if act == "sync":
            sync(desk)
            continue
        form = opened(desk, root)
        if act == "move":
            form.move_forward()
        else:
            key = chance.choice(OLD if form.state.version == 1 else NEW)
            value = f"{number}"
            assert form.answer(root, key, value)
            given.setdefault(key, set()).add(value)
        form.leave()
    for desk in (*desks, *desks):
        sync(desk)
    agree(world, *desks)
    state = shown(desks[0], root)
    assert values(state) == values(shown(desks[1], root))
    for key, answers in given.items():
        live = {value for name, value in values(state) if name == key}
        assert live, f"{key} was answered and is empty"
        assert live <= answers
    moved = any(key in NEW for key in given)
    assert state.version == on_server(world, root).version == (2 if moved else 1)


def test_an_answer_under_the_old_version_after_the_move_is_kept_aside_where_it_was_moved(
    world: TestOffice, tmp_path: Path
) -> None:
    publish(world, FIRST)
    mover = tablet(world, tmp_path / "mover", "somchai", 1)
    stays = tablet(world, tmp_path / "stays", "malee", 2)
    form = HomePresenter(mover.app).begin("mix")
    root = form.state.root
    form.answer(root, "main/site", "บึง")
    form.leave()
    sync(mover)
    sync(stays)
    publish(world, SECOND)
    sync(mover)
    form = opened(mover, root)
    assert form.move_forward()
    form.answer(root, "main/fresh", "ใหม่")
    form.leave()
    sync(mover)
    late = opened(stays, root)
    assert late.state.version == 1
    late.answer(root, "main/old_a", "ยังตอบ")
    late.leave()
    sync(stays)
    sync(mover)
    again = opened(mover, root)
    assert again.state.version == 2
    assert [(one.label.th, one.value.th) for one in again.state.aside] == [("เก่าหนึ่ง", "ยังตอบ")]
    found: JsonValue = shown(stays, root).value("main/fresh")
    assert found == "ใหม่"
    agree(world, mover, stays)


def test_a_draft_that_moved_and_was_not_answered_again_is_handed_in_under_the_new_version(
    world: TestOffice, tmp_path: Path
) -> None:
    publish(world, FIRST)
    desk = tablet(world, tmp_path / "tablet", "somchai", 1)
    form = HomePresenter(desk.app).begin("mix")
    root = form.state.root
    form.answer(root, "main/site", "บึง")
    form.leave()
    sync(desk)
    publish(world, SECOND)
    sync(desk)
    form = opened(desk, root)
    assert form.move_forward()
    assert form.submit()
    form.leave()
    assert shown(desk, root).version == 2
    sync(desk)
    row = on_server(world, root)
    assert (row.version, row.status) == (2, Status.SUBMITTED)
    agree(world, desk)
