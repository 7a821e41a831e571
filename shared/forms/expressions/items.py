"""Items of choice lists and tables: reading a cell by its column, and a table held in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shared.forms.expressions.world import Table, TableRow

KEY_COLUMNS = frozenset({"name", "key"})


def cell_of(row: TableRow, column: str, language: str) -> str:
    """A cell as text. `name` and `key` are the key, `label` is in the reader's language."""
    if column in KEY_COLUMNS:
        return row.key
    if column == "label":
        return row.label.get(language)
    if column == "label_th":
        return row.label.get("th")
    if column == "label_en":
        return row.label.get("en")
    return row.cells.get(column, "")


def rows_of_table(table: Table) -> Iterable[TableRow]:
    """The items of a table in their order."""
    rows = table.rows
    return rows.values() if isinstance(rows, Mapping) else rows


class ItemTable:
    """A table in memory, with one index a column, made when it is first asked for."""

    def __init__(self, rows: Sequence[TableRow]) -> None:
        self.rows = rows
        self._indexes: dict[str, dict[str, list[TableRow]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def matching(self, column: str, value: str) -> Sequence[TableRow]:
        """The items whose cell has exactly this text, in their order."""
        index = self._indexes.get(column)
        if index is None:
            index = {}
            languages = ("th", "en") if column == "label" else ("th",)
            for row in self.rows:
                for text in {cell_of(row, column, language) for language in languages}:
                    index.setdefault(text, []).append(row)
            self._indexes[column] = index
        return index.get(value, ())
