"""The values of a record's fields with who wrote them; made from rows when somebody looks at them.

Merging an inspection reads a title and a date of forty answers, and writes the others on as they
came. So the fields of a state may be their rows, as they stand in its bytes, of which a sibling is
made when it is asked for: `FieldRows` is equal to the dict of all siblings, and cheaper.
"""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, overload

from shared.canonical import JsonValue, ordered

VALUE_DEPTH: Final = 4
"""How deep a value stands in a state: fields, siblings, sibling, value."""
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Dot:
    """Who wrote a value, when (their clock, evidence only), on which client, and where."""

    id: str
    author: str
    saved_at: int
    client: str
    place: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sibling:
    """One value of a field that nobody has superseded. `salt` is kept for personal values."""

    dot: Dot
    value: JsonValue
    salt: str | None = None


Row = Sequence[Any]
"""`[number of the dot, value]`, with a salt behind them if there is one."""


class FieldRows(Mapping[str, tuple[Sibling, ...]]):
    """The fields of a state by name. `dots` are numbered by their place; `rows` hold every value in
    canonical order (checked), and are never changed."""

    __slots__ = ("_made", "dots", "rows")

    def __init__(self, dots: Sequence[Dot], rows: Mapping[str, Sequence[Row]]) -> None:
        self.dots = dots
        self.rows = rows
        self._made: dict[str, tuple[Sibling, ...]] = {}

    @classmethod
    def first(cls, dot: Dot, values: Mapping[str, JsonValue]) -> FieldRows:
        """The fields of a new record: one value each, all by one change. Raises CanonicalError."""
        return cls((dot,), {name: ((0, in_order(value)),) for name, value in values.items()})

    def changed(self, found: Mapping[str, tuple[Sibling, ...]]) -> FieldRows:
        """The same with other siblings of some fields. Raises CanonicalError."""
        dots = list(self.dots)
        number = {dot.id: at for at, dot in enumerate(dots)}
        rows = dict(self.rows)
        for name, siblings in found.items():
            of_field: list[Row] = []
            for one in siblings:
                at = number.get(one.dot.id)
                if at is None:
                    at = number[one.dot.id] = len(dots)
                    dots.append(one.dot)
                row: Row = [at, in_order(one.value)]
                of_field.append(row if one.salt is None else [*row, one.salt])
            rows[name] = of_field
        return FieldRows(dots, rows)

    def first_value(self, name: str) -> JsonValue:
        """The value of the first sibling of a field, or None."""
        rows = self.rows.get(name)
        value: JsonValue = rows[0][1] if rows else None
        return value

    def __getitem__(self, name: str) -> tuple[Sibling, ...]:
        """The siblings of a field."""
        found = self._made.get(name)
        if found is None:
            found = tuple(sibling_of(self.dots, row) for row in self.rows[name])
            self._made[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        """The names of the fields."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many fields there are."""
        return len(self.rows)

    def __contains__(self, name: object) -> bool:
        """Is there such a field?"""
        return name in self.rows

    def __repr__(self) -> str:
        """As the dict that it is equal to."""
        return repr(dict(self))

    def keys(self) -> KeysView[str]:
        """The names of the fields."""
        return self.rows.keys()

    @overload
    def get(self, name: str, default: None = None, /) -> tuple[Sibling, ...] | None: ...
    @overload
    def get(self, name: str, default: tuple[Sibling, ...], /) -> tuple[Sibling, ...]: ...
    @overload
    def get(self, name: str, default: Other, /) -> tuple[Sibling, ...] | Other: ...
    def get(self, name: str, default: object = None, /) -> object:
        """The siblings of a field, or the default."""
        return self[name] if name in self.rows else default


def live_dots(fields: Mapping[str, tuple[Sibling, ...]]) -> list[Dot]:
    """The dot of every sibling, some more than once, without making one that is a row still."""
    if isinstance(fields, FieldRows):
        live = {row[0] for rows in fields.rows.values() for row in rows}
        return [fields.dots[at] for at in live]
    return [one.dot for found in fields.values() for one in found]


def in_order(value: JsonValue) -> Any:
    """A value as it stands in a row. Texts, which nearly every value is, go as they are."""
    return value if type(value) is str else ordered(value, VALUE_DEPTH)


def sibling_of(dots: Sequence[Dot], row: Row) -> Sibling:
    """A sibling from its row."""
    return Sibling(dots[row[0]], row[1], row[2] if len(row) > 2 else None)
