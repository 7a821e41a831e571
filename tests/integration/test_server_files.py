"""Files by their hash: once, checked, and only for those who may read."""

from __future__ import annotations

import hashlib
from typing import Any

from server.models import RecordRow
from server.services.revoke_device import revoke_device
from shared.limits import BLOB_BYTES_MAX
from tests.support.offices import OTHER_AREA, TestOffice, TestTablet
from tests.support.pictures import picture

DATA = picture(800, 600) + b"what a camera appends" * 1000
NAME = hashlib.sha256(DATA).hexdigest()


def put(tablet: TestTablet, name: str = NAME, data: bytes = DATA, **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {tablet.token}", "Content-Type": "image/jpeg", **headers}
    return tablet.world.http.put(f"/api/v1/blobs/{name}", data=data, headers=sent)


def get(tablet: TestTablet, name: str = NAME, method: str = "GET") -> Any:
    sent = {"Authorization": f"Bearer {tablet.token}"}
    return tablet.world.http.open(f"/api/v1/blobs/{name}", method=method, headers=sent)


def missing(world: TestOffice, record: str) -> int:
    with world.office.database.reading() as session:
        row = session.get(RecordRow, record)
        assert row is not None
        return row.missing_files


def test_a_file_is_kept_once_and_read_back(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    assert get(tablet, method="HEAD").status_code == 404
    assert put(tablet).status_code == 201
    assert put(tablet).status_code == 200
    found = get(tablet)
    assert found.data == DATA
    assert found.headers["Content-Type"] == "image/jpeg"
    assert found.headers["Content-Disposition"] == "attachment"
    assert get(tablet, method="HEAD").headers["Content-Length"] == str(len(DATA))


def test_bytes_that_are_not_what_the_name_says_are_refused_and_leave_nothing(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    reply = put(tablet, data=DATA + b"!")
    assert (reply.status_code, reply.json["code"]) == (422, "blob.hash_mismatch")
    assert get(tablet).status_code == 404
    assert list((world.office.config.blobs / "incoming").iterdir()) == []


def test_names_that_are_none_are_refused_and_never_become_paths(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    for name in ("..%2f..%2fepoch", NAME.upper(), NAME[:-1], "รูปแปลง ๑.jpg"):
        assert put(tablet, name).status_code in (404, 422)
        assert get(tablet, name).status_code == 404


def test_a_file_too_large_is_refused_before_it_is_read(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    reply = world.http.put(
        f"/api/v1/blobs/{NAME}",
        data=b"",
        headers={"Authorization": f"Bearer {tablet.token}"},
        environ_overrides={"CONTENT_LENGTH": str(BLOB_BYTES_MAX + 1)},
    )
    assert (reply.status_code, reply.json["code"]) == (413, "blob.too_large")


def test_a_file_is_read_by_who_may_read_a_record_that_names_it_and_nobody_else(
    world: TestOffice,
) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    far = world.tablet("wichai", areas=[OTHER_AREA])
    put(one)
    assert get(two).status_code == 404
    one.creates({"p": {"sha256": NAME}}, blobs=(NAME,))
    one.push()
    assert get(two).status_code == 200
    assert get(far).status_code == 404
    assert get(far, method="HEAD").status_code == 404


def test_a_record_misses_its_file_until_it_arrives_in_either_order(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    first = tablet.creates({"p": "x"}, blobs=(NAME,))
    tablet.push()
    assert missing(world, first) == 1
    put(tablet)
    assert missing(world, first) == 0
    second = tablet.creates({"p": "x"}, blobs=(NAME,))
    tablet.push()
    assert missing(world, second) == 0


def test_a_revoked_tablet_may_hand_in_its_files_and_read_none(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    revoke_device(world.office, world.people["admin"], tablet.device)
    assert put(tablet).status_code == 201
    assert get(tablet).status_code == 403
