"""An empty form for paper, as data: what stands where, numbered, with its conditions in words.

Only what somebody in the field can answer with a pen is printed: calculations, hidden values and
what the office answers are left out. The typesetter (`paper_form.typ`) lays the data out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from server.reports.conditions import Places, Stop, leads_to, only_if
from server.reports.paper_tables import ROW_MM, is_table, preset_names, sheet_columns, table_of
from server.reports.paper_widgets import Annexes, Data, widget
from server.reports.paper_words import WORDS, PaperWords
from shared.forms.codebook import Codebook
from shared.forms.definition import (
    FormDefinition,
    Group,
    Node,
    Question,
    Repeat,
    Section,
)

NOT_ON_PAPER: Final = frozenset({"calculate", "hidden", "metadata", "background-audio"})
ROWS_ON_PAPER: Final = 10
ROWS_BELOW_A_ROW: Final = 3
CARDS_ON_PAPER: Final = 2
SHEET_ROWS: Final = 10
TALL_SHEET_ROWS: Final = 6
"""What a landscape page holds, of usual rows and of tall ones."""
Numbered = Section | Group | Repeat | Question


def paper_data(
    form: FormDefinition, codebooks: Mapping[str, Codebook], language: str, *, rows: int = 0
) -> Data:
    """The form as the typesetter wants it: nothing but texts, numbers and lists of them.

    `rows` empty rows in every table instead of the usual number.
    """
    return _Paper(form, codebooks, PaperWords(language), rows).data()


@dataclass(slots=True)
class _Walk:
    """What has been met on the way through the form."""

    stops: list[Stop] = field(default_factory=list)
    asked: list[tuple[Question, Data, int]] = field(default_factory=list)
    personal: bool = False


class _Paper:
    """Lays one form out in one language."""

    def __init__(
        self,
        form: FormDefinition,
        codebooks: Mapping[str, Codebook],
        words: PaperWords,
        rows: int,
    ) -> None:
        self.form = form
        self.codebooks = codebooks
        self.words = words
        self.rows = rows
        self.places = Places(words, form.choice_lists)
        self.annexes = Annexes(self.places, codebooks)
        self._walk = _Walk()
        self._numbers: dict[str, str] = {}
        self._sheets: list[Data] = []

    def data(self) -> Data:
        language = self.words.language
        sections = [one for one in self.form.sections if any(_on_paper(one.children))]
        self._number(sections)
        blocks = [self._section(one) for one in sections]
        self._say_where_choices_lead()
        return {
            "language": language,
            "title": self.form.title.get(language) or self.form.form_id,
            "form": self.words("form", form=self.form.form_id),
            "version": self.words("version", version=self.form.version),
            "words": {key: self.words(key) for key in WORDS if "{" not in WORDS[key][0]},
            "personal": self._walk.personal,
            "sections": blocks,
            "sheets": self._sheets,
            "annexes": [
                {
                    "title": self.words("annex", annex=one["letter"]),
                    "what": one["title"],
                    "rows": one["rows"],
                }
                for one in self.annexes.listed.values()
            ],
        }

    # -- numbers -----------------------------------------------------------------------------

    def _number(self, sections: list[Section]) -> None:
        for position, section in enumerate(sections, start=1):
            self._note(section, str(position))
            self._number_below(section.children, str(position), 0)
        for record_type in self.form.record_types():
            for question in self.form.questions(record_type):
                self.places.questions.setdefault(question.name, question)
                self.places.labels.setdefault(question.name, question.label)

    def _number_below(self, nodes: tuple[Node, ...], prefix: str, count: int) -> int:
        for node in _on_paper(nodes):
            if isinstance(node, Group):
                self.places.labels.setdefault(node.name, node.label)
                count = self._number_below(node.children, prefix, count)
            elif not isinstance(node, Question) or node.type != "note":
                count += 1
                self._note(node, f"{prefix}.{count}")
                if isinstance(node, Repeat):
                    self._number_below(node.children, f"{prefix}.{count}", 0)
        return count

    def _note(self, node: Numbered, number: str) -> None:
        self.places.numbers.setdefault(node.name, number)
        self._numbers[node.key if isinstance(node, Section) else _mark(node)] = number
        self.places.labels.setdefault(node.name, node.label)

    # -- blocks ------------------------------------------------------------------------------

    def _section(self, section: Section) -> Data:
        conditions = _also((), section.relevant)
        bare = getattr(section, "implicit", False) and len(self.form.sections) == 1
        return {
            "number": self._numbers[section.key],
            "label": "" if bare else self.places.text(section.label),
            "hint": self.places.text(section.hint),
            "condition": only_if(section.relevant, self.places),
            "blocks": list(self._blocks(section.children, conditions, outermost=True)),
        }

    def _blocks(
        self, nodes: tuple[Node, ...], conditions: tuple[str, ...], *, outermost: bool
    ) -> Iterator[Data]:
        for node in _on_paper(nodes):
            inner = _also(conditions, node.relevant)
            if isinstance(node, Group):
                yield {
                    "kind": "heading",
                    "label": self.places.text(node.label),
                    "hint": self.places.text(node.hint),
                    "condition": only_if(node.relevant, self.places),
                }
                yield from self._blocks(node.children, inner, outermost=outermost)
                yield {"kind": "end"}
            elif isinstance(node, Repeat):
                if outermost:
                    self._walk.stops.append(Stop(self._numbers[_mark(node)], inner))
                yield self._repeat(node)
            else:
                yield self._question(node, inner, outermost=outermost)

    def _question(
        self, question: Question, conditions: tuple[str, ...], *, outermost: bool
    ) -> Data:
        common = {
            "label": self.places.text(question.label),
            "hint": self.places.text(question.hint),
            "condition": only_if(question.relevant, self.places),
        }
        if question.type == "note":
            return {"kind": "note", **common}
        self._walk.personal = self._walk.personal or bool(question.personal)
        place = widget(question, self.places, self.annexes)
        number = self._numbers[_mark(question)]
        if outermost:
            self._walk.stops.append(Stop(number, conditions))
            if question.type == "select_one" and place["kind"] == "options":
                self._walk.asked.append((question, place, len(self._walk.stops)))
        return {
            "kind": "question",
            "number": number,
            "required": _always(question.required),
            "personal": question.personal,
            "unit": self.words.unit(question.unit),
            "widget": place,
            **common,
        }

    def _repeat(self, repeat: Repeat) -> Data:
        number = self._numbers[_mark(repeat)]
        head: Data = {
            "number": number,
            "label": self.places.text(repeat.label),
            "hint": self.places.text(repeat.hint),
            "condition": only_if(repeat.relevant, self.places),
            "note": self.words("more_rows"),
        }
        self._walk.personal = self._walk.personal or any(
            question.personal for question in self.form.questions(repeat.record_type)
        )
        if is_table(repeat):
            below = "/" in repeat.parent_type
            wanted = self.rows or (ROWS_BELOW_A_ROW if below else ROWS_ON_PAPER)
            count = max(1, repeat.rows_min, min(wanted, repeat.rows_max))
            table = table_of(repeat, self.places, self.annexes, self._numbers, count)
            return {"kind": "table", **head, **table}
        sheet = sheet_columns(repeat)
        cards = 1 if sheet else CARDS_ON_PAPER
        wanted = min(self.rows, 20) if self.rows and not sheet else cards
        titles = preset_names(repeat, self.places, self.annexes)
        if sheet:
            rows = self.rows or SHEET_ROWS
            table = table_of(repeat, self.places, self.annexes, self._numbers, rows, sheet)
            if not self.rows and table["row_mm"] > ROW_MM:
                table["rows"] = TALL_SHEET_ROWS
            note = self.words("sheet_note")
            self._sheets.append({"kind": "table", **head, **table, "note": note})
            head["note"] = self.words("sheet_behind")
        return {
            "kind": "cards",
            **head,
            "entry": self.words("entry"),
            "titles": titles,
            "count": len(titles) or max(1, min(wanted, repeat.rows_max)),
            "blocks": list(self._blocks(repeat.children, (), outermost=False)),
        }

    # -- where choices lead ------------------------------------------------------------------

    def _say_where_choices_lead(self) -> None:
        end = self.words("skip_to_end")
        for question, place, position in self._walk.asked:
            following = self._walk.stops[position:]
            for item in place["items"]:
                target = leads_to(question, item["name"], following, end)
                if target and target != end:
                    target = self.words("skip_to", number=target)
                item["skip"] = target


def _mark(node: Group | Repeat | Question) -> str:
    return f"{node.record_type} {node.key}"


def _also(conditions: tuple[str, ...], relevant: str) -> tuple[str, ...]:
    return (*conditions, relevant) if relevant else conditions


def _always(required: str) -> bool:
    return required.strip().lower() in ("yes", "true", "true()")


def _on_paper(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """What of these is printed at all."""
    for node in nodes:
        if isinstance(node, Question):
            if node.type not in NOT_ON_PAPER and node.answered_by == "field":
                yield node
        elif any(_on_paper(node.children)):
            yield node
