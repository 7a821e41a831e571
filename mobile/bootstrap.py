"""Puts a tablet together: the one place that knows which class stands behind which port."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Final

from mobile.config import APP_VERSION, TabletConfig
from mobile.device.desktop import (
    DiskStorage,
    FolderCamera,
    PickedLocation,
    SystemClock,
    SystemIds,
    equipment_of,
)
from mobile.device.ports import Camera, Connectivity, Equipment, Location, Storage
from mobile.services.attach import Attacher
from mobile.services.browse import Browser
from mobile.services.capture import Capture
from mobile.services.carry_over import CarryOver
from mobile.services.data_budget import DataBudget
from mobile.services.enrol import Enroller
from mobile.services.forms import FormLibrary
from mobile.services.look_ahead import LookAhead
from mobile.services.make_room import RoomMaker
from mobile.services.map_tiles import MapTiles
from mobile.services.preferences import Preferences
from mobile.services.recordings import Recordings
from mobile.services.save_unsent import UnsentSaver
from mobile.services.sealing import RandomBytes, Sealer
from mobile.services.sign_in import SignIn
from mobile.services.synchronise import Synchroniser
from mobile.services.tablet import Tablet, thai_now
from mobile.services.tell_standing import StandingTeller
from mobile.services.worker import Jobs, Post, ThreadWorker
from mobile.store import settings
from mobile.store.ballast import Ballast
from mobile.store.blobs import FileStore
from mobile.store.database import BeforeWrite, TabletDatabase
from mobile.store.identity import Identity
from mobile.store.replica import SqliteReplica
from mobile.transport.http import HttpTransport
from mobile.transport.port import Transport
from shared.clocks import WallClock
from shared.ids import Ids
from shared.limits import BALLAST_BYTES

NETWORK_ENDS_S: Final = 2.0


@dataclass(slots=True)
class Machine:
    """The ports of one machine; what is left out is the desktop's."""

    clock: WallClock
    ids: Ids
    storage: Storage
    camera: Camera
    location: Location
    random_bytes: RandomBytes = os.urandom
    transport: Transport | None = None
    connectivity: Connectivity | None = None
    jobs: Jobs | None = None
    network: Jobs | None = None
    before_write: BeforeWrite | None = None
    random: SystemRandom = field(default_factory=SystemRandom)
    ballast_bytes: int = 0
    equipment: Equipment = field(default_factory=Equipment)


def desktop(config: TabletConfig) -> Machine:
    """A computer as a tablet."""
    clock = SystemClock()
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = None if config.place is None else dict(zip(("lat", "lon"), config.place, strict=True))
    return Machine(
        clock=clock,
        ids=SystemIds(clock),
        storage=DiskStorage(config.home),
        camera=FolderCamera(config.camera),
        location=PickedLocation(place),
        ballast_bytes=BALLAST_BYTES,
        equipment=equipment_of(config.camera, config.maps),
    )


def android(config: TabletConfig) -> Machine:
    """A tablet with Android. Its Java is reached when a device is first used."""
    from mobile.device.android import AndroidNetwork
    from mobile.device.android_apps import AndroidCamera
    from mobile.device.android_place import AndroidLocation
    from mobile.device.android_sound import AndroidRecorder

    machine, camera = desktop(config), AndroidCamera(config.camera)
    machine.camera, machine.location = camera, AndroidLocation()
    machine.connectivity = AndroidNetwork()
    machine.equipment = Equipment(AndroidRecorder(), camera, camera, camera, config.maps)
    return machine


def machine_of(config: TabletConfig) -> Machine:
    """The machine that this runs on; Android's Python says so in its environment."""
    return android(config) if "ANDROID_ARGUMENT" in os.environ else desktop(config)


