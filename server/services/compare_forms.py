"""Two versions of a form beside each other: questions added, withdrawn, or asked otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final, Literal

from shared.forms.definition import FormDefinition, Question, Text

CHANGES_SHOWN_MAX: Final = 500
_SAID: Final = frozenset({"label", "hint", "guidance_hint", "constraint_message",
                          "required_message", "warning_message"})  # fmt: skip
_PLACE: Final = frozenset({"key", "name", "record_type"})
What = Literal["added", "withdrawn", "wording", "rules"]


@dataclass(frozen=True, slots=True)
class FormChange:
    """One question that differs; `attributes` are the columns in which it does."""

    what: What
    record_type: str
    key: str
    label: Text
    attributes: tuple[str, ...] = ()


def compare_forms(old: FormDefinition, new: FormDefinition) -> tuple[FormChange, ...]:
    """What differs, in the order of the new form; what was withdrawn comes last."""
    return tuple(_changes(old, new))


def _changes(old: FormDefinition, new: FormDefinition) -> Iterator[FormChange]:
    for kind in new.record_types():
        for question in new.questions(kind):
            before = old.question(kind, question.key)
            if before is None:
                yield FormChange("added", kind, question.key, question.label)
                continue
            names = tuple(_differing(old, new, before, question))
            if names:
                what: What = "wording" if _SAID.issuperset(names) else "rules"
                yield FormChange(what, kind, question.key, question.label, names)
    for kind in old.record_types():
        for question in old.questions(kind):
            if new.question(kind, question.key) is None:
                yield FormChange("withdrawn", kind, question.key, question.label)


def _differing(
    old: FormDefinition, new: FormDefinition, before: Question, now: Question
) -> Iterator[str]:
    for one in fields(Question):
        if one.name not in _PLACE and getattr(before, one.name) != getattr(now, one.name):
            yield one.name
    same_list = before.choices and before.choices == now.choices
    if same_list and old.choice_lists.get(before.choices) != new.choice_lists.get(now.choices):
        yield "choices"
