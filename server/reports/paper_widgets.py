"""What stands on paper for each type of question: boxes, circles, lines, places to sign."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from server.reports.conditions import Places
from shared.forms.codebook import Codebook
from shared.forms.definition import ChoiceList, Question

INLINE_CHOICES_MAX: Final = 24
ANNEX_ROWS_MAX: Final = 250
DIGITS: Final = re.compile(r"\[0-9\]\{(\d{1,2})\}|\\d\{(\d{1,2})\}")
DIGITS_SAID: Final = re.compile(r"(\d{1,2})\s*หลัก|(\d{1,2})[ -]digits?\b")
BOXES_MAX: Final = 24
TICKS_MAX: Final = 11
# Options stand beside each other when their longest label is at most so many letters wide.
COLUMNS_BY_LETTERS: Final = ((9, 5), (14, 4), (22, 3), (40, 2))
POINTS_ON_PAPER: Final = 6
RECORDINGS: Final = frozenset({"audio", "video"})

Data = dict[str, Any]


@dataclass(slots=True)
class Annexes:
    """The long lists that stand at the end of the form, in the order in which they are needed."""

    places: Places
    codebooks: Mapping[str, Codebook]
    listed: dict[str, Data] = field(default_factory=dict)

    def of_list(self, found: ChoiceList, question: Question) -> str:
        """The letter of a choice list's annex, which is called as the first question that needs
        it."""
        language = self.places.words.language
        rows = [
            (str(index), choice.label.get(language))
            for index, choice in enumerate(found.choices[:ANNEX_ROWS_MAX], start=1)
        ]
        title = question.label.get(language) or found.name
        return self._letter(f"list {found.name}", title, rows)

    def of_book(self, name: str) -> str:
        """The letter of a codebook's annex; empty when it is too long for paper."""
        book = self.codebooks.get(name)
        if book is None or len(book.rows) > ANNEX_ROWS_MAX:
            return ""
        language = self.places.words.language
        rows = [(row.key, row.label.get(language)) for row in book.rows.values()]
        return self._letter(f"book {name}", book.title.get(language) or name, rows)

    def book_title(self, name: str) -> str:
        """What a codebook is called."""
        book = self.codebooks.get(name)
        return name if book is None else book.title.get(self.places.words.language) or name

    def _letter(self, key: str, title: str, rows: list[tuple[str, str]]) -> str:
        found = self.listed.get(key)
        if found is None:
            letter = self.places.words.letter(len(self.listed))
            found = self.listed[key] = {"letter": letter, "title": title, "rows": rows}
        return str(found["letter"])


def letters(text: str) -> int:
    """How wide a text is in letters: marks above and below have no width."""
    return sum(unicodedata.category(one) not in ("Mn", "Me", "Cf") for one in text)


def digits_asked(question: Question) -> int:
    """How many digits the form's own rule asks for, or its label says; 0 when neither does."""
    found = DIGITS.search(question.constraint) or DIGITS_SAID.search(
        f"{question.label.th} {question.label.en}"
    )
    count = int(found.group(1) or found.group(2)) if found else 0
    return count if count <= BOXES_MAX else 0


def widget(question: Question, places: Places, annexes: Annexes) -> Data:
    """The place for an answer on paper, as data for the typesetter: its kind and what it needs."""
    words, kind = places.words, question.type
    if kind in ("select_one", "select_multiple"):
        return _options(question, places, annexes)
    if kind in ("reference", "references"):
        return {"kind": "line", "lines": 1, "note": _reference_note(question, places, annexes)}
    if kind == "rank":
        found = places.choice_lists.get(question.choices)
        labels = [c.label.get(words.language) for c in found.choices] if found else []
        return {"kind": "rank", "items": labels, "note": words("rank", n=len(labels))}
    if kind == "range":
        return _range(question, places)
    simple = _simple(question, places)
    return simple if simple is not None else _text(question)


