"""A record tree's answers, as the engine takes them in and gives them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from shared.canonical import JsonValue

Fields = Mapping[str, JsonValue]


class RowAnswers(NamedTuple):
    """A row of a repeat. `parent_id` names the row it lies in, when that is not the root."""

    record_id: str
    fields: Fields
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class RecordAnswers:
    """The stored values of a record and its rows: {field key: value}, rows by their record type.

    Rows are given in the order in which they are shown.
    """

    record_id: str
    fields: Fields = field(default_factory=dict)
    rows: Mapping[str, Sequence[RowAnswers | tuple[str, Fields]]] = field(default_factory=dict)


class ReferenceLookup(Protocol):
    """Answers of other records, for references."""

    def find(self, register: str, record_id: str) -> Fields | None:
        """The stored fields of a register's entry, or None when it is not known here."""


class NoReferences:
    """A lookup that knows nothing."""

    def find(self, register: str, record_id: str) -> Fields | None:
        return None


class Clock(Protocol):
    """The day and time at which a form is filled or judged."""

    def today(self) -> date: ...

    def now(self) -> datetime: ...


def field_named(fields: Fields, name: str) -> JsonValue:
    """The value of a question by its name, looked for in field keys and atomic groups."""
    for key, value in fields.items():
        if key == name or key.endswith("/" + name):
            return value
        if isinstance(value, dict) and name in value and "sha256" not in value:
            return value[name]
    return None
