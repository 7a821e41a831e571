"""Tables and media given beside a form become codebooks and files that travel with it."""

from __future__ import annotations

from typing import Any

import pytest

from server.forms_import.search_calls import read_search
from server.xlsform import CompiledForm, compile_source
from shared.canonical import sha256_hex
from shared.forms.codebook import load_codebook
from tests.support.sources import compiled, errors, form, markdown, places, questions

HEAD = ["type", "name", "label"]
FRUITS = "name,label,colour\nfig,มะเดื่อ,red\nplum,Plum,blue\n".encode()
GEOJSON = b"""{"type": "FeatureCollection", "features": [
 {"type": "Feature", "id": "fs87b", "properties": {"title": "Pump", "n": 3},
  "geometry": {"type": "Point", "coordinates": [100.5, 13.7]}},
 {"type": "Feature", "properties": {"id": "f2", "title": "Line"},
  "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}}]}"""
XML = b"<root><item><name>fig</name><label>Fig</label></item><item><name>plum</name></item></root>"


def book(found: CompiledForm, number: int = 0) -> Any:
    return found.codebooks[number]


def test_a_csv_beside_the_form_is_its_codebook_and_the_question_refers_to_it() -> None:
    rows = [
        [*HEAD, "choice_filter"],
        ["select_one_from_file fruits.csv", "f", "Fruit", "colour = 'red'"],
    ]
    found = compiled(form(rows), fruits_csv=FRUITS)
    assert questions(found)["f"]["refers_to"] == "codebook demo.fruits"
    loaded = load_codebook(book(found))
    assert (loaded.name, list(loaded.rows)) == ("demo.fruits", ["fig", "plum"])
    assert loaded.rows["fig"].label.th == "มะเดื่อ"
    assert loaded.rows["fig"].cells["colour"] == "red"
    assert not [one for one in found.warnings if one.code.startswith("form.file")]


def test_the_same_table_has_the_same_version_and_another_has_another() -> None:
    rows = [HEAD, ["select_one_from_file fruits.csv", "f", "Fruit"]]
    one = compiled(form(rows), fruits_csv=FRUITS)
    two = compiled(form(rows), fruits_csv=FRUITS + b"pear,Pear,green\n")
    assert book(one)["version"] == book(compiled(form(rows), fruits_csv=FRUITS))["version"]
    assert book(one)["version"] != book(two)["version"]


def test_value_and_label_name_the_columns_of_a_table() -> None:
    rows = [
        [*HEAD, "parameters"],
        ["select_multiple_from_file fruits.csv", "f", "F", "value=Code label=Shown"],
    ]
    found = compiled(form(rows), fruits_csv=b"Code,Shown\n1,One\n2,Two\n")
    assert questions(found)["f"]["type"] == "references"
    assert [(row["key"], row["th"]) for row in book(found)["rows"]] == [("1", "One"), ("2", "Two")]


def test_a_geojson_has_id_title_and_geometry() -> None:
    rows = [HEAD, ["select_one_from_file wells.geojson", "w", "Well"]]
    found = compiled(form(rows), wells_geojson=GEOJSON)
    first, second = book(found)["rows"]
    assert (first["key"], first["th"], first["n"]) == ("fs87b", "Pump", "3")
    assert first["geometry"] == "13.7 100.5 0 0"
    assert second["geometry"] == "2 1 0 0;4 3 0 0"


def test_a_table_in_xml_is_read_as_well() -> None:
    rows = [HEAD, ["select_one_from_file fruits.xml", "f", "Fruit"]]
    found = compiled(form(rows), fruits_xml=XML)
    assert [row["key"] for row in book(found)["rows"]] == ["fig", "plum"]
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><root><item><name>&a;</name></item></root>'
    assert ("fruits.xml", 0, "", "sheet.entities") in errors(form(rows), fruits_xml=bomb)


def test_what_pulldata_and_instances_look_into_travels_too() -> None:
    rows = [
        [*HEAD, "calculation"],
        ["text", "a", "A", ""],
        ["calculate", "b", "", "pulldata('fruits', 'colour', 'name', ${a})"],
        ["csv-external", "prices", "", ""],
    ]
    found = compiled(form(rows), fruits_csv=FRUITS, prices_csv=b"p,q\n1,2\n1,3\n")
    names = {book(found, number)["codebook"] for number in range(len(found.codebooks))}
    assert names == {"demo.fruits", "demo.prices"}


def test_a_missing_table_is_told_once_with_what_to_do() -> None:
    rows = [
        HEAD,
        ["select_one_from_file fruits.csv", "f", "Fruit"],
        ["select_one_from_file fruits.csv", "g", "Fruit"],
    ]
    found = compiled(form(rows))
    missing = [one for one in found.warnings if one.code == "form.file_missing"]
    assert [(one.row, "demo.fruits" in one.message.en) for one in missing] == [(3, True)]


