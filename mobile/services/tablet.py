"""Everything the presenters stand on, put together by `mobile.bootstrap`; tests hand in their own.

`person` is who is signed in. `post` runs an act on the thread that draws; `jobs` run where the
database is written, `network` and `devices` jobs beside it, so that nobody's answer waits for a
server or for a person who is taking a photo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mobile.device.ports import Camera, Equipment, Location, Storage
from mobile.services.attach import Attacher
from mobile.services.browse import Browser
from mobile.services.capture import Capture
from mobile.services.carry_over import CarryOver
from mobile.services.data_budget import DataBudget
from mobile.services.enrol import Enroller
from mobile.services.forms import FormLibrary
from mobile.services.look_ahead import LookAhead
from mobile.services.map_tiles import MapTiles
from mobile.services.preferences import Preferences
from mobile.services.recordings import Recordings
from mobile.services.save_unsent import UnsentSaver
from mobile.services.sign_in import SignIn
from mobile.services.synchronise import Synchroniser
from mobile.services.worker import Jobs, Post
from mobile.store.database import TabletDatabase
from mobile.store.people import Person
from mobile.store.replica import SqliteReplica
from shared.clocks import BANGKOK, WallClock


@dataclass(slots=True)
class Tablet:
    """The services of one tablet and who works on it now."""

    jobs: Jobs
    network: Jobs
    post: Post
    clock: WallClock
    database: TabletDatabase
    replica: SqliteReplica
    capture: Capture
    library: FormLibrary
    browser: Browser
    attacher: Attacher
    enroller: Enroller
    people: SignIn
    synchroniser: Synchroniser
    preferences: Preferences
    budget: DataBudget
    look_ahead: LookAhead
    carry_over: CarryOver
    unsent: UnsentSaver
    camera: Camera
    location: Location
    storage: Storage
    equipment: Equipment
    devices: Jobs
    tiles: MapTiles
    recordings: Recordings
    close: Callable[[], None]
    person: Person | None = None

    def now(self) -> datetime:
        """The wall clock in Thailand."""
        return thai_now(self.clock)

    def author(self) -> str:
        """The id of who is signed in."""
        assert self.person is not None, "somebody is signed in where records are opened"
        return self.person.person

    def run(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run a job where the database is written; `done` or `failed` where things are drawn."""
        self.jobs.submit(job, done, failed)

    def away(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run a job that waits for the network, beside the one that writes."""
        self.network.submit(job, done, failed)

    def sign_out(self) -> None:
        """Seal everything; the next person signs in."""
        self.person = None
        self.jobs.submit(self.capture.seal_all)


def thai_now(clock: WallClock) -> datetime:
    """The wall clock in Thailand; a clock beyond the calendar reads as its end."""
    milliseconds = min(max(clock.now_ms(), 0), 253_370_764_800_000)
    return datetime.fromtimestamp(milliseconds / 1000, BANGKOK)
