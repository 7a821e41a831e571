"""Compiles an expression once into a closure, and says what its result depends on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from shared.forms.expressions import (
    choices,
    digests,
    eco,
    geometry,
    moments,
    numbers,
    texts,
    trigonometry,
)
from shared.forms.expressions.functions import FUNCTIONS, KEPT_ONLY
from shared.forms.expressions.grammar import (
    ANY,
    Answer,
    Binary,
    Call,
    Expression,
    Literal,
    Negate,
    Path,
    Place,
    Saved,
    Union,
    is_here,
    parse,
)
from shared.forms.expressions.paths import VALUE, Closure, PathCompiler, plain
from shared.forms.expressions.scope import Dependency, Scope, Structure, unknown_function
from shared.forms.expressions.selecting import COMPARISONS, Members, select
from shared.forms.expressions.special import SPECIAL
from shared.forms.expressions.tables import (
    column_equation,
    conjuncts,
    instance_of,
    instance_path,
    item_cell,
    saved_answer,
)
from shared.forms.expressions.tokens import fail
from shared.forms.expressions.unsupported import UNSUPPORTED
from shared.forms.expressions.values import (
    ARITHMETIC,
    Value,
    difference,
    is_list,
    numeric,
    shown,
    to_boolean,
    total,
)
from shared.forms.expressions.world import Context, TooMuchWork

# Importing a module of functions registers them.
REGISTERED = (choices, digests, eco, geometry, moments, numbers, texts, trigonometry)

CLOCK = {"today", "now"}

__all__ = ["Closure", "Compiled", "Compiler", "Pinned", "compile_expression"]

Calculation: TypeAlias = Callable[[Decimal, Decimal], Decimal]
CALCULATIONS: dict[str, Calculation] = {
    "+": total,
    "-": difference,
    "*": ARITHMETIC.multiply,
    "div": ARITHMETIC.divide,
    "mod": lambda one, other: ARITHMETIC.remainder(shown(one), shown(other)),
}


@dataclass(frozen=True, slots=True)
class Pinned:
    """A condition `column = value` that every option let through by a choice filter fulfils: a
    long list need only be looked up at this value."""

    column: str
    value: Closure


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to run. `dependencies` never contain the question's own `.`

    `codebooks` are the tables that it names, without the form's own choice lists. `uses_chance`
    says that another run may give another result.
    """

    text: str
    run: Closure
    dependencies: frozenset[Dependency]
    codebooks: frozenset[str]
    uses_clock: bool
    uses_here: bool
    uses_chance: bool = False
    pinned: tuple[Pinned, ...] = ()


def compile_expression(text: str, scope: Scope) -> Compiled:
    """Compiles an expression; raises ExpressionError that names the defect and its position."""
    try:
        return _compiled(text, scope)
    except RecursionError:
        raise fail(
            0,
            "expression.too_deep",
            "สูตรซ้อนลึกเกินไป ให้แบ่งเป็นหลายคำถาม calculate",
            "the expression is nested too deep; split it into calculates",
        ) from None


def _compiled(text: str, scope: Scope) -> Compiled:
    compiler = Compiler(scope)
    tree = parse(text)
    run = compiler.compile(tree, scope)
    return Compiled(
        text,
        whole(text, run),
        frozenset(compiler.dependencies),
        frozenset(compiler.codebooks),
        compiler.uses_clock,
        compiler.uses_here,
        compiler.uses_chance,
        compiler.pinned(tree, scope),
    )


def whole(text: str, run: Closure) -> Closure:
    """The result of a whole expression: none when it is no finite number, or took too much."""

    def result(context: Context) -> Value:
        try:
            value = run(context)
        except (TooMuchWork, RecursionError):
            context.world.overran(text)
            return None
        if isinstance(value, Decimal):
            if not value.is_finite():
                return None
            near = shown(value)
            return near if near == near.to_integral_value() else value
        return value

    return result


