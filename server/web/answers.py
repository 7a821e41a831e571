"""Stored values as a person reads them: choice labels, Buddhist dates, names of other records.

Nothing here fails on an odd value: what does not fit its question is shown as it was stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from server.web import formats
from server.web.words import Words
from shared.canonical import JsonValue, canonical_text
from shared.forms.definition import Group, Question, Text
from shared.forms.logic import FormEngine
from shared.forms.question_types import FILE_TYPES, TYPES
from shared.thai.identifiers import Identifier, mask_citizen_id, mask_phone, parse_phone
from shared.thai.text import shorten

ODD_VALUE_LENGTH_MAX: Final = 200
CITIZEN_DIGITS: Final = 13
NUMBER_DIGITS_MIN: Final = 7
"""A personal text with so many digits is a number of somebody, even when mistyped."""
HIDDEN: Final = "•••"


class AnswerTexts:
    """Turns values into texts of one language. `titles` names other records by their ids."""

    def __init__(self, engine: FormEngine, words: Words, titles: Mapping[str, str]) -> None:
        self.engine = engine
        self.words = words
        self.language = words.language
        self.titles = titles

    def text(self, question: Question, value: JsonValue) -> str:
        """An answer without its unit; empty when there is none."""
        if value is None or value == "":
            return ""
        if question.stored and TYPES[question.type].check(value) is not None:
            return odd(value)
        if isinstance(value, list) and question.type in ("geotrace", "geoshape"):
            return self.words("answer.points", n=len(value))
        if isinstance(value, list):
            return ", ".join(self._name(question, str(one)) for one in value)
        if isinstance(value, dict):
            return self._object(question, value)
        return self._scalar(question, str(value))

    def _scalar(self, question: Question, value: str) -> str:
        kind = question.type
        if kind in ("select_one", "reference"):
            return self._name(question, value)
        if kind == "date":
            return formats.day(value, self.language)
        if kind == "time":
            return formats.clock_time(value, self.language)
        if kind == "dateTime":
            day, _, hour = value.partition("T")
            return (
                f"{formats.day(day, self.language)} {formats.clock_time(hour[:5], self.language)}"
            )
        if kind in ("integer", "decimal", "range"):
            return formats.decimal_text(value)
        if kind == "acknowledge":
            return self.words("answer.acknowledged")
        if kind == "calculate":
            return self._computed(value)
        return value

    def _computed(self, value: str) -> str:
        if value in ("yes", "no", "true", "false"):
            return self.words("answer.yes" if value in ("yes", "true") else "answer.no")
        if len(value) == len("2025-08-15") and value[4] == "-":
            return formats.day(value, self.language)
        return formats.decimal_text(value)

    def _name(self, question: Question, name: str) -> str:
        target = question.refers_to
        if target is None:
            return self.engine.definition.choice_text(question, name, self.language)
        if target.kind == "codebook":
            book = self.engine.world.codebooks.get(target.target)
            row = None if book is None else book.row(name)
            return name if row is None else row.label.get(self.language)
        if target.kind == "rows":
            if name in self.engine.nodes:
                return self.engine.row_title(name).get(self.language) or name
            return self.words("answer.row_gone")
        return self.titles.get(name, "") or self.words("answer.record_elsewhere")

    def _object(self, question: Question, value: Mapping[str, JsonValue]) -> str:
        if question.type == "geopoint":
            place = f"{value.get('lat')}, {value.get('lon')}"
            accuracy = value.get("accuracy")
            return f"{place} (± {accuracy} m)" if accuracy else place
        if question.type in FILE_TYPES:
            size = value.get("size")
            return (
                f"{value.get('name')} · {formats.file_size(size if isinstance(size, int) else 0)}"
            )
        return odd(dict(value))

    def field_text(self, record_type: str, field: str, value: JsonValue) -> str:
        """The value of a register: an atomic group's parts with their labels, one after another."""
        register = self.engine.definition.register(record_type, field)
        if isinstance(register, Question):
            text = self.text(register, value)
            return f"{text} {self.unit(register.unit)}".strip() if text else text
        if isinstance(register, Group) and isinstance(value, dict):
            parts = []
            for child in register.children:
                if isinstance(child, Question) and value.get(child.name) is not None:
                    text = self.text(child, value[child.name])
                    said_ = f"{text} {self.unit(child.unit)}".strip()
                    parts.append(f"{child.label.get(self.language)}: {said_}")
            return " · ".join(parts)
        return "" if value is None else (value if isinstance(value, str) else odd(value))

    def unit(self, unit: str) -> str:
        """A unit as it is written in the reader's language."""
        return self.words.either(f"unit.{unit}", unit) if unit else ""

    def label(self, record_type: str, field: str) -> str:
        """What a field is called."""
        return self.engine.definition.label_of(record_type, field).get(self.language)

    def masked(self, question: Question, text: str) -> str:
        """The text for a list, where telephone and identity numbers are not needed."""
        if not text or question.personal not in ("P", "S"):
            return text
        digits = sum(one.isdigit() for one in text)
        if digits == CITIZEN_DIGITS and question.type == "text":
            return mask_citizen_id(text)
        if question.personal == "S":
            return HIDDEN
        if question.type != "text" or digits < NUMBER_DIGITS_MIN:
            return text
        return mask_phone(text) if isinstance(parse_phone(text), Identifier) else HIDDEN


def odd(value: JsonValue) -> str:
    """A value that does not fit its question, as stored."""
    return shorten(canonical_text(value), ODD_VALUE_LENGTH_MAX)


def said(text: Text, language: str) -> str:
    """A text of the form in a language."""
    return text.get(language)
