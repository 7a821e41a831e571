"""Enrolment and signing in on the screen: real presenters and stores, a person's taps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.seeded import AREAS, PIN, bare_desk
from tests.support.tablets import SOMCHAI, Desk, json_reply
from tests.support.wired_app import Person, before


@pytest.fixture
def fresh(window: Any, tmp_path: Path) -> Iterator[Person]:
    """A new tablet."""
    from mobile.app import post

    desk = Desk(tmp_path, post=post)
    desk.start()
    with before(window, desk) as someone:
        yield someone


@pytest.fixture
def stranger(window: Any, tmp_path: Path) -> Iterator[Person]:
    """Nobody is signed in; three people are known on the tablet, no form has come."""
    from mobile.app import post

    with before(window, bare_desk(tmp_path, post)) as someone:
        yield someone


# -- enrolment ---------------------------------------------------------------------------------


def test_a_new_tablet_says_which_office_it_will_ask_and_waits_for_a_code(fresh: Person):
    assert "http://office.example" in fresh.texts()
    assert fresh.find("enrol.go").disabled
    fresh.type("enrol.code", "abcde 23456")
    assert not fresh.find("enrol.go").disabled
    assert not fresh.has("pill")


def test_without_a_network_the_code_stays_and_the_sentence_says_what_to_do(fresh: Person):
    fresh.type("enrol.code", "ABCDE-23456")
    fresh.tap("enrol.go")
    assert "รหัสยังใช้ได้" in fresh.texts()
    assert fresh.find("enrol.code").text == "ABCDE-23456"


def test_an_enrolled_tablet_asks_who_signs_in_and_there_is_no_way_back(fresh: Person):
    answer = {
        "device": "01920000-0000-7000-8000-000000000001",
        "token": "token",
        "server_name": "สำนักงานกลาง",
        "epoch": "epoch-1",
        "scopes": ["programme", *AREAS],
    }
    fresh.desk.line.answer = lambda _: json_reply(201, answer)
    fresh.type("enrol.code", "ABCDE-23456")
    fresh.type("enrol.label", "แท็บเล็ต 3")
    fresh.tap("enrol.go")
    fresh.desk.line.answer = None
    assert fresh.navigation.name == "sign_in"
    assert fresh.navigation.depth == 1
    assert fresh.has("sign_in.login"), "nobody is known here yet, so a name is typed"


# -- signing in --------------------------------------------------------------------------------


def test_nobody_is_chosen_until_a_name_is_tapped(stranger: Person):
    stranger.enter_pin(PIN)
    assert stranger.navigation.name == "sign_in"
    assert "แตะชื่อของคุณก่อน" in stranger.texts()


def test_a_known_person_signs_in_without_a_network(stranger: Person):
    stranger.sign_in("somchai")
    assert stranger.navigation.name == "home"
    assert stranger.desk.app.author() == SOMCHAI
    assert stranger.find("home.person").text.startswith("สมชาย")


def test_a_wrong_pin_is_said_and_another_name_begins_with_an_empty_one(stranger: Person):
    stranger.tap("sign_in.person:malee")
    stranger.enter_pin("654321")
    assert stranger.navigation.name == "sign_in"
    assert "PIN" in stranger.texts()
    stranger.tap("sign_in.person:somchai")
    assert stranger.find("sign_in.pin").text == ""


def test_thai_digits_are_taken_and_letters_are_not(stranger: Person):
    stranger.tap("sign_in.person:somchai")
    stranger.type("sign_in.pin", "๑๒ก๓x456")
    assert stranger.find("sign_in.pin").text == PIN
    stranger.tap("sign_in.backspace")
    assert stranger.find("sign_in.pin").text == PIN[:-1]
    assert stranger.find("sign_in.go").disabled


def test_somebody_new_without_a_network_reads_that_the_first_time_needs_one(stranger: Person):
    stranger.tap("sign_in.other")
    stranger.type("sign_in.login", "prasit")
    stranger.enter_pin(PIN)
    assert "ครั้งแรกต้องมีสัญญาณ ไปยังที่มีสัญญาณ" in stranger.texts()


def test_a_tablet_without_forms_says_so_and_leads_to_the_sync(stranger: Person):
    stranger.sign_in("somchai")
    assert "ยังไม่มีแบบฟอร์มในเครื่องนี้" in stranger.texts()
    stranger.tap("notice_action")
    assert stranger.navigation.name == "sync_report"


def test_a_tablet_without_records_says_what_will_be_found_here(stranger: Person):
    stranger.sign_in("somchai")
    stranger.tap("home.records")
    assert "ยังไม่มีรายการในเครื่องนี้" in stranger.texts()
