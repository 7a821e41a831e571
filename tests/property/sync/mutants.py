"""Wrong cores: each replaces one real function at its port by a mistake that engines really made.

The same laws that the real core keeps must fail for every one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from shared.canonical import JsonValue, canonical_text
from shared.records.state import Dot, RecordState
from sync import commitments, histories, merge, overlay
from sync.changes import Change, FramedLine, RecordEdit, frame, read_change
from sync.digest import EMPTY
from sync.histories import Lineage, QuickOutcome
from sync.merge import EditOutcome, Effect, RecordHistory, Write, state_of
from sync.messages import Leave, Outcome
from tests.property.sync.core import Core, apply_edit
from tests.support.forged import forged, opened
from tests.support.memory_replica import Held, Row, Rows, Rules, adopted_digest
from tests.support.strategies import id_of


def last_writer_wins(history: RecordHistory) -> RecordState:
    """Only the value that arrived last is kept."""
    state = state_of(history)
    return replace(state, fields={name: found[-1:] for name, found in state.fields.items()})


def latest_clock_wins(history: RecordHistory) -> RecordState:
    """Only the value with the latest time by its author's clock is kept."""
    state = state_of(history)
    newest = {
        name: (max(found, key=lambda s: s.dot.saved_at),) for name, found in state.fields.items()
    }
    return replace(state, fields=newest)


def collapse_drops_a_dot(history: RecordHistory) -> RecordState:
    """Equal values are stored once: the second author was never there."""
    state = state_of(history)
    fields = {
        name: tuple({canonical_text(s.value): s for s in reversed(found)}.values())
        for name, found in state.fields.items()
    }
    return replace(state, fields=fields)


def quick_though_unknown(
    state: RecordState, lineage: Lineage, edit: RecordEdit, dot: Dot
) -> QuickOutcome | None:
    """The quick way is taken though a dot that was seen is unknown here."""
    fields = {n: {s.dot.id for s in found} for n, found in state.fields.items()}
    known = {
        name: replace(write, seen=tuple(d for d in write.seen if d in fields.get(name, ())))
        for name, write in edit.writes.items()
    }
    return histories.quick_edit(state, lineage, replace(edit, writes=known), dot)


def always_plain(_: RecordHistory) -> Lineage:
    """No history is ever found to be more than its state tells."""
    return Lineage()


def nobody_else_wrote(history: RecordHistory) -> Lineage:
    """Whose client wrote last is forgotten."""
    return replace(histories.lineage_of(history), writers={})


def quick_beside(
    state: RecordState, lineage: Lineage, edit: RecordEdit, dot: Dot
) -> QuickOutcome | None:
    """A value over one of two siblings puts both away."""
    found = histories.quick_edit(state, lineage, edit, dot)
    if found is None:
        return None
    fields = {
        n: tuple(s for s in v if s.dot.id == dot.id) or v for n, v in found.state.fields.items()
    }
    return replace(found, state=replace(found.state, fields=fields))


def union_of_options(history: RecordHistory) -> RecordState:
    """Lists of several people are united: a set of options that nobody ticked."""
    state = state_of(history)
    fields = dict(state.fields)
    for name, found in fields.items():
        lists = [s.value for s in found if isinstance(s.value, list)]
        if len(lists) > 1:
            united: list[JsonValue] = sorted({str(v) for value in lists for v in value})
            fields[name] = (replace(found[0], value=united), *found[1:])
    return replace(state, fields=fields)


def group_by_parts(history: RecordHistory) -> RecordState:
    """Parts of a group are merged one by one: a value of one person with a unit of another."""
    state = state_of(history)
    fields = dict(state.fields)
    for name, found in fields.items():
        groups = [s.value for s in found if isinstance(s.value, dict)]
        if len(groups) > 1:
            mixed = {**groups[0], "unit": groups[-1].get("unit")}
            fields[name] = (replace(found[0], value=mixed), *found[1:])
    return replace(state, fields=fields)


def reject(history: RecordHistory, edit: RecordEdit, dot: Dot, applied: bool) -> EditOutcome:
    """Who has not seen the present value is turned away."""
    for name, write in edit.writes.items():
        live = {w.dot.id for w in merge.siblings(history.writes.get(name, {}))}
        if live and not live <= set(write.seen):
            return EditOutcome(history, Effect.SUPERSEDED)
    return apply_edit(history, edit, dot, applied)


def step_merge(history: RecordHistory, edit: RecordEdit, dot: Dot, applied: bool) -> EditOutcome:
    """From state to state: what was superseded is forgotten, so it may come back."""
    outcome = apply_edit(history, edit, dot, applied)
    fields = {}
    for name, writes in outcome.history.writes.items():
        write = edit.writes.get(name)
        gone = set(write.seen) if write is not None and applied else set()
        kept = {d: replace(w, seen=()) for d, w in writes.items() if d not in gone}
        fields[name] = kept
    return replace(outcome, history=replace(outcome.history, writes=fields))


def no_dedup(history: RecordHistory, edit: RecordEdit, dot: Dot, applied: bool) -> EditOutcome:
    """Whatever arrives takes effect, also for the second time."""
    without = {
        name: {d: w for d, w in writes.items() if d != dot.id}
        for name, writes in history.writes.items()
    }
    return apply_edit(replace(history, writes=without), edit, dot, applied)


