"""Receiving a push in this process: no network, no tablet, only what the office does with it.

    python -m tests.bench.part_push_profile [--postgres] [--profile new|edits] [--count N]

Without `--profile` it prints milliseconds of processor and clock for an inspection that is new
(one change, four records, 52 values) and for an edit of two fields; with it, where they went.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from server.services.publish_form import publish_form
from server.services.receive_changes import receive_changes
from server.serving import settle_memory
from shared.canonical import JsonValue
from shared.limits import PUSH_BYTES_MAX, PUSH_CHANGES_MAX
from sync.changes import FieldWrite, Operation, RecordEdit, SealedChange
from sync.messages import Outcome, PushAnswer
from tests.bench.figures import Figure
from tests.bench.inspections import FORM, form_source, inspection
from tests.bench.run_part import ROOM
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.offices import AREA, TestOffice, TestTablet, furnished_office
from tests.support.postgres import PostgresCluster

COUNT = 500
EDITS = 1_000
SAID = "ตรวจซ้ำ guard replaced "


def new_inspections(tablet: TestTablet, count: int) -> list[str]:
    """That many inspections sealed by a tablet; the ids of their roots."""
    roots = []
    for number in range(count):
        fields, findings = inspection(number)
        root = tablet.new_id()
        edits = [_edit(root, FORM, Operation.CREATE, fields, scope=AREA)]
        for order, finding in enumerate(findings, 1):
            kind = f"{FORM}/findings"
            row = _edit(tablet.new_id(), kind, Operation.CREATE, finding, parent=root, order=order)
            edits.append(row)
        tablet.seal(*edits)
        roots.append(root)
    return roots


def two_field_edits(tablet: TestTablet, roots: Sequence[str], dots: dict[str, str]) -> None:
    """One edit of two fields in each record, by somebody who was shown what is there."""
    for root in roots:
        values = {"visit/inspector_note": SAID + root[-6:], "visit/risk": "low"}
        edit = _edit(root, FORM, Operation.SET, values, seen=(dots[root],), base=1)
        dots[root] = tablet.seal(edit).id


def _edit(
    record: str,
    kind: str,
    operation: Operation,
    values: Mapping[str, JsonValue],
    *,
    scope: str | None = None,
    parent: str | None = None,
    order: int = 0,
    base: int = 0,
    seen: tuple[str, ...] = (),
) -> RecordEdit:
    writes = {name: FieldWrite(value, seen) for name, value in values.items()}
    return RecordEdit(
        record, kind, FORM, 1, operation, base, scope, parent, local_order=order, writes=writes
    )


def bodies_of(tablet: TestTablet) -> Iterator[bytes]:
    """What is pending as pushes; the tablet moves on before each next one."""
    while tablet.pending:
        size, count = 4_096, 0
        for item in tablet.pending[:PUSH_CHANGES_MAX]:
            assert isinstance(item, SealedChange)
            size += len(item.line) + 1
            if size > PUSH_BYTES_MAX:
                break
            count += 1
        yield tablet.push_body(tablet.pending[:count])
        del tablet.pending[:count]


def push_all(tablet: TestTablet) -> tuple[float, float]:
    """Hand in all that is pending: seconds by the clock, and of this process."""
    clock = cpu = 0.0
    for body in bodies_of(tablet):
        began, used = time.perf_counter(), time.process_time()
        answer: PushAnswer = receive_changes(tablet.world.office, tablet.device, body)
        clock += time.perf_counter() - began
        cpu += time.process_time() - used
        assert all(r.outcome is Outcome.APPLIED for r in answer.results), answer.results[:3]
        tablet.number, tablet.chain = answer.number, answer.chain
    return clock, cpu


@contextmanager
def office_on(kind: str, room: Path) -> Iterator[TestOffice]:
    """An office with people and the form, on the engine of that name."""
    room.mkdir(parents=True, exist_ok=True)
    with _databases(kind, room) as databases:
        world = furnished_office(databases, room / "office")
        publish_form(world.office, world.people["admin"], form_source(), FORM)
        try:
            yield world
        finally:
            world.close()


@contextmanager
def _databases(kind: str, room: Path) -> Iterator[Databases]:
    if kind == "sqlite":
        yield SqliteDatabases(room)
        return
    cluster = PostgresCluster.start()
    try:
        yield PostgresDatabases(cluster)
    finally:
        cluster.stop()


def one_round(
    world: TestOffice, count: int, edits: int, around: dict[str, Callable[..., object]]
) -> dict[str, tuple[float, float]]:
    """Seconds (clock, processor) of one new inspection and of one edit."""
    tablet = world.tablet("somchai")
    roots = new_inspections(tablet, 50)
    push_all(tablet)
    roots = new_inspections(tablet, count)
    dots = {root: item.id for root, item in zip(roots, tablet.pending, strict=True)}
    gc.collect()
    new = around.get("new", _plainly)(lambda: push_all(tablet))
    for start in range(0, edits, count):
        two_field_edits(tablet, roots[: edits - start], dots)
    edited = around.get("edits", _plainly)(lambda: push_all(tablet))
    assert isinstance(new, tuple)
    assert isinstance(edited, tuple)
    return {
        "new": (new[0] / count, new[1] / count),
        "edits": (edited[0] / edits, edited[1] / edits),
    }


def _plainly(act: Callable[[], object]) -> object:
    return act()


def _profiled(act: Callable[[], object]) -> object:
    profile = cProfile.Profile()
    out = profile.runcall(act)
    stats = pstats.Stats(profile)
    stats.sort_stats("tottime").print_stats(45)
    stats.sort_stats("cumtime").print_stats(60)
    return out


def measure(room: Path, quick: bool) -> list[Figure]:
    """The clock of one inspection and one edit, SQLite, beside PostgreSQL's."""
    count = 50 if quick else COUNT
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for kind in ("sqlite", "postgresql"):
        with office_on(kind, room / kind) as world:
            found[kind] = one_round(world, count, 2 * count, {})
    out = []
    for name, of in (("a new inspection", "new"), ("an edit of two fields", "edits")):
        here, there = found["sqlite"][of][0] * 1e3, found["postgresql"][of][0] * 1e3
        out.append(Figure(f"{name} on PostgreSQL", "ms", there, here, there / here, "on SQLite"))
    return out


def main() -> None:
    """Measure once, or say where the time goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--profile", choices=("new", "edits"))
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    settle_memory()
    kind = "postgresql" if asked.postgres else "sqlite"
    around = {asked.profile: _profiled} if asked.profile else {}
    ROOM.mkdir(parents=True, exist_ok=True)
    room = tempfile.TemporaryDirectory(dir=ROOM, prefix="push-")
    with room as folder, office_on(kind, Path(folder)) as world:
        for number in range(1 if asked.profile else asked.rounds):
            found = one_round(world, asked.count, 2 * asked.count, around)
            said = "  ".join(
                f"{name}: {clock * 1e3:.3f} ms clock, {cpu * 1e3:.3f} ms processor"
                for name, (clock, cpu) in found.items()
            )
            print(f"{kind} {number + 1}  {said}", flush=True)


if __name__ == "__main__":
    main()
