"""A tablet's push: lines in their order, by chunks of fifty in a transaction, each answered once.

The client's row is locked first. Its chain tells a repeated push (answered with the present
results), a gap, and a fork. Whatever cannot be applied is kept aside and answered by its code; what
stands behind it goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.services.merge_changes import MergeResult, merge_changes
from server.services.note_predecessor import note_predecessors
from server.services.settle_waiting import CANNOT_BE_STORED, settle_waiting
from server.services.sort_lines import Intake, Line, duplicate, lines_of
from server.store import changes as change_store
from server.store.changes import Mark
from server.store.database import RuleBroken
from server.store.files import settle_missing
from server.store.journalled import note_received
from server.store.office import Office
from server.store.trees import held_files
from shared.errors import ChainForked, EpochChanged, Forbidden, MalformedMessage, NumberGap
from shared.ids import is_client
from shared.limits import CHANGES_PER_TRANSACTION
from sync.codec import decode_push
from sync.commitments import chain_next
from sync.messages import ChangeResult, Outcome, PushAnswer, PushBatch
from sync.negotiation import must_not_be_newer
from sync.version import PROTOCOL, SHIPPED

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one chunk came to; `mark` is where the client stands behind it."""

    results: list[ChangeResult]
    mark: Mark
    places: int = 0
    missing: frozenset[str] = frozenset()


def receive_changes(office: Office, device: str, body: bytes) -> PushAnswer:
    """Receive a push of a device.

    Raises BadInput, OfficeTooOld, EpochChanged, ChainForked, NumberGap, Busy.

    Every error leaves whole chunks behind: sending again what was sent is always safe.
    """
    must_not_be_newer(body)
    batch = decode_push(body)
    header = batch.header
    if not is_client(header.client) or not header.client.startswith(device + "."):
        raise Forbidden("a tablet pushes under its own name only")
    if header.protocol not in SHIPPED:
        raise MalformedMessage("this version of the protocol was never shipped")
    lines = lines_of(batch)
    mark = Mark(header.number, header.chain)
    results: list[ChangeResult] = []
    for start in range(0, max(len(lines), 1), CHANGES_PER_TRANSACTION):
        part = lines[start : start + CHANGES_PER_TRANSACTION]
        for taken in _in_turn(office, batch, device, mark, part):
            results.extend(taken.results)
            mark = taken.mark
    return PushAnswer(
        PROTOCOL, office.epoch.text, header.client, mark.number, mark.chain, tuple(results)
    )


def _in_turn(
    office: Office, batch: PushBatch, device: str, mark: Mark, lines: Sequence[Line]
) -> Iterator[Taken]:
    """These lines in one transaction; when they break a rule of the database, each in its own.

    The one that breaks it even alone is kept aside: asked for again, it would stand before all the
    others of its tablet for ever.
    """
    try:
        yield _at_once(office, batch, device, mark, lines)
        return
    except RuleBroken:
        _log.exception("lines from %d of %s break a rule", lines[0].number, batch.header.client)
    for line in lines:
        taken = _alone(office, batch, device, mark, line)
        mark = taken.mark
        yield taken


def _alone(office: Office, batch: PushBatch, device: str, mark: Mark, line: Line) -> Taken:
    """One line by itself: first with all that waited for it, then without, at last kept aside."""
    try:
        return _at_once(office, batch, device, mark, [line])
    except RuleBroken:
        _log.warning("line %d of %s is tried without what waited", line.number, batch.header.client)
    try:
        taken = _at_once(office, batch, device, mark, [line], release=False)
    except RuleBroken:
        return _at_once(office, batch, device, mark, [line], CANNOT_BE_STORED)
    if line.change is not None:
        settle_waiting(office, {edit.record for edit in line.change.records})
    return taken


def _at_once(
    office: Office,
    batch: PushBatch,
    device: str,
    mark: Mark,
    lines: Sequence[Line],
    kept: str | None = None,
    *,
    release: bool = True,
) -> Taken:
    """One transaction, and what follows it. With `kept` the new lines are kept aside for that;
    without `release` nothing that waited for them comes in with them."""
    with office.database.writing() as session:
        taken = _receive_chunk(office, session, batch, device, mark, lines, kept, release=release)
    office.epoch.raise_mark(taken.places)
    _settle_files(office, taken.missing)
    return taken


