"""The exchange of files against the real office: its order, its cost, and what stops nothing."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field

from server.models import BlobLostRow, BlobRow
from server.services.want_files import withdraw_bad_files
from shared.limits import KIB, MIB, WHOLE_FILE_BYTES_MAX
from sync.exchange import NO_NETWORK, End, HttpReply, HttpRequest
from sync.parts import cut_of
from sync.shelf import FileKind
from tests.support.file_sessions import exchange_files, shelf_of
from tests.support.offices import TestOffice, TestTablet
from tests.support.pictures import picture

SMALL = picture(320, 240)


@dataclass
class InProcess:
    """A tablet's requests handed to the app; `fail_at` are numbers of requests that get lost."""

    tablet: TestTablet
    fail_at: set[int] = field(default_factory=set)
    heard: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    up: int = 0

    def exchange(self, request: HttpRequest) -> HttpReply:
        number = len(self.asked)
        self.asked.append((request.method, request.path))
        self.up += len(request.body)
        if number in self.fail_at and not self.heard:
            return NO_NETWORK
        headers = {**dict(request.headers), "Authorization": f"Bearer {self.tablet.token}"}
        reply = self.tablet.world.http.open(
            request.path, method=request.method, data=request.body, headers=headers
        )
        if number in self.fail_at:
            return NO_NETWORK
        kept = tuple((name.lower(), value) for name, value in reply.headers.items())
        return HttpReply(reply.status_code, kept, reply.data)


class Budget:
    """Lets some kinds through and remembers what they cost."""

    def __init__(self, *kinds: FileKind) -> None:
        self.kinds = set(kinds)
        self.spent = 0

    def may(self, kind: FileKind, size: int) -> bool:
        return kind in self.kinds

    def spend(self, count: int) -> None:
        self.spent += count


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def photo(seed: int, size: int) -> bytes:
    return picture(1600, 1200) + random.Random(seed).randbytes(size)


def test_a_small_file_takes_one_round_trip(world: TestOffice) -> None:
    line = InProcess(world.tablet("somchai"))
    data = photo(1, WHOLE_FILE_BYTES_MAX - 100)
    assert len(data) <= WHOLE_FILE_BYTES_MAX
    report = exchange_files(shelf_of(data), line)
    assert (report.blobs_sent, report.round_trips) == (1, 1)
    assert world.office.blobs.is_sound(name_of(data))


