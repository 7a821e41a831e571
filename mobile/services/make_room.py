"""A tablet whose disk is full: room in reserve is let go to sync, then what can go goes.

In this order, and only as long as it is needed: small pictures made elsewhere, whole pictures made
elsewhere, originals that are in a verified backup of the office, sent changes that are. Never what
is only here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from mobile.device.ports import Storage
from mobile.store import forgetting
from mobile.store.ballast import Ballast
from mobile.store.blobs import FileStore
from mobile.store.database import TabletDatabase
from shared.limits import STORAGE_RESERVE_BYTES

SYNC_NEEDS_BYTES: Final = 8 * 1024 * 1024
"""Room that pages, results and the log of a synchronisation may take."""


class RoomMaker:
    """Watches over the room of one tablet; runs where the database is written."""

    def __init__(
        self, database: TabletDatabase, files: FileStore, storage: Storage, ballast: Ballast
    ) -> None:
        self._database = database
        self._files = files
        self._storage = storage
        self._ballast = ballast

    def begin(self) -> None:
        """At start: take the reserve, if that leaves room to work in."""
        if self._storage.free_bytes() >= STORAGE_RESERVE_BYTES + self._ballast.size:
            self._ballast.make()

    def for_sync(self) -> bool:
        """Before a synchronisation: let go of the reserve when the disk is all but full."""
        if self._storage.free_bytes() >= SYNC_NEEDS_BYTES:
            return False
        return self.let_go()

    def let_go(self) -> bool:
        """The disk is full: let go of the reserve; False when there is none left."""
        held = self._ballast.held()
        self._ballast.release()
        return held

    def clean_up(self) -> None:
        """After a synchronisation: under pressure let go of what can go; take the reserve again."""
        for step in (
            self._others_thumbnails,
            self._others_pictures,
            self._backed_up_originals,
            self._sent,
        ):
            if self._enough():
                break
            step()
        self.begin()

    def is_short(self) -> bool:
        """Must something go? Then the office is asked what may."""
        return not self._enough()

    def _enough(self) -> bool:
        wanted = STORAGE_RESERVE_BYTES + (0 if self._ballast.held() else self._ballast.size)
        return self._storage.free_bytes() >= wanted

    def _others_thumbnails(self) -> None:
        names = forgetting.others_thumbnails(self._database.reader())
        self._remove(names, self._files.thumbnail_path)

    def _others_pictures(self) -> None:
        self._remove(forgetting.others_pictures(self._database.reader()), self._files.path)

    def _backed_up_originals(self) -> None:
        names = forgetting.backed_up_files(self._database.reader())
        self._remove(names, self._files.path)

    def _remove(self, names: Iterable[str], path: Callable[[str], Path]) -> None:
        for name in names:
            if self._enough():
                return
            path(name).unlink(missing_ok=True)

    def _sent(self) -> None:
        if forgetting.forgettable(self._database.reader())[1]:
            with self._database.writing() as connection:
                gone = forgetting.forget_sent(connection)
            if gone:
                self._database.shrink()
