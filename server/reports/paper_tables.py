"""Rows of a repeat on paper: a table with empty rows where its columns fit, else cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from server.reports.conditions import Places, only_if
from server.reports.paper_widgets import Annexes, Data, date_parts, digits_asked
from shared.forms.definition import Group, Node, Question, Repeat

COLUMN_MM: Final[Mapping[str, int]] = {
    "integer": 15,
    "decimal": 18,
    "date": 24,
    "time": 15,
    "dateTime": 34,
    "select_one": 15,
    "select_multiple": 20,
    "reference": 30,
    "references": 36,
    "geopoint": 36,
    "image": 15,
    "signature": 30,
    "acknowledge": 14,
    "range": 14,
    "audio": 16,
    "video": 16,
    "file": 22,
    "barcode": 32,
}
"""The least width of a column by its type, in millimetres."""
TEXT_MM: Final = 28
LONG_TEXT_MM: Final = 46
NEVER_IN_A_TABLE: Final = frozenset({"geotrace", "geoshape", "rank", "note"})
TABLE_MM_MAX: Final = 262
"""A landscape page; what fits an upright one stays upright."""
UPRIGHT_MM_MAX: Final = 180
NUMBER_MM: Final = 8
LABEL_MM: Final = 52
PICTURES_MM: Final = 18
LEGEND_CHOICES_MAX: Final = 12
DIGIT_MM: Final = 3
SHEET_ROWS_MIN: Final = 50
"""A repeat that takes so many rows is filled by many people in a row: it gets a sheet."""
ROW_MM: Final = 9
TALL_ROW_MM: Final = 14
NOT_IN_ROWS: Final = frozenset({"calculate", "hidden", "metadata", "background-audio"})


def is_table(repeat: Repeat) -> bool:
    """Whether the rows of a repeat fit as lines of a table: few columns, nothing wide in them."""
    for node in repeat.children:
        if isinstance(node, Repeat) and not _is_gallery(node):
            return False
    questions = list(_columns(repeat.children))
    if not questions or any(one.type in NEVER_IN_A_TABLE for one in questions):
        return False
    return _width(repeat, questions) <= TABLE_MM_MAX


def sheet_columns(repeat: Repeat) -> list[Question]:
    """The columns of a sheet for many rows that do not fit a table: what must be answered first,
    then what is always asked, as many as a landscape page takes; none when it needs none."""
    questions = [one for one in _columns(repeat.children) if one.type not in NEVER_IN_A_TABLE]
    if repeat.rows_max < SHEET_ROWS_MIN or repeat.rows_from is not None or not questions:
        return []
    room, chosen = TABLE_MM_MAX - NUMBER_MM, set()
    for rank in range(3):
        for question in questions:
            if _rank(question) == rank and _column_mm(question) <= room:
                room -= _column_mm(question)
                chosen.add(question.key)
    return [one for one in questions if one.key in chosen]


def _rank(question: Question) -> int:
    """What must always be answered comes first, what is asked on a condition last."""
    if question.relevant:
        return 2
    return 0 if question.required else 1


def table_of(
    repeat: Repeat,
    places: Places,
    annexes: Annexes,
    numbers: Mapping[str, str],
    rows: int,
    only: list[Question] | None = None,
) -> Data:
    """The table's columns, the codes to write in them, its empty rows or those printed ahead.
    `only` these columns of a repeat that has more."""
    questions = list(_columns(repeat.children)) if only is None else only
    preset = preset_names(repeat, places, annexes)
    if preset:
        questions = questions[1:]
    legend: list[str] = []
    columns: list[Data] = []
    for question in questions:
        number = numbers.get(f"{question.record_type} {question.key}", "")
        columns.append(
            {
                "number": number,
                "label": places.text(question.label),
                "hint": places.text(question.hint),
                "unit": places.words.unit(question.unit),
                "required": question.required.strip().lower() in ("yes", "true", "true()"),
                "personal": question.personal,
                "width": _column_mm(question),
                "condition": only_if(question.relevant, places),
            }
        )
        codes = _codes(question, number, places, annexes)
        if codes:
            legend.append(codes)
    for node in repeat.children:
        if isinstance(node, Repeat) and only is None:
            columns.append(_picture_column(node, places))
    wide = only is not None or _width(repeat, questions) > UPRIGHT_MM_MAX
    tall = not preset and any("multiline" in one.appearance.split() for one in questions)
    return {
        "columns": columns,
        "legend": legend,
        "preset": preset,
        "rows": len(preset) or rows,
        "landscape": wide,
        "row_mm": TALL_ROW_MM if tall else ROW_MM,
    }


def _columns(nodes: tuple[Node, ...]) -> Iterator[Question]:
    for node in nodes:
        if isinstance(node, Group):
            yield from _columns(node.children)
        elif (
            isinstance(node, Question)
            and node.type not in NOT_IN_ROWS
            and node.answered_by == "field"
        ):
            yield node


def _is_gallery(repeat: Repeat) -> bool:
    """Pictures of a row: on paper a column for their numbers."""
    questions = list(_columns(repeat.children))
    inner = any(isinstance(node, Repeat) for node in repeat.children)
    return not inner and 0 < len(questions) <= 2 and questions[0].type == "image"


def _column_mm(question: Question) -> int:
    if question.type in ("text", "barcode"):
        if "multiline" in question.appearance.split():
            return LONG_TEXT_MM
        count = digits_asked(question)
        return max(TEXT_MM, count * DIGIT_MM)
    if question.type == "date":
        return 8 * len(date_parts(question))
    return COLUMN_MM.get(question.type, TEXT_MM)


def _width(repeat: Repeat, questions: list[Question]) -> int:
    extra = LABEL_MM if repeat.rows_from is not None else 0
    galleries = sum(isinstance(node, Repeat) for node in repeat.children)
    columns = sum(_column_mm(one) for one in questions)
    return NUMBER_MM + extra + galleries * PICTURES_MM + columns


def _picture_column(repeat: Repeat, places: Places) -> Data:
    return {
        "number": "",
        "label": places.words("photos"),
        "hint": "",
        "unit": "",
        "required": False,
        "personal": "",
        "width": PICTURES_MM,
        "condition": only_if(repeat.relevant, places),
    }


def preset_names(repeat: Repeat, places: Places, annexes: Annexes) -> list[str]:
    """The names of rows that the form itself makes, one a key of a codebook."""
    target = repeat.rows_from
    if target is None or target.kind != "codebook":
        return []
    book = annexes.codebooks.get(target.target)
    if book is None:
        return []
    language = places.words.language
    return [row.label.get(language) or row.key for row in book.rows.values()]


def _codes(question: Question, number: str, places: Places, annexes: Annexes) -> str:
    """What to write in a column of choices: `1 = yes  2 = no`, or which annex has the codes."""
    column = number or question.label.get(places.words.language)
    found = places.choice_lists.get(question.choices)
    if found is not None and question.type in ("select_one", "select_multiple"):
        if len(found.choices) > LEGEND_CHOICES_MAX:
            letter = annexes.of_list(found, question)
            return places.words("codes_annex", column=column, annex=letter)
        listed = "   ".join(
            f"{index} = {choice.label.get(places.words.language)}"
            for index, choice in enumerate(found.choices, start=1)
        )
        return f"{places.words('codes_of', column=column)}: {listed}"
    target = question.refers_to
    if target is not None and target.kind == "codebook":
        letter = annexes.of_book(target.target)
        if letter:
            return places.words("codes_annex", column=column, annex=letter)
    return ""
