"""The demonstration: believable, sound, and through the same doors as real work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.app import Ports, create_app, office_of
from server.catalog import catalog_forms, codebook_document, codebook_names
from server.config import Config
from server.demonstration.load import Sources, load_demonstration
from server.demonstration.past import PastClock, past_ids
from server.demonstration.sign_ins import is_loaded, new_codes
from server.models import ChangeRow, HoursRow, QuarantineRow, RecordRow
from server.services.examine_installation import examine_installation
from server.store.office import Office
from tests.support.offices import START_MS


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("demonstration")
    clock = PastClock(START_MS)
    config = Config(folder, quick_passwords=True, pages=False)
    found = office_of(create_app(config, Ports(clock=clock, ids=past_ids(clock))))
    sources = Sources(catalog_forms(), [codebook_document(name) for name in codebook_names()])
    load_demonstration(found, clock, sources, folder / "sign-ins.txt")
    yield found
    found.database.close()


def test_every_state_of_the_workflow_is_there(office: Office) -> None:
    with office.database.reading() as session:
        found = select(RecordRow.type, RecordRow.status).where(RecordRow.parent.is_(None))
        seen = {tuple(row) for row in session.execute(found.distinct())}
    states = ("draft", "submitted", "returned", "approved")
    assert {(kind, state) for kind in ("insp", "event") for state in states} <= seen


def test_what_was_handed_in_breaks_no_rule_of_its_form_and_misses_no_file(office: Office) -> None:
    with office.database.reading() as session:
        unsound = (RecordRow.problems > 0) | (RecordRow.missing_files > 0)
        bad = select(RecordRow.title).where(unsound)
        assert session.scalars(bad).all() == []
        assert session.scalar(select(func.count()).select_from(QuarantineRow)) == 0


def test_one_conflict_is_open_and_some_hours_are_verified(office: Office) -> None:
    with office.database.reading() as session:
        open_ = select(func.sum(RecordRow.tree_conflicts)).where(RecordRow.parent.is_(None))
        assert session.scalar(open_) == 1
        hours = session.execute(select(HoursRow.verified, func.count()).group_by(HoursRow.verified))
        assert {row[0] for row in hours} == {True, False}


def test_joint_events_have_the_hours_of_the_first_golden_vector(office: Office) -> None:
    with office.database.reading() as session:
        joint = select(HoursRow.seminar_minutes, HoursRow.hearing_minutes)
        found = {tuple(row) for row in session.execute(joint.where(HoursRow.hearing_minutes > 0))}
    assert found == {(195, 180)}


def test_everything_came_as_a_change_and_every_hash_holds(office: Office) -> None:
    found = examine_installation(office)
    assert found.wrong == []
    with office.database.reading() as session:
        sources = set(session.scalars(select(ChangeRow.source).distinct()))
    assert sources == {"tablet", "browser"}


def test_the_sign_ins_are_for_their_owner_and_codes_are_fresh(office: Office) -> None:
    path = Path(office.config.data) / "sign-ins.txt"
    assert path.stat().st_mode & 0o077 == 0
    assert is_loaded(office)
    assert len({code for code, _ in new_codes(office)} | {c for c, _ in new_codes(office)}) == 4
