"""Carrying answers over chains of versions: nothing lost, nothing done twice, everything named."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from shared.forms.upgrading import Judging, aside_of, upgrade
from tests.support.forms import TODAY, both, document, group, question, repeat

CHOICES = [{"name": name, "label": both(name)} for name in "pqrs"]
POOL: list[dict[str, Any]] = [
    question("a"),
    question("b", "integer", constraint=". < 50"),
    question("c", "select_one", choices="list", relevant="${x} != 'hide'"),
    question("d", "select_multiple", choices="list"),
    group("e", question("e1"), question("e2", "integer"), merge="atomic"),
    repeat("f", question("f1"), question("f2", "select_one", choices="list")),
    group("g", question("g1", required="true()"), question("g2", "date")),
]
ALWAYS = question("x")
VALUES: dict[str, st.SearchStrategy[JsonValue]] = {
    "s/x": st.sampled_from(["hide", "show", None]),
    "s/a": st.one_of(st.none(), st.text(max_size=5), st.integers()),
    "s/b": st.integers(0, 99),
    "s/c": st.sampled_from([*"pqrs", "unheard", None]),
    "s/d": st.lists(st.sampled_from("pqrs"), unique=True).map(list),
    "s/e": st.fixed_dictionaries({}, optional={"e1": st.text(max_size=3), "e2": st.integers()}),
    "s/g/g1": st.text(max_size=3),
    "s/g/g2": st.sampled_from(["2025-01-01", "x", None]),
    "s/never": st.integers(),
    "s/b?reason": st.text(max_size=3),
}
ROW = st.fixed_dictionaries(
    {}, optional={"f1": st.text(max_size=3), "f2": st.sampled_from(["p", "q", "unheard"])}
)


NAMES = [one["name"] for one in POOL]
Plan = list[tuple[list[str], bool]]
PLANS = st.lists(
    st.tuples(st.lists(st.sampled_from(NAMES), max_size=2), st.booleans()), min_size=1, max_size=3
)


def versions(plan: Plan) -> list[FormDefinition]:
    """Versions after one another: each step withdraws questions and perhaps an option. What was
    withdrawn never comes back."""
    left, options = list(POOL), list(CHOICES)
    found: list[FormDefinition] = []
    for number, (gone, fewer) in enumerate([([], False), *plan], start=1):
        left = [one for one in left if one["name"] not in gone]
        options = options[1:] if fewer and len(options) > 1 else options
        loaded = load_form(
            document(group("s", ALWAYS, *left), version=number, choices={"list": options})
        )
        assert isinstance(loaded, FormDefinition), loaded
        found.append(loaded)
    return found


RECORDS = st.builds(
    lambda fields, rows: RecordAnswers(
        "r", fields, {"demo/f": [(f"f{number}", row) for number, row in enumerate(rows)]}
    ),
    st.fixed_dictionaries({}, optional=VALUES),
    st.lists(ROW, max_size=3),
)


@given(PLANS, RECORDS)
@settings(max_examples=60, deadline=None)
def test_no_stored_value_is_ever_lost_or_changed(plan: Plan, record: RecordAnswers) -> None:
    chain, carried = versions(plan), record
    for old, new in pairwise(chain):
        carried = upgrade(old, new, carried, judging=Judging(TODAY)).answers
    assert carried == record


@given(PLANS, RECORDS)
@settings(max_examples=60, deadline=None)
def test_a_version_read_as_itself_fits_and_carrying_over_twice_says_the_same(
    plan: Plan, record: RecordAnswers
) -> None:
    chain, judging = versions(plan), Judging(TODAY, submitted=True)
    assert upgrade(chain[0], chain[0], record, judging=judging).fits
    once = upgrade(chain[0], chain[1], record, judging=judging)
    assert upgrade(chain[0], chain[1], once.answers, judging=judging) == once


@given(PLANS, RECORDS)
@settings(max_examples=60, deadline=None)
def test_every_value_of_a_chain_has_its_place_or_is_shown_as_kept_aside(
    plan: Plan, record: RecordAnswers
) -> None:
    chain = versions(plan)
    last = chain[-1]
    shown = {(one.record_id, one.field) for one in aside_of(last, record)}
    lost: set[tuple[str, str]] = set()
    for old, new in pairwise(chain):
        lost |= {(one.record_id, one.field) for one in upgrade(old, new, record).kept_aside}
    before = {(one.record_id, one.field) for one in aside_of(chain[0], record)}
    assert lost <= shown
    assert shown <= lost | before
    for key, value in record.fields.items():
        if value not in (None, "", [], {}) and not last.may_store("demo", key):
            assert ("r", key) in shown
