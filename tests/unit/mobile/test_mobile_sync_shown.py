"""What the tablet shows of its synchronisations: before, while, after, and why one ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobile.presenters.home import HomePresenter
from mobile.presenters.observed import meaning
from mobile.presenters.sync_report import SyncReportPresenter, report_view, size_words
from mobile.store import settings
from shared.canonical import canonical_bytes
from shared.forms.definition import Text
from shared.limits import STORAGE_RESERVE_BYTES
from sync.codec import decode_pull, encode_pull_answer, lines_of
from sync.exchange import HttpReply, HttpRequest
from sync.messages import Page, PullAnswer
from sync.receipts import Receipt, ReceiptAnswer
from sync.session import PULL, PUSH
from sync.version import MEDIA_TYPE
from tests.support.tablets import AREA, Desk, ready_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A tablet with one unsent factory."""
    made = ready_desk(tmp_path)
    form = HomePresenter(made.app).begin("factory")
    assert form.answer(form.state.root, "identity/fac_name", "โรงน้ำตาล")
    form.leave()
    return made


def refusing(status: int, code: str, retry_s: int = 0) -> HttpReply:
    headers = [("content-type", "application/problem+json")]
    if retry_s:
        headers.append(("retry-after", str(retry_s)))
    return HttpReply(status, tuple(headers), canonical_bytes({"code": code}))


@pytest.mark.parametrize(
    ("status", "code", "key"),
    [
        (401, "auth.required", "end.not_signed_in"),
        (403, "auth.device_revoked", "end.forbidden"),
        (403, "http.403", "end.forbidden"),
        (429, "auth.too_many_attempts", "end.too_many"),
        (503, "storage.unavailable", "end.busy"),
        (404, "not_found", "end.refused"),
    ],
)
def test_every_answer_that_ends_a_sync_has_a_sentence_of_its_own(
    desk: Desk, status: int, code: str, key: str
) -> None:
    desk.line.answer = lambda _: refusing(status, code, 7)
    report = desk.app.synchroniser.run_once()
    view = report_view(report)
    assert view.end.key == key
    if key == "end.forbidden" and code.startswith("auth."):
        assert view.end.parts["why"] == meaning(code)
    assert desk.app.capture.waiting() == (1, 0), "everything stays"


def test_a_tablet_too_old_to_receive_is_told_to_update(desk: Desk) -> None:
    with desk.app.database.writing() as connection:
        connection.execute("DELETE FROM change")
    desk.line.answer = lambda _: refusing(426, "upgrade.needed")
    assert report_view(desk.app.synchroniser.run_once()).end.key == "end.upgrade"


def test_before_a_sync_it_says_what_would_be_sent_and_how_much(desk: Desk) -> None:
    state = SyncReportPresenter(desk.app).state
    (saves,) = state.before.here
    assert (saves.key, saves.parts["count"]) == ("look.saves", 1)
    assert isinstance(saves.parts["size"], Text)
    assert saves.parts["size"].en.endswith("KB")
    assert state.before.there.key == "look.not_asked"


def test_looking_asks_how_much_others_changed_and_takes_nothing(desk: Desk) -> None:
    def answer(request: HttpRequest) -> HttpReply:
        assert request.path == PULL
        asked = decode_pull(request.body)
        cursor = asked.scopes[AREA]
        page = Page(AREA, cursor, cursor, cursor + 37)
        reply = PullAnswer(1, asked.epoch, asked.client, None, 0, 0, "0" * 64, pages=(page,))
        return HttpReply(200, (("content-type", MEDIA_TYPE),), lines_of(encode_pull_answer(reply)))

    desk.line.answer = answer
    before = desk.app.replica.standing()
    presenter = SyncReportPresenter(desk.app)
    presenter.look()
    there = presenter.state.before.there
    assert (there.key, there.parts["count"]) == ("look.there", 37)
    assert desk.app.replica.standing() == before
    desk.line.answer = None
    presenter.look()
    assert presenter.state.before.there.key == "look.unreachable"
    assert not presenter.state.before.asking


def test_a_sync_that_is_stopped_keeps_what_was_sent_and_says_so(desk: Desk) -> None:
    asked: list[str] = []

    def answer(request: HttpRequest) -> HttpReply:
        asked.append(request.path)
        desk.app.synchroniser.cancel()
        return refusing(500, "internal")

    desk.line.answer = answer
    report = desk.app.synchroniser.run_once()
    assert report.end == "cancelled"
    assert asked == [PUSH], "nothing more was sent after that"
    assert report_view(report).end.key == "end.cancelled"
    assert desk.app.capture.waiting() == (1, 0)
    desk.line.answer = None
    assert desk.app.synchroniser.run_once().end == "no_network", "the next one goes on as always"


@pytest.mark.parametrize(
    ("offset_ms", "key", "much"),
    [
        (119_000, None, ""),
        (-121_000, "clock.fast", "2 minutes"),
        (7 * 60_000, "clock.slow", "7 minutes"),
        (5 * 3_600_000, "clock.slow", "5 hours"),
        (-400 * 86_400_000, "clock.fast", "400 days"),
    ],
)
def test_a_clock_more_than_two_minutes_off_is_said_at_home_and_at_the_sync(
    desk: Desk, offset_ms: int, key: str | None, much: str
) -> None:
    with desk.app.database.writing() as connection:
        settings.write(connection, "clock_offset_ms", offset_ms)
    drift = SyncReportPresenter(desk.app).state.drift
    assert (None if drift is None else drift.key) == key
    if drift is not None:
        assert drift.parts["much"].en == much  # type: ignore[union-attr]
        assert drift in HomePresenter(desk.app).state.sentences


def test_too_little_room_is_said_before_anybody_types(desk: Desk) -> None:
    desk.room.free = STORAGE_RESERVE_BYTES - 1
    keys = [getattr(one, "key", "") for one in HomePresenter(desk.app).state.sentences]
    assert keys == ["home.no_room"]


def test_the_receipt_says_what_the_office_has(desk: Desk) -> None:
    assert SyncReportPresenter(desk.app).state.receipt is None
    client = desk.app.replica.standing().client
    for aside, key in ((0, "receipt.all"), (2, "receipt.aside")):
        found = Receipt(client, 5, "0" * 64, 118, aside, 42, 1_790_000_000_000)
        desk.app.replica.keep_receipt(ReceiptAnswer("epoch-1", found, "7f3a" + "0" * 60, 0))
        receipt = SyncReportPresenter(desk.app).state.receipt
        assert receipt is not None
        assert (receipt.key, receipt.parts["code"]) == (key, "7F3A")
        assert (receipt.parts["records"], receipt.parts["photos"]) == (118, 42)


def test_saving_what_is_unsent_says_where_the_file_is(desk: Desk) -> None:
    presenter = SyncReportPresenter(desk.app)
    presenter.save_unsent()
    saved = presenter.state.saved
    assert presenter.state.saved_well
    assert getattr(saved, "key", "") == "unsent.saved"
    folder = Path(str(saved.parts["folder"]))  # type: ignore[union-attr]
    assert (folder / str(saved.parts["name"])).is_file()  # type: ignore[union-attr]
    assert presenter.state.waiting == 1
    desk.app.unsent.folder = desk.home / "tablet.db"
    presenter.save_unsent()
    assert not presenter.state.saved_well


def test_sizes_are_read_as_people_write_them() -> None:
    sizes = [size_words(size).en for size in (0, 1, 12_300, 3_400_000, 2_000_000_000)]
    assert sizes == ["0 KB", "1 KB", "13 KB", "3.4 MB", "2.0 GB"]
