"""Parses tokens into a syntax tree: XPath 1.0 as XForms uses it, by recursive descent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal as OneOf
from typing import TypeAlias

from shared.forms.expressions.tokens import ExpressionError, Token, fail, tokenize
from shared.forms.expressions.values import ARITHMETIC
from shared.limits import EXPRESSION_DEPTH_MAX

# With the bound on depth it keeps the recursion of parser and closures far below Python's limit.
OPERATORS_MAX = 200
STEPS_MAX = 40

Axis: TypeAlias = OneOf["child", "self", "parent"]
ANY = "*"


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in quotes or a number."""

    value: str | Decimal
    position: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`${name}`: the answer of a question, or the rows of a repeat."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Saved:
    """`${last-saved#name}`: the answer of a question in the record that was saved last."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path begins: the node looked at, or the root of the form."""

    kind: OneOf["here", "root"]
    position: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path; `name` is `*` for any element (and for a node() test)."""

    axis: Axis
    name: str
    predicates: tuple[Expression, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    """A start, the predicates on it, and the steps from there."""

    start: Expression
    predicates: tuple[Expression, ...]
    steps: tuple[Step, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    name: str
    arguments: tuple[Expression, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression
    position: int


@dataclass(frozen=True, slots=True)
class Union:
    """`one | other`: all nodes of several paths."""

    parts: tuple[Expression, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Negate:
    """`- operand`."""

    operand: Expression
    position: int


Expression: TypeAlias = Literal | Answer | Saved | Place | Path | Call | Binary | Union | Negate

# Loosest first; all are left associative.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    ("=", "!="),
    ("<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "div", "mod"),
)
WORD_OPERATORS = {"or", "and", "div", "mod"}
AXES: dict[str, Axis] = {"child": "child", "self": "self", "parent": "parent"}


def parse(text: str) -> Expression:
    """The syntax tree of an expression; raises ExpressionError with the position of the defect."""
    parser = _Parser(tokenize(text))
    tree = parser.level(0)
    token = parser.token
    if token.kind != "end":
        raise fail(
            token.position,
            "expression.left_over",
            f"ไม่เข้าใจ {token.text!r} ตรงนี้ อาจขาดตัวดำเนินการหรือวงเล็บ",
            f"{token.text!r} is not understood here; an operator or a bracket may be missing",
        )
    return tree


def is_here(tree: Expression) -> bool:
    """Whether this is a bare `.`"""
    return (
        isinstance(tree, Path)
        and isinstance(tree.start, Place)
        and tree.start.kind == "here"
        and not tree.predicates
        and all(step.axis == "self" and not step.predicates for step in tree.steps)
    )


class _Parser:
    """Reads tokens from left to right; one method a rule of the grammar."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0
        self.operators = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def is_operator(self, *texts: str) -> bool:
        token = self.token
        if token.text not in texts:
            return False
        return token.kind == "operator" or (token.kind == "name" and token.text in WORD_OPERATORS)

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.index += 1
        return token

    def expect(self, text: str) -> Token:
        if not self.is_operator(text):
            found = self.token.text or "the end"
            raise fail(
                self.token.position,
                "expression.expected",
                f"ต้องการ {text!r} แต่พบ {self.token.text or 'จุดจบสูตร'!r}",
                f"{text!r} is expected here, and {found!r} was found",
            )
        return self.take()

    def level(self, number: int) -> Expression:
        """An expression of operators of this level and tighter."""
        if number == len(LEVELS):
            return self.unary()
        left = self.level(number + 1)
        while self.is_operator(*LEVELS[number]):
            token = self.take()
            self.count_operator()
            left = Binary(token.text, left, self.level(number + 1), token.position)
        return left

    def count_operator(self) -> None:
        self.operators += 1
        if self.operators > OPERATORS_MAX:
            raise self.too_deep()

    def nested(self) -> Expression:
        """An expression inside brackets; how deep they may nest is bounded."""
        self.depth += 1
        if self.depth > EXPRESSION_DEPTH_MAX:
            raise self.too_deep()
        tree = self.level(0)
        self.depth -= 1
        return tree

    def too_deep(self) -> ExpressionError:
        return fail(
            self.token.position,
            "expression.too_deep",
            f"วงเล็บซ้อนเกิน {EXPRESSION_DEPTH_MAX} ชั้น หรือตัวดำเนินการเกิน {OPERATORS_MAX} ตัว ให้แบ่งสูตร",
            f"brackets deeper than {EXPRESSION_DEPTH_MAX} or over {OPERATORS_MAX} operators",
        )

    def unary(self) -> Expression:
        negations = []
        while self.is_operator("-"):
            negations.append(self.take().position)
            self.count_operator()
        tree = self.union()
        for position in reversed(negations):
            tree = Negate(tree, position)
        return tree

    def union(self) -> Expression:
        position = self.token.position
        parts = [self.path()]
        while self.is_operator("|"):
            self.take()
            self.count_operator()
            parts.append(self.path())
        return parts[0] if len(parts) == 1 else Union(tuple(parts), position)

    # -- paths -------------------------------------------------------------------------------

    def path(self) -> Expression:
        """A location path, or a primary expression with predicates and steps after it."""
        token = self.token
        if self.is_operator("/"):
            self.take()
            root = Place("root", token.position)
            if not self.at_step():
                return Path(root, (), (), token.position)
            return Path(root, (), self.steps(), token.position)
        if self.at_step():
            return Path(Place("here", token.position), (), self.steps(), token.position)
        start = self.primary()
        predicates = self.predicates()
        steps: tuple[Step, ...] = ()
        if self.is_operator("/"):
            self.take()
            steps = self.steps()
        if not predicates and not steps:
            return start
        return Path(start, predicates, steps, token.position)

    def at_step(self) -> bool:
        """Whether a step of a path begins here (and not a function call)."""
        token = self.token
        if token.kind == "operator":
            return token.text in {".", "..", "*", "@"}
        if token.kind != "name":
            return False
        following = self.tokens[self.index + 1]
        if following.kind == "operator" and following.text == "(":
            return token.text in ("node", "text", "comment", "processing-instruction")
        return True

    def steps(self) -> tuple[Step, ...]:
        found = [self.step()]
        while self.is_operator("/"):
            self.take()
            found.append(self.step())
            if len(found) > STEPS_MAX:
                raise self.too_deep()
        return tuple(found)

    def step(self) -> Step:
        token = self.take()
        if token.kind == "operator" and token.text in (".", ".."):
            axis: Axis = "self" if token.text == "." else "parent"
            return Step(axis, ANY, self.predicates(), token.position)
        axis = "child"
        if token.kind == "name" and self.is_operator("::"):
            found = AXES.get(token.text)
            if found is None:
                raise self.unexpected(Token("operator", f"{token.text}::", token.position))
            axis = found
            self.take()
            token = self.take()
        if token.kind == "name" and self.is_operator("("):
            return self.node_test(axis, token)
        wildcard = token.kind == "operator" and token.text == "*"
        if not wildcard and token.kind not in ("name", "answer"):
            raise self.unexpected(token)
        return Step(axis, token.text, self.predicates(), token.position)

    def node_test(self, axis: Axis, token: Token) -> Step:
        """`node()` is any element; the other tests find nothing in a form."""
        self.take()
        self.expect(")")
        if token.text != "node":
            raise self.unexpected(Token("operator", f"{token.text}()", token.position))
        return Step(axis, ANY, self.predicates(), token.position)

    def predicates(self) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self.is_operator("["):
            self.take()
            self.count_operator()
            found.append(self.nested())
            self.expect("]")
        return tuple(found)

    # -- the rest ----------------------------------------------------------------------------

    def primary(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            return Literal(ARITHMETIC.create_decimal(token.text), token.position)
        if token.kind == "text":
            return Literal(token.text, token.position)
        if token.kind == "answer":
            return Answer(token.text, token.position)
        if token.kind == "saved":
            return Saved(token.text, token.position)
        if token.kind == "name":
            return self.call(token)
        if token.kind == "operator" and token.text == "(":
            tree = self.nested()
            self.expect(")")
            return tree
        raise self.unexpected(token)

    def unexpected(self, token: Token) -> ExpressionError:
        if token.kind == "end":
            return fail(
                token.position,
                "expression.ends_early",
                "สูตรจบก่อนครบ",
                "the expression ends too early",
            )
        if token.text in {"//", "@", "$"} or token.text.endswith(("::", "()")):
            return fail(
                token.position,
                "expression.unsupported",
                f"ไม่รองรับ {token.text!r} ให้อ้างคำถามด้วย ${{ชื่อ}} หรือเส้นทางเต็มที่ขึ้นต้นด้วย /",
                f"{token.text!r} is not supported; refer to a question as ${{name}}, or by its "
                "whole path from /",
            )
        return fail(
            token.position,
            "expression.unexpected",
            f"ไม่คาดว่าจะพบ {token.text!r} ตรงนี้",
            f"{token.text!r} is not expected here",
        )

    def call(self, name: Token) -> Expression:
        self.expect("(")
        arguments: list[Expression] = []
        if not self.is_operator(")"):
            arguments.append(self.nested())
            while self.is_operator(","):
                self.take()
                arguments.append(self.nested())
        self.expect(")")
        return Call(name.text, tuple(arguments), name.position)
