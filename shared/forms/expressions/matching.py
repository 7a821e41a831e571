"""The function `regex()`: patterns in a form are compiled, and refused, with the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.forms.expressions.grammar import Call, Literal
from shared.forms.expressions.paths import Closure
from shared.forms.expressions.patterns import Pattern, PatternError, compiled_pattern
from shared.forms.expressions.scope import Scope
from shared.forms.expressions.tokens import fail
from shared.forms.expressions.values import Value, to_text
from shared.forms.expressions.world import Context

if TYPE_CHECKING:
    from shared.forms.expressions.compiling import Compiler


def call_regex(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    """`regex(text, 'pattern')`: a pattern in quotes is compiled, and refused, with the form."""
    subject = compiler.compile(tree.arguments[0], scope)
    second = tree.arguments[1]
    if isinstance(second, Literal):
        known = literal_pattern(to_text(second.value), second.position)
        return lambda context: known.matches(to_text(subject(context)))
    pattern = compiler.compile(second, scope)

    def matches(context: Context) -> Value:
        found = compiled_pattern(to_text(pattern(context)))
        return isinstance(found, Pattern) and found.matches(to_text(subject(context)))

    return matches


def literal_pattern(text: str, position: int) -> Pattern:
    """A pattern written in the form; raises ExpressionError that says what is wrong with it."""
    found = compiled_pattern(text)
    if isinstance(found, PatternError):
        raise fail(position + 1 + found.position, "expression.regex", found.th, found.en)
    return found
