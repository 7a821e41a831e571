"""Question types: what a person may type, and what a stored value must look like."""

from __future__ import annotations

from typing import Any

import pytest

from shared.forms.question_types import TYPES, Read, Unreadable, type_of, widget_of
from tests.support.forms import form_of, question

FILE = {"sha256": "a" * 64, "name": "รูป.jpg", "size": 10, "type": "image/jpeg"}


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "  น้ำ ", "น้ำ"),
        ("text", "   ", None),
        ("integer", "๑,๒๓๔", 1234),
        ("integer", "-5", -5),
        ("integer", "", None),
        ("decimal", "1,234.50", "1234.50"),
        ("decimal", ".5", "0.5"),
        ("decimal", "๙.๑", "9.1"),
        ("decimal", "007", "7"),
        ("decimal", "5.", "5"),
        ("decimal", "-0.5", "-0.5"),
        ("date", "15/8/68", "2025-08-15"),
        ("date", "29/2/2567", "2024-02-29"),
        ("date", "๑๕ สิงหาคม ๒๕๖๘", "2025-08-15"),
        ("time", "13.30 น.", "13:30"),
        ("time", "0830", "08:30"),
        ("dateTime", "15/8/2568 13.30 น.", "2025-08-15T13:30:00+07:00"),
        ("dateTime", "2025-08-15T13:30:00+07:00", "2025-08-15T13:30:00+07:00"),
        ("geopoint", "13.7563, 100.5018", {"lat": "13.7563", "lon": "100.5018"}),
        ("select_one", "yes", "yes"),
        ("select_multiple", "a b a", ["a", "b"]),
        ("image", "", None),
        ("range", "๒.๕", "2.5"),
        ("rank", "b a", ["b", "a"]),
        ("references", "x1 x2", ["x1", "x2"]),
        (
            "geotrace",
            "13.7, 100.5; 13.8 100.6 4 2.5",
            [
                {"lat": "13.7", "lon": "100.5"},
                {"lat": "13.8", "lon": "100.6", "altitude": "4", "accuracy": "2.5"},
            ],
        ),
        (
            "geoshape",
            "๑ ๑; 1 2; 2 2; 1 1",
            [{"lat": "1", "lon": "1"}, {"lat": "1", "lon": "2"}, {"lat": "2", "lon": "2"}],
        ),
    ],
)
def test_typed_text_is_read(kind: str, typed: str, value: Any) -> None:
    found = TYPES[kind].read(typed)
    assert isinstance(found, Read)
    assert found.value == value
    if value is not None:
        assert TYPES[kind].check(value) is None


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("integer", "1.5"),
        ("integer", "12a"),
        ("integer", "9" * 30),
        ("decimal", "1,23"),
        ("decimal", "1e5"),
        ("decimal", "9" * 60),
        ("date", "29/2/2568"),
        ("date", "yesterday"),
        ("time", "25:00"),
        ("dateTime", "13.30"),
        ("geopoint", "13.7"),
        ("geopoint", "91, 0"),
        ("text", "ก" * 70_000),
        ("geotrace", "13.7 100.5"),
        ("geotrace", "13.7 100.5; 91 0"),
        ("geoshape", "1 1; 2 2; 1 1"),
        ("geoshape", "1 1; 2 2; x y"),
        ("select_multiple", "a " * 70_000),
        ("image", "something"),
    ],
)
def test_unreadable_text_is_told_in_both_languages(kind: str, typed: str) -> None:
    found = TYPES[kind].read(typed)
    assert isinstance(found, Unreadable)
    assert found.message.th
    assert found.message.en


