"""Any bytes at the door for forms are a form or defects, never an exception.

Files that once broke a reader, and hostile ones written by hand, are kept in
`tests/data/fuzz/door` and read in every run; `HYPOTHESIS_PROFILE=search` looks for new ones.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalog import catalog_forms
from server.forms_import.search_calls import read_search
from server.xlsform import Examined, examine
from tests.support.sources import comma, form, markdown, with_part, workbook

CORPUS = Path(__file__).resolve().parents[2] / "data" / "fuzz" / "door"
HEAD = ["type", "name", "label::ไทย (th)", "label::English (en)", "relevant", "parameters"]
SHEETS = form(
    [
        HEAD,
        ["begin_group", "g", "ก", "G", "", ""],
        ["select_one_from_file t.csv", "a", "ก", "A", "", "value=name label=label"],
        ["select_multiple_from_file u.geojson", "b", "ก", "B", "${a} != ''", ""],
        ["select_one_from_file v.xml", "c", "ก", "C", "", ""],
        ["end_group", "", "", "", "", ""],
        ["begin_repeat", "r", "ก", "R", "", ""],
        ["range", "d", "ก", "D", "", "start=1 end=5 step=2"],
        ["end_repeat", "", "", "", "", ""],
    ],
    entities=[["dataset", "label"], ["trees", "${a}"]],
)
TEXT = markdown(SHEETS)
BOOK = workbook(SHEETS)
PARTS = sorted(zipfile.ZipFile(BytesIO(BOOK)).namelist())
TABLES = {
    "t.csv": b"name,label\na,One\nb,Two\n",
    "u.geojson": b'{"features": [{"id": "x", "geometry": {"type": "Point", "coordinates": [1]}}]}',
    "v.xml": b"<root><item><name>a</name><label>One</label></item></root>",
}
XFORM = b"""<h:html xmlns:h="a"><h:head><h:title>t</h:title><model>
<instance><data id="x"><a/><g><b/></g></data></instance>
<bind nodeset="/data/a" type="int" calculate="1 + 1"/>
<itext><translation lang="th"><text id="a"><value>x</value></text></translation></itext>
</model></h:head><h:body><group ref="/data/g"><repeat nodeset="/data/g">
<select ref="b"><label ref="jr:itext('a')"/><item><value>1</value></item></select>
</repeat></group></h:body></h:html>"""
PIECES = st.sampled_from(
    [
        *(b"", b"|", b"\\|", b"\n", b"${", b"'", b",", b'"', b"\x00", b"\xff", b"#", b"<", b">"),
        *(b"</", b"&a;", b"]]>", b"<!DOCTYPE x>", b"yes", b"select_one ", b"begin repeat", b"end"),
        *("ก".encode(), "\u2019".encode(), b"search('a'", b"::", b"0", b"1e999", b"-1", b"nan"),
    ]
)


def sound(found: Examined) -> None:
    """A form, or defects that say in both languages what to do."""
    assert found.definition is not None or found.defects
    for defect in found.defects:
        assert defect.message.th, defect
        assert defect.message.en, defect
        assert defect.code.count(".") == 1


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with a few pieces cut out, put in or repeated."""
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = draw(st.one_of(PIECES, st.binary(max_size=4), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data


@pytest.mark.parametrize("name", sorted(path.name for path in CORPUS.iterdir()))
def test_a_kept_file_is_a_form_or_defects(name: str) -> None:
    sound(examine((CORPUS / name).read_bytes(), name, TABLES))


@given(damaged(TEXT))
def test_a_damaged_markdown_is_a_form_or_defects(data: bytes) -> None:
    sound(examine(data, "a.md", TABLES))


@given(damaged(comma(SHEETS)))
def test_a_damaged_csv_is_a_form_or_defects(data: bytes) -> None:
    sound(examine(data, "a.csv", TABLES))


@given(damaged(BOOK))
def test_a_workbook_with_damaged_bytes_is_a_form_or_defects(data: bytes) -> None:
    sound(examine(data, "a.xlsx", TABLES))


@given(st.data(), st.sampled_from(PARTS))
def test_a_workbook_with_a_damaged_part_is_a_form_or_defects(
    data: st.DataObject, name: str
) -> None:
    part = zipfile.ZipFile(BytesIO(BOOK)).read(name)
    sound(examine(with_part(BOOK, name, data.draw(damaged(part))), "a.xlsx", TABLES))


@given(st.sampled_from(PARTS))
def test_a_workbook_without_a_part_is_a_form_or_defects(name: str) -> None:
    sound(examine(with_part(BOOK, name, None), "a.xlsx", TABLES))


@given(damaged(XFORM))
def test_a_damaged_xform_is_checked_or_has_defects(data: bytes) -> None:
    sound(examine(data, "a.xml", TABLES))


@given(st.data(), st.sampled_from(sorted(TABLES)))
def test_a_damaged_table_beside_a_form_is_read_or_has_defects(
    data: st.DataObject, name: str
) -> None:
    sound(examine(TEXT, "a.md", {**TABLES, name: data.draw(damaged(TABLES[name]))}))


@given(st.binary(max_size=400), st.sampled_from(["a.md", "a.csv", "a.xlsx", "a.xls", "a.xml", "a"]))
def test_any_bytes_are_a_form_or_defects(data: bytes, name: str) -> None:
    sound(examine(data, name, {}))


@given(st.text("search('a,${}) \"", max_size=60))
def test_any_appearance_is_read(text: str) -> None:
    call = read_search(text)
    assert call is None or call.table


@given(st.sampled_from(sorted(catalog_forms())), st.data())
def test_a_damaged_form_of_the_product_is_a_form_or_defects(name: str, data: st.DataObject) -> None:
    source = catalog_forms()[name].encode()
    sound(examine(data.draw(damaged(source)), f"{name}.md", {}))
