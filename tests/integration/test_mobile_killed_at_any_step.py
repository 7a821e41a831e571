"""The app is killed before any step of writing: nothing that was confirmed is lost, ever.

One story runs again and again, the power cut before its first, second, third ... writing step,
until it gets to its end. After each cut the app starts on what the disk holds.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mobile.services.opened import OpenRecord
from mobile.store import base, changes, editing
from mobile.store.changes import Waiting
from shared.canonical import JsonValue
from shared.records.state import encode_state
from sync.changes import frame, read_change
from sync.commitments import chain_next, chain_over, chain_start
from sync.messages import ChangeResult, Outcome, Page, Put
from tests.support.tablets import AREA, SOMCHAI, Desk, Fuse, Killed, a_dot_id, ready_desk, state_of

FACTORY = a_dot_id(500)


@dataclass
class Told:
    """What the screen confirmed: each (record, field, value), and ids the server has named."""

    saved: list[tuple[str, str, JsonValue]] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tablet with forms and one factory, to be copied."""
    folder = tmp_path_factory.mktemp("template") / "tablet"
    desk = ready_desk(folder)
    fields: dict[str, JsonValue] = {"identity/fac_name": "โรงน้ำตาล", "identity/reg_no": "3-106"}
    desk.receives(AREA, state_of("factory", fields, record=FACTORY))
    desk.kill()
    return folder


def story(desk: Desk, told: Told) -> None:
    """A working day: answers, rows, a deletion, sealing, handing in, results, a page, an epoch."""
    capture, replica = desk.app.capture, desk.app.replica

    def say(opened: OpenRecord, record: str, name: str, value: JsonValue) -> None:
        capture.answer(opened, record, name, value)
        told.saved.append((record, name, value))

    register = capture.open_record(FACTORY, SOMCHAI)
    say(register, FACTORY, "identity/fac_name", "โรงน้ำตาล (ใหม่)")
    say(register, FACTORY, "identity/operator", "นาย ก")
    capture.close(register)
    visit = capture.begin_record("visit", AREA, SOMCHAI)
    say(visit, visit.root, "visit/day", "2025-08-15")
    row = capture.add_row(visit, visit.root, "visit/findings", {"fact": "ท่อรั่ว"})
    told.saved.append((row, "fact", "ท่อรั่ว"))
    capture.seal(visit.root)
    say(visit, row, "due", "2025-09-01")
    capture.delete(visit, row, "ซ้ำ")
    capture.submit(visit)
    capture.close(visit)
    acknowledge(desk, told, 2)
    state = state_of("factory", {"identity/fac_name": "อื่น"}, record=FACTORY, revision=4)
    cursor = replica.standing().cursors[AREA]
    page = Page(AREA, cursor, cursor + 1, cursor + 1, (Put(encode_state(state)),))
    assert replica.apply_page(page)
    standing = replica.standing()
    assert replica.begin_epoch("epoch-2", standing.number, standing.chain)
    replica.mint_incarnation()
    again = capture.open_record(FACTORY, SOMCHAI)
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
            out |= {(edit.record, name, str(w.value)) for name, w in edit.writes.items()}
    for root in editing.roots(reader):
        out |= {(e.record, e.field, str(e.value)) for e in editing.of_root(reader, root)}
    return out


def check(desk: Desk, told: Told) -> None:
    """What must hold after any cut."""
    reader = desk.app.database.reader()
    missing = {(r, f, str(v)) for r, f, v in told.saved} - held(desk)
    assert not missing, f"confirmed on the screen and lost: {missing}"
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


def cuts(home: Path, folder: Path) -> Iterator[tuple[int, Desk, Told, bool]]:
    """The story cut before each writing step in turn, and once to its end."""
    step = 0
    finished = False
    while not finished:
        step += 1
        copy = folder / f"cut-{step}"
        shutil.copytree(home, copy)
        desk = Desk(copy, fuse=Fuse(), source=random.Random(step))
        desk.start()
        desk.sign_in()
        desk.fuse.at, desk.fuse.steps = step, 0
        told = Told()
        try:
            story(desk, told)
            finished = True
        except Killed:
            pass
        desk.fuse.at = 0
        desk.kill()
        yield step, desk, told, finished
        shutil.rmtree(copy)


def test_a_kill_before_any_writing_step_loses_nothing_that_was_confirmed(
    home: Path, tmp_path: Path
) -> None:
    seen: list[int] = []
    for step, desk, told, _ in cuts(home, tmp_path):
        seen.append(step)
        desk.start()
        check(desk, told)
        desk.kill()
    assert len(seen) > 50, "the story is expected to write in many steps"


def test_a_kill_while_the_start_repairs_is_repaired_by_the_next_start(
    home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "tablet"
    shutil.copytree(home, copy)
    desk = Desk(copy)
    desk.start()
    told = Told()
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ก่อนดับ")
    told.saved.append((FACTORY, "identity/fac_name", "ก่อนดับ"))
    desk.kill()
    for step in range(1, 50):
        desk.fuse.at, desk.fuse.steps = step, 0
        try:
            desk.start()
        except Killed:
            continue
        break
    desk.fuse.at = 0
    check(desk, told)
    desk.kill()


def test_a_restored_copy_becomes_another_client_and_keeps_what_waits(
    home: Path, tmp_path: Path
) -> None:
    original, copy = tmp_path / "tablet", tmp_path / "copy"
    shutil.copytree(home, original)
    desk = Desk(original)
    desk.start()
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ยังไม่ส่ง")
    desk.app.capture.close(opened)
    before = desk.app.replica.standing().client
    desk.kill()
    shutil.copytree(original, copy)
    shutil.rmtree(copy / "no_backup")
    clone = Desk(copy, seed=2)
    clone.start()
    standing = clone.app.replica.standing()
    assert standing.client != before
    assert standing.number == 0
    assert [line.number for line in clone.app.replica.pending(0, 9, 10**9)] == [1]
    client = standing.client
    clone.kill()
    clone.start()
    assert clone.app.replica.standing().client == client, "minted once, not at every start"
    clone.kill()
