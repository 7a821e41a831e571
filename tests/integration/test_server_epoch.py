"""The epoch: told apart from a restored database, and never guessed."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from server.store.database import Database
from server.store.epoch import EpochMissing, open_epoch
from tests.support.databases import Databases
from tests.support.offices import furnished_office, open_office

STARTS = 6


def test_an_office_opened_again_keeps_its_epoch(databases: Databases, tmp_path: Path) -> None:
    world = furnished_office(databases, tmp_path / "office")
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push()
    world.close()
    again = open_office(tmp_path / "office", world.office.config.database_url, seed=3)
    assert again.office.epoch.text == world.office.epoch.text
    again.close()


def test_a_database_behind_its_mark_begins_a_new_epoch_and_tablets_offer_again(
    databases: Databases, tmp_path: Path
) -> None:
    world = furnished_office(databases, tmp_path / "office")
    file = world.office.config.epoch_file
    kept = json.loads(file.read_bytes())
    file.write_text(json.dumps({**kept, "mark": kept["mark"] + 1}))
    tablet = world.tablet("somchai")
    world.close()
    again = open_office(tmp_path / "office", world.office.config.database_url, seed=3)
    assert again.office.epoch.text != world.office.epoch.text
    tablet.world = again
    tablet.creates({"a": "1"})
    reply = tablet.post("push", tablet.push_body())
    assert (reply.status_code, reply.json["code"]) == (409, "sync.epoch_changed")
    tablet.epoch = reply.json["epoch"]
    assert tablet.push()[0].outcome == "applied"
    again.close()


def test_a_missing_epoch_file_stops_the_start_until_somebody_says_what_happened(
    databases: Databases, tmp_path: Path
) -> None:
    world = furnished_office(databases, tmp_path / "office")
    world.close()
    world.office.config.epoch_file.unlink()
    with pytest.raises(EpochMissing) as missing:
        open_office(tmp_path / "office", world.office.config.database_url)
    assert "init --new-epoch" in missing.value.detail


def test_processes_that_start_together_after_a_loss_come_to_one_epoch(
    databases: Databases, tmp_path: Path
) -> None:
    world = furnished_office(databases, tmp_path / "office")
    url, file = world.office.config.database_url, world.office.config.epoch_file
    world.close()
    kept = json.loads(file.read_bytes())
    file.write_text(json.dumps({**kept, "mark": kept["mark"] + 1}))
    begin, found = threading.Barrier(STARTS), []

    def start() -> None:
        database = Database(create_engine(url))
        begin.wait()
        found.append(open_epoch(database, file, os.urandom, anew=False).text)
        database.close()

    threads = [threading.Thread(target=start) for _ in range(STARTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == STARTS
    assert len({*found, kept["epoch"]}) == 2, "one new epoch, and the same for all"


def test_a_mark_that_the_disk_does_not_take_is_503_and_counted_with_the_next(
    databases: Databases, tmp_path: Path
) -> None:
    world = furnished_office(databases, tmp_path / "office")
    file = world.office.config.epoch_file
    before = json.loads(file.read_bytes())["mark"]
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    aside = file.rename(file.with_name("aside"))
    file.mkdir()
    reply = tablet.post("push", tablet.push_body())
    assert (reply.status_code, reply.json["code"]) == (503, "storage.unavailable")
    file.rmdir()
    aside.rename(file)
    assert tablet.push()[0].outcome == "duplicate", "it was committed, and is taken as it is"
    tablet.creates({"a": "2"})
    tablet.push()
    assert json.loads(file.read_bytes())["mark"] == before + 2
    world.close()
