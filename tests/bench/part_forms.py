"""Forms at their sizes: 400 questions, 10,000 records, 1,000 rows, 10,000 options, 100,000 entries.

Each figure stands beside the same done by hand in Python for this one form: what the language could
do with no form engine around it. The budgets are the design's (forms.md, speed).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.forms.answers import RecordAnswers
from shared.forms.codebook import Codebook, CodebookRow
from shared.forms.definition import FormDefinition, Text
from shared.forms.loading import load_form
from shared.forms.logic import FormEngine
from shared.forms.validation import validate
from shared.limits import FORM_DOCUMENT_BYTES_MAX
from shared.thai.text import search_key
from tests.bench import figures
from tests.bench.figures import Figure, Pairs, Work, compared
from tests.support.forms import TODAY, both, calculate, document, group, question, repeat

BY_HAND = "the same by hand in Python"
SECTION = 40
ROWS = 1_000
OPTIONS = 10_000
ENTRIES = 100_000
RECORDS = 10_000


def in_turns(work: Work, limit: Work, rounds: int, scale: float = 1e3) -> Pairs:
    """Processor time: nothing here waits for anything."""
    return figures.in_turns(work, limit, rounds, scale, time.process_time)


def loaded(made: dict[str, Any]) -> FormDefinition:
    """The form of a document."""
    found = load_form(read_json(canonical_bytes(made), bytes_max=FORM_DOCUMENT_BYTES_MAX))
    assert isinstance(found, FormDefinition), found
    return found


def long_form() -> dict[str, Any]:
    """400 questions of many types in ten sections, with rules, sentences with answers, sums."""
    sections = []
    for number in range(10):
        inside: list[dict[str, Any]] = []
        for index in range(number * SECTION, (number + 1) * SECTION):
            inside.append(_question(index, index - number * SECTION))
        sections.append(group(f"s{number}", *inside))
    return document(*sections)


def _question(index: int, place: int) -> dict[str, Any]:
    name = f"q{index}"
    kind = place % 10
    if kind == 0:
        return question(name, "select_one", choices="yn", required="true()")
    if kind in (1, 2):
        relevant = f"${{q{index - kind}}} = 'yes'"
        return question(name, label=both(f"{name} of ${{q{index - kind}}}"), relevant=relevant)
    if kind == 9:
        before = f" + coalesce(${{q{index - 10}}}, 0)" if place > 9 else ""
        return calculate(name, f"coalesce(${{q{index - 1}}}, 0) + ${{q{index - 2}}}{before}")
    if kind == 8:
        return question(name, "integer", calculation=f"${{q{index - 1}}} * 2")
    if kind == 6:
        return question(name, "date", constraint=". <= today()")
    return question(name, "integer", constraint=". >= 0 and . <= 1000", warning=". < 900")


def measure(room: Path, quick: bool) -> list[Figure]:
    """Compiling, one answer, many records, many rows, long lists."""
    rounds = 3 if quick else 15
    return [
        *_long(rounds),
        *_many_records(1_000 if quick else RECORDS, 2 if quick else 4),
        *_many_rows(rounds),
        *_long_lists(rounds),
    ]


# -- 400 questions ---------------------------------------------------------------------------


def _long(rounds: int) -> list[Figure]:
    data = canonical_bytes(long_form())
    compiling = in_turns(
        lambda: load_form(read_json(data, bytes_max=FORM_DOCUMENT_BYTES_MAX)),
        lambda: json.loads(data),
        rounds,
    )
    engine = FormEngine(loaded(long_form()), RecordAnswers("r"), today=TODAY)
    sums: dict[int, int] = {}
    numbers = count()

    def one_answer() -> None:
        for _ in range(20):
            engine.set("r", "s0/q7", next(numbers) % 500)
            engine.follow()

    def by_hand() -> None:
        for _ in range(20):
            value = next(numbers) % 500
            sums[8] = value * 2
            for place in (9, 19, 29, 39):
                sums[place] = sums.get(place - 1, 0) + value + sums.get(place - 10, 0)

    answering = in_turns(one_answer, by_hand, rounds, 1e3 / 20)
    name = "one answer among 400, the value that follows it and four sums"
    return [
        compared("compiling a form of 400 questions", "ms", compiling, "json.loads of it", 1_000),
        compared(name, "ms", answering, BY_HAND, 5),
    ]


# -- 10,000 records --------------------------------------------------------------------------


def forty() -> FormDefinition:
    """A form of one page."""
    return loaded(document(group("s0", *[_question(n, n) for n in range(SECTION)])))


def answers_of(number: int) -> dict[str, JsonValue]:
    """A record's answers; one in ten breaks a rule."""
    found: dict[str, JsonValue] = {}
    for place in range(SECTION):
        kind = place % 10
        if kind in (8, 9):
            continue
        value: JsonValue = (number * 7 + place * 37) % 890
        if kind == 0:
            value = "yes" if (number + place) % 3 else "no"
        elif kind in (1, 2):
            value = f"คำตอบที่ {place}"
        elif kind == 6:
            value = "2025-08-01"
        elif number % 10 == 9 and place == 13:
            value = 1001
        found[f"s0/q{place}"] = value
    return found


