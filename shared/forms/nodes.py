"""One record of a tree that keeps itself up to date, and which rows of a counted repeat count."""

from __future__ import annotations

from shared.canonical import JsonValue
from shared.forms.expressions.values import Value
from shared.forms.graph import TypeLogic
from shared.ids import row_id
from shared.limits import ROWS_PER_REPEAT_MAX

MADE_VERSION = "5"
"""The version digit in the ids of rows that a form makes; those that people add have another."""


class Node:
    """One record of the tree, with everything the engine knows about it.

    `stored` are fields as they are kept, `raw` the answers in them by question key; `computed` is
    what they mean in expressions, and `effective` the same without what is not relevant. `rows`
    are all rows, `children` those that count; `due` is how many a repeat's count asks for.
    `followed` is what a stored question's calculation gives; in `typed` are those questions where
    a person's own answer differs from it.
    """

    __slots__ = (
        "alive",
        "children",
        "computed",
        "due",
        "effective",
        "followed",
        "logic",
        "made",
        "parent",
        "position",
        "raw",
        "record_id",
        "record_type",
        "relevance",
        "rows",
        "stored",
        "typed",
    )

    def __init__(self, record_id: str, logic: TypeLogic, parent: Node | None) -> None:
        self.record_id = record_id
        self.record_type = logic.record_type
        self.logic = logic
        self.parent = parent
        self.position = 1
        self.stored: dict[str, JsonValue] = {}
        self.raw: dict[str, JsonValue] = {}
        self.computed: dict[str, Value] = {}
        self.effective: dict[str, Value] = {}
        self.relevance: dict[str, bool] = {}
        self.alive = True
        self.rows: dict[str, list[Node]] = {}
        self.children: dict[str, list[Node]] = {}
        self.due: dict[str, int] = {}
        self.made: dict[str, dict[str, int]] = {}
        self.followed: dict[str, Value] = {}
        self.typed: set[str] = set()

    def holds(self, guards: tuple[str, ...]) -> bool:
        """Whether this record counts and none of these relevance formulas says no."""
        if not self.alive:
            return False
        # Asked for every answer of every row, mostly with no guard at all: no generator is made.
        for guard in guards:  # noqa: SIM110
            if not self.relevance.get(guard, True):
                return False
        return True

    def _make_ids(self, record_type: str, count: int) -> dict[str, int]:
        """The ids of the rows that the form makes in a counted repeat, with their numbers from 1;
        at least so many."""
        found = self.made.setdefault(record_type, {})
        name = record_type.rpartition("/")[2]
        while len(found) < count:
            number = len(found) + 1
            found[row_id(self.record_id, name, str(number))] = number
        return found

    def _number_of(self, record_type: str, record_id: str) -> int:
        """The number of a row that the form made; 0 for rows that people added."""
        if record_id[14:15] != MADE_VERSION:
            return 0
        known = self.made.setdefault(record_type, {})
        while record_id not in known and len(known) < ROWS_PER_REPEAT_MAX:
            self._make_ids(record_type, len(known) + 1)
        return known.get(record_id, 0)

    def number_rows(self, record_type: str) -> None:
        """Gives each row its place. In a counted repeat rows that people added come first, then
        those that the form made by their number, which is the same on every tablet."""
        rows = self.rows.get(record_type, [])
        if record_type not in self.logic.counted:
            for index, row in enumerate(rows, start=1):
                row.position = index
            return
        numbers = {row.record_id: self._number_of(record_type, row.record_id) for row in rows}
        rows.sort(key=lambda row: numbers[row.record_id])
        added = sum(number == 0 for number in numbers.values())
        for index, row in enumerate(rows, start=1):
            number = numbers[row.record_id]
            row.position = added + number if number else index

    def counting(self, record_type: str) -> list[Node]:
        """The rows of a repeat that count."""
        rows = self.rows.get(record_type, [])
        if not self.holds(self.logic.repeat_guards[record_type]):
            return []
        if record_type not in self.logic.counted:
            return rows
        due = self.due.get(record_type, 0)
        return [row for row in rows if row.position <= due]

    def missing(self, record_type: str) -> list[str]:
        """The ids of rows that a repeat's count asks for and that are not there."""
        rows = self.rows.get(record_type, [])
        places = {row.position for row in rows}
        added = sum(self._number_of(record_type, row.record_id) == 0 for row in rows)
        due = self.due.get(record_type, 0)
        ids = list(self._make_ids(record_type, due))
        return [
            ids[place - added - 1] for place in range(added + 1, due + 1) if place not in places
        ]
