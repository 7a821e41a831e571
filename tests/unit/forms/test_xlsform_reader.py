"""The XLSForm reader: every defect at once, each with sheet, line and column."""

from __future__ import annotations

import pytest

from server.xlsform import CompiledForm, SheetDefect, compile_xlsform
from shared.limits import FORM_SOURCE_BYTES_MAX

# ruff: noqa: E501 - a row of a table is one line

GOOD = """\
| survey |
| | type | name | label::ไทย (th) | label::English (en) | required | constraint | constraint_message::ไทย (th) | constraint_message::English (en) | personal | calculation |
| | begin_group | main | หลัก | Main | | | | | | |
| | text | who | ใคร | Who | yes | regex(., 'a\\|b') | a หรือ b | a or b | P | |
| | select_one yn | sure | แน่ใจ | Sure | | | | | | |
| | begin_repeat | things | สิ่งของ | Things | | | | | | |
| | integer | weight | น้ำหนัก | Weight | | | | | | |
| | end_repeat | | | | | | | | | |
| | calculate | total | | | | | | | | sum(${weight}) |
| | end_group | | | | | | | | | |

| choices |
| | list_name | name | label::ไทย (th) | label::English (en) |
| | yn | yes | ใช่ | Yes |
| | yn | no | ไม่ใช่ | No |

| settings |
| | form_id | form_title | form_title_en | version | workflow | default_language |
| | demo | สาธิต | Demo | 3 | review | ไทย (th) |
"""


def defects(text: str) -> list[SheetDefect]:
    found = compile_xlsform(text, "demo")
    assert isinstance(found, list), "defects were expected"
    assert all(one.message.th and one.message.en for one in found)
    return found


def test_a_sound_form_compiles_and_pyxform_takes_it_too() -> None:
    found = compile_xlsform(GOOD, "demo")
    assert isinstance(found, CompiledForm)
    definition = found.definition
    assert (definition.form_id, definition.version, definition.workflow) == ("demo", 3, "review")
    who = definition.question("demo", "main/who")
    assert who is not None
    assert (who.constraint, who.required, who.personal) == ("regex(., 'a|b')", "true()", "P")
    assert definition.record_types() == ("demo", "demo/things")
    assert "<h:html" in found.xform_xml
    assert 'id="demo" version="3"' in found.xform_xml


