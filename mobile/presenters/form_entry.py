"""The form: every act of filling. Each answer is saved as it is given.

The engine lives where things are drawn, so that an answer shows its consequences at once; the
saving runs behind and marks each question when its answer is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mobile.device.ports import Picture
from mobile.presenters.form_cascade import Cascade
from mobile.presenters.form_page import ALL
from mobile.presenters.form_problems import Place
from mobile.presenters.form_saves import Save
from mobile.presenters.form_search import search_of
from mobile.presenters.form_versions import FormVersions
from mobile.presenters.form_views import ChoiceView, ProblemView
from mobile.presenters.observed import Words, told
from mobile.presenters.rows import RowsPresenter
from mobile.services.annotate import Mark
from mobile.services.opened import OpenRecord
from mobile.services.tablet import Tablet
from shared.canonical import JsonValue
from shared.forms.definition import Text
from shared.forms.question_types import SEVERAL_TYPES, Unreadable, type_of


class FormPresenter(FormVersions):
    """One record being filled, with every act of its screen."""

    # -- answering ---------------------------------------------------------------------------

    def answer(self, record: str, key: str, value: JsonValue) -> bool:
        """Take an answer and save it. False when the question is locked."""
        session = self._session
        if session is None or not self._may(record, key):
            return False
        self._said.typed.pop((record, key), None)
        saves, changed = session.answer(record, key, value)
        self._save(saves, changed)
        question = self._question(record, key)
        if question is not None and question.refers_to is not None:
            self._look_up()
        return True

    def type_text(self, record: str, key: str, text: str) -> bool:
        """Take a typed answer; what cannot be read stays as typed with a sentence beside it."""
        question = self._question(record, key)
        if question is None or not self._may(record, key):
            return False
        read = type_of(question).read(text)
        if isinstance(read, Unreadable):
            self._said.typed[record, key] = (text, read.message)
            self._draw(frozenset({(record, key)}))
            return False
        session = self._session
        if session is not None and session.engine.value(record, key) == read.value:
            if self._said.typed.pop((record, key), None) is not None:
                self._draw(frozenset({(record, key)}))
            return True
        return self.answer(record, key, read.value)

    def _take(self, record: str, key: str, value: JsonValue) -> bool:
        return self.answer(record, key, value)

    def clear(self, record: str, key: str) -> bool:
        """Take the answer back; that it was cleared is evidence, too."""
        return self.answer(record, key, None)

    def undo_clear(self, record: str, key: str) -> bool:
        """Take a cleared answer back."""
        session = self._session
        value = None if session is None else session.undo.cleared.get((record, key))
        return value is not None and self.answer(record, key, value)

    def same_as_before(self, record: str, key: str) -> bool:
        """Answer as at the visit before."""
        session = self._session
        question = self._question(record, key)
        if session is None or question is None or self._maker is None:
            return False
        value = self._maker.question(record, question).previous_value
        return value is not None and self.answer(record, key, value)

    def give_reason(self, record: str, key: str, text: str) -> None:
        """Keep why a soft problem is right as it is."""
        session = self._session
        if session is not None and self._may(record, key):
            self._save(*session.reason(record, key, text))

    def take_offered(self, record: str, key: str) -> bool:
        """Answer what the form calculates."""
        session = self._session
        value = None if session is None else session.engine.offered(record).get(key)
        return value is not None and self.answer(record, key, value)

    def choose(self, record: str, key: str, name: str) -> bool:
        """Choose what was found by typing; it answers the open levels above, too."""
        session, question = self._session, self._question(record, key)
        if session is None or question is None or not self._may(record, key):
            return False
        option = session.engine.option(record, key, name)
        cascade = Cascade(session.engine, record, question)
        for above, value in cascade.fill(option) if option is not None else ():
            self.answer(record, above, value)
        return self.answer(record, key, name)

    def search_choices(self, record: str, key: str, text: str) -> list[ChoiceView]:
        """Options that contain what was typed: a codebook's rows, or a register's entries."""
        session, question = self._session, self._question(record, key)
        if session is None or question is None:
            return []
        return search_of(session, self._tablet, record, question, text).now()

    def find_choices(
        self, record: str, key: str, text: str, done: Callable[[list[ChoiceView]], None]
    ) -> None:
        """The same without keeping the screen waiting: `done` follows, often at once."""
        session, question = self._session, self._question(record, key)
        if session is None or question is None:
            return
        search = search_of(session, self._tablet, record, question, text)
        if search.behind:
            self._tablet.run(search.look, lambda found: done(search.show(found)))
        else:
            done(search.now())

    def label_of(self, record: str, key: str, name: str) -> Text:
        """What a chosen name of a question reads like."""
        question = self._question(record, key)
        if question is None or self._words is None:
            return Text(name, name)
        value: JsonValue = [name] if question.type in SEVERAL_TYPES else name
        return self._words.answer(question, value)

    @property
    def tablet(self) -> Tablet:
        """The tablet's services, for the lists that belong to this form."""
        return self._tablet

    def save_rows(self, saves: list[Save], changed: frozenset[Place]) -> None:
        """Save what a list of rows took in."""
        self._save(saves, changed)

    # -- files -------------------------------------------------------------------------------

    def attach_picture(self, record: str, key: str, picture: Picture) -> None:
        """Take a picture in as the answer of a question, as large as the form wants it."""
        question = self._question(record, key)
        asked = "" if question is None else question.parameters.get("max-pixels", "")
        side = int(asked) if asked.isdecimal() and len(asked) < 7 else 0
        self._attach(
            record, key, lambda: self._tablet.attacher.picture(picture.path, picture.name, side)
        )

    def attach_file(
        self,
        record: str,
        key: str,
        path: Path,
        name: str = "",
        ended: Callable[[Exception | None], None] | None = None,
    ) -> None:
        """Take sound, a film or a file in; `ended(None)` when it is the answer."""
        self._attach(record, key, lambda: self._tablet.attacher.file(path, name), ended)

    def draw_on(self, record: str, key: str, marks: Sequence[Mark]) -> None:
        """Draw on the picture that is the answer; what it was stays on the tablet."""
        session = self._session
        value = None if session is None else session.engine.value(record, key)
        if isinstance(value, dict) and marks:
            sha256 = str(value.get("sha256", ""))
            self._attach(record, key, lambda: self._tablet.attacher.annotated(sha256, marks))

    def attach_pictures(self, record: str, repeat_key: str, pictures: Iterable[Picture]) -> None:
        """Take pictures in, each as a new row of a repeat of pictures."""
        session = self._session
        repeat = self._repeat(record, repeat_key)
        if session is None or repeat is None:
            return
        for picture in pictures:
            image = next(
                (q for q in session.definition.questions(repeat.record_type) if q.type == "image"),
                None,
            )
            row = self.add_row(record, repeat_key) if image is not None else None
            if row is not None and image is not None:
                self.attach_picture(row, image.key, picture)

    def sign(self, record: str, key: str, png: bytes) -> None:
        """Take a signature in."""
        self._attach(record, key, lambda: self._tablet.attacher.signature_png(png))

    def _attach(
        self,
        record: str,
        key: str,
        take: Callable[[], JsonValue],
        ended: Callable[[Exception | None], None] | None = None,
    ) -> None:
        if self._session is None or not self._may(record, key):
            return
        self._said.saved[record, key] = "saving"
        self._draw(frozenset({(record, key)}))

        def failed(error: Exception) -> None:
            self._said.saved[record, key] = "not_saved"
            self._said.typed[record, key] = ("", told(error))
            self._draw(frozenset({(record, key)}))
            if ended is not None:
                ended(error)

        def taken(value: JsonValue) -> None:
            self.answer(record, key, value)
            if ended is not None:
                ended(None)

        self._tablet.run(take, taken, failed)

    # -- rows --------------------------------------------------------------------------------

    def add_row(self, record: str, repeat_key: str) -> str | None:
        """A new row, which exists from its first answer on; None when rows are locked or full."""
        session, repeat = self._session, self._repeat(record, repeat_key)
        if session is None or repeat is None or self._maker is None:
            return None
        if not self._maker.rows(record, repeat).can_add:
            return None
        row = session.add_row(record, repeat)
        self._draw(frozenset({(record, repeat_key)}))
        return row

    def delete_row(self, row: str, reason: str = "") -> bool:
        """Delete a row; False when rows are locked or the form makes it itself."""
        session = self._session
        if session is None or row not in session.engine.nodes or session.is_made(row):
            return False
        parent, key = session.parents.above(row)[0]
        repeat = self._repeat(parent, key)
        if repeat is None:
            return False
        wrong = bool(session.problems.at(parent, key))
        if session.locks.rows(parent, repeat, session.parents, problem=wrong) is not None:
            return False
        was_saved = session.remove_row(row)
        if row in self._path:
            del self._path[self._path.index(row) :]
        if was_saved:
            opened = session.opened
            self._act(lambda: self._tablet.capture.delete(opened, row, reason))
        self._draw(frozenset({(parent, key)}))
        return True

    def restore_row(self, row: str) -> bool:
        """Take a row back that was removed while the form is open."""
        session = self._session
        removed = None if session is None else session.restore_row(row)
        if session is None or removed is None:
            return False
        if removed.saved:
            opened = session.opened
            self._act(lambda: self._tablet.capture.restore(opened, row))
        self._draw(ALL)
        return True

    def rows(self, record: str, repeat_key: str) -> RowsPresenter | None:
        """The fast list of a repeat (roster, statements), on this form's session."""
        session, repeat = self._session, self._repeat(record, repeat_key)
        if session is None or repeat is None or self._maker is None or self._words is None:
            return None
        return RowsPresenter(self, session, self._maker, self._words, record, repeat)

    # -- handing in --------------------------------------------------------------------------

    def check(self) -> tuple[ProblemView, ...]:
        """What must be put right before handing in; from now on every problem is shown."""
        session, maker = self._session, self._maker
        if session is None or maker is None or session.locks.whole() is not None:
            return ()
        found = [maker.problem(p) for p in session.judge_all() if p.severity == "hard"]
        found += [
            maker.unreadable(record, key, message)
            for (record, key), (typed, message) in self._said.typed.items()
            if typed
        ]
        self._draw(ALL)
        return tuple(found)

    def submit(self) -> bool:
        """Hand the record in, or show what must be put right first."""
        session = self._session
        if session is None or session.locks.whole() is not None:
            return False
        if self._unsaved:
            self.save_again()
            self._show(replace(self.state, notice=Words("form.not_saved")))
            return False
        hard = [p for p in session.judge_all() if p.severity == "hard"]
        unreadable = [place for place, (typed, _) in self._said.typed.items() if typed]
        if hard or unreadable:
            self.go_to(*((hard[0].record_id, hard[0].key) if hard else unreadable[0]))
            count = len(hard) + len(unreadable)
            self._show(replace(self.state, notice=Words("form.problems", {"count": count})))
            return False
        opened, ending = session.opened, session.ending()
        if ending:
            self._save(ending, ALL)
        self._act(lambda: self._tablet.capture.submit(opened), lambda: self._handed_in(opened))
        return True

    def _handed_in(self, opened: OpenRecord) -> None:
        self._tablet.synchroniser.nudge()
        self._opened(opened)
        self._show(replace(self.state, notice=Words("form.handed_in")))

    # -- the register's offer ----------------------------------------------------------------

    def take_offer(self) -> None:
        """Take differing answers over into the register: an ordinary change there."""
        offer = self._offer
        if offer is None:
            return
        author, capture = self._tablet.author(), self._tablet.capture

        def done() -> None:
            self._look_up(again=True)
            self._show(replace(self.state, notice=Words("form.register_updated")))

        self._act(
            lambda: capture.update_register(offer.state, offer.values, offer.seen, author), done
        )

    def dismiss_offer(self) -> None:
        """Leave the register as it is, for this opening."""
        self._declined = True
        self._draw(ALL)
