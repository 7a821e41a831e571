"""Thai text has one spelling, sorts as a dictionary, and is cut between what one sees."""

from __future__ import annotations

import time

import pytest

from shared.thai.text import (
    normalise,
    person_sort_key,
    search_key,
    shorten,
    sort_key,
    to_arabic_digits,
    to_thai_digits,
)

DICTIONARY = "กระบี่ กาญจนบุรี ขอนแก่น โคราช ฉะเชิงเทรา ชลบุรี เชียงใหม่ ไชยา พะเยา แพร่ ลพบุรี เลย".split()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("น\u0e4d\u0e49\u0e32", "น\u0e49\u0e33"),
        ("น\u0e49\u0e4d\u0e32", "น\u0e49\u0e33"),
        ("น\u0e33\u0e49", "น\u0e49\u0e33"),
        ("เเม่น\u0e33\u0e49", "แม่น\u0e49\u0e33"),
        ("ท\u0e48\u0e35", "ท\u0e35\u0e48"),
        ("ก\u0e4d\u0e32ล\u0e31\u0e31ง", "กำลัง"),
        ("พันธ\u0e4c\u0e38", "พันธ\u0e38\u0e4c"),
        ("นิ\u200bคม\ufeff อุต\u00adสาห\u200dกรรม", "นิคม อุตสาหกรรม"),
    ],
)
def test_typing_variants_become_one_spelling(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "text", ["ที่ ปี่ ป้า ฝั่ง กฎุฏิ น้ำ กำลัง ทั้งนี้ ญาติ ฐาน", "เก้าอี้ นิกฺขิตฺ ฯลฯ ๆ", "Café 12°C", ""]
)
def test_good_text_stays(text: str) -> None:
    assert normalise(text) == text


def test_names_sort_as_in_a_dictionary() -> None:
    assert sorted(sorted(DICTIONARY), key=sort_key) == DICTIONARY


def test_sort_keys_can_be_stored_in_every_database() -> None:
    assert "\x00" not in sort_key("ก\x01ข") + person_sort_key("นาย", "ก", "ข")


def test_tones_only_decide_between_equal_letters() -> None:
    assert sorted(["ป่าน", "ปาน", "ปาง"], key=sort_key) == ["ปาง", "ปาน", "ป่าน"]


def test_people_sort_by_first_name_whatever_their_prefix() -> None:
    people = [
        ("นางสาว", "ก้อย", "ใจดี"),
        ("นาย", "เก่ง", "กล้า"),
        ("ดร.", "ก้อย", "กล้า"),
        ("พระ", "ก้อย", ""),
    ]
    people.sort(key=lambda person: person_sort_key(*person))
    assert [" ".join(person[1:]) for person in people] == ["ก้อย ", "ก้อย กล้า", "ก้อย ใจดี", "เก่ง กล้า"]


def test_a_query_meets_the_stored_key() -> None:
    assert search_key("  บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย   BOD ๒๐ ") == "บ่อบำบัดน้ำเสีย bod 20"


def test_digits_go_both_ways() -> None:
    assert to_thai_digits("2568 ก") == "๒๕๖๘ ก"
    assert to_arabic_digits("๒๕๖๘ ก") == "2568 ก"


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("ที่ดิน", 6, "ที่ดิน"),
        ("ที่ดินทำกิน", 5, "ที่…"),
        ("ที่ดินทำกิน", 3, "…"),
        ("บำบัดน้ำเสีย", 7, "บำบัด…"),
        ("กา เลย", 5, "กา…"),
        ("ab👍🏽cd", 4, "ab…"),
        ("", 1, ""),
    ],
)
def test_a_long_text_is_cut_between_what_one_sees(text: str, length: int, shown: str) -> None:
    assert shorten(text, length) == shown


def test_hostile_marks_are_normalised_in_linear_time() -> None:
    started = time.perf_counter()
    for hostile in (
        "\u0e4d" * 65_000,
        "\u0e48\u0e34" * 32_000,
        "\u0e4d\u0e48" * 32_000 + "\u0e32",
        "เ" * 65_000,
    ):
        sort_key(hostile)
    assert time.perf_counter() - started < 2