def release_forgotten(
    history: RecordHistory, edit: RecordEdit, dot: Dot, applied: bool
) -> EditOutcome:
    """A released change is taken for known, and stays aside for ever."""
    known = any(dot.id in writes for writes in history.writes.values())
    if known:
        return EditOutcome(history, Effect.APPLIED)
    return apply_edit(history, edit, dot, applied)


def quarantine_applies(
    history: RecordHistory, edit: RecordEdit, dot: Dot, applied: bool
) -> EditOutcome:
    """Kept aside or not, it counts."""
    return apply_edit(history, edit, dot, True)


def quarantine_breaks_the_walk(
    history: RecordHistory, edit: RecordEdit, dot: Dot, applied: bool
) -> EditOutcome:
    """What is kept aside is not known to the merge at all."""
    if not applied:
        return EditOutcome(history, Effect.APPLIED)
    return apply_edit(history, edit, dot, applied)


def no_circles(history: RecordHistory) -> RecordState:
    """Whatever is named as seen is gone, even by a value that it names in turn."""
    state = state_of(history)
    fields = {}
    for name, writes in history.writes.items():
        gone = {seen for w in writes.values() if w.applied for seen in w.seen}
        fields[name] = tuple(s for s in state.fields.get(name, ()) if s.dot.id not in gone)
    return replace(state, fields=fields)


def first_seen_only(history: RecordHistory) -> RecordState:
    """Only what was seen directly is superseded: values come back from the dead."""
    live: dict[str, list[Write]] = {}
    for name, writes in history.writes.items():
        present = {w.dot.id for w in writes.values() if w.applied}
        gone = {d for w in writes.values() if w.applied for d in w.seen}
        live[name] = [writes[d] for d in sorted(present - gone)]
    state = state_of(history)
    fields = {
        name: tuple(merge.Sibling(w.dot, w.value, w.salt) for w in found)
        for name, found in live.items()
    }
    return replace(state, fields=fields)


def base_at_save(_: RecordState | None, now: RecordState | None, name: str) -> tuple[str, ...]:
    """A save names what the database holds when saving: a pull behind the form goes unseen."""
    return overlay.shown_dots(now, name)


def sees_everything(_: RecordState | None, now: RecordState | None, name: str) -> tuple[str, ...]:
    """A save claims to have seen every sibling, shown or not."""
    found = now.fields.get(name, ()) if now is not None else ()
    return tuple(s.dot.id for s in found)


def dot_by_number(client: str, number: int, _: str) -> str:
    """A change is called by device and number: re-numbering gives one name to two of them."""
    device = int(client.partition(".")[0].replace("-", ""), 16)
    return id_of((device % 10**6) * 1000 + number)


def lifted_by_number(held: Held, _: dict[str, int], mark: int) -> bool:
    """An overlay goes when the server's mark has passed it, whether its row has come or not."""
    return held.number <= mark


def lifted_when_answered(held: Held, _: dict[str, int], __: int) -> bool:
    """An overlay goes as soon as the push is answered."""
    return held.result is not None and held.result.outcome is not Outcome.QUARANTINED


def never_lifted(_: Held, __: dict[str, int], ___: int) -> bool:
    """An overlay stays for ever."""
    return False


def leave_removes(rows: Rows, _: str, leave: Leave) -> None:
    """A leave removes the record, wherever it lives now (leave before put)."""
    rows.pop(leave.record, None)


def put_always(rows: Rows, scope: str, state: RecordState, data: bytes) -> None:
    """The page that comes last wins."""
    rows[state.record] = Row(scope, state.revision, data)


def put_never_over(rows: Rows, scope: str, state: RecordState, data: bytes) -> None:
    """What is here already stays."""
    rows.setdefault(state.record, Row(scope, state.revision, data))


def no_digest(_: Rows, __: object) -> int:
    """Nothing is computed."""
    return EMPTY


def overlay_hides_theirs(
    base: RecordState | None, pending: Iterable[tuple[Change, str]], record: str
) -> RecordState | None:
    """One's own change shows values under dots that are not its own."""
    state = overlay.overlay(base, pending, record)
    if state is None:
        return None
    stranger = id_of(999_999)
    fields = {
        name: tuple(replace(s, dot=replace(s.dot, id=stranger)) for s in found)
        for name, found in state.fields.items()
    }
    return replace(state, fields=fields)


def overlay_of_last_only(
    base: RecordState | None, pending: Iterable[tuple[Change, str]], record: str
) -> RecordState | None:
    """Only the newest own change is laid over the base."""
    return overlay.overlay(base, list(pending)[-1:], record)


def unchecked_values(framed: FramedLine) -> Change:
    """The values are read, the commitment is not compared."""
    head, body = opened(b"\t".join((framed.head, framed.values)))
    return read_change(frame(forged(head, body).line))


def committed_value_only(_: str, value: JsonValue, salt: str | None) -> str:
    """The commitment forgets which question was answered."""
    return commitments.commitment("", value, salt)