def test_small_pictures_go_before_originals(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    line, data = InProcess(tablet), photo(2, 700 * KIB)
    shelf = shelf_of(data)
    shelf.small[name_of(data)] = SMALL
    shelf.small_unsent.append(name_of(data))
    report = exchange_files(shelf, line)
    assert (report.thumbnails_sent, report.blobs_sent) == (1, 1)
    assert [path.rpartition("/")[2].partition("?")[0] for _, path in line.asked] == [
        "thumbnail", name_of(data), "0", "1", "2", "done",
    ]  # fmt: skip


def test_on_mobile_data_thumbnails_go_and_originals_wait_and_are_counted(
    world: TestOffice,
) -> None:
    line, data = InProcess(world.tablet("somchai")), photo(3, 900 * KIB)
    shelf = shelf_of(data, b"another original")
    shelf.small[name_of(data)] = SMALL
    shelf.small_unsent.append(name_of(data))
    budget = Budget(FileKind.DOCUMENT, FileKind.THUMBNAIL)
    report = exchange_files(shelf, line, budget)
    assert (report.end, report.thumbnails_sent) == (End.DONE, 1)
    assert (report.blobs_sent, report.files_held_back) == (0, 2)
    assert budget.spent == line.up == len(SMALL)
    assert exchange_files(shelf, line).blobs_sent == 2


def test_a_request_or_an_answer_lost_at_any_step_costs_one_part_and_changes_nothing(
    world: TestOffice,
) -> None:
    data = photo(4, 3 * 256 * KIB)
    steps = cut_of(len(data)).count + 2
    for lost in range(steps):
        for heard in (True, False):
            line = InProcess(world.tablet("somchai"), {lost}, heard)
            shelf = shelf_of(data)
            assert exchange_files(shelf, line).end is End.NO_NETWORK
            assert exchange_files(shelf, line).end is End.DONE
            assert shelf.unsent == []
            assert line.up <= len(data) + cut_of(len(data)).part_bytes + 300


def test_a_file_damaged_on_the_tablet_is_told_lost_and_stops_no_other(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    bad, gone, good = photo(5, 700 * KIB), photo(6, 10), photo(7, 10)
    shelf = shelf_of(bad, gone, good)
    shelf.files[name_of(bad)] = bad[:-1] + b"?"
    del shelf.files[name_of(gone)]
    report = exchange_files(shelf, InProcess(tablet))
    assert (report.end, report.blobs_sent, report.files_lost) == (End.DONE, 1, 2)
    with world.office.database.reading() as session:
        for data, reason in ((bad, "damaged"), (gone, "missing")):
            word = session.get(BlobLostRow, (name_of(data), tablet.device))
            assert word is not None
            assert word.reason == reason
    assert exchange_files(shelf, InProcess(tablet)).files_lost == 0, "told once"


def test_a_file_that_the_office_lost_is_sent_again_by_who_sent_it(world: TestOffice) -> None:
    tablet, data = world.tablet("somchai"), photo(8, 700 * KIB)
    shelf, line = shelf_of(data), InProcess(tablet)
    exchange_files(shelf, line)
    (world.office.config.blobs / name_of(data)[:2] / name_of(data)).unlink()
    withdraw_bad_files(world.office, read=False)
    told = HttpReply(200, (("samruat-files-wanted", "1"),))
    report = exchange_files(shelf, line, before=lambda files: files.heed(told))
    assert (report.files_wanted, report.blobs_sent) == (1, 1)
    assert world.office.blobs.is_sound(name_of(data))


def test_files_in_doubt_are_asked_for_at_once_and_only_missing_ones_sent(
    world: TestOffice,
) -> None:
    line = InProcess(world.tablet("somchai"))
    many = [photo(seed, 100) for seed in range(20, 30)]
    exchange_files(shelf_of(*many), line)
    new = photo(99, 100)
    shelf = shelf_of(*many, new)
    shelf.doubted.update(name_of(data) for data in (*many, new))
    line.asked.clear()
    exchange_files(shelf, line)
    assert shelf.unsent == []
    assert line.asked == [("POST", "/api/v1/files/held"), ("PUT", f"/api/v1/blobs/{name_of(new)}")]


def test_a_finding_of_the_office_is_kept_with_the_file_and_is_no_refusal(
    world: TestOffice,
) -> None:
    strange = b"PK\x03\x04 an archive"
    shelf = shelf_of(strange)
    report = exchange_files(shelf, InProcess(world.tablet("somchai")))
    assert (report.end, report.blobs_sent, report.blobs_refused) == (End.DONE, 1, 0)
    assert shelf.codes == {name_of(strange): "blob.unknown_type"}


def test_a_tablet_without_room_lets_go_of_what_the_office_named_and_of_nothing_else(
    world: TestOffice,
) -> None:
    line = InProcess(world.tablet("somchai"))
    backed_up, only_held = photo(41, 100), photo(42, 100)
    shelf = shelf_of(backed_up, only_held)
    exchange_files(shelf, line)
    world.clock.now += 46 * 24 * 3600 * 1000
    with world.office.database.writing() as session:
        row = session.get(BlobRow, name_of(backed_up))
        assert row is not None
        row.backed_up_at = world.clock.now
    shelf.old = [name_of(backed_up), name_of(only_held)]
    exchange_files(shelf, line)
    assert list(shelf.files) == [name_of(only_held)]


def test_a_download_is_read_by_range_from_where_it_stopped(world: TestOffice) -> None:
    tablet, data = world.tablet("somchai"), photo(9, 2 * MIB)
    exchange_files(shelf_of(data), InProcess(tablet))
    shelf = shelf_of()
    shelf.asked.append(name_of(data))
    assert exchange_files(shelf, InProcess(tablet, {2})).end is End.NO_NETWORK
    assert shelf.begun(name_of(data)) == 2 * WHOLE_FILE_BYTES_MAX
    line = InProcess(tablet)
    assert exchange_files(shelf, line).blobs_received == 1
    assert len(line.asked) == 3
    assert shelf.files[name_of(data)] == data


def test_somebody_elses_answers_are_no_network(world: TestOffice) -> None:
    """A captive portal answers 200 to everything; nothing is confirmed and nothing kept."""

    class Portal:
        def exchange(self, request: HttpRequest) -> HttpReply:
            return HttpReply(200, (("content-type", "text/html"),), b"<h1>Welcome</h1>")

    data = photo(10, 800 * KIB)
    shelf = shelf_of(data, b"small")
    shelf.asked.append(name_of(b"wanted"))
    assert exchange_files(shelf, Portal()).end is End.NO_NETWORK
    assert len(shelf.unsent) == 2
    only = shelf_of()
    only.asked.append(name_of(b"wanted"))
    assert exchange_files(only, Portal()).end is End.NO_NETWORK
    assert only.files == {}
    assert world.office is not None
