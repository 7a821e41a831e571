"""One small form on which expressions are tried: a household with its children and its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from shared.forms.answers import RecordAnswers
from shared.forms.codebook import Codebook, CodebookRow
from shared.forms.definition import FormDefinition, Text
from shared.forms.expressions.compiling import Compiled, compile_expression
from shared.forms.expressions.scope import Scope
from shared.forms.expressions.values import Value, to_text
from shared.forms.expressions.world import Context
from shared.forms.loading import load_form
from shared.forms.logic import FormEngine
from shared.forms.naming import targets_of
from shared.forms.surroundings import Surroundings
from tests.support.forms import both, calculate, document, group, question, repeat

NOW = datetime.fromisoformat("2025-08-15T13:30:00")
FRUITS = [
    {"name": "apple", "label": {"th": "แอปเปิล", "en": "Apple"}, "price": "30"},
    {"name": "pear", "label": {"th": "สาลี่", "en": "Pear"}, "price": "45"},
    {"name": "durian", "label": {"th": "ทุเรียน", "en": "Durian"}, "price": "150"},
]
FIELD = [
    {"lat": "13.0", "lon": "100.0"},
    {"lat": "13.0", "lon": "100.001"},
    {"lat": "13.001", "lon": "100.001"},
    {"lat": "13.001", "lon": "100.0"},
]
ANSWERS: dict[str, Any] = {
    "head/name": "Somchai",
    "head/age": 42,
    "head/born": "1983-08-15",
    "head/fruits": ["apple", "pear"],
    "head/best": "durian",
    "field/corner": {"lat": "13.0005", "lon": "100.0005"},
    "field/plot": FIELD,
    "field/tambon": "1001",
}
ROWS: dict[str, Any] = {
    "home/child": [
        ("c1", {"called": "Ann", "years": 5, "about/school": "yes"}),
        ("c2", {"called": "Bo", "years": 9, "about/school": "no"}),
        ("c3", {"called": "Cho"}),
    ],
    "home/child/pet": [
        ("p1", {"kind": "dog"}, "c1"),
        ("p2", {"kind": "cat"}, "c1"),
        ("p3", {"kind": "dog"}, "c2"),
    ],
}


@cache
def tambons(count: int = 50) -> Codebook:
    """A codebook of places, ten of them in each district."""
    rows = {
        str(1000 + index): CodebookRow(
            str(1000 + index),
            Text(f"ตำบล {index}", f"Tambon {index}"),
            {"district": f"d{index // 10}", "people": str(index * 10)},
        )
        for index in range(count)
    }
    return Codebook("tambon", "1", Text("ตำบล", "Tambons"), "test", rows)


@cache
def home() -> FormDefinition:
    """The form: groups `head` and `field`, the repeat `child` with the repeat `pet` in it."""
    found = load_form(
        document(
            group(
                "head",
                question("name"),
                question("age", "integer"),
                question("born", "date"),
                question("fruits", "select_multiple", choices="fruits"),
                question("best", "select_one", choices="fruits"),
                question("nothing"),
            ),
            group(
                "field",
                question("corner", "geopoint"),
                question("plot", "geoshape"),
                question("tambon", "reference", refers_to="codebook tambon"),
            ),
            group(
                "family",
                repeat(
                    "child",
                    question("called"),
                    question("years", "integer"),
                    group("about", question("school")),
                    calculate("number", "position(..)"),
                    repeat("pet", question("kind"), label=both("pet")),
                ),
            ),
            form="home",
            choices={"fruits": FRUITS},
        )
    )
    assert isinstance(found, FormDefinition), found
    return found


def household(
    fields: Mapping[str, Any] | None = None, rows: Mapping[str, Any] | None = None
) -> FormEngine:
    """An engine over a filled household."""
    return FormEngine(
        home(),
        RecordAnswers("r", {**ANSWERS, **(fields or {})}, ROWS if rows is None else rows),
        today=NOW,
        codebooks={"tambon": tambons()},
        surroundings=Surroundings(
            last_saved=lambda record_type, key: {"head/name": "Malee"}.get(key),
            properties={"deviceid": "tablet-7", "instanceID": "uuid:r"},
            random=lambda: Decimal("0.25"),
            uuid=lambda: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
        ),
        language="en",
    )


def compiled(text: str, record_type: str = "home", key: str = "", **scope: Any) -> Compiled:
    """An expression of the household's form, at a place of it."""
    definition = home()
    lists = {
        name: frozenset({"name", "label"}.union(*(one.extra for one in listed.choices)))
        for name, listed in definition.choice_lists.items()
    }
    targets = targets_of(definition.sections)
    return compile_expression(text, Scope(record_type, targets, key=key, lists=lists, **scope))


def value_of(
    text: str,
    engine: FormEngine | None = None,
    *,
    at: str = "r",
    key: str = "",
    language: str = "en",
    **scope: Any,
) -> Value:
    """The value of an expression at a record of a household."""
    engine = engine or household()
    engine.world.language = language
    node = engine.nodes[at]
    found = compiled(text, node.record_type, key, **scope)
    return found.run(Context(engine.world, node, node.effective.get(key)))


def text_of(text: str, engine: FormEngine | None = None, **place: Any) -> str:
    """The value of an expression as text; of a list, its members with commas."""
    value = value_of(text, engine, **place)
    if isinstance(value, (list, tuple)):
        return ", ".join(to_text(one) for one in value)  # type: ignore[arg-type]
    return to_text(value)
