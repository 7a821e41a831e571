"""Staff send a record back with comments, or approve the content that they saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.services.merge_changes import Merged
from server.services.read_head import read_head
from server.services.record_staff_change import StaffChange, record_staff_change
from server.store.office import Office
from shared.errors import InvalidInput, TransitionRefused
from shared.limits import COMMENT_LENGTH_MAX
from shared.records.state import NOTE, Comment
from shared.records.workflow import Status
from sync.changes import FieldWrite, Operation, RecordEdit, Transition
from sync.messages import Outcome


@dataclass(frozen=True, slots=True)
class Review:
    """A decision over the content that the page showed. `change_id` makes a resend harmless."""

    author: str
    record: str
    target: Status
    content: str
    message: str = ""
    comments: tuple[Comment, ...] = ()
    change_id: str = ""
    opened_at: int = 0
    base: int = 0


def review_record(office: Office, review: Review) -> Merged:
    """Record the decision. Raises TransitionRefused with the reason's code, NotFound, OutsideArea,
    and InvalidInput for a return that says nothing."""
    if review.target is Status.RETURNED and not (review.message.strip() or review.comments):
        raise InvalidInput("a return says what is to be done", fields=["message"])
    _check_lengths(review.message, review.comments)
    with office.database.reading() as session:
        head = read_head(session, review.record)
    note: dict[str, FieldWrite] = {}
    if review.message or review.comments:
        note[NOTE] = FieldWrite(
            {
                "message": review.message,
                "comments": [
                    {"id": c.id, "record": c.record, "field": c.field, "text": c.text}
                    for c in review.comments
                ],
            }
        )
    edit = RecordEdit(
        head.record,
        head.type,
        head.form,
        head.version,
        Operation.TRANSITION,
        base=review.base,
        writes=note,
        transition=Transition(str(review.target), head.status or "", review.content),
    )
    merged = record_staff_change(
        office,
        StaffChange(review.author, (edit,), review.change_id, review.opened_at),
    )
    refused_before = merged.outcome is Outcome.DUPLICATE and _is_refusal(merged.code)
    if merged.outcome is Outcome.REFUSED_TRANSITION or refused_before:
        raise TransitionRefused(merged.code or "", reason=merged.code or "")
    return merged


def _is_refusal(code: str | None) -> bool:
    return code is not None and code.startswith("transition.")


def _check_lengths(message: str, comments: Sequence[Comment]) -> None:
    texts = [message, *(comment.text for comment in comments)]
    if any(len(text) > COMMENT_LENGTH_MAX for text in texts) or len(comments) > 200:
        raise InvalidInput("a message or comment is too long", fields=["message"])
