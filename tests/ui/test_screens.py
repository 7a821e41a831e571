"""Home, records, sync and settings on the screen: real presenters and stores, a person's taps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.messages import Outcome
from tests.support.seeded import NAMES, office_answers, seeded_desk
from tests.support.wired_app import Person, before


@pytest.fixture
def person(window: Any, tmp_path: Path) -> Iterator[Person]:
    """Somchai, signed in, on a tablet in the middle of its work."""
    from mobile.app import post

    with before(window, seeded_desk(tmp_path, 200, post), "home") as someone:
        yield someone


# -- home --------------------------------------------------------------------------------------


def test_home_counts_what_the_store_holds(person: Person):
    assert person.find("home.waiting.title").text == "รอส่ง 2 รายการ"
    assert person.find("home.conflicts.title").text == "มีค่าขัดกัน 1 รายการ"
    assert person.find("home.returned.title").text == "ส่งกลับมาให้แก้ 51 รายการ"
    assert "21 กันยายน 2569" in person.texts()


def test_the_daily_journeys_come_before_the_register(person: Person):
    begin = [name for name in person.ids() if name.startswith("home.begin:")]
    assert begin == ["home.begin:insp", "home.begin:event", "home.begin:factory"]


def test_a_journey_begins_a_form_and_back_leads_home(person: Person):
    person.tap("home.begin:insp")
    assert person.navigation.name == "form"
    person.tap("back")
    assert person.navigation.name == "home"


def test_the_register_is_looked_up_before_an_entry_is_added(person: Person):
    person.tap("home.begin:factory")
    assert person.navigation.name == "records"
    assert person.find("title").text == "ทะเบียนโรงงาน"
    assert len(person.navigation.screen.presenter) == len(NAMES)
    person.tap("records.begin")
    assert person.navigation.name == "form"


def test_a_conflict_on_the_home_page_leads_to_its_settling(person: Person):
    row = next(name for name in person.ids() if name.startswith("home.conflicts.row:"))
    person.tap(row)
    assert person.navigation.name == "conflict"


def test_the_area_chosen_is_kept(person: Person):
    from mobile.ui.widgets.type_ahead import TypeAhead

    person.tap("home.area")
    choice = next(w for w in person.walk() if isinstance(w, TypeAhead))
    person.window.pump(6)
    person.window.tap((choice.center_x, choice.list.top - choice.list.row_pixels * 1.5))
    assert person.desk.app.preferences.read().area == "area:21-2"
    assert "21-2 บ้านค่าย" in person.texts()


# -- records -----------------------------------------------------------------------------------


def open_records(person: Person) -> Any:
    person.tap("home.records")
    person.navigation.screen.list.settle()
    return person.navigation.screen


def test_a_list_says_how_many_records_are_received_and_not_listed_yet(person: Person):
    desk = person.desk
    with desk.app.database.writing() as connection:
        connection.execute("INSERT INTO unlisted SELECT root FROM listing LIMIT 120")
    screen = open_records(person)
    assert "กำลังจัดรายการที่เพิ่งได้รับอีก 120 รายการ" in person.find("records.count").text
    desk.app.synchroniser.prepare_lines()
    person.until(lambda: "กำลังจัด" not in person.find("records.count").text)
    assert screen.presenter.state.preparing == 0


def look_for(person: Person, text: str) -> None:
    screen = person.navigation.screen
    person.find("records.search").text = text
    person.until(lambda: screen.presenter.state.search == text)
    screen.list.settle()


def test_records_are_found_by_a_thai_word_and_the_count_tells_how_many(person: Person):
    screen = open_records(person)
    look_for(person, "ค้ำคูณ")
    assert 0 < len(screen.presenter) < 210
    assert person.find("records.count").text == f"พบ {len(screen.presenter)} รายการ"
    assert "โรงงานน้ำแข็งบ้านค้ำคูณ" in person.find("records.row:0").item.title


def test_filters_narrow_the_list_and_a_second_tap_takes_them_away(person: Person):
    screen = open_records(person)
    whole = len(screen.presenter)
    person.tap("records.status:approved")
    assert len(screen.presenter) == 51
    assert person.find("records.status:approved").chosen
    person.tap("records.kind:factory")
    assert len(screen.presenter) == 0
    person.tap("empty_action")
    assert len(screen.presenter) == whole


def test_rows_that_no_longer_show_are_found_by_nobody(person: Person):
    open_records(person)
    assert person.has("records.row:5")
    look_for(person, "ทองสุขอาหารทะเล จำกัด แห่งที่ 11")
    person.window.pump(6)
    shown = [name for name in person.ids() if name.startswith("records.row:")]
    assert len(shown) == len(person.navigation.screen.presenter) < 9


def test_the_list_is_found_again_where_it_was_left(person: Person):
    screen = open_records(person)
    screen.list.scroll_to_index(100)
    screen.list.settle()
    person.window.pump(3)
    person.tap("records.row:102")
    assert person.navigation.name == "form"
    person.navigation.back()
    person.window.pump(4)
    assert person.navigation.screen is screen
    assert screen.list.visible_range()[0] == 100


# -- sync --------------------------------------------------------------------------------------


def test_the_pill_leads_to_the_report_and_two_taps_open_it_once(person: Person):
    person.tap("pill")
    person.tap("pill")
    assert person.navigation.name == "sync_report"
    assert person.navigation.depth == 2
    assert "บันทึก" in person.find("sync.waits").text


def test_a_failed_sync_is_reported_in_words_and_nothing_is_lost(person: Person):
    person.tap("pill")
    person.tap("sync.now")
    synchroniser = person.desk.app.synchroniser
    person.until(lambda: not synchroniser.running)
    person.window.pump(4)
    assert "ติดต่อสำนักงานไม่ได้ ข้อมูลยังอยู่ในเครื่องครบ" in person.texts()
    assert synchroniser.pill().here_only > 0


def test_the_sync_screen_says_what_would_go_and_saves_it_to_a_file(person: Person):
    person.tap("pill")
    assert "บันทึกที่จะส่ง" in person.texts()
    person.tap("sync.look")
    person.until(lambda: not person.navigation.screen.presenter.state.before.asking)
    person.window.pump(3)
    assert "ถามสำนักงานไม่ได้" in person.find("sync.there").text
    person.tap("sync.save_unsent")
    person.until(lambda: person.navigation.screen.presenter.state.saved is not None)
    person.window.pump(3)
    assert person.has("sync.saved")
    folder = person.desk.home / "for-the-office"
    assert len(list(folder.glob("*.samruat"))) == 1


def test_a_sync_under_way_shows_its_bytes_and_can_be_stopped(person: Person):
    from dataclasses import replace

    from mobile.presenters.observed import Words
    from mobile.presenters.sync_report import size_words

    person.tap("pill")
    presenter = person.navigation.screen.presenter
    person.until(lambda: not person.desk.app.synchroniser.running)
    person.desk.app.synchroniser.on_ended = None
    assert not person.has("sync.stop")
    parts = {"done": 120, "total": 400, "size": size_words(3_400_000)}
    running = replace(presenter.state.pill, running=True)
    presenter._show(replace(presenter.state, pill=running, progress=Words("progress.push", parts)))
    person.window.pump(3)
    assert "กำลังส่งบันทึก 120 จาก 400 · 3.4 MB" in person.texts()
    assert person.find("sync.now").disabled
    person.tap("sync.stop")
    presenter.refresh()
    person.window.pump(3)
    assert not person.has("sync.stop")


def test_what_was_kept_aside_shows_the_typed_value_and_why(person: Person):
    office_answers(person.desk, (Outcome.QUARANTINED,))
    person.tap("pill")
    words = person.texts()
    assert "สำนักงานเก็บไว้ตรวจ" in words
    assert f": {NAMES[2]}" in words
    assert "กรุณาให้ผู้ดูแลระบบเพิ่มพื้นที่ให้" in words


def test_what_needs_a_person_is_listed_until_it_was_read(person: Person):
    office_answers(person.desk, (Outcome.CONFLICT, Outcome.QUARANTINED))
    person.tap("pill")
    assert "ต้องการให้คุณดู" in person.texts()
    assert "ไม่ได้หาย" in person.texts()
    row = next(name for name in person.ids() if name.startswith("sync.needs:"))
    person.tap(row)
    assert person.navigation.name in ("form", "conflict")
    person.navigation.back()
    person.tap("sync.told")
    assert "ต้องการให้คุณดู" not in person.texts()


def test_a_tick_starts_the_synchronisation_that_is_due(person: Person):
    synchroniser = person.desk.app.synchroniser
    before = len(person.desk.line.asked)
    person.desk.clock.passes(10 * 60_000)
    person.wiring.tick()
    person.until(lambda: len(person.desk.line.asked) > before and not synchroniser.running)


def test_what_was_typed_is_sealed_after_a_minute_without_a_touch(person: Person):
    assert person.desk.app.capture.waiting()[1] == 1
    person.desk.clock.passes(61_000)
    person.wiring.tick()
    assert person.desk.app.capture.waiting()[1] == 0


def test_another_app_in_front_seals_at_once(person: Person):
    person.wiring.pause()
    assert person.desk.app.capture.waiting()[1] == 0


# -- settings ----------------------------------------------------------------------------------


def test_the_language_changes_at_once_on_every_screen_and_is_kept(person: Person):
    from mobile.ui.look import look

    person.tap("home.settings")
    person.tap("settings.language:en")
    assert look.language == "en"
    assert person.find("title").text == "Settings"
    person.tap("back")
    assert person.find("home.waiting.title").text == "Waiting to be sent: 2"
    assert person.desk.app.preferences.read().language == "en"
    assert "only here" in person.texts()


def test_the_text_size_changes_at_once_and_is_kept(person: Person):
    from mobile.ui.look import look

    person.tap("home.settings")
    before = person.find("title").height
    person.tap("settings.text_size:2")
    assert look.text_step == 2
    assert person.find("title").height > before
    assert person.desk.app.preferences.read().text_step == 2


def test_signing_out_seals_and_asks_who_is_next(person: Person):
    person.tap("home.settings")
    person.tap("settings.sign_out")
    person.tap("dialog_accept")
    assert person.navigation.name == "sign_in"
    assert person.navigation.depth == 1
    assert person.desk.app.person is None
    assert person.desk.app.capture.waiting()[1] == 0
    assert not person.has("pill")


def test_what_files_may_cost_is_chosen_shown_and_lifted_once(person: Person):
    from mobile.services.data_budget import MobileFiles
    from shared.limits import MIB

    budget = person.desk.app.budget
    person.tap("home.settings")
    assert not person.has("settings.files_send_now")
    person.tap("settings.files_paid")
    person.until(lambda: budget.metered())
    person.tap("settings.files:everything")
    person.tap("settings.megabytes:100")
    person.until(lambda: budget.plan().megabytes == 100)
    assert budget.plan().files is MobileFiles.EVERYTHING
    budget.spend(3 * MIB)
    person.navigation.screen.synchronised()
    assert "3.0 MB" in person.find("settings.files_used").text


# -- the thread that draws ---------------------------------------------------------------------


def test_the_thread_that_draws_never_writes_to_the_disk(window: Any, tmp_path: Path):
    from mobile.app import post
    from mobile.bootstrap import desktop, open_tablet
    from mobile.config import TabletConfig

    desk = seeded_desk(tmp_path, 10)
    desk.app.close()
    writers: set[str] = set()
    config = TabletConfig(tmp_path, "http://127.0.0.1:9")
    machine = desktop(config)
    machine.before_write = lambda _: writers.add(threading.current_thread().name)
    desk.tablet = open_tablet(config, post, machine)
    writers.clear()  # opening is done before there is anything to draw, on a thread of its own
    someone = Person(window, desk)
    someone.wiring.start()
    window.pump(6)
    someone.sign_in("somchai")
    someone.until(lambda: someone.navigation.name == "home")
    someone.tap("home.begin:event")
    form = someone.navigation.screen
    someone.until(lambda: form._presenter.state.phase == "filling" and not form.page.building)
    form._presenter.answer(form._presenter.state.root, "core/title", "เวทีรับฟัง")
    someone.until(lambda: form._presenter.state.saved == "saved")
    someone.tap("back")
    someone.tap("home.settings")
    someone.tap("settings.text_size:1")
    someone.tap("settings.sign_out")
    someone.tap("dialog_accept")
    someone.until(lambda: not desk.app.synchroniser.running)
    someone.wiring.stop()
    desk.app.close()
    assert writers
    assert threading.current_thread().name not in writers
