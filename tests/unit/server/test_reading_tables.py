"""A table becomes a codebook, or all its defects with row and column."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from server.services.compare_codebooks import compare_codebooks
from server.services.read_table import BookFacts, read_book
from shared.forms.codebook import Codebook, load_codebook

FACTS = BookFacts("ponds", "1", "บ่อ", "Ponds", "ทดสอบ", "https://example.org", "M", "2025-10-01")


def read(table: str, name: str = "ponds.csv", facts: BookFacts = FACTS) -> Codebook:
    found = read_book(name, table.encode(), facts)
    assert isinstance(found, dict), found
    return load_codebook(found)


def refused(table: str | bytes, name: str = "ponds.csv", facts: BookFacts = FACTS) -> set[str]:
    found = read_book(name, table if isinstance(table, bytes) else table.encode(), facts)
    assert isinstance(found, list), found
    assert all(one.message.th and one.message.en for one in found)
    return {one.code for one in found}


def test_a_csv_of_excel_with_a_mark_and_semicolons_is_read() -> None:
    book = read("\ufeffkey;th;en;max\r\npH;พีเอช;pH;9\r\n;;;\r\nBOD;;BOD;20\r\n")
    assert list(book.rows) == ["pH", "BOD"]
    assert book.rows["BOD"].label.th == "BOD"
    assert (book.cell("pH", "max"), book.confidence, book.valid_from) == ("9", "M", "2025-10-01")


def test_names_and_labels_of_xlsform_are_understood() -> None:
    book = read("name,label::ไทย (th),label::English (en),province\na,ก,A,20\n")
    assert (book.rows["a"].label.th, book.rows["a"].label.en) == ("ก", "A")


def test_a_workbook_gives_whole_numbers_and_days_as_texts() -> None:
    sheets = Workbook()
    sheet: Any = sheets.active
    for row in (("key", "th", "max", "since"), (1, "หนึ่ง", 2.5, date(2025, 10, 1))):
        sheet.append(row)
    out = io.BytesIO()
    sheets.save(out)
    found = read_book("ponds.xlsx", out.getvalue(), FACTS)
    assert isinstance(found, dict), found
    book = load_codebook(found)
    assert dict(book.rows["1"].cells) == {"max": "2.5", "since": "2025-10-01"}


def test_every_defect_is_told_at_once() -> None:
    table = "key,th,max\n,ก,1\na,ข,2\na,ค,3\nb,ง," + "x" * 20_000 + "\n"
    found = read_book("ponds.csv", table.encode(), FACTS)
    assert isinstance(found, list)
    assert [(one.row, one.column, one.code) for one in found] == [
        (2, "key", "book.key_missing"),
        (4, "key", "book.key_twice"),
        (5, "max", "book.cell"),
    ]


@pytest.mark.parametrize(
    ("table", "name", "code"),
    [
        ("", "a.csv", "book.empty"),
        ("th,en\nก,a\n", "a.csv", "book.no_key"),
        ("key,max,max\n1,2,3\n", "a.csv", "book.column_twice"),
        (b"key\n\xff\n", "a.csv", "sheet.encoding"),
        (b"PK nothing", "a.xlsx", "sheet.unreadable"),
        ("{}", "a.json", "book.json"),
        ("[", "a.json", "book.json"),
        ("x", "a.pdf", "book.kind"),
        (b"x" * (25 * 2**20), "a.csv", "book.too_large"),
    ],
)
def test_what_is_no_table_is_told(table: str | bytes, name: str, code: str) -> None:
    assert refused(table, name) == {code}


def test_a_name_and_a_day_that_cannot_be_kept_are_told() -> None:
    assert refused("key\na\n", facts=BookFacts("ชื่อ ไทย")) == {"book.name"}
    assert refused("key\na\n", facts=BookFacts("a", valid_from="soon")) == {"book.day"}


def test_a_json_keeps_what_it_says_itself() -> None:
    document = {
        "codebook": "own", "version": "7", "title": {"th": "ก", "en": "A"}, "source": "มันเอง",
        "rows": [{"key": "a", "th": "ก", "en": "A"}],
    }  # fmt: skip
    book = read(json.dumps(document), "a.json")
    assert (book.name, book.version, book.source, book.confidence) == ("own", "7", "มันเอง", "M")


def test_two_versions_are_compared_row_by_row() -> None:
    old = read("key,th,en,max\npH,พีเอช,pH,9\nBOD,บีโอดี,BOD,20\nTSS,ตะกอน,TSS,50\n")
    new = read("key,th,en,max,law\nTSS,ตะกอน,TSS,50,\npH,พีเอช,pH,8.5,MOI\nCOD,ซีโอดี,COD,120,\n")
    found = compare_codebooks(old, new)
    assert [row.key for row in found.added] == ["COD"]
    assert [row.key for row in found.removed] == ["BOD"]
    cells = {(row.key, c.column): (c.before, c.after) for row in found.changed for c in row.cells}
    assert cells == {("pH", "max"): ("9", "8.5"), ("pH", "law"): ("", "MOI")}
    assert (found.same_count, found.moved, found.columns_added) == (1, True, ("law",))
    assert compare_codebooks(old, old).is_same


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(("a.csv", "a.xlsx", "a.json")))
def test_any_bytes_are_a_codebook_or_defects(data: bytes, name: str) -> None:
    found = read_book(name, data, FACTS)
    assert found
    if isinstance(found, dict):
        load_codebook(found)
