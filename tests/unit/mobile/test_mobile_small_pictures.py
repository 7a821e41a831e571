"""Small pictures that go ahead of the full ones, and files that wait for another network."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from mobile.presenters.settings import SettingsPresenter
from mobile.services.data_budget import MobileFiles
from shared.limits import THUMBNAIL_BYTES_MAX, THUMBNAIL_SIDE_PIXELS
from shared.pictures import kind_of
from sync.shelf import FileKind
from tests.support.tablets import Desk, ready_desk


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
