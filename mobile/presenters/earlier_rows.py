"""What people wrote in rows of earlier records, offered while the next row is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mobile.services.tablet import Tablet
from shared.canonical import JsonValue, canonical_text
from shared.forms.definition import FormDefinition, Question
from shared.thai.text import search_key

SUGGESTIONS_MAX = 8
EARLIER_AT_ONCE = 300
EARLIER_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody of an earlier record: what the line would be filled with."""

    title: str
    second: str
    values: Mapping[str, JsonValue]


class EarlierRows:
    """Rows of one type in other records, each different one once."""

    def __init__(
        self, form: FormDefinition, record_type: str, questions: Sequence[Question]
    ) -> None:
        self._form, self._record_type, self._questions = form, record_type, questions
        self._found: list[tuple[str, Suggestion]] = []
        self._known: set[str] = set()

    def like(self, text: str) -> tuple[Suggestion, ...]:
        """The first that contain every word typed; none when nothing is."""
        parts = search_key(text).split()
        found = [s for key, s in self._found if all(p in key for p in parts)] if parts else []
        return tuple(found[:SUGGESTIONS_MAX])

    def read(self, tablet: Tablet, after: int = 0) -> None:
        """Read rows of other records a few at a time, so that saving never waits for long."""
        record_type = self._record_type

        def done(found: tuple[list[Mapping[str, JsonValue]], int]) -> None:
            rows, reached = found
            for fields in rows:
                self.offer(fields)
            if rows and len(self._found) < EARLIER_MAX:
                self.read(tablet, reached)

        tablet.run(lambda: tablet.browser.earlier_rows(record_type, after, EARLIER_AT_ONCE), done)

    def offer(self, fields: Mapping[str, JsonValue]) -> None:
        """Remember a row by its stored fields."""
        form, record_type = self._form, self._record_type
        title = form.title_of(fields, "th", record_type)
        values = {q.key: _stored(q, fields) for q in self._questions}
        values = {key: value for key, value in values.items() if value is not None}
        mark = canonical_text(values) if values else ""
        if not title or not values or mark in self._known:
            return
        self._known.add(mark)
        second = " · ".join(
            text
            for question in form.summary(record_type).lines
            if (text := form.answer_text(question, fields))
        )
        self._found.append((search_key(f"{title} {second}"), Suggestion(title, second, values)))


def _stored(question: Question, fields: Mapping[str, JsonValue]) -> JsonValue:
    if not question.group:
        return fields.get(question.key)
    whole = fields.get(question.group)
    return whole.get(question.name) if isinstance(whole, dict) else None