def _simple(question: Question, places: Places) -> Data | None:
    words, kind = places.words, question.type
    if kind == "integer":
        return {"kind": "boxes", "groups": [7], "signs": []}
    if kind == "decimal":
        return {"kind": "boxes", "groups": [6, 3], "signs": ["."]}
    if kind in ("date", "time", "dateTime"):
        return {"kind": kind.lower(), "parts": date_parts(question)}
    if kind == "acknowledge":
        return {"kind": "tick", "text": words("acknowledged")}
    if kind == "geopoint":
        return {"kind": "place"}
    if kind in ("geotrace", "geoshape"):
        note = words("closed" if kind == "geoshape" else "points")
        return {"kind": "points", "rows": POINTS_ON_PAPER, "note": note}
    if kind == "signature" or (kind == "image" and "signature" in question.appearance.split()):
        return {"kind": "signature"}
    if kind == "image":
        return {"kind": "number", "note": words("photo")}
    if kind in RECORDINGS:
        return {"kind": "number", "note": words("recording")}
    if kind == "file":
        return {"kind": "line", "lines": 1, "note": words("file")}
    if kind == "barcode":
        return {"kind": "line", "lines": 1, "note": words("barcode")}
    return None


def date_parts(question: Question) -> list[str]:
    """Which boxes a date has: all, or the month and year, or the year alone."""
    appearance = question.appearance.split()
    if "year" in appearance:
        return ["year"]
    return ["month", "year"] if "month-year" in appearance else ["day", "month", "year"]


def _text(question: Question) -> Data:
    appearance = question.appearance.split()
    count = digits_asked(question)
    if count:
        return {"kind": "boxes", "groups": [count], "signs": []}
    if "numbers" in appearance:
        return {"kind": "boxes", "groups": [14], "signs": []}
    return {"kind": "line", "lines": 4 if "multiline" in appearance else 1, "note": ""}


def _options(question: Question, places: Places, annexes: Annexes) -> Data:
    found = places.choice_lists.get(question.choices)
    if found is None:
        return {"kind": "line", "lines": 1, "note": _reference_note(question, places, annexes)}
    if len(found.choices) > INLINE_CHOICES_MAX:
        letter = annexes.of_list(found, question)
        note = places.words("code_in", annex=letter)
        return {"kind": "line", "lines": 1, "note": note}
    labels = [choice.label.get(places.words.language) for choice in found.choices]
    longest = max((letters(label) for label in labels), default=0)
    columns = next((n for width, n in COLUMNS_BY_LETTERS if longest <= width), 1)
    return {
        "kind": "options",
        "mark": "circle" if question.type == "select_one" else "square",
        "columns": min(columns, max(len(labels), 1)),
        "items": [
            {"name": choice.name, "label": label, "skip": ""}
            for choice, label in zip(found.choices, labels, strict=True)
        ],
    }


def _reference_note(question: Question, places: Places, annexes: Annexes) -> str:
    target = question.refers_to
    if target is None:
        return ""
    if target.kind == "codebook":
        letter = annexes.of_book(target.target)
        if letter:
            return places.words("code_in", annex=letter)
        return places.words("code_book", book=annexes.book_title(target.target))
    return places.words("row_of" if target.kind == "rows" else "look_up")


def _range(question: Question, places: Places) -> Data:
    given = question.parameters
    start, end, step = given.get("start", "1"), given.get("end", "10"), given.get("step", "1")
    ticks = _ticks(start, end, step)
    if ticks:
        items = [{"name": tick, "label": tick, "skip": ""} for tick in ticks]
        return {"kind": "options", "mark": "circle", "columns": len(items), "items": items}
    note = places.words("range", start=start, end=end, step=step)
    return {"kind": "boxes", "groups": [6, 3], "signs": ["."], "note": note}


def _ticks(start: str, end: str, step: str) -> list[str]:
    """The values of a short scale of whole numbers; none for a long or a broken one."""
    try:
        first, last, stride = int(start), int(end), int(step)
    except ValueError:
        return []
    if stride == 0 or abs(last - first) // abs(stride) + 1 > TICKS_MAX:
        return []
    stride = abs(stride) if last >= first else -abs(stride)
    return [str(value) for value in range(first, last + (1 if stride > 0 else -1), stride)]
