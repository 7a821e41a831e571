"""The office's machine: it dies and starts again, is backed up, restored, and read from behind."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from server.app import Ports, create_app, office_of
from server.config import Config
from server.services.back_up import back_up
from server.services.restore_backup import restore_backup
from server.store.database import Database
from server.store.office import Office
from shared.ids import SeededIds
from tests.simulation.faults import Happened
from tests.simulation.steps import Chance
from tests.simulation.tripwire import AUDIT, At, Tripwire, Trouble
from tests.support.offices import TestOffice, open_office
from tests.support.tablets import Killed

Done = TypeVar("Done")

TROUBLES = {
    "office_killed": (Trouble.KILL, At.STATEMENT, 40),
    "office_killed_at_commit": (Trouble.KILL, At.COMMIT, 3),
    "office_killed_at_file": (Trouble.KILL, At.FILE, 4),
    "office_disk_full": (Trouble.FULL, At.STATEMENT, 15),
    "office_file_disk_full": (Trouble.FULL, At.FILE, 2),
    "office_killed_at_journal": (Trouble.KILL, At.JOURNAL, 2),
    "office_journal_fails": (Trouble.FULL, At.JOURNAL, 2),
}
"""What happens, at which kind of step, and within how many of them."""


_COMPILED: Final[dict[str, Any]] = {}


def _share_compiled(engine: Engine) -> None:
    """Statements are compiled once a process, not once an office: the text is the same."""
    engine.dialect = _COMPILED.setdefault("dialect", engine.dialect)
    cache = _COMPILED.setdefault("cache", {})
    engine.update_execution_options(compiled_cache=cache)


class ReaderBehind(Database):
    """Writes go to the primary; whoever only reads sees an older snapshot: a lagging replica."""

    def __init__(self, primary: Database, snapshot: Path) -> None:
        self.__dict__.update(primary.__dict__)
        self.behind = Database(create_engine(f"sqlite:///{snapshot}"))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One reading transaction, on the snapshot."""
        with self.behind.reading() as session:
            yield session


@dataclass
class House:
    """One office on its disk."""

    folder: Path
    url: str
    seed: int
    chance: Chance
    happened: Happened
    say: Callable[..., None]
    openings: int = 0
    now_ms: int = 0
    wire: Tripwire = field(default_factory=Tripwire)
    on_opened: Callable[[], None] | None = None
    made: Path | None = None
    behind_at: Path | None = None
    """What a lagging replica holds until the first snapshot is taken."""

    def __post_init__(self) -> None:
        self.wire.folder = f"{self.folder}/"
        AUDIT.install()
        self.now: TestOffice = self._open()

    @property
    def office(self) -> Office:
        """The running office."""
        return self.now.office

    @property
    def database(self) -> Path:
        """The database's file."""
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def backup(self) -> Path:
        """The copy that a backup made."""
        return self.folder.with_name("office.copy")

    @property
    def snapshot(self) -> Path:
        """Where what a lagging replica holds is copied to."""
        return self.folder.with_name("office.snapshot")

    def _open(self) -> TestOffice:
        self.openings += 1
        opened = open_office(
            self.folder,
            self.url,
            seed=self.seed * 1_000 + self.openings,
            sync=self.wire.journal_sync,
        )
        opened.clock.now = max(opened.clock.now, self.now_ms) + 60_000
        engine = opened.office.database.engine
        _share_compiled(engine)
        self.wire.watch_engine(engine)
        return opened

    def restart(self) -> None:
        """The process is gone; another is started on the same disk."""
        self.now_ms = self.now.clock.now
        self._close()
        self._reopen()

    # -- troubles ------------------------------------------------------------------------------

    def under(self, fault: str, act: Callable[[], Done]) -> Done | None:
        """What an act comes to under a trouble of the office; None when the office died of it."""
        trouble, at, within = TROUBLES[fault]
        self.wire.on_met = lambda step: self.happened.note(fault, step)
        self.wire.arm(trouble, at, self.chance.source.randint(1, within))
        try:
            return act()
        except Killed:
            self.say("office killed before", self.wire.met)
            self.restart()
            return None
        finally:
            self.wire.disarm()
            if self.office.journal.failed:
                self.say("office restarted, since its journal failed")
                self.restart()

    def behind(self, act: Callable[[], Done]) -> Done | None:
        """An act while every reader sees the last snapshot; None when there is none."""
        if self.behind_at is None:
            return None
        office = self.office
        primary = office.database
        reader = ReaderBehind(primary, self.behind_at)
        office.database = reader
        try:
            return act()
        finally:
            office.database = primary
            reader.behind.close()

    # -- copies --------------------------------------------------------------------------------

    def take_snapshot(self) -> None:
        """From now on a lagging reader sees this moment."""
        self._copy_to(self.snapshot)
        self.behind_at = self.snapshot

    def copy(self) -> None:
        """The database is copied while it runs; files and the epoch's file are not."""
        self._copy_to(self.backup)

    def back_up(self) -> None:
        """A backup by the command's service."""
        self.made = back_up(self.office, self.folder.with_name("backups"), verify=True).folder

    def _copy_to(self, target: Path) -> None:
        target.unlink(missing_ok=True)
        source, copy = sqlite3.connect(self.database), sqlite3.connect(target)
        source.backup(copy)
        source.close()
        copy.close()

    def copy_back(self) -> bool:
        """An older copy of the database's file is put in its place; False when there is none."""
        if not self.backup.exists():
            return False
        self.now_ms = self.now.clock.now
        self._close()
        for suffix in ("-wal", "-shm"):
            self.database.with_name(self.database.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.backup, self.database)
        self.behind_at = None
        self._reopen()
        return True

    def restore(self) -> bool:
        """The last backup and the journal come back; False when there is no backup."""
        if self.made is None:
            return False
        self.now_ms = self.now.clock.now
        config = self.office.config
        self._close()
        self.behind_at = None
        restore_backup(self._office_of, config, self.made)
        self._reopen()
        return True

    def _office_of(self, config: Config, new_journal: bool) -> Office:
        """An installation that is being restored, in a new epoch."""
        self.openings += 1
        clock, source = self.now.clock, random.Random(self.seed * 1_000 + self.openings)
        ports = Ports(clock, source.randbytes, SeededIds(clock.now_ms, source))
        return office_of(create_app(config, ports, new_epoch=True, new_journal=new_journal))

    def _close(self) -> None:
        self.wire.disarm()
        self.now.close()
        self.office.journal.close()

    def _reopen(self) -> None:
        self.now = self._open()
        if self.on_opened is not None:
            self.on_opened()

    def close(self) -> None:
        """End it."""
        self._close()
