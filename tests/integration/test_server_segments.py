"""Segments of the real office on both databases: the first download, whole, resumable, by right."""

from __future__ import annotations

import os
import time

from sqlalchemy import update

from server.models import DeviceAreaRow
from server.services.build_segments import build_segments
from shared.records.state import decode_state
from sync import codec
from sync.messages import Leave, PullRequest, Put
from sync.segments import Segment, SegmentList, Sizes, decode_list, read_segment
from sync.version import PROTOCOL
from tests.support.offices import AREA, OTHER_AREA, TestOffice, TestTablet

SMALL = Sizes(growth=4, full=3_000)


def listed(tablet: TestTablet, cursor: int = 0, scope: str = AREA) -> SegmentList:
    request = PullRequest(PROTOCOL, tablet.epoch, tablet.client, {scope: cursor}, 1 << 20)
    reply = tablet.post("segments", codec.encode_pull(request))
    assert reply.status_code == 200, reply.data
    return decode_list(reply.data)


def fetch(tablet: TestTablet, segment: Segment, **headers: str) -> tuple[int, bytes]:
    path = f"/api/v1/sync/segments/{segment.sha256}"
    reply = tablet.world.http.get(path, headers={**tablet.headers, **headers})
    return reply.status_code, reply.data


def downloaded(tablet: TestTablet, found: SegmentList) -> dict[str, bytes]:
    """What a tablet holds after these segments, by their rule."""
    held: dict[str, bytes] = {}
    for segment in found.segments:
        for row in read_segment(segment, tablet.epoch, fetch(tablet, segment)[1], 99).rows:
            if isinstance(row, Leave):
                held.pop(row.record, None)
            else:
                assert isinstance(row, Put)
                held[decode_state(row.state).record] = row.state
    return held


def filled(world: TestOffice, count: int = 12) -> TestTablet:
    tablet = world.tablet("somchai")
    for number in range(count):
        tablet.creates({"a": f"บันทึก {number}", "b": str(number)})
    tablet.push()
    tablet.pull()
    return tablet


def test_segments_and_the_tail_are_what_pages_alone_bring(world: TestOffice) -> None:
    tablet = filled(world)
    assert build_segments(world.office, sizes=SMALL) > 2
    found = listed(tablet)
    assert [s.start for s in found.segments] == [0, *(s.end for s in found.segments[:-1])]
    for record in list(tablet.states)[:3]:
        tablet.sets(record, {"a": "ใหม่"})
    tablet.creates({"a": "ท้าย"})
    tablet.push()
    held = downloaded(tablet, found)
    fresh = world.tablet("malee")
    fresh.cursors = {AREA: found.segments[-1].end}
    for page in fresh.pull_answer().pages:
        for row in page.rows:
            assert isinstance(row, Put)
            held[decode_state(row.state).record] = row.state
    tablet.pull()
    assert held == {r: body for r, (scope, _, body) in tablet.bodies.items() if scope == AREA}


def test_a_set_grows_by_what_is_new_and_full_segments_stay(world: TestOffice) -> None:
    tablet = filled(world)
    build_segments(world.office, sizes=SMALL)
    before = listed(tablet).segments
    assert build_segments(world.office, sizes=SMALL) == 0
    for number in range(8):
        tablet.creates({"a": f"อีก {number}"})
    tablet.push()
    build_segments(world.office, sizes=SMALL)
    after = listed(tablet).segments
    assert after[: len(before) - 1] == before[:-1]
    assert after[-1].end > before[-1].end


def test_a_set_of_which_half_was_replaced_is_made_anew(world: TestOffice) -> None:
    tablet = filled(world)
    build_segments(world.office, sizes=SMALL)
    first = listed(tablet).segments
    for _ in range(2):
        for record in list(tablet.states):
            tablet.sets(record, {"a": "ใหม่"})
        tablet.push()
        tablet.pull()
    build_segments(world.office, sizes=SMALL)
    anew = listed(tablet).segments
    assert not {s.sha256 for s in first} & {s.sha256 for s in anew}
    assert sum(s.rows for s in anew) == 12


def test_segments_of_an_area_are_for_tablets_that_hold_it(world: TestOffice) -> None:
    tablet = filled(world)
    build_segments(world.office, sizes=SMALL)
    found = listed(tablet)
    stranger = world.tablet("wichai", areas=(OTHER_AREA,))
    assert listed(stranger).segments == ()
    assert fetch(stranger, found.segments[0])[0] == 404
    assert fetch(tablet, found.segments[0])[0] == 200
    with world.office.database.writing() as session:
        session.execute(
            update(DeviceAreaRow).where(DeviceAreaRow.device == tablet.device).values(until=1)
        )
    assert listed(tablet).segments == ()
    assert fetch(tablet, found.segments[1])[0] == 404


