"""The doors of files as a tablet under test uses them: parts, done, pulls; one photograph."""

from __future__ import annotations

import hashlib
import random
from typing import Any

from server.models import RecordRow
from shared.limits import KIB
from sync import codec
from sync.messages import PullRequest
from sync.parts import Cut, cut_of, digest_text
from sync.version import PROTOCOL
from tests.support.offices import TestOffice, TestTablet
from tests.support.pictures import picture

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