def judged_by_hand(answers: dict[str, JsonValue]) -> list[str]:
    """What `validate` finds in a record of this form."""
    found = []
    for place in range(SECTION):
        key, kind = f"s0/q{place}", place % 10
        value = answers.get(key)
        if kind == 0 and value is None:
            found.append(key)
        elif kind in (1, 2) and answers.get(f"s0/q{place - kind}") != "yes":
            continue
        elif kind == 6 and isinstance(value, str):
            found += [key] if value > "2025-08-15" else []
        elif kind in (3, 4, 5, 7) and isinstance(value, int):
            found += [key] if not 0 <= value <= 1000 else []
            found += [key] if value >= 900 else []
    return found


def _many_records(many: int, rounds: int) -> list[Figure]:
    form = forty()
    records = [RecordAnswers("r", answers_of(number)) for number in range(many)]
    first = [validate(FormEngine(form, one, today=TODAY)) for one in records[:20]]
    assert [[p.key for p in found] for found in first] == [
        judged_by_hand(dict(one.fields)) for one in records[:20]
    ]

    def judge() -> None:
        for one in records:
            validate(FormEngine(form, one, today=TODAY))

    def judge_by_hand() -> None:
        for one in records:
            judged_by_hand(one.fields)  # type: ignore[arg-type]

    judging = in_turns(judge, judge_by_hand, rounds, 1e3 / many)
    return [compared(f"judging each of {many:,} records of 40", "ms", judging, BY_HAND, 1)]


# -- 1,000 rows ------------------------------------------------------------------------------


def roster() -> FormDefinition:
    """A repeat of ten questions with rules, and totals above it."""
    return loaded(
        document(
            group(
                "s",
                question("factor", "integer"),
                repeat(
                    "person",
                    question("name", required="true()"),
                    question("sex", "select_one", choices="yn"),
                    question("age", "integer", constraint=". < 130"),
                    question("school", relevant="${age} < 18"),
                    question("hours", "decimal"),
                    question("pay", "decimal", calculation="${hours} * ${factor}"),
                    question("day", "date"),
                    question("more"),
                    calculate("number", "position(..)"),
                    calculate("old", "if(${age} > 60, 1, 0)"),
                ),
                calculate("people", "count(${person})"),
                calculate("elders", "sum(${old})"),
                calculate("all_hours", "sum(${hours})"),
            )
        )
    )


def people() -> RecordAnswers:
    """1,000 rows."""
    rows = [
        (
            f"p{number}",
            {"name": f"คนที่ {number}", "sex": "yes", "age": number % 90, "hours": "7.5",
             "day": "2025-08-01", "pay": "15"},
        )
        for number in range(ROWS)
    ]  # fmt: skip
    return RecordAnswers("r", {"s/factor": 2}, {"demo/person": rows})


