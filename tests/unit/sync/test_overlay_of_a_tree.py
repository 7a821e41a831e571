"""What a tablet shows of a record and its rows before the server has them."""

from __future__ import annotations

from dataclasses import replace

from shared.records.workflow import Status
from sync.changes import Change, FieldWrite, Operation, RecordEdit
from sync.overlay import overlay, overlay_tree

AREA = "area:20-1"


def an_id(number: int) -> str:
    return f"0192a3b4-0000-7000-8000-{number:012x}"


ROOT, FINDING, PHOTO, FACTORY = an_id(1), an_id(2), an_id(3), an_id(4)
CLIENT = f"{an_id(9)}.{'0' * 16}"


def change(number: int, *edits: RecordEdit) -> tuple[Change, str]:
    return Change(an_id(100 + number), an_id(50), 1, 1, 1, "boot", edits), CLIENT


def creation(record: str, kind: str, parent: str | None = None) -> RecordEdit:
    writes = {"a": FieldWrite("1")}
    scope = AREA if parent is None else None
    edit = RecordEdit(record, kind, "insp", 1, Operation.CREATE, scope=scope, parent=parent)
    return replace(edit, writes=writes)


def test_rows_below_rows_belong_to_the_root_and_its_area_in_whatever_order_they_come() -> None:
    shown = overlay_tree(
        {},
        [
            change(
                1,
                creation(PHOTO, "insp/findings/f_photos", FINDING),
                creation(FINDING, "insp/findings", ROOT),
                creation(ROOT, "insp"),
            )
        ],
        ROOT,
    )
    assert {state.root for state in shown.values()} == {ROOT}
    assert {state.scope for state in shown.values()} == {AREA}
    assert shown[PHOTO].parent == FINDING


def test_a_new_root_begins_as_a_draft_and_a_register_entry_and_a_row_have_no_states() -> None:
    shown = overlay_tree(
        {}, [change(1, creation(ROOT, "insp"), creation(FINDING, "insp/findings", ROOT))], ROOT
    )
    flow = shown[ROOT].workflow
    assert flow is not None
    assert flow.status is Status.DRAFT
    assert shown[FINDING].workflow is None
    register = overlay_tree({}, [change(1, creation(FACTORY, "factory"))], FACTORY)
    assert register[FACTORY].workflow is None


def test_a_tree_shows_of_each_record_what_the_record_alone_would_show() -> None:
    pending = [
        change(1, creation(ROOT, "insp")),
        change(
            2,
            RecordEdit(
                ROOT, "insp", "insp", 1, Operation.SET, writes={"a": FieldWrite("2", (an_id(101),))}
            ),
        ),
    ]
    tree = overlay_tree({}, pending, ROOT)
    assert tree[ROOT] == overlay(None, pending, ROOT)
    assert tree[ROOT].value("a") == "2"


def test_the_base_itself_is_never_altered() -> None:
    base = overlay_tree({}, [change(1, creation(ROOT, "insp"))], ROOT)
    before = dict(base)
    overlay_tree(base, [change(2, creation(FINDING, "insp/findings", ROOT))], ROOT)
    assert base == before
