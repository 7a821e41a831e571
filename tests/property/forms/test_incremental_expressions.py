"""On random forms with random formulas, what is kept up to date is what is computed anew.

So the dependencies of every construct are complete: a formula that looked at an answer without
naming it would keep an old result.
"""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, note
from hypothesis import strategies as st

from shared.forms.answers import RowAnswers
from shared.forms.definition import FormDefinition
from shared.forms.graph import Formula
from shared.forms.loading import load_form
from shared.forms.logic import FormEngine
from tests.support.expressions import tambons
from tests.support.forms import calculate, document, engine_of, group, question, repeat

NUMBERS_AT = {
    "": ["${a}", "/data/head/a", "count(${row})", "sum(${x})", "max(/data/body/row/x)",
         "count(/data/body/row/inner)", "sum(${row}[x > ${a}]/x)", "count-non-empty(${k})",
         "${row}[2]/x", "/data/body/row[last()]/x", "sum(${x} | ${a})", "${x}[. > 2][1]",
         "sum(/data/body/row/x[. > 1]/../inner/k)",
         "indexed-repeat(${x}, ${row}, ${a})", "indexed-repeat(${k}, ${row}, 1, ${inner}, ${a})",
         "count(${row}[count(inner[k > 1]) > 0])", "string-length(${b})", "count-selected(${c})",
         "count(/data/body/row[y = /data/head/b])", "sum(${row}[position() = ${a}]/inner/k)",
         "count((/data/body/row/inner)[../x > 1])", "count(/data/body/row[../../head/a > 1])",
         "count(instance('tambon')/root/item[people = ${a} * 10])"],
    "row": ["${x}", "../x", "${a}", "position(..)", "count(../inner)", "sum(../inner/k)", "./../x",
            "count(../../row[y = current()/../y])", "sum(../../row[position() < 3]/x)",
            "../../row[position() = position(current()/..) - 1]/x", "sum(${x} | ../inner/k)",
            "count(/data/body/row)", "../../../head/a",
            "indexed-repeat(${x}, ${row}, position(..))",
            "count(../g/z[. = 'u'])", "count(${inner}[t = ${y}])", "string-length(../g/z)"],
    "inner": ["${k}", "../k", "../../x", "${x}", "position(..)", "position(../..)", "${a}",
              "count(../../inner)", "sum(../../../row/inner/k)",
              "count(../../inner[k = current()/../k])",
              "sum(${k})", "indexed-repeat(${k}, ${row}, 1, ${inner}, 1)", "count(../../../row)"],
}  # fmt: skip
TEXTS_AT = {
    "": ["${b}", "${c}", "join('/', ${y})", "concat(${t}, ${b})", "${row}[y != '']/y",
         "instance('tambon')/root/item[name = ${b}]/label", "selected-at(${c}, 1)",
         "pulldata('tambon', 'district', 'name', ${b})", "(${y} | ${t} | ${b})[last()]",
         "/data/body/row[g/z = 'u']/y", "string(/data/body/row/*)"],
    "row": ["${y}", "../y", "../g/z", "${b}", "join(',', ../inner/t)", "join('', ../../row/y)",
            "concat(../../row[1]/y, '-', ../y)"],
    "inner": ["${t}", "../t", "../../y", "../../g/z", "${b}", "join('', ../../inner/t)",
              "join(',', ../../../row/y)"],
}  # fmt: skip
OWN = {"": ["c0", "c1", "c2", "c3"], "row": ["r0", "r1", "r2"], "inner": ["i0", "i1"]}


@st.composite
def formulas(draw: st.DrawFn, place: str) -> str:
    """An expression that makes sense at a place of the form."""
    numbers = list(NUMBERS_AT[place])
    for other, names in OWN.items():
        for name in names:
            inside = place == other or (place == "inner" and other != "inner") or other == ""
            numbers.append(f"${{{name}}}" if inside else f"sum(${{{name}}})")
    number, text = st.sampled_from(numbers), st.sampled_from(TEXTS_AT[place])
    kind = draw(st.integers(0, 8))
    if kind <= 1:
        return draw(number)
    if kind == 2:
        return draw(text)
    one, other = draw(number), draw(number)
    return {
        3: f"{one} + {other}",
        4: f"if({one} > {other}, {draw(text)}, {other})",
        5: f"{one} mod 3 = {other} or {draw(text)} = 'u'",
        6: f"coalesce({draw(text)}, {one})",
        7: f"concat({draw(text)}, '|', {one})",
        8: f"round({one} div {other}, 1) != {one}",
    }[kind]


@st.composite
def forms(draw: st.DrawFn) -> FormDefinition:
    """A form that loads: a formula that closes a cycle is replaced by a number."""
    written = {name: draw(formulas(place)) for place, names in OWN.items() for name in names}
    hiding = {
        name: draw(st.one_of(st.just(""), formulas(place)))
        for name, place in (("x", "row"), ("y", "row"), ("g", "row"), ("t", "inner"), ("b", ""),
                            ("row", ""), ("inner", "row"))
    }  # fmt: skip
    while True:
        loaded = load_form(form(written, hiding))
        if isinstance(loaded, FormDefinition):
            note(f"{written} {hiding}")
            return loaded
        cyclic = {defect.path.rpartition("/")[2] for defect in loaded}
        assert {defect.code for defect in loaded} == {"form.cycle"}, loaded
        for rules, plain in ((hiding, ""), (written, "1")):
            found = cyclic & {name for name, rule in rules.items() if rule != plain}
            if found:
                rules.update(dict.fromkeys(found, plain))
                break
        else:
            hiding = dict.fromkeys(hiding, "")


