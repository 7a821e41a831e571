"""One open record on the screen: opening, moving between its pages, saving behind, drawing.

The acts of filling are in `form_entry`; this is the part that every act stands on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.form_items import ItemMaker, Said
from mobile.presenters.form_locks import NO_ROOM
from mobile.presenters.form_offer import Offer, RegisterEntry, look_up, offer_of
from mobile.presenters.form_problems import Place
from mobile.presenters.form_saves import Save
from mobile.presenters.form_session import FormSession
from mobile.presenters.form_views import FormState, Item, Saved
from mobile.presenters.form_world import surroundings_of
from mobile.presenters.observed import Observed, Words, told
from mobile.services.opened import OpenRecord
from mobile.services.tablet import Tablet
from shared.errors import NotFound, StorageFull
from shared.forms.definition import Question, Repeat

ALL: frozenset[Place] = frozenset()
PROBLEMS_SHOWN_MAX: Final = 100
Page = TypeVar("Page", bound="FormPage")


class FormPage(Observed[FormState]):
    """One record being filled. `begin` makes a new one, `open` shows one that exists."""

    def __init__(self, tablet: Tablet) -> None:
        super().__init__(FormState())
        self._tablet = tablet
        self._session: FormSession | None = None
        self._maker: ItemMaker | None = None
        self._words: AnswerWords | None = None
        self._said = Said()
        self._section = ""
        self._path: list[str] = []
        self._unsaved: list[Save] = []
        self._waiting = 0
        self._blocked: Words | None = None
        self._entry: RegisterEntry | None = None
        self._offer: Offer | None = None
        self._declined = False
        self._titles: dict[str, str] = {}

    # -- opening and leaving -----------------------------------------------------------------

    def open(self: Page, root: str) -> Page:
        """Show a record of this tablet."""
        author = self._tablet.author()
        self._tablet.run(
            lambda: self._tablet.capture.open_record(root, author), self._opened, self._gone
        )
        return self

    def begin(self: Page, form_id: str, scope: str) -> Page:
        """Show a new, empty record; it exists from its first answer on."""
        author = self._tablet.author()
        self._tablet.run(
            lambda: self._tablet.capture.begin_record(form_id, scope, author),
            self._opened,
            self._gone,
        )
        return self

    def _gone(self, error: Exception) -> None:
        words = Words("form.gone") if isinstance(error, NotFound) else told(error)
        self._show(replace(self.state, phase="gone", notice=words))

    def _opened(self, opened: OpenRecord) -> None:
        form = opened.definition
        if form is None:
            self._show(replace(self.state, phase="gone", notice=Words("form.not_here")))
            return
        tablet = self._tablet
        self._words = AnswerWords(form, tablet.library.codebooks(), self._title_of)
        self._session = FormSession(
            opened,
            form,
            tablet.library.codebooks(),
            tablet.browser,
            tablet.now,
            tablet.capture.new_id,
            tablet.capture.has_room(),
            surroundings_of(tablet, opened),
        )
        self._maker = ItemMaker(self._session, self._words, self._said)
        sections = self._maker.sections("")
        asked = (s.key for s in sections if s.relevant and s.comments)
        self._section = next(asked, next((s.key for s in sections if s.relevant), ""))
        self._look_up()
        self._draw(ALL)
        self._begun(self._session)

    def _begun(self, session: FormSession) -> None:
        """A record was opened: what else there is to know of it."""

    def _with_versions(self, state: FormState) -> FormState:
        """The state with what is known of other versions."""
        return state

    def leave(self) -> None:
        """The person goes elsewhere: what was answered is sealed."""
        session = self._session
        if session is not None and self.state.phase != "left":
            self._tablet.run(lambda: self._tablet.capture.close(session.opened), self._sealed)
        self._show(replace(self.state, phase="left"))

    def _sealed(self, made: Sequence[object]) -> None:
        if made:
            self._tablet.synchroniser.nudge()

    # -- moving ------------------------------------------------------------------------------

    def go(self, section: str) -> None:
        """Show another page; what is still unanswered on the one left is shown from now on."""
        session = self._session
        if session is not None:
            left = self._section
            session.touch(
                place for place in session.problems.places() if session.section_of(*place) == left
            )
        self._section, self._path = section, []
        self._draw(ALL)

    def go_to(self, record: str, key: str) -> None:
        """Show the page (and row) where a question is: a tap on a problem."""
        session = self._session
        if session is None or record not in session.engine.nodes:
            return
        self._section = session.section_of(record, key) or self._section
        self._path = [row for row, _ in reversed(session.parents.above(record))][1:]
        if record != session.root:
            self._path.append(record)
        self._draw(ALL)

    def enter(self, row: str) -> None:
        """Show the questions of a row."""
        session = self._session
        if session is not None and row in session.engine.nodes:
            self.go_to(row, "")

    def back(self) -> bool:
        """Leave the row entered; False when at the top of the form."""
        if not self._path:
            return False
        self._path.pop()
        self._draw(ALL)
        return True

    def items_of(self, section: str) -> tuple[Item, ...]:
        """The items of another page, to be made ready before it is shown."""
        return () if self._maker is None else self._maker.page(section)

    def items_of_row(self, row: str) -> tuple[Item, ...]:
        """The items of a row's page, to be made ready before it is shown."""
        session, maker = self._session, self._maker
        if session is None or maker is None or row not in session.engine.nodes:
            return ()
        return maker.row_page(row)

    # -- saving ------------------------------------------------------------------------------

    def save_again(self) -> None:
        """Try to save what could not be saved."""
        self._save([], ALL)

    def _save(self, saves: list[Save], changed: frozenset[Place]) -> None:
        """Save behind; the marks of what is saved follow."""
        session = self._session
        if session is None:
            return
        opened = session.opened
        waiting, self._unsaved = [*self._unsaved, *saves], []
        places = [(save.record, name) for save in waiting for name in save.values]
        for place in places:
            self._said.saved[place] = "saving"
        self._waiting += 1

        def job() -> None:
            for save in waiting:
                _carry_out(self._tablet, opened, save)

        def done(_: object) -> None:
            self._waiting -= 1
            if self._blocked is not None and self._tablet.capture.has_room():
                self._blocked, session.locks.has_room = None, True
                self._draw(ALL)
            self._mark(places, "saved")

        def failed(error: Exception) -> None:
            self._waiting -= 1
            self._unsaved = [*waiting, *self._unsaved]
            self._trouble(error)
            self._draw(ALL)
            self._mark(places, "not_saved")

        drawn = changed | self._drawn(places)
        self._tablet.run(job, done, failed)
        self._draw(drawn)

    def _mark(self, places: Sequence[Place], saved: Saved) -> None:
        for place in places:
            self._said.saved[place] = saved
        self._draw(self._drawn(places))

    def _drawn(self, places: Sequence[Place]) -> frozenset[Place]:
        """The questions of these fields: the parts of an atomic group are drawn together."""
        session = self._session
        out: set[Place] = set(places)
        for record, name in places:
            if session is not None and record in session.engine.nodes:
                questions = session.definition.questions(session.type_of(record))
                out |= {(record, q.key) for q in questions if q.group == name}
        return frozenset(out)

    def _act(self, job: Callable[[], object], done: Callable[[], None] | None = None) -> None:
        """Run an act behind the saves before it."""

        def failed(error: Exception) -> None:
            self._trouble(error)
            self._draw(ALL)

        self._tablet.run(job, lambda _: None if done is None else done(), failed)

    def _trouble(self, error: Exception) -> None:
        if isinstance(error, StorageFull):
            self._blocked = NO_ROOM
            if self._session is not None:
                self._session.locks.has_room = False
        self._show(replace(self.state, notice=told(error)))

    # -- drawing -----------------------------------------------------------------------------

    def _draw(self, changed: frozenset[Place]) -> None:
        session, maker = self._session, self._maker
        if session is None or maker is None or self.state.phase == "left":
            return
        maker.renew(changed)
        locks = session.locks
        self._path = [row for row in self._path if row in session.engine.nodes]
        focus = self._path[-1] if self._path else ""
        top = session.states.get(session.root)
        saved: Saved = "saving" if self._waiting else ("saved" if self._said.saved else "")
        self._offer = None if self._declined else offer_of(session, self._entry, self._tablet)
        state = FormState(
            phase="filling",
            title=session.definition.title,
            record_title=session.definition.title_of(session.engine.root.stored),
            root=session.root,
            status=str(locks.status) if session.definition.workflow == "review" else "",
            version=session.definition.version,
            sections=maker.sections(self._section),
            section=self._section,
            focus=focus,
            crumbs=tuple((row, maker.row_line(row).title) for row in self._path),
            items=maker.row_page(focus) if focus else maker.page(self._section),
            problems=maker.problems(PROBLEMS_SHOWN_MAX),
            problem_count=len(session.visible_problems()),
            conflicts=0 if top is None else self._conflicts(session),
            message=locks.message,
            comments=len(locks.comments),
            locked=locks.whole() is not None,
            lock_words=locks.whole(),
            can_submit=session.definition.workflow == "review" and locks.whole() is None,
            saved="not_saved" if self._unsaved else saved,
            notice=self.state.notice if changed else None,
            blocked=self._blocked or (None if locks.has_room else NO_ROOM),
            offer=None if self._offer is None else self._offer.view,
            changed=changed,
        )
        self._show(self._with_versions(state))

    @staticmethod
    def _conflicts(session: FormSession) -> int:
        return sum(len(state.conflicts()) for state in session.states.values())

    def _title_of(self, record: str) -> str:
        session = self._session
        if session is not None and record in session.engine.nodes:
            return session.engine.row_title(record).th
        if record not in self._titles:
            line = self._tablet.browser.line(record)
            self._titles[record] = "" if line is None else line.title
        return self._titles[record]

    # -- the entry of the register that the record refers to -----------------------------------

    def _look_up(self, *, again: bool = False) -> None:
        """Fetch the register's entry and the visit before, when the reference is a new one."""
        session = self._session
        if session is None:
            return
        wanted = look_up(session, self._tablet)
        if wanted is None:
            self._entry, self._said.previous = None, {}
            return
        if self._entry is not None and self._entry.record == wanted.record and not again:
            return
        self._entry = wanted

        def done(found: RegisterEntry) -> None:
            if self._entry is wanted:
                self._entry = found
                self._said.previous = found.previous
                self._draw(ALL)

        self._tablet.run(wanted.fetch, done)

    # -- looking up --------------------------------------------------------------------------

    def _question(self, record: str, key: str) -> Question | None:
        session = self._session
        if session is None or record not in session.engine.nodes:
            return None
        return session.definition.question(session.type_of(record), key)

    def _repeat(self, record: str, key: str) -> Repeat | None:
        session = self._session
        if session is None or record not in session.engine.nodes:
            return None
        found = session.definition.repeats(session.type_of(record))
        return next((repeat for repeat in found if repeat.key == key), None)

    def _may(self, record: str, key: str) -> bool:
        return (
            self._maker is not None
            and self._question(record, key) is not None
            and self._maker.lock_of(record, key) is None
        )


def _carry_out(tablet: Tablet, opened: OpenRecord, save: Save) -> None:
    if save.begins is None:
        tablet.capture.answer_all(opened, save.record, save.values)
    else:
        begins = save.begins
        tablet.capture.add_row(
            opened,
            begins.parent,
            begins.record_type,
            save.values,
            record=save.record,
        )
