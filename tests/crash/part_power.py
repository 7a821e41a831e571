"""The power goes: what was confirmed is on the disk, whatever became of writes not synchronised.

The shipped tablet and server run under strace; from what they did to their files, the disks that a
power cut may leave are laid out, and opened again. As root, with xfsprogs, a real file system is
shut down under a tablet, too. Weaker settings, planted, lose.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mobile.services.tablet import Tablet
from shared.canonical import canonical_text
from tests.crash.checks import (
    Broken,
    acknowledged,
    files_believed,
    office_holds,
    sha256_of,
    told_of,
)
from tests.crash.checks import check_tablet as check_opened
from tests.crash.children import Child, ChildBroke, Tell
from tests.crash.day import Day, open_home
from tests.crash.disk import CHOICES, TRACE, Call, Disk, lay_out, nothing, read_trace
from tests.crash.stage import Stage, say, sqlite_stage
from tests.support.offices import open_office
from tests.support.tablet_day import Told, held

NOBODY = "http://127.0.0.1:9"
XFS_BYTES = 320 * 1024 * 1024


@dataclass
class Kept:
    """Of what was confirmed before the cut, how much was there after it."""

    values: int = 0
    of_values: int = 0
    files: int = 0
    of_files: int = 0

    def __str__(self) -> str:
        return f"{self.values} of {self.of_values} saves, {self.files} of {self.of_files} files"

    @property
    def everything(self) -> bool:
        """Is nothing lost?"""
        return (self.values, self.files) == (self.of_values, self.of_files)


def run_power_part(
    folder: Path, *, trace: bool, small: bool, seed: int
) -> tuple[Counter[str], str]:
    """Cut the power of tablet and server; how many disks were opened again, and in words."""
    if not trace:
        return Counter(), "not run, as nothing can be traced here"
    cuts: Counter[str] = Counter()
    source = random.Random(seed)
    _tablet(folder / "tablet", source, small, cuts)
    _server(folder / "server", source, small, cuts)
    if not small:
        _xfs(folder / "xfs", cuts)
    return cuts, f"{cuts.total()} disks after a power cut opened again"


# -- the tablet


def _tablet(folder: Path, source: random.Random, small: bool, cuts: Counter[str]) -> None:
    stage = sqlite_stage(folder, tablets=1)
    home = stage.homes[0]
    begun = Disk.of([home])
    shipped = _traced_day(stage, 1, lambda _: None)
    every = 4 if small else 1
    for moment, told in _moments(shipped.told, every):
        disk = _disk_at(begun, shipped.calls, moment)
        for choice in CHOICES:
            kept = _opened(disk.after_the_cut(choice, source), home, folder / "after", told)
            if not kept.everything:
                raise Broken(f"I4: after a power cut ({choice.__name__}) {kept}")
            cuts["tablet, as shipped"] += 1
    moment, told = next(_moments(shipped.told, 1))
    files = str(home / "files")
    hasty = _disk_at(begun, shipped.calls, moment, lambda path: path.startswith(files))
    kept = _opened(hasty.after_the_cut(nothing, source), home, folder / "after", told)
    say(f"  tablet, files renamed without being synchronised (planted): kept {kept}")
    if kept.files:
        raise Broken("a file that was never synchronised cannot be kept by this disk")
    _restore(begun, home)
    weaker = _traced_day(stage, 2, _without_full)
    moment, told = next(_moments(weaker.told, 1))
    disk = _disk_at(begun, weaker.calls, moment)
    kept = _opened(disk.after_the_cut(nothing, source), home, folder / "after", told)
    say(f"  tablet, WAL with synchronous=NORMAL (planted): kept {kept}")
    if kept.values == kept.of_values:
        raise Broken("the weaker setting lost nothing: this test cannot fail")


def _without_full(tablet: Tablet) -> None:
    """The weaker setting, planted."""
    tablet.database._writer.execute("PRAGMA synchronous=NORMAL")


@dataclass
class Traced:
    """What a process did to its files, and what it told meanwhile."""

    calls: list[Call]
    told: list[dict[str, Any]]


def _traced_day(stage: Stage, number: int, plant: Callable[[Tablet], None]) -> Traced:
    log = stage.folder / f"day-{number}.strace"
    picture, home = stage.picture(number), stage.homes[0]

    def work(tell: Tell) -> None:
        tablet = open_home(home, NOBODY, threads=True)
        plant(tablet)
        timed: Tell = lambda what: tell({**what, "at": time.time()})  # noqa: E731
        Day(tablet, number, stage.shared, picture, timed).run(synchronises=False)

    ended = Child(work, ["-o", str(log), *TRACE]).ends()
    return Traced(list(read_trace(log)), ended.told)


def _moments(told: list[dict[str, Any]], every: int) -> Iterator[tuple[float, Told]]:
    """Each confirmation: when it was told, and all that was confirmed until then."""
    for count in range(len(told), 0, -every):
        yield told[count - 1]["at"], told_of(told[:count])


def _disk_at(
    begun: Disk,
    calls: list[Call],
    moment: float,
    unsynced: Callable[[str], bool] = lambda _: False,
) -> Disk:
    disk = begun.again()
    for call in calls:
        if call.at <= moment:
            disk.does(call, unsynced)
    return disk


def _opened(files: dict[str, bytes], home: Path, after: Path, told: Told) -> Kept:
    """Start the tablet on what is left, and count; what is whole is checked in every way."""
    shutil.rmtree(after, ignore_errors=True)
    lay_out(files, home, after)
    tablet = open_home(after, NOBODY, threads=False)
    try:
        here = held(_Here(tablet))  # type: ignore[arg-type]
        values = [(r, f, canonical_text(v)) in here for r, f, v in told.saved]
        paths = [tablet.attacher.path(sha256) for sha256 in told.files]
        sound = [
            path is not None and sha256_of(path) == sha256
            for sha256, path in zip(told.files, paths, strict=True)
        ]
        kept = Kept(sum(values), len(values), sum(sound), len(sound))
        if kept.everything:
            check_opened(tablet, told)
        return kept
    finally:
        tablet.close()


@dataclass
class _Here:
    app: Tablet


def _restore(disk: Disk, home: Path) -> None:
    """Put a tablet's folder back to what it was."""
    shutil.rmtree(home)
    lay_out(disk.after_the_cut(nothing, random.Random(0)), home, home)


