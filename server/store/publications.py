"""Which version of what was published is in force."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import CodebookActivationRow, CodebookRow, FormRow


def active_codebooks(session: Session) -> dict[str, int]:
    """The version in force of every codebook: the one activated last, else the newest."""
    newest = select(CodebookRow.name, func.max(CodebookRow.version)).group_by(CodebookRow.name)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(newest)}
    last = (
        select(
            CodebookActivationRow.name,
            func.max(CodebookActivationRow.number).label("number"),
        )
        .group_by(CodebookActivationRow.name)
        .subquery()
    )
    chosen = select(CodebookActivationRow.name, CodebookActivationRow.version).join(
        last,
        (last.c.name == CodebookActivationRow.name)
        & (last.c.number == CodebookActivationRow.number),
    )
    # Versions count 1, 2, 3 ...: one that this database does not have cannot be in force.
    for name, version in session.execute(chosen):
        if version <= found.get(name, 0):
            found[name] = version
    return found


def newest_version(session: Session, form_id: str) -> int | None:
    """The highest published version of a form, retired or not."""
    found: int | None = session.scalar(
        select(func.max(FormRow.version)).where(FormRow.form_id == form_id)
    )
    return found


def intervals_in_force(
    activations: Mapping[int, tuple[int, int]], version: int
) -> list[tuple[int, int | None]]:
    """When a version was in force: from and until (None: still), of {number: (version, at)}."""
    numbers = sorted(activations)
    found: list[tuple[int, int | None]] = []
    for place, number in enumerate(numbers):
        which, since = activations[number]
        if which == version:
            later = numbers[place + 1 :]
            found.append((since, activations[later[0]][1] if later else None))
    return found