class Compiler:
    """Walks a syntax tree once; one method a kind of node."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.dependencies: set[Dependency] = set()
        self.codebooks: set[str] = set()
        self.uses_clock = False
        self.uses_here = False
        self.uses_chance = False
        root = scope.record_type.partition("/")[0]
        self.structure = scope.structure or Structure(root, scope.targets.values())
        self.paths = PathCompiler(self)

    def compile(self, tree: Expression, scope: Scope) -> Closure:
        if isinstance(tree, Literal):
            value: Value = tree.value
            return lambda context: value
        if isinstance(tree, (Answer, Path)):
            return self.path(tree, scope)
        if isinstance(tree, Call):
            return self.call(tree, scope)
        if isinstance(tree, Binary):
            return self.binary(tree, scope)
        if isinstance(tree, Negate):
            operand = self.compile(tree.operand, scope)
            return lambda context: ARITHMETIC.minus(numeric(operand(context)))
        if isinstance(tree, Union):
            return self.paths.union(tree, scope)
        if isinstance(tree, Saved):
            target = scope.find(tree.name, tree.position)
            return saved_answer(target.record_type, target.key)
        assert isinstance(tree, Place)
        raise AssertionError("a place is always part of a path")

    # -- paths -------------------------------------------------------------------------------

    def path(self, tree: Answer | Path, scope: Scope) -> Closure:
        if isinstance(tree, Path):
            if is_here(tree):
                return self.here(tree, scope)
            if instance_of(tree) is not None:
                return instance_path(self, tree, scope)
            other = self.column(tree, scope) or self.fact(tree)
            if other is not None:
                return other
        sets = self.paths.resolve(tree, scope)
        if sets is None:
            assert isinstance(tree, Path)
            return self.filtered(tree, scope)
        return self.paths.value(sets, tree.position)

    def here(self, tree: Path, scope: Scope) -> Closure:
        """`.`: the question's own answer; in a predicate over answers, the one under test."""
        if scope.predicate:
            if scope.looked is None or scope.looked.kind != "question":
                raise fail(
                    tree.position,
                    "expression.here_in_predicate",
                    "ใช้จุด (.) ในวงเล็บเหลี่ยมไม่ได้ ให้เขียนชื่อคำถามของแถวนั้น",
                    "a dot has no meaning in square brackets; write the name of the row's question",
                )
            return lambda context: context.here
        return self.own()

    def own(self) -> Closure:
        """The answer of the question that the expression belongs to."""
        self.uses_here = True
        return lambda context: context.own

    def column(self, tree: Path, scope: Scope) -> Closure | None:
        """A bare name that is a column: of the options under a choice filter, or of a table."""
        options = scope.columns is not None and not scope.predicate
        items = scope.predicate and scope.looked is None
        if not (options or items) or not isinstance(tree.start, Place) or tree.predicates:
            return None
        if tree.start.kind == "root" or any(step.axis == "parent" for step in tree.steps):
            return None
        steps = [step for step in tree.steps if step.axis == "child"]
        if len(steps) != 1 or steps[0].name == ANY or steps[0].predicates:
            return None
        name = plain(steps[0].name)
        if items:
            return item_cell(scope, name, tree.position)
        assert scope.columns is not None
        if name not in scope.columns:
            raise fail(
                tree.position,
                "expression.unknown_column",
                f"รายการตัวเลือกไม่มีคอลัมน์ {name!r}",
                f"the choices have no column {name!r}",
            )
        return lambda context: (context.column or {}).get(name)

    def fact(self, tree: Path) -> Closure | None:
        """`/data/meta/instanceID` and the like: facts about the record that no question asks;
        and `current()` alone, which is `.`"""
        if isinstance(tree.start, Call):
            alone = all(step.axis == "self" for step in tree.steps) and not tree.predicates
            return self.own() if tree.start.name == "current" and alone else None
        if not isinstance(tree.start, Place) or tree.start.kind != "root":
            return None
        names = [plain(step.name) for step in tree.steps]
        if len(names) != 3 or names[1] != "meta" or "meta" in self.structure.root.children:
            return None
        name = names[2]
        return lambda context: context.world.property(name)

    def filtered(self, tree: Path, scope: Scope) -> Closure:
        """Predicates on what is no path of the form: `(1 | 2)[. > 1]`, `randomize(...)[1]`."""
        if tree.steps:
            raise fail(
                tree.steps[0].position,
                "expression.unsupported",
                "ต่อ / หลังฟังก์ชันนี้ไม่ได้",
                "a path cannot go on from here",
            )
        start = self.compile(tree.start, scope)
        inner = scope.in_nodes(VALUE, scope.across)

        def look(context: Context, value: Value, position: int, size: int) -> Context:
            row = context.row
            return Context(context.world, row, value, position=position, size=size, within=context)

        members: Members[Value] = Members(look)
        selects = [select(self, one, inner, members) for one in tree.predicates]

        def found(context: Context) -> Value:
            value = start(context)
            kept: Sequence[Value] = value if is_list(value) else (value,)
            for one in selects:
                kept = one(context, kept)
            return list(kept)

        return found

    # -- operators ---------------------------------------------------------------------------

    def binary(self, tree: Binary, scope: Scope) -> Closure:
        left, right = self.compile(tree.left, scope), self.compile(tree.right, scope)
        operator = tree.operator
        if operator == "and":
            return lambda context: to_boolean(left(context)) and to_boolean(right(context))
        if operator == "or":
            return lambda context: to_boolean(left(context)) or to_boolean(right(context))
        holds = COMPARISONS.get(operator)
        if holds is not None:
            return lambda context: holds(left(context), right(context))
        calculate = CALCULATIONS[operator]
        return lambda context: calculate(numeric(left(context)), numeric(right(context)))

    def pinned(self, tree: Expression, scope: Scope) -> tuple[Pinned, ...]:
        """The equations of a choice filter that hold for every option that it lets through."""
        if scope.columns is None:
            return ()
        found: list[Pinned] = []
        for part in conjuncts(tree):
            equation = column_equation(part)
            if equation is not None and isinstance(equation[1], (Answer, Path, Literal, Saved)):
                found.append(Pinned(equation[0], self.compile(equation[1], scope)))
        return tuple(found)

    # -- functions ---------------------------------------------------------------------------

    def call(self, tree: Call, scope: Scope) -> Closure:
        name = tree.name
        special = SPECIAL.get(name)
        if special is not None:
            self.check_count(tree, special.least, special.most)
            return special.compile(self, tree, scope)
        function = FUNCTIONS.get(name)
        if function is None:
            advice = UNSUPPORTED.get(name)
            if advice is not None:
                raise fail(tree.position, "expression.unsupported_function", *advice)
            raise unknown_function(name, sorted({*FUNCTIONS, *SPECIAL}), tree.position)
        self.check_count(tree, function.least, function.most)
        if function.check is not None:
            function.check(tree)
        if name in CLOCK:
            self.uses_clock = True
        if name in KEPT_ONLY:
            self.chance(tree)
        if name in ("eco:limit", "eco:exceeds"):
            self.codebooks.add(eco.LIMITS)
        if name == "eco:is-working-day":
            self.codebooks.add(eco.HOLIDAYS)
        body = function.body
        parts = [self.compile(argument, scope) for argument in tree.arguments]
        if len(parts) == 1:
            only = parts[0]
            return lambda context: body(context, only(context))
        if len(parts) == 2:
            one, other = parts
            return lambda context: body(context, one(context), other(context))
        return lambda context: body(context, *[part(context) for part in parts])

    def chance(self, tree: Call) -> None:
        """A result that no second run gives again is allowed only where it is kept."""
        self.uses_chance = True
        if not self.scope.once:
            raise fail(
                tree.position,
                "expression.unrepeatable",
                f"ใช้ {tree.name}() ตรงนี้ไม่ได้ เพราะผลไม่เหมือนเดิมทุกครั้ง ให้ใส่ใน default หรือ "
                "once() ของคำถามชนิด hidden",
                f"{tree.name}() is refused here: its result cannot be repeated; use it in a "
                "default, or in once() of a hidden question, where it is stored",
            )

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
