"""`search('fruits', 'matches', 'colour', ${c})` in an appearance: a table and a condition on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

CALL: Final = re.compile(r"\bsearch\s*\(")
PLAIN: Final = re.compile(r"""'([^']*)'|"([^"]*)\"""")
COLUMN: Final = re.compile(r"[A-Za-z_][\w.-]{0,63}")
KINDS: Final = {
    "contains": "contains({column}, {value})",
    "startswith": "starts-with({column}, {value})",
    "endswith": "ends-with({column}, {value})",
    "matches": "{column} = {value}",
}


@dataclass(frozen=True, slots=True)
class SearchCall:
    """What a search() asks for: a table, a condition on its columns, the rest of the appearance;
    `problem` when it was not understood."""

    table: str
    condition: str = ""
    rest: str = ""
    problem: bool = False


def read_search(appearance: str) -> SearchCall | None:
    """The search() of an appearance, or None when there is none."""
    match = CALL.search(appearance)
    if match is None:
        return None
    arguments, end = _arguments(appearance, match.end())
    rest = " ".join((appearance[: match.start()] + appearance[end:]).split())
    table = _plain(arguments[0]) if arguments else ""
    broken = SearchCall(table or "search", rest=rest, problem=True)
    if not table or len(arguments) not in (1, 2, 4, 6):
        return broken
    table = table.removesuffix(".csv")
    if len(arguments) < 4:
        # search('fruits', 'matches') has nothing to look for: the whole table.
        return SearchCall(table, rest=rest)
    pattern = KINDS.get(_plain(arguments[1]))
    column = _plain(arguments[2])
    if pattern is None or not column:
        return broken
    # Several columns are looked through as one text by others; here each is asked.
    columns = [one.strip() for one in column.split(",")]
    if not all(COLUMN.fullmatch(one) for one in columns):
        return broken
    conditions = [pattern.format(column=one, value=arguments[3]) for one in columns]
    condition = " or ".join(conditions)
    if len(arguments) == 6:
        beside = _plain(arguments[4])
        if COLUMN.fullmatch(beside) is None:
            return broken
        condition = f"({condition}) and {beside} = {arguments[5]}"
    return SearchCall(table, condition, rest)


def _plain(argument: str) -> str:
    match = PLAIN.fullmatch(argument)
    return "" if match is None else (match[1] or match[2] or "")


def _arguments(text: str, start: int) -> tuple[list[str], int]:
    """The arguments of a call that opens before `start`, and where it ends."""
    found: list[str] = []
    depth, begin, quote = 0, start, ""
    for place in range(start, len(text)):
        letter = text[place]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "(":
            depth += 1
        elif letter == ")" and depth:
            depth -= 1
        elif letter == ")" or (letter == "," and not depth):
            found.append(text[begin:place].strip())
            begin = place + 1
            if letter == ")":
                return [one for one in found if one], place + 1
    return [], len(text)
