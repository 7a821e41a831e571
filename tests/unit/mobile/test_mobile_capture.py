"""Saving on the tablet: what was shown is what is named, and one record is one change."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mobile.services.opened import content_shown
from mobile.store import editing
from mobile.store.shown import shown_states
from shared.errors import NotFound, TabletStorageFull, TooLarge
from shared.limits import SEAL_IDLE_MS, SEEN_OF_EXISTENCE_MAX, STORAGE_RESERVE_BYTES, TIME_MS_MAX
from shared.records.state import EXISTENCE, Sibling
from sync.changes import Change, Operation
from tests.support.tablets import (
    AREA,
    SOMCHAI,
    START_MS,
    Desk,
    a_dot_id,
    dot,
    factory_form,
    ready_desk,
    state_of,
    visit_form,
)

FACTORY = a_dot_id(500)
ROW = a_dot_id(501)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A tablet with one factory, whose name was written by dot 1."""
    made = ready_desk(tmp_path)
    made.receives(AREA, factory("โรงน้ำตาล"))
    return made


def factory(name: str, *, number: int = 1, revision: int = 1) -> object:
    return state_of(
        "factory",
        {"identity/fac_name": name, "identity/operator": "นาย ก"},
        record=FACTORY,
        number=number,
        revision=revision,
    )


def changes_of(desk: Desk, root: str) -> list[Change]:
    return [own.change for own in desk.app.browser.own_changes(root)]


def seen_of(change: Change, name: str) -> tuple[str, ...]:
    return change.records[0].writes[name].seen


def test_a_save_names_what_was_shown_even_when_a_pull_lands_meanwhile(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.receives(AREA, factory("เปลี่ยนโดยคนอื่น", number=2, revision=2))
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "โรงน้ำตาลไทย")
    (change,) = desk.app.capture.close(opened)
    assert seen_of(change, "identity/fac_name") == (a_dot_id(1),)
    assert change.records[0].base == 1
    shown = shown_states(desk.app.database.reader(), FACTORY)[FACTORY]
    values = [s.value for s in shown.fields["identity/fac_name"]]
    assert values == ["โรงน้ำตาลไทย", "เปลี่ยนโดยคนอื่น"], "the conflict to come is visible"


def test_answers_of_one_visit_to_a_form_are_one_change_with_the_last_value(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    for value in ("ก", "กข", "กขค"):
        desk.app.capture.answer(opened, FACTORY, "identity/fac_name", value)
    desk.app.capture.answer(opened, FACTORY, "identity/operator", None)
    (change,) = desk.app.capture.close(opened)
    assert change.records[0].writes["identity/fac_name"].value == "กขค"
    assert change.records[0].writes["identity/operator"].value is None
    assert editing.roots(desk.app.database.reader()) == []


def test_after_sealing_the_next_save_names_ones_own_change(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "หนึ่ง")
    (first,) = desk.app.capture.seal(FACTORY)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "สอง")
    (second,) = desk.app.capture.close(opened)
    assert seen_of(first, "identity/fac_name") == (a_dot_id(1),)
    assert seen_of(second, "identity/fac_name") == (first.id,)
    states = shown_states(desk.app.database.reader(), FACTORY)[FACTORY]
    assert states.conflicts() == ()