# -- the server


@dataclass
class Confirmed:
    """What a tablet believed to be in the office at a moment (Unix seconds)."""

    at: float
    changes: set[str]
    files: set[str]


def _server(folder: Path, source: random.Random, small: bool, cuts: Counter[str]) -> None:
    stage = sqlite_stage(folder, tablets=1)
    begun, calls, confirmed = _traced_service(stage, days=2 if small else 8, weaker=False)
    for one in confirmed:
        disk = _disk_at(begun, calls, one.at)
        for choice in CHOICES:
            files = disk.after_the_cut(choice, source)
            kept = _served(stage, files, folder, one)
            if not kept.everything:
                raise Broken(f"I6: after a power cut ({choice.__name__}) {kept}")
            cuts["server, as shipped"] += 1
    begun, calls, confirmed = _traced_service(stage, days=2, weaker=True)
    disk = _disk_at(begun, calls, confirmed[-1].at)
    weak = _served(stage, disk.after_the_cut(nothing, source), folder, confirmed[-1])
    say(f"  server, WAL with synchronous=NORMAL (planted): its database kept {weak}")
    if weak.values == weak.of_values:
        raise Broken("the weaker setting lost nothing: this test cannot fail")


def _traced_service(
    stage: Stage, days: int, *, weaker: bool
) -> tuple[Disk, list[Call], list[Confirmed]]:
    """A tablet hands its days in; what the server did, and what the tablet believed after each."""
    stage.serves(weaker=weaker)
    assert stage.server is not None
    begun = Disk.of([stage.data, stage.folder / "databases"])
    log = stage.folder / f"server-{weaker}.strace"
    stage.server.trace(["-o", str(log), *TRACE])
    tablet = open_home(stage.homes[0], stage.address, threads=False)
    confirmed = []
    for number in range(days):
        picture = stage.picture(100 + number + 50 * weaker)
        Day(tablet, number, stage.shared, picture, lambda _: None).brief()
        confirmed.append(Confirmed(time.time(), acknowledged(tablet), files_believed(tablet)))
    tablet.close()
    stage.stops()
    return begun, list(read_trace(log)), confirmed