def open_tablet(config: TabletConfig, post: Post, machine: Machine | None = None) -> Tablet:
    """Open (or make) the tablet in `config.home`. What a kill left unsealed is sealed first.

    `post` runs an act on the thread that draws.
    """
    ports = machine or machine_of(config)
    database = _database(config, ports)
    files = FileStore(config.files)
    identity = Identity(config.no_backup, ports.random_bytes)
    library = FormLibrary(database, files)
    replica = SqliteReplica(database, files, identity, ports.clock, library.describe)
    transport = ports.transport or HttpTransport(
        config.server, lambda: settings.read(database.reader(), "token")
    )
    sealer = Sealer(library, ports.ids, ports.random_bytes)
    capture = Capture(
        database, library, sealer, ports.clock, ports.ids, ports.storage, ports.location.here
    )
    ballast = Ballast(config.home / "ballast", ports.ballast_bytes)
    room = RoomMaker(database, files, ports.storage, ballast)
    replica.shelf.room_is_short = room.is_short
    room.begin()
    identity.check(database, ports.clock)
    capture.recover()
    browser, look_ahead = Browser(database), LookAhead(database, replica, transport)
    budget = DataBudget(database, ports.clock, ports.connectivity)
    jobs = ports.jobs or ThreadWorker(post, "writer")
    network = ports.network or ThreadWorker(post, "network")
    beside = (network, *(ports.jobs or ThreadWorker(post, name) for name in ("devices", "tiles")))
    tiles = MapTiles(ports.equipment.maps, beside[2])
    recordings = Recordings(config.recordings, ports.equipment.recorder, ports.clock, ports.ids)

    teller = StandingTeller(
        database, browser, look_ahead, transport, ports.storage, ports.clock, APP_VERSION
    )
    shared = (database, replica, capture, library, transport, jobs, ports.clock)
    synchroniser = Synchroniser(*shared, ports.random.random, post, room, budget, teller)

    tablet = Tablet(
        jobs=jobs,
        network=network,
        post=post,
        clock=ports.clock,
        database=database,
        replica=replica,
        capture=capture,
        library=library,
        browser=browser,
        attacher=Attacher(database, files, ports.clock, ports.storage),
        enroller=Enroller(database, identity, replica, transport, APP_VERSION),
        people=SignIn(database, transport, ports.clock, ports.random_bytes),
        synchroniser=synchroniser,
        preferences=Preferences(database),
        budget=budget,
        look_ahead=look_ahead,
        carry_over=CarryOver(database, library, browser, lambda: thai_now(ports.clock).date()),
        unsent=UnsentSaver(database, files, capture, ports.clock, config.exports, APP_VERSION),
        camera=ports.camera,
        location=ports.location,
        storage=ports.storage,
        equipment=ports.equipment,
        devices=beside[1],
        tiles=tiles,
        recordings=recordings,
        close=_closing(beside, jobs, transport, capture, database, recordings, tiles),
    )
    # What a kill left half taken in goes on.
    network.submit(tablet.synchroniser.take_in_books)
    return tablet


def _database(config: TabletConfig, ports: Machine) -> TabletDatabase:
    if ports.before_write is None:
        return TabletDatabase(config.database)
    return TabletDatabase(config.database, ports.before_write)


def _closing(
    beside: Sequence[Jobs],
    jobs: Jobs,
    transport: Transport,
    capture: Capture,
    database: TabletDatabase,
    recordings: Recordings,
    tiles: MapTiles,
) -> Callable[[], None]:
    """What ends the tablet: whatever is typed is sealed, then threads and connections end."""

    def close() -> None:
        jobs.call(recordings.end)
        jobs.call(capture.seal_all)
        for worker in beside:
            # A server that does not answer must not hold the window open for half a minute.
            if isinstance(worker, ThreadWorker):
                worker.close(wait_s=NETWORK_ENDS_S)
        tiles.close()
        if isinstance(jobs, ThreadWorker):
            jobs.close()
        if isinstance(transport, HttpTransport):
            transport.close()
        database.close()

    return close
