"""A form of 400 questions with a repeat of 1,000 rows, its next version, and a tablet with both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.forms import both, calculate, document, group, question, repeat
from tests.support.tablets import AREA, Desk, a_dot_id, ready_desk, state_of

ROOT = a_dot_id(900)
QUESTIONS, A_PAGE, ROWS = 400, 40, 1000
KINDS = (
    "text",
    "integer",
    "decimal",
    "date",
    "select_one",
    "text",
    "select_multiple",
    "text",
)


def row_id_of(number: int) -> str:
    """The id of a row."""
    return a_dot_id(10_000 + number)


def _question(number: int) -> dict[str, Any]:
    kind = KINDS[number % len(KINDS)]
    more: dict[str, Any] = {}
    if kind.startswith("select"):
        more["choices"] = "yn"
    if number % 5 == 0:
        more["required"] = "true()"
    if number % 7 == 3 and number > 10:
        more["relevant"] = f"${{q{number - 3}}} != 'zzz'"
    if kind == "integer":
        more["constraint"] = ". < 1000"
    made = question(f"q{number}", kind, **more)
    made["label"] = {
        "th": f"ข้อ {number} ปริมาณน้ำเสียที่ระบายออกจากโรงงาน",
        "en": f"Question {number}: waste water that leaves the factory",
    }
    return made


def long_form(version: int = 1, questions: int = QUESTIONS) -> dict[str, Any]:
    """Ten pages of forty questions, and one of a roster. Its second version lacks a question."""
    pages = [
        group(
            f"s{page}",
            *(
                _question(number)
                for number in range(page * A_PAGE, (page + 1) * A_PAGE)
                if not (version > 1 and number == 1)
            ),
        )
        for page in range(questions // A_PAGE)
    ]
    roster = repeat(
        "people",
        question("name", shown_as="title", required="true()"),
        question("age", "integer", shown_as="line", constraint=". < 120"),
        question("note"),
        question("sex", "select_one", choices="yn", required="true()"),
        rows_max=2000,
    )
    sums = [calculate("how_many", "count(${people})"), calculate("ages", "sum(${age})")]
    return document(
        *pages,
        group("lists", roster, *sums),
        form="long",
        version=version,
        title=both("แบบสำรวจยาว"),
    )


def long_desk(home: Path, rows: int = ROWS, *versions: int) -> Desk:
    """A tablet with the form, and one record of it with that many rows."""
    desk = ready_desk(home)
    desk.publish(*(long_form(version) for version in versions or (1,)))
    roster = (
        state_of(
            "long/people",
            {"name": f"คนที่ {number}", "age": number % 90, "sex": "yes"},
            record=row_id_of(number),
            parent=ROOT,
            root=ROOT,
        )
        for number in range(rows)
    )
    desk.receives(AREA, state_of("long", {"s0/q0": "ก", "s0/q1": 5}, record=ROOT), *roster)
    return desk
