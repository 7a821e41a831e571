"""A process killed while it makes segments leaves nothing that passes for finished."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from server.services.build_segments import build_segments
from server.store.segment_folder import Feed
from sync.segments import Segment, Sizes, read_segment
from tests.support.offices import AREA, TestOffice, open_office, settle_people

KILLS = 3
BUILDER = """
import sys
from pathlib import Path
from server.services.build_segments import build_segments
from sync.segments import Sizes
from tests.support.offices import open_office
world = open_office(Path(sys.argv[1]), sys.argv[2])
print("ready", flush=True)
while True:
    build_segments(world.office, sizes=Sizes(growth=1, full=1_500))
    for path in world.office.config.segments.glob("*.json"):
        path.unlink()
"""


def finished(world: TestOffice) -> tuple[Segment, ...]:
    """The set of the area, each file of it whole."""
    found = world.office.segments.of_feed(Feed(world.office.epoch.text, AREA))
    for segment in found:
        data = world.office.segments.read(segment)
        assert data is not None
        assert read_segment(segment, world.office.epoch.text, data, segment.end).rows
    return found


def test_a_builder_killed_at_any_moment_leaves_only_finished_sets(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    world = open_office(folder, f"sqlite:///{folder / 'office.sqlite3'}")
    settle_people(world)
    tablet = world.tablet("somchai")
    for number in range(20):
        tablet.creates({"a": f"บันทึก {number}"})
    tablet.push()
    root = Path(__file__).resolve().parents[2]
    url = world.office.config.url
    command = [sys.executable, "-c", BUILDER, str(world.office.config.data), url]
    for turn in range(KILLS):
        builder = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE)
        assert builder.stdout is not None
        assert builder.stdout.readline() == b"ready\n"
        until = time.monotonic() + 0.03 * (turn + 1)
        while time.monotonic() < until:
            finished(world)
        builder.send_signal(signal.SIGKILL)
        builder.wait()
        builder.stdout.close()
        finished(world)
        with world.office.segments.building() as ours:
            assert ours, "a killed builder holds nobody up"
    assert build_segments(world.office, sizes=Sizes(growth=1, full=1_500)) >= 0
    assert finished(world)[-1].end == 20
    world.close()
