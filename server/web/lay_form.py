"""Lays a form over a record: sections of answers, tables of rows, what is wrong with each.

Built from the record's states and the form they were filled with; a record whose form is unknown
here is shown field by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from server.services.read_record_page import RecordTree
from server.web.answers import AnswerTexts, odd, said
from server.web.record_view import (
    AnswerView,
    ConflictView,
    GroupView,
    ItemView,
    LimitView,
    ProblemView,
    RecordView,
    RowView,
    SectionView,
    SiblingView,
    TableView,
)
from server.web.words import Words
from shared.canonical import JsonValue, canonical_text
from shared.clocks import bangkok_date
from shared.errors import TimeUnreadable
from shared.forms.answers import RecordAnswers, ReferenceLookup, RowAnswers
from shared.forms.codebook import Codebook
from shared.forms.definition import (
    REASON_SUFFIX,
    FormDefinition,
    Group,
    Node,
    Question,
    Repeat,
)
from shared.forms.logic import FormEngine
from shared.forms.question_types import FILE_TYPES
from shared.forms.validation import Problem, validate
from shared.ids import is_uuid
from shared.records.state import Dot, RecordState, Sibling

PICTURES: Final = frozenset({"image", "signature"})
TRUE_TEXTS: Final = frozenset({"yes", "true", "1"})
GALLERY_QUESTIONS_MAX: Final = 3


def referred_records(states: Iterable[RecordState]) -> set[str]:
    """Ids in values, which may name other records whose titles the page needs."""
    found: set[str] = set()
    for state in states:
        for siblings in state.fields.values():
            found |= {s.value for s in siblings if is_uuid(s.value)}
    return found


def engine_for(
    tree: RecordTree,
    form: FormDefinition,
    codebooks: Mapping[str, Codebook],
    references: ReferenceLookup,
    language: str,
) -> FormEngine:
    """The form's engine over the record as it stands."""
    rows: dict[str, list[RowAnswers]] = {}
    for state in tree.rows:
        fields = {name: state.value(name) for name in state.fields}
        parent = "" if state.parent == tree.state.record else str(state.parent)
        row = RowAnswers(state.record, fields, parent)
        rows.setdefault(state.type, []).append(row)
    root = {name: tree.state.value(name) for name in tree.state.fields}
    try:
        today = bangkok_date(tree.row.changed_at)
    except TimeUnreadable:
        today = bangkok_date(0)
    answers = RecordAnswers(tree.state.record, root, rows)
    return FormEngine(
        form,
        answers,
        today=today,
        codebooks=codebooks,
        references=references,
        language=language,
    )


