"""What a search reads follows the list by itself, whatever is added, changed or taken away."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mobile.presenters.records import RecordsPresenter
from mobile.services.worker import AtOnce
from mobile.store import listing
from mobile.store.listing import Filter
from shared.records.state import encode_state
from sync.messages import Leave, Page, Put
from tests.support.tablets import AREA, Desk, a_dot_id, ready_desk, state_of

WORDS = ("น้ำทิพย์", "นํ้าแข็ง", "100%", "a_b", "Steel", "เปี๊ยก", "471")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = ready_desk(tmp_path / "tablet")
    yield made
    made.kill()


def test_a_search_finds_what_the_list_holds_after_any_history(desk: Desk) -> None:
    choice = random.Random(5)
    at, revision = 0, 1
    held: dict[str, str] = {}
    for _ in range(40):
        revision += 1
        rows: list[Put | Leave] = []
        for record in {a_dot_id(6_000 + choice.randrange(12)) for _ in range(4)}:
            if record in held and choice.random() < 0.4:
                rows.append(Leave(record, revision))
                del held[record]
            else:
                held[record] = " ".join(choice.sample(WORDS, 3))
                fields = {"identity/fac_name": held[record]}
                state = state_of("factory", fields, record=record, revision=revision)
                rows.append(Put(encode_state(state)))
        page = Page(AREA, at, at + len(rows), at + len(rows), tuple(rows))
        assert desk.app.replica.apply_page(page)
        at += len(rows)
    reader = desk.app.database.reader()
    for word in WORDS:
        wanted = Filter(types=("factory",), search=word)
        found = [
            line.root for line in desk.app.browser.lines(listing.rows_of(reader, wanted)) if line
        ]
        assert sorted(found) == sorted(root for root, name in held.items() if word in name)
        assert desk.app.browser.count(wanted) == len(found)


def test_signs_of_a_pattern_are_letters_like_any_other(desk: Desk) -> None:
    for number, name in enumerate(("ab", "a_b", "a%b", "axb")):
        state = state_of("factory", {"identity/fac_name": name}, record=a_dot_id(7_000 + number))
        desk.receives(AREA, state)
    for typed, count in (("a_b", 1), ("a%b", 1), ("A", 4), ("%", 1)):
        assert desk.app.browser.count(Filter(types=("factory",), search=typed)) == count


def test_a_search_runs_beside_whoever_draws_and_only_the_last_one_is_shown(desk: Desk) -> None:
    for number, name in enumerate(("น้ำทิพย์", "น้ำแข็ง", "สิ่งทอ")):
        state = state_of("factory", {"identity/fac_name": name}, record=a_dot_id(8_000 + number))
        desk.receives(AREA, state)
    presenter = RecordsPresenter(desk.app, ("factory",))
    waiting: list[Callable[[], None]] = []
    desk.app.jobs = Later(waiting)
    presenter.find("น้ำ")
    presenter.find("น้ำแข็ง")
    assert (presenter.state.search, presenter.state.count) == ("", 3)
    for job in waiting:
        job()
    assert (presenter.state.search, presenter.state.count) == ("น้ำแข็ง", 1)
    presenter.find("น้ำ")
    presenter.find("")
    waiting[-1]()
    assert (presenter.state.search, presenter.state.count) == ("", 3)


class Later(AtOnce):
    """Jobs that wait until the test lets them run."""

    def __init__(self, waiting: list[Callable[[], None]]) -> None:
        self._waiting = waiting

    def submit(self, job: Any, done: Any = None, failed: Any = None) -> None:
        self._waiting.append(lambda: AtOnce.submit(self, job, done, failed))