def _served(stage: Stage, files: dict[str, bytes], folder: Path, one: Confirmed) -> Kept:
    """Look into what is left of the office; when nothing lacks, it must also start."""
    after = folder / "after"
    shutil.rmtree(after, ignore_errors=True)
    lay_out(files, folder, after)
    url = stage.url.replace(str(folder), str(after))
    left = replace(stage, folder=after, url=url)
    office = office_holds(left)
    kept = Kept(
        len(one.changes & set(office.changes)),
        len(one.changes),
        len(one.files & office.files),
        len(one.files),
    )
    if kept.everything:
        open_office(left.data, url).close()
    return kept


# -- a real file system


def _xfs(folder: Path, cuts: Counter[str]) -> None:
    """A tablet on XFS in a loop device, which is shut down under it without flushing its log."""
    tools = all(shutil.which(name) for name in ("mkfs.xfs", "xfs_io", "mount"))
    if os.geteuid() != 0 or not tools:
        say("  a real file system shut down: not run, it needs root and xfsprogs")
        return
    stage = sqlite_stage(folder, tablets=1)
    image, place = folder / "disk.img", folder / "disk"
    place.mkdir()
    for number, (weaker, confirmations) in enumerate(XFS_CUTS):
        with image.open("wb") as file:
            file.truncate(XFS_BYTES)
        _command("mkfs.xfs", "-q", "-f", str(image))
        with _mounted(image, place):
            home = place / "tablet"
            shutil.copytree(stage.homes[0], home)
            os.sync()
            told = _until_cut(stage, home, place, number, confirmations, weaker=weaker)
        with _mounted(image, place):
            tablet = open_home(place / "tablet", NOBODY, threads=False)
            here = held(_Here(tablet))  # type: ignore[arg-type]
            lost = [v for v in told.saved if (v[0], v[1], canonical_text(v[2])) not in here]
            files = [tablet.attacher.path(sha256) for sha256 in told.files]
            tablet.close()
        name = "synchronous=NORMAL (planted)" if weaker else "as shipped"
        cuts[f"tablet on XFS, {name}"] += 1
        if weaker and not lost:
            raise Broken("the weaker setting lost nothing on XFS: this test cannot fail")
        if not weaker and (lost or None in files):
            raise Broken(f"I4: lost on XFS after a power cut: {lost}, files {files}")


XFS_CUTS = (*((False, count) for count in range(1, 13)), (True, 6))
"""Weaker or not, and after how many confirmations the power goes."""


def _until_cut(
    stage: Stage, home: Path, place: Path, number: int, confirmations: int, *, weaker: bool
) -> Told:
    picture = stage.picture(300 + number)

    def work(tell: Tell) -> None:
        tablet = open_home(home, NOBODY, threads=True)
        if weaker:
            _without_full(tablet)
        Day(tablet, number, stage.shared, picture, tell).run(synchronises=False)

    child = Child(work)
    told: list[dict[str, Any]] = []
    while len(told) < confirmations and (one := child.next()) is not None:
        told.append(one)
    _command("xfs_io", "-x", "-c", "shutdown", str(place))
    if child.is_alive():
        child.kill()
    with suppress(ChildBroke):
        child.ends()
    return told_of(told)


@contextmanager
def _mounted(image: Path, place: Path) -> Iterator[None]:
    _command("mount", "-o", "loop", str(image), str(place))
    try:
        yield
    finally:
        _command("umount", str(place))


def _command(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
