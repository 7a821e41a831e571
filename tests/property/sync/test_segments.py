"""The first download by segments ends where pages alone would, whatever happens on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import BadInput
from shared.records.state import RecordState
from sync.exchange import NO_NETWORK, End, HttpReply, HttpRequest, Stop
from sync.messages import Leave, Page, Put
from sync.pulling import Pulling
from sync.reports import Act, Ask, Progress, SessionReport, Step
from sync.segments import SEGMENTS, SegmentList, decode_list, encode_list, read_segment
from tests.support.memory_replica import MemoryReplica, Row, Rows, Rules
from tests.support.segment_server import SIZES, SegmentServer
from tests.support.tablets import DEVICE

Answer = Callable[[HttpRequest], HttpReply]


def fresh(server: SegmentServer) -> MemoryReplica:
    replica = MemoryReplica(DEVICE, server.epoch)
    replica.hold_scopes(server.scopes)
    return replica


def pulls(
    replica: MemoryReplica, answer: Answer, progress: list[Progress] | None = None
) -> SessionReport:
    """One session's pull half, to its end."""
    report = SessionReport()
    told: list[Progress] = [] if progress is None else progress

    def ask(request: HttpRequest):  # type: ignore[no-untyped-def]
        reply = yield request
        if reply.status == 0:
            raise Stop(End.NO_NETWORK)
        return reply

    def never(_: HttpReply) -> Act:
        yield from ()

    typed: Ask = ask
    talk = Pulling(replica, typed, report, told.append, never, far_behind=2).run()
    try:
        request = next(talk)
        while True:
            request = talk.send(answer(request))
    except StopIteration:
        pass
    except Stop as stop:
        report.end = stop.end
    return report


def agrees(replica: MemoryReplica, server: SegmentServer) -> None:
    for scope in server.scopes:
        held = {
            r: (row.revision, row.state) for r, row in replica.rows.items() if row.scope == scope
        }
        assert held == server.rows(scope)
        assert replica.digests[scope] == server.total(scope)


def story(seed: int, server: SegmentServer, rules: Rules) -> tuple[MemoryReplica, SessionReport]:
    """A history with segments made at any time, and downloads of it with whatever goes wrong."""
    choice = random.Random(seed)
    server.scopes = choice.choice((server.areas, server.areas[:1], server.areas[1:]))
    for _ in range(choice.randrange(60)):
        server.acts(choice)
        if choice.random() < 0.2:
            server.builds(choice.choice(server.areas))
    replica = MemoryReplica(DEVICE, server.epoch, rules)
    replica.hold_scopes(server.scopes)

    def answer(request: HttpRequest) -> HttpReply:
        """Things go on happening; answers are lost, files damaged, replaced, gone."""
        luck = choice.random()
        if luck < 0.3:
            server.acts(choice)
        if luck < 0.15:
            server.builds(choice.choice(server.areas))
        if luck > 0.93:
            return NO_NETWORK
        reply = server.answer(request)
        if request.path.startswith(SEGMENTS + "/") and luck > 0.8:
            return replace(reply, body=damaged(reply.body, choice))
        return reply

    for _ in range(6):
        pulls(replica, answer)
    return replica, pulls(replica, server.answer)


@given(st.integers(0, 10**9))
@settings(max_examples=200, deadline=None)
def test_any_history_with_segments_made_at_any_time_ends_as_the_office_has_it(seed: int) -> None:
    server = SegmentServer()
    replica, report = story(seed, server, Rules())
    assert (report.end, report.mismatched) == (End.DONE, [])
    agrees(replica, server)


def put_whatever_is_held(rows: Rows, scope: str, state: RecordState, data: bytes) -> None:
    """A wrong rule: what a segment says replaces whatever is held."""
    rows[state.record] = Row(scope, state.revision, data)


def leave_every_scope(rows: Rows, scope: str, leave: Leave) -> None:
    """A wrong rule: a leave takes the record away wherever it is now."""
    rows.pop(leave.record, None)


class ForgetsLeaves(SegmentServer):
    """A wrong office: segments after the first leave out what left, as the first may."""

    def page(self, scope: str, cursor: int, bytes_max: int) -> Page:
        found = super().page(scope, cursor, bytes_max)
        if bytes_max != SIZES.full:
            return found
        return replace(found, rows=tuple(row for row in found.rows if isinstance(row, Put)))


@pytest.mark.parametrize(
    ("server", "rules"),
    [
        (SegmentServer, Rules(put=put_whatever_is_held)),
        (SegmentServer, Rules(leave=leave_every_scope)),
        (ForgetsLeaves, Rules()),
    ],
    ids=["put whatever is held", "leave every scope", "segments without leaves"],
)
def test_a_wrong_rule_is_noticed_by_the_digests(server: type[SegmentServer], rules: Rules) -> None:
    noticed = 0
    for seed in range(60):
        _, report = story(seed, server(), rules)
        noticed += bool(report.mismatched)
    assert noticed > 0


def damaged(body: bytes, choice: random.Random) -> bytes:
    if not body:
        return body
    place = choice.randrange(len(body))
    return choice.choice((body[:place], body[:place] + b"\x00" + body[place + 1 :], b"<html>"))


