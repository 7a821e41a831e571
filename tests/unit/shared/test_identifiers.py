"""Identifiers are read, checked, shown and masked (golden vectors of the domain)."""

from __future__ import annotations

import pytest

from shared.thai.identifiers import (
    Identifier,
    IdentifierProblem,
    mask_citizen_id,
    mask_phone,
    parse_citizen_id,
    parse_factory_number,
    parse_juristic_number,
    parse_phone,
    parse_waste_code,
)

READERS = [
    parse_citizen_id,
    parse_juristic_number,
    parse_factory_number,
    parse_phone,
    parse_waste_code,
]


@pytest.mark.parametrize(
    "text", ["3100600445635", "3-1006-00445-63-5", "๓๑๐๐๖๐๐๔๔๕๖๓๕", " 3100600445635 "]
)
def test_a_citizens_number_is_read(text: str) -> None:
    assert parse_citizen_id(text) == Identifier("3100600445635", "3-1006-00445-63-5", "citizen_id")


def test_the_check_digit_counts() -> None:
    assert parse_citizen_id("1234545678789") == IdentifierProblem("citizen_id.check_digit")
    assert isinstance(parse_citizen_id("1234545678781"), Identifier)


def test_citizens_and_companies_are_told_apart_by_the_first_digit() -> None:
    assert parse_juristic_number("0105536112014") == Identifier(
        "0105536112014", "0105536112014", "juristic_number"
    )
    assert parse_citizen_id("0105536112014") == IdentifierProblem("citizen_id.first_digit")
    assert parse_juristic_number("3100600445635") == IdentifierProblem(
        "juristic_number.first_digit"
    )


@pytest.mark.parametrize(
    "text", ["310060044563", "31006004456355", "31006004456x5", "³100600445635"]
)
def test_a_citizens_number_has_thirteen_digits(text: str) -> None:
    assert parse_citizen_id(text) == IdentifierProblem("citizen_id.length")


@pytest.mark.parametrize("text", ["10250000825470", "1-0-25-00008-2547-0", "๑-๐-๒๕-๐๐๐๐๘-๒๕๔๗-๐"])
def test_a_new_factory_number_is_read(text: str) -> None:
    assert parse_factory_number(text) == Identifier(
        "10250000825470", "1-0-25-00008-2547-0", "factory_number"
    )


@pytest.mark.parametrize("text", ["3-106-33/50รย", "จ3-64(1)-5/45สค", "น.54-1/2549-ญนค"])
def test_a_legacy_factory_number_is_read(text: str) -> None:
    assert parse_factory_number(text) == Identifier(text, text, "factory_number_legacy")


@pytest.mark.parametrize(
    ("text", "warning"),
    [("โรงงานเก่า 7", "factory_number.unknown_form"), ("99990000825470", "factory_number.unusual")],
)
def test_an_unknown_factory_number_is_kept_with_a_warning(text: str, warning: str) -> None:
    read = parse_factory_number(text)
    assert isinstance(read, Identifier)
    assert (read.value, read.warning) == (text, warning)


@pytest.mark.parametrize(
    ("text", "value", "display", "kind"),
    [
        ("0812345678", "0812345678", "081-234-5678", "mobile"),
        ("+66 81 234 5678", "0812345678", "081-234-5678", "mobile"),
        ("+66(0)812345678", "0812345678", "081-234-5678", "mobile"),
        ("๐๘๑-๒๓๔-๕๖๗๘", "0812345678", "081-234-5678", "mobile"),
        ("02-123-4567 ต่อ 12", "021234567;12", "02-123-4567 ต่อ 12", "fixed"),
        ("044 123 456", "044123456", "044-123-456", "fixed"),
    ],
)
def test_a_telephone_number_is_read(text: str, value: str, display: str, kind: str) -> None:
    assert parse_phone(text) == Identifier(value, display, kind)


@pytest.mark.parametrize(
    "text", ["081234567", "0123456789", "1669", "โทร", "08123456789", "+1 202 555 0100"]
)
def test_what_is_no_telephone_number_is_a_problem(text: str) -> None:
    assert parse_phone(text) == IdentifierProblem("phone.unreadable")


def test_a_waste_code_is_read() -> None:
    assert parse_waste_code("19 03 08 ha") == Identifier("190308HA", "19 03 08 HA", "waste_code")
    assert parse_waste_code("๑๙๐๓๐๘") == Identifier("190308", "19 03 08", "waste_code")
    assert parse_waste_code("20 03 08") == IdentifierProblem("waste_code.chapter")
    assert parse_waste_code("19 03 08 HX") == IdentifierProblem("waste_code.unreadable")


@pytest.mark.parametrize("reader", READERS)
def test_empty_and_endless_text_are_problems_of_every_reader(reader) -> None:
    assert reader("  ") == IdentifierProblem("identifier.empty")
    assert reader("1" * 1_000_000) == IdentifierProblem("identifier.too_long")


def test_masks_show_only_the_end() -> None:
    assert mask_phone("081-234-1234") == "08x-xxx-1234"
    assert mask_phone("02 123 1234 ต่อ 9") == "02-xxx-1234"
    assert mask_citizen_id("1-2345-45678-78-1") == "x-xxxx-xxxxx-78-1"


@pytest.mark.parametrize("mask", [mask_phone, mask_citizen_id])
def test_a_mask_shows_nothing_of_what_it_does_not_know(mask) -> None:
    assert mask("สมชาย 12345") == "x"
    assert mask("") == ""
