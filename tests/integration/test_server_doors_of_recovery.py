"""Repair, results and reports take any bytes with a clear answer, from their own tablet only."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sync.asides import ResultsRequest, encode_results_request
from sync.codec import gzip_bytes
from sync.repair import RowsRequest, SumsRequest, encode_rows_request, encode_sums_request
from sync.tablet_report import TabletReport, encode_report
from tests.support.offices import AREA, TestOffice, TestTablet

DOORS = ("repair", "repair/rows", "results", "report")
ODD = (
    b"", b"\x00\xff", b"{}", b"[]\n", b"null", b"[" * 5_000, b'{"a":NaN}', b"x" * 300_000,
    b'{"protocol":1}', b'{"protocol":1}\n["a"]\n', "\ud800".encode("utf-8", "surrogatepass"),
)  # fmt: skip


def good(tablet: TestTablet) -> dict[str, bytes]:
    """A request that each door takes."""
    epoch, client = tablet.epoch, tablet.client
    name = tablet.new_id()
    return {
        "repair": encode_sums_request(SumsRequest(epoch, client, AREA, 0, 0)),
        "repair/rows": encode_rows_request(
            RowsRequest(epoch, client, AREA, (0, 255), ((name, "0" * 32),))
        ),
        "results": encode_results_request(ResultsRequest(epoch, client, (name,))),
        "report": encode_report(
            TabletReport(client, 0, 0, None, 0, 0, 0, None, ((name, AREA, 1),), 0, "1")
        ),
    }


@pytest.fixture
def tablet(world: TestOffice) -> TestTablet:
    found = world.tablet("somchai")
    found.creates({"a": "1"})
    found.push()
    return found


@pytest.mark.parametrize("door", DOORS)
def test_odd_bytes_have_an_answer_of_the_400s(tablet: TestTablet, door: str) -> None:
    for body in ODD:
        assert 400 <= tablet.post(door, body).status_code < 500, body[:40]
        packed = tablet.post(door, gzip_bytes(body), **{"Content-Encoding": "gzip"})
        assert 400 <= packed.status_code < 500
    bomb = gzip_bytes(b"0" * 30_000_000)
    assert tablet.post(door, bomb, **{"Content-Encoding": "gzip"}).status_code in (400, 413)
    assert tablet.post(door, b"{}", **{"Content-Type": "text/plain"}).status_code == 415


@pytest.mark.parametrize("door", DOORS)
def test_any_flipped_byte_has_an_answer(tablet: TestTablet, door: str) -> None:
    whole = good(tablet)[door]
    assert tablet.post(door, whole).status_code in (200, 204)
    source = random.Random(5)
    for _ in range(60):
        at = source.randrange(len(whole))
        body = whole[:at] + bytes([source.randrange(256)]) + whole[at + 1 :]
        assert tablet.post(door, body).status_code < 500, body


@pytest.mark.parametrize("door", DOORS)
def test_a_door_opens_to_a_tablet_under_its_own_name_only(
    world: TestOffice, tablet: TestTablet, door: str
) -> None:
    other = world.tablet("wichai", areas=("area:30-1",))
    assert other.post(door, good(tablet)[door]).status_code == 403
    nobody: Any = world.http.post(
        f"/api/v1/sync/{door}",
        data=good(tablet)[door],
        headers={"Content-Type": tablet.headers["Content-Type"]},
    )
    assert nobody.status_code == 401


def test_a_scope_that_is_not_held_is_not_compared(world: TestOffice, tablet: TestTablet) -> None:
    other = world.tablet("wichai", areas=("area:30-1",))
    body = good(other)
    assert other.post("repair", body["repair"]).status_code == 403
    assert other.post("repair/rows", body["repair/rows"]).status_code == 403


def test_another_epoch_is_said(tablet: TestTablet) -> None:
    tablet.epoch = "another"
    for door in ("repair", "repair/rows", "results"):
        reply = tablet.post(door, good(tablet)[door])
        assert (reply.status_code, reply.json["code"]) == (409, "sync.epoch_changed")
