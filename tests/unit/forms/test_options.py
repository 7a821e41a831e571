"""Options of long lists: found by an index, searched in Thai, shuffled alike on every device."""

from __future__ import annotations

import time
from typing import Any

import pytest

from shared.forms.answers import RecordAnswers
from shared.forms.codebook import Codebook, CodebookRow, load_codebook
from shared.forms.definition import FormDefinition, Text
from shared.forms.indexing import conjuncts
from shared.forms.loading import load_form
from shared.forms.logic import FormEngine
from tests.support.forms import TODAY, both, document, engine_of, form_of, group, question

PLACES = [
    {"name": f"t{number}", "label": {"th": f"ตำบล {number}", "en": f"Place {number}"},
     "amphoe": f"a{number % 50}", "kind": "town" if number % 7 else "village"}
    for number in range(500)
]  # fmt: skip


def form_with(*children: dict[str, Any], **lists: Any) -> FormDefinition:
    """A form with further choice lists."""
    found = load_form(document(group("s", *children), choices={"places": PLACES, **lists}))
    assert isinstance(found, FormDefinition), found
    return found


def names(engine: FormEngine, key: str) -> list[str]:
    """The names of the options that are offered."""
    return [choice.name for choice in engine.choices("r", key)]


@pytest.mark.parametrize(
    "rule",
    [
        "amphoe = ${amphoe}",
        "${amphoe} = amphoe",
        "amphoe = ${amphoe} and kind = 'town'",
        "kind = 'town' and (amphoe = ${amphoe} or name = 't1')",
        "amphoe = ${amphoe} or ${amphoe} = 'all'",
        "selected(${amphoe}, amphoe)",
        "not(amphoe = ${amphoe})",
        "amphoe != ${amphoe} and kind='village'",
        "name = ${amphoe} and\n kind = 'town'",
        "kind = 'it and that'",
    ],
)
@pytest.mark.parametrize("answer", [None, "a3", "all", "t9", "nothing"])
def test_a_filter_by_an_index_offers_what_trying_out_every_option_would(
    rule: str, answer: str | None
) -> None:
    definition = form_with(
        question("amphoe"), question("place", "select_one", choices="places", choice_filter=rule)
    )
    engine = engine_of(definition, {"s/amphoe": answer} if answer else {})
    offered = names(engine, "s/place")
    tried = [one["name"] for one in PLACES if engine.offers("r", "s/place", one["name"])]
    assert offered == tried


def test_the_index_serves_only_what_every_option_must_have() -> None:
    assert conjuncts("a = 'x and y' and (b or c) and d") == ["a = 'x and y'", " (b or c)", " d"]
    assert conjuncts("a = 1 and b = 2 or c = 3") == ["a = 1 and b = 2 or c = 3"]
    assert conjuncts("android = 'x'") == ["android = 'x'"]


def test_a_number_finds_cells_however_they_are_written() -> None:
    definition = form_with(
        question("floor", "integer"),
        question("room", "select_one", choices="rooms", choice_filter="floor = ${floor}"),
        rooms=[
            {"name": "r1", "label": both("1"), "floor": "03"},
            {"name": "r2", "label": both("2"), "floor": "3"},
            {"name": "r3", "label": both("3"), "floor": "30"},
        ],
    )
    assert names(engine_of(definition, {"s/floor": 3}), "s/room") == ["r1", "r2"]


def test_a_long_list_is_filtered_without_looking_at_every_option() -> None:
    many = [
        {"name": f"n{number}", "label": both(f"n{number}"), "group": f"g{number % 1000}"}
        for number in range(10_000)
    ]
    definition = form_with(
        question("g"),
        question("x", "select_one", choices="many", choice_filter="group = ${g}"),
        many=many,
    )
    engine = engine_of(definition, {"s/g": "g1"})
    assert len(names(engine, "s/x")) == 10
    looked_at = 0

    class Counted:
        """The rule, counting how often it runs."""

        def __init__(self, rule: Any) -> None:
            self.rule = rule

        def run(self, context: Any) -> Any:
            nonlocal looked_at
            looked_at += 1
            return self.rule.run(context)

    rules = engine.nodes["r"].logic.rules
    from dataclasses import replace

    rules["s/x"] = replace(rules["s/x"], choice_filter=Counted(rules["s/x"].choice_filter))  # type: ignore[arg-type]
    assert len(names(engine, "s/x")) == 10
    assert looked_at == 10


def book_of(count: int) -> Codebook:
    """A codebook of villages."""
    rows = {
        f"v{n}": CodebookRow(f"v{n}", Text(f"บ้านนํ้าใส {n}", f"Nam Sai {n}"), {"zone": f"z{n % 100}"})
        for n in range(count)
    }
    return Codebook("villages", "1", Text("x", "x"), "", rows)


