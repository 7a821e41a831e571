"""A newer version of the form, offered in words, and what a version has no place for: aside."""

from __future__ import annotations

from dataclasses import replace

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.form_page import ALL, FormPage
from mobile.presenters.form_session import FormSession
from mobile.presenters.form_views import AsideView, FormState, MoveView, PlaceView
from mobile.presenters.observed import Words
from mobile.services.carry_over import Move
from shared.canonical import JsonValue
from shared.forms.definition import FormDefinition, Group, Question, Text
from shared.forms.question_types import CHOICE_TYPES, FILE_TYPES, TYPES
from shared.forms.upgrading import Aside

Kept = tuple[Aside, Text]


class FormVersions(FormPage):
    """What a record's version means for it."""

    _move: Move | None = None
    _move_view: MoveView | None = None
    _aside: list[Kept]
    _aside_views: tuple[AsideView, ...] = ()

    def _begun(self, session: FormSession) -> None:
        """Look behind for a newer version, and for what this one has no place for."""
        self._move, self._move_view = None, None
        self._aside, self._aside_views = [], ()
        form, answers = session.definition, session.answers_now()
        over, may = self._tablet.carry_over, session.locks.whole() is None
        new = session.opened.is_new

        def look() -> tuple[Move | None, list[Kept]]:
            aside = over.aside(form, answers)
            return (over.look(form, answers) if may and not new else None), aside

        def found(result: tuple[Move | None, list[Kept]]) -> None:
            if self._session is not session:
                return
            self._move, self._aside = result
            self._aside_views = tuple(self._aside_view(*one) for one in self._aside)
            self._move_view = None if self._move is None else self._view_of(self._move)
            if self._move is not None or self._aside:
                self._draw(ALL)

        self._tablet.run(look, found)

    def _with_versions(self, state: FormState) -> FormState:
        given_up = 0 if self._session is None else len(self._session.engine.world.overruns)
        return replace(state, move=self._move_view, aside=self._aside_views, given_up=given_up)

    # -- moving forward ----------------------------------------------------------------------

    def move_forward(self) -> bool:
        """Go on under the newer version; what was answered stays. False when it is refused."""
        session, move = self._session, self._move
        if session is None or move is None or move.refused:
            return False
        root, author = session.root, session.opened.author
        tablet, version = self._tablet, move.new.version

        def job() -> object:
            tablet.capture.close(session.opened)
            tablet.carry_over.move(root, version)
            return tablet.capture.open_record(root, author)

        def moved(opened: object) -> None:
            self._opened(opened)  # type: ignore[arg-type]
            words = Words("form.moved", {"version": _called(move.new)})
            self._show(replace(self.state, notice=words))

        self._tablet.run(job, moved, self._trouble)
        return True

    def _view_of(self, move: Move) -> MoveView:
        words = AnswerWords(move.old, self._tablet.library.codebooks(), self._title_of)
        return MoveView(
            version=_called(move.new),
            added=move.added,
            gone=move.gone,
            aside=tuple(
                (move.old.label_of(one.record_type, one.field), _said(words, move.old, one))
                for one in move.aside
            ),
            wrong=tuple(one.message for one in move.blocked if one not in move.refused),
            refused=tuple(one.message for one in move.refused),
        )

    # -- kept aside --------------------------------------------------------------------------

    def _aside_view(self, aside: Aside, label: Text) -> AsideView:
        session = self._session
        assert session is not None
        form = self._tablet.carry_over.version_knowing(session.definition, aside)
        words = AnswerWords(form, self._tablet.library.codebooks(), self._title_of)
        return AsideView(label, _said(words, form, aside), aside.reason)

    def places_for(self, number: int) -> tuple[PlaceView, ...]:
        """The questions into which an answer kept aside may be copied, unanswered ones first."""
        session, maker, words = self._session, self._maker, self._words
        if session is None or maker is None or words is None or number >= len(self._aside):
            return ()
        aside = self._aside[number][0]
        record = aside.record_id if aside.record_id in session.engine.nodes else session.root
        found: list[PlaceView] = []
        for question in session.definition.questions(session.type_of(record)):
            if self._takes(record, question, aside.value):
                answer = words.answer(question, session.engine.value(record, question.key))
                found.append(PlaceView(record, question.key, question.label, answer))
        return tuple(sorted(found, key=lambda place: bool(place.answer)))

    def copy_aside(self, number: int, record: str, key: str) -> bool:
        """Answer a question with what is kept aside, which stays there, too."""
        question = self._question(record, key)
        if number >= len(self._aside) or question is None:
            return False
        value = self._aside[number][0].value
        return self._takes(record, question, value) and self._take(record, key, value)

    def _takes(self, record: str, question: Question, value: JsonValue) -> bool:
        session = self._session
        if session is None or not question.stored or not self._may(record, question.key):
            return False
        if not session.engine.relevant(record, question.key):
            return False
        if question.type in CHOICE_TYPES:
            names = value if isinstance(value, list) else [value]
            offers = session.engine.offers
            known = all(isinstance(n, str) and offers(record, question.key, n) for n in names)
            if not known:
                return False
        is_file = isinstance(value, dict) and "sha256" in value
        if is_file != (question.type in FILE_TYPES):
            return False
        return TYPES[question.type].check(value) is None

    def _take(self, record: str, key: str, value: JsonValue) -> bool:
        """Answer; the acts of filling stand above this."""
        raise NotImplementedError


def _called(form: FormDefinition) -> str:
    return form.version_text or str(form.version)


def _said(words: AnswerWords, form: FormDefinition, aside: Aside) -> Text:
    """The value in words; of a group's part by the part's own question."""
    register = form.register(aside.record_type, aside.field)
    if isinstance(register, Question) and not isinstance(aside.value, dict):
        return words.answer(register, aside.value)
    if isinstance(register, Group) or isinstance(aside.value, dict):
        return words.field(aside.record_type, aside.field, aside.value)
    return words.field("", "", aside.value)
