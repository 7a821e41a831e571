"""The people of the demonstration, with one password for the office and one PIN for the field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from server.services.enrol_device import ALPHABET
from server.services.manage_people import PersonEntry, add_person
from server.store.office import Office
from shared.records.workflow import Role

REVIEWERS: Final = (("review", "นางสาวศศิธร ตรวจดี"), ("review2", "นายปรีชา รอบคอบ"))
OFFICERS: Final = (
    ("somchai", "นายสมชาย ลงพื้นที่"),
    ("prasert", "นายประเสริฐ เดินสำรวจ"),
    ("kanya", "นางสาวกันยา วัดน้ำ"),
    ("anan", "นายอนันต์ สายตรวจ"),
    ("nonglak", "นางนงลักษณ์ ใฝ่รู้"),
)
FACILITATORS: Final = (
    ("malee", "นางมาลี ชวนคุย"),
    ("wichai", "นายวิชัย จดบันทึก"),
    ("suda", "นางสาวสุดา รับฟัง"),
    ("boonmee", "นายบุญมี เวทีชาวบ้าน"),
)


@dataclass(frozen=True, slots=True)
class Helper:
    """One person."""

    id: str
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works together on one tablet, and who reviews them."""

    officer: Helper
    facilitator: Helper
    reviewer: Helper


@dataclass(frozen=True, slots=True)
class Helpers:
    """Everybody. `told` is what the person at the demonstration needs to sign in."""

    admin: str
    pin: str
    told: str
    reviewers: tuple[Helper, ...]
    officers: tuple[Helper, ...]
    facilitators: tuple[Helper, ...]

    def crew(self, number: int) -> Crew:
        """The crew of a tablet."""
        return Crew(
            self.officers[number % len(self.officers)],
            self.facilitators[number % len(self.facilitators)],
            self.reviewers[number % len(self.reviewers)],
        )


def add_helpers(office: Office, scopes: Sequence[str], put_areas: Callable[[], None]) -> Helpers:
    """Add everybody; areas come between the administrator and the people who hold them."""
    password = "-".join(_letters(office, 5) for _ in range(3))
    pin = "".join(str(byte % 10) for byte in office.randomness(6))
    entry = PersonEntry("admin", "ผู้ดูแลระบบ", Role.ADMINISTRATOR, password=password, pin=pin)
    admin = add_person(office, None, entry)
    put_areas()
    areas = tuple(scopes)

    def add(role: Role, people: Sequence[tuple[str, str]]) -> tuple[Helper, ...]:
        secret = password if role is Role.REVIEWER else None
        return tuple(
            Helper(
                add_person(
                    office, admin, PersonEntry(login, name, role, areas, password=secret, pin=pin)
                ),
                login,
                name,
            )
            for login, name in people
        )

    told = _told(password, pin)
    return Helpers(
        admin,
        pin,
        told,
        add(Role.REVIEWER, REVIEWERS),
        add(Role.OFFICER, OFFICERS),
        add(Role.FACILITATOR, FACILITATORS),
    )


def _letters(office: Office, count: int) -> str:
    return "".join(ALPHABET[byte % 32].lower() for byte in office.randomness(count))


def _told(password: str, pin: str) -> str:
    office = ["admin", *(login for login, _ in REVIEWERS)]
    field = [login for login, _ in (*OFFICERS, *FACILITATORS)]
    return (
        f"Office sign-ins: {', '.join(office)}\n  password: {password}\n"
        f"Tablet sign-ins: {', '.join(field)}\n  PIN: {pin}\n"
    )
