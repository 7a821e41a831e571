"""Staff in the office: they look at a page, somebody else changes the record, and then they act."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import RecordRow
from server.services.read_record_page import read_record_tree
from server.services.record_staff_change import StaffChange, record_staff_change
from server.services.review_record import Review, review_record
from server.store.office import Office
from shared.errors import SurveyError
from shared.records.state import Comment, RecordState
from shared.records.workflow import Status
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.simulation.ledger import Ledger, displayed, listed, value_of
from tests.simulation.officer import FIELDS


@dataclass(slots=True)
class Page:
    """A record as it was rendered: what `seen` and an approval name."""

    root: str
    states: tuple[RecordState, ...]
    content: str


@dataclass
class Reviewer:
    """One reviewer with one page open."""

    person: str
    office: Office
    ledger: Ledger
    source: random.Random
    say: Callable[..., None]
    page: Page | None = None

    def act(self) -> None:
        """Look, or act on what was looked at some time ago."""
        if self.page is None or self.source.random() < 0.3:
            self._look()
            return
        page, self.page = self.page, None
        what = self.source.choice(("edit", "edit", "resolve", "return", "approve"))
        try:
            getattr(self, f"_{what}")(page)
        except SurveyError as reason:
            self.say("office", what, reason.code, reason.facts.get("reason"))
        else:
            self.say("office", what)

    def _look(self) -> None:
        with self.office.database.reading() as session:
            there = set(session.scalars(select(RecordRow.root)))
            roots = [root for root in self.ledger.roots if root in there]
            if not roots:
                return
            # The review queue first; the register of factories is looked at now and then.
            queue = [root for root in roots if root in self._queue(session)]
            root = self.source.choice(queue if queue and self.source.random() < 0.6 else roots)
            tree = read_record_tree(session, root, None)
        self.page = Page(tree.row.id, tree.states(), tree.content)
        self.ledger.contents.setdefault(tree.row.id, set()).add(tree.content)

    def _queue(self, session: Session) -> set[str]:
        """Records that wait for a decision."""
        waiting = select(RecordRow.root).where(RecordRow.status.in_(("submitted", "approved")))
        return set(session.scalars(waiting))

    def _edit(self, page: Page) -> None:
        state = self.source.choice([s for s in page.states if s.type in FIELDS])
        name = self.source.choice(FIELDS[state.type])
        seen = tuple(s.dot.id for s in state.fields.get(name, ())[:1])
        self._write(state, name, Operation.SET, seen, displayed(state, name))

    def _resolve(self, page: Page) -> None:
        for state in page.states:
            for name in sorted(set(state.conflicts()) & set(FIELDS.get(state.type, ()))):
                seen = tuple(s.dot.id for s in state.fields[name])
                return self._write(state, name, Operation.RESOLVE, seen, listed(state, name))
        return None

    def _write(
        self,
        state: RecordState,
        name: str,
        operation: Operation,
        seen: tuple[str, ...],
        shown: frozenset[int],
    ) -> None:
        save = self.ledger.begin("office", state.record, name, shown)
        writes = {name: FieldWrite(value_of(save.number, name), seen)}
        edit = RecordEdit(
            state.record,
            state.type,
            state.form,
            state.version,
            operation,
            base=state.revision,
            writes=writes,
        )
        change = StaffChange(self.person, (edit,), self.office.ids.new())
        record_staff_change(self.office, change)
        if self.source.random() < 0.2:
            record_staff_change(self.office, change)
        save.confirmed = True

    def _return(self, page: Page) -> None:
        comment = Comment(self.office.ids.new(), page.root, "place/paper_no", "see again")
        review_record(
            self.office,
            Review(self.person, page.root, Status.RETURNED, page.content, "again", (comment,)),
        )

    def _approve(self, page: Page) -> None:
        review_record(self.office, Review(self.person, page.root, Status.APPROVED, page.content))
