"""Levels that depend on each other (province, district, subdistrict), found by any part of any.

Where a filter says `column = ${question above}`, an option tells what stands above it. So a person
may begin at the lowest level: as long as a level above is not answered it does not limit what is
found, and choosing fills it in. What is answered already limits as the form says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from mobile.store.references import ReferenceTable
from shared.canonical import JsonValue
from shared.forms.choosing import columns_of, option_of
from shared.forms.codebook import Table
from shared.forms.definition import Choice, FormDefinition, Question, Text
from shared.forms.expressions.items import rows_of_table
from shared.forms.logic import FormEngine
from shared.thai.finding import beginning, find_key, found_in, words_of

Level = tuple[str, Question]
DEPTH_MAX: Final = 6
_NAME: Final = r"([A-Za-z_][A-Za-z0-9_.-]*)"
_PART: Final = re.compile(
    rf"\s*(?:{_NAME}\s*=\s*\$\{{\s*{_NAME}\s*\}}|\$\{{\s*{_NAME}\s*\}}\s*=\s*{_NAME})\s*"
)


def levels_of(form: FormDefinition, question: Question) -> tuple[Level, ...]:
    """The columns of a filter with the questions that they must equal; none when the filter says
    anything else, too."""
    found: list[Level] = []
    if not question.choice_filter.strip():
        return ()
    for part in re.split(r"\s+and\s+", question.choice_filter.strip()):
        match = _PART.fullmatch(part)
        if match is None:
            return ()
        column = match.group(1) or match.group(4)
        name = match.group(2) or match.group(3)
        above = [q for q in form.questions(question.record_type) if q.name == name]
        if len(above) != 1 or above[0].key == question.key:
            return ()
        found.append((column, above[0]))
    return tuple(found)


class Cascade:
    """The levels above one question of one record, as they are answered now."""

    def __init__(self, engine: FormEngine, record: str, question: Question, depth: int = 0) -> None:
        self._engine, self._record, self.question = engine, record, question
        self.levels = levels_of(engine.definition, question)
        answers = {column: engine.value(record, above.key) for column, above in self.levels}
        self.known = {column: value for column, value in answers.items() if isinstance(value, str)}
        self._open = {
            column: Cascade(engine, record, above, depth + 1)
            for column, above in self.levels
            if column not in self.known and depth < DEPTH_MAX
        }

    @property
    def open(self) -> bool:
        """Is a level above not answered yet?"""
        return len(self.known) < len(self.levels)

    def fill(self, choice: Choice) -> list[tuple[str, JsonValue]]:
        """What choosing an option answers above it: (question key, value), the highest first."""
        found: list[tuple[str, JsonValue]] = []
        for column, higher in self._open.items():
            option = self._option_above(choice, column, higher)
            if option is not None:
                found += [*higher.fill(option), (higher.question.key, option.name)]
        return list(dict(found).items())

    def _option_above(self, choice: Choice, column: str, higher: Cascade) -> Choice | None:
        name = columns_of(choice).get(column, "")
        return self._engine.option(self._record, higher.question.key, name) if name else None

    def above(self, choice: Choice) -> Text:
        """What stands above an option, the nearest first: `อ.เมือง · จ.สมุทรปราการ`."""
        labels = _labels_above(self._engine, self._record, self.question, choice, 0)
        return Text(
            " · ".join(label.get("th") for label in labels),
            " · ".join(label.get("en") for label in labels),
        )

    def find(self, text: str, limit: int) -> Sequence[Choice]:
        """Options that have every word typed, in their own words or in those of the levels above;
        reads only what does not change, so that it may run anywhere."""
        target, form = self.question.refers_to, self._engine.definition
        book = self._engine.world.codebooks.get(target.target) if target is not None else None
        if isinstance(book, ReferenceTable):
            rows = book.search(text, limit, self.known)
            found = (option_of(row, self.question) for row in rows)
            return [choice for choice in found if self._fits(choice)]
        if book is not None:
            return self._find_in(_options_of(book, self.question), text, limit)
        listed = form.choice_lists.get(self.question.choices)
        return [] if listed is None else self._find_in(listed.choices, text, limit)

    def _find_in(self, options: Sequence[Choice], text: str, limit: int) -> Sequence[Choice]:
        words, head = words_of(text), (beginning(text),)
        begins: list[Choice] = []
        others: list[Choice] = []
        keys = self._keys(options)
        for choice, key in zip(options, keys, strict=True):
            if not found_in(key, words) or not self._fits(choice):
                continue
            (begins if found_in(key, head) else others).append(choice)
            if len(begins) >= limit:
                break
        return [*begins, *others][:limit]

    def _fits(self, choice: Choice) -> bool:
        """Is it under what is answered, also where a level between is still open?"""
        columns = columns_of(choice)
        if any(columns.get(column, "") != value for column, value in self.known.items()):
            return False
        for column, higher in self._open.items():
            option = self._option_above(choice, column, higher)
            if option is not None and not higher._fits(option):
                return False
        return True

    def _keys(self, options: Sequence[Choice]) -> Sequence[bytes]:
        """What each option is found by; made once for a question and kept with the engine."""
        memo = self._engine.world.memo
        place = ("levels", self.question.record_type, self.question.key)
        found = memo.get(place)
        if not isinstance(found, tuple) or len(found) != len(options):
            found = tuple(
                find_key(choice.name, choice.label.th, choice.label.en, *self._words_above(choice))
                for choice in options
            )
            memo[place] = found
        return found

    def _words_above(self, choice: Choice) -> list[str]:
        labels = _labels_above(self._engine, self._record, self.question, choice, 0)
        return [word for label in labels for word in (label.th, label.en) if word]


def _options_of(book: Table, question: Question) -> Sequence[Choice]:
    return [option_of(row, question) for row in rows_of_table(book)]  # type: ignore[arg-type]


def _labels_above(
    engine: FormEngine, record: str, question: Question, choice: Choice, depth: int
) -> list[Text]:
    found: list[Text] = []
    for column, above in levels_of(engine.definition, question):
        name = columns_of(choice).get(column, "")
        option = engine.option(record, above.key, name) if name and depth < DEPTH_MAX else None
        if option is not None:
            found.append(option.label)
            found += _labels_above(engine, record, above, option, depth + 1)
    return list(dict.fromkeys(found))