class RecordViewBuilder:
    """Walks a form over a record tree."""

    def __init__(
        self, tree: RecordTree, engine: FormEngine, words: Words, titles: Mapping[str, str]
    ) -> None:
        self.tree = tree
        self.engine = engine
        self.form = engine.definition
        self.words = words
        self.language = words.language
        self.texts = AnswerTexts(engine, words, titles)
        self.states = {state.record: state for state in tree.states()}
        self.problems: dict[tuple[str, str], list[Problem]] = {}
        for problem in validate(engine):
            self.problems.setdefault((problem.record_id, problem.key), []).append(problem)
        self.comments = comments_by_place(tree.state)
        self.conflicts: list[ConflictView] = []
        self.listed: list[tuple[str, str, ProblemView]] = []
        self._count = [0, 0]
        self._unanswered: list[str] = []

    def build(self) -> RecordView:
        """The view of the whole record."""
        root = self.tree.state
        sections = []
        for section in self.form.sections:
            if not self.engine.relevant(root.record, section.key):
                continue
            self._count, self._unanswered = [0, 0], []
            items = self._items(section.children, root)
            view = SectionView(section.key, said(section.label, self.language), items, [])
            view.unanswered = self._unanswered
            view.problem_count, view.conflict_count = self._count
            if items or view.unanswered:
                sections.append(view)
        self._add_hidden_conflicts()
        labels = {
            (kind, key): self.texts.label(kind, key)
            for kind in self.form.record_types()
            for key in self.form.shapes[kind].register_keys
        }
        return RecordView(sections, self.conflicts, self.listed, self.texts, labels)

    def _items(self, nodes: tuple[Node, ...], state: RecordState) -> list[ItemView]:
        items: list[ItemView] = []
        for node in nodes:
            if not self.engine.relevant(state.record, node.key):
                continue
            if isinstance(node, Repeat):
                table = self._table(node, state)
                if table is not None:
                    items.append(table)
            elif isinstance(node, Group):
                inside = self._items(node.children, state)
                if inside:
                    items.append(GroupView(said(node.label, self.language), inside))
            elif node.type not in ("note", "hidden"):
                answer = self._answer(node, state)
                if answer.text or answer.notable:
                    items.append(answer)
                elif node.stored and answer.label:
                    self._unanswered.append(answer.label)
        return items

    def _add_hidden_conflicts(self) -> None:
        """Conflicts at questions that are not asked at present are settled all the same."""
        known = {(conflict.record, conflict.field) for conflict in self.conflicts}
        for state in self.tree.states():
            for name in state.conflicts():
                if (state.record, name) not in known:
                    self.conflicts.append(self._conflict_of(name, state))

    # -- one answer ----------------------------------------------------------------------------

    def _answer(self, question: Question, state: RecordState) -> AnswerView:
        value = self.engine.value(state.record, question.key)
        anchor = anchor_of(state.record, question.key)
        view = AnswerView(
            record=state.record,
            field=question.field,
            key=question.key,
            anchor=anchor,
            label=said(question.label, self.language),
            text=self.texts.text(question, value),
            kind=kind_of(question),
            unit=self.texts.unit(question.unit),
        )
        siblings = state.fields.get(question.field, ())
        view.source = siblings[0].dot if siblings else None
        reason = state.value(question.key + REASON_SUFFIX)
        view.reason = reason if isinstance(reason, str) else ""
        view.problems = self._problems(state.record, question.key, anchor, view.label)
        view.comments = list(self.comments.get((state.record, question.key), ()))
        if question.field != question.key:
            view.comments += self.comments.get((state.record, question.field), ())
        view.conflict = self._conflict(question, state)
        view.limit = self._limit(question, state.record)
        self._place_file_link(question, value, view)
        return view

    def _place_file_link(self, question: Question, value: JsonValue, view: AnswerView) -> None:
        if isinstance(value, dict):
            sha256 = value.get("sha256")
            if isinstance(sha256, str) and question.type in FILE_TYPES:
                view.show_file(sha256, self.tree.files.get(sha256), self.language)
            lat, lon = value.get("lat"), value.get("lon")
            if question.type == "geopoint" and isinstance(lat, str) and isinstance(lon, str):
                view.point = (lat, lon)
        target = question.refers_to
        if target is not None and isinstance(value, str) and target.kind in ("register", "record"):
            view.link = value if value in self.texts.titles else ""

    def _problems(self, record: str, key: str, anchor: str, label: str) -> list[ProblemView]:
        found = [
            ProblemView(p.severity, said(p.message, self.language))
            for p in self.problems.pop((record, key), ())
        ]
        self._count[0] += len(found)
        self.listed += [(anchor, label, problem) for problem in found]
        return found

    def _limit(self, question: Question, record: str) -> LimitView | None:
        if not question.limit:
            return None
        limit = self.engine.limit(record, question.key)
        if limit is None or not (limit.least or limit.most):
            return None
        if limit.least and limit.most:
            range_ = f"{limit.least} - {limit.most}"
        elif limit.most:
            range_ = f"≤ {limit.most}"
        else:
            range_ = f"≥ {limit.least}"
        text = self.words("answer.limit", range=range_, unit=self.texts.unit(limit.unit)).strip()
        return LimitView(text, self._exceeds(question, record))

    def _exceeds(self, question: Question, record: str) -> bool:
        """The form's own verdict: its calculation that holds this answer against a limit."""
        name = "${" + question.name + "}"
        for other in self.form.questions(question.record_type):
            if "eco:exceeds" in other.calculation and name in other.calculation:
                return str(self.engine.value(record, other.key)) in TRUE_TEXTS
        return False

    def _conflict(self, question: Question, state: RecordState) -> ConflictView | None:
        siblings = state.fields.get(question.field, ())
        if len({canonical_text(s.value) for s in siblings}) < 2:
            return None
        if any((c.record, c.field) == (state.record, question.field) for c in self.conflicts):
            return None
        view = self._conflict_of(question.field, state)
        self.conflicts.append(view)
        self._count[1] += 1
        return view

    def _conflict_of(self, name: str, state: RecordState) -> ConflictView:
        row = ""
        if state.parent is not None and state.record in self.engine.nodes:
            row = self.engine.row_title(state.record).get(self.language)
        return ConflictView(
            record=state.record,
            type=state.type,
            field=name,
            label=self.texts.label(state.type, name),
            row=row,
            siblings=tuple(self._sibling(state.type, name, s) for s in state.fields[name]),
        )

    def _sibling(self, record_type: str, field_key: str, sibling: Sibling) -> SiblingView:
        dot = sibling.dot
        text = self.texts.field_text(record_type, field_key, sibling.value)
        place = ""
        if dot.place and dot.place.get("lat") and dot.place.get("lon"):
            place = f"{dot.place['lat']}, {dot.place['lon']}"
        return SiblingView(
            dot=dot.id,
            text=text or self.words("answer.empty"),
            author=self.tree.people.get(dot.author, ""),
            device=device_of(dot, self.tree, self.words),
            saved_at=dot.saved_at,
            place=place,
        )

    # -- rows ----------------------------------------------------------------------------------

    def _table(self, repeat: Repeat, parent: RecordState) -> TableView | None:
        ids = self.engine.rows(repeat.record_type, parent.record)
        anchor = anchor_of(parent.record, repeat.key)
        label = said(repeat.label, self.language)
        problems = self._problems(parent.record, repeat.key, anchor, label)
        if not ids and not problems:
            return None
        questions = [
            q for q in self.form.questions(repeat.record_type) if q.type not in ("note", "hidden")
        ]
        rows = [self._row(repeat, questions, ids[at], at + 1) for at in range(len(ids))]
        used = {cell.key for row in rows for cell in row.cells if cell.text or cell.notable}
        used -= _numbering(rows)
        for row in rows:
            row.cells = [cell for cell in row.cells if cell.key in used]
        columns = [
            (
                q.key,
                said(q.label, self.language) + (f" ({self.texts.unit(q.unit)})" if q.unit else ""),
            )
            for q in questions
            if q.key in used and q.type not in PICTURES
        ]
        pictures = any(q.type == "image" for q in questions)
        gallery = pictures and len([q for q in questions if q.stored]) <= GALLERY_QUESTIONS_MAX
        return TableView(label, repeat.record_type, columns, rows, gallery, problems)

    def _heading(self, question: Question) -> str:
        label, unit = said(question.label, self.language), self.texts.unit(question.unit)
        return f"{label} ({unit})" if unit else label

    def _row(self, repeat: Repeat, questions: list[Question], record: str, number: int) -> RowView:
        state = self.states[record]
        cells: list[AnswerView] = []
        pictures: list[AnswerView] = []
        for question in questions:
            if not self.engine.relevant(record, question.key):
                cells.append(self._blank(question, state))
                continue
            answer = self._answer(question, state)
            if question.type in PICTURES:
                if answer.sha256 or answer.notable:
                    pictures.append(answer)
                continue
            answer.text = self.texts.masked(question, answer.text)
            cells.append(answer)
        tables = [self._table(inner, state) for inner in self.form.repeats(repeat.record_type)]
        return RowView(
            record=record,
            anchor=anchor_of(record, ""),
            number=number,
            title=self.engine.row_title(record).get(self.language),
            cells=[cell for cell in cells if cell.kind != "picture"],
            pictures=pictures,
            problems=[problem for cell in cells for problem in cell.problems],
            tables=[table for table in tables if table is not None],
            comments=list(self.comments.get((record, ""), ())),
        )

    def _blank(self, question: Question, state: RecordState) -> AnswerView:
        anchor = anchor_of(state.record, question.key)
        label = said(question.label, self.language)
        kind = kind_of(question)
        return AnswerView(state.record, question.field, question.key, anchor, label, "", kind)


