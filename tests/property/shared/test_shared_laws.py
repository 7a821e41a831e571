"""Laws of the foundations that hold for every input: round trips, stability, no surprise."""

from __future__ import annotations

import json
import uuid
from datetime import date
from datetime import time as clock_time

from hypothesis import given
from hypothesis import strategies as st

from shared.canonical import canonical_bytes, canonical_text, read_json
from shared.clocks import iso_utc, parse_iso_utc
from shared.errors import BadInput
from shared.ids import is_uuid, row_id, uuid7
from shared.limits import INTEGER_MAX
from shared.thai.dates import (
    DateProblem,
    ParsedDate,
    format_long,
    format_short,
    format_time,
    parse_date,
    parse_time,
)
from shared.thai.identifiers import (
    Identifier,
    check_digit_13,
    mask_citizen_id,
    mask_phone,
    parse_citizen_id,
    parse_factory_number,
    parse_phone,
    parse_waste_code,
)
from shared.thai.text import normalise, search_key, shorten, sort_key

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
thai = st.text(
    st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B) | st.sampled_from("a \u200b\u00ad")
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | storable,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(storable, inner, max_size=5),
    max_leaves=20,
)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(values)
def test_canonical_json_round_trips_through_the_strict_reader(value) -> None:
    written = canonical_bytes(value)
    assert read_json(written, bytes_max=len(written)) == value
    assert canonical_bytes(read_json(written, bytes_max=len(written))) == written


@given(st.dictionaries(storable, st.integers(0, 9), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_keys_never_shows(value, shuffler) -> None:
    items = list(value.items())
    shuffler.shuffle(items)
    assert canonical_text(dict(items)) == canonical_text(value)
    keys = list(json.loads(canonical_text(value)))
    assert keys == sorted(keys, key=lambda key: key.encode("utf-16-be"))


@given(values, st.booleans(), st.sampled_from([None, 1, 3]))
def test_any_json_text_of_a_value_is_read_as_that_value(value, escaped, indent) -> None:
    assert (
        read_json(json.dumps(value, ensure_ascii=escaped, indent=indent), bytes_max=10**6) == value
    )


@given(st.binary(max_size=200) | st.text(max_size=100))
def test_the_reader_gives_a_value_or_bad_input_and_nothing_else(data) -> None:
    try:
        value = read_json(data, bytes_max=150)
    except BadInput as problem:
        code = problem.code
    else:
        code = ""
        assert value == json.loads(data)
    assert code == "" or code.startswith(("json.", "input.too_large"))


@given(st.text('[]{}",:\\u0d81 n1-.eE', max_size=60))
def test_texts_of_json_letters_are_read_as_the_standard_reader_does_or_refused(text) -> None:
    try:
        value = read_json(text, bytes_max=200)
    except BadInput:
        return
    assert value == json.loads(text)


@given(st.integers(-(2**50), 2**50), st.binary(min_size=10, max_size=10))
def test_every_id_is_a_canonical_version_7(unix_ms, noise) -> None:
    made = uuid7(unix_ms, noise)
    assert is_uuid(made)
    assert uuid.UUID(made).version == 7


@given(
    st.lists(st.integers(0, 2**48 - 1), min_size=2, max_size=2), st.binary(min_size=10, max_size=10)
)
def test_later_ids_sort_later(moments, noise) -> None:
    early, late = sorted(moments)
    assert uuid7(early, noise) <= uuid7(late, noise)


@given(st.tuples(storable, storable, storable), st.tuples(storable, storable, storable))
def test_generated_rows_meet_exactly_when_all_three_parts_are_equal(ones, twos) -> None:
    assert (row_id(*ones) == row_id(*twos)) == (ones == twos)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_every_moment_of_the_calendar_round_trips(unix_ms) -> None:
    assert parse_iso_utc(iso_utc(unix_ms)) == unix_ms


@given(days, st.booleans(), st.sampled_from([format_short, format_long]))
def test_every_date_that_is_shown_in_thai_can_be_typed(day, numerals, show) -> None:
    assert parse_date(show(day, thai_numerals=numerals)) == ParsedDate(day, "be", False)


@given(days)
def test_every_date_that_is_shown_in_english_can_be_typed(day) -> None:
    assert parse_date(format_short(day, "en")) == ParsedDate(day, "ce", True)


@given(st.times(), st.sampled_from(["th", "en"]))
def test_every_time_that_is_shown_can_be_typed(moment, language) -> None:
    assert parse_time(format_time(moment, language)) == clock_time(moment.hour, moment.minute)


@given(st.text(max_size=80) | thai)
def test_no_text_surprises_the_date_readers(text) -> None:
    assert isinstance(parse_date(text), ParsedDate | DateProblem)
    assert isinstance(parse_time(text), clock_time | DateProblem)


@given(thai)
def test_normalising_twice_changes_nothing(text) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert search_key(search_key(text)) == search_key(text)


@given(st.text())
def test_keys_of_any_text_can_be_stored_when_the_text_can(text) -> None:
    key = sort_key(text)
    assert ("\x00" in key) <= ("\x00" in text)


@given(thai, st.integers(1, 30))
def test_a_shortened_text_fits_and_begins_as_the_text(text, length) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert text.startswith(short.removesuffix("…"))


@given(st.from_regex(r"[1-8][0-9]{11}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_one_mistyped_digit_is_almost_always_noticed(twelve, place, by) -> None:
    good = twelve + str(check_digit_13(twelve))
    assert isinstance(parse_citizen_id(good), Identifier)
    digit = (int(good[place]) + by) % 10
    wrong = good[:place] + str(digit) + good[place + 1 :]
    # Sums that differ by 10 of 11 share a check digit; every other slip is caught.
    caught = not isinstance(parse_citizen_id(wrong), Identifier)
    assert caught or check_digit_13(wrong) == int(good[12])


@given(st.text(max_size=70) | thai)
def test_no_text_surprises_the_identifier_readers(text) -> None:
    for read in (parse_citizen_id, parse_factory_number, parse_phone, parse_waste_code):
        found = read(text)
        if isinstance(found, Identifier):
            assert found.value
            again = read(found.display)
            assert isinstance(again, Identifier)
            assert again.value == found.value


@given(st.from_regex(r"0[689][0-9]{8}", fullmatch=True))
def test_a_masked_number_never_shows_its_middle(phone) -> None:
    assert mask_phone(phone) == f"{phone[:2]}x-xxx-{phone[-4:]}"
    assert mask_citizen_id(phone) == "x"
