"""Files that the office lost or never got: `have` is taken back, tablets asked, staff may waive.

A file is only called lost while the store answers as a whole: a disk that is not mounted and a
bucket that cannot be reached have lost nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from server.models import (
    BlobLostRow,
    BlobReferenceRow,
    BlobRow,
    BlobSenderRow,
    BlobWaiverRow,
    BlobWantRow,
)
from server.services.receive_blob import enter_file
from server.services.write_audit import write_audit
from server.store.bulk import IDS_AT_ONCE_MAX, insert_new, put, rows_in
from server.store.files import settle_missing
from server.store.office import Office
from shared.errors import InvalidInput, NotFound
from shared.limits import FILE_NAMES_ASKED_MAX, FORGETTABLE_AGE_DAYS, REASON_LENGTH_MAX
from shared.records.state import OFFICE

MISSING: Final = "missing"
DAMAGED: Final = "damaged"
DAY_MS: Final = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class LostWord:
    """What a tablet said of a file that it cannot send."""

    device: str
    reason: str
    told_at: int


def withdraw_files(office: Office, reasons: Mapping[str, str]) -> None:
    """These are held no more: records that name them miss them, their senders are asked."""
    now_ms, names = office.clock.now_ms(), sorted(reasons)
    for start in range(0, len(names), IDS_AT_ONCE_MAX):
        part = names[start : start + IDS_AT_ONCE_MAX]
        wanted = [{"sha256": name, "reason": reasons[name], "since": now_ms} for name in part]
        with office.database.writing() as session:
            session.execute(
                delete(BlobRow).where(BlobRow.sha256.in_(part)),
                execution_options={"synchronize_session": False},
            )
            insert_new(session, BlobWantRow, wanted)
        with office.database.writing() as session:
            settle_missing(session, part)


def withdraw_bad_files(office: Office, *, read: bool) -> dict[str, str]:
    """Look at every file that is said to be held (`read`: hash it, too); withdraw what is not, and
    say why by name. Raises BlobStoreUnavailable when the store as a whole is away."""
    office.blobs.must_answer()
    with office.database.reading() as session:
        held = list(session.scalars(select(BlobRow.sha256).order_by(BlobRow.sha256)))
    bad = {name: MISSING for name in held if not office.blobs.has(name)}
    if read:
        here = [name for name in held if name not in bad]
        bad.update({name: DAMAGED for name in here if not office.blobs.is_sound(name)})
    office.blobs.must_answer()
    withdraw_files(office, bad)
    return bad


def adopt_stored_files(office: Office) -> list[str]:
    """Enter files whose bytes are in the store and that no row knows, as after a database was put
    back: the store of files is never rolled back. Only those that hash to their name, and that a
    record names; their names."""
    office.blobs.must_answer()
    named = (
        select(BlobReferenceRow.sha256)
        .outerjoin(BlobRow, BlobRow.sha256 == BlobReferenceRow.sha256)
        .where(BlobRow.sha256.is_(None))
        .distinct()
    )
    with office.database.reading() as session:
        missing = sorted(session.scalars(named))
    found = [name for name in missing if office.blobs.has(name) and office.blobs.is_sound(name)]
    for name in found:
        enter_file(office, name, office.blobs.size(name), OFFICE)
    return found


def _wanted(device: str) -> Select[str]:
    """Files that this tablet once sent, that are wanted again, and that it did not say are lost."""
    said = exists().where(BlobLostRow.sha256 == BlobWantRow.sha256, BlobLostRow.device == device)
    return (
        select(BlobWantRow.sha256)
        .join(BlobSenderRow, BlobSenderRow.sha256 == BlobWantRow.sha256)
        .where(BlobSenderRow.sender == device, ~said)
        .order_by(BlobWantRow.since, BlobWantRow.sha256)
    )


def wanted_of(session: Session, device: str) -> list[str]:
    """What to ask this tablet for."""
    return list(session.scalars(_wanted(device).limit(FILE_NAMES_ASKED_MAX)))


def count_wanted(session: Session, device: str) -> int:
    """How many files this tablet is asked for."""
    return session.scalar(select(func.count()).select_from(_wanted(device).subquery())) or 0


def held_of(
    session: Session, device: str, scopes: Collection[str], names: Collection[str]
) -> list[str]:
    """Which of these files are held, of those that this tablet may hear of."""
    sent = exists().where(BlobSenderRow.sha256 == BlobRow.sha256, BlobSenderRow.sender == device)
    named = exists().where(
        BlobReferenceRow.sha256 == BlobRow.sha256, BlobReferenceRow.scope.in_(sorted(scopes))
    )
    found = select(BlobRow.sha256).where(or_(sent, named, BlobRow.received_from == device))
    return sorted(row.sha256 for row in rows_in(session, found, BlobRow.sha256, names))


def forgettable_of(session: Session, now_ms: int, names: Collection[str]) -> list[str]:
    """Which of these files a tablet may let go of: held, in a verified backup, and old enough by
    the server's clock. A tablet's clock never decides it."""
    old = now_ms - FORGETTABLE_AGE_DAYS * DAY_MS
    found = select(BlobRow.sha256).where(
        BlobRow.backed_up_at.is_not(None), BlobRow.received_at <= old
    )
    return sorted(row.sha256 for row in rows_in(session, found, BlobRow.sha256, names))


def hear_lost(office: Office, device: str, files: Sequence[Mapping[str, str]]) -> None:
    """A tablet says which files it cannot send; staff see it, and may go on without them."""
    now_ms = office.clock.now_ms()
    rows = [
        {"sha256": f["sha256"], "device": device, "reason": f["reason"], "told_at": now_ms}
        for f in files
    ]
    with office.database.writing() as session:
        held = {
            row.sha256
            for row in rows_in(
                session, select(BlobRow.sha256), BlobRow.sha256, {f["sha256"] for f in files}
            )
        }
        lost = [row for row in rows if row["sha256"] not in held]
        put(session, BlobLostRow, lost, ("sha256", "device"))


def lost_words(session: Session, names: Collection[str]) -> dict[str, list[LostWord]]:
    """What tablets said of these files."""
    found: dict[str, list[LostWord]] = {}
    wanted = select(
        BlobLostRow.sha256, BlobLostRow.device, BlobLostRow.reason, BlobLostRow.told_at
    ).order_by(BlobLostRow.told_at)
    for row in rows_in(session, wanted, BlobLostRow.sha256, names):
        found.setdefault(row.sha256, []).append(LostWord(row.device, row.reason, row.told_at))
    return found


def waive_file(office: Office, person: str, root: str, sha256: str, reason: str) -> None:
    """Somebody of the office goes on without a file of this record: it bars no approval any more.

    It stays wanted, and if it comes after all it is kept. NotFound for a file that the record does
    not name or that is held; InvalidInput without a reason.
    """
    if not 0 < len(reason.strip()) <= REASON_LENGTH_MAX:
        raise InvalidInput("say why the office goes on without it", fields=["reason"])
    names_it = exists().where(BlobReferenceRow.root == root, BlobReferenceRow.sha256 == sha256)
    held = exists().where(BlobRow.sha256 == sha256)
    with office.database.writing() as session:
        if not session.scalar(select(and_(names_it, ~held))):
            raise NotFound("the record misses no such file")
        entry = {
            "sha256": sha256,
            "person": person,
            "at": office.clock.now_ms(),
            "reason": reason.strip(),
        }
        insert_new(session, BlobWaiverRow, [entry])
        write_audit(session, office, person, "file.waived", {"sha256": sha256, "record": root})
    with office.database.writing() as session:
        settle_missing(session, [sha256])
