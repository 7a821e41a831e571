"""Codebooks: versions kept, compared, put in force; what each of them judged."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from server.models import AuditRow
from server.services.publish_codebook import activate_codebook, publish_codebook
from server.services.publish_form import publish_form
from server.services.read_codebook_library import read_codebook, records_judged
from server.services.read_form_library import forms_using
from shared.errors import NotFound
from tests.support.offices import TestOffice, reopened_office
from tests.support.publishing import pond


def book(version: str, **rows: str) -> dict[str, Any]:
    listed = [{"key": key, "th": key, "en": key, "max": value} for key, value in rows.items()]
    title = {"th": "ค่ามาตรฐาน", "en": "Limits"}
    return {
        "codebook": "ponds", "version": version, "title": title, "source": "ทดสอบ",
        "confidence": "M", "valid_from": "2025-10-01", "rows": listed,
    }  # fmt: skip


def in_force(world: TestOffice) -> str | None:
    with world.office.database.reading() as session:
        found = world.office.forms.codebooks(session)
    return found["ponds"].cell("pH", "max")


def publish(world: TestOffice, document: dict[str, Any], *, activate: bool) -> int:
    admin = world.people["admin"]
    return publish_codebook(world.office, admin, document, activate=activate).number


def test_the_first_version_is_in_force_and_later_ones_wait(world: TestOffice) -> None:
    publish(world, book("1", pH="9"), activate=False)
    publish(world, book("2", pH="8"), activate=False)
    assert in_force(world) == "9"


def test_an_older_version_is_put_in_force_again(world: TestOffice) -> None:
    publish(world, book("1", pH="9"), activate=True)
    publish(world, book("2", pH="8"), activate=True)
    assert in_force(world) == "8"
    admin = world.people["admin"]
    assert activate_codebook(world.office, admin, "ponds", 1)
    assert not activate_codebook(world.office, admin, "ponds", 1)
    assert in_force(world) == "9"
    tablet = world.tablet("somchai")
    tablet.pull()
    (state,) = [one for one in tablet.states.values() if one.type == "codebook"]
    assert (state.value("active"), state.value("version")) == (1, "1")
    with world.office.database.reading() as session:
        acts = [act for act in session.scalars(select(AuditRow.act)) if "codebook" in act]
    assert acts.count("codebook.activated") == 3


def test_the_same_version_again_leaves_what_staff_put_in_force(world: TestOffice) -> None:
    publish(world, book("1", pH="9"), activate=True)
    publish(world, book("2", pH="8"), activate=True)
    activate_codebook(world.office, world.people["admin"], "ponds", 1)
    publish(world, book("2", pH="8"), activate=True)
    assert in_force(world) == "9"


@pytest.mark.parametrize(("name", "version"), [("ponds", 9), ("ponds", -1), ("none", 1)])
def test_what_is_not_there_cannot_be_put_in_force(
    world: TestOffice, name: str, version: int
) -> None:
    publish(world, book("1", pH="9"), activate=True)
    with pytest.raises(NotFound):
        activate_codebook(world.office, world.people["admin"], name, version)


def test_what_is_in_force_outlives_the_process(world: TestOffice) -> None:
    publish(world, book("1", pH="9"), activate=True)
    publish(world, book("2", pH="8"), activate=False)
    later = reopened_office(world)
    assert in_force(later) == "9"
    later.close()


def test_the_library_tells_dates_source_and_confidence(world: TestOffice) -> None:
    publish(world, book("ฉบับ 2568", pH="9", BOD="20"), activate=True)
    with world.office.database.reading() as session:
        line = read_codebook(session, world.office.forms, "ponds").active
    assert (line.label, line.rows, line.columns) == ("ฉบับ 2568", 2, ("max",))
    assert (line.valid_from, line.confidence, line.source) == ("2025-10-01", "M", "ทดสอบ")
    assert line.published_by == "Admin"


def test_records_are_counted_by_the_version_that_judged_them(world: TestOffice) -> None:
    admin = world.people["admin"]
    uses = "| | decimal | ph | ค่า pH | pH | | ${people} > pulldata('ponds','max','key','pH') | |"
    publish(world, book("1", pH="9"), activate=True)
    publish_form(world.office, admin, pond(1, more=uses), "pond.md")
    tablet = world.tablet("somchai")
    first = tablet.creates({"main/site": "A"}, kind="pond")
    tablet.creates({"main/site": "B"}, kind="pond")
    tablet.push()
    world.clock.now += 1_000
    publish(world, book("2", pH="8"), activate=True)
    world.clock.now += 1_000
    tablet.pull()
    tablet.sets(first, {"main/people": 3})
    tablet.push()
    with world.office.database.reading() as session:
        users = forms_using(session, world.office.forms, "ponds")
        judged = records_judged(session, "ponds", users, None)
        seen_elsewhere = records_judged(session, "ponds", users, ("area:30-1",))
    assert users == {"pond": [1]}
    assert judged == {1: 1, 2: 1}
    assert seen_elsewhere == {1: 0, 2: 0}
