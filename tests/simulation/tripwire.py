"""Where the power is cut or the disk found full: before a statement, a COMMIT, a step of a file.

Statements come from the hooks of the two databases, steps of files from Python's own audit events
(`open` for writing, `rename`, `remove`, `mkdir`), so nothing of the product is replaced.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from tests.support.tablets import Killed

_FILE_EVENTS: Final = {"open", "os.rename", "os.remove", "os.mkdir"}
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class At(StrEnum):
    """What kind of step is counted."""

    STATEMENT = "statement"
    COMMIT = "commit"
    FILE = "file"
    JOURNAL = "journal"


class Trouble(StrEnum):
    """What happens there."""

    KILL = "kill"
    FULL = "full"


@dataclass
class Tripwire:
    """Counts the steps of one machine and lets trouble happen at one of them.

    A full disk stays full until `disarm`. `met` is the step at which it happened, empty before.
    """

    at: At = At.STATEMENT
    trouble: Trouble = Trouble.KILL
    left: int = 0
    met: str = ""
    folder: str = ""
    on_met: Callable[[str], None] | None = None

    def arm(self, trouble: Trouble, at: At, after: int) -> None:
        """Trouble at the step number `after` from now."""
        self.trouble, self.at, self.left, self.met = trouble, at, after, ""
        _ARMED[id(self)] = self

    def disarm(self) -> str:
        """The trouble is over; the step at which it happened, if it did."""
        met, self.left, self.met = self.met, 0, ""
        _ARMED.pop(id(self), None)
        return met

    def step(self, at: At, name: str, full: Callable[[], Exception]) -> None:
        """A step is about to be made."""
        if self.met and self.trouble is Trouble.FULL and (at, self.at).count(At.JOURNAL) != 1:
            raise full()
        if not self.left or at is not self.at:
            return
        self.left -= 1
        if self.left:
            return
        self.met = name
        if self.on_met is not None:
            self.on_met(name)
        if self.trouble is Trouble.KILL:
            raise Killed
        raise full()

    # -- where steps come from -----------------------------------------------------------------

    def before_write(self, sql: str) -> None:
        """The hook of a tablet's database."""
        self.step(At.STATEMENT, kind_of(sql), _sqlite_full)

    def watch_engine(self, engine: Engine) -> None:
        """The hooks of the office's database."""

        def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
            reads = statement.startswith(("SELECT", "PRAGMA", "BEGIN"))
            if not reads or self.trouble is Trouble.KILL:
                self.step(At.STATEMENT, kind_of(statement), _sqlite_full)

        def commit(connection: Any) -> None:
            self.step(At.COMMIT, "COMMIT", _commit_full)

        event.listen(engine, "do_execute", execute)
        event.listen(engine, "do_executemany", execute)
        event.listen(engine, "commit", commit)

    def journal_sync(self, handle: int) -> None:
        """The journal's way to the disk."""
        self.step(At.JOURNAL, "fsync", lambda: OSError(errno.EIO, "Input/output error"))
        os.fsync(handle)

    def file_step(self, name: str, path: str) -> None:
        """A file below this machine's folder is about to be written, renamed or removed."""
        if path.startswith(self.folder):
            step = f"{name.removeprefix('os.')} {_kind_of_file(path)}"
            self.step(At.FILE, step, lambda: OSError(errno.ENOSPC, "No space left on device"))


_ARMED: dict[int, Tripwire] = {}


@dataclass
class _Audit:
    """Python's audit hook, installed once and asleep unless a wire is armed."""

    installed: bool = False
    _names: set[str] = field(default_factory=lambda: set(_FILE_EVENTS))

    def install(self) -> None:
        if not self.installed:
            self.installed = True
            sys.addaudithook(self.hear)

    def hear(self, name: str, details: tuple[Any, ...]) -> None:
        if not _ARMED or name not in self._names:
            return
        if name == "open" and not (isinstance(details[2], int) and details[2] & _WRITES):
            return
        path = details[0]
        if isinstance(path, str | Path):
            # Opening a file that is there takes no room, and removing one gives some.
            needs_room = name != "os.remove" and (name != "open" or not Path(path).exists())
            for wire in list(_ARMED.values()):
                if needs_room or wire.trouble is Trouble.KILL:
                    wire.file_step(name, str(path))


AUDIT: Final = _Audit()


def kind_of(sql: str) -> str:
    """`INSERT INTO change`, `UPDATE meta`, `COMMIT`: what a statement does, and to which table."""
    words = sql.replace('"', "").split()
    if words[:2] == ["INSERT", "OR"]:
        words = ["INSERT", *words[3:]]
    if words[:1] == ["SELECT"]:
        after = words.index("FROM") if "FROM" in words else 0
        return f"SELECT {words[after + 1]}" if after else "SELECT"
    wanted = {"INSERT": 3, "DELETE": 3, "UPDATE": 2}.get(words[0], 1)
    return " ".join(words[:wanted])


def _kind_of_file(path: str) -> str:
    """The folder a file is in, and whether it is a part: names are hashes."""
    found = Path(path)
    parent = found.parent.name if len(found.parent.name) != 2 else found.parent.parent.name
    return f"{parent}{found.suffix if len(found.suffix) < 12 else ''}"


def _sqlite_full() -> Exception:
    reason = sqlite3.OperationalError("database or disk is full")
    reason.sqlite_errorcode = sqlite3.SQLITE_FULL
    reason.sqlite_errorname = "SQLITE_FULL"
    return reason


def _commit_full() -> Exception:
    return OperationalError("COMMIT", None, _sqlite_full())
