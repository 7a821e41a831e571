"""Says a form's conditions on paper: `answer only if ...`, and where a choice leads."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from server.reports.paper_words import PaperWords
from server.reports.skip_words import (
    Chosen,
    Compared,
    Condition,
    Given,
    Inverse,
    Joined,
    names_in,
    read_condition,
    verdict,
)
from shared.forms.definition import ChoiceList, Question, Text

ORDER: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ANSWER: Final = re.compile(r"\$\{\s*([^}]{1,100}?)\s*\}")


@dataclass(slots=True)
class Places:
    """Where each question stands on the paper: its number by its name."""

    words: PaperWords
    choice_lists: Mapping[str, ChoiceList]
    numbers: dict[str, str] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    labels: dict[str, Text] = field(default_factory=dict)

    def name(self, name: str) -> str:
        """How paper points at a question: its number, else its label, else its name."""
        number = self.numbers.get(name)
        if number:
            return self.words("question", number=number)
        label = self.labels.get(name)
        return (label.get(self.words.language) if label else "") or name

    def value(self, name: str, value: str) -> str:
        """A value as it is printed beside its question."""
        question = self.questions.get(name)
        found = self.choice_lists.get(question.choices) if question is not None else None
        return value if found is None else found.label(value).get(self.words.language)

    def text(self, text: Text) -> str:
        """A label or hint, where an answer is inserted: the number of its question."""
        said = text.get(self.words.language)
        if "${" not in said:
            return said
        return ANSWER.sub(
            lambda found: self.words("answer_of", question=self.name(found.group(1))), said
        )


def only_if(expression: str, places: Places) -> str:
    """The sentence that stands above a question with a condition; empty without one."""
    if not expression.strip():
        return ""
    condition = read_condition(expression)
    if condition is None:
        shown = ANSWER.sub(lambda found: f"[{places.name(found.group(1))}]", expression.strip())
        return places.words("only_if_expression", condition=" ".join(shown.split()))
    return places.words("only_if", condition=_said(condition, places))


def _said(condition: Condition, places: Places, *, inside: bool = False) -> str:
    words = places.words
    if isinstance(condition, Joined):
        whole = _one_question(condition)
        if whole is not None:
            return _said(whole, places)
        parts = [_said(part, places, inside=True) for part in condition.parts]
        text = words(condition.word).join(parts)
        return f"({text})" if inside else text
    if isinstance(condition, Given):
        return words("given", question=places.name(condition.name))
    if isinstance(condition, Chosen):
        return _compared(condition.name, condition.values, places, so=True)
    if isinstance(condition, Compared):
        if condition.operator in ("=", "!="):
            so = condition.operator == "="
            return _compared(condition.name, (condition.value,), places, so=so)
        among = _among(condition, places)
        if among is not None:
            return _compared(condition.name, among, places, so=True)
        question = places.name(condition.name)
        return words(condition.operator, question=question, value=condition.value)
    return _not(condition, places)


def _one_question(joined: Joined) -> Condition | None:
    """`a = 1 or a = 2`, `a != 1 and a != 2` as one sentence about `a`; None for anything else."""
    names: set[str] = set()
    values: list[str] = []
    for part in joined.parts:
        plain = part.inner if isinstance(part, Inverse) else part
        turned = isinstance(part, Inverse)
        if isinstance(plain, Chosen):
            found = plain.values
        elif isinstance(plain, Compared) and plain.operator in ("=", "!="):
            found = (plain.value,)
            turned = turned != (plain.operator == "!=")
        else:
            return None
        if turned == (joined.word == "or"):
            return None
        names.add(plain.name)
        values.extend(found)
    if len(names) != 1:
        return None
    whole = Chosen(names.pop(), tuple(dict.fromkeys(values)))
    return whole if joined.word == "or" else Inverse(whole)


def _among(condition: Compared, places: Places) -> tuple[str, ...] | None:
    """The options that fulfil a comparison by size, where a question's options are numbers."""
    question = places.questions.get(condition.name)
    listed = places.choice_lists.get(question.choices) if question is not None else None
    if listed is None:
        return None
    try:
        bound = Decimal(condition.value)
        sizes = [(Decimal(choice.name), choice.name) for choice in listed.choices]
    except ArithmeticError:
        return None
    fits = ORDER[condition.operator]
    return tuple(name for size, name in sizes if fits(size, bound)) or None


def _not(condition: Inverse, places: Places) -> str:
    inner = condition.inner
    if isinstance(inner, Given):
        return places.words("not_given", question=places.name(inner.name))
    if isinstance(inner, Chosen):
        return _compared(inner.name, inner.values, places, so=False)
    if isinstance(inner, Compared) and inner.operator in ("=", "!="):
        return _compared(inner.name, (inner.value,), places, so=inner.operator == "!=")
    return places.words("not", condition=_said(inner, places))


def _compared(name: str, values: tuple[str, ...], places: Places, *, so: bool) -> str:
    quoted = "” / “".join(places.value(name, value) for value in values)
    return places.words("is" if so else "is_not", question=places.name(name), value=quoted)


@dataclass(frozen=True, slots=True)
class Stop:
    """A numbered thing on the paper, in order, with the conditions that stand above it."""

    number: str
    conditions: tuple[str, ...]


def leads_to(question: Question, choice: str, following: Sequence[Stop], end: str) -> str:
    """The number to go on at when this choice leaves out what comes next; empty when nothing is.

    Only what follows from this one answer is said; `end` when nothing is left on the form.
    """
    for index, stop in enumerate(following):
        if not _left_out(stop, question.name, choice):
            return stop.number if index else ""
    return end if following else ""


def _left_out(stop: Stop, name: str, choice: str) -> bool:
    for expression in stop.conditions:
        condition = read_condition(expression)
        if condition is None or name not in names_in(condition):
            continue
        if verdict(condition, name, choice) is False:
            return True
    return False
