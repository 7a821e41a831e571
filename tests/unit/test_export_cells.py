"""Cells of exports: exact, without formulas, whatever was stored."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.exports.asking import ExportShape
from server.exports.cells import Number, cell_of, guarded, parts_of
from server.exports.columns import masked_names, tables_of
from server.exports.writing import CsvZip, Workbook
from shared.forms.definition import FormDefinition, Question, Text
from shared.forms.loading import load_form
from tests.support.forms import YN, both, calculate, document, group, question, repeat


def of(kind: str, **more: Any) -> Question:
    return Question("k", "k", "f", kind, Text("k", "k"), **more)


def said(question: Question, name: str) -> str:
    return {"yes": "ใช่", "no": "ไม่ใช่"}.get(name, name)


@pytest.mark.parametrize(
    ("kind", "part", "value", "cell"),
    [
        ("text", "", "สวัสดี", "สวัสดี"),
        ("text", "", "a\x00b\x07\ud800", "ab"),
        ("integer", "", 12, 12),
        ("decimal", "", "0012.500", "0012.500"),
        ("decimal", "", "=1+1", "=1+1"),
        ("date", "", "2025-08-15", "2025-08-15"),
        ("date", "be", "2025-08-15", "15/08/2568"),
        ("date", "be", "yesterday", None),
        ("select_one", "", "yes", "yes"),
        ("select_one", "label", "yes", "ใช่"),
        ("select_multiple", "label", ["yes", "no"], "ใช่; ไม่ใช่"),
        ("select_multiple", "", ["yes", "no"], "yes no"),
        ("rank", "", ["no", "yes"], "no yes"),
        ("geopoint", "lat", {"lat": "13.5", "lon": "100"}, "13.5"),
        ("geopoint", "accuracy", {"lat": "13.5", "lon": "100"}, None),
        ("geopoint", "lat", "odd", "odd"),
        (
            "geotrace",
            "",
            [{"lat": "1", "lon": "2"}, {"lat": "3", "lon": "4"}],
            "LINESTRING (2 1, 4 3)",
        ),
        (
            "geoshape",
            "",
            [{"lat": "1", "lon": "2"}, {"lat": "3", "lon": "4"}, {"lat": "5", "lon": "6"}],
            "POLYGON ((2 1, 4 3, 6 5, 2 1))",
        ),
        ("image", "", {"sha256": "0" * 64, "name": "ภาพ.jpg", "size": 1, "type": "a/b"}, "ภาพ.jpg"),
        ("image", "sha256", {"sha256": "0" * 64, "name": "x"}, "0" * 64),
        ("calculate", "", "10250000825470123", "10250000825470123"),
        ("calculate", "", "4.5", "4.5"),
        ("text", "", {"odd": [1]}, '{"odd":[1]}'),
        ("text", "", None, None),
    ],
)  # fmt: skip
def test_a_stored_value_becomes_a_cell(kind: str, part: str, value: Any, cell: Any) -> None:
    assert cell_of(of(kind), part, value, said) == cell


def test_numbers_are_numbers_and_long_digits_are_not() -> None:
    assert isinstance(cell_of(of("decimal"), "", "-4.50", said), Number)
    assert isinstance(cell_of(of("calculate"), "", "4.5", said), Number)
    assert not isinstance(cell_of(of("calculate"), "", "0812345678", said), Number)
    assert not isinstance(cell_of(of("text"), "", "4.5", said), Number)


@given(
    kind=st.sampled_from(["text", "integer", "geopoint", "geotrace", "image", "select_multiple",
                          "date", "reference", "calculate", "range", "rank", "time"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["lat", "lon", "name", "x"]), inner, max_size=3),
        max_leaves=6,
    ),
)  # fmt: skip
def test_no_stored_value_fails(kind: str, value: Any) -> None:
    one = of(kind)
    for part in parts_of(one, "both", "both"):
        cell = cell_of(one, part, value, said)
        assert cell is None or isinstance(cell, str | int)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", " =cmd|' /C calc'!A0", "|x", "%x"]
)
def test_a_text_that_looks_like_a_formula_is_guarded_in_csv(text: str) -> None:
    assert guarded(text) == "'" + text


def test_files_hold_what_was_written_and_no_formula(tmp_path: Path) -> None:
    lines = [["=1+1", Number("-4.5"), 7, None, "ก\nข", Number("12345678901234567890")]]
    heads = [["a", "b", "c", "d", "e", "=f"]]
    for writer in (CsvZip(tmp_path / "x.zip", tmp_path), Workbook(tmp_path / "x.xlsx", tmp_path)):
        for name in ("one", "two", "a very long name of a table that goes on", "ONE"):
            writer.table(name, heads)
        for name in ("two", "one", "two"):
            writer.line(name, lines[0])
        writer.close()
    with zipfile.ZipFile(tmp_path / "x.zip") as found:
        raw = found.read("two.csv")
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[1] == ["'=1+1", "-4.5", "7", "", "ก\nข", "12345678901234567890"]
    assert len(rows) == 3
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = [(cell.value, cell.data_type) for cell in book["two"][2]]
    assert cells == [
        ("=1+1", "s"), (-4.5, "n"), (7, "n"), (None, "n"), ("ก\nข", "s"),
        ("12345678901234567890", "s"),
    ]  # fmt: skip
    assert len(book.sheetnames) == len({name.lower() for name in book.sheetnames}) == 4


def version(number: int, *children: dict[str, Any]) -> FormDefinition:
    form = load_form({**document(group("s", *children)), "version": number, "choices": {"yn": YN}})
    assert isinstance(form, FormDefinition), form
    return form


def test_columns_are_the_union_in_the_order_of_the_newest() -> None:
    old = version(1, question("gone"), question("kept"), repeat("rows", question("x")))
    middle = version(2, question("kept"), question("brief"))
    new = version(3, question("fresh"), question("kept"))
    tables = tables_of([new, middle, old], ExportShape())
    assert [c.heading for c in tables["demo"].columns if c.question] == [
        "s/fresh", "s/kept", "s/brief@2", "s/gone@1",
    ]  # fmt: skip
    found = {c.heading: c.versions for c in tables["demo"].columns if c.question}
    assert found["s/kept"] == (1, 2, 3)
    assert [c.heading for c in tables["demo/rows"].columns if c.question] == ["x@1"]


def test_what_is_computed_of_personal_answers_is_personal() -> None:
    form = version(
        1,
        question("name", personal="P"),
        question("place"),
        calculate("greeting", "concat('a', ${name})"),
        calculate("louder", "concat(${greeting}, '!')"),
        calculate("where", "concat(${place}, '!')"),
    )
    assert masked_names(form) == {"name", "greeting", "louder"}
    columns = tables_of([form], ExportShape())["demo"].columns
    masked = {column.heading for column in columns if column.masked}
    assert masked == {"s/name", "s/greeting", "s/louder", "other_fields"}
    shown = tables_of([form], ExportShape(personal=True))["demo"].columns
    assert not any(column.masked for column in shown)


def test_both_languages_label_every_column() -> None:
    form = version(1, question("a", label=both("ก")))
    for column in tables_of([form], ExportShape())["demo"].columns:
        assert column.label.th
        assert column.label.en
