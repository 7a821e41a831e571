"""The epoch: told apart from a restored database, and never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server.store.epoch import EpochMissing
from tests.support.databases import Databases
from tests.support.offices import furnished_office, open_office


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
