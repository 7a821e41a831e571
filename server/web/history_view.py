"""One change of a record as its history shows it: who, when, on what, and old -> new by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.services.read_record_page import FieldStep, HistoryEntry
from server.web.answers import odd
from server.web.record_view import RecordView
from server.web.words import Words
from shared.canonical import JsonValue
from shared.problem_sentences import sentence

STEPS_SHOWN_MAX: Final = 40
MINUTES_APART_NOTED: Final = 10


@dataclass(frozen=True, slots=True)
class StepView:
    """One field: what was shown before (several when they were in conflict), and what came."""

    label: str
    old: tuple[str, ...]
    new: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """One change, in words. `late_minutes` is how long after saving it arrived."""

    id: str
    what: str
    icon: str
    author: str
    device: str
    saved_at: int | None
    received_at: int
    late_minutes: int
    note: str
    message: str
    steps: list[StepView]
    more: int


ICONS: Final = {
    "create": "add",
    "rows": "add",
    "set": "edit",
    "resolve": "conflict",
    "transition": "submitted",
    "delete": "close",
    "restore": "undo",
    "returned": "returned",
    "approved": "approved",
    "submitted": "submitted",
}
NOTED_OUTCOMES: Final = frozenset(
    {"conflict", "superseded", "refused_transition", "quarantined", "already"}
)


def entry_view(
    entry: HistoryEntry,
    view: RecordView,
    people: Mapping[str, str],
    devices: Mapping[str, str],
    words: Words,
) -> EntryView:
    """An entry of the history in the reader's language."""
    what = entry.transition or entry.operation or "set"
    device = devices.get(entry.client or "") or words(
        "history.office" if entry.source == "browser" else f"history.{entry.source}"
    )
    late = 0
    if entry.saved_at is not None and entry.source == "tablet":
        minutes = (entry.received_at - entry.saved_at) // 60_000
        late = minutes if minutes >= MINUTES_APART_NOTED else 0
    notes = [words(f"outcome.{entry.outcome}")] if entry.outcome in NOTED_OUTCOMES else []
    if entry.code:
        notes.append(sentence(entry.code, words.language))
    if entry.rows_added:
        notes.append(words("history.rows_added", n=entry.rows_added))
    if entry.rows_removed:
        notes.append(words("history.rows_removed", n=entry.rows_removed))
    return EntryView(
        id=entry.id,
        what=words.either(f"act.{what}", what),
        icon=ICONS.get(what, "edit"),
        author=people.get(entry.author or "", words("history.system")),
        device=device,
        saved_at=entry.saved_at,
        received_at=entry.received_at,
        late_minutes=late,
        note=" · ".join(notes),
        message=entry.message,
        steps=[_step(step, view, words) for step in entry.steps[:STEPS_SHOWN_MAX]],
        more=max(0, len(entry.steps) - STEPS_SHOWN_MAX),
    )


def _step(step: FieldStep, view: RecordView, words: Words) -> StepView:
    def text(value: JsonValue) -> str:
        if view.texts is None:
            return value if isinstance(value, str) else odd(value)
        return view.texts.field_text(step.type, step.field, value) or words("answer.empty")

    label = step.field if view.texts is None else view.texts.label(step.type, step.field)
    return StepView(label, tuple(text(value) for value in step.old), text(step.new))
