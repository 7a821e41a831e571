"""The first change of a tablet's new line: whose line it goes on from, and what is missing.

A database that turned out to be a copy, or an older one of itself, becomes a new client. Its first
change says so. It writes to no record that anybody sees: the office keeps the line, notes it for
staff, and answers `quarantined` with this code, which needs nobody's decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.clocks import Moment
from shared.ids import is_client
from sync.changes import Change, FieldWrite, Operation, RecordEdit

TYPE: Final = "@predecessor"
PREDECESSOR_CODE: Final = "client.predecessor"
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The former client, the last change of it that this database knows to be acknowledged (its
    number and the chain there, hex), and how many changes of that line it does not have."""

    client: str
    number: int
    chain: str
    missing: int


def predecessor_change(
    ids: tuple[str, str], device: str, at: Moment, before: Predecessor
) -> Change:
    """The change; `ids` are fresh ones for it and for the record it seems to begin."""
    writes = {
        "client": FieldWrite(before.client),
        "number": FieldWrite(before.number),
        "chain": FieldWrite(before.chain),
        "missing": FieldWrite(before.missing),
    }
    edit = RecordEdit(
        record=ids[1],
        type=TYPE,
        form=TYPE,
        version=0,
        operation=Operation.CREATE,
        scope=f"device:{device}",
        writes=writes,
    )
    return Change(ids[0], device, at.wall_ms, at.wall_ms, at.monotonic_ms, at.boot_id, (edit,))


def predecessor_of(change: Change | None) -> Predecessor | None:
    """What such a change says; None for any other, and for one that says it wrongly."""
    if change is None or len(change.records) != 1 or change.records[0].type != TYPE:
        return None
    said = {name: write.value for name, write in change.records[0].writes.items()}
    client, number, chain, missing = (
        said.get(name) for name in ("client", "number", "chain", "missing")
    )
    if not is_client(client) or not isinstance(chain, str) or set(chain) - _HEX or len(chain) != 64:
        return None
    if not _is_count(number) or not _is_count(missing):
        return None
    assert isinstance(number, int)
    assert isinstance(missing, int)
    return Predecessor(client, number, chain, missing)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
