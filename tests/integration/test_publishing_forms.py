"""A form on its way to the tablets: uploaded, checked, rehearsed, published, retired."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from server.models import AuditRow, FormCandidateRow, FormRow, RehearsalFindingRow
from server.services.keep_candidate import discard_candidate, keep_candidate, list_candidates
from server.services.publish_candidate import publish_candidate
from server.services.publish_form import publish_form
from server.services.read_candidate import list_findings, read_candidate
from server.services.read_form_library import read_form, read_library
from server.services.rehearse_form import (
    ask_for_rehearsal,
    claim,
    rehearse,
    rehearse_now_if_few,
    waiting_rehearsals,
)
from server.services.retire_form import retire_form
from shared.canonical import sha256_hex
from shared.errors import ConflictingState, FormInvalid, NotFound
from shared.limits import CANDIDATES_MAX
from sync.changes import FieldWrite, Operation
from tests.support.offices import TestOffice, TestTablet
from tests.support.publishing import files, picture, pond, with_picture, zipped

NO_PEOPLE = {"people": ""}
NEW_QUESTION = "| | text | owner | เจ้าของ | Owner | yes | | |"


def upload(world: TestOffice, text: str, name: str = "pond.md") -> str:
    found = keep_candidate(world.office, world.people["admin"], files(text, name))
    assert isinstance(found, str), found
    return found


def publish_first(world: TestOffice) -> None:
    publish_form(world.office, world.people["admin"], pond(1), "pond.md")


def fill(tablet: TestTablet, **values: Any) -> str:
    """A pond filled in by a tablet, a draft."""
    named = {f"main/{name}": value for name, value in values.items()}
    record = tablet.creates(named, kind="pond")
    tablet.push()
    return record


def submitted(tablet: TestTablet, record: str) -> None:
    tablet.pull()
    tablet.steps(record, "submitted")
    tablet.push()
    tablet.pull()


def counts(world: TestOffice, candidate: str) -> tuple[str, int, int, int]:
    with world.office.database.reading() as session:
        found = read_candidate(session, world.office.forms, candidate).rehearsal
    assert found is not None
    return found.state, found.fits, found.loses, found.blocked


def test_an_upload_with_defects_names_all_of_them_and_keeps_nothing(world: TestOffice) -> None:
    broken = pond(1, site="| | text | site | สถานที่ | Site | yes | nonsense( | |").replace(
        "| | decimal | measured", "| | decimol | measured"
    )
    found = keep_candidate(world.office, world.people["admin"], files(broken))
    assert isinstance(found, list)
    assert {one.column for one in found} >= {"type", "relevant"}
    assert all(one.message.th and one.message.en for one in found)
    with world.office.database.reading() as session:
        assert list_candidates(session) == ()


def test_a_candidate_becomes_a_version_that_tablets_receive(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    candidate = upload(world, pond(1))
    done = publish_candidate(world.office, world.people["admin"], candidate)
    tablet.pull()
    state = tablet.states[done.record]
    assert (state.value("version"), state.value("status")) == (1, "active")
    assert state.value("document") == done.document
    with world.office.database.reading() as session:
        assert list_candidates(session) == ()
        with pytest.raises(NotFound):
            read_candidate(session, world.office.forms, candidate)
        row = session.get_one(FormRow, ("pond", 1))
    assert row.source_name == "pond.md"
    assert b"".join(world.office.blobs.read(str(row.source_hash))) == pond(1).encode()


def test_a_rehearsal_tells_who_fits_who_loses_what_and_who_is_blocked(world: TestOffice) -> None:
    publish_first(world)
    tablet = world.tablet("somchai")
    fitting = fill(tablet, site="A")
    losing = fill(tablet, site="B", people=4)
    blocked = fill(tablet, site="C", people=5)
    submitted(tablet, blocked)
    candidate = upload(world, pond(2, people="", more=NEW_QUESTION))
    assert rehearse_now_if_few(world.office, world.people["admin"], candidate)
    assert counts(world, candidate) == ("done", 1, 1, 1)
    with world.office.database.reading() as session:
        lines, more = list_findings(session, world.office.forms, candidate, "loses", 0)
        stopped, _ = list_findings(session, world.office.forms, candidate, "blocked", 0)
        asked = read_candidate(session, world.office.forms, candidate).rehearsal
    assert more is None
    assert [line.record for line in lines] == [losing]
    (answer,) = lines[0].answers
    assert (answer.field, answer.value, answer.label.en) == ("main/people", 4, "People")
    assert answer.why.th
    assert [line.record for line in stopped] == [blocked]
    assert "main/owner" in {one.field for one in stopped[0].answers}
    assert asked is not None
    lost = {(one.field, one.kind): one.count for one in asked.questions}
    assert lost[("main/people", "loses")] == 2
    assert fitting not in {line.record for line in (*lines, *stopped)}


def test_a_rehearsal_changes_no_record_and_keeps_no_answer(world: TestOffice) -> None:
    publish_first(world)
    tablet = world.tablet("somchai")
    fill(tablet, site="the only place of this name", people=4321)
    tablet.pull()
    before = dict(tablet.bodies)
    candidate = upload(world, pond(2, **NO_PEOPLE))
    rehearse_now_if_few(world.office, world.people["admin"], candidate)
    tablet.pull()
    assert tablet.bodies == before
    with world.office.database.reading() as session:
        kept = list(session.scalars(select(RehearsalFindingRow.detail)))
    assert kept
    assert "4321" not in "".join(kept)


def test_deleted_records_are_not_rehearsed(world: TestOffice) -> None:
    publish_first(world)
    tablet = world.tablet("somchai")
    record = fill(tablet, site="A", people=1)
    tablet.pull()
    fields = tablet.states[record].fields.values()
    seen = tuple(one.dot.id for found in fields for one in found)
    writes = {"@existence": FieldWrite({"act": "delete", "reason": "ซ้ำ"}, seen)}
    tablet.seal(tablet.edit(record, Operation.DELETE, writes=writes))
    tablet.push()
    candidate = upload(world, pond(2, **NO_PEOPLE))
    rehearse_now_if_few(world.office, world.people["admin"], candidate)
    assert counts(world, candidate) == ("done", 0, 0, 0)


def test_nobody_publishes_over_open_records_without_a_rehearsal(world: TestOffice) -> None:
    publish_first(world)
    fill(world.tablet("somchai"), site="A")
    candidate = upload(world, pond(2, **NO_PEOPLE))
    with pytest.raises(ConflictingState) as refused:
        publish_candidate(world.office, world.people["admin"], candidate)
    assert refused.value.facts["reason"] == "rehearsal.needed"
    rehearse_now_if_few(world.office, world.people["admin"], candidate)
    assert publish_candidate(world.office, world.people["admin"], candidate).version == 2


def test_blocked_records_are_agreed_to_before_publishing(world: TestOffice) -> None:
    publish_first(world)
    tablet = world.tablet("somchai")
    submitted(tablet, fill(tablet, site="A"))
    candidate = upload(world, pond(2, more=NEW_QUESTION))
    rehearse_now_if_few(world.office, world.people["admin"], candidate)
    with pytest.raises(ConflictingState) as refused:
        publish_candidate(world.office, world.people["admin"], candidate)
    assert refused.value.facts["reason"] == "rehearsal.blocked"
    done = publish_candidate(world.office, world.people["admin"], candidate, despite_blocked=True)
    assert done.version == 2


def test_the_next_number_is_offered_and_written_into_document_and_xform(world: TestOffice) -> None:
    publish_first(world)
    candidate = upload(world, pond(1, **NO_PEOPLE))
    with world.office.database.reading() as session:
        assert read_candidate(session, world.office.forms, candidate).offered == 2
    done = publish_candidate(world.office, world.people["admin"], candidate)
    with world.office.database.reading() as session:
        row = session.get_one(FormRow, ("pond", 2))
        form = world.office.forms.find(session, "pond", 2)
    assert done.version == 2
    assert json.loads(row.document)["version"] == 2
    assert 'version="2"' in row.xform
    assert form is not None


def test_a_number_that_is_published_is_refused(world: TestOffice) -> None:
    publish_first(world)
    candidate = upload(world, pond(2, **NO_PEOPLE))
    with pytest.raises(ConflictingState) as refused:
        publish_candidate(world.office, world.people["admin"], candidate, version=1)
    assert refused.value.facts["newest"] == 1


def test_the_same_form_again_is_nothing_to_publish(world: TestOffice) -> None:
    publish_first(world)
    candidate = upload(world, pond(7))
    with world.office.database.reading() as session:
        assert read_candidate(session, world.office.forms, candidate).same
    with pytest.raises(ConflictingState) as refused:
        publish_candidate(world.office, world.people["admin"], candidate)
    assert refused.value.facts["reason"] == "candidate.same"


CHANGED = {
    "type": {"people": "| | text | people | จำนวนคน | People | | | |"},
    "merge": {"people": "| | integer | people | จำนวนคน | People | | | latest |"},
}


@pytest.mark.parametrize("what", list(CHANGED))
def test_what_may_not_change_is_refused_with_the_reason(world: TestOffice, what: str) -> None:
    publish_first(world)
    candidate = upload(world, pond(2, **CHANGED[what]))
    with world.office.database.reading() as session:
        (broken,) = read_candidate(session, world.office.forms, candidate).promises
    assert (broken.code, broken.field) == (f"promise.{what}", "main/people")
    assert "People" in broken.message.en
    assert "จำนวนคน" in broken.message.th
    with pytest.raises(FormInvalid):
        publish_candidate(world.office, world.people["admin"], candidate)


def test_a_withdrawn_question_does_not_come_back_under_its_name(world: TestOffice) -> None:
    publish_first(world)
    admin = world.people["admin"]
    publish_form(world.office, admin, pond(2, **NO_PEOPLE), "pond.md")
    candidate = upload(world, pond(3))
    with world.office.database.reading() as session:
        (broken,) = read_candidate(session, world.office.forms, candidate).promises
    assert broken.code == "promise.returned"


def test_what_differs_from_the_newest_version_is_told_by_question(world: TestOffice) -> None:
    publish_first(world)
    other = "| | text | site | ชื่อสถานที่ | Name of the site | yes | | |"
    candidate = upload(world, pond(2, people="", site=other, more=NEW_QUESTION))
    with world.office.database.reading() as session:
        found = read_candidate(session, world.office.forms, candidate).changes
    told = {(one.what, one.key) for one in found}
    assert told == {
        ("wording", "main/site"), ("added", "main/owner"), ("withdrawn", "main/people"),
    }  # fmt: skip


def test_a_retired_version_is_offered_no_more_and_its_records_stay(world: TestOffice) -> None:
    publish_first(world)
    tablet = world.tablet("somchai")
    record = fill(tablet, site="A")
    admin = world.people["admin"]
    assert retire_form(world.office, admin, "pond", 1)
    assert not retire_form(world.office, admin, "pond", 1)
    tablet.pull()
    (state,) = [one for one in tablet.states.values() if one.type == "form"]
    assert state.value("status") == "retired"
    assert tablet.states[record].value("main/site") == "A"
    assert retire_form(world.office, admin, "pond", 1, retired=False)
    with world.office.database.reading() as session:
        assert not read_form(session, world.office.forms, "pond", None).retired
        acts = set(session.scalars(select(AuditRow.act)))
    assert {"form.published", "form.retired", "form.reinstated"} <= acts


def test_retiring_what_is_not_there_is_told(world: TestOffice) -> None:
    for version in (1, -1, 2**40):
        with pytest.raises(NotFound):
            retire_form(world.office, world.people["admin"], "pond", version)


def test_media_travel_with_their_form_and_tablets_may_fetch_them(world: TestOffice) -> None:
    image = picture()
    text = with_picture(pond(1), "site.png")
    packed = zipped({"form/pond.md": text.encode(), "form/media/site.png": image})
    candidate = upload_raw(world, [("pond.zip", packed)])
    done = publish_candidate(world.office, world.people["admin"], candidate)
    tablet = world.tablet("somchai")
    tablet.pull()
    assert tablet.states[done.record].value("files") == [sha256_hex(image)]
    reply = world.http.get(
        f"/api/v1/blobs/{sha256_hex(image)}", headers={"Authorization": f"Bearer {tablet.token}"}
    )
    assert reply.data == image


def upload_raw(world: TestOffice, given: list[tuple[str, bytes]]) -> str:
    found = keep_candidate(world.office, world.people["admin"], given)
    assert isinstance(found, str), found
    return found


def test_the_library_counts_records_by_version_and_state(world: TestOffice) -> None:
    publish_first(world)
    tablet = world.tablet("somchai")
    fill(tablet, site="A")
    submitted(tablet, fill(tablet, site="B"))
    with world.office.database.reading() as session:
        (entry,) = read_library(session, world.office.forms, None)
        (hidden,) = read_library(session, world.office.forms, ("area:30-1",))
    assert entry.counts == {"draft": 1, "submitted": 1}
    assert hidden.counts == {}
    assert entry.shown.facts.questions == 6
    assert entry.shown.facts.languages == ("th", "en")
    assert entry.shown.published_by == "Admin"


def test_uploads_are_bounded_and_discarding_makes_room(world: TestOffice) -> None:
    first = upload(world, pond(1))
    with world.office.database.writing() as session:
        row = session.get_one(FormCandidateRow, first)
        names = [one.name for one in FormCandidateRow.__table__.columns]
        values = {name: getattr(row, name) for name in names}
        for number in range(CANDIDATES_MAX - 1):
            session.add(FormCandidateRow(**{**values, "id": f"{number:036d}"}))
    with pytest.raises(ConflictingState):
        keep_candidate(world.office, world.people["admin"], files(pond(2)))
    discard_candidate(world.office, world.people["admin"], first)
    assert isinstance(upload(world, pond(2)), str)


def test_one_worker_alone_takes_a_rehearsal_and_a_lost_one_is_begun_anew(
    world: TestOffice,
) -> None:
    publish_first(world)
    tablet = world.tablet("somchai")
    for number in range(3):
        fill(tablet, site=str(number), people=1)
    candidate = upload(world, pond(2, **NO_PEOPLE))
    ask_for_rehearsal(world.office, world.people["admin"], candidate)
    assert waiting_rehearsals(world.office) == [candidate]
    assert claim(world.office, candidate)
    assert not claim(world.office, candidate)
    assert waiting_rehearsals(world.office) == []
    world.clock.now += 120_000
    assert waiting_rehearsals(world.office) == [candidate]
    assert claim(world.office, candidate)
    assert rehearse(world.office, candidate)
    assert counts(world, candidate) == ("done", 0, 3, 0)


def test_a_rehearsal_that_is_ended_early_waits_again(world: TestOffice) -> None:
    publish_first(world)
    fill(world.tablet("somchai"), site="A", people=1)
    candidate = upload(world, pond(2, **NO_PEOPLE))
    ask_for_rehearsal(world.office, world.people["admin"], candidate)
    assert claim(world.office, candidate)
    assert not rehearse(world.office, candidate, lambda _: True)
    assert waiting_rehearsals(world.office) == [candidate]


def test_a_candidate_that_is_discarded_meanwhile_ends_its_rehearsal(world: TestOffice) -> None:
    publish_first(world)
    fill(world.tablet("somchai"), site="A", people=1)
    candidate = upload(world, pond(2, **NO_PEOPLE))
    ask_for_rehearsal(world.office, world.people["admin"], candidate)
    claim(world.office, candidate)
    discard_candidate(world.office, world.people["admin"], candidate)
    assert rehearse(world.office, candidate)
    with world.office.database.reading() as session:
        assert list(session.scalars(select(RehearsalFindingRow.record))) == []
