"""The sync core as an object of functions, so that laws can be put to it and to its mutants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.canonical import JsonValue
from shared.records.state import Dot, RecordState
from sync import changes, commitments, histories, merge, overlay
from sync.changes import Change, FramedLine, RecordEdit
from sync.histories import Lineage, QuickOutcome
from sync.merge import EditOutcome, RecordHistory
from tests.support.memory_replica import Rules


def name_change(client: str, number: int, fresh: str) -> str:
    """A change's id (its dot) is fresh; client and number of the transport have no part in it."""
    return fresh


def apply_edit(history: RecordHistory, edit: RecordEdit, dot: Dot, applied: bool) -> EditOutcome:
    """The merge of one edit."""
    return merge.apply_edit(history, edit, dot, applied=applied)


def seen_when_saving(
    opened: RecordState | None, now: RecordState | None, name: str
) -> tuple[str, ...]:
    """A save names what was shown when the form opened, whatever has arrived since."""
    return overlay.shown_dots(opened, name)


@dataclass(frozen=True)
class Core:
    """Each field is one port; a mutant replaces exactly one."""

    apply_edit: Callable[[RecordHistory, RecordEdit, Dot, bool], EditOutcome] = apply_edit
    state_of: Callable[[RecordHistory], RecordState] = merge.state_of
    quick_edit: Callable[[RecordState, Lineage, RecordEdit, Dot], QuickOutcome | None] = (
        histories.quick_edit
    )
    lineage_of: Callable[[RecordHistory], Lineage] = histories.lineage_of
    name_change: Callable[[str, int, str], str] = name_change
    seen_when_saving: Callable[[RecordState | None, RecordState | None, str], tuple[str, ...]] = (
        seen_when_saving
    )
    overlay: Callable[..., RecordState | None] = overlay.overlay
    read_change: Callable[[FramedLine], Change] = changes.read_change
    commitment: Callable[[str, JsonValue, str | None], str] = commitments.commitment
    chain_next: Callable[[bytes, bytes], bytes] = commitments.chain_next
    content_hash: Callable[[Iterable[tuple[str, str]]], str] = commitments.content_hash
    record_content: Callable[..., str] = commitments.record_content
    rules: Rules = field(default_factory=Rules)


REAL = Core()
