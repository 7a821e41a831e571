"""Files that the office lost: withdrawn, wanted, told lost, waived, forgotten; both databases."""

from __future__ import annotations

import hashlib
import json

import pytest

from server.models import BlobRow, BlobWaiverRow
from server.services.examine_installation import examine_installation
from server.services.want_files import (
    adopt_stored_files,
    forgettable_of,
    lost_words,
    waive_file,
    withdraw_bad_files,
)
from server.store.files import settle_missing
from shared.errors import BlobStoreUnavailable, InvalidInput, NotFound
from shared.limits import FORGETTABLE_AGE_DAYS
from tests.support.file_doors import (
    DATA,
    DAY_MS,
    NAME,
    ask,
    missing,
    pull,
    send,
)
from tests.support.offices import OTHER_AREA, TestOffice


def test_a_lost_file_is_missed_asked_for_once_and_welcome_again(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    send(one)
    record = one.creates({"p": "x"}, blobs=(NAME,))
    one.push()
    assert missing(world, record) == 0
    (world.office.config.blobs / NAME[:2] / NAME).unlink()
    assert examine_installation(world.office).wrong
    assert withdraw_bad_files(world.office, read=True) == {NAME: "missing"}
    assert missing(world, record) == 1
    assert ask(one, "HEAD", f"blobs/{NAME}").status_code == 404
    assert pull(one).headers["Samruat-Files-Wanted"] == "1"
    assert "Samruat-Files-Wanted" not in pull(two).headers
    assert ask(one, "GET", "files/wanted").json == {"wanted": [NAME]}
    send(one)
    assert missing(world, record) == 0
    assert ask(one, "GET", "files/wanted").json == {"wanted": []}
    assert "Samruat-Files-Wanted" not in pull(one).headers


def test_a_damaged_file_is_withdrawn_and_a_store_that_is_away_has_lost_nothing(
    world: TestOffice,
) -> None:
    one = world.tablet("somchai")
    send(one)
    path = world.office.config.blobs / NAME[:2] / NAME
    path.write_bytes(DATA[:-1] + b"?")
    aside = world.office.config.blobs.rename(world.office.config.data / "unmounted")
    with pytest.raises(BlobStoreUnavailable):
        withdraw_bad_files(world.office, read=True)
    aside.rename(world.office.config.blobs)
    assert withdraw_bad_files(world.office, read=False) == {}
    assert withdraw_bad_files(world.office, read=True) == {NAME: "damaged"}
    send(one)
    assert withdraw_bad_files(world.office, read=True) == {}


def test_a_file_whose_row_was_rolled_back_is_entered_again_from_the_store(
    world: TestOffice,
) -> None:
    one = world.tablet("somchai")
    send(one)
    record = one.creates({"p": "x"}, blobs=(NAME,))
    one.push()
    with world.office.database.writing() as session:
        row = session.get(BlobRow, NAME)
        session.delete(row)
    with world.office.database.writing() as session:
        settle_missing(session, [NAME])
    assert missing(world, record) == 1
    assert adopt_stored_files(world.office) == [NAME]
    assert adopt_stored_files(world.office) == []
    assert missing(world, record) == 0
    assert ask(one, "GET", f"blobs/{NAME}").data == DATA


def test_a_file_that_no_tablet_has_is_told_lost_and_bars_until_somebody_waives_it(
    world: TestOffice,
) -> None:
    one, admin = world.tablet("somchai"), world.people["admin"]
    record = one.creates({"p": "x"}, blobs=(NAME,))
    one.push()
    told = {"files": [{"sha256": NAME, "reason": "damaged"}]}
    assert ask(one, "POST", "files/lost", json=told).status_code == 200
    assert ask(one, "POST", "files/lost", json=told).status_code == 200
    with world.office.database.reading() as session:
        (word,) = lost_words(session, [NAME])[NAME]
    assert (word.device, word.reason) == (one.device, "damaged")
    assert missing(world, record) == 1
    with pytest.raises(InvalidInput):
        waive_file(world.office, admin, record, NAME, "  ")
    waive_file(world.office, admin, record, NAME, "แท็บเล็ตตกน้ำ")
    assert missing(world, record) == 0
    one.pull()
    one.sets(record, {"q": "2"})
    second = one.creates({"p": "y"}, blobs=(NAME,))
    one.push()
    assert missing(world, second) == 0
    send(one)
    assert missing(world, record) == 0
    with pytest.raises(NotFound):
        waive_file(world.office, admin, record, NAME, "again")
    with world.office.database.reading() as session:
        assert session.get(BlobWaiverRow, NAME) is not None


def test_a_tablet_asks_at_once_which_of_many_files_are_held_and_hears_only_of_its_own(
    world: TestOffice,
) -> None:
    one, far = world.tablet("somchai"), world.tablet("wichai", areas=[OTHER_AREA])
    send(one)
    other = hashlib.sha256(b"other").hexdigest()
    asked = {"files": [NAME, other]}
    assert ask(one, "POST", "files/held", json=asked).json == {"held": [NAME]}
    assert ask(far, "POST", "files/held", json=asked).json == {"held": []}
    for wrong in ({"files": ["x"]}, {"files": [NAME] * 501}, {}, []):
        assert ask(one, "POST", "files/held", data=json.dumps(wrong)).status_code in (400, 422)


def test_a_file_may_be_forgotten_only_when_it_is_backed_up_and_old_by_the_offices_clock(
    world: TestOffice,
) -> None:
    one = world.tablet("somchai")
    send(one)
    asked = {"files": [NAME]}
    long_after = world.clock.now + (FORGETTABLE_AGE_DAYS + 1) * DAY_MS
    with world.office.database.writing() as session:
        assert forgettable_of(session, long_after, [NAME]) == []
        row = session.get(BlobRow, NAME)
        assert row is not None
        row.backed_up_at = world.clock.now
    with world.office.database.reading() as session:
        assert forgettable_of(session, world.clock.now, [NAME]) == []
        assert forgettable_of(session, long_after, [NAME]) == [NAME]
    assert ask(one, "POST", "files/forgettable", json=asked).json == {"forgettable": []}
