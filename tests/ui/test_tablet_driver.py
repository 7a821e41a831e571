"""The shipped app, started unchanged in its own process, does what the driver's commands say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tablet_process import Tablet, TabletRefused


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Tablet:
    with Tablet(tmp_path_factory.mktemp("tablet")) as started:
        started.wait(id="enrol.code")
        yield started


def test_the_screen_can_be_read(tablet: Tablet):
    assert "ลงทะเบียนเครื่องนี้" in tablet.screen()


def test_a_code_is_typed_and_an_office_that_is_not_there_is_told_of(tablet: Tablet):
    tablet.tap(id="enrol.code")
    tablet.type("ABCDE23456")
    assert tablet.read(id="enrol.code")["text"] == "ABCDE23456"
    tablet.tap(id="enrol.go")
    tablet.wait("ติดต่อสำนักงานไม่ได้")


def test_the_language_is_switched_before_anybody_signed_in(tablet: Tablet):
    tablet.tap(id="settings")
    tablet.tap(id="settings.language:en")
    tablet.wait("Settings")
    tablet.tap(id="settings.language:th")
    tablet.tap(id="back")
    tablet.wait(id="enrol.go")


def test_what_is_not_there_is_refused_with_what_is(tablet: Tablet):
    with pytest.raises(TabletRefused, match="0 widgets with text"):
        tablet.tap("ปุ่มที่ไม่มี")


def test_an_unknown_command_is_an_answer_and_not_the_end(tablet: Tablet):
    with pytest.raises(TabletRefused):
        tablet.ask("dance")
    assert tablet.screen()


def test_a_picture_is_taken(tablet: Tablet, tmp_path: Path):
    from PIL import Image

    tablet.shot(tmp_path / "home.png")
    with Image.open(tmp_path / "home.png") as picture:
        assert picture.size == (1280, 800)
        assert len(picture.getcolors(1_000_000)) > 20


def test_a_tablet_whose_data_cannot_be_opened_says_so_and_deletes_nothing(tmp_path: Path):
    (tmp_path / "tablet.db").write_bytes(b"not a database" * 1_000)
    with Tablet(tmp_path) as damaged:
        damaged.wait("ฐานข้อมูลของแท็บเล็ตเสียหาย")
        assert any("อย่าลบแอป" in text for text in damaged.screen())
    assert (tmp_path / "tablet.db").read_bytes() == b"not a database" * 1_000
