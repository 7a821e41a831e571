"""What a compiled expression sees when it runs: the row it stands in, and the world around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from shared.forms.expressions.values import Value


class Row(Protocol):
    """One record of a tree: the root, or a row of a repeat."""

    @property
    def record_id(self) -> str:
        """The id of the record."""

    @property
    def position(self) -> int:
        """Which row of its repeat this is, from 1."""

    @property
    def effective(self) -> Mapping[str, Value]:
        """Answers by question key; an irrelevant question has none."""

    @property
    def parent(self) -> Row | None:
        """The record that this row belongs to."""

    @property
    def children(self) -> Mapping[str, Sequence[Row]]:
        """Rows by the record type of their repeat, in their order."""


class World(Protocol):
    """Everything that is not an answer; handed in, so that results can be repeated."""

    def today(self) -> date:
        """The day on which the form is filled."""

    def now(self) -> datetime:
        """The wall clock's time, without an offset."""

    def codebook_value(self, codebook: str, key: str, column: str) -> str | None:
        """A cell of a codebook or register, or None."""

    def choice_label(self, choices: str, name: str) -> str:
        """The label of a choice in the reader's language."""


class Context:
    """Where an expression runs. `outer` is the row that the whole expression belongs to; in a
    predicate `row` is the row looked at, with its position."""

    __slots__ = ("column", "here", "outer", "position", "row", "world")

    def __init__(
        self,
        world: World,
        row: Row,
        here: Value = None,
        *,
        outer: Row | None = None,
        position: int = 0,
        column: Mapping[str, str] | None = None,
    ) -> None:
        self.world = world
        self.row = row
        self.outer = row if outer is None else outer
        self.here = here
        self.position = position
        self.column = column
