"""A form being tried out: its answers, carried in the page itself, signed and bounded.

Nothing of a preview is stored: the answers travel in the page, from which the engine is made anew
for every request. Whoever closes the page has forgotten them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from server.web.preview_subject import Subject
from shared.canonical import JsonValue, canonical_text
from shared.errors import CanonicalError
from shared.forms.answers import RecordAnswers, ReferenceLookup, RowAnswers
from shared.forms.logic import FormEngine, Surroundings

DRAFT_LETTERS_MAX: Final = 400_000
"""How much a preview carries: a tenth of what a form of a page may bring."""
ROWS_MAX: Final = 200
ROUNDS_MAX: Final = 6
Place = tuple[str, str]


@dataclass(slots=True)
class Draft:
    """The answers so far. `shown` are the questions that the page asked, `tried` whether the
    person pressed the check; `full` says that the last answers were too much to carry."""

    root: str
    fields: dict[str, JsonValue] = field(default_factory=dict)
    rows: list[tuple[str, str, str, dict[str, JsonValue]]] = field(default_factory=list)
    shown: list[Place] = field(default_factory=list)
    section: str = ""
    tried: bool = False

    def plain(self) -> dict[str, Any]:
        """What the page carries."""
        return {
            "root": self.root,
            "fields": self.fields,
            "rows": [list(row) for row in self.rows],
            "shown": [list(place) for place in self.shown],
            "section": self.section,
            "tried": self.tried,
        }


def draft_of(carried: dict[str, Any]) -> Draft:
    """A draft as the page brought it; it was signed here."""
    return Draft(
        root=carried["root"],
        fields=dict(carried["fields"]),
        rows=[(row[0], row[1], row[2], dict(row[3])) for row in carried["rows"]],
        shown=[(place[0], place[1]) for place in carried["shown"]],
        section=carried["section"],
        tried=carried["tried"],
    )


@dataclass(slots=True)
class Trial:
    """A draft under its form's engine."""

    subject: Subject
    draft: Draft
    engine: FormEngine
    new_id: Callable[[], str]
    full: bool = False

    @property
    def root(self) -> str:
        """The id of the record that is tried out."""
        return self.draft.root

    def answer(self, record: str, key: str, value: JsonValue) -> None:
        """Take an answer, and what the form offers for it, as the tablet does."""
        self.engine.set(record, key, value)
        for offered, other in self.engine.prefill(record, key).items():
            if self.engine.field_value(record, offered) != other:
                self.engine.set(record, offered, other)

    def add_row(self, record_type: str, parent: str) -> bool:
        """A new row with its defaults; False where the preview or the form takes no more."""
        repeat = self.subject.form.repeat(record_type)
        node = self.engine.nodes.get(parent)
        if repeat is None or node is None or node.record_type != repeat.parent_type:
            return False
        if len(self.engine.nodes) > ROWS_MAX:
            self.full = True
            return False
        if len(self.engine.rows(record_type, parent)) >= repeat.rows_max:
            return False
        record = self.new_id()
        self.engine.add_row(record_type, record, {}, parent)
        self._take_defaults(record)
        return True

    def remove_row(self, record: str) -> None:
        """Take a row out, with all below it."""
        if record in self.engine.nodes and record != self.root:
            self.engine.remove_row(record)

    def settle(self) -> None:
        """Let the form do what it does by itself: follow its calculations, make its rows."""
        self.engine.follow()
        for _ in range(ROUNDS_MAX):
            missing = self.engine.missing_rows()
            made = missing[: max(0, ROWS_MAX + 1 - len(self.engine.nodes))]
            self.engine.add_rows(made)
            for _, row in made:
                self._take_defaults(row.record_id)
            if len(made) < len(missing):
                self.full = True
                return
            self.engine.follow()
            if not made:
                return

    def begin(self) -> None:
        """The first values of a new record."""
        self._take_defaults(self.root)
        self.settle()

    def _take_defaults(self, record: str) -> None:
        for name, value in self.engine.defaults(record).items():
            if value is not None and self.engine.field_value(record, name) in (None, {}):
                self.engine.set(record, name, value)

    def keep(self) -> bool:
        """Bring the draft up to date; False when it has grown beyond what a page carries."""
        before = (self.draft.fields, self.draft.rows)
        nodes = self.engine.nodes
        self.draft.fields = dict(nodes[self.root].stored)
        self.draft.rows = [
            (node.record_type, node.record_id, node.parent.record_id, dict(node.stored))
            for node in nodes.values()
            if node.parent is not None
        ]
        try:
            size = len(canonical_text(self.draft.plain()))
        except CanonicalError:
            size = DRAFT_LETTERS_MAX + 1
        if size <= DRAFT_LETTERS_MAX:
            return True
        self.draft.fields, self.draft.rows = before
        return False


def open_trial(
    subject: Subject,
    draft: Draft | None,
    *,
    now: datetime,
    new_id: Callable[[], str],
    references: ReferenceLookup,
    properties: dict[str, str],
    language: str,
) -> Trial:
    """The draft under its form, or a new one with the form's first values."""
    fresh = draft is None
    draft = draft or Draft(new_id())
    rows: dict[str, list[RowAnswers]] = {}
    for record_type, record, parent, fields in draft.rows:
        above = "" if parent == draft.root else parent
        rows.setdefault(record_type, []).append(RowAnswers(record, fields, above))
    engine = FormEngine(
        subject.form,
        RecordAnswers(draft.root, draft.fields, rows),
        today=now,
        codebooks=subject.codebooks,
        references=references,
        language=language,
        surroundings=Surroundings(properties=properties, uuid=new_id),
    )
    trial = Trial(subject, draft, engine, new_id)
    if fresh:
        trial.begin()
    return trial