def _opened_by_hand(given: list[tuple[str, dict[str, JsonValue]]]) -> tuple[int, int, float]:
    elders, hours = 0, 0.0
    for _, fields in given:
        age = fields["age"]
        assert isinstance(age, int)
        elders += age > 60
        hours += float(str(fields["hours"]))
    return len(given), elders, hours


def _many_rows(rounds: int) -> list[Figure]:
    form, record = roster(), people()
    given: Any = list(record.rows["demo/person"])
    opening = in_turns(
        lambda: FormEngine(form, record, today=TODAY), lambda: _opened_by_hand(given), rounds
    )
    engine = FormEngine(form, record, today=TODAY)
    numbers = count()

    def one_answer() -> None:
        for _ in range(5):
            engine.set("p500", "age", next(numbers) % 2 * 70)
            engine.follow()

    def by_hand() -> None:
        for _ in range(5):
            given[500][1]["age"] = next(numbers) % 2 * 70
            _opened_by_hand(given)

    answering = in_turns(one_answer, by_hand, rounds, 1e3 / 5)
    judging = in_turns(lambda: validate(engine), lambda: _opened_by_hand(given), rounds)
    return [
        compared("opening a record with 1,000 rows", "ms", opening, BY_HAND, 300),
        compared("one answer in a row, and the totals", "ms", answering, BY_HAND, 5),
        compared("all problems of 1,000 rows", "ms", judging, BY_HAND),
    ]


# -- long lists ------------------------------------------------------------------------------


def _long_lists(rounds: int) -> list[Figure]:
    options = [
        {"name": f"n{number}", "label": both(f"ตัวเลือก {number}"), "zone": f"z{number % 500}"}
        for number in range(OPTIONS)
    ]
    rows = {
        f"v{n}": CodebookRow(f"v{n}", Text(f"บ้านน้ำใส {n}", f"Nam Sai {n}"), {"zone": f"z{n % 500}"})
        for n in range(ENTRIES)
    }
    form = loaded(
        document(
            group(
                "s",
                question("zone"),
                question("one", "select_one", choices="many", choice_filter="zone = ${zone}"),
                question(
                    "place",
                    "reference",
                    refers_to="codebook villages",
                    choice_filter="zone = ${zone}",
                ),
                question("any", "reference", refers_to="codebook villages"),
            ),
            choices={"many": options},
        )
    )
    engine = FormEngine(
        form,
        RecordAnswers("r", {"s/zone": "z7"}),
        today=TODAY,
        codebooks={"villages": Codebook("villages", "1", Text("x", "x"), "", rows)},
    )
    zones = [one["zone"] for one in options]
    keys = [search_key(row.label.th) for row in rows.values()]
    wanted = search_key("น้ำใส 777")

    def all_zones() -> list[int]:
        return [index for index, zone in enumerate(zones) if zone == "z7"]

    def all_entries() -> list[CodebookRow]:
        return [row for row in rows.values() if row.cells["zone"] == "z7"]

    every, tried = "one look at every entry in Python", "one look at every option in Python"
    filtering: Callable[[], object] = lambda: engine.choices("r", "s/one")  # noqa: E731
    return [
        compared(
            "20 of 10,000 options by their filter", "ms",
            in_turns(filtering, all_zones, rounds), tried,
        ),
        compared(
            "200 of 100,000 entries by their filter", "ms",
            in_turns(lambda: engine.choices("r", "s/place"), all_entries, rounds), every,
        ),
        compared(
            "finding a Thai word in 100,000 entries", "ms",
            in_turns(
                lambda: engine.search("r", "s/any", "น้ำใส 777", 50),
                lambda: [key for key in keys if wanted in key],
                rounds,
            ),
            "`in` over their keys in Python", 50,
        ),
    ]  # fmt: skip
