"""Predicates: which rows, or which items of a table, pass a condition in square brackets.

What does not depend on the member looked at is computed once and not once a member, and a
position is looked up and not searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from shared.forms.expressions.grammar import (
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
)
from shared.forms.expressions.scope import Scope
from shared.forms.expressions.values import (
    Value,
    at_most,
    equal,
    less,
    numeric,
    shown,
    to_boolean,
    unequal,
)
from shared.forms.expressions.world import Context

if TYPE_CHECKING:
    from shared.forms.expressions.compiling import Compiler

T = TypeVar("T")
COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": at_most,
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: at_most(right, left),
}
TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
# These look at the node under test when they are written without an argument.
OF_THE_NODE = {"position", "last", "string", "number", "string-length", "normalize-space", "name"}


class Select(Protocol[T]):
    """Chooses among members."""

    def __call__(self, context: Context, members: Sequence[T], /) -> Sequence[T]: ...


class Members(Generic[T]):
    """How a member is looked at: the context of a predicate over it."""

    def __init__(self, look: Callable[[Context, T, int, int], Context]) -> None:
        self.look = look


def independent(tree: Expression) -> bool:
    """Whether a result is the same for every member under test."""
    if isinstance(tree, (Literal, Answer, Saved)):
        return True
    if isinstance(tree, Place):
        return tree.kind == "root"
    if isinstance(tree, Path):
        return independent(tree.start)
    if isinstance(tree, Call):
        if not tree.arguments:
            return tree.name not in OF_THE_NODE
        return all(map(independent, tree.arguments))
    if isinstance(tree, Binary):
        return independent(tree.left) and independent(tree.right)
    if isinstance(tree, Union):
        return all(map(independent, tree.parts))
    assert isinstance(tree, Negate)
    return independent(tree.operand)


def is_position(tree: Expression) -> bool:
    return isinstance(tree, Call) and tree.name == "position" and not tree.arguments


def is_last(tree: Expression) -> bool:
    return isinstance(tree, Call) and tree.name == "last" and not tree.arguments


def looks_at_position(tree: Expression) -> bool:
    """Whether a result depends on where a member stands among the others."""
    if isinstance(tree, Call):
        return is_position(tree) or is_last(tree) or any(map(looks_at_position, tree.arguments))
    if isinstance(tree, Binary):
        return looks_at_position(tree.left) or looks_at_position(tree.right)
    if isinstance(tree, Union):
        return any(map(looks_at_position, tree.parts))
    return isinstance(tree, Negate) and looks_at_position(tree.operand)


def select(
    compiler: Compiler, predicate: Expression, scope: Scope, members: Members[T]
) -> Select[T]:
    """A predicate as a choice among members; a number in brackets is a position."""
    if is_last(predicate):
        return lambda context, found: found[-1:]
    if isinstance(predicate, Binary) and predicate.operator in COMPARISONS:
        left, right, operator = predicate.left, predicate.right, predicate.operator
        if independent(left) and not independent(right):
            left, right, operator = right, left, TURNED[operator]
        if independent(right) and not independent(left):
            known = compiler.compile(right, scope)
            if is_position(left) and operator == "=":
                return lambda context, found: at_position(found, known(context))
            tested = compiler.compile(left, scope)
            return comparing(tested, COMPARISONS[operator], known, members)
    test = compiler.compile(predicate, scope)
    if independent(predicate):

        def all_or_none(context: Context, found: Sequence[T]) -> Sequence[T]:
            result = test(context)
            if isinstance(result, Decimal):
                return at_position(found, result)
            return found if to_boolean(result) else ()

        return all_or_none
    return testing(test, members)


def at_position(found: Sequence[T], position: Value) -> Sequence[T]:
    """The member at a position counted from 1, as a sequence of one or none."""
    if isinstance(position, (list, tuple)):
        places = {shown(numeric(one)) for one in position}
        return [one for index, one in enumerate(found, 1) if Decimal(index) in places]
    number = shown(numeric(position))
    if not number.is_finite() or not 1 <= number <= len(found) or number != int(number):
        return ()
    return (found[int(number) - 1],)


def comparing(
    tested: Callable[[Context], Value],
    holds: Callable[[Value, Value], bool],
    known: Callable[[Context], Value],
    members: Members[T],
) -> Select[T]:
    """Members whose value compares with one that is the same for all of them."""
    look = members.look

    def compared(context: Context, found: Sequence[T]) -> Sequence[T]:
        size = len(found)
        if size == 0:
            return ()
        context.spend(size)
        value = known(context)
        return [
            member
            for index, member in enumerate(found, 1)
            if holds(tested(look(context, member, index, size)), value)
        ]

    return compared


def testing(test: Callable[[Context], Value], members: Members[T]) -> Select[T]:
    """Members for which a condition holds."""
    look = members.look

    def tested(context: Context, found: Sequence[T]) -> Sequence[T]:
        size = len(found)
        context.spend(size)
        kept: list[T] = []
        for index, member in enumerate(found, 1):
            result = test(look(context, member, index, size))
            if isinstance(result, Decimal):
                if shown(result) == index:
                    kept.append(member)
            elif to_boolean(result):
                kept.append(member)
        return kept

    return tested
