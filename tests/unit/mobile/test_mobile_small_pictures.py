"""Small pictures that go ahead of the full ones, and files that wait for another network."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from mobile.presenters.settings import SettingsPresenter
from mobile.services.data_budget import MobileFiles
from shared.canonical import sha256_hex
from shared.limits import THUMBNAIL_BYTES_MAX, THUMBNAIL_SIDE_PIXELS
from shared.pictures import kind_of
from sync.shelf import FileKind
from tests.support.pictures import picture
from tests.support.tablets import AREA, Desk, ready_desk, state_of


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return ready_desk(tmp_path)


def test_a_picture_and_a_signature_get_a_small_copy_that_the_answer_does_not_name(
    desk: Desk, tmp_path: Path
) -> None:
    noise = Image.effect_noise((1400, 1000), 120).convert("RGB")
    noise.save(tmp_path / "noise.jpg", quality=95)
    clear = io.BytesIO()
    Image.new("RGBA", (300, 120), (0, 0, 0, 0)).save(clear, "PNG")
    values = [
        desk.app.attacher.picture(tmp_path / "noise.jpg"),
        desk.app.attacher.signature_png(clear.getvalue()),
    ]
    for value in values:
        assert set(value) == {"sha256", "name", "size", "type"}
        small = desk.app.replica.shelf.thumbnail(str(value["sha256"]))
        kind = kind_of(small)
        assert (kind.media_type, kind.code) == ("image/jpeg", "")
        assert max(kind.width, kind.height) <= THUMBNAIL_SIDE_PIXELS
        assert 0 < len(small) <= THUMBNAIL_BYTES_MAX
    with Image.open(io.BytesIO(small)) as shown:
        assert min(shown.convert("L").tobytes()) > 250, "what one can see through is white"


def test_files_that_wait_for_another_network_are_shown_and_can_be_sent_at_once(
    desk: Desk, tmp_path: Path
) -> None:
    presenter = SettingsPresenter(desk.app)
    presenter.choose_paid(paid=True)
    presenter.choose_files(MobileFiles.NOTHING)
    presenter.choose_megabytes(100)
    state = presenter.state.files
    assert (state.chosen, state.allowed, state.paid) == (MobileFiles.NOTHING, 100, True)
    assert not state.held_back
    assert not desk.app.budget.may(FileKind.ORIGINAL, 1)
    desk.app.budget.lift()
    assert desk.app.budget.may(FileKind.ORIGINAL, 1)
    desk.app.synchroniser.run_once()
    assert not desk.app.budget.may(FileKind.ORIGINAL, 1), "once"


def test_pictures_of_new_and_of_changed_records_are_looked_for_once(desk: Desk) -> None:
    record = "01920000-0000-7000-8000-00000000bbbb"
    names = [sha256_hex(bytes([n])) for n in range(2)]

    def photo(n: int) -> dict[str, object]:
        return {"sha256": names[n], "name": "a.jpg", "size": 5, "type": "image/jpeg"}

    shelf = desk.app.replica.shelf
    desk.receives(AREA, state_of("visit", {"photo": photo(0)}, record=record, scope=AREA))
    assert list(shelf.thumbnails_wanted(9)) == [names[0]]
    shelf.keep_thumbnail(names[0], picture(32, 24))
    assert list(shelf.thumbnails_wanted(9)) == []
    state = state_of("visit", {"photo": photo(1)}, record=record, scope=AREA, revision=2)
    desk.receives(AREA, state)
    assert list(shelf.thumbnails_wanted(9)) == [names[1]]
