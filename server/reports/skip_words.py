"""Reads the simple conditions of a form, so that paper can say them in words.

What a person can follow with a pen is read: answers compared with a choice or a number, chosen,
given or not, joined by and, or, not. Anything else is `None`: paper then shows the expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Comparison = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compared:
    """An answer beside a value: `${name} = 'value'`."""

    name: str
    operator: Comparison
    value: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of these values is the answer, or among the answers."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The question has an answer (a repeat: has rows)."""

    name: str


@dataclass(frozen=True, slots=True)
class Inverse:
    """Not so."""

    inner: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    """All of these, or any of these."""

    word: Literal["and", "or"]
    parts: tuple[Condition, ...]


Condition: TypeAlias = Compared | Chosen | Given | Inverse | Joined

TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<answer>\$\{\s*[\w.\-]+\s*\})|(?P<text>'[^']*'|"[^"]*")|(?P<number>-?\d+(?:\.\d+)?)
    |(?P<sign><=|>=|!=|[=<>(),])|(?P<word>[A-Za-z_][\w\-]*)
    )""",
    re.VERBOSE,
)
LENGTH_MAX: Final = 600
DEPTH_MAX: Final = 12
FLIPPED: Final[dict[str, Comparison]] = {
    "=": "=",
    "!=": "!=",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}
COUNTS: Final = frozenset({"count", "string-length", "count-selected"})


class _TooClever(Exception):
    """The expression is more than paper can say."""


def read_condition(expression: str) -> Condition | None:
    """The condition that an expression says, or None where it is not a simple one."""
    if not 0 < len(expression) <= LENGTH_MAX:
        return None
    try:
        return _Reader(list(_tokens(expression))).whole()
    except _TooClever:
        return None


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(expression.rstrip())
    while at < end:
        found = TOKEN.match(expression, at)
        if found is None:
            raise _TooClever
        kind = str(found.lastgroup)
        text = found.group(kind)
        if kind == "answer":
            text = text[2:-1].strip()
        yield kind, text[1:-1] if kind == "text" else text
        at = found.end()


Operand = tuple[str, str]
"""What stands beside a comparison: its kind (answer, count, value) and its name or value."""


class _Reader:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = [*tokens, ("end", "")]
        self._at = 0
        self._depth = 0

    def whole(self) -> Condition:
        found = self._joined("or", lambda: self._joined("and", self._one))
        if self._tokens[self._at][0] != "end":
            raise _TooClever
        return found

    def _joined(self, word: Literal["and", "or"], inner: Callable[[], Condition]) -> Condition:
        parts = [inner()]
        while self._take("word", word):
            parts.append(inner())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _one(self) -> Condition:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise _TooClever
        found = self._negated() or self._bracketed() or self._selected() or self._compared()
        self._depth -= 1
        return found

    def _negated(self) -> Condition | None:
        if not self._call("not"):
            return None
        inner = self._joined("or", lambda: self._joined("and", self._one))
        self._need(")")
        return inner.inner if isinstance(inner, Inverse) else Inverse(inner)

    def _bracketed(self) -> Condition | None:
        if not self._take("sign", "("):
            return None
        inner = self._joined("or", lambda: self._joined("and", self._one))
        self._need(")")
        return inner

    def _selected(self) -> Condition | None:
        if not self._call("selected"):
            return None
        kind, first = self._next()
        self._need(",")
        second_kind, second = self._next()
        self._need(")")
        if (kind, second_kind) == ("answer", "text"):
            return Chosen(first, (second,))
        if (kind, second_kind) == ("text", "answer") and first.split():
            return Chosen(second, tuple(first.split()))
        raise _TooClever

    def _compared(self) -> Condition:
        left = self._operand()
        kind, sign = self._tokens[self._at]
        if kind != "sign" or sign not in FLIPPED:
            if left[0] == "value":
                raise _TooClever
            return Given(left[1])
        self._at += 1
        right = self._operand()
        if left[0] == "value":
            left, right, sign = right, left, FLIPPED[sign]
        return _comparison(left, sign, right)

    def _operand(self) -> Operand:
        if self._call("boolean"):
            return self._inside("answer")
        for name in sorted(COUNTS):
            if self._call(name):
                return self._inside("count")
        kind, text = self._next()
        if kind == "answer":
            return "answer", text
        if kind in ("text", "number"):
            return "value", text
        raise _TooClever

    def _inside(self, meaning: str) -> Operand:
        kind, name = self._next()
        if kind != "answer":
            raise _TooClever
        self._need(")")
        return meaning, name

    # -- tokens ------------------------------------------------------------------------------

    def _next(self) -> tuple[str, str]:
        found = self._tokens[self._at]
        if found[0] == "end":
            raise _TooClever
        self._at += 1
        return found

    def _take(self, kind: str, text: str) -> bool:
        if self._tokens[self._at] != (kind, text):
            return False
        self._at += 1
        return True

    def _call(self, name: str) -> bool:
        if self._tokens[self._at : self._at + 2] != [("word", name), ("sign", "(")]:
            return False
        self._at += 2
        return True

    def _need(self, sign: str) -> None:
        if not self._take("sign", sign):
            raise _TooClever


def _comparison(left: Operand, sign: str, right: Operand) -> Condition:
    if left[0] == "value" or right[0] != "value":
        raise _TooClever
    kind, name = left
    value = right[1]
    if kind == "count":
        if (sign, value) in ((">", "0"), (">=", "1"), ("!=", "0")):
            return Given(name)
        if (sign, value) in (("=", "0"), ("<", "1"), ("<=", "0")):
            return Inverse(Given(name))
        raise _TooClever
    if value == "":
        if sign == "=":
            return Inverse(Given(name))
        if sign == "!=":
            return Given(name)
        raise _TooClever
    return Compared(name, FLIPPED[FLIPPED[sign]], value)


def names_in(condition: Condition) -> set[str]:
    """The questions that a condition looks at."""
    if isinstance(condition, Joined):
        return set().union(*(names_in(part) for part in condition.parts))
    if isinstance(condition, Inverse):
        return names_in(condition.inner)
    return {condition.name}


def verdict(condition: Condition, name: str, value: str) -> bool | None:
    """Whether a condition holds once `name` is answered with `value`; None when that is not all
    that it depends on."""
    if isinstance(condition, Joined):
        found = [verdict(part, name, value) for part in condition.parts]
        decisive = condition.word == "or"
        if decisive in found:
            return decisive
        return None if None in found else not decisive
    if isinstance(condition, Inverse):
        inner = verdict(condition.inner, name, value)
        return None if inner is None else not inner
    if condition.name != name:
        return None
    if isinstance(condition, Given):
        return True
    if isinstance(condition, Chosen):
        return value in condition.values
    if condition.operator in ("=", "!="):
        return (value == condition.value) == (condition.operator == "=")
    return None