def test_a_table_that_nothing_names_is_told() -> None:
    found = compiled(form([HEAD, ["text", "a", "A"]]), fruits_csv=FRUITS)
    assert ("fruits.csv", 0, "", "form.file_unused") in places(found.warnings)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"code,label\n1,One\n", ("fruits.csv", 1, "name", "form.file_column")),
        (b"name,label\na b,One\n", ("fruits.csv", 2, "name", "form.file_key")),
        (b"name,label\n\xff\xfe,One\n", ("fruits.csv", 2, "", "sheet.encoding")),
    ],
)
def test_a_defect_of_a_table_is_at_its_file_row_and_column(
    data: bytes, place: tuple[str, int, str, str]
) -> None:
    rows = [HEAD, ["select_multiple_from_file fruits.csv", "f", "Fruit"]]
    assert place in errors(form(rows), fruits_csv=data)


def test_media_named_by_the_form_are_its_files() -> None:
    rows = [[*HEAD, "image", "audio"], ["text", "a", "A", "map.png", "say.mp3"]]
    found = compiled(form(rows), map_png=b"picture")
    document: Any = found.document
    assert document["files"] == {
        "map.png": {"sha256": sha256_hex(b"picture"), "size": 7, "type": "image/png"}
    }
    assert found.media == {"map.png": b"picture"}
    missing = [one.message.en for one in found.warnings if one.code == "form.file_missing"]
    assert len(missing) == 1
    assert "say.mp3" in missing[0]


def test_an_svg_is_not_taken_as_a_picture() -> None:
    found = compiled(form([[*HEAD, "image"], ["text", "a", "A", "x.svg"]]), x_svg=b"<svg onload=a>")
    assert found.media == {}
    assert "form.unsupported" in {one.code for one in found.warnings}


@pytest.mark.parametrize(
    ("appearance", "condition", "rest"),
    [
        ("search('fruits')", "", ""),
        ("minimal search('fruits')", "", "minimal"),
        ("search('fruits', 'matches', 'colour', ${c})", "colour = ${c}", ""),
        ("search('fruits', 'contains', 'name', 'a,b')", "contains(name, 'a,b')", ""),
        ("search('fruits','startswith','name',${c})", "starts-with(name, ${c})", ""),
        (
            "search('fruits', 'endswith', 'name', ${c}, 'colour', concat('r', 'ed')) quick",
            "(ends-with(name, ${c})) and colour = concat('r', 'ed')",
            "quick",
        ),
    ],
)
def test_a_search_is_a_table_with_a_condition(appearance: str, condition: str, rest: str) -> None:
    call = read_search(appearance)
    assert call is not None
    assert (call.table, call.condition, call.rest, call.problem) == (
        "fruits",
        condition,
        rest,
        False,
    )


def test_a_select_with_a_search_chooses_from_the_table() -> None:
    rows = [
        [*HEAD, "appearance"],
        ["text", "c", "C", ""],
        ["select_one fruit", "f", "Fruit", "minimal search('fruits', 'matches', 'colour', ${c})"],
    ]
    lists = [["list_name", "name", "label"], ["fruit", "name", "label"]]
    found = compiled(form(rows, lists), fruits_csv=FRUITS)
    node = questions(found)["f"]
    assert (node["type"], node["refers_to"]) == ("reference", "codebook demo.fruits")
    assert (node["choice_filter"], node["appearance"]) == ("colour = ${c}", "minimal")
    assert "fruit" not in found.definition.choice_lists


@pytest.mark.parametrize("appearance", ["search()", "search(fruits)", "search('a', 'b", "search("])
def test_a_search_that_is_not_understood_is_named(appearance: str) -> None:
    rows = [[*HEAD, "appearance"], ["select_one fruit", "f", "Fruit", appearance]]
    lists = [["list_name", "name", "label"], ["fruit", "name", "label"]]
    found = errors(form(rows, lists))
    assert ("survey", 3, "appearance", "form.unsupported") in found


def test_the_authors_own_reference_is_kept_and_needs_no_file() -> None:
    rows = [
        [*HEAD, "refers_to"],
        ["select_one_from_file places.csv", "p", "Place", "codebook places"],
    ]
    found = compile_source(markdown(form(rows)), "demo.md", {})
    assert isinstance(found, CompiledForm)
    assert questions(found)["p"]["refers_to"] == "codebook places"
    assert "parameters" not in questions(found)["p"]
    assert "form.file_missing" not in {one.code for one in found.warnings}
