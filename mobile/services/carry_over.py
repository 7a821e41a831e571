"""A draft moves forward to a newer version of its form, when its owner says so.

The version that was chosen is noted here and travels with the first answer under it: a record's
version is the highest that its edits name. Nothing is removed or rewritten; answers that the new
version has no place for stay in the record and are shown as kept aside.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from mobile.services.browse import Browser
from mobile.services.forms import FormLibrary
from mobile.store import settings
from mobile.store.database import TabletDatabase
from shared.forms.answers import RecordAnswers
from shared.forms.definition import FormDefinition, Question, Text
from shared.forms.upgrading import REFUSING, Aside, Judging, aside_of, upgrade
from shared.forms.validation import Problem


@dataclass(frozen=True, slots=True)
class Move:
    """What moving forward would mean: questions that come and go (their labels), answers that
    would be kept aside, what would have to be put right. `refused` when it cannot be done."""

    old: FormDefinition
    new: FormDefinition
    added: tuple[Text, ...]
    gone: tuple[Text, ...]
    aside: tuple[Aside, ...]
    blocked: tuple[Problem, ...]

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Why the record must stay with its version."""
        return tuple(one for one in self.blocked if one.code == REFUSING)


def chosen(connection: sqlite3.Connection, root: str) -> int:
    """The version to which a record was moved forward on this tablet, 0 for none."""
    return settings.read_int(connection, _name(root)) or 0


def _name(root: str) -> str:
    return f"forward:{root}"


class CarryOver:
    """Looks at what a newer version would change, and moves a record to it."""

    def __init__(
        self,
        database: TabletDatabase,
        library: FormLibrary,
        browser: Browser,
        today: Callable[[], date],
    ) -> None:
        self._database, self._library, self._browser = database, library, browser
        self._today = today

    def look(self, old: FormDefinition, answers: RecordAnswers) -> Move | None:
        """What a newer version in use would change; None when there is none. Allowed anywhere."""
        new = self._library.newest(old.form_id)
        if new is None or new.version <= old.version:
            return None
        judging = Judging(
            today=self._today(), codebooks=self._library.codebooks(), references=self._browser
        )
        found = upgrade(old, new, answers, judging=judging)
        return Move(old, new, _beyond(new, old), _beyond(old, new), found.kept_aside, found.blocked)

    def aside(self, form: FormDefinition, answers: RecordAnswers) -> list[tuple[Aside, Text]]:
        """What a version has no place for, each with what the question was called."""
        found = aside_of(form, answers)
        return [(one, self._label(form, one)) for one in found]

    def move(self, root: str, version: int) -> None:
        """Note that a record goes on under a version; runs where the database is written."""
        with self._database.writing() as connection:
            settings.write(connection, _name(root), version)

    def version_knowing(self, form: FormDefinition, aside: Aside) -> FormDefinition:
        """The newest version that has a place for what is kept aside."""
        for one in self._library.versions(form.form_id):
            if one.may_store(aside.record_type, aside.field):
                return one
        return form

    def _label(self, form: FormDefinition, aside: Aside) -> Text:
        return self.version_knowing(form, aside).label_of(aside.record_type, aside.field)


def _beyond(form: FormDefinition, other: FormDefinition) -> tuple[Text, ...]:
    """The labels of questions that one version asks and another does not."""
    return tuple(
        question.label or Text(question.name, question.name)
        for record_type in form.record_types()
        for question in form.questions(record_type)
        if other.question(record_type, question.key) is None and _is_asked(question)
    )


def _is_asked(question: Question) -> bool:
    return question.stored and question.type not in ("hidden", "metadata")
