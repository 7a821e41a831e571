"""A rescue file taken in by the office is the same as if the tablet had sent it."""

from __future__ import annotations

import hashlib
import io

import pytest
from sqlalchemy import select

from server.models import BlobRow, ChangeRow
from server.services.import_bundle import import_bundle
from shared.errors import Forbidden, NotFound
from sync.bundle import NotABundle
from sync.messages import Outcome
from tests.support.offices import TestOffice
from tests.support.rescue_file import saved

PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def test_a_file_brings_changes_and_pictures_once_and_the_tablets_own_push_is_a_duplicate(
    world: TestOffice,
) -> None:
    tablet, other = world.tablet("somchai"), world.tablet("malee")
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    record = tablet.creates({"a": "1"}, blobs=(sha256,))
    tablet.creates({"a": "2"}, scope="area:nowhere")
    source = saved(tablet, files=(PICTURE,))
    done = import_bundle(world.office, world.people["admin"], source)
    assert (done.changes, done.outcomes) == (2, {"applied": 1, "quarantined": 1})
    assert (done.codes["scope.not_held"], done.files) == (1, 1)
    source.seek(0)
    again = import_bundle(world.office, world.people["admin"], source)
    assert again.outcomes == {"duplicate": 1, "quarantined": 1}
    assert [r.outcome for r in tablet.push()] == [Outcome.DUPLICATE, Outcome.QUARANTINED]
    other.pull()
    assert other.states[record].revision == 1
    with world.office.database.reading() as session:
        assert session.get(BlobRow, sha256) is not None
        assert len(session.scalars(select(ChangeRow.id).where(ChangeRow.root == record)).all()) == 1


def test_a_file_of_another_epoch_or_behind_a_gap_comes_in_all_the_same(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    lost = list(tablet.pending)
    tablet.number, tablet.pending = 1, []
    tablet.chain = hashlib.sha256(b"a line that the office never had").hexdigest()
    record = tablet.creates({"a": "2"})
    sent = list(tablet.pending)
    source = saved(tablet, epoch="f" * 32)
    done = import_bundle(world.office, world.people["admin"], source)
    assert done.outcomes == {"applied": 1}
    tablet.begin_incarnation()
    tablet.epoch, tablet.pending = world.office.epoch.text, [*lost, *sent]
    assert [r.outcome for r in tablet.push()] == [Outcome.APPLIED, Outcome.DUPLICATE]
    tablet.pull()
    assert tablet.states[record].revision == 1


def test_only_administrators_import_and_only_of_tablets_that_are_known(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    source = saved(tablet)
    with pytest.raises(Forbidden):
        import_bundle(world.office, world.people["review"], source)
    tablet.device = "00000000-0000-7000-8000-000000000000"
    tablet.begin_incarnation()
    with pytest.raises(NotFound):
        import_bundle(world.office, world.people["admin"], saved(tablet))
    with pytest.raises(NotABundle):
        import_bundle(world.office, world.people["admin"], io.BytesIO(b"no bundle"))