def test_a_range_of_a_segment_is_read_with_the_same_right(world: TestOffice) -> None:
    tablet = filled(world)
    build_segments(world.office, sizes=SMALL)
    segment = listed(tablet).segments[0]
    whole = fetch(tablet, segment)[1]
    status, rest = fetch(tablet, segment, Range="bytes=100-")
    assert (status, rest) == (206, whole[100:])
    stranger = world.tablet("wichai", areas=(OTHER_AREA,))
    assert fetch(stranger, segment, Range="bytes=100-")[0] == 404


def test_a_cursor_between_two_segments_is_left_to_pages(world: TestOffice) -> None:
    tablet = filled(world)
    build_segments(world.office, sizes=SMALL)
    segments = listed(tablet).segments
    assert listed(tablet, segments[0].end).segments == segments
    assert listed(tablet, segments[0].end - 1).segments == ()


def test_the_folder_may_be_damaged_or_deleted_and_is_made_again(world: TestOffice) -> None:
    tablet = filled(world)
    build_segments(world.office, sizes=SMALL)
    segments = listed(tablet).segments
    folder = world.office.config.segments
    (folder / segments[1].sha256).unlink()
    assert fetch(tablet, segments[1])[0] == 404
    build_segments(world.office, sizes=SMALL)
    assert fetch(tablet, segments[1])[0] == 200
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert listed(tablet).segments == ()
    build_segments(world.office, sizes=SMALL)
    assert listed(tablet).segments == segments


def test_a_manifest_that_cannot_be_read_counts_as_none(world: TestOffice) -> None:
    tablet = filled(world)
    build_segments(world.office, sizes=SMALL)
    segments = listed(tablet).segments
    for path in world.office.config.segments.glob("*.json"):
        path.write_bytes(path.read_bytes()[:-20])
    assert listed(tablet).segments == ()
    build_segments(world.office, sizes=SMALL)
    assert listed(tablet).segments == segments


def test_a_build_stopped_after_any_segment_leaves_a_finished_set(world: TestOffice) -> None:
    tablet = filled(world)
    whole = _segments_when_stopped_after(world, tablet, 100)
    for number in range(1, len(whole)):
        for path in world.office.config.segments.iterdir():
            path.unlink()
        assert _segments_when_stopped_after(world, tablet, number) == whole[:number]


def _segments_when_stopped_after(
    world: TestOffice, tablet: TestTablet, number: int
) -> tuple[Segment, ...]:
    left = [number]

    def pause(_: float) -> bool:
        left[0] -= 1
        return left[0] == 0

    build_segments(world.office, pause, SMALL)
    return listed(tablet).segments


def test_one_process_builds_at_a_time(world: TestOffice) -> None:
    filled(world)
    with world.office.segments.building() as ours:
        assert ours
        assert build_segments(world.office, sizes=SMALL) == 0
    assert build_segments(world.office, sizes=SMALL) > 0


def test_what_an_interrupted_build_left_is_swept_and_what_is_new_stays(world: TestOffice) -> None:
    filled(world)
    build_segments(world.office, sizes=SMALL)
    folder = world.office.config.segments
    old, new = folder / "new-old", folder / "new-new"
    for path in (old, new):
        path.write_bytes(b"half")
    long_ago = time.time() - 86_400
    os.utime(old, (long_ago, long_ago))
    count = len(list(folder.iterdir()))
    build_segments(world.office, sizes=SMALL)
    assert not old.exists()
    assert new.exists()
    assert len(list(folder.iterdir())) == count - 1


def test_segments_of_an_earlier_epoch_are_not_offered(world: TestOffice) -> None:
    tablet = filled(world)
    build_segments(world.office, sizes=SMALL)
    segments = listed(tablet).segments
    world.office.epoch.text = "f" * 32
    tablet.epoch = "f" * 32
    assert listed(tablet).segments == ()
    assert fetch(tablet, segments[0])[0] == 404


def test_a_request_of_another_epoch_is_told_so(world: TestOffice) -> None:
    tablet = filled(world)
    request = PullRequest(PROTOCOL, "0" * 32, tablet.client, {AREA: 0}, 1 << 20)
    reply = tablet.post("segments", codec.encode_pull(request))
    assert reply.status_code == 409
    assert reply.json["code"] == "sync.epoch_changed"
