"""Which part of a choice filter an index can serve: `province = ${province} and ...`."""

from __future__ import annotations

import re
from typing import Final

from shared.forms.expressions.compiling import compile_expression
from shared.forms.expressions.scope import Scope
from shared.forms.expressions.tokens import ExpressionError
from shared.forms.graph import FilterIndex

NAME: Final = r"([A-Za-z_][A-Za-z0-9_.-]*)"
ANSWER: Final = r"(\$\{\s*[A-Za-z_][A-Za-z0-9_.-]*\s*\}|'[^']*'|\"[^\"]*\")"
EQUALS: Final = re.compile(rf"\s*{NAME}\s*=\s*{ANSWER}\s*")
EQUALS_TURNED: Final = re.compile(rf"\s*{ANSWER}\s*=\s*{NAME}\s*")


def index_of(text: str, scope: Scope) -> FilterIndex | None:
    """The first part of a filter that an index can serve; None when it has to be tried out."""
    for part in conjuncts(text):
        match, turned = EQUALS.fullmatch(part), EQUALS_TURNED.fullmatch(part)
        if match is None and turned is None:
            continue
        column, answer = match.groups() if match else (turned or match).groups()[::-1]  # type: ignore[union-attr]
        try:
            return FilterIndex(column, compile_expression(answer, scope))
        except ExpressionError:
            return None
    return None


def conjuncts(text: str) -> list[str]:
    """The parts of a condition joined by `and`; the whole when there is an `or` beside them."""
    parts, begin, depth, quote = [], 0, 0, ""
    for index, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif depth == 0 and letter in " \t\n\r":
            if re.match(r"\s+or[\s(]", text[index : index + 20]):
                return [text]
            joined = re.match(r"\s+and(?=[\s(])", text[index : index + 20])
            if joined is not None:
                parts.append(text[begin:index])
                begin = index + joined.end()
    return [*parts, text[begin:]]
