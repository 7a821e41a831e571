"""Files in parts, by Range, wanted again and lost: what the office answers, on both databases."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

import pytest

from server.models import BlobRow, BlobWaiverRow, RecordRow
from server.services.examine_installation import examine_installation
from server.services.receive_blob import sweep_parts
from server.services.revoke_device import revoke_device
from server.services.want_files import (
    adopt_stored_files,
    forgettable_of,
    lost_words,
    waive_file,
    withdraw_bad_files,
)
from server.store.files import settle_missing
from shared.errors import BlobStoreUnavailable, InvalidInput, NotFound
from shared.limits import BLOB_BYTES_MAX, FORGETTABLE_AGE_DAYS, KIB, PARTS_KEPT_BYTES_MAX
from sync import codec
from sync.messages import PullRequest
from sync.parts import Cut, cut_of, digest_text
from sync.version import PROTOCOL
from tests.support.offices import OTHER_AREA, TestOffice, TestTablet
from tests.support.pictures import picture, png

DATA = picture(1600, 1200) + random.Random(3).randbytes(600 * KIB)
NAME = hashlib.sha256(DATA).hexdigest()
CUT = cut_of(len(DATA))
DAY_MS = 24 * 60 * 60 * 1000


def ask(tablet: TestTablet, method: str, path: str, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {tablet.token}", **more.pop("headers", {})}
    return tablet.world.http.open(f"/api/v1/{path}", method=method, headers=headers, **more)


def put_part(
    tablet: TestTablet,
    index: int,
    data: bytes | None = None,
    *,
    cut: Cut = CUT,
    name: str = NAME,
    said: str | None = None,
) -> Any:
    if data is None:
        data = DATA[cut.start(index) : cut.start(index) + cut.length(index)]
    own_hash = said or digest_text(hashlib.sha256(data).hexdigest())
    return ask(
        tablet,
        "PUT",
        f"blobs/{name}/parts/{index}?size={cut.size}&part_bytes={cut.part_bytes}",
        data=data,
        headers={"Content-Digest": own_hash},
    )


def done(tablet: TestTablet, cut: Cut = CUT, name: str = NAME) -> Any:
    told = {"size": cut.size, "part_bytes": cut.part_bytes}
    return ask(tablet, "POST", f"blobs/{name}/done", json=told)


def send(tablet: TestTablet) -> None:
    for index in range(CUT.count):
        assert put_part(tablet, index).status_code == 204
    assert done(tablet).status_code == 201


def pull(tablet: TestTablet) -> Any:
    standing = PullRequest(PROTOCOL, tablet.epoch, tablet.client, dict(tablet.cursors), 1 << 20)
    return tablet.post("pull", codec.encode_pull(standing))


def missing(world: TestOffice, record: str) -> int:
    with world.office.database.reading() as session:
        row = session.get(RecordRow, record)
        assert row is not None
        return row.missing_files


def test_parts_in_any_order_and_twice_make_a_file_that_its_sender_hears_of(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    head = ask(tablet, "HEAD", f"blobs/{NAME}")
    assert (head.status_code, "Samruat-Parts" in head.headers) == (404, False)
    for index in (2, 0, 0):
        reply = put_part(tablet, index)
        assert (reply.status_code, reply.headers["ETag"]) == (204, f'"{NAME}"')
    head = ask(tablet, "HEAD", f"blobs/{NAME}")
    assert (head.status_code, head.headers["Samruat-Parts"]) == (404, f"{CUT.part_bytes};0,2")
    reply = done(tablet)
    assert (reply.status_code, reply.json["code"]) == (409, "blob.parts_missing")
    assert reply.json["missing"] == "1"
    put_part(tablet, 1)
    reply = done(tablet)
    assert (reply.status_code, reply.json) == (201, {"sha256": NAME})
    assert done(tablet).status_code == 200, "the answer was lost: asked once more"
    head = ask(tablet, "HEAD", f"blobs/{NAME}")
    assert (head.status_code, head.headers["ETag"]) == (200, f'"{NAME}"')
    assert ask(tablet, "GET", f"blobs/{NAME}").data == DATA


def test_a_stranger_hears_neither_of_a_file_nor_of_its_parts_and_may_prove_that_he_has_it(
    world: TestOffice,
) -> None:
    one, far = world.tablet("somchai"), world.tablet("wichai", areas=[OTHER_AREA])
    put_part(one, 0)
    head = ask(far, "HEAD", f"blobs/{NAME}")
    assert (head.status_code, "Samruat-Parts" in head.headers) == (404, False)
    for index in range(1, CUT.count):
        put_part(one, index)
    done(one)
    assert ask(far, "HEAD", f"blobs/{NAME}").status_code == 404
    assert done(far).status_code == 409, "to know a name is not to have the bytes"
    for index in range(CUT.count):
        put_part(far, index)
    assert done(far).status_code == 200
    assert ask(far, "HEAD", f"blobs/{NAME}").status_code == 200


@pytest.mark.parametrize(
    ("index", "data", "said", "status", "code"),
    [
        (9, b"", None, 400, "input.malformed"),
        (0, b"short", None, 422, "input.invalid"),
        (0, b"x" * (CUT.part_bytes + 1), None, 413, "blob.too_large"),
        (0, b"x" * CUT.part_bytes, digest_text(NAME), 422, "blob.hash_mismatch"),
        (0, None, "sha-512=:AAAA:", 400, "input.malformed"),
        (0, None, "x" * 5_000, 400, "input.malformed"),
    ],
)
def test_a_part_that_is_not_what_it_says_is_refused_by_a_code(
    world: TestOffice, index: int, data: bytes | None, said: str | None, status: int, code: str
) -> None:
    tablet = world.tablet("somchai")
    reply = ask(
        tablet,
        "PUT",
        f"blobs/{NAME}/parts/{index}?size={CUT.size}&part_bytes={CUT.part_bytes}",
        data=DATA[: CUT.part_bytes] if data is None else data,
        headers={
            "Content-Digest": said
            or digest_text(hashlib.sha256(data or DATA[: CUT.part_bytes]).hexdigest())
        },
    )
    assert (reply.status_code, reply.json["code"]) == (status, code)
    assert world.office.blobs.uploads(tablet.device, NAME) == []


@pytest.mark.parametrize(
    "query",
    ["", "size=1", "size=0&part_bytes=262144", "size=-1&part_bytes=262144",
     "size=99999999999999999999&part_bytes=262144", f"size={BLOB_BYTES_MAX + 1}&part_bytes=262144",
     "size=1000000&part_bytes=1", "size=1000000&part_bytes=99999999", "size=๑&part_bytes=262144"],
)  # fmt: skip
def test_a_cut_that_nobody_makes_is_refused(world: TestOffice, query: str) -> None:
    reply = ask(world.tablet("somchai"), "PUT", f"blobs/{NAME}/parts/0?{query}", data=b"x")
    assert reply.status_code in (400, 422)


def test_parts_that_make_another_file_leave_nothing_behind(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    for index in range(CUT.count):
        put_part(tablet, index, b"z" * CUT.length(index))
    reply = done(tablet)
    assert (reply.status_code, reply.json["code"]) == (422, "blob.hash_mismatch")
    assert ask(tablet, "HEAD", f"blobs/{NAME}").status_code == 404
    assert world.office.blobs.parts_bytes(tablet.device) == 0


def test_unfinished_files_of_one_tablet_are_bounded_and_swept(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    cut = cut_of(BLOB_BYTES_MAX)
    begun = 0
    while True:
        name = hashlib.sha256(str(begun).encode()).hexdigest()
        reply = put_part(tablet, 0, b"x" * cut.part_bytes, cut=cut, name=name)
        if reply.status_code != 204:
            break
        begun += 1
        assert begun <= PARTS_KEPT_BYTES_MAX // cut.part_bytes
    assert (reply.status_code, reply.json["code"]) == (413, "blob.too_many_parts")
    world.clock.now += 400 * DAY_MS
    assert sweep_parts(world.office) == begun
    assert put_part(tablet, 0).status_code == 204


def test_ranges_are_served_with_the_rights_of_the_moment(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    send(tablet)

    def ranged(wanted: str, **more: str) -> Any:
        return ask(tablet, "GET", f"blobs/{NAME}", headers={"Range": wanted, **more})

    part = ranged("bytes=100-199", **{"If-Range": f'"{NAME}"'})
    assert (part.status_code, part.data) == (206, DATA[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(DATA)}"
    assert ranged("bytes=-7").data == DATA[-7:]
    assert ranged(f"bytes={len(DATA) - 3}-").data == DATA[-3:]
    assert ranged("bytes=5-99999999999").headers["Content-Range"].startswith("bytes 5-")
    for odd in (
        "bytes=9-3",
        "bytes=999999999-",
        "bytes=0-1,5-6",
        "lines=1-2",
        "bytes=-",
        "x" * 999,
    ):
        assert (ranged(odd).status_code, len(ranged(odd).data)) == (200, len(DATA))
    other = ranged("bytes=0-9", **{"If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, DATA)
    revoke_device(world.office, world.people["admin"], tablet.device)
    assert ranged("bytes=0-9").status_code == 403
    assert ask(tablet, "HEAD", f"blobs/{NAME}").status_code == 200, "it may hand in the rest"


@pytest.mark.parametrize(
    ("data", "media_type", "code"),
    [
        (png(20_000, 20_000), "image/png", "blob.image_too_large"),
        (picture(40_000, 10), "image/jpeg", "blob.image_too_large"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", "blob.unreadable_picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "image/png", "blob.unreadable_picture"),
        (b"PK\x03\x04" + b"\0" * 5_000, "application/octet-stream", "blob.unknown_type"),
        (b"<svg onload=alert(1)>", "application/octet-stream", "blob.unknown_type"),
        (b"", "application/octet-stream", "blob.unknown_type"),
    ],
)
def test_a_file_that_nobody_may_decode_is_kept_as_evidence_and_told_by_a_code(
    world: TestOffice, data: bytes, media_type: str, code: str
) -> None:
    assert len(data) < 100_000
    tablet, name = world.tablet("somchai"), hashlib.sha256(data).hexdigest()
    reply = ask(tablet, "PUT", f"blobs/{name}", data=data, headers={"Content-Type": "image/jpeg"})
    assert (reply.status_code, reply.json["code"]) == (201, code)
    found = ask(tablet, "GET", f"blobs/{name}")
    assert (found.data, found.headers["Content-Type"]) == (data, media_type)
    with world.office.database.reading() as session:
        row = session.get(BlobRow, name)
        assert row is not None
        assert (row.media_type, row.code) == (media_type, code)


def test_a_thumbnail_goes_ahead_of_its_photograph_and_no_further_than_it(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    far = world.tablet("wichai", areas=[OTHER_AREA])
    small = picture(320, 240)
    own_hash = digest_text(hashlib.sha256(small).hexdigest())
    one.creates({"p": {"sha256": NAME}}, blobs=(NAME,))
    one.push()
    path = f"blobs/{NAME}/thumbnail"
    assert ask(two, "GET", path).status_code == 404
    sent = ask(one, "PUT", path, data=small, headers={"Content-Digest": own_hash})
    assert sent.status_code == 201
    got = ask(two, "GET", path)
    assert (got.data, got.headers["ETag"]) == (small, f'"{hashlib.sha256(small).hexdigest()}"')
    assert ask(far, "GET", path).status_code == 404
    assert ask(two, "HEAD", f"blobs/{NAME}").status_code == 404
    for wrong in (picture(321, 200), png(10, 10), b"x" * 100_000, b"", DATA[:60_000]):
        own_hash = digest_text(hashlib.sha256(wrong).hexdigest())
        reply = ask(one, "PUT", path, data=wrong, headers={"Content-Digest": own_hash})
        assert reply.status_code in (413, 422)


def test_a_lost_file_is_missed_asked_for_once_and_welcome_again(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    send(one)
    record = one.creates({"p": "x"}, blobs=(NAME,))
    one.push()
    assert missing(world, record) == 0
    (world.office.config.blobs / NAME[:2] / NAME).unlink()
    assert examine_installation(world.office).wrong
    assert withdraw_bad_files(world.office, read=True) == {NAME: "missing"}
    assert missing(world, record) == 1
    assert ask(one, "HEAD", f"blobs/{NAME}").status_code == 404
    assert pull(one).headers["Samruat-Files-Wanted"] == "1"
    assert "Samruat-Files-Wanted" not in pull(two).headers
    assert ask(one, "GET", "files/wanted").json == {"wanted": [NAME]}
    send(one)
    assert missing(world, record) == 0
    assert ask(one, "GET", "files/wanted").json == {"wanted": []}
    assert "Samruat-Files-Wanted" not in pull(one).headers


def test_a_damaged_file_is_withdrawn_and_a_store_that_is_away_has_lost_nothing(
    world: TestOffice,
) -> None:
    one = world.tablet("somchai")
    send(one)
    path = world.office.config.blobs / NAME[:2] / NAME
    path.write_bytes(DATA[:-1] + b"?")
    aside = world.office.config.blobs.rename(world.office.config.data / "unmounted")
    with pytest.raises(BlobStoreUnavailable):
        withdraw_bad_files(world.office, read=True)
    aside.rename(world.office.config.blobs)
    assert withdraw_bad_files(world.office, read=False) == {}
    assert withdraw_bad_files(world.office, read=True) == {NAME: "damaged"}
    send(one)
    assert withdraw_bad_files(world.office, read=True) == {}


def test_a_file_whose_row_was_rolled_back_is_entered_again_from_the_store(
    world: TestOffice,
) -> None:
    one = world.tablet("somchai")
    send(one)
    record = one.creates({"p": "x"}, blobs=(NAME,))
    one.push()
    with world.office.database.writing() as session:
        row = session.get(BlobRow, NAME)
        session.delete(row)
    with world.office.database.writing() as session:
        settle_missing(session, [NAME])
    assert missing(world, record) == 1
    assert adopt_stored_files(world.office) == [NAME]
    assert adopt_stored_files(world.office) == []
    assert missing(world, record) == 0
    assert ask(one, "GET", f"blobs/{NAME}").data == DATA


def test_a_file_that_no_tablet_has_is_told_lost_and_bars_until_somebody_waives_it(
    world: TestOffice,
) -> None:
    one, admin = world.tablet("somchai"), world.people["admin"]
    record = one.creates({"p": "x"}, blobs=(NAME,))
    one.push()
    told = {"files": [{"sha256": NAME, "reason": "damaged"}]}
    assert ask(one, "POST", "files/lost", json=told).status_code == 200
    assert ask(one, "POST", "files/lost", json=told).status_code == 200
    with world.office.database.reading() as session:
        (word,) = lost_words(session, [NAME])[NAME]
    assert (word.device, word.reason) == (one.device, "damaged")
    assert missing(world, record) == 1
    with pytest.raises(InvalidInput):
        waive_file(world.office, admin, record, NAME, "  ")
    waive_file(world.office, admin, record, NAME, "แท็บเล็ตตกน้ำ")
    assert missing(world, record) == 0
    one.pull()
    one.sets(record, {"q": "2"})
    second = one.creates({"p": "y"}, blobs=(NAME,))
    one.push()
    assert missing(world, second) == 0
    send(one)
    assert missing(world, record) == 0
    with pytest.raises(NotFound):
        waive_file(world.office, admin, record, NAME, "again")
    with world.office.database.reading() as session:
        assert session.get(BlobWaiverRow, NAME) is not None


def test_a_tablet_asks_at_once_which_of_many_files_are_held_and_hears_only_of_its_own(
    world: TestOffice,
) -> None:
    one, far = world.tablet("somchai"), world.tablet("wichai", areas=[OTHER_AREA])
    send(one)
    other = hashlib.sha256(b"other").hexdigest()
    asked = {"files": [NAME, other]}
    assert ask(one, "POST", "files/held", json=asked).json == {"held": [NAME]}
    assert ask(far, "POST", "files/held", json=asked).json == {"held": []}
    for wrong in ({"files": ["x"]}, {"files": [NAME] * 501}, {}, []):
        assert ask(one, "POST", "files/held", data=json.dumps(wrong)).status_code in (400, 422)


def test_a_file_may_be_forgotten_only_when_it_is_backed_up_and_old_by_the_offices_clock(
    world: TestOffice,
) -> None:
    one = world.tablet("somchai")
    send(one)
    asked = {"files": [NAME]}
    long_after = world.clock.now + (FORGETTABLE_AGE_DAYS + 1) * DAY_MS
    with world.office.database.writing() as session:
        assert forgettable_of(session, long_after, [NAME]) == []
        row = session.get(BlobRow, NAME)
        assert row is not None
        row.backed_up_at = world.clock.now
    with world.office.database.reading() as session:
        assert forgettable_of(session, world.clock.now, [NAME]) == []
        assert forgettable_of(session, long_after, [NAME]) == [NAME]
    assert ask(one, "POST", "files/forgettable", json=asked).json == {"forgettable": []}
