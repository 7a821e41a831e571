"""Homes of tablets for measuring: enrolled without an office, on the desktop's own ports."""

from __future__ import annotations

from pathlib import Path

from mobile.services.tablet import Tablet
from mobile.store.people import Person
from shared.records.workflow import Role
from tests.support.tablets import AREA, SOMCHAI, ready_desk


def enrolled_home(home: Path) -> Path:
    """A home with two small forms on it, bound to an office that never answers."""
    desk = ready_desk(home)
    desk.app.close()
    return home


def sign_in_as_somchai(tablet: Tablet) -> None:
    """Somebody is at work."""
    tablet.person = Person("somchai", SOMCHAI, "สมชาย", Role.OFFICER, (AREA,), "th")