def test_personal_values_are_salted_and_others_are_not(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ชื่อ")
    desk.app.capture.answer(opened, FACTORY, "identity/operator", "นาง ข")
    desk.app.capture.answer(opened, FACTORY, "identity/of_a_newer_form", "x")
    (change,) = desk.app.capture.close(opened)
    salts = {name: write.salt for name, write in change.records[0].writes.items()}
    assert salts["identity/fac_name"] is None
    assert salts["identity/operator"] is not None
    assert salts["identity/of_a_newer_form"] is not None, "unknown counts as personal"


def test_a_new_record_exists_from_its_first_answer_and_its_rows_travel_with_it(desk: Desk) -> None:
    capture = desk.app.capture
    untouched = capture.begin_record("visit", AREA, SOMCHAI)
    assert capture.close(untouched) == []
    assert desk.app.browser.line(untouched.root) is None
    opened = capture.begin_record("visit", AREA, SOMCHAI)
    capture.answer(opened, opened.root, "visit/day", "2025-08-15")
    assert desk.app.browser.line(opened.root) is not None
    one = capture.add_row(opened, opened.root, "visit/findings", {"fact": "หนึ่ง"})
    two = capture.add_row(opened, opened.root, "visit/findings", {"fact": "สอง"})
    inner = capture.add_row(opened, two, "visit/findings/photos")
    (change,) = capture.close(opened)
    assert [e.operation for e in change.records] == [Operation.CREATE] * 4
    assert [(e.record, e.parent) for e in change.records[1:]] == [
        (one, opened.root),
        (two, opened.root),
        (inner, two),
    ]
    assert change.records[0].scope == AREA
    orders = [e.local_order for e in change.records[1:]]
    assert orders == sorted(set(orders))


def test_a_row_that_the_form_makes_has_the_same_id_on_every_tablet(
    desk: Desk, tmp_path: Path
) -> None:
    capture = desk.app.capture
    opened = capture.begin_record("visit", AREA, SOMCHAI)
    first = capture.add_row(opened, opened.root, "visit/findings", {"fact": "ก"}, key="fire")
    again = capture.add_row(
        opened, opened.root, "visit/findings", {"due": "2025-09-01"}, key="fire"
    )
    assert first == again
    (change,) = capture.close(opened)
    writes = change.records[-1].writes
    assert {name: write.value for name, write in writes.items()} == {
        "fact": "ก",
        "due": "2025-09-01",
    }


def test_a_deletion_names_every_dot_of_the_row_and_of_the_rows_below(desk: Desk) -> None:
    capture = desk.app.capture
    opened = capture.begin_record("visit", AREA, SOMCHAI)
    row = capture.add_row(opened, opened.root, "visit/findings", {"fact": "ก"})
    capture.add_row(opened, row, "visit/findings/photos", {"photo": None})
    made = capture.delete(opened, row, "ซ้ำ")
    begun, deleted = changes_of(desk, opened.root)
    assert made == [deleted]
    edit = deleted.records[0]
    assert edit.operation is Operation.DELETE
    assert edit.writes[EXISTENCE].value == {"act": "delete", "reason": "ซ้ำ"}
    assert edit.writes[EXISTENCE].seen == (begun.id,)
    back = capture.restore(opened, row)
    assert back[0].records[0].operation is Operation.RESTORE
    assert deleted.id in back[0].records[0].writes[EXISTENCE].seen


def test_a_deletion_of_more_values_than_one_change_names_leaves_none_out(desk: Desk) -> None:
    many = SEEN_OF_EXISTENCE_MAX + 700
    shown = {f"f{n}": (Sibling(dot(a_dot_id(10_000 + n)), "ก"),) for n in range(many)}
    desk.receives(AREA, state_of("factory", {}, record=ROW, revision=2, siblings=shown))
    opened = desk.app.capture.open_record(ROW, SOMCHAI)
    made = desk.app.capture.delete(opened, ROW)
    seen = [change.records[0].writes[EXISTENCE].seen for change in made]
    assert [len(part) for part in seen] == [SEEN_OF_EXISTENCE_MAX, 700]
    named = {one for part in seen for one in part}
    assert named == {a_dot_id(10_000 + n) for n in range(many)}
    assert shown_states(desk.app.database.reader(), ROW)[ROW].deleted


def test_handing_in_names_the_content_its_author_had_before_them(desk: Desk) -> None:
    capture = desk.app.capture
    opened = capture.begin_record("visit", AREA, SOMCHAI)
    capture.answer(opened, opened.root, "visit/day", "2025-08-15")
    row = capture.add_row(opened, opened.root, "visit/findings", {"fact": "ก"})
    capture.delete(opened, row)
    made = capture.submit(opened)
    step = made[-1].records[0].transition
    assert step is not None
    assert (step.target, step.source) == ("submitted", "draft")
    states = shown_states(desk.app.database.reader(), opened.root)
    assert step.content_hash == content_shown(states, opened.root)
    line = desk.app.browser.line(opened.root)
    assert line is not None
    assert line.status == "submitted"


def test_a_record_with_nothing_saved_cannot_be_handed_in(desk: Desk) -> None:
    opened = desk.app.capture.begin_record("visit", AREA, SOMCHAI)
    with pytest.raises(NotFound):
        desk.app.capture.submit(opened)


def test_what_nobody_touches_for_a_minute_is_sealed(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ก")
    desk.clock.passes(SEAL_IDLE_MS - 1)
    assert desk.app.capture.seal_idle() == 0
    desk.clock.passes(1)
    assert desk.app.capture.seal_idle() == 1
    assert len(changes_of(desk, FACTORY)) == 1


def test_signing_out_seals_under_the_one_who_answered(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ก")
    desk.app.sign_out()
    assert [c.author for c in changes_of(desk, FACTORY)] == [SOMCHAI]


def test_settling_a_conflict_names_every_value_that_was_listed(desk: Desk) -> None:
    capture = desk.app.capture
    opened = capture.open_record(FACTORY, SOMCHAI)
    desk.receives(AREA, factory("ของคนอื่น", number=2, revision=2))
    capture.answer(opened, FACTORY, "identity/fac_name", "ของฉัน")
    (mine,) = capture.close(opened)
    (disputed,) = desk.app.browser.disputed(FACTORY)
    assert set(disputed.dots()) == {mine.id, a_dot_id(2)}
    (made,) = capture.resolve(FACTORY, FACTORY, disputed.field, "ของคนอื่น", disputed.dots(), SOMCHAI)
    edit = made.records[0]
    assert edit.operation is Operation.RESOLVE
    assert set(edit.writes["identity/fac_name"].seen) == {mine.id, a_dot_id(2)}
    assert desk.app.browser.disputed(FACTORY) == []


def test_below_the_reserve_an_answer_is_refused_and_nothing_is_touched(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ก่อน")
    desk.room.free = STORAGE_RESERVE_BYTES - 1
    assert not desk.app.capture.has_room()
    with pytest.raises(TabletStorageFull):
        desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "หลัง")
    desk.room.free = STORAGE_RESERVE_BYTES
    (change,) = desk.app.capture.close(opened)
    assert change.records[0].writes["identity/fac_name"].value == "ก่อน"


def test_a_full_disk_is_said_and_keeps_what_was_confirmed(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ก่อน")
    with desk.app.database.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    writer: sqlite3.Connection = connection
    writer.execute(f"PRAGMA max_page_count={pages}")
    many = {f"identity/f{number}": "ย" * 20_000 for number in range(100)}
    with pytest.raises(TabletStorageFull):
        desk.app.capture.answer_all(opened, FACTORY, many)
    writer.execute("PRAGMA max_page_count=1000000")
    made = desk.app.capture.close(opened)
    assert made[0].records[0].writes["identity/fac_name"].value == "ก่อน"
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "หลัง")


def test_a_save_that_failed_is_never_named_as_seen(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "หนึ่ง")
    with desk.app.database.writing() as connection:
        size = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={size}")
    desk.app.capture.answer(opened, FACTORY, "identity/operator", "x")
    with pytest.raises(TabletStorageFull):
        desk.app.capture.update_register(
            opened.states[FACTORY], {"identity/reg_no": "ย" * 40_000}, {}, SOMCHAI
        )
    connection.execute("PRAGMA max_page_count=1000000")
    known = {c.id for c in changes_of(desk, FACTORY)}
    assert {change.id for change, _ in opened.sealed} == known
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "สอง")
    made = desk.app.capture.close(opened)
    seen = set(seen_of(made[-1], "identity/fac_name"))
    assert seen <= known | {a_dot_id(1)}


def test_an_answer_larger_than_a_change_is_refused_before_it_is_saved(desk: Desk) -> None:
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    with pytest.raises(TooLarge):
        desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ย" * 70_000)
    assert desk.app.capture.close(opened) == []


def test_more_than_fits_one_change_becomes_several_and_all_of_it_goes(desk: Desk) -> None:
    capture = desk.app.capture
    opened = capture.begin_record("visit", AREA, SOMCHAI)
    capture.answer(opened, opened.root, "visit/day", "2025-08-15")
    rows = [
        capture.add_row(opened, opened.root, "visit/findings", {"fact": f"{n} " + "ย" * 20_000})
        for n in range(12)
    ]
    made = capture.close(opened)
    assert len(made) > 1
    created = [e.record for c in made for e in c.records if e.operation is Operation.CREATE]
    assert created == [opened.root, *rows]
    opened = capture.open_record(opened.root, SOMCHAI)
    for number in range(8):
        capture.answer(opened, opened.root, f"visit/f{number}", "ย" * 20_000)
    assert len(capture.close(opened)) > 1


def test_a_clock_ten_years_off_changes_nothing_but_the_evidence(tmp_path: Path) -> None:
    def values_with(now: int, folder: Path) -> tuple[list[object], list[Change]]:
        desk = Desk(folder)
        desk.clock.now = now
        desk.start()
        desk.enrol()
        desk.publish(factory_form(), visit_form())
        desk.sign_in()
        desk.receives(AREA, factory("โรงน้ำตาล"))
        desk.app.replica.note_server_time(START_MS)
        opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
        desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ใหม่")
        desk.app.capture.close(opened)
        desk.clock.now = now - 10**9
        opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
        desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ใหม่กว่า")
        desk.app.capture.close(opened)
        state = shown_states(desk.app.database.reader(), FACTORY)[FACTORY]
        made = changes_of(desk, FACTORY)
        assert seen_of(made[1], "identity/fac_name") == (made[0].id,)
        return [s.value for s in state.fields["identity/fac_name"]], made

    ten_years = 10 * 365 * 86_400_000
    right, _ = values_with(START_MS, tmp_path / "right")
    for number, now in enumerate((START_MS + ten_years, START_MS - ten_years, 0, TIME_MS_MAX * 9)):
        off, made = values_with(now, tmp_path / f"off-{number}")
        assert off == right == ["ใหม่กว่า"]
        assert made[0].clock_offset_ms == START_MS - now
