"""Staff in the office: they look at a page, somebody else changes the record, and then they act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile.services.opened import dots_below
from server.models import RecordRow
from server.services.read_record_page import read_record_tree
from server.services.record_staff_change import StaffChange, record_staff_change
from server.services.resolve_conflict import settle_deletion
from server.services.review_record import Review, review_record
from server.store.office import Office
from shared.canonical import JsonValue
from shared.errors import SurveyError
from shared.records.state import EXISTENCE, Comment, RecordState
from shared.records.workflow import Status
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.simulation.faults import Happened
from tests.simulation.house import TROUBLES, House
from tests.simulation.ledger import Ledger, displayed, driven_of, listed, value_of
from tests.simulation.officer import FIELDS
from tests.simulation.steps import Chance


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
    house: House
    ledger: Ledger
    chance: Chance
    happened: Happened
    say: Callable[..., None]
    page: Page | None = None
    fair: bool = False

    @property
    def office(self) -> Office:
        """The running office."""
        return self.house.office

    def act(self, what: str = "") -> None:
        """Look, or act on what was looked at some time ago (or just now)."""
        chosen = what or self.chance.source.choice(("look", "edit", "edit", "resolve", "approve"))
        if self.page is None:
            self._look()
        if self.page is None or chosen == "look":
            return
        page, self.page = self.page, None
        try:
            getattr(self, f"_{chosen}")(page)
        except SurveyError as reason:
            self.say("office", chosen, reason.code, reason.facts.get("reason"))
        else:
            self.say("office", chosen)
        if self.chance.happens(0.5):
            self._look()

    def _look(self) -> None:
        with self.office.database.reading() as session:
            there = set(session.scalars(select(RecordRow.root)))
            roots = [root for root in self.ledger.roots if root in there]
            if not roots:
                return
            # The review queue first; the register of factories is looked at now and then.
            queue = [root for root in roots if root in self._queue(session)]
            root = self.chance.source.choice(queue if queue and self.chance.happens(0.6) else roots)
            tree = read_record_tree(session, root, None)
        self.page = Page(tree.row.id, tree.states(), tree.content)
        self.ledger.contents.setdefault(tree.row.id, set()).add(tree.content)

    def _queue(self, session: Session) -> set[str]:
        """Records that wait for a decision."""
        waiting = select(RecordRow.root).where(RecordRow.status.in_(("submitted", "approved")))
        return set(session.scalars(waiting))

    def _edit(self, page: Page) -> None:
        state = self.chance.source.choice([s for s in page.states if s.type in FIELDS])
        name = self.chance.source.choice(FIELDS[state.type])
        seen = tuple(s.dot.id for s in state.fields.get(name, ())[:1])
        self._write(
            state, name, Operation.SET, seen, displayed(state, name), driven_of(page.states)
        )

    def _resolve(self, page: Page) -> None:
        for state in page.states:
            for name in sorted(set(state.conflicts()) & set(FIELDS.get(state.type, ()))):
                seen = tuple(s.dot.id for s in state.fields[name])
                return self._write(
                    state,
                    name,
                    Operation.RESOLVE,
                    seen,
                    listed(state, name),
                    driven_of(page.states),
                )
        return None

    def _write(
        self,
        state: RecordState,
        name: str,
        operation: Operation,
        seen: tuple[str, ...],
        shown: frozenset[int],
        beside: frozenset[int],
    ) -> None:
        save = self.ledger.begin("office", state.record, name, shown)
        save.beside = beside
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
        self._save(change)
        save.confirmed = True

    def _save(self, change: StaffChange) -> None:
        """A page that gets no answer is sent again, as it was; now and then it is sent twice."""
        done = None
        for fault in self._troubles():
            done = self.house.under(fault, lambda: record_staff_change(self.office, change))
        if done is None or self.chance.happens(0.2):
            record_staff_change(self.office, change)

    def _troubles(self) -> tuple[str, ...]:
        if not self.fair and self.chance.happens(0.15):
            return (self.chance.source.choice(tuple(TROUBLES)),)
        return ()

    def _delete(self, page: Page) -> None:
        """Delete a row or a whole record, or take a deletion back, over all that the page shows."""
        state = self.chance.source.choice([s for s in page.states if s.type in FIELDS])
        act = "restore" if state.deleted else "delete"
        below = {s.record: s for s in page.states}
        value: JsonValue = {"act": act, "reason": "twice"}
        edit = RecordEdit(
            state.record,
            state.type,
            state.form,
            state.version,
            Operation.DELETE if act == "delete" else Operation.RESTORE,
            base=state.revision,
            writes={EXISTENCE: FieldWrite(value, dots_below(below, state.record))},
        )
        change = StaffChange(self.person, (edit,), self.office.ids.new())
        self._save(change)
        self.ledger.existence(state.record, change.id, act)

    def _dispute(self, page: Page) -> None:
        """Settle a deletion that somebody's save had not seen."""
        with self.office.database.reading() as session:
            disputed = set(session.scalars(select(RecordRow.id).where(RecordRow.disputed)))
        below = {s.record: s for s in page.states}
        found = [s for s in page.states if s.record in disputed]
        if not found:
            return
        state = self.chance.source.choice(found)
        keep, name = self.chance.happens(0.5), self.office.ids.new()
        seen = dots_below(below, state.record)
        settle_deletion(
            self.office,
            self.person,
            state.record,
            keep=keep,
            reason="looked at",
            seen=seen,
            change_id=name,
        )
        self.happened.note("deletion_settled")
        self.ledger.existence(state.record, name, "restore" if keep else "delete")

    def _return(self, page: Page) -> None:
        comment = Comment(self.office.ids.new(), page.root, "place/paper_no", "see again")
        review_record(
            self.office,
            Review(self.person, page.root, Status.RETURNED, page.content, "again", (comment,)),
        )

    def _approve(self, page: Page) -> None:
        review_record(self.office, Review(self.person, page.root, Status.APPROVED, page.content))
