"""The strict reader takes good JSON and refuses each hostile one by its own code, quickly."""

from __future__ import annotations

import json
import time

import pytest

from shared.canonical import CanonicalError, canonical_bytes, canonical_text, read_json, sha256_hex
from shared.errors import BadInput

HOSTILE = [
    (b"", "json.malformed"),
    (b"{", "json.malformed"),
    (b"[1,]", "json.malformed"),
    (b"{'a':1}", "json.malformed"),
    (b"[1] 2", "json.malformed"),
    (b"01", "json.malformed"),
    (b"+1", "json.malformed"),
    (b'"a\nb"', "json.malformed"),
    (b'"\\x41"', "json.malformed"),
    (b'"\\u12"', "json.malformed"),
    (b"\xa0[]", "json.text"),
    ("\u00a0[]".encode(), "json.malformed"),
    (b"[" * 100_000, "json.too_deep"),
    (b'{"a":' * 100_000, "json.too_deep"),
    (b"[" * 65 + b"]" * 65, "json.too_deep"),
    (b"[]" * 400_000, "json.malformed"),
    (b"]" * 400_000 + b"[" * 70, "json.malformed"),
    (b'"' + b'\\"' * 400_000, "json.malformed"),
    (b'"' * 800_001, "json.malformed"),
    (b'{"a":1,"a":2}', "json.duplicate_key"),
    (b'{"a":1,"\\u0061":2}', "json.duplicate_key"),
    (b'[{"b":{"\xe0\xb8\x81":1,"\xe0\xb8\x81":1}}]', "json.duplicate_key"),
    (b'{"\\ud800":1,"\\ud800":2}', "json.duplicate_key"),
    (b"NaN", "json.number"),
    (b"[Infinity]", "json.number"),
    (b"-Infinity", "json.number"),
    (b"1.5", "json.number"),
    (b"1e5", "json.number"),
    (b"1" * 41, "json.number"),
    (b"-" + b"1" * 5_000, "json.number"),
    (b"1" * 500_000, "json.number"),
    (b"\xef\xbb\xbf[]", "json.text"),
    ("[]".encode("utf-16"), "json.text"),
    ("[]".encode("utf-16-le"), "json.text"),
    (b'"\xff"', "json.text"),
    (b'"\xed\xa0\x80"', "json.text"),
    (b'"\x00"', "json.text"),
    (b'"\\u0000"', "json.text"),
    (b'{"a\\u0000":1}', "json.text"),
    (b'["x",{"k":"\\ud83d"}]', "json.text"),
    (b'"\\udc00\\ud800"', "json.text"),
    (b'{"\\uDBFF":1}', "json.text"),
    (b'"' + b"a" * 1_000_000 + b'"', "input.too_large"),
]


@pytest.mark.parametrize(("data", "code"), HOSTILE, ids=lambda part: repr(part[:24]))
def test_hostile_json_is_bad_input_with_its_own_code(data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_json(data, bytes_max=900_000)
    assert caught.value.code == code
    json.dumps(caught.value.facts).encode()
    assert len(str(caught.value)) < 300


def test_text_is_judged_as_bytes_are() -> None:
    for text, code in [
        ('"\ud800"', "json.text"),
        ("\ufeff1", "json.text"),
        ('"ก"', "input.too_large"),
    ]:
        with pytest.raises(BadInput) as caught:
            read_json(text, bytes_max=4)
        assert caught.value.code == code


def test_good_json_is_read() -> None:
    data = '{"ก":["\\u0e19้ำ","\\ud83d\\ude00",-7,true,null,{}],"b":"\\\\u0000"}'
    assert read_json(data, bytes_max=200) == {"ก": ["น้ำ", "😀", -7, True, None, {}], "b": "\\u0000"}
    assert read_json(b"[" * 64 + b"]" * 64, bytes_max=200)
    assert read_json(b"9" * 40, bytes_max=200) == int("9" * 40)


def test_brackets_inside_text_are_not_depth() -> None:
    assert read_json(b'["' + b'[{\\"' * 1_000 + b'"]', bytes_max=10_000) == ['[{"' * 1_000]


def test_floats_are_read_only_where_asked_for() -> None:
    assert read_json(b"[1.5,1e2]", bytes_max=20, floats=True) == [1.5, 100.0]
    for hostile in (b"1e999", b"-1e999", b"NaN", b"1." + b"0" * 50):
        with pytest.raises(BadInput):
            read_json(hostile, bytes_max=100, floats=True)


def test_a_hostile_megabyte_is_refused_within_the_time_of_a_good_one() -> None:
    good = json.dumps([{"id": i, "name": "ก" * 20} for i in range(8_000)]).encode()
    started = time.perf_counter()
    json.loads(good)
    good_s = time.perf_counter() - started
    for hostile in (b"[" * 10**6, b"[]" * 500_000, b'"' + b'\\"' * 500_000, b'"\\' * 350_000):
        started = time.perf_counter()
        with pytest.raises(BadInput):
            read_json(hostile, bytes_max=2**21)
        assert time.perf_counter() - started < 0.5 + 50 * good_s


def test_canonical_bytes_are_those_of_the_standard() -> None:
    # RFC 8785 3.2.3: keys by UTF-16 code units
    value = {
        "\u20ac": "Euro",
        "\r": "CR",
        "\ufb33": "Dalet",
        "1": "One",
        "\U0001f600": "Grin",
        "\x80": "C",
        "ö": "o",
    }
    keys = list(json.loads(canonical_text(value)))
    assert keys == ["\r", "1", "\x80", "ö", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical_bytes({"b": ['\x0f\n"\\/\x7f€', None, True, -0], "a": {}}) == (
        '{"a":{},"b":["\\u000f\\n\\"\\\\/\x7f€",null,true,0]}'.encode()
    )
    assert sha256_hex(canonical_bytes({})) == (
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


def test_a_tuple_is_written_as_a_list() -> None:
    assert canonical_text({"a": (1, "x")}) == '{"a":[1,"x"]}'


def _nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        1.0,
        2**53,
        -(2**53),
        b"x",
        {1: 2},
        {"a": {None: 1}},
        "\x00",
        {"\x00": 1},
        "\ud800",
        {"\ud800": 1},
        {"\udfff": 1, "a": 2},
        {1, 2},
        object(),
        _nested(65),
        _nested(100_000),
    ],
    ids=lambda value: repr(value)[:20] if not isinstance(value, list) else "nested",
)
def test_what_has_no_canonical_form_is_refused(value) -> None:
    with pytest.raises(CanonicalError):
        canonical_bytes(value)


def test_the_deepest_value_that_is_read_can_be_written() -> None:
    assert canonical_bytes(read_json(b"[" * 64 + b"]" * 64, bytes_max=200)) == b"[" * 64 + b"]" * 64


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(CanonicalError) as caught:
        canonical_bytes({"values": [1, {"bod": 19.5}]})
    assert caught.value.facts == {"path": "$.values[1].bod"}
    with pytest.raises(BadInput) as refused:
        read_json(b'{"values":[1,{"bod":"\\u0000"}]}', bytes_max=100)
    assert refused.value.facts == {"path": "$.values[1].bod"}
