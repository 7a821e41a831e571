"""Functions that need their arguments unevaluated: conditions, positions, rows and labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from shared.forms.expressions.grammar import Answer, Call, Expression, Literal, Path, parse
from shared.forms.expressions.matching import call_regex
from shared.forms.expressions.paths import Closure, Nodes
from shared.forms.expressions.scope import Dependency, Scope, Target, common_type
from shared.forms.expressions.shuffling import seed_of, shuffled
from shared.forms.expressions.structure import Element
from shared.forms.expressions.tables import call_pulldata
from shared.forms.expressions.tokens import ExpressionError, fail
from shared.forms.expressions.values import Value, numeric, shown, to_boolean, to_text
from shared.forms.expressions.world import Context, Row

if TYPE_CHECKING:
    from shared.forms.expressions.compiling import Compiler


def call_if(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    test, yes, no = (compiler.compile(argument, scope) for argument in tree.arguments)
    return lambda context: yes(context) if to_boolean(test(context)) else no(context)


def call_coalesce(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    parts = [compiler.compile(argument, scope) for argument in tree.arguments]

    def coalesce(context: Context) -> Value:
        value: Value = None
        for part in parts:
            value = part(context)
            if isinstance(value, Decimal):
                if not value.is_nan():
                    return value
            elif to_text(value):
                return value
        return None if isinstance(value, Decimal) else value

    return coalesce


def call_once(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    if not compiler.scope.once:
        raise fail(
            tree.position,
            "expression.once",
            "ใช้ once() ได้เฉพาะที่ค่าถูกเก็บ คือใน default หรือ calculation ของชนิด hidden",
            "once() belongs where the value is stored: a default, or a hidden question's "
            "calculation",
        )
    value, own = compiler.compile(tree.arguments[0], scope), compiler.own()

    def once(context: Context) -> Value:
        kept = own(context)
        return kept if to_text(kept) else value(context)

    return once


# -- positions -------------------------------------------------------------------------------


def call_position(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    if not tree.arguments:
        if not scope.predicate:
            raise fail(
                tree.position,
                "expression.position",
                "position() ใช้ได้ในวงเล็บเหลี่ยม ที่อื่นให้เขียน position(..)",
                "position() belongs in square brackets; elsewhere write position(..)",
            )
        return lambda context: Decimal(context.position)
    nodes = single_nodes(compiler, tree.arguments[0], scope)
    if nodes is None or nodes.one is None:
        raise fail(
            tree.position,
            "expression.position",
            "เขียนได้เฉพาะ position(..) ซึ่งคือลำดับของแถวที่สูตรนี้อยู่",
            "write position(..): the place of the row that the rule is in",
        )
    if "/" not in nodes.element.record_type:
        raise fail(
            tree.position,
            "expression.position",
            "position(..) ใช้ได้เฉพาะในกลุ่มซ้ำ",
            "position(..) belongs in a repeat",
        )
    row_type, one = nodes.element.record_type, nodes.one
    across = min(nodes.across, row_type.rpartition("/")[0], key=len)
    compiler.dependencies.add(Dependency("rows", row_type, "", across))
    return lambda context: Decimal(one(context).position)


def single_nodes(compiler: Compiler, tree: Expression, scope: Scope) -> Nodes | None:
    """What a path leads to, when that is one element of one record."""
    sets = compiler.paths.resolve(tree, scope)
    return sets[0] if sets is not None and len(sets) == 1 else None


def call_last(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    if not scope.predicate:
        raise fail(
            tree.position,
            "expression.position",
            "last() ใช้ได้ในวงเล็บเหลี่ยม ที่อื่นให้เขียน count(${กลุ่มซ้ำ})",
            "last() belongs in square brackets; elsewhere write count(${repeat})",
        )
    return lambda context: Decimal(context.size)


# -- rows ------------------------------------------------------------------------------------


def call_indexed_repeat(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    """`indexed-repeat(question, repeat, index, inner repeat, index ...)`, five repeats deep."""
    if len(tree.arguments) % 2 == 0:
        raise wrong_indexed_repeat(tree)
    asked = element_of(compiler, tree.arguments[0], scope)
    if asked is None or asked.kind != "question":
        raise wrong_indexed_repeat(tree)
    chosen: dict[str, Closure] = {}
    for repeat, index in zip(tree.arguments[1::2], tree.arguments[2::2], strict=True):
        element = element_of(compiler, repeat, scope)
        if element is None or element.kind != "repeat":
            raise wrong_indexed_repeat(tree)
        inside = asked.record_type + "/"
        if not inside.startswith(element.record_type + "/"):
            raise fail(
                repeat.position,
                "expression.not_in_repeat",
                f"{asked.name!r} ไม่ใช่คำถามในกลุ่มซ้ำ {element.name!r}",
                f"{asked.name!r} is not a question of the repeat {element.name!r}",
            )
        chosen[element.record_type] = compiler.compile(index, scope)
    return indexed_answers(compiler, asked, chosen)


def indexed_answers(compiler: Compiler, asked: Element, chosen: dict[str, Closure]) -> Closure:
    """The answers reached by going down through the chosen rows."""
    own = compiler.scope.record_type
    outermost = min(chosen, key=len).rpartition("/")[0]
    across = common_type(own, outermost)
    top = compiler.paths.fixed(compiler.structure.rows[across]).one
    assert top is not None
    steps: list[tuple[str, Closure | None]] = []
    row_type = asked.record_type
    while row_type != across:
        compiler.dependencies.add(Dependency("rows", row_type, "", across))
        steps.append((row_type, chosen.get(row_type)))
        row_type = row_type.rpartition("/")[0]
    steps.reverse()
    compiler.dependencies.add(Dependency("value", asked.record_type, asked.key, across))
    key = asked.key
    exact = all(index is not None for _, index in steps)

    def indexed(context: Context) -> Value:
        rows: Sequence[Row] = (top(context),)
        for row_type, index in steps:
            found: list[Row] = []
            number = None if index is None else shown(numeric(index(context)))
            for row in rows:
                below = row.children.get(row_type, ())
                if number is None:
                    found.extend(below)
                elif number.is_finite() and 1 <= number <= len(below):
                    found.append(below[int(number) - 1])
            rows = found
        if exact:
            return rows[0].effective.get(key) if rows else None
        return [row.effective.get(key) for row in rows]

    return indexed


def element_of(compiler: Compiler, tree: Expression, scope: Scope) -> Element | None:
    """The element that a path names, whatever rows it leads to."""
    if isinstance(tree, Path) and not tree.predicates and tree.steps:
        last = tree.steps[-1]
        if last.predicates:
            return None
    kept = set(compiler.dependencies)
    nodes = single_nodes(compiler, tree, scope)
    compiler.dependencies = kept
    return None if nodes is None else nodes.element


def wrong_indexed_repeat(tree: Call) -> ExpressionError:
    return fail(
        tree.position,
        "expression.indexed_repeat",
        "เขียน indexed-repeat(${คำถาม}, ${กลุ่มซ้ำ}, ลำดับ)",
        "write indexed-repeat(${question}, ${repeat}, index)",
    )


def call_answer_of(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    """`eco:answer-of(${person}, ${hours})`: an answer of the row that a reference points at."""
    reference, question = tree.arguments
    if not isinstance(question, Answer):
        raise fail(
            tree.position,
            "expression.answer_of",
            "เขียน eco:answer-of(${คำถามที่อ้างแถว}, ${คำถามในแถวนั้น})",
            "write eco:answer-of(${reference}, ${question of that row})",
        )
    target = scope.find(question.name, question.position)
    row_type = target.record_type
    if target.kind != "question" or "/" not in row_type:
        raise fail(
            question.position,
            "expression.not_in_repeat",
            f"{question.name!r} ไม่ใช่คำถามในกลุ่มซ้ำ",
            f"{question.name!r} is not a question of a repeat",
        )
    repeat = compiler.structure.rows[row_type].target
    assert repeat is not None
    sets = compiler.paths.named(Answer(repeat.name, question.position), (), scope)
    rows, key = sets[0].rows, target.key
    compiler.dependencies.add(Dependency("value", row_type, key, sets[0].across))
    wanted = compiler.compile(reference, scope)

    def answer_of(context: Context) -> Value:
        record_id = to_text(wanted(context))
        found = rows(context)
        context.spend(len(found))
        for row in found:
            if row.record_id == record_id:
                return row.effective.get(key)
        return None

    return answer_of


# -- choices and node-sets -------------------------------------------------------------------


def call_choice_name(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    value = compiler.compile(tree.arguments[0], scope)
    target = choice_question(compiler, tree, scope)
    choices, table = target.choices, target.table
    if choices:
        return lambda context: context.world.choice_label(choices, to_text(value(context)))
    compiler.codebooks.add(table)

    def label(context: Context) -> Value:
        key = to_text(value(context))
        language = context.world.language
        for column in (f"label_{language}", "label"):
            found = context.world.codebook_value(table, key, column)
            if found:
                return found
        return key

    return label


def choice_question(compiler: Compiler, tree: Call, scope: Scope) -> Target:
    """The question that jr:choice-name() names: `'${name}'`, `${name}` or a path in quotes."""
    second = tree.arguments[1]
    target: Target | None
    if isinstance(second, Literal):
        text = to_text(second.value).strip()
        if "/" in text:
            element = element_of(compiler, parse(text), scope)
            target = None if element is None else element.target
        else:
            target = scope.find(text.strip("${} "), tree.position)
    else:
        element = element_of(compiler, second, scope)
        target = None if element is None else element.target
    if target is None or not (target.choices or target.table):
        name = "?" if target is None else target.name
        raise fail(
            tree.position,
            "expression.choice_name",
            f"{name!r} ไม่ใช่คำถามแบบเลือกตอบ",
            f"{name!r} is not a question with choices",
        )
    return target


def call_count(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    values = compiler.compile(tree.arguments[0], scope)

    def count(context: Context) -> Value:
        found = values(context)
        if isinstance(found, (list, tuple)):
            return Decimal(len(found))
        return Decimal(0 if found is None else 1)

    return count


def call_randomize(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    """`randomize(nodes, seed)`; without a seed the order is by chance and must be kept."""
    nodes = compiler.compile(tree.arguments[0], scope)
    if len(tree.arguments) == 1:
        compiler.chance(tree)

        def by_chance(context: Context) -> Value:
            found = nodes(context)
            listed = list(found) if isinstance(found, (list, tuple)) else [found]
            return shuffled(listed, int(context.world.random() * 2_147_483_646) + 1)

        return by_chance
    seed = compiler.compile(tree.arguments[1], scope)

    def by_seed(context: Context) -> Value:
        found = nodes(context)
        listed = list(found) if isinstance(found, (list, tuple)) else [found]
        return shuffled(listed, seed_of(seed(context)))

    return by_seed


def call_instance(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    raise fail(
        tree.position,
        "expression.instance",
        "เขียน instance('รายการ')/root/item[เงื่อนไข]/คอลัมน์",
        "write instance('list')/root/item[condition]/column",
    )


def call_name(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    """The name of an element, which is known when the form is loaded: `local-name(..)`."""
    if tree.arguments:
        element = element_of(compiler, tree.arguments[0], scope)
    else:
        element = compiler.paths.here(scope).element
    if element is None:
        raise fail(
            tree.position,
            "expression.name",
            f"{tree.name}() ต้องการเส้นทางของคำถามเดียว",
            f"{tree.name}() takes the path of one element of the form",
        )
    name = element.name
    return lambda context: name


def call_current(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    return compiler.own()


def of_the_node(function: str) -> Callable[[Compiler, Call, Scope], Closure]:
    """A function that without an argument takes the answer it stands at: `string-length()`."""

    def compile_call(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
        from shared.forms.expressions.functions import FUNCTIONS

        body = FUNCTIONS[function].body
        if tree.arguments:
            value = compiler.compile(tree.arguments[0], scope)
        elif scope.predicate:
            value = lambda context: context.here  # noqa: E731
        else:
            value = compiler.own()
        return lambda context: body(context, value(context))

    return compile_call


CompileCall: TypeAlias = "Callable[[Compiler, Call, Scope], Closure]"


class Special(NamedTuple):
    """A function that compiles its call itself, and how many arguments it takes."""

    least: int
    most: int
    compile: CompileCall


SPECIAL: dict[str, Special] = {
    "if": Special(3, 3, call_if),
    "coalesce": Special(1, 20, call_coalesce),
    "once": Special(1, 1, call_once),
    "position": Special(0, 1, call_position),
    "last": Special(0, 0, call_last),
    "count": Special(1, 1, call_count),
    "indexed-repeat": Special(3, 11, call_indexed_repeat),
    "current": Special(0, 0, call_current),
    "instance": Special(1, 1, call_instance),
    "randomize": Special(1, 2, call_randomize),
    "pulldata": Special(4, 4, call_pulldata),
    "regex": Special(2, 2, call_regex),
    "string": Special(0, 1, of_the_node("string")),
    "string-length": Special(0, 1, of_the_node("string-length")),
    "normalize-space": Special(0, 1, of_the_node("normalize-space")),
    "number": Special(0, 1, of_the_node("number")),
    "name": Special(0, 1, call_name),
    "local-name": Special(0, 1, call_name),
    "jr:choice-name": Special(2, 2, call_choice_name),
    "eco:answer-of": Special(2, 2, call_answer_of),
}
