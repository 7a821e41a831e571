"""A draft keeps its version until its owner moves it forward; nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.home import HomePresenter
from mobile.store.shown import shown_states
from shared.records.state import RecordState
from tests.support.forms import both, document, group, question, repeat
from tests.support.tablets import (
    AREA,
    Desk,
    a_dot_id,
    item,
    keys,
    ready_desk,
    rows_item,
    state_of,
)

SURVEY = a_dot_id(700)


def survey(version: int, *children: dict[str, Any], workflow: str = "review") -> dict[str, Any]:
    return document(
        group("s", *children),
        form="survey",
        version=version,
        title=both("สำรวจ"),
        workflow=workflow,
    )


def first() -> dict[str, Any]:
    return survey(
        1,
        question("name", shown_as="title"),
        question("smell", "select_one", choices="yn"),
        question("old", "integer"),
        repeat("people", question("who", shown_as="title")),
    )


def second(workflow: str = "review") -> dict[str, Any]:
    return survey(
        2,
        question("name", shown_as="title"),
        question("smell", "select_one", choices="yn"),
        question("fresh", "integer"),
        question("fresh_text"),
        workflow=workflow,
    )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = ready_desk(tmp_path)
    made.publish(first())
    return made


def draft(desk: Desk) -> FormPresenter:
    """A draft of the first version with answers, left and opened again."""
    form = HomePresenter(desk.app).begin("survey")
    root = form.state.root
    form.answer(root, "s/name", "บ้านใหม่")
    form.answer(root, "s/old", 7)
    row = form.add_row(root, "s/people")
    assert row is not None
    form.answer(row, "who", "ป้าแดง")
    form.leave()
    return opened(desk, root)


def opened(desk: Desk, root: str) -> FormPresenter:
    return HomePresenter(desk.app).open(root)


def state(desk: Desk, root: str) -> RecordState:
    return shown_states(desk.app.database.reader(), root)[root]


def test_a_draft_keeps_its_version_and_is_told_what_a_newer_one_changes(desk: Desk) -> None:
    root = draft(desk).state.root
    desk.publish(second())
    form = opened(desk, root)
    assert form.state.version == 1
    move = form.state.move
    assert move is not None
    assert move.version == "2"
    assert [text.th for text in move.added] == ["fresh", "fresh_text"]
    assert [text.th for text in move.gone] == ["old", "who"]
    assert {(label.th, value.th) for label, value in move.aside} == {
        ("old", "7"),
        ("who", "ป้าแดง"),
    }
    assert not move.refused
    assert form.state.aside == ()


def test_moving_forward_removes_nothing_and_shows_what_is_kept_aside(desk: Desk) -> None:
    root = draft(desk).state.root
    desk.publish(second())
    form = opened(desk, root)
    assert form.move_forward()
    assert form.state.version == 2
    assert form.state.move is None
    assert {(one.label.th, one.value.th) for one in form.state.aside} == {
        ("old", "7"),
        ("who", "ป้าแดง"),
    }
    assert "s/fresh" in keys(form)
    assert not form.state.problems
    form.answer(root, "s/fresh", 3)
    form.leave()
    found = state(desk, root)
    assert (found.version, found.value("s/old"), found.value("s/fresh")) == (2, 7, 3)
    again = opened(desk, root)
    assert again.state.version == 2
    assert len(again.state.aside) == 2


def test_the_choice_is_kept_without_an_answer_and_a_kill(desk: Desk) -> None:
    root = draft(desk).state.root
    desk.publish(second())
    opened(desk, root).move_forward()
    desk.kill()
    desk.start()
    desk.sign_in()
    assert opened(desk, root).state.version == 2
    assert state(desk, root).version == 1


def test_an_answer_kept_aside_can_be_copied_into_a_question_that_takes_it(desk: Desk) -> None:
    root = draft(desk).state.root
    desk.publish(second())
    form = opened(desk, root)
    form.move_forward()
    at = next(n for n, one in enumerate(form.state.aside) if one.label.th == "old")
    assert [place.key for place in form.places_for(at)] == ["s/fresh"]
    assert form.copy_aside(at, root, "s/fresh")
    assert item(form, "s/fresh").value == 7
    assert not form.copy_aside(at, root, "s/smell")
    texts = next(n for n, one in enumerate(form.state.aside) if one.label.th == "who")
    assert "s/fresh_text" in [place.key for place in form.places_for(texts)]
    assert form.places_for(99) == ()


def test_another_workflow_is_refused_with_the_reason(desk: Desk) -> None:
    root = draft(desk).state.root
    desk.publish(second("register"))
    form = opened(desk, root)
    assert form.state.move is not None
    assert [text.en for text in form.state.move.refused] != []
    assert not form.move_forward()
    assert form.state.version == 1


def test_a_record_that_was_handed_in_is_not_moved(desk: Desk) -> None:
    form = draft(desk)
    root = form.state.root
    assert form.submit()
    desk.publish(second())
    assert opened(desk, root).state.move is None


def test_a_colleague_under_the_old_version_finds_and_loses_nothing(desk: Desk) -> None:
    desk.receives(
        AREA,
        state_of("survey", {"s/name": "ก", "s/old": 4, "s/fresh": 9}, record=SURVEY),
    )
    form = opened(desk, SURVEY)
    assert form.state.version == 1
    assert [one.value.th for one in form.state.aside] == ["9"]
    form.answer(SURVEY, "s/old", 5)
    form.leave()
    found = state(desk, SURVEY)
    assert (found.value("s/fresh"), found.value("s/old"), found.version) == (9, 5, 1)


def test_a_record_of_a_version_that_is_not_here_is_filled_under_the_one_that_is(
    desk: Desk,
) -> None:
    there = state_of("survey", {"s/name": "ก"}, record=SURVEY)
    desk.receives(AREA, replace(there, version=5))
    form = opened(desk, SURVEY)
    assert form.state.version == 1
    form.answer(SURVEY, "s/old", 5)
    form.leave()
    assert state(desk, SURVEY).version == 5


def RecordStateAt(state: RecordState, version: int) -> RecordState:
    from dataclasses import replace

    return replace(state, version=version)


def test_rows_of_a_repeat_that_is_gone_are_still_there_under_the_old_version(desk: Desk) -> None:
    form = draft(desk)
    assert [line.title.th for line in rows_item(form, "s/people").rows] == ["ป้าแดง"]
    root = form.state.root
    desk.publish(second())
    moved = opened(desk, root)
    moved.move_forward()
    moved.answer(root, "s/fresh", 1)
    moved.leave()
    states = shown_states(desk.app.database.reader(), root)
    assert [s.value("who") for s in states.values() if s.parent == root] == ["ป้าแดง"]
