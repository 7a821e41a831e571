"""Where the kills happen: an office in a folder, its tablets' homes, its server as a process."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, event

from server.app import create_app
from server.config import Config
from server.serving import make_server
from tests.crash.children import Child, Countdown, Tell
from tests.crash.day import draw_picture
from tests.crash.points import watch_engines, watch_files
from tests.support.databases import Databases, SqliteDatabases
from tests.support.offices import TestOffice, furnished_office
from tests.support.tablets import Desk
from tests.support.tablets_and_office import new_factory, publish_forms, sync, tablet


@dataclass
class Stage:
    """An office with a register of one factory, and tablets that have synchronised once."""

    folder: Path
    url: str
    homes: list[Path]
    shared: str
    countdown: Countdown = field(default_factory=Countdown)
    server: Child | None = None
    address: str = ""

    @property
    def data(self) -> Path:
        """The office's data."""
        return self.folder / "office"

    def picture(self, day: int) -> Path:
        """The photograph of a day."""
        return draw_picture(self.folder / "pictures", day)

    def serves(self, *, watched: bool = False, weaker: bool = False) -> None:
        """Start the server's process; it listens when this returns."""

        def work(tell: Tell) -> None:
            log = os.open(self.folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 2)
            if watched:
                watch_engines(self.countdown, tell)
                watch_files(self.data, self.countdown, tell)
            if weaker:
                event.listen(Engine, "begin", _without_full)
            # As the command does; only that no password is hashed slowly at each start.
            app = create_app(Config(self.data, self.url, quick_passwords=True))
            serving = make_server(app, "127.0.0.1", 0)
            tell({"address": f"http://127.0.0.1:{serving.effective_port}"})
            serving.run()

        self.server = Child(work)
        address = self.server.hears("address")
        if address is None:
            self.server.ends()
        self.address = address

    def stops(self) -> None:
        """kill -9 of the server, whatever it does."""
        assert self.server is not None
        if self.server.is_alive():
            self.server.kill()
        self.server.ends()
        self.server = None


def _without_full(connection: Connection) -> None:
    """The weaker setting, planted: before each transaction of an office on SQLite."""
    connection.exec_driver_sql("PRAGMA synchronous=NORMAL")


def load_what_a_server_loads() -> None:
    """Import what the command imports late, once here instead of in every child."""
    for name in ("alembic.command", "server.web", "waitress", "waitress.server", "psycopg"):
        importlib.import_module(name)


def set_up(folder: Path, databases: Databases, tablets: int) -> Stage:
    """A fresh stage in a folder."""
    load_what_a_server_loads()
    world = furnished_office(databases, folder / "office")
    publish_forms(world)
    homes, desks = [], []
    for number in range(tablets):
        homes.append(folder / f"tablet-{number}")
        desks.append(tablet(world, homes[-1], "somchai", number + 1))
    shared = new_factory(desks[0], "โรงน้ำตาล")
    for desk in desks:
        sync(desk)
    for desk in (*desks, desks[0]):
        sync(desk)
    _end(world, desks)
    return Stage(folder, _into(folder, world.office.config.url), homes, shared)


def _into(folder: Path, url: str) -> str:
    """The URL of the database; a file is copied to where the rest of the stage is."""
    if not url.startswith("sqlite"):
        return url
    own = folder / "databases" / "office.sqlite3"
    own.parent.mkdir()
    shutil.copyfile(url.removeprefix("sqlite:///"), own)
    return f"sqlite:///{own}"


def _end(world: TestOffice, desks: Sequence[Desk]) -> None:
    for desk in desks:
        desk.kill()
    world.close()


@cache
def sqlite_databases() -> SqliteDatabases:
    """One for the run: an office is furnished once for a kind of database."""
    folder = Path(tempfile.mkdtemp(prefix="samruat-crash-sqlite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return SqliteDatabases(folder)


def sqlite_stage(folder: Path, tablets: int) -> Stage:
    """A stage on SQLite."""
    return set_up(folder, sqlite_databases(), tablets)


def say(text: str) -> None:
    """One line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell_progress(done: int) -> None:
    """A word now and then in a long run."""
    if done % 100 == 0:
        say(f"  {done} killed so far")
