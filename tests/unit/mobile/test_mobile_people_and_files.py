"""Enrolling, signing in without network, pictures and signatures, forms that are not whole."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mobile.presenters.enrol import EnrolPresenter
from mobile.presenters.home import HomePresenter
from mobile.presenters.sign_in import SignInPresenter
from shared.canonical import canonical_bytes, read_json, sha256_hex
from shared.errors import (
    BlobTooLarge,
    EnrolmentRefused,
    ImageTooLarge,
    InvalidInput,
    NetworkUnavailable,
    NotAnImage,
    NotOurServer,
    TabletStorageFull,
    TooManyAttempts,
    WrongCredentials,
)
from shared.limits import BLOB_BYTES_MAX, SIGN_IN_ATTEMPTS_MAX, SIGN_IN_WINDOW_MS
from sync.exchange import HttpReply, HttpRequest
from tests.support.tablets import (
    AREA,
    SOMCHAI,
    Desk,
    json_reply,
    ready_desk,
    state_of,
    visit_form,
)

PIN = "246810"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return ready_desk(tmp_path)


def problem(status: int, code: str) -> HttpReply:
    return json_reply(status, {"code": code, "status": status, "title": "x", "detail": "y"})


def office(request: HttpRequest) -> HttpReply:
    """Signs in whoever has the PIN."""
    asked: Any = read_json(request.body, bytes_max=10_000)
    if asked["pin"] != PIN:
        return problem(401, "auth.wrong_credentials")
    answer = {"person": SOMCHAI, "name": "สมชาย", "role": "officer", "areas": [AREA]}
    return json_reply(200, {**answer, "language": "th"})


def test_the_first_sign_in_asks_the_server_and_the_next_needs_no_network(desk: Desk) -> None:
    desk.line.answer = office
    desk.app.person = None
    presenter = SignInPresenter(desk.app)
    presenter.sign_in("Somchai", "๒๔๖๘๑๐")
    assert presenter.state.signed_in == "สมชาย"
    desk.line.answer = None
    desk.kill()
    desk.start()
    presenter = SignInPresenter(desk.app)
    assert presenter.state.people == (("somchai", "สมชาย"),)
    presenter.sign_in("somchai", PIN)
    assert presenter.state.signed_in == "สมชาย"
    assert desk.app.author() == SOMCHAI


def test_neither_pin_nor_its_plain_hash_is_kept(desk: Desk) -> None:
    desk.line.answer = office
    desk.app.people.sign_in("somchai", PIN)
    kept = b"".join(path.read_bytes() for path in desk.home.glob("tablet.db*"))
    assert PIN.encode() not in kept
    assert sha256_hex(PIN.encode()).encode() not in kept


def test_a_wrong_pin_is_refused_and_many_lock_the_name_for_a_while(desk: Desk) -> None:
    desk.line.answer = office
    desk.app.people.sign_in("somchai", PIN)
    desk.line.answer = None
    for _ in range(SIGN_IN_ATTEMPTS_MAX):
        with pytest.raises(WrongCredentials):
            desk.app.people.sign_in("somchai", "111111")
    with pytest.raises(TooManyAttempts) as refused:
        desk.app.people.sign_in("somchai", PIN)
    assert refused.value.facts["retry_after_s"] <= SIGN_IN_WINDOW_MS // 1000 + 1
    desk.clock.passes(SIGN_IN_WINDOW_MS + 1)
    assert desk.app.people.sign_in("somchai", PIN).person == SOMCHAI


def test_a_clock_set_back_by_years_locks_nobody_out(desk: Desk) -> None:
    desk.line.answer = office
    desk.app.people.sign_in("somchai", PIN)
    desk.line.answer = None
    for _ in range(SIGN_IN_ATTEMPTS_MAX):
        with pytest.raises(WrongCredentials):
            desk.app.people.sign_in("somchai", "111111")
    desk.clock.now -= 10 * 365 * 86_400_000
    assert desk.app.people.sign_in("somchai", PIN).person == SOMCHAI


def test_a_pin_changed_in_the_office_works_when_the_server_can_be_asked(desk: Desk) -> None:
    desk.line.answer = office
    desk.app.people.sign_in("somchai", PIN)

    def changed(request: HttpRequest) -> HttpReply:
        body = request.body.replace(b"135791", PIN.encode())
        return office(HttpRequest(request.method, request.path, body))

    desk.line.answer = changed
    assert desk.app.people.sign_in("somchai", "135791").person == SOMCHAI
    desk.line.answer = None
    assert desk.app.people.sign_in("somchai", "135791").person == SOMCHAI


def test_an_unknown_name_without_network_is_told_so(desk: Desk) -> None:
    with pytest.raises(NetworkUnavailable):
        desk.app.people.sign_in("malee", PIN)
    presenter = SignInPresenter(desk.app)
    presenter.sign_in("malee", PIN)
    assert presenter.state.problem is not None
    assert not presenter.state.busy


@pytest.mark.parametrize("pin", ["", "12345", "abcdef", "1" * 13])
def test_what_cannot_be_a_pin_is_refused_without_asking_anybody(desk: Desk, pin: str) -> None:
    asked = len(desk.line.asked)
    with pytest.raises(InvalidInput):
        desk.app.people.sign_in("somchai", pin)
    assert len(desk.line.asked) == asked


@pytest.mark.parametrize(
    "reply",
    [
        HttpReply(200, (), b"<html>welcome to the hotel</html>"),
        json_reply(200, {"person": "me", "role": "officer"}),
        HttpReply(302, (), b""),
        HttpReply(500, (), b"oops"),
    ],
)
def test_a_stranger_that_answers_is_not_believed(desk: Desk, reply: HttpReply) -> None:
    desk.line.answer = lambda _: reply
    with pytest.raises(NotOurServer):
        desk.app.people.sign_in("malee", PIN)


def test_enrolment_binds_the_tablet_and_a_used_code_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.start()
    presenter = EnrolPresenter(desk.app)
    assert not presenter.state.enrolled
    desk.line.answer = lambda _: problem(403, "auth.enrolment_refused")
    presenter.enrol("abcde 12345", "")
    assert presenter.state.problem is not None
    with pytest.raises(EnrolmentRefused):
        desk.app.enroller.enrol("abcde12345", "x")
    desk.enrol()
    asked: Any = read_json(desk.line.asked[-1].body, bytes_max=10_000)
    assert asked["code"] == "ABCDE12345"
    assert EnrolPresenter(desk.app).state.server_name == "สำนักงาน"
    assert desk.app.replica.standing().cursors == {"programme": 0, AREA: 0}


# -- files -------------------------------------------------------------------------------------


def picture(path: Path, size: tuple[int, int], **more: Any) -> Path:
    Image.effect_noise(size, 40).convert("RGB").save(path, **more)
    return path


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_a_picture_is_scaled_named_by_its_hash_and_its_original_stays(
    desk: Desk, tmp_path: Path
) -> None:
    path = picture(tmp_path / "รูปแปลง ๑.jpg", (3000, 1500))
    value = desk.app.attacher.picture(path)
    kept = desk.app.attacher.path(str(value["sha256"]))
    assert kept is not None
    data = kept.read_bytes()
    assert sha256_hex(data) == value["sha256"]
    assert value["name"] == "รูปแปลง ๑.jpg"
    assert (value["size"], value["type"]) == (len(data), "image/jpeg")
    assert size_of(kept) == (1600, 800)
    original = desk.app.attacher.path(sha256_hex(path.read_bytes()))
    assert original is not None
    small = desk.app.attacher.thumbnail(str(value["sha256"]))
    assert small is not None
    assert max(size_of(small)) <= 320


def test_a_small_upright_photo_is_kept_byte_for_byte(desk: Desk, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg", (800, 600))
    assert desk.app.attacher.picture(path)["sha256"] == sha256_hex(path.read_bytes())


def test_a_photo_lying_on_its_side_is_stood_up(desk: Desk, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = picture(tmp_path / "side.jpg", (400, 200), exif=exif)
    kept = desk.app.attacher.path(str(desk.app.attacher.picture(path)["sha256"]))
    assert kept is not None
    assert size_of(kept) == (200, 400)


def huge_png(width: int, height: int) -> bytes:
    """A PNG that says it is this large, in a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checked = name + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(20_000, 20_000), (10_500, 10_000), (31_000, 10)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(
    desk: Desk, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(huge_png(*size))
    with pytest.raises(ImageTooLarge):
        desk.app.attacher.picture(path)


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a" + b"\0" * 50, b"<svg/>", b"\xff\xd8\xff\xe0" + b"\0" * 100, b"MZ" * 100],
)
def test_what_is_no_picture_is_refused(desk: Desk, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(data)
    with pytest.raises(NotAnImage):
        desk.app.attacher.picture(path)


def test_a_picture_cut_off_in_the_middle_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = picture(tmp_path / "cut.jpg", (2000, 2000))
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(NotAnImage):
        desk.app.attacher.picture(path)


def test_a_file_too_large_or_a_tablet_too_full_is_told_first(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "big.jpg"
    with path.open("wb") as out:
        out.truncate(BLOB_BYTES_MAX + 1)
    with pytest.raises(BlobTooLarge):
        desk.app.attacher.picture(path)
    desk.room.free = 1000
    with pytest.raises(TabletStorageFull):
        desk.app.attacher.picture(picture(tmp_path / "a.jpg", (80, 60)))


def test_a_signature_is_drawn_the_same_from_the_same_strokes(desk: Desk) -> None:
    strokes = [[(0.1, 0.5), (0.5, 0.2), (0.9, 0.5)], [(0.5, 0.9)]]
    one, two = desk.app.attacher.signature(strokes), desk.app.attacher.signature(strokes)
    assert one == two
    assert one["type"] == "image/png"
    with pytest.raises(InvalidInput):
        desk.app.attacher.signature([])
    out = io.BytesIO()
    Image.new("L", (90, 30), 255).save(out, "PNG")
    assert desk.app.attacher.signature_png(out.getvalue())["size"] == len(out.getvalue())


# -- forms -------------------------------------------------------------------------------------


def second_version() -> dict[str, Any]:
    return visit_form(version=2)


def test_a_form_that_has_not_come_whole_leaves_the_older_version_in_use(desk: Desk) -> None:
    desk.publish(second_version(), whole=False)
    form = desk.app.library.newest("visit")
    assert form is not None
    assert form.version == 1
    home = HomePresenter(desk.app).state
    assert len(home.sentences) == 1
    document = canonical_bytes(second_version())
    assert list(desk.app.replica.shelf.documents_wanted()) == [sha256_hex(document)]
    desk.app.replica.shelf.keep(document)
    desk.app.library.refresh()
    form = desk.app.library.newest("visit")
    assert form is not None
    assert form.version == 2
    assert desk.app.library.sentences() == ()
    assert list(desk.app.replica.shelf.documents_wanted()) == []


def test_a_damaged_document_is_never_used_and_is_fetched_again(desk: Desk) -> None:
    desk.publish(second_version())
    name = sha256_hex(canonical_bytes(second_version()))
    path = desk.app.attacher.path(name)
    assert path is not None
    path.write_bytes(path.read_bytes()[:-20])
    desk.kill()
    desk.start()
    form = desk.app.library.newest("visit")
    assert form is not None
    assert form.version == 1
    assert len(desk.app.library.sentences()) == 1
    assert list(desk.app.replica.shelf.documents_wanted()) == [name]


def test_a_document_with_defects_or_of_another_form_is_not_used(desk: Desk) -> None:
    broken = second_version()
    broken["sections"][0]["children"][0]["type"] = "hologram"
    desk.publish(broken)
    form = desk.app.library.newest("visit")
    assert form is not None
    assert form.version == 1
    assert len(desk.app.library.sentences()) == 1


def test_a_register_entry_with_a_wild_name_for_its_document_is_ignored(desk: Desk) -> None:
    fields = {"form_id": "visit", "version": 9, "document": "../../etc/passwd", "status": "active"}
    record = "01920000-0000-7000-8000-00000000aaaa"
    desk.receives("programme", state_of("form", fields, record=record, scope="programme"))
    desk.app.library.refresh()
    assert list(desk.app.replica.shelf.documents_wanted()) == []
    form = desk.app.library.newest("visit")
    assert form is not None
    assert form.version == 1


def test_a_record_with_a_picture_may_come_in_several_revisions_before_anybody_looks(
    desk: Desk,
) -> None:
    picture = {"sha256": "a" * 64, "name": "a.jpg", "size": 9, "type": "image/jpeg"}
    record = "01920000-0000-7000-8000-00000000aaab"
    for revision in (1, 2, 3):
        fields = {"photo": picture, "fact": f"revision {revision}"}
        desk.receives("programme", state_of("note", fields, record=record, revision=revision))
    held = desk.app.database.reader().execute(
        "SELECT revision FROM base WHERE record = ?", [record]
    )
    assert held.fetchone()["revision"] == 3
