"""What files may cost on a network that is paid by the megabyte, and what they cost this month.

Records always go: they are small and they are the evidence's words. Documents that a form needs go,
too. Small pictures and originals go as the person chose; what waits is counted and shown, and can
be sent at once by a button. Implements `sync.shelf.Allowance`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from mobile.device.ports import Connectivity
from mobile.store import settings
from mobile.store.database import TabletDatabase
from shared.clocks import WallClock
from shared.limits import MIB
from sync.shelf import FileKind

MEGABYTES_OFFERED: Final = (100, 500, 2_000)
MEGABYTES_USUAL: Final = 500
BANGKOK: Final = timezone(timedelta(hours=7))


class MobileFiles(StrEnum):
    """Which files go over a network that is paid by the megabyte."""

    NOTHING = "nothing"
    THUMBNAILS = "thumbnails"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class DataPlan:
    """What a person chose. `megabytes` a month; `metered` says that this network is paid by the
    megabyte, on a machine that cannot tell."""

    files: MobileFiles = MobileFiles.THUMBNAILS
    megabytes: int = MEGABYTES_USUAL
    metered: bool = False


class DataBudget:
    """The choices, and the count of this month."""

    def __init__(
        self, database: TabletDatabase, clock: WallClock, network: Connectivity | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._lifted = False

    @property
    def machine_tells(self) -> bool:
        """Does the machine itself know whether its network is paid by the megabyte?"""
        return self._network is not None

    def plan(self) -> DataPlan:
        """What was chosen; small pictures only and 500 MB a month when nothing was."""
        reader = self._database.reader()
        files = settings.read(reader, "mobile_files", MobileFiles.THUMBNAILS)
        return DataPlan(
            MobileFiles(files) if files in set(MobileFiles) else MobileFiles.THUMBNAILS,
            settings.read_int(reader, "mobile_megabytes") or MEGABYTES_USUAL,
            settings.read(reader, "network_metered") == "1",
        )

    def keep(self, plan: DataPlan) -> None:
        """Keep the choices; runs where the database is written."""
        with self._database.writing() as connection:
            settings.write(connection, "mobile_files", str(plan.files))
            settings.write(connection, "mobile_megabytes", plan.megabytes)
            settings.write(connection, "network_metered", int(plan.metered))

    def metered(self) -> bool:
        """Is the network paid by the megabyte now?"""
        return self.plan().metered if self._network is None else self._network.metered()

    def used_bytes(self) -> int:
        """What files cost this month on such networks."""
        row = (
            self._database.reader()
            .execute("SELECT bytes FROM file_traffic WHERE month = ?", (self._month(),))
            .fetchone()
        )
        return 0 if row is None else int(row["bytes"])

    def lift(self, *, lifted: bool = True) -> None:
        """Somebody said "send now anyway": until the next synchronisation has ended."""
        self._lifted = lifted

    def may(self, kind: FileKind, size: int) -> bool:
        """May so many bytes of this kind go now?"""
        if kind is FileKind.DOCUMENT or self._lifted or not self.metered():
            return True
        plan = self.plan()
        if plan.files is MobileFiles.NOTHING:
            return False
        if kind is FileKind.ORIGINAL and plan.files is not MobileFiles.EVERYTHING:
            return False
        return self.used_bytes() + size <= plan.megabytes * MIB

    def spend(self, count: int) -> None:
        """So many bytes of files went, up or down; counted where they are paid for."""
        if not count or not self.metered():
            return
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO file_traffic (month, bytes) VALUES (?, ?) "
                "ON CONFLICT (month) DO UPDATE SET bytes = bytes + excluded.bytes",
                (self._month(), count),
            )

    def _month(self) -> str:
        """The month of the bill; a wrong clock costs a wrong count and nothing else."""
        seconds = min(max(self._clock.now_ms() // 1000, 0), 250_000_000_000)
        return datetime.fromtimestamp(seconds, UTC).astimezone(BANGKOK).strftime("%Y-%m")
