"""What an edit writes: a value for each field, and what its author had been shown there."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass

from shared.canonical import JsonValue


@dataclass(frozen=True, slots=True)
class FieldWrite:
    """A value and the dots of the values its author had been shown. `salt` for personal ones."""

    value: JsonValue
    seen: tuple[str, ...] = ()
    salt: str | None = None


class PlainWrites(Mapping[str, FieldWrite]):
    """Writes of values alone, neither salted nor over anything seen, as nearly every new record
    has them: equal to the dict of all, each made when it is asked for."""

    __slots__ = ("values_by_name",)

    def __init__(self, values_by_name: Mapping[str, JsonValue]) -> None:
        self.values_by_name = values_by_name

    def __getitem__(self, name: str) -> FieldWrite:
        """The write of a field."""
        return FieldWrite(self.values_by_name[name])

    def __iter__(self) -> Iterator[str]:
        """The names of the fields."""
        return iter(self.values_by_name)

    def __len__(self) -> int:
        """How many fields are written."""
        return len(self.values_by_name)

    def __contains__(self, name: object) -> bool:
        """Is this field written?"""
        return name in self.values_by_name

    def __repr__(self) -> str:
        """As the dict that it is equal to."""
        return repr(dict(self))

    def keys(self) -> KeysView[str]:
        """The names of the fields."""
        return self.values_by_name.keys()
