"""Receiving without a network: what the tablet and the office compute for a first download.

    python -m tests.bench.part_pull_profile [--count N] [--profile pages|segments|lines|making]

Processor time for one inspection, in microseconds: the office making its segments, a tablet taking
them, taking the same as pages, listing what it took; beside a client that reads the same values as
plain JSON into one table. Nothing else is around, so that a change of either side shows.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from mobile.services.tablet import Tablet
from mobile.store import base
from server.app import create_app, office_of
from server.config import Config
from server.services.build_segments import build_segments
from server.services.read_feed import Budget, read_page
from server.store.office import Office
from server.store.segment_folder import Feed
from shared.limits import PULL_BYTES_MAX
from sync import codec
from sync.messages import Page, PullAnswer
from sync.segments import Segment, read_segment
from tests.bench.inspections import fill_in, plain
from tests.bench.offices import Furnished, furnish, open_at, serving, synchronised
from tests.support.offices import AREA

ROUNDS = 5
MAKE, PLAIN = "the office makes segments", "one table of plain JSON"
TAKE, PAGES, LIST = "taking segments", "taking the same as pages", "listing what was taken"
NOWHERE = "http://127.0.0.1:9"


def handed_in(room: Path, count: int) -> Furnished:
    """An office that has received that many inspections, and a tablet that has none of them."""
    made = furnish(room)
    writer = open_at(made.homes[0], NOWHERE)
    fill_in(writer, count)
    writer.close()
    with serving(made.data) as (address, _):
        synchronised(open_at(made.homes[0], address)).close()
    return made


def segments_of(office: Office) -> list[tuple[Segment, bytes]]:
    """The area's segments with their files."""
    found = office.segments.of_feed(Feed(office.epoch.text, AREA))
    return [(segment, office.segments.read(segment) or b"") for segment in found]


def pages_of(office: Office) -> list[bytes]:
    """The same as bodies of pulls, compressed as the office sends them."""
    out: list[bytes] = []
    cursor, head = 0, office.segments.of_feed(Feed(office.epoch.text, AREA))[-1].end
    while cursor < head:
        with office.database.reading() as session:
            page = read_page(session, AREA, cursor, head, Budget(PULL_BYTES_MAX))
        answer = PullAnswer(1, "e", "c", None, 0, 0, "0" * 64, None, (page,))
        out.append(codec.gzip_bytes(codec.lines_of(codec.encode_pull_answer(answer))))
        cursor = page.cursor
    return out


def take_segments(tablet: Tablet, office: Office, files: list[tuple[Segment, bytes]]) -> None:
    for segment, data in files:
        page = read_segment(segment, office.epoch.text, data, 2**40)
        assert tablet.replica.apply_page(page)


def take_pages(tablet: Tablet, bodies: list[bytes]) -> None:
    for body in bodies:
        for page in codec.decode_pull_answer(codec.gunzip_bytes(body, 2**23)).pages:
            assert tablet.replica.apply_page(
                Page(AREA, page.from_cursor, page.cursor, 2**40, page.rows)
            )


def take_plain(path: Path, bodies: list[bytes]) -> None:
    """The floor's client: every object read, written again, and put into one table."""
    client = sqlite3.connect(path, isolation_level=None)
    client.execute("PRAGMA journal_mode=WAL")
    client.execute("PRAGMA synchronous=FULL")
    client.execute("CREATE TABLE doc(id TEXT PRIMARY KEY, body TEXT)")
    for body in bodies:
        rows = json.loads(codec.gunzip_bytes(body, 2**25))
        client.execute("BEGIN")
        client.executemany(
            "INSERT INTO doc VALUES (?, ?)",
            [(row["id"], json.dumps(row, ensure_ascii=False)) for row in rows],
        )
        client.execute("COMMIT")
    client.close()


class Receiver:
    """A fresh copy of the tablet for every round."""

    def __init__(self, room: Path, home: Path) -> None:
        self._room, self._home = room, home
        self._number = 0

    def new(self) -> Tablet:
        self._number += 1
        home = self._room / f"fresh-{self._number}"
        shutil.copytree(self._home, home)
        return open_at(home, NOWHERE)


def timed(act: Callable[[], object], profile: bool = False) -> float:
    """Processor seconds of an act; with `profile`, where they went."""
    watch = cProfile.Profile()
    began = time.process_time()
    if profile:
        watch.enable()
    act()
    watch.disable()
    took = time.process_time() - began
    if profile:
        pstats.Stats(watch).sort_stats("tottime").print_stats(25)
    return took


def main() -> None:
    """Measure in turns; print a table, or the profile that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--profile", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pull-", dir=Path("var").resolve()) as folder:
        room = Path(folder)
        made = handed_in(room / "template", asked.count)
        office = office_of(create_app(Config(made.data, pages=False)))
        shutil.rmtree(office.config.segments, ignore_errors=True)
        found = measured(room, made, office, asked.count, asked.profile)
        office.database.close()
    for name, times in found.items():
        print(f"{name:<48}{median(times) / asked.count * 1e6:>8.0f} us")


def measured(
    room: Path, made: Furnished, office: Office, count: int, profile: str
) -> dict[str, list[float]]:
    """Seconds of every round, by what was done."""
    making = timed(lambda: build_segments(office), profile == "making")
    files, bodies = segments_of(office), pages_of(office)
    texts = [json.dumps(plain(number), ensure_ascii=False) for number in range(count)]
    flat = [
        codec.gzip_bytes(("[" + ",".join(texts[at : at + 1_000]) + "]").encode())
        for at in range(0, count, 1_000)
    ]
    receiver = Receiver(room, made.homes[1])
    found: dict[str, list[float]] = {name: [] for name in (MAKE, PLAIN, TAKE, PAGES, LIST)}
    found[MAKE].append(making)
    for number in range(1 if profile else ROUNDS):
        path = room / f"plain-{number}.sqlite3"
        found[PLAIN].append(timed(lambda path=path: take_plain(path, flat)))  # type: ignore[misc]
        for name, act, asked in (
            (TAKE, lambda t: take_segments(t, office, files), "segments"),
            (PAGES, lambda t: take_pages(t, bodies), "pages"),
        ):
            tablet = receiver.new()
            found[name].append(timed(lambda t=tablet, a=act: a(t), profile == asked))  # type: ignore[misc]
            assert dict(base.recount(tablet.database.reader())) == dict(
                tablet.replica.standing().digests
            )
            if name == TAKE:
                lines = timed(tablet.synchroniser.prepare_lines, profile == "lines")
                found[LIST].append(lines)
            tablet.close()
    sizes = {"segments": sum(len(d) for _, d in files), "pages": sum(map(len, bodies))}
    sizes["plain JSON"] = sum(map(len, flat))
    print({name: round(size / count) for name, size in sizes.items()}, "bytes for one, gzip")
    return found


if __name__ == "__main__":
    main()
