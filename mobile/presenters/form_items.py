"""Makes the views of a form from its session: the sections, and the items of one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.form_cascade import Cascade
from mobile.presenters.form_locks import READ_ONLY
from mobile.presenters.form_media import appearance_of, media_view, tables_of
from mobile.presenters.form_problems import Place
from mobile.presenters.form_progress import Progress
from mobile.presenters.form_session import FormSession
from mobile.presenters.form_undo import RemovedRow
from mobile.presenters.form_views import (
    NO_TEXT,
    ChoiceView,
    HeadingView,
    Item,
    LimitView,
    ProblemView,
    QuestionView,
    RowLine,
    RowLines,
    RowsView,
    Saved,
    SectionView,
)
from mobile.presenters.observed import Sentence
from shared.canonical import JsonValue
from shared.forms.definition import Group, Node, Question, Repeat, Text, stored_answer
from shared.forms.question_types import (
    CHOICE_TYPES,
    FILE_TYPES,
    NEVER_SHOWN,
    REFERENCE_TYPES,
    widget_of,
)
from shared.forms.validation import Problem, reason_key

CHOICES_SHOWN_MAX = 60
FAST = "fast-list"


@dataclass(slots=True)
class Said:
    """What the presenter knows beside the session: typed but unreadable texts, marks of saving,
    answers of the visit before (of the root, by field)."""

    typed: dict[Place, tuple[str, Text]] = field(default_factory=dict)
    saved: dict[Place, Saved] = field(default_factory=dict)
    previous: Mapping[str, JsonValue] = field(default_factory=dict)


class ItemMaker:
    """Views of one session."""

    def __init__(self, session: FormSession, words: AnswerWords, said: Said) -> None:
        self._session = session
        self._words = words
        self._said = said
        self._engine = session.engine
        self._form = session.definition
        self._tables = tables_of(self._form)
        self._views: dict[Place, QuestionView] = {}
        self._progress = Progress(session)
        self._listed: tuple[int, tuple[ProblemView, ...]] = (-1, ())

    def renew(self, changed: frozenset[Place]) -> None:
        """These questions look different now; none named: all of them."""
        if not changed:
            self._views.clear()
        for place in changed:
            self._views.pop(place, None)

    # -- sections ----------------------------------------------------------------------------

    def sections(self, current: str) -> tuple[SectionView, ...]:
        """Every page of the form with its progress."""
        counts, problems, comments = self._progress.counted()
        root = self._session.root
        return tuple(
            SectionView(
                key=section.key,
                label=self._text(root, section.label),
                relevant=self._engine.relevant(root, section.key),
                asked=counts[section.key][0],
                answered=counts[section.key][1],
                problems=problems.get(section.key, 0),
                comments=comments.get(section.key, 0),
                current=section.key == current,
            )
            for section in self._form.sections
        )

    def problems(self, most: int) -> tuple[ProblemView, ...]:
        """The first of the problems to show."""
        if self._listed[0] != self._session.stamp:
            found = self._session.visible_problems()[:most]
            self._listed = (self._session.stamp, tuple(self.problem(one) for one in found))
        return self._listed[1]

    def _text(self, record: str, text: Text) -> Text:
        """A text of the form with the answers that it names."""
        if "${" not in text.th and "${" not in text.en:
            return text
        say = self._engine.text
        return Text(say(record, text, "th"), say(record, text, "en"))

    def problem(self, problem: Problem) -> ProblemView:
        """One entry of the list of problems."""
        return ProblemView(
            problem.record_id,
            problem.key,
            problem.code,
            problem.severity == "hard",
            self._text(problem.record_id, problem.message),
            self._session.section_of(problem.record_id, problem.key),
            self._place_of(problem.record_id, problem.key),
        )

    def unreadable(self, record: str, key: str, message: Text) -> ProblemView:
        """What was typed and cannot be read, as an entry of the list of problems."""
        section = self._session.section_of(record, key)
        place = self._place_of(record, key)
        return ProblemView(record, key, "typed", True, message, section, place)

    def _place_of(self, record: str, key: str) -> Text:
        """The label of a question or repeat, behind the title of the row it is in."""
        if record not in self._engine.nodes:
            return NO_TEXT
        record_type = self._session.type_of(record)
        repeats = {repeat.key: repeat.label for repeat in self._form.repeats(record_type)}
        question = self._form.question(record_type, key)
        label = question.label if question is not None else repeats.get(key, NO_TEXT)
        label = self._text(record, label)
        if record == self._session.root:
            return label
        return _joined([self._row_title(record), label])

    # -- items -------------------------------------------------------------------------------

    def page(self, section: str) -> tuple[Item, ...]:
        """The items of a section of the root."""
        found = next((s for s in self._form.sections if s.key == section), None)
        if found is None or not self._engine.relevant(self._session.root, found.key):
            return ()
        return tuple(self._items(self._session.root, found.children, 0))

    def row_page(self, record: str) -> tuple[Item, ...]:
        """The items of a row that was entered."""
        repeat = self._form.repeat(self._session.type_of(record))
        return () if repeat is None else tuple(self._items(record, repeat.children, 0))

    def _items(self, record: str, nodes: tuple[Node, ...], depth: int) -> Iterator[Item]:
        for node in nodes:
            if not self._engine.relevant(record, node.key):
                continue
            if isinstance(node, Question):
                if node.type not in NEVER_SHOWN or node.type == "calculate":
                    yield self.question(record, node)
            elif isinstance(node, Group):
                atomic = node.merge == "atomic"
                label, hint = self._text(record, node.label), self._text(record, node.hint)
                yield HeadingView(node.key, label, hint, depth, atomic)
                yield from self._items(record, node.children, depth + 1)
            else:
                yield self.rows(record, node)

    def question(self, record: str, question: Question) -> QuestionView:
        """One question with everything said about its answer, as made before if it is the same."""
        # What a reference shows, or a calculation offers, may be said elsewhere: made anew.
        place = (record, question.key)
        keeps = question.refers_to is None and not question.calculation
        found = self._views.get(place) if keeps else None
        if found is None:
            found = self._views[place] = self._question(record, question)
        return found

    def _question(self, record: str, question: Question) -> QuestionView:
        session, engine, place = self._session, self._engine, (record, question.key)
        value = engine.value(record, question.key)
        problems = session.problems_at(record, question.key)
        first = problems[0] if problems else None
        typed, unreadable = self._said.typed.get(place, ("", None))
        lock = self._lock(record, question)
        reason = engine.nodes[record].stored.get(reason_key(question.key))
        choices, searchable = self._choices(record, question, value)
        limit = engine.limit(record, question.key)
        before: JsonValue = None
        if record == session.root and question.stored:
            found = stored_answer(question, self._said.previous)
            before = found if isinstance(found, (str, int, list, dict)) else None
        offered: JsonValue = None
        if lock is None and question.key in engine.nodes[record].logic.follows:
            offered = engine.offered(record).get(question.key)
        soft = first is not None and first.severity == "soft" and unreadable is None
        state = session.states.get(record)
        conflict = state is not None and question.field in state.conflicts()
        return QuestionView(
            record=record,
            key=question.key,
            widget=_widget(question),
            label=self._text(record, question.label),
            hint=self._text(record, question.hint),
            value=value,
            shown=self._words.answer(question, value),
            typed=typed,
            choices=choices,
            searchable=searchable,
            required=question.stored and engine.required(record, question.key),
            locked=lock is not None,
            lock_words=lock,
            problem=unreadable or (None if first is None else self._text(record, first.message)),
            hard=not soft,
            needs_reason=soft or isinstance(reason, str),
            reason=reason if isinstance(reason, str) else "",
            unit=question.unit,
            limit=None
            if limit is None
            else LimitView(limit.label, limit.least, limit.most, limit.unit),
            previous=self._words.answer(question, before),
            previous_value=before,
            comments=session.locks.about(record, _comment_keys(question)),
            conflict=conflict,
            saved=self._said.saved.get((record, question.field), ""),
            offered=self._words.answer(question, offered),
            offered_value=offered,
            cleared=self._words.answer(question, session.undo.cleared.get(place))
            if value is None
            else NO_TEXT,
            guidance=self._text(record, question.guidance_hint),
            media=media_view(question.media, self._form.files),
            parameters=question.parameters,
            appearance=appearance_of(question, self._tables),
            type=question.type,
        )

    def _lock(self, record: str, question: Question) -> Sentence | None:
        session = self._session
        lock = session.locks.question(
            record,
            question,
            session.parents,
            hard_problem=session.has_hard(record, question.key),
        )
        if lock is None and question.stored and self._engine.read_only(record, question.key):
            return READ_ONLY
        return lock

    def lock_of(self, record: str, key: str) -> Sentence | None:
        """Why a question may not be answered now, or None."""
        question = self._form.question(self._session.type_of(record), key)
        return None if question is None else self._lock(record, question)

    def _choices(
        self, record: str, question: Question, value: JsonValue
    ) -> tuple[tuple[ChoiceView, ...], bool]:
        if question.type == "range":  # words at places of the line
            marks = self._form.choice_lists.get(question.parameters.get("tick_labelset", ""))
            offered_marks = () if marks is None else marks.choices
            return tuple(ChoiceView(c.name, c.label, False) for c in offered_marks), False
        if question.type not in CHOICE_TYPES | REFERENCE_TYPES:
            return (), False
        target = question.refers_to
        if target is not None and target.kind in ("register", "record"):
            return (), True
        # A list may have 100,000 options: only those that would be shown are looked at.
        few = self._engine.search(record, question.key, "", CHOICES_SHOWN_MAX + 1)
        if target is not None and target.kind == "rows":
            few = self._engine.choices(record, question.key)
        if len(few) > CHOICES_SHOWN_MAX:
            return (), True
        if not few and question.choice_filter and Cascade(self._engine, record, question).open:
            return (), True
        chosen = set(value) if isinstance(value, list) else {value}
        offered = self._engine.choices(record, question.key) if question.randomize else few
        files = self._form.files
        return tuple(
            ChoiceView(c.name, c.label, c.name in chosen, media_view(c.media, files))
            for c in offered
        ), False

    # -- rows --------------------------------------------------------------------------------

    def rows(self, record: str, repeat: Repeat) -> RowsView:
        """A repeat with its rows as lines."""
        session, place = self._session, (record, repeat.key)
        found = session.problems_at(record, repeat.key)
        any_problem = bool(session.problems.at(record, repeat.key))
        lock = session.locks.rows(record, repeat, session.parents, problem=any_problem)
        ids = session.rows(repeat.record_type, record)
        made = repeat.rows_from is not None or bool(repeat.count)
        fast = FAST in repeat.appearance.split()
        return RowsView(
            record=record,
            key=repeat.key,
            record_type=repeat.record_type,
            label=self._text(record, repeat.label),
            hint=self._text(record, repeat.hint),
            rows=RowLines(ids, self.row_line),
            can_add=lock is None and len(ids) < repeat.rows_max and not made,
            problem=found[0].message if found else None,
            fast=fast,
            count=len(ids),
            pictures=_is_pictures(repeat),
            comments=session.locks.about(record, (repeat.key,)),
            can_delete=lock is None and not made,
            removed=tuple(
                (row.record, self.removed_title(row)) for row in session.undo.removed_from(*place)
            )
            if lock is None
            else (),
        )

    def removed_title(self, removed: RemovedRow) -> Text:
        """What a removed row was called."""
        fields = removed.rows[0][1].fields
        parts = [
            self._words.answer(question, value)
            for question in self._form.summary(removed.record_type).title
            if isinstance(value := stored_answer(question, fields), (str, int, list, dict))
        ]
        number = removed.place + 1
        return _joined(parts, " ") or Text(f"รายการที่ {number}", f"No. {number}")

    def row_line(self, record: str) -> RowLine:
        """A row in one line."""
        session, engine = self._session, self._engine
        node = engine.nodes[record]
        summary = self._form.summary(node.record_type)
        second = [
            self._words.answer(question, engine.value(record, question.key))
            for question in summary.lines
        ]
        pictures = (
            value
            for question in self._form.questions(node.record_type)
            if question.type in FILE_TYPES
            and isinstance(value := engine.value(record, question.key), dict)
        )
        picture = next((str(value.get("sha256", "")) for value in pictures), "")
        return RowLine(
            record=record,
            title=self._row_title(record),
            second=_joined(second),
            problems=session.problems_of(record),
            comments=len(session.locks.about_record(record)),
            answered=session.begun(record),
            picture=picture,
            made=session.is_made(record),
        )

    def _row_title(self, record: str) -> Text:
        node = self._engine.nodes[record]
        parts = [
            self._words.answer(question, self._engine.value(record, question.key))
            for question in self._form.summary(node.record_type).title
        ]
        title = _joined(parts, " ")
        if title:
            return title
        repeat = self._form.repeat(node.record_type)
        if repeat is not None and _is_pictures(repeat):
            return Text(f"ภาพที่ {node.position}", f"Photo {node.position}")
        return Text(f"รายการที่ {node.position}", f"No. {node.position}")


def _is_pictures(repeat: Repeat) -> bool:
    first = next((node for node in repeat.children if isinstance(node, Question)), None)
    return first is not None and _widget(first) == "photo"


def _joined(parts: list[Text], between: str = " · ") -> Text:
    return Text(
        between.join(part.th for part in parts if part.th),
        between.join(part.en for part in parts if part.en),
    )


def _comment_keys(question: Question) -> tuple[str, ...]:
    return (question.key, question.field) if question.group else (question.key,)


def _widget(question: Question) -> str:
    if question.type == "image" and "signature" in question.appearance.split():
        return "signature"
    return widget_of(question)
