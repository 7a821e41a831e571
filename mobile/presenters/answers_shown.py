"""A stored value as a person reads it, in both languages: Buddhist dates, labels, titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from shared.canonical import JsonValue
from shared.clocks import BANGKOK
from shared.forms.choosing import option_of
from shared.forms.codebook import CodebookRow, Table
from shared.forms.definition import FormDefinition, Group, Question, Text
from shared.forms.expressions.values import iso_date, iso_time
from shared.forms.question_types import REFERENCE_TYPES
from shared.thai.dates import format_short, format_time

TitleOf = Callable[[str], str]
NOTHING = Text()
ACKNOWLEDGED = Text("รับทราบแล้ว", "Acknowledged")
CLEARED = Text("(ล้างคำตอบ)", "(cleared)")
LANGUAGES = ("th", "en")


def no_titles(_: str) -> str:
    """Nobody knows titles of other records."""
    return ""


class AnswerWords:
    """Turns stored values of one form into words. `title_of` names other records by their id."""

    def __init__(
        self,
        definition: FormDefinition | None,
        codebooks: Mapping[str, Table],
        title_of: TitleOf = no_titles,
    ) -> None:
        self._definition = definition
        self._codebooks = codebooks
        self._title_of = title_of

    def label(self, record_type: str, field: str) -> Text:
        """What a field is called."""
        if self._definition is None:
            return Text(field, field)
        return self._definition.label_of(record_type, field)

    def field(self, record_type: str, field: str, value: JsonValue) -> Text:
        """The value of a register: a question's, or every part of an atomic group."""
        if value is None:
            return CLEARED
        form = self._definition
        found = None if form is None else form.register(record_type, field)
        if isinstance(found, Question):
            return self.answer(found, value)
        if isinstance(found, Group) and isinstance(value, dict):
            parts = [
                (child.label, self.answer(child, value[child.name]))
                for child in found.children
                if isinstance(child, Question) and value.get(child.name) is not None
            ]
            return _both(lambda lang: ", ".join(f"{a.get(lang)} {b.get(lang)}" for a, b in parts))
        return _plain(value)

    def answer(self, question: Question, value: JsonValue) -> Text:
        """The answer to one question."""
        if value is None:
            return NOTHING
        if question.type in REFERENCE_TYPES:
            chosen = value if isinstance(value, list) else [value]
            found = [self._reference(question, str(name)) for name in chosen]
            return _both(lambda lang: ", ".join(text.get(lang) for text in found))
        if question.type == "acknowledge":
            return ACKNOWLEDGED
        if isinstance(value, list):
            names = [str(name) for name in value]
            return _both(lambda lang: ", ".join(self._choice(question, n, lang) for n in names))
        if isinstance(value, str):
            return self._text(question, value)
        return _plain(value)

    def _text(self, question: Question, value: str) -> Text:
        if question.type == "date" and (day := iso_date(value)) is not None:
            return _both(lambda lang: format_short(day, lang))
        if question.type == "time" and (hour := iso_time(value)) is not None:
            return _both(lambda lang: format_time(hour, lang))
        if question.type == "dateTime":
            return moment_text(value)
        return _both(lambda lang: self._choice(question, value, lang))

    def _choice(self, question: Question, name: str, language: str) -> str:
        if self._definition is None:
            return name
        return self._definition.choice_text(question, name, language)

    def _reference(self, question: Question, value: str) -> Text:
        target = question.refers_to
        if target is not None and target.kind == "codebook":
            book = self._codebooks.get(target.target)
            row = None if book is None else self._row(book, question, value)
            return Text(value, value) if row is None else option_of(row, question).label
        title = self._title_of(value) or value
        return Text(title, title)

    @staticmethod
    def _row(book: Table, question: Question, value: str) -> CodebookRow | None:
        column = question.parameters.get("value", "key")
        if column in ("key", "name"):
            return book.row(value)
        return next(iter(book.matching(column, value)), None)


def moment_text(value: str) -> Text:
    """A stored time stamp; as it is when it cannot be read."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return Text(value, value)
    if moment.tzinfo is not None:
        moment = moment.astimezone(BANGKOK)
    return _both(lambda lang: f"{format_short(moment.date(), lang)} {_clock(moment, lang)}")


def _clock(moment: datetime, language: str) -> str:
    return format_time(moment.time(), language)


def _both(made: Callable[[str], str]) -> Text:
    return Text(made("th"), made("en"))


def _plain(value: JsonValue) -> Text:
    if isinstance(value, bool):
        return Text("ใช่", "Yes") if value else Text("ไม่ใช่", "No")
    if isinstance(value, dict):
        if "sha256" in value:
            text = str(value.get("name", ""))
        elif "lat" in value:
            text = f"{value.get('lat')}, {value.get('lon')}"
        else:
            text = ", ".join(f"{name} {part}" for name, part in value.items())
        return Text(text, text)
    if isinstance(value, list):
        text = ", ".join(str(part) for part in value)
        return Text(text, text)
    return Text(str(value), str(value))
