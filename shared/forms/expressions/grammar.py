"""Parses tokens into a syntax tree: XPath 1.0 as XLSForm uses it, by recursive descent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from shared.forms.expressions.tokens import ExpressionError, Token, fail, tokenize
from shared.limits import EXPRESSION_DEPTH_MAX

# With the bound on depth it keeps the recursion of parser and closures far below Python's limit.
OPERATORS_MAX = 200


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
class Here:
    """`.`: the question's own answer; in a predicate, the node looked at."""

    position: int


@dataclass(frozen=True, slots=True)
class Parent:
    """`..`: allowed only as `position(..)`."""

    position: int


@dataclass(frozen=True, slots=True)
class Bare:
    """A name without `${}`: in a predicate a question of that row, in a choice filter a column."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    """`${repeat}[condition]/name`: rows of a repeat, filtered, and one answer of each."""

    base: Answer
    predicates: tuple[Expression, ...]
    step: str
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
class Negate:
    """`- operand`."""

    operand: Expression
    position: int


Expression: TypeAlias = Literal | Answer | Here | Parent | Bare | Path | Call | Binary | Negate

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
            self.operators += 1
            if self.operators > OPERATORS_MAX:
                raise self.too_deep()
            left = Binary(token.text, left, self.level(number + 1), token.position)
        return left

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
            if len(negations) > EXPRESSION_DEPTH_MAX:
                raise self.too_deep()
        tree = self.primary()
        for position in reversed(negations):
            tree = Negate(tree, position)
        return tree

    def primary(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            return Literal(Decimal(token.text), token.position)
        if token.kind == "text":
            return Literal(token.text, token.position)
        if token.kind == "answer":
            return self.path(Answer(token.text, token.position))
        if token.kind == "name":
            if self.is_operator("("):
                return self.call(token)
            return Bare(token.text, token.position)
        if token.kind == "operator":
            if token.text == "(":
                tree = self.nested()
                self.expect(")")
                return tree
            if token.text == ".":
                return Here(token.position)
            if token.text == "..":
                return Parent(token.position)
        raise self.unexpected(token)

    def unexpected(self, token: Token) -> ExpressionError:
        if token.kind == "end":
            return fail(
                token.position,
                "expression.ends_early",
                "สูตรจบก่อนครบ",
                "the expression ends too early",
            )
        if token.text in {"/", "//", "@", "::", "|", "$"}:
            return fail(
                token.position,
                "expression.unsupported",
                f"ไม่รองรับ {token.text!r} ให้อ้างคำถามด้วย ${{ชื่อ}}",
                f"{token.text!r} is not supported; refer to a question as ${{name}}",
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

    def path(self, base: Answer) -> Expression:
        predicates: list[Expression] = []
        while self.is_operator("["):
            self.take()
            predicates.append(self.nested())
            self.expect("]")
        step = ""
        if self.is_operator("/"):
            self.take()
            token = self.take()
            if token.kind not in ("name", "answer"):
                raise self.unexpected(token)
            step = token.text
        if not predicates and not step:
            return base
        return Path(base, tuple(predicates), step, base.position)
