"""Two versions of a codebook beside each other: rows and columns added, removed, changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.forms.codebook import Codebook, CodebookRow
from shared.forms.definition import Text

ROWS_SHOWN_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that differs."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row whose cells differ."""

    key: str
    label: Text
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs. The counts are exact; of each kind at most ROWS_SHOWN_MAX rows are listed."""

    added: tuple[CodebookRow, ...]
    removed: tuple[CodebookRow, ...]
    changed: tuple[RowChange, ...]
    added_count: int
    removed_count: int
    changed_count: int
    same_count: int
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    moved: bool
    """True when rows that both have stand in another order."""

    @property
    def is_same(self) -> bool:
        """Do both have the same rows, cell by cell?"""
        counts = (self.added_count, self.removed_count, self.changed_count)
        return counts == (0, 0, 0) and not self.moved


def compare_codebooks(old: Codebook, new: Codebook) -> Comparison:
    """Row by row, by key."""
    added = [row for key, row in new.rows.items() if key not in old.rows]
    removed = [row for key, row in old.rows.items() if key not in new.rows]
    both = [key for key in new.rows if key in old.rows]
    changed: list[RowChange] = []
    count = 0
    for key in both:
        cells = _cells(old.rows[key], new.rows[key])
        if cells:
            count += 1
            if count <= ROWS_SHOWN_MAX:
                changed.append(RowChange(key, new.rows[key].label, cells))
    before, after = columns_of(old), columns_of(new)
    return Comparison(
        added=tuple(added[:ROWS_SHOWN_MAX]),
        removed=tuple(removed[:ROWS_SHOWN_MAX]),
        changed=tuple(changed),
        added_count=len(added),
        removed_count=len(removed),
        changed_count=count,
        same_count=len(both) - count,
        columns_added=tuple(one for one in after if one not in before),
        columns_removed=tuple(one for one in before if one not in after),
        moved=[key for key in old.rows if key in new.rows] != both,
    )


def columns_of(book: Codebook) -> tuple[str, ...]:
    """The columns that its rows have beyond key and label, in the order in which they appear."""
    return tuple(dict.fromkeys(name for row in book.rows.values() for name in row.cells))


def _cells(old: CodebookRow, new: CodebookRow) -> tuple[CellChange, ...]:
    if old == new:
        return ()
    pairs = [("th", old.label.th, new.label.th), ("en", old.label.en, new.label.en)]
    for name in dict.fromkeys((*old.cells, *new.cells)):
        pairs.append((name, old.cells.get(name, ""), new.cells.get(name, "")))
    return tuple(CellChange(*pair) for pair in pairs if pair[1] != pair[2])
