"""A transition in a change: judged by role and content, and written into the root's workflow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from server.store.record_tree import Tree
from shared.canonical import JsonValue
from shared.ids import is_uuid
from shared.limits import COMMENT_LENGTH_MAX, FIELD_KEY_LENGTH_MAX
from shared.records.state import NOTE, Comment, Dot, WorkflowState
from shared.records.workflow import Role, Status, TransitionFacts, Verdict, decide
from sync.changes import RecordEdit
from sync.changes import Transition as Wished

COMMENTS_MAX = 200
HISTORY_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Step:
    """The verdict on a transition and, when refused, the reason's code."""

    verdict: Verdict
    code: str = ""


def take_step(tree: Tree, edit: RecordEdit, dot: Dot, role: Role) -> Step:
    """Decide the transition of an edit and, when accepted, write it into the root."""
    wished = edit.transition
    assert wished is not None
    flow = tree.root.state.workflow
    if edit.record != tree.root_id or flow is None:
        return Step(Verdict.REFUSED, "transition.not_reviewed")
    try:
        target = Status(wished.target)
    except ValueError:
        return Step(Verdict.REFUSED, "transition.unknown_target")
    facts = TransitionFacts(
        role=role,
        content_hash=tree.content_hash(),
        open_conflicts=tree.open_conflicts() + int(tree.root.columns["relevance_conflicts"] or 0),
        missing_files=tree.missing_files(),
        deletion_disputed=tree.disputed(),
    )
    shown = Status(wished.source) if wished.source in tuple(Status) else None
    decision = decide(flow.status, flow.approved_hash, target, wished.content_hash, facts, shown)
    if decision.verdict is Verdict.ACCEPTED:
        handed_in = edit.version if target is Status.SUBMITTED else 0
        tree.root.keep_workflow(_after(flow, target, wished, edit, dot), handed_in)
    return Step(decision.verdict, decision.code)


def _after(
    flow: WorkflowState, target: Status, wished: Wished, edit: RecordEdit, dot: Dot
) -> WorkflowState:
    note = edit.writes.get(NOTE)
    message, comments = read_note(None if note is None else note.value, edit.record)
    flow = replace(
        flow,
        status=target,
        dot=dot,
        history=(*flow.history, (str(target), dot, message))[-HISTORY_SHOWN_MAX:],
        changed_since_approval=False,
    )
    if target is Status.SUBMITTED:
        return replace(flow, submitted_hash=wished.content_hash)
    if target is Status.RETURNED:
        return replace(flow, message=message, comments=comments)
    return replace(
        flow, message="", comments=(), approved_hash=wished.content_hash, approved_dot=dot
    )


def read_note(value: JsonValue, root: str) -> tuple[str, tuple[Comment, ...]]:
    """The message and comments of a note; what is not one of ours is left out."""
    if not isinstance(value, dict):
        return "", ()
    message = value.get("message")
    raw = value.get("comments")
    listed: list[Any] = raw if isinstance(raw, list) else []
    found = (_comment(item, root) for item in listed[:COMMENTS_MAX])
    return (
        message[:COMMENT_LENGTH_MAX] if isinstance(message, str) else "",
        tuple(comment for comment in found if comment is not None),
    )


def _comment(raw: Any, root: str) -> Comment | None:
    if not isinstance(raw, dict):
        return None
    name, record, field, text = (raw.get(key) for key in ("id", "record", "field", "text"))
    if not is_uuid(name) or not isinstance(text, str) or not text:
        return None
    if not isinstance(field, str) or not 0 < len(field) <= FIELD_KEY_LENGTH_MAX:
        field = None
    return Comment(name, record if is_uuid(record) else root, field, text[:COMMENT_LENGTH_MAX])