def committed_without_salt(field: str, value: JsonValue, _: str | None) -> str:
    """The commitment forgets the salt: an erased name can be guessed."""
    return commitments.commitment(field, value, None)


def committed_field_only(field: str, _: JsonValue, salt: str | None) -> str:
    """The commitment forgets the value."""
    return commitments.commitment(field, None, salt)


def summed_chain(chain: bytes, head: bytes) -> bytes:
    """A sum instead of a chain: lines may change places."""
    total = int.from_bytes(chain, "big") + int.from_bytes(head, "big")
    return (total % 2**256).to_bytes(32, "big")


def chain_of_last(_: bytes, head: bytes) -> bytes:
    """The chain forgets what came before."""
    return hashlib.sha256(head).digest()


def content_in_order(parts: Iterable[tuple[str, str]]) -> str:
    """The order of records counts."""
    return hashlib.sha256(repr(list(parts)).encode()).hexdigest()


def content_of_fields_in_order(fields: Iterable[tuple[str, Iterable[str]]]) -> str:
    """The order of fields counts."""
    return hashlib.sha256(repr([(n, list(c)) for n, c in fields]).encode()).hexdigest()


def content_of_records_only(parts: Iterable[tuple[str, str]]) -> str:
    """Which records there are counts, what is in them does not."""
    return commitments.content_hash((record, "") for record, _ in parts)


def _rules(**wrong: Callable[..., object]) -> Core:
    return Core(rules=Rules(**wrong))  # type: ignore[arg-type]


MUTANTS: dict[str, tuple[Core, str]] = {
    "last writer wins": (Core(state_of=last_writer_wins), "no lost update"),
    "latest clock wins": (Core(state_of=latest_clock_wins), "no lost update"),
    "reject": (Core(apply_edit=reject), "every saved value is kept"),
    "base at save": (Core(seen_when_saving=base_at_save), "no lost update"),
    "sees everything": (Core(seen_when_saving=sees_everything), "no lost update"),
    "no dedup": (Core(apply_edit=no_dedup), "merging again changes nothing"),
    "step merge": (Core(apply_edit=step_merge), "order is free"),
    "dot by device and number": (Core(name_change=dot_by_number), "every saved value is kept"),
    "drop by last number": (_rules(is_lifted=lifted_by_number), "own answers stay in sight"),
    "lifted when answered": (_rules(is_lifted=lifted_when_answered), "own answers stay in sight"),
    "never lifted": (_rules(is_lifted=never_lifted), "screens agree in the end"),
    "collapse drops a dot": (Core(state_of=collapse_drops_a_dot), "equal values keep both dots"),
    "option-wise union": (Core(state_of=union_of_options), "no invented value"),
    "group by parts": (Core(state_of=group_by_parts), "no invented value"),
    "first seen only": (Core(state_of=first_seen_only), "replaced is not resurrected"),
    "quick though unknown": (Core(quick_edit=quick_though_unknown), "the quick way is the law"),
    "always plain": (Core(lineage_of=always_plain), "the quick way is the law"),
    "writers forgotten": (
        Core(lineage_of=nobody_else_wrote),
        "the quick way is the law in stories",
    ),
    "quick over everything": (
        Core(quick_edit=quick_beside),
        "the quick way is the law in stories",
    ),
    "circles empty a field": (Core(state_of=no_circles), "forged circles empty no field"),
    "release forgotten": (Core(apply_edit=release_forgotten), "no lost update"),
    "quarantine applies": (Core(apply_edit=quarantine_applies), "quarantine is not seen"),
    "quarantine breaks the walk": (
        Core(apply_edit=quarantine_breaks_the_walk),
        "replaced is not resurrected",
    ),
    "leave before put": (_rules(leave=leave_removes), "moves keep the record"),
    "put always": (_rules(put=put_always), "old states do not return"),
    "put never over": (_rules(put=put_never_over), "moves keep the record"),
    "digest adopted": (_rules(digest=adopted_digest), "a dropped row is noticed"),
    "no digest": (_rules(digest=no_digest), "a dropped row is noticed"),
    "overlay under a stranger's dot": (
        Core(overlay=overlay_hides_theirs),
        "own answers stay in sight",
    ),
    "overlay of the last only": (Core(overlay=overlay_of_last_only), "lifting shows the same"),
    "values unchecked": (Core(read_change=unchecked_values), "heads bind values"),
    "commitment without field": (Core(commitment=committed_value_only), "commitments bind"),
    "commitment without salt": (Core(commitment=committed_without_salt), "commitments bind"),
    "commitment without value": (Core(commitment=committed_field_only), "commitments bind"),
    "chain as a sum": (Core(chain_next=summed_chain), "chains tell"),
    "chain of the last": (Core(chain_next=chain_of_last), "chains tell"),
    "content in order": (Core(content_hash=content_in_order), "content is order-free and telling"),
    "content of records only": (
        Core(content_hash=content_of_records_only),
        "content is order-free and telling",
    ),
    "fields in order": (
        Core(record_content=content_of_fields_in_order),
        "content is order-free and telling",
    ),
}
"""Each wrong core with the law that it breaks."""