def test_a_year_without_an_era_is_confirmed() -> None:
    found = TYPES["date"].read("15/08/2025")
    assert isinstance(found, Read)
    assert (found.value, found.confirm) == ("2025-08-15", True)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("text", 3, "type.text"),
        ("integer", True, "type.integer"),
        ("integer", 2**60, "type.integer"),
        ("integer", "3", "type.integer"),
        ("decimal", 3, "type.decimal"),
        ("decimal", "NaN", "type.decimal"),
        ("decimal", "1e9", "type.decimal"),
        ("date", "15/8/2568", "type.date"),
        ("date", "2025-02-30", "type.date"),
        ("time", "24:00", "type.time"),
        ("time", "08:30:00", "type.time"),
        ("dateTime", "2025-08-15", "type.datetime"),
        ("select_one", " a", "type.choice"),
        ("select_one", "a\nb", "type.choice"),
        ("select_multiple", ["a b"], "type.choices"),
        ("select_one", "", "type.choice"),
        ("select_multiple", "a", "type.choices"),
        ("select_multiple", ["a", "a"], "type.choices"),
        ("select_multiple", [["a"]], "type.choices"),
        ("select_multiple", [], "type.choices"),
        ("geopoint", {"lat": "1"}, "type.geopoint"),
        ("geopoint", {"lat": 1, "lon": 2}, "type.geopoint"),
        ("geopoint", {"lat": "1", "lon": "181"}, "type.geopoint"),
        ("geopoint", {"lat": "1", "lon": "2", "x": "3"}, "type.geopoint"),
        ("image", {**FILE, "sha256": "x"}, "type.file"),
        ("image", {**FILE, "size": -1}, "type.file"),
        ("image", {**FILE, "name": ""}, "type.file"),
        ("image", {**FILE, "type": "jpeg"}, "type.file"),
        ("image", {**FILE, "more": 1}, "type.file"),
        ("signature", "text", "type.file"),
        ("note", "text", "type.not_stored"),
        ("geotrace", [{"lat": "1", "lon": "2"}], "type.geotrace"),
        ("geotrace", {"lat": "1", "lon": "2"}, "type.geotrace"),
        ("geotrace", [{"lat": "1", "lon": "2"}, 3], "type.geotrace"),
        ("geotrace", [{"lat": "1", "lon": "2"}] * 2_001, "type.geotrace"),
        ("geoshape", [{"lat": "1", "lon": "2"}] * 2, "type.geoshape"),
        ("rank", "a", "type.choices"),
        ("references", ["a", "a"], "type.choices"),
        ("range", 3, "type.decimal"),
        ("metadata", 3, "type.text"),
    ],
)
def test_a_stored_value_of_a_wrong_shape_is_named(kind: str, value: Any, code: str) -> None:
    assert TYPES[kind].check(value) == code


def test_a_sound_file_and_place_pass() -> None:
    assert TYPES["image"].check(FILE) is None
    assert TYPES["geopoint"].check({"lat": "13.75", "lon": "100.5", "accuracy": "5.0"}) is None


def test_a_place_computes_as_odk_writes_it() -> None:
    place = {"lat": "13.75", "lon": "100.5", "accuracy": "5.0"}
    assert TYPES["geopoint"].computed(place) == "13.75 100.5 0 5.0"
    assert TYPES["geopoint"].computed("x") is None


def test_lines_and_areas_compute_as_odk_writes_them() -> None:
    corners = [{"lat": "1", "lon": "2"}, {"lat": "1", "lon": "3", "accuracy": "4"}]
    assert TYPES["geotrace"].computed(corners) == "1 2 0 0;1 3 0 4"
    area = [*corners, {"lat": "2", "lon": "3", "altitude": "7"}]
    assert TYPES["geoshape"].computed(area) == "1 2 0 0;1 3 0 4;2 3 7 0;1 2 0 0"
    assert TYPES["geoshape"].computed(corners) is None


def test_a_number_that_is_text_is_stored_in_arabic_digits() -> None:
    (phone, plain) = form_of(question("a", appearance="numbers"), question("b")).questions("demo")
    assert type_of(phone).read("๐๘๑-๒๓๔-๕๖๗๘") == Read("081-234-5678")
    assert type_of(plain).read("หมู่ ๕") == Read("หมู่ ๕")


def test_widgets_follow_type_and_appearance() -> None:
    definition = form_of(question("a", appearance="multiline"), question("b", "signature"))
    assert [widget_of(one) for one in definition.questions("demo")] == ["multiline", "signature"]
