"""Functions that need their arguments unevaluated: conditions, positions, rows and labels."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from shared.forms.expressions.grammar import Answer, Call, Literal, Parent, Path
from shared.forms.expressions.scope import Dependency, Scope
from shared.forms.expressions.tokens import fail
from shared.forms.expressions.values import Value, to_boolean, to_number, to_text
from shared.forms.expressions.world import Context

if TYPE_CHECKING:
    from shared.forms.expressions.compiling import Closure, Compiler


def call_if(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    test, yes, no = (compiler.compile(argument, scope) for argument in tree.arguments)
    return lambda context: yes(context) if to_boolean(test(context)) else no(context)


def call_coalesce(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    parts = [compiler.compile(argument, scope) for argument in tree.arguments]

    def coalesce(context: Context) -> Value:
        value: Value = None
        for part in parts:
            value = part(context)
            if to_text(value):
                return value
        return value

    return coalesce


def call_once(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    if not scope.once:
        raise fail(
            tree.position,
            "expression.once",
            "ใช้ once() ได้เฉพาะใน default เพราะค่าที่คำนวณไม่ถูกเก็บ",
            "once() is for defaults only: a calculated value is never stored",
        )
    return compiler.compile(tree.arguments[0], scope)


def call_position(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    if not tree.arguments:
        if scope.row_type is None:
            raise fail(
                tree.position,
                "expression.position",
                "position() ใช้ได้ในวงเล็บเหลี่ยม ที่อื่นให้เขียน position(..)",
                "position() belongs in square brackets; elsewhere write position(..)",
            )
        return lambda context: Decimal(context.position)
    if not isinstance(tree.arguments[0], Parent):
        raise fail(
            tree.position,
            "expression.position",
            "เขียนได้เฉพาะ position(..)",
            "only position(..) is supported",
        )
    own = compiler.scope.record_type
    if "/" not in own:
        raise fail(
            tree.position,
            "expression.position",
            "position(..) ใช้ได้เฉพาะในกลุ่มซ้ำ",
            "position(..) belongs in a repeat",
        )
    compiler.dependencies.add(Dependency("rows", own, "", own.rpartition("/")[0]))
    return lambda context: Decimal(context.outer.position)


def call_indexed_repeat(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    question, repeat, index = tree.arguments
    if not isinstance(question, Answer) or not isinstance(repeat, Answer):
        raise fail(
            tree.position,
            "expression.indexed_repeat",
            "เขียน indexed-repeat(${คำถาม}, ${กลุ่มซ้ำ}, ลำดับ)",
            "write indexed-repeat(${question}, ${repeat}, index)",
        )
    path = Path(repeat, (), question.name, question.position)
    target, rows = compiler.filtered(path, scope)
    key = compiler.row_question(question.name, target.record_type, question.position, scope)
    at = compiler.compile(index, scope)

    def indexed(context: Context) -> Value:
        number, found = to_number(at(context)), rows(context)
        if number is None or not 1 <= number <= len(found):
            return None
        return found[int(number) - 1].effective.get(key)

    return indexed


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
    rows = compiler.rows_of(target)
    key = compiler.row_question(question.name, row_type, question.position, scope)
    wanted = compiler.compile(reference, scope)

    def answer_of(context: Context) -> Value:
        record_id = to_text(wanted(context))
        for row in rows(context):
            if row.record_id == record_id:
                return row.effective.get(key)
        return None

    return answer_of


def call_choice_name(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    value = compiler.compile(tree.arguments[0], scope)
    second = tree.arguments[1]
    named = second.value if isinstance(second, Literal) else second
    name = named.name if isinstance(named, Answer) else str(named).strip("${} ")
    target = scope.find(name, tree.position)
    if not target.choices:
        raise fail(
            tree.position,
            "expression.choice_name",
            f"{name!r} ไม่ใช่คำถามแบบเลือกตอบ",
            f"{name!r} is not a question with choices",
        )
    choices = target.choices
    return lambda context: context.world.choice_label(choices, to_text(value(context)))


Special: TypeAlias = "Callable[[Compiler, Call, Scope], Closure]"
SPECIAL: dict[str, tuple[int, int, Special]] = {
    "if": (3, 3, call_if),
    "coalesce": (1, 20, call_coalesce),
    "once": (1, 1, call_once),
    "position": (0, 1, call_position),
    "indexed-repeat": (3, 3, call_indexed_repeat),
    "eco:answer-of": (2, 2, call_answer_of),
    "jr:choice-name": (2, 2, call_choice_name),
}
