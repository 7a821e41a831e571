"""What runs beside the screen: the thread that writes, and when a synchronisation is tried."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.presenters.home import HomePresenter
from mobile.presenters.settings import SettingsPresenter
from mobile.presenters.sync_report import SyncReportPresenter
from mobile.services.synchronise import EVERY_MS
from mobile.services.worker import ThreadWorker
from shared.errors import NotFound, SurveyError
from sync.retry import LONGEST_MS
from sync.session import NO_NETWORK, HttpReply
from tests.support.tablets import AREA, Desk, ready_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return ready_desk(tmp_path)


def test_jobs_run_in_order_on_one_thread_and_their_results_are_posted() -> None:
    posted: list[Callable[[], None]] = []
    worker = ThreadWorker(posted.append)
    ran: list[tuple[int, str]] = []
    results: list[int] = []

    def job(number: int) -> Callable[[], int]:
        def run() -> int:
            ran.append((number, threading.current_thread().name))
            return number * 10

        return run

    for number in range(5):
        worker.submit(job(number), results.append)
    assert worker.call(lambda: "waited") == "waited"
    worker.close()
    assert ran == [(number, "writer") for number in range(5)]
    assert results == [], "nothing is shown before the thread that draws says so"
    for act in posted:
        act()
    assert results == [0, 10, 20, 30, 40]


def test_a_job_that_fails_is_told_and_the_next_one_runs() -> None:
    worker = ThreadWorker(lambda act: act())
    told: list[SurveyError] = []

    def missing() -> None:
        raise NotFound("gone")

    def broken() -> None:
        raise ZeroDivisionError

    worker.submit(missing, failed=told.append)
    worker.submit(broken, failed=told.append)
    with pytest.raises(NotFound):
        worker.call(missing)
    assert worker.call(lambda: 7) == 7
    worker.close()
    assert [error.code for error in told] == ["not_found", "internal"]


def test_a_failed_try_waits_longer_each_time_and_never_too_long(desk: Desk) -> None:
    synchroniser = desk.app.synchroniser
    assert synchroniser.due()
    longest = 0
    for _ in range(20):
        report = synchroniser.run_once()
        assert report.end == "no_network"
        assert 1_000 <= report.retry_in_ms <= LONGEST_MS
        longest = max(longest, report.retry_in_ms)
        assert not synchroniser.due()
        synchroniser.nudge()
        assert not synchroniser.due(), "a new answer does not hammer a network that is down"
        desk.clock.passes(report.retry_in_ms)
        assert synchroniser.due()
    assert longest > 60_000


def test_the_wall_clock_has_no_say_in_when_to_try_again(desk: Desk) -> None:
    desk.app.synchroniser.run_once()
    desk.clock.now += 10 * 365 * 86_400_000
    assert not desk.app.synchroniser.due()
    desk.clock.now -= 20 * 365 * 86_400_000
    desk.clock.ticks += LONGEST_MS
    assert desk.app.synchroniser.due()
    assert EVERY_MS <= LONGEST_MS


def test_the_pill_says_what_is_on_this_tablet_only(desk: Desk) -> None:
    home = HomePresenter(desk.app)
    assert home.state.pill is not None
    assert home.state.pill.words.key == "pill.never"
    form = home.begin("factory")
    form.answer(form.state.root, "identity/fac_name", "โรงงาน")
    home.pill_changed()
    assert home.state.pill.here_only == 1, "an answer that is not sealed counts"
    form.leave()
    home.pill_changed()
    assert (home.state.pill.here_only, home.state.pill.received) == (1, 0)


def test_a_failed_synchronisation_is_reported_in_words(desk: Desk) -> None:
    desk.app.synchroniser.run_once()
    (report,) = SyncReportPresenter(desk.app).state.reports
    assert not report.complete
    assert report.end.key == "end.no_network"


def test_something_unexpected_in_a_synchronisation_is_told_and_loses_nothing(desk: Desk) -> None:
    form = HomePresenter(desk.app).begin("factory")
    form.answer(form.state.root, "identity/fac_name", "โรงงาน")

    def breaks(_: object) -> None:
        raise RuntimeError

    desk.line.answer = breaks
    report = desk.app.synchroniser.run_once()
    assert (report.end, report.complete) == ("failed", False)
    assert desk.app.capture.waiting() == (1, 0)


def test_language_text_size_and_area_are_kept_on_the_tablet(desk: Desk) -> None:
    presenter = SettingsPresenter(desk.app)
    presenter.choose_language("en")
    presenter.choose_language("xx")
    presenter.choose_text_step(9)
    HomePresenter(desk.app).choose_area(AREA)
    desk.kill()
    desk.start()
    state = SettingsPresenter(desk.app).state
    assert (state.language, state.text_step, state.server_name) == ("en", 2, "สำนักงาน")
    assert desk.app.preferences.read().area == AREA


def test_a_worker_that_waits_for_a_silent_server_lets_the_app_end():
    answered = threading.Event()
    worker = ThreadWorker(lambda act: act(), "network")
    worker.submit(answered.wait)
    worker.close(wait_s=0.01)
    answered.set()
    worker.close()


def test_every_synchronisation_closes_the_connection_it_read_through(desk: Desk) -> None:
    database = desk.app.database
    seen: list[sqlite3.Connection] = []

    def nobody_there(_: object) -> HttpReply:
        seen.append(database.reader())
        return NO_NETWORK

    desk.line.answer = nobody_there
    assert desk.app.synchroniser.start()
    for thread in threading.enumerate():
        if thread.name == "synchronise":
            thread.join()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        seen[0].execute("SELECT 1")
    assert database.reader().execute("SELECT 1").fetchone()[0] == 1
