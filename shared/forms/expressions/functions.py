"""The register of functions by name, and what they share. The bodies are in a module a subject.

A function gets the context and its evaluated arguments. Functions that need their arguments
unevaluated (`if`, `coalesce`, `position`, `indexed-repeat`, `jr:choice-name` ...) are in
`special.py`; the programme's own functions, prefix `eco:`, are in `eco.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from shared.forms.expressions.values import Value, to_boolean, to_number, to_text
from shared.forms.expressions.world import Context, TooMuchWork

if TYPE_CHECKING:
    from shared.forms.expressions.grammar import Call

MANY = 200
# A computed text is never longer: texts that double in a chain of formulas stop here.
RESULT_TEXT_MAX = 200_000

Body = Callable[..., Value]
Check = Callable[["Call"], None]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how many arguments it takes, its body (context first), and what is refused
    about a call when the form is loaded."""

    least: int
    most: int
    body: Body
    check: Check | None = None


FUNCTIONS: dict[str, Function] = {}
# Another run gives another result: allowed only where the result is kept.
KEPT_ONLY = frozenset({"random", "uuid"})


def function(
    name: str, least: int, most: int | None = None, check: Check | None = None
) -> Callable[[Body], Body]:
    """Registers a body under the name that forms use."""

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(least, least if most is None else most, body, check)
        return body

    return register


def members(arguments: tuple[Value, ...]) -> list[Value]:
    """All values of the arguments, lists opened."""
    found: list[Value] = []
    for argument in arguments:
        if isinstance(argument, (list, tuple)):
            found.extend(argument)
        else:
            found.append(argument)
    return found


def finite_numbers(arguments: tuple[Value, ...]) -> list[Decimal]:
    """All numbers among the arguments; what is not answered does not count."""
    return [number for number in map(to_number, members(arguments)) if number is not None]


def bounded(text: str) -> str:
    """A computed text; raises TooMuchWork when it is too long to go on with."""
    if len(text) > RESULT_TEXT_MAX:
        raise TooMuchWork
    return text


# -- truth -----------------------------------------------------------------------------------


@function("true", 0)
def _true(context: Context) -> Value:
    return True


@function("false", 0)
def _false(context: Context) -> Value:
    return False


@function("not", 1)
def _not(context: Context, value: Value) -> Value:
    return not to_boolean(value)


@function("boolean", 1)
def _boolean(context: Context, value: Value) -> Value:
    return to_boolean(value)


@function("boolean-from-string", 1)
def _boolean_from_string(context: Context, value: Value) -> Value:
    return to_text(value) in ("1", "true")


# -- facts -----------------------------------------------------------------------------------


@function("version", 0)
def _version(context: Context) -> Value:
    return context.world.form_version()


@function("property", 1)
def _property(context: Context, name: Value) -> Value:
    return context.world.property(to_text(name))


@function("jr:itext", 1)
def _itext(context: Context, text_id: Value) -> Value:
    return context.world.itext(to_text(text_id))


@function("random", 0)
def _random(context: Context) -> Value:
    return context.world.random()


@function("depend", 1, MANY)
def _depend(context: Context, value: Value, *others: Value) -> Value:
    return value
