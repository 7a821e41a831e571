"""Compiles an expression once into a closure, and says what its result depends on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from shared.forms.expressions import eco, moments
from shared.forms.expressions.functions import FUNCTIONS
from shared.forms.expressions.grammar import (
    Answer,
    Bare,
    Binary,
    Call,
    Expression,
    Here,
    Literal,
    Negate,
    Parent,
    Path,
    parse,
)
from shared.forms.expressions.scope import (
    Dependency,
    Scope,
    Target,
    common_type,
    type_path,
    unknown_function,
)
from shared.forms.expressions.special import SPECIAL
from shared.forms.expressions.tokens import ExpressionError, fail
from shared.forms.expressions.values import (
    ARITHMETIC,
    ZERO,
    Value,
    at_most,
    equal,
    finite,
    less,
    to_boolean,
    to_number,
)
from shared.forms.expressions.world import Context, Row

Closure: TypeAlias = Callable[[Context], Value]
Rows: TypeAlias = Callable[[Context], Sequence[Row]]

# Importing a module of functions registers them.
assert moments
assert eco

CLOCK = {"today", "now"}
UNREPEATABLE = {"random", "uuid", "randomize"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to run. `dependencies` never contain the question's own `.`"""

    text: str
    run: Closure
    dependencies: frozenset[Dependency]
    codebooks: frozenset[str]
    uses_clock: bool
    uses_here: bool


def compile_expression(text: str, scope: Scope) -> Compiled:
    """Compiles an expression; raises ExpressionError that names the defect and its position."""
    compiler = Compiler(scope)
    run = compiler.compile(parse(text), scope)
    return Compiled(
        text,
        run,
        frozenset(compiler.dependencies),
        frozenset(compiler.codebooks),
        compiler.uses_clock,
        compiler.uses_here,
    )


def climb(row: Row, levels: int) -> Row:
    """The record so many levels above a row."""
    for _ in range(levels):
        parent = row.parent
        assert parent is not None
        row = parent
    return row


def calculate(operator: str, left: Value, right: Value) -> Value:
    """An arithmetic result; none when an operand is none, or on a division by zero."""
    one, other = to_number(left), to_number(right)
    if one is None or other is None:
        return None
    if operator == "+":
        return finite(ARITHMETIC.add(one, other))
    if operator == "-":
        return finite(ARITHMETIC.subtract(one, other))
    if operator == "*":
        return finite(ARITHMETIC.multiply(one, other))
    if other == ZERO:
        return None
    if operator == "div":
        return finite(ARITHMETIC.divide(one, other))
    return finite(ARITHMETIC.remainder(one, other))


