"""What a form being filled hands on to be saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.canonical import JsonValue


@dataclass(frozen=True, slots=True)
class Save:
    """One thing to save: answers of a record; with `begins`, the row they bring into being."""

    record: str
    values: Mapping[str, JsonValue]
    begins: PendingRow | None = None


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row that does not exist until its first answer; `made` when the form makes it."""

    record_type: str
    parent: str
    made: bool = False
    values: Mapping[str, JsonValue] = field(default_factory=dict)
