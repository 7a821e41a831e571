"""The list of records: 100,000 of them cost eight bytes each; lines are read 64 at a time."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from mobile.presenters.listed_view import ListedView, listed_view
from mobile.presenters.observed import Observed
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter
from shared.forms.definition import Text
from shared.limits import SEARCH_LENGTH_MAX

PAGE = 64
PAGES_KEPT = 24
IN_CONFLICT = "conflict"
"""In the place of a status: records with more than one live value somewhere."""


@dataclass(frozen=True, slots=True)
class RecordsState:
    """`kinds` are the forms to filter by (type, title); `version` rises when lines are new;
    `preparing` records were received and are not listed yet."""

    count: int = 0
    preparing: int = 0
    search: str = ""
    types: tuple[str, ...] = ()
    status: str = ""
    scope: str = ""
    kinds: tuple[tuple[str, Text], ...] = ()
    version: int = 0


class RecordsPresenter(Observed[RecordsState]):
    """A virtual list: `len()` of them, `row(index)` gives one line."""

    def __init__(self, tablet: Tablet, types: Sequence[str] = (), scope: str = "") -> None:
        kinds = tuple((form.record_type, form.title) for form in tablet.library.forms())
        super().__init__(RecordsState(types=tuple(types), scope=scope, kinds=kinds))
        self._tablet = tablet
        self._rows: array[int] = array("q")
        self._pages: OrderedDict[int, list[ListedView | None]] = OrderedDict()
        self._turn = 0
        self.refresh()

    def __len__(self) -> int:
        """How many records match."""
        return len(self._rows)

    def row(self, index: int) -> ListedView | None:
        """The line at a place; None when its record has gone meanwhile."""
        page = index // PAGE
        found = self._pages.get(page)
        if found is None:
            numbers = self._rows[page * PAGE : (page + 1) * PAGE]
            lines = self._tablet.browser.lines(numbers)
            found = [None if line is None else listed_view(self._tablet, line) for line in lines]
            self._pages[page] = found
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(page)
        return found[index % PAGE]

    def find(self, text: str) -> None:
        """Show records that contain every word typed, however it is spelled."""
        self._read(text[:SEARCH_LENGTH_MAX], self.state.types, self.state.status)

    def filter(self, *, types: Sequence[str] | None = None, status: str | None = None) -> None:
        """Show records of these forms, in this status ("" for all, or IN_CONFLICT)."""
        state = self.state
        self._read(
            state.search,
            state.types if types is None else tuple(types),
            state.status if status is None else status,
        )

    def refresh(self) -> None:
        """Read the list anew."""
        self._read(self.state.search, self.state.types, self.state.status)

    def _read(self, search: str, types: tuple[str, ...], status: str) -> None:
        """Opening reads an index; a search reads every line, so nobody who draws waits for it."""
        state = self.state
        wanted = Filter(
            types=types or tuple(name for name, _ in state.kinds),
            statuses=(status,) if status and status != IN_CONFLICT else (),
            in_conflict=status == IN_CONFLICT,
            scope=state.scope,
            search=search,
        )
        self._turn += 1
        turn, browser = self._turn, self._tablet.browser

        def found(rows: array[int]) -> None:
            if turn == self._turn:
                self._take(rows, search, types, status)

        if search:
            self._tablet.run(lambda: browser.rows(wanted), found)
        else:
            found(browser.rows(wanted))

    def _take(self, rows: array[int], search: str, types: tuple[str, ...], status: str) -> None:
        """Show these lines."""
        state = self.state
        self._rows = rows
        self._pages.clear()
        self._show(
            RecordsState(
                count=len(rows),
                preparing=self._tablet.browser.preparing(),
                search=search,
                types=types,
                status=status,
                scope=state.scope,
                kinds=state.kinds,
                version=state.version + 1,
            )
        )
