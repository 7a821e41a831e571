"""The shipped app, started unchanged in its own process, does what the driver's commands say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tablet_process import Tablet, TabletRefused


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Tablet:
    with Tablet(tmp_path_factory.mktemp("tablet")) as started:
        yield started


def test_the_screen_can_be_read(tablet: Tablet):
    assert tablet.screen()


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