def _numbering(rows: list[RowView]) -> set[str]:
    """Calculated columns that only repeat the number of the row."""
    found: dict[str, bool] = {}
    for row in rows:
        for cell in row.cells:
            same = cell.kind == "computed" and cell.text == str(row.number)
            found[cell.key] = found.get(cell.key, True) and same
    return {key for key, same in found.items() if same}


def kind_of(question: Question) -> str:
    """How an answer is drawn."""
    if question.type in PICTURES:
        return "picture"
    if question.type in FILE_TYPES:
        return "file"
    if question.type in ("integer", "decimal"):
        return "number"
    if question.type == "calculate":
        return "computed"
    return "place" if question.type == "geopoint" else "text"


def anchor_of(record: str, key: str) -> str:
    """The id of an answer in the page."""
    return f"q-{record}-{key.replace('/', '.')}"


def comments_by_place(state: RecordState) -> dict[tuple[str, str], tuple[str, ...]]:
    """The comments of the last return by (record, field)."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for comment in state.workflow.comments if state.workflow is not None else ():
        place = (comment.record, comment.field or "")
        found[place] = (*found.get(place, ()), comment.text)
    return found


def device_of(dot: Dot, tree: RecordTree, words: Words) -> str:
    """On what something was written: a tablet's label, or the office."""
    label = tree.devices.get(dot.client)
    if label:
        return label
    return words("history.office") if "." not in dot.client else words("history.unknown_device")


def plain_view(tree: RecordTree, words: Words) -> RecordView:
    """A record whose form is not known here: its fields by their keys."""
    items: list[ItemView] = []
    for name, siblings in sorted(tree.state.fields.items()):
        value = siblings[0].value
        text = value if isinstance(value, str) else odd(value)
        anchor = anchor_of(tree.state.record, name)
        view = AnswerView(tree.state.record, name, name, anchor, name, text, "text")
        view.source = siblings[0].dot
        items.append(view)
    section = SectionView("fields", words("record.unknown_form"), items, [])
    return RecordView([section], [], [], None, {})
