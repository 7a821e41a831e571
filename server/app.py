"""The composition root of the office: configuration in, a Flask app with all its parts out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flask import Flask, Response

from server.api.blobs import blobs
from server.api.devices import devices
from server.api.elsewhere import elsewhere
from server.api.errors import register_errors
from server.api.files import files
from server.api.health import health
from server.api.segments import segments
from server.api.sync import sync
from server.config import Config
from server.extensions import bind_engine
from server.services.recover_at_start import recover_at_start
from server.store import schema
from server.store.attempts import Attempts
from server.store.blob_store import open_blob_store
from server.store.database import Database
from server.store.epoch import open_epoch
from server.store.journal import Journal
from server.store.journalled import Journalled
from server.store.office import Office
from server.store.own_journal import open_own_journal
from server.store.passwords import Passwords
from server.store.scopes import PROGRAMME, add_scopes
from server.store.serving_lock import is_served
from server.store.system import Randomness, SystemClock, SystemIds, system_randomness
from server.store.timeline import Timeline
from shared.clocks import WallClock
from shared.ids import Ids

SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Ports:
    """What a test or the demonstration replaces: clock, randomness, what opens the journal."""

    clock: WallClock = field(default_factory=SystemClock)
    randomness: Randomness = system_randomness
    ids: Ids | None = None
    journal: Callable[[Path, Path, Randomness, Callable[[], int]], Journal] = Journal


def create_app(
    config: Config,
    ports: Ports | None = None,
    *,
    new_epoch: bool = False,
    new_journal: bool = False,
) -> Flask:
    """An app ready to serve: folders made, database migrated, epoch and journal compared, and what
    the journal has and the database has not done again.

    `app.extensions["samruat"]` is its Office. Raises EpochMissing or JournalMissing when a file
    outside of the database is gone and nobody said that a new one is meant (`new_epoch`,
    `new_journal`), JournalForeign for another office's journal.
    """
    given = ports or Ports()
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = Flask("server", static_folder="static", template_folder="templates")
    app.config["TESTING"] = config.testing
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    database = Database(bind_engine(app, config.url))
    try:
        app.extensions["samruat"] = _open_office(
            config, given, database, new_epoch=new_epoch, new_journal=new_journal
        )
    except BaseException:
        database.close()
        raise
    for blueprint in (sync, segments, blobs, files, devices, health, elsewhere):
        app.register_blueprint(blueprint)
    register_errors(app)
    app.secret_key = _secret_key(config, given.randomness)
    if config.pages:
        _register_pages(app)
    app.after_request(_never_guess_types)
    return app


def _open_office(
    config: Config, given: Ports, database: Database, *, new_epoch: bool, new_journal: bool
) -> Office:
    """The parts that work over the database, which is brought to its newest shape first."""
    timeline = Timeline(database.engine)
    schema.upgrade(database)
    alone = not is_served(config.data)
    journal = given.journal(
        config.journal_folder, config.journal_failed_file, given.randomness, given.clock.now_ms
    )
    open_own_journal(database, journal, given.randomness, anew=new_journal, alone=alone)
    epoch = open_epoch(
        database,
        config.epoch_file,
        given.randomness,
        anew=new_epoch,
        second=config.journal_folder / config.epoch_file.name,
        alone=alone,
    )
    with database.writing() as session:
        add_scopes(session, [PROGRAMME])
    Journalled(database, journal, given.clock, epoch.text)
    store = open_blob_store(config)
    store.prepare()
    office = Office(
        config=config,
        database=database,
        blobs=store,
        epoch=epoch,
        journal=journal,
        clock=given.clock,
        ids=given.ids or SystemIds(given.clock.now_ms, given.randomness),
        randomness=given.randomness,
        passwords=Passwords(quick=config.quick_passwords),
        attempts=Attempts(given.clock.monotonic_ms),
        timeline=timeline,
    )
    recover_at_start(office, alone=alone)
    return office


def _register_pages(app: Flask) -> None:
    """The pages of the office; a server for tablets alone goes without them."""
    from server.web import register

    register(app)


def _secret_key(config: Config, randomness: Randomness) -> bytes:
    """The key that signs what pages showed: made once, kept beside the database."""
    path = config.secret_file
    try:
        return path.read_bytes()
    except FileNotFoundError:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(randomness(SECRET_BYTES))
        return path.read_bytes()


def office_of(app: Flask) -> Office:
    """The parts of an app made here."""
    found: Office = app.extensions["samruat"]
    return found


def _never_guess_types(answer: Response) -> Response:
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    return answer