def settled(count: int = 30) -> SegmentServer:
    server = SegmentServer(("area:1",))
    for number in range(count):
        server.writes(number, "ก" * 9, "area:1")
    server.builds("area:1")
    return server


def test_what_segments_brought_is_not_asked_for_again_after_a_cut() -> None:
    server = settled()
    replica = fresh(server)
    names = [s.sha256 for s in server.sets["area:1"]]
    assert len(names) > 3
    fetched: list[str] = []

    def answer(request: HttpRequest) -> HttpReply:
        if request.path.startswith(SEGMENTS + "/"):
            if len(fetched) == 2:
                return NO_NETWORK
            fetched.append(request.path.rpartition("/")[2])
        return server.answer(request)

    assert pulls(replica, answer).end is End.NO_NETWORK
    server.asked.clear()
    pulls(replica, server.answer)
    later = [p.rpartition("/")[2] for p in server.asked if p.startswith(SEGMENTS + "/")]
    assert [*fetched, *later] == names
    agrees(replica, server)


def test_the_progress_counts_records_and_bytes_to_the_end() -> None:
    server = settled()
    progress: list[Progress] = []
    pulls(fresh(server), server.answer, progress)
    seen = [p for p in progress if p.step is Step.DOWNLOAD]
    sizes = [s.size for s in server.sets["area:1"]]
    rows = [s.rows for s in server.sets["area:1"]]
    assert [p.bytes_done for p in seen] == [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    assert [p.done for p in seen] == [sum(rows[:i]) for i in range(len(rows) + 1)]
    assert {(p.total, p.bytes_total) for p in seen} == {(sum(rows), sum(sizes))}


def test_a_segment_damaged_once_is_fetched_again_and_damaged_twice_left_to_pages() -> None:
    for times in (1, 2):
        server = settled()
        replica = fresh(server)
        bad = server.sets["area:1"][1].sha256
        left = [times]

        def answer(
            request: HttpRequest,
            server: SegmentServer = server,
            bad: str = bad,
            left: list[int] = left,
        ) -> HttpReply:
            reply = server.answer(request)
            if request.path.endswith(bad) and left[0]:
                left[0] -= 1
                return replace(reply, body=reply.body[:-1])
            return reply

        report = pulls(replica, answer)
        assert (report.end, report.mismatched) == (End.DONE, [])
        agrees(replica, server)
        asked = [p for p in server.asked if p.startswith(SEGMENTS + "/")]
        assert len(asked) == (len(server.sets["area:1"]) + 1 if times == 1 else 3)


def test_a_segment_of_an_old_epoch_is_refused_and_pages_bring_the_rest() -> None:
    server = settled()
    old = list(server.sets["area:1"])
    files = dict(server.files)
    server.epoch = "epoch-2"
    server.writes(0, "ใหม่", "area:1")
    server.files, server.sets["area:1"] = files, old
    replica = fresh(server)
    report = pulls(replica, server.answer)
    assert (report.end, report.mismatched) == (End.DONE, [])
    agrees(replica, server)
    assert sum(p.startswith(SEGMENTS + "/") for p in server.asked) == 2


def test_a_segment_of_another_scope_is_refused() -> None:
    server = SegmentServer()
    for number in range(20):
        server.writes(number, "ก" * 9, "area:2" if number % 2 else "area:1")
    for scope in server.scopes:
        server.builds(scope)
    first, other = server.sets["area:1"][0], server.sets["area:2"][0]
    passed_off = replace(first, sha256=other.sha256, size=other.size, rows=other.rows)
    with pytest.raises(BadInput, match="another epoch, scope or place"):
        read_segment(passed_off, server.epoch, server.files[other.sha256], 20)


def test_a_scope_revoked_half_way_brings_no_more_of_it() -> None:
    server = SegmentServer()
    for number in range(40):
        server.writes(number, "ก" * 9, "area:2" if number % 2 else "area:1")
    for scope in server.scopes:
        server.builds(scope)
    replica = fresh(server)
    count = [0]

    def answer(request: HttpRequest) -> HttpReply:
        if request.path.startswith(SEGMENTS + "/"):
            count[0] += 1
            if count[0] == 3:
                server.scopes = ("area:2",)
                for segment in server.sets.pop("area:1"):
                    server.files.pop(segment.sha256)
        return server.answer(request)

    report = pulls(replica, answer)
    assert report.end is End.DONE
    assert set(replica.cursors) == {"area:2"}
    agrees(replica, server)


def test_a_list_cut_anywhere_is_no_list() -> None:
    server = settled()
    replica = fresh(server)

    def answer(request: HttpRequest) -> HttpReply:
        reply = server.answer(request)
        return replace(reply, body=reply.body[:-9]) if request.path == SEGMENTS else reply

    assert pulls(replica, answer).end is End.DONE
    agrees(replica, server)
    assert not any(p.startswith(SEGMENTS + "/") for p in server.asked)


def test_a_list_comes_out_as_it_went_in() -> None:
    server = settled()
    found = SegmentList("epoch-1", "client", {"area:1": 30}, tuple(server.sets["area:1"]))
    assert decode_list(encode_list(found)) == found
