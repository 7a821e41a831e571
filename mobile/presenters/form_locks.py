"""Which questions may be answered: by status, by what the reviewer asked, by who answers.

A record handed in or approved is locked. One that was sent back unlocks what the reviewer
commented on, and whatever has a hard problem (a correction can make another question necessary).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mobile.presenters.observed import Words
from shared.forms.definition import FormDefinition, Question, Repeat
from shared.records.state import Comment, RecordState, WorkflowState
from shared.records.workflow import Status

SUBMITTED = Words("lock.submitted")
APPROVED = Words("lock.approved")
NOT_ASKED = Words("lock.not_asked")
OFFICE = Words("lock.office")
READ_ONLY = Words("lock.read_only")
NO_ROOM = Words("lock.no_room")
DELETED = Words("lock.deleted")
DISPUTED = Words("lock.disputed")


@dataclass(frozen=True, slots=True)
class Parents:
    """Parent and repeat key of each row: to find what a comment higher up covers."""

    by_row: Mapping[str, tuple[str, str]]

    def above(self, record: str) -> list[tuple[str, str]]:
        """(record, repeat key) of everything a row lies in, nearest first."""
        out: list[tuple[str, str]] = []
        while record in self.by_row and len(out) < 16:
            parent, key = self.by_row[record]
            out.append((parent, key))
            record = parent
        return out


class FormLocks:
    """The locks of one open record."""

    def __init__(
        self, definition: FormDefinition, root: str, state: RecordState | None, has_room: bool
    ) -> None:
        self._root = root
        self.has_room = has_room
        flow = state.workflow if state is not None else None
        self._reviewed = definition.workflow == "review"
        self._deleted = state is not None and state.deleted
        self._disputed = state is not None and state.disputed
        self._flow = flow if flow is not None and self._reviewed else WorkflowState()

    @property
    def status(self) -> Status:
        """The record's status; draft for registers, which have none."""
        return self._flow.status

    @property
    def comments(self) -> tuple[Comment, ...]:
        """The reviewer's comments, while the record is sent back."""
        return self._flow.comments if self.status is Status.RETURNED else ()

    @property
    def message(self) -> str:
        """What the reviewer wrote, while the record is sent back."""
        return self._flow.message if self.status is Status.RETURNED else ""

    def whole(self) -> Words | None:
        """Why nothing of the record may be answered, or None."""
        if self._deleted:
            return DELETED
        if self._disputed:
            return DISPUTED
        if not self.has_room:
            return NO_ROOM
        if not self._reviewed:
            return None
        return {Status.SUBMITTED: SUBMITTED, Status.APPROVED: APPROVED}.get(self.status)

    def question(
        self, record: str, question: Question, parents: Parents, *, hard_problem: bool
    ) -> Words | None:
        """Why this question may not be answered, or None (read-only rules are the engine's)."""
        if question.answered_by == "office":
            return OFFICE
        whole = self.whole()
        if whole is not None or not self.comments:
            return whole
        if hard_problem or self._covers(record, question.key, question.field, parents):
            return None
        return NOT_ASKED

    def rows(self, record: str, repeat: Repeat, parents: Parents, *, problem: bool) -> Words | None:
        """Why rows may not be added or deleted here, or None."""
        whole = self.whole()
        if whole is not None or not self.comments:
            return whole
        if problem or self._covers(record, repeat.key, repeat.key, parents):
            return None
        return NOT_ASKED

    def about(self, record: str, keys: tuple[str, ...]) -> tuple[str, ...]:
        """Comments pinned to a question (by its key or its register's) of a record."""
        return tuple(c.text for c in self.comments if c.record == record and c.field in keys)

    def about_record(self, record: str) -> tuple[str, ...]:
        """All comments on a record, whichever question."""
        return tuple(c.text for c in self.comments if c.record == record)

    def _covers(self, record: str, key: str, field: str, parents: Parents) -> bool:
        if any(self._names(comment, record, (key, field)) for comment in self.comments):
            return True
        return any(
            self._names(comment, above, (repeat,))
            for above, repeat in parents.above(record)
            for comment in self.comments
        )

    def _names(self, comment: Comment, record: str, keys: tuple[str, ...]) -> bool:
        if comment.field is None:
            # On the whole record: everything; on a row: that row.
            return comment.record == self._root or comment.record == record
        if comment.record != record:
            return False
        return any(key == comment.field or key.startswith(comment.field + "/") for key in keys)
