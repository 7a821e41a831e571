"""Laws of what a replica does with pages, each a check of one example on a core."""

from __future__ import annotations

from dataclasses import replace

from shared.records.state import RecordState, Sibling, encode_state
from sync.digest import row_digest, to_text
from sync.messages import Leave, Page, Put
from tests.property.sync.core import Core
from tests.property.sync.field_story import RECORD
from tests.support.memory_replica import MemoryReplica
from tests.support.strategies import dot_of_number, id_of


def moves_keep_the_record(core: Core, leave_first: bool) -> None:
    """A record that moved to another scope stays, whichever page is applied first."""
    replica = _replica(core)
    old, new = _state("area:1", 4), _state("area:2", 5)
    replica.apply_page(_page("area:1", 0, 4, Put(encode_state(old))))
    leave = _page("area:1", 4, 5, Leave(RECORD, 5))
    put = _page("area:2", 0, 1, Put(encode_state(new)))
    for page in (leave, put) if leave_first else (put, leave):
        assert replica.apply_page(page)
    shown = replica.shown(RECORD)
    assert shown is not None
    assert (shown.scope, shown.revision) == ("area:2", 5)


def old_states_do_not_return(core: Core, revision: int) -> None:
    """A put with a lower revision than the one held changes nothing."""
    replica = _replica(core)
    newest = _state("area:1", 50)
    replica.apply_page(_page("area:1", 0, 1, Put(encode_state(newest))))
    replica.apply_page(_page("area:1", 1, 2, Put(encode_state(_state("area:1", revision)))))
    shown = replica.shown(RECORD)
    assert shown is not None
    assert shown.revision == 50


def a_dropped_row_is_noticed(core: Core, revisions: list[int]) -> None:
    """The replica's digest is of what it holds: a page that lost a row does not fit the digest."""
    rows = [replace(_state("area:1", r), record=id_of(500 + n)) for n, r in enumerate(revisions)]
    data = [(row, encode_state(row)) for row in rows]
    total = sum(row_digest(row.record, row.revision, state) for row, state in data) % 2**256
    whole, cut = _replica(core), _replica(core)
    puts = tuple(Put(state) for _, state in data)
    page = Page("area:1", 0, len(rows), len(rows), puts, to_text(total))
    whole.apply_page(page)
    assert whole.standing().digests["area:1"] == total
    cut.apply_page(replace(page, rows=puts[1:]))
    assert cut.standing().digests["area:1"] != total, "the loss of a row went unnoticed"


def _replica(core: Core) -> MemoryReplica:
    replica = MemoryReplica(id_of(2), rules=core.rules)
    replica.hold_scopes(["area:1", "area:2"])
    return replica


def _page(scope: str, start: int, cursor: int, row: Put | Leave) -> Page:
    return Page(scope, start, cursor, cursor, (row,))


def _state(scope: str, revision: int) -> RecordState:
    dot = dot_of_number(7)
    value = Sibling(dot, str(revision))
    return RecordState(
        RECORD, revision, "insp", "insp", 1, scope, None, RECORD, (1, 0), dot, {"answer": (value,)}
    )
