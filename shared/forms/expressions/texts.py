"""Functions of text."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from shared.forms.expressions.functions import MANY, RESULT_TEXT_MAX, function, members
from shared.forms.expressions.values import Value, numeric, shown, to_text
from shared.forms.expressions.world import Context, TooMuchWork

INDEX_MAX = Decimal(1_000_000)
UUID_LENGTH_MAX = 500
UUID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@function("string", 1)
def _string(context: Context, value: Value) -> Value:
    return to_text(value)


@function("concat", 0, MANY)
def _concat(context: Context, *arguments: Value) -> Value:
    return joined("", members(arguments))


@function("join", 1, MANY)
def _join(context: Context, separator: Value, *arguments: Value) -> Value:
    return joined(to_text(separator), members(arguments))


def joined(separator: str, values: list[Value]) -> str:
    """Texts joined; raises TooMuchWork before a text beyond the bound is made."""
    found = [to_text(one) for one in values]
    if sum(map(len, found)) + len(separator) * len(found) > RESULT_TEXT_MAX:
        raise TooMuchWork
    return separator.join(found)


@function("string-length", 1)
def _string_length(context: Context, value: Value) -> Value:
    return Decimal(len(to_text(value)))


@function("normalize-space", 1)
def _normalize_space(context: Context, value: Value) -> Value:
    return " ".join(to_text(value).split())


@function("contains", 2)
def _contains(context: Context, text: Value, part: Value) -> Value:
    return to_text(part) in to_text(text)


@function("starts-with", 2)
def _starts_with(context: Context, text: Value, part: Value) -> Value:
    return to_text(text).startswith(to_text(part))


@function("ends-with", 2)
def _ends_with(context: Context, text: Value, part: Value) -> Value:
    return to_text(text).endswith(to_text(part))


@function("substr", 2, 3)
def _substr(context: Context, text: Value, begin: Value, *end: Value) -> Value:
    return to_text(text)[index_of(begin) : index_of(end[0]) if end else None]


@function("substring", 2, 3)
def _substring(context: Context, text: Value, begin: Value, *length: Value) -> Value:
    """XPath 1.0: characters from `begin` (the first is 1), so many; both are rounded."""
    whole, start = to_text(text), _rounded(begin)
    if start.is_nan():
        return ""
    end = Decimal(len(whole) + 1)
    if length:
        amount = _rounded(length[0])
        if amount.is_nan() or (start.is_infinite() and amount.is_infinite()):
            return ""
        end = min(end, start + amount)
    first, last = max(start, Decimal(1)), max(end, Decimal(1))
    if first.is_infinite() or last.is_infinite():
        return ""
    return whole[int(min(first, INDEX_MAX)) - 1 : int(min(last, INDEX_MAX)) - 1]


def _rounded(value: Value) -> Decimal:
    number = shown(numeric(value))
    if not number.is_finite():
        return number
    return (number + Decimal("0.5")).to_integral_value(rounding=ROUND_FLOOR)


@function("substring-before", 2)
def _substring_before(context: Context, text: Value, part: Value) -> Value:
    whole, wanted = to_text(text), to_text(part)
    place = whole.find(wanted)
    return whole[:place] if place > 0 else ""


@function("substring-after", 2)
def _substring_after(context: Context, text: Value, part: Value) -> Value:
    whole, wanted = to_text(text), to_text(part)
    place = whole.find(wanted)
    return "" if place < 0 else whole[place + len(wanted) :]


@function("translate", 3)
def _translate(context: Context, text: Value, old: Value, new: Value) -> Value:
    olds, news = to_text(old), to_text(new)
    table: dict[int, str | None] = {}
    for index, character in enumerate(olds):
        table.setdefault(ord(character), news[index] if index < len(news) else None)
    return to_text(text).translate(table)


@function("uuid", 0, 1)
def _uuid(context: Context, *length: Value) -> Value:
    """A random UUID; with a number, a random text of so many letters and digits."""
    if not length:
        return context.world.uuid()
    wanted = max(0, min(index_of(length[0]), UUID_LENGTH_MAX))
    places = [int(context.world.random() * len(UUID_CHARACTERS)) for _ in range(wanted)]
    return "".join(UUID_CHARACTERS[place % len(UUID_CHARACTERS)] for place in places)


@function("format-number", 2)
def _format_number(context: Context, value: Value, places: Value) -> Value:
    """A number with so many decimals, rounded; no result for what is no number."""
    number, digits = shown(numeric(value)), index_of(places)
    if not number.is_finite() or not 0 <= digits <= 20:
        return None
    rounded = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return to_text(rounded)


def index_of(value: Value) -> int:
    """A number as an index: its whole part, bounded; 0 for what is no number."""
    number = shown(numeric(value))
    if number.is_nan():
        return 0
    return int(max(-INDEX_MAX, min(number, INDEX_MAX)))
