"""Files in parts, by Range, wanted again and lost: what the office answers, on both databases."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from server.models import BlobRow
from server.services.receive_blob import sweep_parts
from server.services.revoke_device import revoke_device
from server.services.want_files import (
    lost_words,
)
from shared.limits import BLOB_BYTES_MAX, PARTS_KEPT_BYTES_MAX
from sync.parts import cut_of, digest_text
from tests.support.file_doors import (
    CUT,
    DATA,
    DAY_MS,
    NAME,
    ask,
    done,
    put_part,
    send,
)
from tests.support.offices import OTHER_AREA, TestOffice
from tests.support.pictures import picture, png


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


def test_packed_bytes_are_never_unpacked(world: TestOffice) -> None:
    """A few kilobytes that would unpack to gigabytes of zeros are refused before they are read."""
    tablet = world.tablet("somchai")
    for path in (f"blobs/{NAME}", f"blobs/{NAME}/thumbnail"):
        reply = ask(tablet, "PUT", path, data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
        assert (reply.status_code, reply.json["code"]) == (415, "input.unsupported_media")
    reply = ask(
        tablet,
        "PUT",
        f"blobs/{NAME}/parts/0?size={CUT.size}&part_bytes={CUT.part_bytes}",
        data=b"\x1f\x8b",
        headers={"Content-Encoding": "gzip", "Content-Digest": digest_text(NAME)},
    )
    assert reply.status_code == 415


def test_a_revoked_tablet_may_hand_in_the_rest_of_a_file_and_say_what_it_lost(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    put_part(tablet, 0)
    revoke_device(world.office, world.people["admin"], tablet.device)
    assert ask(tablet, "HEAD", f"blobs/{NAME}").headers["Samruat-Parts"].endswith(";0")
    for index in range(1, CUT.count):
        assert put_part(tablet, index).status_code == 204
    assert done(tablet).status_code == 201
    told = {"files": [{"sha256": NAME, "reason": "missing"}]}
    assert ask(tablet, "POST", "files/lost", json=told).status_code == 200
    assert ask(tablet, "POST", "files/held", json={"files": [NAME]}).json == {"held": [NAME]}
    assert ask(tablet, "POST", "files/forgettable", json={"files": [NAME]}).status_code == 403
    with world.office.database.reading() as session:
        assert lost_words(session, [NAME]) == {}, "what is held is not lost"
