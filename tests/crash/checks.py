"""What must hold after a kill: I2 once, I3 convergence, I4 durability, I6 no false confirmation."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from mobile.services.tablet import Tablet
from server.models import BlobRow, ChangeRow, QuarantineRow, RecordRow
from shared.canonical import canonical_text
from tests.crash.stage import Stage
from tests.support.tablet_day import Told, check, held


class Broken(AssertionError):
    """An invariant does not hold; the text begins with its name."""


@dataclass(frozen=True)
class OfficeHolds:
    """What the disk of the office holds: changes by id (and how often), states, files."""

    changes: Counter[str]
    states: dict[str, bytes]
    files: set[str]


def office_holds(stage: Stage) -> OfficeHolds:
    """Look into the office's database and files, whether anybody serves them or not."""
    engine = create_engine(stage.url)
    with Session(engine) as session:
        changes = Counter(session.scalars(select(ChangeRow.id)))
        aside = select(QuarantineRow.change).where(QuarantineRow.released_at.is_(None))
        changes.update(one for one in session.scalars(aside) if one)
        states = dict(session.execute(select(RecordRow.id, RecordRow.state)).tuples().all())
        files = set(session.scalars(select(BlobRow.sha256)))
    # Nothing may be open when the driver forks.
    engine.dispose()
    for name in files:
        path = stage.data / "blobs" / name[:2] / name
        _demand(path.is_file() and sha256_of(path) == name, f"I11: the file {name} is not whole")
    return OfficeHolds(changes, states, files)


def told_of(lines: Iterable[dict[str, Any]]) -> Told:
    """What a tablet confirmed before its end."""
    told = Told()
    for line in lines:
        if "saved" in line:
            record, name, value = line["saved"]
            told.saved.append((record, name, value))
        if "file" in line:
            told.files.append(line["file"])
    return told


def check_tablet(tablet: Tablet, told: Told) -> None:
    """A tablet that has just been opened again: everything it confirmed, and a sound queue."""
    here = SimpleNamespace(app=tablet)
    lost = {(r, f, canonical_text(v)) for r, f, v in told.saved} - held(here)  # type: ignore[arg-type]
    _demand(not lost, f"I4: confirmed and lost: {sorted(lost)}")
    try:
        check(here, told)  # type: ignore[arg-type]
    except AssertionError as problem:
        raise Broken(f"I4: {problem}") from problem


def acknowledged(tablet: Tablet) -> set[str]:
    """The changes that this tablet believes to be in the office."""
    rows = tablet.database.reader().execute("SELECT id FROM change WHERE status != 'pending'")
    return {row["id"] for row in rows.fetchall()}


def files_believed(tablet: Tablet) -> set[str]:
    """The files that this tablet believes to be in the office."""
    query = "SELECT sha256 FROM blob WHERE confirmed = 1 AND origin = 'here'"
    return {row["sha256"] for row in tablet.database.reader().execute(query).fetchall()}


def check_confirmed(tablet: Tablet, office: OfficeHolds) -> None:
    """What a tablet believes to be in the office is there."""
    missing = acknowledged(tablet) - set(office.changes)
    _demand(not missing, f"I6: {sorted(missing)} are believed to be in the office")
    files = files_believed(tablet) - office.files
    _demand(not files, f"I6: files {sorted(files)} are believed to be in the office")


def settle(tablet: Tablet, tries: int = 6) -> None:
    """Synchronise until there is nothing left to say."""
    for _ in range(tries):
        report = tablet.synchroniser.run_once()
        if report.complete and tablet.capture.waiting() == (0, 0):
            return
    raise Broken(f"I12: {tries} synchronisations did not settle: {report}")


def check_settled(tablet: Tablet, office: OfficeHolds) -> None:
    """Every change of the tablet is in the office, once; its base is the office's states."""
    rows = tablet.database.reader().execute("SELECT id FROM change").fetchall()
    made = {row["id"] for row in rows}
    _demand(made <= set(office.changes), "I3: a change of the tablet never arrived")
    twice = [one for one, times in office.changes.items() if times > 1]
    _demand(not twice, f"I2: kept twice: {twice}")
    check_confirmed(tablet, office)
    base = tablet.database.reader().execute("SELECT record, state FROM base").fetchall()
    differ = [row["record"] for row in base if office.states.get(row["record"]) != row["state"]]
    _demand(not differ, f"I3: the states of {differ} differ")
    named = tablet.database.reader().execute(
        "SELECT DISTINCT sha256 FROM change_blob WHERE EXISTS"
        " (SELECT 1 FROM blob WHERE blob.sha256 = change_blob.sha256 AND origin = 'here')"
    )
    lacking = {row["sha256"] for row in named.fetchall()} - office.files
    _demand(not lacking, f"I11: files {sorted(lacking)} never arrived")


def sha256_of(path: Path) -> str:
    """The name of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)
