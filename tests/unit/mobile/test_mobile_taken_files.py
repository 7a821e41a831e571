"""Files as answers: sound and films as they are, photos as the form asks, drawings, codes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from mobile.device.codes import read_code
from mobile.device.desktop import FolderFiles
from mobile.device.ports import Lack
from mobile.services.annotate import MARKS_MAX, Mark, with_marks
from shared.errors import InvalidInput, NotFound
from shared.forms.question_types import TYPES
from tests.support.tablets import Desk


def photo(width: int = 3_000, height: int = 2_000, orientation: int = 1) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (width, height), "#88AA99")
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.start()
    return desk


def stored(desk: Desk, value: Mapping[str, object]) -> Image.Image:
    assert desk.tablet is not None
    path = desk.tablet.attacher.path(str(value["sha256"]))
    assert path is not None
    return Image.open(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize(
    ("asked", "longer"), [(0, 1_600), (640, 640), (2_500, 2_500), (100_000, 3_000), (1, 64)]
)
def test_a_photo_is_as_large_as_the_form_wants_it(desk: Desk, asked: int, longer: int) -> None:
    assert desk.tablet is not None
    path = desk.home / "a.jpg"
    path.write_bytes(photo())
    value = desk.tablet.attacher.picture(path, max_pixels=asked)
    assert max(stored(desk, value).size) == longer


def test_a_photo_taken_with_a_turned_tablet_stands_upright(desk: Desk) -> None:
    assert desk.tablet is not None
    path = desk.home / "a.jpg"
    path.write_bytes(photo(300, 200, orientation=6))
    found = stored(desk, desk.tablet.attacher.picture(path))
    assert found.size == (200, 300)
    assert found.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 40, "video/mp4"),
        ("เสียง.aac", b"\xff\xf1" + b"\0" * 40, "audio/aac"),
        ("a.txt", "ข้อความ".encode(), "text/plain"),
        ("a", b"\x01\x02", "application/octet-stream"),
    ],
)
def test_a_file_is_kept_as_it_is(desk: Desk, name: str, data: bytes, kind: str) -> None:
    assert desk.tablet is not None
    path = desk.home / name
    path.write_bytes(data)
    value = desk.tablet.attacher.file(path)
    assert (value["name"], value["size"], value["type"]) == (name, len(data), kind)
    assert TYPES["file"].check(value) is None
    kept = desk.tablet.attacher.path(str(value["sha256"]))
    assert kept is not None
    assert kept.read_bytes() == data


def test_a_file_that_is_gone_or_empty_is_said(desk: Desk) -> None:
    assert desk.tablet is not None
    with pytest.raises(NotFound):
        desk.tablet.attacher.file(desk.home / "gone.aac")
    (desk.home / "empty.aac").write_bytes(b"")
    with pytest.raises(InvalidInput):
        desk.tablet.attacher.file(desk.home / "empty.aac")


def test_what_is_drawn_on_is_a_new_picture_and_the_old_one_stays(desk: Desk) -> None:
    assert desk.tablet is not None
    path = desk.home / "a.jpg"
    path.write_bytes(photo(800, 600))
    before = desk.tablet.attacher.picture(path)
    marks = [Mark("line", ((0.5, 0.0), (0.5, 1.0)), "#C4150C")]
    after = desk.tablet.attacher.annotated(str(before["sha256"]), marks)
    assert after["sha256"] != before["sha256"]
    assert stored(desk, before).getpixel((400, 300)) == pytest.approx((136, 170, 153), abs=6)
    red = stored(desk, after).convert("RGB").getpixel((400, 300))
    assert red == pytest.approx((196, 21, 12), abs=30)


def test_words_lie_where_they_were_put_in_their_colour() -> None:
    stamp = Image.new("RGBA", (40, 20), (255, 255, 255, 255)).tobytes()
    mark = Mark("words", ((0.5, 0.5),), "#14211F", "ก", (40, 20, stamp), 0.2)
    found = Image.open(io.BytesIO(with_marks(photo(200, 200), [mark])))
    pixel = found.convert("RGB").getpixel((115, 92))
    assert pixel == pytest.approx((20, 33, 31), abs=25)
    assert found.convert("RGB").getpixel((115, 110)) == pytest.approx((136, 170, 153), abs=25)


@pytest.mark.parametrize(
    "marks",
    [
        [Mark("line", ((0.0, 0.0),))] * (MARKS_MAX + 1),
        [Mark("words", ((0, 0),), stamp=(10, 10, b"short"))],
        [Mark("words", ((0, 0),), stamp=(10**6, 1, b""))],
    ],
    ids=["many", "short", "huge"],
)
def test_marks_beyond_all_bounds_are_refused(marks: list[Mark]) -> None:
    with pytest.raises(InvalidInput):
        with_marks(photo(100, 100), marks)


def test_marks_outside_of_the_picture_are_at_its_edge_and_an_arrow_of_one_point_is_a_dot() -> None:
    marks = [
        Mark("line", ((-5.0, 9.0), (7.0, -3.0))),
        Mark("arrow", ((0.5, 0.5),)),
        Mark("arrow", ((0.1, 0.1), (0.9, 0.9))),
        Mark("line", ()),
    ]
    assert with_marks(photo(100, 100), marks).startswith(b"\xff\xd8")


# -- codes ---------------------------------------------------------------------------------------


def test_a_code_on_a_picture_is_read_upright_and_small(tmp_path: Path) -> None:
    path = tmp_path / "code.jpg"
    path.write_bytes(photo(4_000, 2_000, orientation=6))
    seen: list[tuple[int, int]] = []

    def decode(image: Image.Image) -> list[str]:
        seen.append(image.size)
        return ["", "8850123456789"]

    assert read_code(path, decode) == "8850123456789"
    assert seen[0][0] < seen[0][1] <= 1_600


def test_what_is_no_picture_and_what_has_no_code_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "code.jpg"
    path.write_bytes(b"no picture")
    assert read_code(path, lambda _: ["x"]) == Lack("unreadable")
    path.write_bytes(photo(50, 50))
    assert read_code(path, lambda _: []) == Lack("unreadable")
    assert read_code(tmp_path / "gone.jpg", lambda _: ["x"]) == Lack("unreadable")


def test_a_machine_without_a_reader_says_that_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "code.jpg"
    path.write_bytes(photo(50, 50))

    def missing(_: Image.Image) -> list[str]:
        raise ImportError

    assert read_code(path, missing) == Lack("none")


def test_a_folder_stands_for_films_files_and_codes(tmp_path: Path) -> None:
    folder = FolderFiles(tmp_path, lambda _: ["42"])
    assert folder.film() == Lack("none")
    assert folder.scan() == Lack("none")
    for name in ("a.mp4", "b.wav", "c.pdf", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "d.jpg").write_bytes(photo(50, 50))
    names = {kind: {f.name for f in folder.files(kind)} for kind in ("audio", "video", "")}  # type: ignore[union-attr]
    assert names == {
        "audio": {"b.wav"},
        "video": {"a.mp4"},
        "": {"a.mp4", "b.wav", "c.pdf", "d.jpg"},
    }
    film = folder.film()
    assert not isinstance(film, Lack)
    assert film.name == "a.mp4"
    assert folder.scan() == "42"