def _receive_chunk(
    office: Office,
    session: Session,
    batch: PushBatch,
    device: str,
    mark: Mark,
    lines: Sequence[Line],
    kept: str | None,
    *,
    release: bool,
) -> Taken:
    """One transaction. `mark` is where the device says it stands before these lines."""
    client = batch.header.client
    stands = change_store.lock_client(session, client, device)
    _check_standing(office, session, batch.header.epoch, client, mark, stands)
    old = [line for line in lines if line.number <= stands.number]
    new = [line for line in lines if line.number > stands.number]
    results = _repeated(office, session, client, old, stands)
    if not new:
        number = lines[-1].number if lines else mark.number
        reached = change_store.chain_at(session, client, number)
        assert reached is not None, "this number was received"
        return Taken(results, Mark(number, reached))
    intake = Intake(session, office.ids, client, device, office.clock.now_ms(), new, kept)
    taken, merged = _take_new(office, session, intake, stands, release=release)
    results.extend(taken)
    chain = bytes.fromhex(stands.chain)
    for line in new:
        chain = chain_next(chain, bytes.fromhex(line.head_hash))
    after = Mark(new[-1].number, chain.hex())
    change_store.move_client(session, client, after, office.clock.now_ms())
    return Taken(results, after, merged.places, merged.missing)


def _settle_files(office: Office, missing: frozenset[str]) -> None:
    """A file may have arrived while its record was on the way: what is missing is counted anew."""
    if not missing:
        return
    with office.database.reading() as session:
        arrived = held_files(session, missing)
    if arrived:
        with office.database.writing() as session:
            settle_missing(session, arrived)


def _check_standing(
    office: Office, session: Session, epoch: str, client: str, mark: Mark, stands: Mark
) -> None:
    facts = {"epoch": office.epoch.text, "number": stands.number, "chain": stands.chain}
    if epoch != office.epoch.text:
        raise EpochChanged("this server began a new epoch", **facts)
    if mark.number > stands.number:
        raise NumberGap("earlier changes are missing", expected=stands.number + 1, **facts)
    chain = stands.chain
    if mark.number < stands.number:
        chain = change_store.chain_at(session, client, mark.number) or ""
    if chain != mark.chain:
        raise ChainForked("the chain differs", **facts)


def _repeated(
    office: Office, session: Session, client: str, lines: Sequence[Line], stands: Mark
) -> list[ChangeResult]:
    """Lines received before: each with its present result, or a fork when it is another line."""
    if not lines:
        return []
    log = change_store.received(session, client, lines[0].number, lines[-1].number)
    for line in lines:
        if line.number not in log or log[line.number].head_hash != line.head_hash:
            facts = {"epoch": office.epoch.text, "number": stands.number, "chain": stands.chain}
            raise ChainForked("another line has this number", **facts)
    known = change_store.known_changes(session, {r.change for r in log.values() if r.change})
    aside = {r.quarantine for r in log.values() if r.quarantine}
    codes = {row.id: row.code for row in change_store.known_quarantine(session, (), aside)}
    results = []
    for line in lines:
        row = log[line.number]
        if row.change in known:
            results.append(duplicate(line, known[row.change]))
        else:
            code = codes.get(row.quarantine)
            results.append(ChangeResult(line.number, line.id, Outcome.QUARANTINED, code=code))
    return results


def _take_new(
    office: Office, session: Session, intake: Intake, stands: Mark, *, release: bool
) -> tuple[list[ChangeResult], MergeResult]:
    """Lines that this client sends for the first time (another incarnation may have before)."""
    intake.sort_all()
    note_predecessors(office, session, intake.client, intake.predecessors)
    merged = merge_changes(
        session, office.forms, office.ids, intake.now_ms, intake.incoming, release=release
    )
    for slot, result in zip(intake.taken, merged.results, strict=True):
        slot.merged = result
    chain = bytes.fromhex(stands.chain)
    rows, results = [], []
    for slot in intake.slots:
        chain = chain_next(chain, bytes.fromhex(slot.line.head_hash))
        rows.append(slot.row(intake.client, chain.hex()))
        results.append(slot.result())
    change_store.note_received(session, rows)
    note_received(session, intake.client, stands.number, intake.now_ms, rows)
    return results, merged
