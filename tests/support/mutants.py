"""Form documents with something wrong in them: mutants of sound ones, and one of every kind."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from shared.canonical import JsonValue
from tests.support.forms import both, calculate, compiled, document, group, question, repeat

ODD: list[Any] = [
    None,
    True,
    False,
    -1,
    0,
    2**70,
    1e300,
    "",
    " ",
    "x",
    "\x00",
    "\ud800",
    "ก" * 70_000,
    [],
    {},
    [[]],
    [None],
    {"th": 3},
    {"th": "ก", "en": ["x"]},
    {"": {"": ""}},
    "question",
    "group",
    "repeat",
    "calculate",
    "note",
    "range",
    "rank",
    "metadata",
    "geoshape",
    "reference",
    "atomic",
    "rows roster",
    "codebook check",
    "${",
    "${}",
    "${a}",
    "${nobody}",
    "${rows}",
    "${a} = '",
    "(" * 500,
    "not(" * 200 + "1" + ")" * 200,
    "${a}" + " + ${a}" * 900,
    "regex(${a}, '(a+)+$')",
    "count(${rows}[b = ${a}])",
    "sum(${b}) div 0",
    "once(${a})",
    "position(..)",
    "indexed-repeat(${b}, ${rows}, ${n})",
    "99999999999999999999",
    ". and .. and ../..",
    "pulldata('x', 'y', 'z', ${a})",
    "jr:choice-name(${pick}, '${pick}')",
    "<script>alert(1)</script>",
]


def everything() -> dict[str, Any]:
    """A document with one of every kind of node and attribute."""
    pick = {"choices": "yn", "choice_filter": "name = ${a}", "randomize": True, "seed": "${n}"}
    return document(
        group(
            "s",
            question("a", default="concat('x', 'y')", hint=both("${n}"), personal="P"),
            question("n", "integer", constraint=". > 1", warning=". > 2", required="${a} = 'x'"),
            question("pick", "select_one", **pick),
            question("order", "rank", choices="yn"),
            question("scale", "range", parameters={"start": "0", "end": "9", "step": "3"}),
            question("who", "metadata", parameters={"meta": "username"}),
            question("sum", "decimal", calculation="sum(${b})", read_only="true()"),
            question("when", "dateTime", trigger="${a}, ${n}", calculation="now()"),
            question("check", "reference", refers_to="codebook check"),
            question("line", "geotrace", media={"image": both("a.png")}, guidance_hint=both("g")),
            group("g", question("from", "time"), question("to", "time"), merge="atomic"),
            repeat(
                "rows",
                question("b", "integer", relevant="${n} > 3", label=both("${b} of ${a}")),
                repeat("inner", question("c"), count="${b}"),
                calculate("place", "position(..)"),
                rows_min=1,
                count="${n}",
            ),
            calculate("total", "sum(${b}) + count(${rows})"),
            shown_as="title",
        ),
        group("page_1", question("loose"), implicit=True),
        files={"a.png": {"sha256": "a" * 64, "size": 1, "type": "image/png"}},
        languages=["th"],
        version_text="x",
        entities={"a": 1},
    )


def sources() -> list[JsonValue]:
    """The documents that mutants are made of."""
    return [everything(), compiled("factory").document, compiled("event").document]


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        items = one.items() if isinstance(one, dict) else enumerate(one)
        for key, value in items:
            found.append((one, key))
            if isinstance(value, (dict, list)):
                waiting.append(value)
    return found


Step = tuple[int, int, str, int]


def mutant(source: JsonValue, steps: list[Step]) -> JsonValue:
    """A document after some changes: `steps` are (place, other place, act, odd value)."""
    changed: Any = copy.deepcopy(source)
    for at, other, act, odd in steps:
        everywhere = places(changed)
        if not everywhere:
            break
        container, key = everywhere[at % len(everywhere)]
        there, name = everywhere[other % len(everywhere)]
        if act == "replace":
            container[key] = copy.deepcopy(ODD[odd % len(ODD)])
        elif act == "delete":
            del container[key]
        elif act == "copy":
            container[key] = copy.deepcopy(there[name])
        elif act == "double" and isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        elif act == "rename" and isinstance(container, dict):
            container[str(name)] = container.pop(key)
    return changed  # type: ignore[no-any-return]


STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.integers(0, 100_000),
        st.integers(0, 100_000),
        st.sampled_from(["replace", "replace", "delete", "copy", "double", "rename"]),
        st.integers(0, len(ODD) - 1),
    ),
    min_size=1,
    max_size=6,
)
