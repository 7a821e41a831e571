"""What staff settle reaches the tablet: records that moved away, saves that were kept aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.history import HistoryPresenter
from mobile.presenters.home import HomePresenter
from server.models import PersonRow, QuarantineRow
from server.services.move_record import Move, move_record
from server.services.release_quarantine import keep_for_good, release
from shared.problem_sentences import sentence
from sync.accepting import Terms
from sync.exchange import HttpReply, HttpRequest
from tests.support.offices import OTHER_AREA, TestOffice
from tests.support.tablets import Desk
from tests.support.tablets_and_office import (
    Line,
    agree,
    answer,
    new_factory,
    on_server,
    publish_forms,
    sync,
    tablet,
)


@pytest.fixture(autouse=True)
def forms(world: TestOffice) -> None:
    publish_forms(world)


def move_away(world: TestOffice, root: str) -> None:
    move_record(world.office, Move(world.people["admin"], root, OTHER_AREA, "ข้ามเขต"))


def test_a_record_that_moved_away_goes_once_its_work_is_received(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    sync(desk)
    move_away(world, root)
    answer(desk, root, "identity/fac_name", "โรงน้ำตาลใหม่").leave()
    sync(desk)
    agree(world, desk)
    assert desk.app.browser.line(root) is None
    assert desk.app.browser.states(root) == {}
    assert on_server(world, root).title == "โรงน้ำตาลใหม่"


def test_a_record_that_moved_away_stays_while_somebody_is_typing_in_it(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    sync(desk)
    move_away(world, root)
    typing: list[FormPresenter] = []

    def meanwhile(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        if request.path.endswith("pull") and not typing:
            typing.append(answer(desk, root, "identity/reg_old", "3-106-33/50รย"))
        return go()

    line = desk.line.answer
    assert isinstance(line, Line)
    line.meddle = meanwhile
    sync(desk)
    state = desk.app.browser.states(root)[root]
    assert state.value("identity/fac_name") == "โรงน้ำตาล"
    assert state.value("identity/reg_old") == "3-106-33/50รย"
    typing[0].leave()
    sync(desk)
    agree(world, desk)
    assert desk.app.browser.line(root) is None
    with world.office.database.reading() as session:
        assert session.scalars(select(QuarantineRow)).all() == []


def quarantined(world: TestOffice) -> QuarantineRow:
    with world.office.database.reading() as session:
        return session.scalars(select(QuarantineRow)).one()


def kept_aside(world: TestOffice, tmp_path: Path) -> tuple[Desk, str]:
    """A tablet whose author lost the right before the save arrived."""
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    with world.office.database.writing() as session:
        person = session.get(PersonRow, world.people["somchai"])
        assert person is not None
        person.active = False
    sync(desk)
    return desk, root


def test_what_was_kept_aside_is_shown_with_the_reason_and_accepted_counts_as_received(
    world: TestOffice, tmp_path: Path
) -> None:
    desk, root = kept_aside(world, tmp_path)
    (entry,) = HistoryPresenter(desk.app, root).state.entries
    assert (entry.sync, entry.why and entry.why.en) == (
        "kept_aside",
        sentence("author.inactive", "en"),
    )
    assert "โรงน้ำตาล" in {value.th for _, value in entry.changes}
    release(world.office, world.people["admin"], quarantined(world).id, Terms())
    sync(desk)
    agree(world, desk)
    (entry,) = HistoryPresenter(desk.app, root).state.entries
    assert entry.sync == "received"
    assert desk.app.browser.states(root)[root].revision == 1


def test_what_is_kept_aside_for_good_lies_over_nothing_and_stays_in_the_history(
    world: TestOffice, tmp_path: Path
) -> None:
    desk, root = kept_aside(world, tmp_path)
    keep_for_good(world.office, world.people["admin"], quarantined(world).id, "ซ้ำ")
    other = tablet(world, tmp_path / "two", "malee", 2)
    new_factory(other, "อีกโรง")
    sync(other)
    sync(desk)
    assert root not in desk.app.browser.states(root)
    own = desk.app.browser.own_changes(root)
    assert [(one.outcome, one.code) for one in own] == [("quarantined", "aside.for_good")]


def test_a_record_whose_deletion_is_disputed_stays_and_says_so(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    root = new_factory(one, "โรงน้ำตาล")
    sync(one)
    sync(two)
    opened = one.app.capture.open_record(root, world.people["somchai"])
    one.app.capture.delete(opened, root, "ซ้ำ")
    answer(two, root, "identity/reg_old", "3-106-33/50รย").leave()
    for desk in (one, two, one):
        sync(desk)
    agree(world, one, two)
    for desk in (one, two):
        assert desk.app.browser.line(root) is not None
        state = desk.app.browser.states(root)[root]
        assert (state.disputed, state.deleted) == (True, False)
        words = HomePresenter(desk.app).open(root).state.lock_words
        assert words is not None
        assert words.key == "lock.disputed"
