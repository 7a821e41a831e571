"""A tablet's working day in many steps of writing, and what must hold after whatever interrupts it.

Killing and filling the disk before each step of the day are tests of their own; the day is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from PIL import Image

from mobile.services.opened import OpenRecord
from mobile.store import base, blobs, changes, editing
from mobile.store.changes import Waiting
from shared.canonical import JsonValue, canonical_text, sha256_hex
from shared.records.state import encode_state
from sync.changes import frame, read_change
from sync.commitments import chain_next, chain_over, chain_start
from sync.messages import ChangeResult, Outcome, Page, Put
from tests.support.tablets import AREA, SOMCHAI, Desk, a_dot_id, ready_desk, state_of

FACTORY = a_dot_id(500)
PICTURE = "shot.png"
T = TypeVar("T")
Attempt = Callable[[Callable[[], T]], T]


def at_once(act: Callable[[], T]) -> T:
    """Do it."""
    return act()


def begin_home(folder: Path) -> None:
    """A tablet with forms, one factory and a picture to attach, to be copied."""
    desk = ready_desk(folder)
    fields: dict[str, JsonValue] = {"identity/fac_name": "โรงน้ำตาล", "identity/reg_no": "3-106"}
    desk.receives(AREA, state_of("factory", fields, record=FACTORY))
    Image.new("RGB", (40, 30), (20, 120, 90)).save(folder / PICTURE)
    desk.kill()


@dataclass
class Told:
    """What the screen confirmed: each (record, field, value), files, and ids the server named."""

    saved: list[tuple[str, str, JsonValue]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)


def story(desk: Desk, told: Told, attempt: Attempt = at_once) -> None:
    """A working day: answers, rows, a picture, a deletion, sealing, handing in, results, a page, an
    epoch. Each act goes through `attempt`, which may do it once more."""
    capture, replica = desk.app.capture, desk.app.replica

    def say(opened: OpenRecord, record: str, name: str, value: JsonValue) -> None:
        attempt(lambda: capture.answer(opened, record, name, value))
        told.saved.append((record, name, value))

    register = attempt(lambda: capture.open_record(FACTORY, SOMCHAI))
    say(register, FACTORY, "identity/fac_name", "โรงน้ำตาล (ใหม่)")
    say(register, FACTORY, "identity/operator", "นาย ก")
    attempt(lambda: capture.close(register))
    visit = capture.begin_record("visit", AREA, SOMCHAI)
    say(visit, visit.root, "visit/day", "2025-08-15")
    fact: dict[str, JsonValue] = {"fact": "ท่อรั่ว"}
    row = attempt(lambda: capture.add_row(visit, visit.root, "visit/findings", fact))
    told.saved.append((row, "fact", "ท่อรั่ว"))
    shot = attempt(lambda: desk.app.attacher.picture(desk.home / PICTURE))
    told.files.append(str(shot["sha256"]))
    photo = attempt(lambda: capture.add_row(visit, row, "visit/findings/photos", {"photo": shot}))
    told.saved.append((photo, "photo", shot))
    attempt(lambda: capture.seal(visit.root))
    say(visit, row, "due", "2025-09-01")
    attempt(lambda: capture.delete(visit, row, "ซ้ำ"))
    attempt(lambda: capture.submit(visit))
    attempt(lambda: capture.close(visit))
    attempt(lambda: acknowledge(desk, told, 2))
    attempt(lambda: replica.shelf.sent(told.files[0]))
    state = state_of("factory", {"identity/fac_name": "อื่น"}, record=FACTORY, revision=4)
    cursor = replica.standing().cursors[AREA]
    page = Page(AREA, cursor, cursor + 1, cursor + 1, (Put(encode_state(state)),))
    assert attempt(lambda: replica.apply_page(page))
    standing = replica.standing()
    assert attempt(lambda: replica.begin_epoch("epoch-2", standing.number, standing.chain))
    attempt(replica.mint_incarnation)
    again = attempt(lambda: capture.open_record(FACTORY, SOMCHAI))
    say(again, FACTORY, "identity/reg_no", "3-107")


def acknowledge(desk: Desk, told: Told, count: int) -> None:
    replica = desk.app.replica
    standing = replica.standing()
    sent = replica.pending(standing.number, count, 10**9)
    chain = chain_over(bytes.fromhex(standing.chain), [line.head_hash for line in sent]).hex()
    results = [ChangeResult(x.number, x.id, Outcome.APPLIED, AREA, 99) for x in sent]
    replica.acknowledge(sent[-1].number, chain, results)
    told.acknowledged |= {line.id for line in sent}


def held(desk: Desk) -> set[tuple[str, str, str]]:
    """Every value on the tablet, sealed or not."""
    reader = desk.app.database.reader()
    out: set[tuple[str, str, str]] = set()
    for row in reader.execute("SELECT line FROM change").fetchall():
        for edit in read_change(frame(row["line"])).records:
            out |= {(edit.record, name, canonical_text(w.value)) for name, w in edit.writes.items()}
    for root in editing.roots(reader):
        out |= {(e.record, e.field, canonical_text(e.value)) for e in editing.of_root(reader, root)}
    return out


def check(desk: Desk, told: Told) -> None:
    """What must hold after any cut."""
    reader = desk.app.database.reader()
    missing = {(r, f, canonical_text(v)) for r, f, v in told.saved} - held(desk)
    assert not missing, f"confirmed on the screen and lost: {missing}"
    for sha256 in told.files:
        path = desk.app.attacher.path(sha256)
        assert path is not None, "a picture is lost"
        assert sha256_hex(path.read_bytes()) == sha256, "a picture is not whole"
        assert blobs.known(reader, sha256) is not None, "a picture that nobody knows of"
    assert editing.roots(reader) == [], "the start seals what a kill left"
    standing = desk.app.replica.standing()
    chain = chain_start(standing.client)
    rows = reader.execute(
        "SELECT number, head_hash, chain, status FROM change WHERE client = ? ORDER BY number",
        (standing.client,),
    ).fetchall()
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1)), "a gap in the numbers"
    for row in rows:
        chain = chain_next(chain, row["head_hash"])
        assert row["chain"] == chain.hex(), "the chain is broken"
        waits = row["status"] == Waiting.PENDING
        assert waits == (row["number"] > standing.number), "a change is skipped or sent twice"
    assert changes.chain_at(reader, standing.client, standing.number) == standing.chain
    assert dict(standing.digests) == dict(base.recount(reader)), "a digest is not that of its rows"
    for held_scope in base.scopes(reader):
        assert held_scope.cursor <= held_scope.head
