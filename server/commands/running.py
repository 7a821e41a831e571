"""What a command runs in: the data it was pointed at, opened when it is first needed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from server.app import Ports, create_app, office_of
from server.config import Config
from server.models import PersonRow
from server.store.office import Office
from shared.records.workflow import Role


class CommandFailed(Exception):
    """A command cannot go on; the text is one line and says what to do."""


@dataclass(slots=True)
class Run:
    """One run of a command."""

    data: Path
    database: str
    as_json: bool
    blobs: str = ""
    blobs_endpoint: str = ""
    journal: Path | None = None
    _app: Flask | None = field(default=None, repr=False)

    def config(self, **more: Any) -> Config:
        """The configuration that the command line asks for."""
        return Config(
            self.data.absolute(),
            self.database,
            blob_store=self.blobs,
            blob_endpoint=self.blobs_endpoint,
            journal=None if self.journal is None else self.journal.absolute(),
            **more,
        )

    def app(
        self,
        *,
        ports: Ports | None = None,
        new_epoch: bool = False,
        new_journal: bool = False,
        **more: Any,
    ) -> Flask:
        """The app, made once. Raises CommandFailed for a database that cannot be opened."""
        if self._app is None:
            try:
                self._app = create_app(
                    self.config(**more), ports, new_epoch=new_epoch, new_journal=new_journal
                )
            except (ArgumentError, NoSuchModuleError, ImportError) as reason:
                raise CommandFailed(f"--database is not understood: {reason}") from None
            except OSError as reason:
                raise CommandFailed(f"the data cannot be opened: {reason}") from None
        return self._app

    def office(self) -> Office:
        """The parts, of an installation that exists. Raises CommandFailed for an empty one."""
        exists = self.database or (self.data / "office.sqlite3").exists()
        if not exists:
            raise CommandFailed(
                f"there is no office in {self.data}: samruat-server --data {self.data} init"
            )
        return office_of(self.app(pages=False))

    def administrator(self) -> str:
        """The id in whose name a command acts: the first administrator."""
        with self.office().database.reading() as session:
            found = session.scalar(
                select(PersonRow.id)
                .where(PersonRow.role == str(Role.ADMINISTRATOR), PersonRow.active)
                .order_by(PersonRow.id)
            )
        if found is None:
            raise CommandFailed(
                "there is no administrator yet: samruat-server user add NAME --role administrator"
            )
        return found

    def close(self) -> None:
        """Close the database and the journal."""
        if self._app is not None:
            office_of(self._app).database.close()
            office_of(self._app).journal.close()
            self._app = None

    def say(self, text: str, value: Any) -> None:
        """Print a result: text for people, or the value as JSON."""
        shown = json.dumps(value, ensure_ascii=False) if self.as_json else text
        sys.stdout.write(shown + "\n")
        sys.stdout.flush()