def village_form(**attributes: Any) -> FormDefinition:
    """A form that refers to villages."""
    return form_of(
        question("zone"),
        question("village", "reference", refers_to="codebook villages", **attributes),
    )


def village_engine(definition: FormDefinition, book: Codebook, zone: str) -> FormEngine:
    """A record in a zone."""
    return FormEngine(
        definition,
        RecordAnswers("r", {"s/zone": zone}),
        today=TODAY,
        codebooks={"villages": book},
    )


def test_a_codebook_is_filtered_by_its_column() -> None:
    definition = village_form(choice_filter="zone = ${zone}")
    engine = village_engine(definition, book_of(1_000), "z7")
    assert names(engine, "s/village") == [f"v{n}" for n in range(7, 1_000, 100)]
    assert engine.offers("r", "s/village", "v107")
    assert not engine.offers("r", "s/village", "v108")


def test_what_is_typed_is_found_in_thai_however_it_was_spelled() -> None:
    engine = village_engine(village_form(), book_of(200), "z1")
    found = [one.name for one in engine.search("r", "s/village", "น้ำใส 19", limit=20)]
    assert found[0] == "v19"
    assert set(found) == {"v19", "v119", *(f"v{n}" for n in range(190, 200))}
    assert [one.name for one in engine.search("r", "s/village", "v42")] == ["v42"]
    assert len(engine.search("r", "s/village", "", limit=5)) == 5


def test_a_search_keeps_to_the_filter() -> None:
    indexed = village_form(choice_filter="zone = ${zone}")
    tried = village_form(choice_filter="not(zone != ${zone})")
    for definition in (indexed, tried):
        engine = village_engine(definition, book_of(2_000), "z7")
        found = [one.name for one in engine.search("r", "s/village", "nam", limit=4)]
        assert found == ["v7", "v107", "v207", "v307"]


def test_a_column_of_a_table_may_be_what_is_stored_and_what_is_shown() -> None:
    definition = village_form(parameters={"value": "code", "label": "title"})
    rows = {
        "1": CodebookRow("1", Text("หนึ่ง", "one"), {"code": "A-1", "title": "First"}),
        "2": CodebookRow("2", Text("สอง", "two"), {"code": "A-2", "title": "Second"}),
    }
    engine = village_engine(definition, Codebook("villages", "1", Text(), "", rows), "")
    assert names(engine, "s/village") == ["A-1", "A-2"]
    found = engine.option("r", "s/village", "A-2")
    assert found is not None
    assert found.label == Text("Second", "Second")
    assert engine.option("r", "s/village", "2") is None


def test_a_codebook_of_100000_entries_answers_a_filter_at_once() -> None:
    book = book_of(100_000)
    engine = village_engine(village_form(choice_filter="zone = ${zone}"), book, "z7")
    assert len(engine.choices("r", "s/village")) == 1_000
    begin = time.process_time()
    for _ in range(10):
        engine.choices("r", "s/village")
    assert time.process_time() - begin < 2.0


def test_a_codebook_keeps_its_date_source_and_confidence() -> None:
    title = {"th": "ก", "en": "k"}
    book = load_codebook(
        {"codebook": "x", "version": "1", "title": title, "rows": [], "source": "law",
         "confidence": "medium", "valid_from": "2026-01-01", "source_url": "https://example.org"}
    )  # fmt: skip
    assert (book.confidence, book.valid_from) == ("medium", "2026-01-01")
    assert (len(book), book.row("x"), list(book.matching("key", "x"))) == (0, None, [])
    old = load_codebook({"codebook": "x", "version": "1", "title": title, "rows": []})
    assert old.confidence == ""


SHUFFLED = [{"name": name, "label": both(name)} for name in "abcdefgh"]


def test_options_are_shuffled_by_the_seed_as_odk_does() -> None:
    definition = form_with(
        question("n", "integer"),
        question("x", "select_one", choices="letters", randomize=True, seed="${n}"),
        letters=SHUFFLED,
    )
    engine = engine_of(definition, {"s/n": 42})
    first = names(engine, "s/x")
    assert sorted(first) == list("abcdefgh")
    assert first == names(engine_of(definition, {"s/n": 42}), "s/x")
    engine.set("r", "s/n", 43)
    assert names(engine, "s/x") != first


def test_without_a_seed_the_record_decides_the_order() -> None:
    definition = form_with(
        question("x", "rank", choices="letters", randomize=True), letters=SHUFFLED
    )
    one = engine_of(definition)
    other = FormEngine(definition, RecordAnswers("another"), today=TODAY)
    assert names(one, "s/x") == names(engine_of(definition), "s/x")
    assert names(one, "s/x") != [choice.name for choice in other.choices("another", "s/x")]
