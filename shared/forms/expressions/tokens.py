"""Cuts an expression into tokens, each with its position in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from shared.limits import EXPRESSION_LENGTH_MAX

TOKENS_MAX = 2_000
# XPath's white space, and what word processors and web pages put in its place.
WHITE = " \t\r\n\xa0\u200b\ufeff"

Kind = Literal["number", "text", "saved", "answer", "name", "operator", "end"]

TOKEN = re.compile(
    r"""[ \t\r\n\xa0\u200b\ufeff]*(?:
      (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<text>"[^"]*"|'[^']*')
    | \$\{\s*last-saved\#(?P<saved>[A-Za-z_][\w.-]*)\s*\}
    | \$\{\s*(?P<answer>[A-Za-z_][\w.-]*)\s*\}
    | (?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*(?::[A-Za-z_][\w-]*)?)
    | (?P<operator><=|>=|!=|\.\.|//|::|[-+*/=<>()\[\],.|@$])
    )""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ExpressionDefect:
    """What is wrong in an expression: where (characters from its start), and two sentences."""

    position: int
    code: str
    th: str
    en: str


class ExpressionError(Exception):
    """Carries one defect out of the tokenizer, the grammar or the compiler."""

    def __init__(self, defect: ExpressionDefect) -> None:
        super().__init__(defect.en)
        self.defect = defect


def fail(position: int, code: str, th: str, en: str) -> ExpressionError:
    """The error to raise for a defect at a position."""
    return ExpressionError(ExpressionDefect(position, code, th, en))


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `text` is its content (a literal without its quotes)."""

    kind: Kind
    text: str
    position: int


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression, closed by one `end`; raises ExpressionError."""
    if len(text) > EXPRESSION_LENGTH_MAX:
        raise fail(
            EXPRESSION_LENGTH_MAX,
            "expression.too_long",
            f"สูตรยาวเกิน {EXPRESSION_LENGTH_MAX} ตัวอักษร ให้แบ่งเป็นหลายคำถาม calculate",
            f"longer than {EXPRESSION_LENGTH_MAX} characters; split it into calculates",
        )
    tokens: list[Token] = []
    position, length = 0, len(text.rstrip(WHITE))
    while position < length:
        match = TOKEN.match(text, position)
        if match is None:
            raise unreadable(text, position)
        kind = match.lastgroup
        assert kind is not None
        content = match.group(kind)
        if kind == "text":
            content = content[1:-1]
        begins = kind in ("answer", "saved")
        start = text.index("$", position) if begins else match.start(kind)
        tokens.append(Token(kind, content, start))  # type: ignore[arg-type]
        position = match.end()
        if len(tokens) > TOKENS_MAX:
            raise fail(
                position,
                "expression.too_long",
                f"สูตรมีมากกว่า {TOKENS_MAX} คำ ให้แบ่งเป็นหลายคำถาม calculate",
                f"the expression has more than {TOKENS_MAX} tokens; split it into calculates",
            )
    tokens.append(Token("end", "", length))
    return tokens


def unreadable(text: str, position: int) -> ExpressionError:
    """The defect for a character that begins no token."""
    while text[position] in WHITE:
        position += 1
    character = text[position]
    if character in "'\"":
        return fail(
            position,
            "expression.open_quote",
            f"เปิดเครื่องหมายคำพูด {character} แล้วไม่ได้ปิด",
            f"the quote {character} is opened and never closed",
        )
    if character in "\u2018\u2019\u201c\u201d":
        return fail(
            position,
            "expression.character",
            f"{character} เป็นเครื่องหมายคำพูดแบบโค้ง ให้ใช้ ' หรือ \" แบบตรง",
            f"{character} is a typographic quote; write a straight ' or \"",
        )
    return fail(
        position,
        "expression.character",
        f"อ่านอักขระ {character!r} ไม่ได้ (ตัวอักษรไทยต้องอยู่ในเครื่องหมายคำพูด)",
        f"the character {character!r} cannot be read (text belongs in quotes)",
    )
