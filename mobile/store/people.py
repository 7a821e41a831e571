"""People who signed in on this tablet, and the names of everybody the register knows."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from mobile.store import base
from shared.records.workflow import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may work on this tablet."""

    login: str
    person: str
    name: str
    role: Role
    areas: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Verifier:
    """What tells a right PIN without network. `locked_until` in Unix ms, 0 when not locked."""

    salt: bytes
    verifier: bytes
    failures: int
    locked_until: int


def keep(connection: sqlite3.Connection, person: Person, salt: bytes, verifier: bytes) -> None:
    """Remember a person who signed in with the server's word for it."""
    connection.execute(
        "INSERT OR REPLACE INTO person (login, person, name, role, areas, language, salt, "
        "verifier, failures, locked_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
        (
            person.login,
            person.person,
            person.name,
            str(person.role),
            json.dumps(list(person.areas)),
            person.language,
            salt,
            verifier,
        ),
    )


def find(connection: sqlite3.Connection, login: str) -> tuple[Person, Verifier] | None:
    """A person known here by login, with what checks the PIN."""
    row = connection.execute("SELECT * FROM person WHERE login = ?", (login,)).fetchone()
    if row is None:
        return None
    check = Verifier(row["salt"], row["verifier"], row["failures"], row["locked_until"])
    return _person(row), check


def known(connection: sqlite3.Connection) -> list[Person]:
    """Everybody who signed in on this tablet, by name."""
    rows = connection.execute("SELECT * FROM person ORDER BY name, login")
    return [_person(row) for row in rows]


def note_failure(
    connection: sqlite3.Connection, login: str, failures: int, locked_until: int
) -> None:
    """Count a wrong PIN, or forget the wrong ones after a right one."""
    connection.execute(
        "UPDATE person SET failures = ?, locked_until = ? WHERE login = ?",
        (failures, locked_until, login),
    )


def names(connection: sqlite3.Connection) -> dict[str, str]:
    """Names of people by their id, from the register and from who signed in here."""
    out = {person.person: person.name for person in known(connection)}
    for state in base.of_type(connection, "person"):
        name = state.value("name")
        if isinstance(name, str):
            out[state.record] = name
    return out


def _person(row: sqlite3.Row) -> Person:
    return Person(
        row["login"],
        row["person"],
        row["name"],
        Role(row["role"]),
        tuple(json.loads(row["areas"])),
        row["language"] or "th",
    )