def form(written: dict[str, str], hiding: dict[str, str]) -> Any:
    def computed(place: str) -> list[dict[str, Any]]:
        return [calculate(name, written[name]) for name in OWN[place]]

    inner = repeat(
        "inner",
        question("k", "integer"),
        question("t", relevant=hiding["t"]),
        *computed("inner"),
        relevant=hiding["inner"],
    )
    row = repeat(
        "row",
        question("x", "integer", relevant=hiding["x"]),
        question("y", relevant=hiding["y"]),
        group("g", question("z"), relevant=hiding["g"]),
        *computed("row"),
        inner,
        relevant=hiding["row"],
    )
    return document(
        group(
            "head",
            question("a", "integer"),
            question("b", relevant=hiding["b"]),
            question("c", "select_multiple", choices="yn"),
            *computed(""),
        ),
        group("body", row),
    )


ANSWERS = {
    "a": st.integers(0, 4),
    "k": st.integers(0, 4),
    "x": st.integers(0, 4),
    "b": st.sampled_from(["u", "1001", "1003"]),
    "y": st.sampled_from(["u", "v", "1001"]),
    "t": st.sampled_from(["u", "v"]),
    "z": st.sampled_from(["u", "v"]),
    "c": st.lists(st.sampled_from(["yes", "no"]), min_size=1, unique=True),
}
KEYS = {
    "demo": ["head/a", "head/b", "head/c"],
    "demo/row": ["x", "y", "g/z"],
    "demo/row/inner": ["k", "t"],
}


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Answers, new rows and removed rows, in an order that could be."""
    found: list[tuple[Any, ...]] = []
    rows: dict[str, tuple[str, str]] = {"r": ("demo", "")}
    for index in range(draw(st.integers(1, 16))):
        kind = draw(st.sampled_from(["add", "add", "set", "set", "set", "remove"]))
        if kind == "add":
            parents = [one for one, (kind_of, _) in rows.items() if kind_of.count("/") < 2]
            parent = draw(st.sampled_from(parents))
            record_type = "demo/row" if rows[parent][0] == "demo" else "demo/row/inner"
            rows[f"n{index}"] = (record_type, parent)
            found.append(("add", record_type, f"n{index}", parent))
        elif kind == "remove" and len(rows) > 1:
            gone = draw(st.sampled_from(sorted(set(rows) - {"r"})))
            rows = {one: row for one, row in rows.items() if gone not in (one, row[1])}
            found.append(("remove", gone))
        else:
            record = draw(st.sampled_from(sorted(rows)))
            key = draw(st.sampled_from(KEYS[rows[record][0]]))
            value = draw(st.one_of(st.none(), ANSWERS[key.rpartition("/")[2]]))
            found.append(("set", record, key, value))
    return found


def fresh(definition: FormDefinition) -> FormEngine:
    engine = engine_of(definition)
    engine.world.codebooks = {"tambon": tambons()}
    return engine


def picture(engine: FormEngine) -> dict[str, Any]:
    """Every result and every relevance, and which rows there are."""
    return {
        record_id: (
            {key: str(value) for key, value in node.effective.items() if value not in (None, "")},
            {key: engine.relevant(record_id, key) for key in node.logic.guards},
            node.alive,
            node.position,
        )
        for record_id, node in engine.nodes.items()
    }


@given(forms(), histories())
def test_what_is_kept_up_to_date_is_what_is_computed_anew(
    definition: FormDefinition, history: list[tuple[Any, ...]]
) -> None:
    engine = fresh(definition)
    for step in history:
        if step[0] == "set":
            engine.set(*step[1:])
        elif step[0] == "add":
            engine.add_row(step[1], step[2], {}, parent_id=step[3])
        else:
            engine.remove_row(step[1])
    rows: dict[str, list[RowAnswers]] = {}
    for node in engine.nodes.values():
        if node.parent is not None:
            row = RowAnswers(node.record_id, node.stored, node.parent.record_id)
            rows.setdefault(node.record_type, []).append(row)
    again = engine_of(definition, engine.root.stored, rows)
    again.world.codebooks = {"tambon": tambons()}
    again._compute_all()
    assert picture(engine) == picture(again)


@given(forms())
def test_every_formula_is_ranked_behind_all_that_it_looks_at(definition: FormDefinition) -> None:
    formulas = definition.logic.formulas
    ranks: dict[tuple[str, str, str], Formula] = {
        (one.kind, one.record_type, one.key): one for one in formulas
    }
    assume(formulas)
    for formula in formulas:
        for dependency in formula.compiled.dependencies:
            if dependency.kind != "value":
                continue
            needed = ranks.get(("calculate", dependency.record_type, dependency.key))
            assert needed is None or needed.rank < formula.rank
            for guard in definition.logic.types[dependency.record_type].guards.get(
                dependency.key, ()
            ):
                assert ranks["relevant", dependency.record_type, guard].rank < formula.rank