def test_the_same_text_gives_the_same_hash() -> None:
    one, other = compile_xlsform(GOOD, "a"), compile_xlsform(GOOD + "\n\n# remark\n", "b")
    assert isinstance(one, CompiledForm)
    assert isinstance(other, CompiledForm)
    assert one.sha256 == other.sha256
    changed = compile_xlsform(GOOD.replace("| 3 |", "| 4 |"), "a")
    assert isinstance(changed, CompiledForm)
    assert changed.sha256 != one.sha256


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "code"),
    [
        ("| personal |", "| personel |", 2, "personel", "sheet.unknown_column"),
        (
            "| personal | calculation |",
            "| required | calculation |",
            2,
            "required",
            "sheet.column_twice",
        ),
        ("'a\\|b'", "'a|b'", 4, "", "sheet.cell_count"),
        ("| integer | weight | น้ำหนัก |", "| integer | weight |", 7, "", "sheet.cell_count"),
        ("sum(${weight})", "some(${weight})", 9, "calculation", "expression.unknown_function"),
        ("sum(${weight})", "sum(${wait})", 9, "calculation", "expression.unknown_name"),
        ("| text | who |", "| telepathy | who |", 4, "type", "form.type"),
        ("| text | who |", "| text | sure |", 5, "name", "form.name_twice"),
        ("| yn | no |", "| yn | yes |", 15, "name", "form.choice_twice"),
        ("select_one yn", "select_one ny", 5, "type", "form.no_list"),
        ("| P |", "| Q |", 4, "personal", "form.personal"),
        ("| | end_repeat |", "| | end_group |", 8, "type", "sheet.unmatched_end"),
        ("| | end_group | | | | | | | | | |\n", "\n", 3, "type", "sheet.unmatched_begin"),
        ("| survey |", "| servey |", 1, "", "sheet.name"),
        ("| settings |", "| survey |", 17, "", "sheet.name"),
        ("| review |", "| revue |", 19, "workflow", "form.workflow"),
        ("| Who |", "| W\x00ho |", 4, "", "sheet.character"),
        ("| Who |", "| W\ud800ho |", 4, "", "sheet.character"),
        ("| choices |", "words\n| choices |", 12, "", "sheet.not_a_row"),
        ("| workflow |", "| workflaw |", 18, "workflaw", "sheet.unknown_column"),
        ("| list_name |", "| list |", 13, "list_name", "sheet.missing_column"),
    ],
)
def test_a_defect_is_found_where_it_is(
    old: str, new: str, row: int, column: str, code: str
) -> None:
    assert old in GOOD
    found = [(one.row, one.column, one.code) for one in defects(GOOD.replace(old, new, 1))]
    assert (row, column, code) in found


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "code"),
    [
        ("| Who |", "| |", 4, "label::English (en)", "form.translation"),
        ("| ใคร |", "| |", 4, "label::ไทย (th)", "form.translation"),
        ("| a or b |", "| |", 4, "constraint_message::English (en)", "form.translation"),
        (
            "| yn | no | ไม่ใช่ | No |",
            "| yn | no | ไม่ใช่ | |",
            15,
            "label::English (en)",
            "form.translation",
        ),
        ("| 3 |", "| three |", 19, "version", "form.version"),
        ("| Demo |", "| |", 19, "form_title_en", "form.translation"),
        ("| demo |", "| Demo form |", 19, "form_id", "form.id"),
        ("| personal |", "| favourite |", 2, "favourite", "sheet.unknown_column"),
    ],
)
def test_what_can_be_understood_is_a_warning_where_it_is(
    old: str, new: str, row: int, column: str, code: str
) -> None:
    assert old in GOOD
    found = compile_xlsform(GOOD.replace(old, new, 1), "demo")
    assert isinstance(found, CompiledForm), found
    assert (row, column, code) in [(one.row, one.column, one.code) for one in found.warnings]
    assert {one.severity for one in found.warnings} == {"warning"}


def test_a_sound_form_has_no_warning() -> None:
    found = compile_xlsform(GOOD, "demo")
    assert isinstance(found, CompiledForm)
    assert found.warnings == ()


def test_all_defects_come_at_once_in_the_order_of_the_file() -> None:
    text = (
        GOOD.replace("| P |", "| Q |")
        .replace("sum(", "some(")
        .replace("| ใคร |", "| |")
        .replace("| yn | no |", "| yn | yes |")
    )
    found = defects(text)
    assert [one.code for one in found] == [
        "form.translation",
        "form.personal",
        "expression.unknown_function",
        "form.choice_twice",
    ]


def test_an_unknown_column_suggests_the_one_meant() -> None:
    (defect,) = [
        one
        for one in defects(GOOD.replace("| personal |", "| personel |"))
        if one.code == "sheet.unknown_column"
    ]
    assert "personal" in defect.message.en


def test_what_only_pyxform_refuses_is_a_defect_too() -> None:
    text = (
        GOOD.replace("select_one yn | sure", "select_one yn or_other | sure")
        .replace("| personal |", "| choice_filter |")
        .replace("| P |", "| |")
    )
    text = text.replace("| Sure | | | | | | |", "| Sure | | | | | 1 = 1 | |")
    assert [one.code for one in defects(text)] == ["pyxform.refused"]


@pytest.mark.parametrize("text", ["", "hello", "|", "| survey |", "|||\n|||", "| survey |\n| | |"])
def test_what_is_no_form_is_refused_kindly(text: str) -> None:
    assert defects(text)


def test_a_file_beyond_the_bound_is_not_read() -> None:
    codes = [one.code for one in defects("x" * (FORM_SOURCE_BYTES_MAX + 1))]
    assert "sheet.too_large" in codes
