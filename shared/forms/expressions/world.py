"""What a compiled expression sees when it runs: the row it stands in, and the world around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
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


class Labels(Protocol):
    """A text in the languages that it has."""

    def get(self, language: str) -> str:
        """The text in a language; in another one when it lacks that one."""


class TableRow(Protocol):
    """One item of a list or table: its key (`name`), its label, and its cells as text."""

    @property
    def key(self) -> str:
        """What is stored as an answer."""

    @property
    def label(self) -> Labels:
        """What is shown."""

    @property
    def cells(self) -> Mapping[str, str]:
        """The further columns; a missing cell is empty."""


class Table(Protocol):
    """A choice list, codebook or attached file, as `instance()` and `pulldata()` see it."""

    @property
    def rows(self) -> Iterable[TableRow] | Mapping[str, TableRow]:
        """The items in their order."""

    def matching(self, column: str, value: str) -> Sequence[TableRow]:
        """The items whose cell has exactly this text, in their order, by an index. `name` and
        `key` are the key; `label`, `label_th` and `label_en` the labels."""

    def __len__(self) -> int:
        """How many items there are."""


class World(Protocol):
    """Everything that is not an answer; handed in, so that results can be repeated."""

    @property
    def language(self) -> str:
        """The language of the person who reads: `th` or `en`."""

    @property
    def memo(self) -> dict[object, object]:
        """A place where expressions keep indexes over tables, for as long as the world lasts."""

    def today(self) -> date:
        """The day on which the form is filled."""

    def now(self) -> datetime:
        """The wall clock's time, without an offset."""

    def codebook_value(self, codebook: str, key: str, column: str) -> str | None:
        """A cell of a codebook or register, or None."""

    def choice_label(self, choices: str, name: str) -> str:
        """The label of a choice in the reader's language."""

    def table(self, name: str) -> Table | None:
        """A choice list, codebook or attached table by its name; None when there is none."""

    def last_saved(self, record_type: str, key: str) -> Value:
        """The answer that this question got in the record saved last; None when none did. For a
        question of a repeat a list, one value a row."""

    def form_version(self) -> str:
        """The version of the form, as its author wrote it."""

    def itext(self, text_id: str) -> str | None:
        """A text of the form by XForms' id for it (`/data/group/name:label`), or None."""

    def random(self) -> Decimal:
        """A number from 0 (included) to 1 (excluded). Asked for only where results are kept."""

    def uuid(self) -> str:
        """A new random UUID. Asked for only where results are kept."""

    def overran(self, expression: str) -> None:
        """Told when a result was given up because it needed too much work or room."""

    def property(self, name: str) -> str | None:
        """A fact about the device, the person or the record (`deviceid`, `username`, `email`,
        `instanceID` ...), or None when it is not known."""


class TooMuchWork(Exception):
    """A result needs more work, or a longer text, than an expression may take."""


class Work:
    """How much one evaluation may still do, in rows looked at."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, amount: int) -> None:
        """Counts work; raises TooMuchWork when none is left."""
        self.left -= amount
        if self.left < 0:
            raise TooMuchWork


# One look at 1,000 rows for each of 1,000 rows is allowed; a third such level is not.
WORK_MAX = 1_100_000


class Context:
    """Where an expression runs. `outer` is the row that the whole expression belongs to; in a
    predicate `row` is the row looked at, `item` the item of a table, with its `position` among
    `size`. `column` are the cells of the option that a choice filter looks at."""

    __slots__ = (
        "column",
        "here",
        "item",
        "outer",
        "own",
        "position",
        "row",
        "size",
        "work",
        "world",
    )

    def __init__(
        self,
        world: World,
        row: Row,
        here: Value = None,
        *,
        outer: Row | None = None,
        position: int = 0,
        column: Mapping[str, str] | None = None,
        size: int = 0,
        item: TableRow | None = None,
        within: Context | None = None,
    ) -> None:
        self.world = world
        self.row = row
        self.here = here
        self.position = position
        self.size = size
        self.item = item
        if within is None:
            self.outer = row if outer is None else outer
            self.column = column
            self.own = here
            self.work: Work | None = None
        else:
            self.outer = within.outer
            self.column = within.column
            self.own = within.own
            self.work = within.work

    def spend(self, amount: int) -> None:
        """Counts work; raises TooMuchWork beyond the bound."""
        if self.work is None:
            self.work = Work(WORK_MAX)
        self.work.spend(amount)
