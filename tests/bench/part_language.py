"""The form language beside the same rules written by hand in Python for one form."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.forms.answers import RecordAnswers
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from shared.forms.logic import FormEngine
from shared.forms.validation import validate
from shared.limits import FORM_DOCUMENT_BYTES_MAX
from tests.bench import figures
from tests.bench.figures import Figure, Pairs, Work, compared
from tests.support.forms import TODAY, calculate, document, group, question

QUESTIONS = 400
PER_SECTION = 40
CHAIN = 8
"""Every eighth question is a calculation over the two before it and the calculation before."""
BY_HAND = "the same rules by hand in Python"


def sections(total: int) -> list[dict[str, Any]]:
    """Numbers with bounds, of which some are asked only when another is large, and running sums."""
    made = []
    for start in range(0, total, PER_SECTION):
        inside = [_one(number, start) for number in range(start, min(start + PER_SECTION, total))]
        made.append(group(f"s{start // PER_SECTION}", *inside))
    return made


def _one(number: int, start: int) -> dict[str, Any]:
    name = f"q{number}"
    if number % CHAIN == CHAIN - 1:
        before = f" + coalesce(${{q{number - CHAIN}}}, 0)" if number - CHAIN >= start else ""
        sum_of = f"coalesce(${{q{number - 1}}}, 0) + coalesce(${{q{number - 2}}}, 0)"
        return calculate(name, sum_of + before)
    rules = {"required": "true()", "constraint": ". >= 0 and . <= 1000"}
    if number % CHAIN == 3:
        rules["relevant"] = f"${{q{number - 1}}} > 100"
    if number % CHAIN == 5:
        rules["warning"] = ". <= 900"
    return question(name, "integer", **rules)


def form_of(total: int) -> FormDefinition:
    """The form of that many questions."""
    found = load_form(document(*sections(total)))
    assert isinstance(found, FormDefinition), found
    return found


def answers_of(total: int) -> dict[str, JsonValue]:
    """An answer to every question, by field key; one in fifty breaks a rule."""
    return {
        f"s{number // PER_SECTION}/q{number}": 1001 if number % 50 == 49 else (number * 37) % 990
        for number in range(total)
        if number % CHAIN != CHAIN - 1
    }


def judged_by_hand(answers: dict[str, JsonValue], total: int) -> list[tuple[str, str]]:
    """What `validate` finds, for this form alone."""
    found = []
    for number in range(total):
        key = f"s{number // PER_SECTION}/q{number}"
        if number % CHAIN == CHAIN - 1:
            continue
        if number % CHAIN == 3:
            guard = answers.get(f"s{(number - 1) // PER_SECTION}/q{number - 1}")
            if not (isinstance(guard, int) and guard > 100):
                continue
        value = answers.get(key)
        if value is None:
            found.append((key, "required"))
        elif not isinstance(value, int):
            found.append((key, "shape"))
        elif not 0 <= value <= 1000:
            found.append((key, "constraint"))
        elif number % CHAIN == 5 and value > 900:
            found.append((key, "warning"))
    return found


def recomputed_by_hand(answers: dict[str, Decimal], number: int, value: int) -> None:
    """The sums of one section that follow from one answer."""
    start = number // PER_SECTION * PER_SECTION
    answers[f"q{number}"] = Decimal(value)
    first = number // CHAIN * CHAIN + CHAIN - 1
    for total in range(first, start + PER_SECTION, CHAIN):
        before = answers.get(f"q{total - CHAIN}", Decimal(0)) if total - CHAIN >= start else 0
        answers[f"q{total}"] = answers[f"q{total - 1}"] + answers[f"q{total - 2}"] + before


def in_turns(work: Work, limit: Work, rounds: int, scale: float = 1e3) -> Pairs:
    """Processor time: nothing here waits for anything."""
    return figures.in_turns(work, limit, rounds, scale, time.process_time)


def measure(room: Path, quick: bool) -> list[Figure]:
    """Loading, one answer, and judging a record; by hand beside each."""
    rounds = 5 if quick else 30
    data = canonical_bytes(document(*sections(QUESTIONS)))

    def load() -> FormDefinition:
        return _loaded(data)

    loading = in_turns(load, lambda: json.loads(data), rounds)
    form, small = load(), form_of(PER_SECTION)
    engine = FormEngine(form, RecordAnswers("r", answers_of(QUESTIONS)), today=TODAY)
    by_hand = {f"q{n}": Decimal(n * 37 % 990) for n in range(QUESTIONS)}
    numbers = count()

    def times(each: Callable[[int], object], many: int) -> Callable[[], object]:
        return lambda: [each(next(numbers) % 500) for _ in range(many)]

    def one_far_back(value: int) -> None:
        engine.set("r", "s0/q5", value)

    def far_back_by_hand(value: int) -> None:
        recomputed_by_hand(by_hand, 5, value)

    recomputing = in_turns(times(one_far_back, 20), times(far_back_by_hand, 20), rounds, 1e3 / 20)
    fields = answers_of(PER_SECTION)
    record = RecordAnswers("r", fields)
    judged = FormEngine(small, record, today=TODAY)
    assert {p.key for p in validate(judged)} == {key for key, _ in judged_by_hand(fields, 40)}

    def judge() -> None:
        for _ in range(5):
            validate(judged)

    def anew() -> None:
        for _ in range(5):
            validate(FormEngine(small, record, today=TODAY))

    def judge_by_hand() -> None:
        for _ in range(5):
            judged_by_hand(fields, PER_SECTION)

    judging = in_turns(judge, judge_by_hand, rounds, 1e3 / 5)
    whole = in_turns(anew, judge_by_hand, rounds, 1e3 / 5)
    return [
        compared(f"loading a form of {QUESTIONS} questions", "ms", loading, "json.loads of it"),
        compared("one answer among 400 and the five sums after it", "ms", recomputing, BY_HAND),
        *_judged(judging, whole),
    ]


def _loaded(data: bytes) -> FormDefinition:
    found = load_form(read_json(data, bytes_max=FORM_DOCUMENT_BYTES_MAX))
    assert isinstance(found, FormDefinition)
    return found


def _judged(judging: Pairs, whole: Pairs) -> list[Figure]:
    return [
        compared("judging a record of 40 questions that is open", "ms", judging, BY_HAND),
        compared("opening and judging a record of 40 questions", "ms", whole, BY_HAND),
    ]
