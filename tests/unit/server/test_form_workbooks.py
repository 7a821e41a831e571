"""Workbooks, csv and Markdown are one form; hostile and damaged workbooks are defects."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from server.xlsform import CompiledForm, compile_source
from tests.support.sources import comma, form, markdown, places, questions, with_part, workbook

SHEETS = form(
    [
        ["type", "name", "label::ไทย (th)", "label::English (en)", "required"],
        ["begin_group", "visit", "การเยี่ยม", "Visit", ""],
        ["text", "who", "ใคร", "Who", "yes"],
        ["select_one yn", "sure", "แน่ใจ", "Sure", ""],
        ["end_group", "", "", "", ""],
    ],
    [
        ["list_name", "name", "label::ไทย (th)", "label::English (en)"],
        ["yn", "1", "ใช่", "Yes"],
        ["yn", "0", "ไม่", "No"],
    ],
    [
        ["form_id", "form_title", "form_title_en", "version", "workflow"],
        ["demo", "สาธิต", "Demo", "3", "review"],
    ],
)
BOOK = workbook(SHEETS)


def codes(data: bytes, name: str = "demo.xlsx") -> list[str]:
    found = compile_source(data, name)
    assert isinstance(found, list), "a defect was expected"
    return [code for _, _, _, code in places(found)]


def test_a_form_is_the_same_document_in_every_kind_of_file() -> None:
    kinds = [(markdown(SHEETS), "a.md"), (comma(SHEETS), "a.csv"), (BOOK, "a.xlsx")]
    found = [compile_source(data, name) for data, name in kinds]
    hashes = {one.sha256 for one in found if isinstance(one, CompiledForm)}
    assert len(hashes) == 1, found
    assert all(isinstance(one, CompiledForm) and not one.warnings for one in found)


def test_the_bytes_say_what_a_file_is_and_not_its_name() -> None:
    assert isinstance(compile_source(BOOK, "form.md"), CompiledForm)
    assert isinstance(compile_source(markdown(SHEETS), "form.xlsx"), CompiledForm)


def test_numbers_truth_values_and_dates_become_the_texts_that_pyxform_sees() -> None:
    data = workbook(
        form(
            [
                ["type", "name", "label", "default"],
                ["integer", "a", "A", 3.0],
                ["decimal", "b", "B", 2.5],
                ["text", "c", "C", True],
                ["text", "d", "D", datetime(2024, 1, 31, tzinfo=UTC).replace(tzinfo=None)],
                ["text", "e", "E", time(8, 30)],
                ["text", "f", "F", 7],
            ]
        )
    )
    found = compile_source(data, "demo.xlsx")
    assert isinstance(found, CompiledForm), found
    nodes = questions(found)
    assert [nodes[name]["default"] for name in "abcdef"] == [
        "3",
        "2.5",
        "TRUE",
        "2024-01-31 00:00:00",
        "08:30:00",
        "7",
    ]


def test_a_defect_in_a_workbook_has_the_row_and_header_that_the_author_sees() -> None:
    data = workbook(
        form(
            [
                [" Type", "NAME", "Label :: English (en)", "Relevance"],
                ["text", "a", "A", ""],
                [],
                ["text", "b", "B", "${nobody} = 1"],
            ]
        )
    )
    found = compile_source(data, "demo.xlsx")
    assert isinstance(found, list)
    assert ("survey", 4, "Relevance", "expression.unknown_name") in places(found)


def test_a_non_breaking_space_is_a_space() -> None:
    data = workbook(
        form([["type", "name", "label"], ["text", "a\xa0", "A"], ["note", "b", "x\xa0y"]])
    )
    found = compile_source(data, "demo.xlsx")
    assert isinstance(found, CompiledForm), found
    assert questions(found)["b"]["label"] == {"th": "x y", "en": "x y"}


def test_formulas_merged_cells_and_columns_without_header_are_told() -> None:
    book = load_workbook(BytesIO(BOOK))
    sheet: Any = book["survey"]
    sheet["H3"] = "stray"
    sheet["E4"] = "=1+1"
    sheet.merge_cells("A7:B7")
    out = BytesIO()
    book.save(out)
    found = compile_source(out.getvalue(), "demo.xlsx")
    assert isinstance(found, CompiledForm), found
    assert {one.code for one in found.warnings} == {
        "sheet.formula",
        "sheet.merged",
        "sheet.no_header",
    }


def test_an_error_of_the_spreadsheet_is_a_defect() -> None:
    sheet = zipfile.ZipFile(BytesIO(BOOK)).read("xl/worksheets/sheet1.xml").decode()
    broken = sheet.replace(
        "</sheetData>", '<row r="9"><c r="A9" t="e"><v>#REF!</v></c></row></sheetData>'
    )
    data = with_part(BOOK, "xl/worksheets/sheet1.xml", broken.encode())
    assert "sheet.cell_error" in codes(data)


def test_macros_and_links_to_other_files_are_told_and_never_looked_at() -> None:
    data = with_part(BOOK, "xl/vbaProject.bin", b"Sub Auto_Open()")
    data = with_part(data, "xl/externalLinks/externalLink1.xml", b"<not-even-xml")
    found = compile_source(data, "demo.xlsm")
    assert isinstance(found, CompiledForm), found
    assert {one.code for one in found.warnings} == {"sheet.macros", "sheet.links"}


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hosts">]><x>&a;</x>'


@pytest.mark.parametrize("bomb", [ENTITIES, OUTSIDE])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_entities_in_any_part_of_a_workbook_are_refused(part: str, bomb: bytes) -> None:
    assert codes(with_part(BOOK, part, bomb)) == ["sheet.entities"]


def test_a_workbook_that_unpacks_beyond_its_bound_is_not_unpacked() -> None:
    bomb = with_part(BOOK, "xl/worksheets/sheet1.xml", b"\x00" * (49 * 2**20))
    assert len(bomb) < 2**20
    assert codes(bomb) == ["sheet.too_large"]


def test_a_few_texts_shared_by_very_many_cells_are_bounded() -> None:
    text = "x" * 30_000
    shared = f"<sst><si><t>{text}</t></si></sst>".encode()
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2_000))
    sheet = f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()
    data = with_part(with_part(BOOK, "xl/sharedStrings.xml", shared), SHEET_ONE, sheet)
    assert codes(data) == ["sheet.too_large"]


SHEET_ONE = "xl/worksheets/sheet1.xml"


def test_a_cell_at_the_far_end_of_a_sheet_costs_nothing() -> None:
    sheet = zipfile.ZipFile(BytesIO(BOOK)).read(SHEET_ONE).decode()
    far = '<row r="1048576"><c r="XFD1048576" t="str"><v>far</v></c></row></sheetData>'
    found = compile_source(
        with_part(BOOK, SHEET_ONE, sheet.replace("</sheetData>", far).encode()), "demo.xlsx"
    )
    assert isinstance(found, CompiledForm), found


@pytest.mark.parametrize("size", [0, 3, 4, 30, 500, len(BOOK) // 2, len(BOOK) - 5])
def test_a_workbook_cut_short_is_a_defect(size: int) -> None:
    assert codes(BOOK[:size])


def test_a_locked_workbook_and_an_old_file_that_is_none_are_defects() -> None:
    assert codes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600) == ["sheet.unreadable"]
    assert codes(b"PK\x05\x06" + b"\x00" * 18) == ["sheet.unreadable"]


def test_a_text_that_is_not_utf8_is_told_how_to_save_it() -> None:
    data = comma(SHEETS).decode().encode("cp874", "replace")
    assert "sheet.encoding" in codes(data, "demo.csv")


def test_misspelt_sheets_are_named_and_others_are_left_alone() -> None:
    sheets = {**SHEETS, "choises": [["a"]], "readme": [["b"]], "_setings": [["c"]]}
    found = compile_source(workbook(sheets), "demo.xlsx")
    assert isinstance(found, CompiledForm), found
    assert [(one.sheet, one.code) for one in found.warnings] == [("choises", "sheet.name")]


def test_rows_far_below_the_table_are_told_and_not_read() -> None:
    rows = [*SHEETS["survey"], *([[]] * 70), ["text", "lost", "ก", "Lost"]]
    found = compile_source(workbook({**SHEETS, "survey": rows}), "demo.xlsx")
    assert isinstance(found, CompiledForm), found
    assert [one.code for one in found.warnings] == ["sheet.far_rows"]


def test_an_xform_is_not_published_and_says_what_to_give_instead() -> None:
    assert codes(b'<?xml version="1.0"?><h:html/>', "demo.xml") == ["form.xform"]