class Compiler:
    """Walks a syntax tree once; one method a kind of node."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.dependencies: set[Dependency] = set()
        self.codebooks: set[str] = set()
        self.uses_clock = False
        self.uses_here = False

    def compile(self, tree: Expression, scope: Scope) -> Closure:
        if isinstance(tree, Literal):
            value: Value = tree.value
            return lambda context: value
        if isinstance(tree, Answer):
            return self.answer(tree, scope)
        if isinstance(tree, Path):
            return self.path(tree, scope)
        if isinstance(tree, Bare):
            return self.bare(tree, scope)
        if isinstance(tree, Call):
            return self.call(tree, scope)
        if isinstance(tree, Binary):
            return self.binary(tree, scope)
        if isinstance(tree, Negate):
            operand = self.compile(tree.operand, scope)
            return lambda context: calculate("-", ZERO, operand(context))
        if isinstance(tree, Here):
            if scope.row_type is not None:
                raise fail(
                    tree.position,
                    "expression.here_in_predicate",
                    "ใช้จุด (.) ในวงเล็บเหลี่ยมไม่ได้ ให้เขียนชื่อคำถามของแถวนั้น",
                    "a dot has no meaning in square brackets; write the name of the row's question",
                )
            self.uses_here = True
            return lambda context: context.here
        raise self.parent_outside_position(tree)

    def parent_outside_position(self, tree: Parent) -> ExpressionError:
        return fail(
            tree.position,
            "expression.unsupported",
            "ใช้ .. ได้เฉพาะใน position(..)",
            "'..' is supported only as position(..)",
        )

    # -- names -------------------------------------------------------------------------------

    def answer(self, tree: Answer, scope: Scope) -> Closure:
        target = scope.find(tree.name, tree.position)
        if target.kind == "group":
            raise fail(
                tree.position,
                "expression.group",
                f"{tree.name!r} เป็นกลุ่ม ไม่มีค่า ให้อ้างคำถามในกลุ่ม",
                f"{tree.name!r} is a group and has no value; refer to a question in it",
            )
        if target.kind == "repeat":
            rows = self.rows_of(target)
            return lambda context: [True for _ in rows(context)]
        own, key = self.scope.record_type, target.key
        across = common_type(own, target.record_type)
        self.dependencies.add(Dependency("value", target.record_type, key, across))
        if own == target.record_type:
            return lambda context: context.outer.effective.get(key)
        if own.startswith(target.record_type + "/"):
            levels = own.count("/") - target.record_type.count("/")
            return lambda context: climb(context.outer, levels).effective.get(key)
        rows = self.rows_of(target)
        return lambda context: [row.effective.get(key) for row in rows(context)]

    def rows_of(self, target: Target) -> Rows:
        """All rows of the target's type below the record that both places lie in."""
        own = self.scope.record_type
        parent = target.record_type.rpartition("/")[0]
        common = common_type(own, parent)
        levels = own.count("/") - common.count("/")
        inner = [
            step for step in type_path(target.record_type) if step.count("/") > common.count("/")
        ]
        for step in inner:
            self.dependencies.add(Dependency("rows", step, "", common))
        if len(inner) == 1:
            only = inner[0]
            return lambda context: climb(context.outer, levels).children.get(only, ())

        def gather(context: Context) -> Sequence[Row]:
            found: list[Row] = [climb(context.outer, levels)]
            for step in inner:
                found = [child for row in found for child in row.children.get(step, ())]
            return found

        return gather

    def filtered(self, tree: Path, scope: Scope) -> tuple[Target, Rows]:
        """The target of a path, and its rows after the predicates."""
        target = scope.find(tree.base.name, tree.position)
        if target.kind != "repeat":
            raise fail(
                tree.position,
                "expression.not_a_repeat",
                f"{tree.base.name!r} ไม่ใช่กลุ่มซ้ำ จึงใช้ [ ] หรือ / ไม่ได้",
                f"{tree.base.name!r} is not a repeat: neither [ ] nor / can follow it",
            )
        rows = self.rows_of(target)
        for predicate in tree.predicates:
            test = self.compile(predicate, scope.in_rows(target.record_type))
            rows = _filter(rows, test)
        return target, rows

    def path(self, tree: Path, scope: Scope) -> Closure:
        target, rows = self.filtered(tree, scope)
        if not tree.step:
            return lambda context: [True for _ in rows(context)]
        key = self.row_question(tree.step, target.record_type, tree.position, scope)
        return lambda context: [row.effective.get(key) for row in rows(context)]

    def row_question(self, name: str, row_type: str, position: int, scope: Scope) -> str:
        """The key of a question of the rows of a repeat."""
        found = scope.find(name, position)
        if found.kind != "question" or found.record_type != row_type:
            raise fail(
                position,
                "expression.not_in_repeat",
                f"{name!r} ไม่ใช่คำถามในกลุ่มซ้ำนี้",
                f"{name!r} is not a question of this repeat",
            )
        across = common_type(self.scope.record_type, row_type.rpartition("/")[0])
        self.dependencies.add(Dependency("value", row_type, found.key, across))
        return found.key

    def bare(self, tree: Bare, scope: Scope) -> Closure:
        name = tree.name
        if scope.row_type is not None:
            key = self.row_question(name, scope.row_type, tree.position, scope)
            return lambda context: context.row.effective.get(key)
        if scope.columns is not None:
            if name not in scope.columns:
                raise fail(
                    tree.position,
                    "expression.unknown_column",
                    f"รายการตัวเลือกไม่มีคอลัมน์ {name!r}",
                    f"the choices have no column {name!r}",
                )
            return lambda context: (context.column or {}).get(name)
        raise fail(
            tree.position,
            "expression.bare_name",
            f"เขียน {name!r} เฉย ๆ ไม่ได้ ให้เขียน ${{{name}}} หรือใส่เครื่องหมายคำพูด",
            f"the bare name {name!r} has no meaning here; write ${{{name}}}, or quote it",
        )

    # -- operators ---------------------------------------------------------------------------

    def binary(self, tree: Binary, scope: Scope) -> Closure:
        left, right = self.compile(tree.left, scope), self.compile(tree.right, scope)
        operator = tree.operator
        if operator == "and":
            return lambda context: to_boolean(left(context)) and to_boolean(right(context))
        if operator == "or":
            return lambda context: to_boolean(left(context)) or to_boolean(right(context))
        if operator == "=":
            return lambda context: equal(left(context), right(context))
        if operator == "!=":
            return lambda context: not equal(left(context), right(context))
        if operator == "<":
            return lambda context: less(left(context), right(context))
        if operator == ">":
            return lambda context: less(right(context), left(context))
        if operator == "<=":
            return lambda context: at_most(left(context), right(context))
        if operator == ">=":
            return lambda context: at_most(right(context), left(context))
        return lambda context: calculate(operator, left(context), right(context))

    # -- functions ---------------------------------------------------------------------------

    def call(self, tree: Call, scope: Scope) -> Closure:
        name = tree.name
        special = SPECIAL.get(name)
        if special is not None:
            least, most, method = special
            self.check_count(tree, least, most)
            return method(self, tree, scope)
        function = FUNCTIONS.get(name)
        if function is None:
            if name in UNREPEATABLE:
                raise fail(
                    tree.position,
                    "expression.unrepeatable",
                    f"ใช้ {name}() ไม่ได้ เพราะผลไม่เหมือนเดิมทุกครั้ง",
                    f"{name}() is refused: its result cannot be repeated on another device",
                )
            raise unknown_function(name, sorted({*FUNCTIONS, *SPECIAL}), tree.position)
        self.check_count(tree, function.least, function.most)
        if name in CLOCK:
            self.note_clock(tree, scope)
        self.note_codebook(tree)
        body = function.body
        parts = [self.compile(argument, scope) for argument in tree.arguments]
        if len(parts) == 1:
            only = parts[0]
            return lambda context: body(context, only(context))
        if len(parts) == 2:
            one, other = parts
            return lambda context: body(context, one(context), other(context))
        return lambda context: body(context, *[part(context) for part in parts])

    def check_count(self, tree: Call, least: int, most: int) -> None:
        count = len(tree.arguments)
        if least <= count <= most:
            return
        wanted = str(least) if least == most else f"{least}-{most}"
        raise fail(
            tree.position,
            "expression.arguments",
            f"{tree.name}() ต้องการ {wanted} ค่า แต่ได้ {count}",
            f"{tree.name}() takes {wanted} arguments and got {count}",
        )

    def note_clock(self, tree: Call, scope: Scope) -> None:
        self.uses_clock = True
        if not scope.clock:
            raise fail(
                tree.position,
                "expression.clock_in_relevant",
                f"ใช้ {tree.name}() ใน relevant ไม่ได้ เพราะคำตอบจะหายไปเองเมื่อวันเปลี่ยน",
                f"{tree.name}() is refused in relevant: answers would vanish as days pass",
            )

    def note_codebook(self, tree: Call) -> None:
        if tree.name == "pulldata":
            name = tree.arguments[0]
            if isinstance(name, Literal) and isinstance(name.value, str):
                self.codebooks.add(name.value)
        elif tree.name in ("eco:limit", "eco:exceeds"):
            self.codebooks.add(eco.LIMITS)


def _filter(rows: Rows, test: Closure) -> Rows:
    """Rows for which a predicate holds; a number in brackets is a position."""

    def filtered(context: Context) -> Sequence[Row]:
        kept: list[Row] = []
        world, outer = context.world, context.outer
        for index, row in enumerate(rows(context), start=1):
            result = test(Context(world, row, outer=outer, position=index))
            if isinstance(result, Decimal):
                if result == index:
                    kept.append(row)
            elif to_boolean(result):
                kept.append(row)
        return kept

    return filtered
