"""Everything a service needs, handed in once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.config import Config
from server.store.attempts import Attempts
from server.store.blob_store import BlobStore
from server.store.database import Database
from server.store.epoch import Epoch
from server.store.form_shelf import FormShelf
from server.store.journal import Journal
from server.store.passwords import Passwords
from server.store.segment_folder import SegmentFolder
from server.store.system import Randomness
from server.store.timeline import Timeline
from server.store.turns import Turns
from shared.clocks import WallClock
from shared.ids import Ids
from shared.limits import (
    PUSH_TURN_WAIT_S,
    PUSHES_AT_ONCE_POSTGRESQL,
    PUSHES_AT_ONCE_SQLITE,
    PUSHES_WAITING_MAX,
)


@dataclass(slots=True)
class Office:
    """The office's parts: database, files, clock, ids, forms, epoch.

    `app.extensions["samruat"]` holds it.
    """

    config: Config
    database: Database
    blobs: BlobStore
    epoch: Epoch
    journal: Journal
    clock: WallClock
    ids: Ids
    randomness: Randomness
    passwords: Passwords
    attempts: Attempts
    timeline: Timeline
    forms: FormShelf = field(default_factory=FormShelf)
    segments: SegmentFolder = field(init=False)
    pushes: Turns = field(init=False)

    def __post_init__(self) -> None:
        self.segments = SegmentFolder(self.config.segments)
        at_once = PUSHES_AT_ONCE_SQLITE if self.database.is_sqlite else PUSHES_AT_ONCE_POSTGRESQL
        self.pushes = Turns(at_once, PUSHES_WAITING_MAX, PUSH_TURN_WAIT_S)
