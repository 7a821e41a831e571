"""I13: what is held at once at the ports does not grow with how much there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from mobile.store.replica import SqliteReplica
from server.services.record_staff_change import StaffChange, save_in
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.messages import Page
from sync.ports import NumberedLine
from tests.simulation.world import Plan, World
from tests.support.offices import AREA

FEW, MANY = 400, 1_000
TEXT = "ก" * 4_000
"""Some 12,000 bytes of UTF-8, so that a page and a push are full long before all is said."""
AT_ONCE = 100


class Measured(SqliteReplica):
    """A tablet's store that notes the largest thing it was ever given or gave at once."""

    peaks: Counter[str] = Counter()

    def pending(self, after: int, count_max: int, bytes_max: int) -> Sequence[NumberedLine]:
        """The lines of one push."""
        found = super().pending(after, count_max, bytes_max)
        self._note("lines", len(found))
        self._note("line bytes", sum(len(one.line) for one in found))
        return found

    def apply_page(self, page: Page) -> bool:
        """The rows of one page."""
        self._note("rows", len(page.rows))
        return super().apply_page(page)

    def _note(self, name: str, size: int) -> None:
        self.peaks[name] = max(self.peaks[name], size)


def peaks_with(records: int) -> Counter[str]:
    """The largest messages and batches when so many records come down, and are saved again."""
    world = World(Plan(1, steps=0, tablets=1, fault_rate=0))
    try:
        office, admin = world.house.office, world.administrator.person
        for start in range(0, records, AT_ONCE):
            changes = [_factory(world, admin) for _ in range(start, start + AT_ONCE)]
            with office.database.writing() as session:
                _, places = save_in(session, office, changes)
            office.epoch.raise_mark(places)
        officer = world.officers[0]
        replica = officer.tablet.replica
        replica.__class__ = type("Measuring", (Measured,), {"peaks": Counter()})
        assert officer.tablet.synchroniser.run_once().complete
        for root in world.ledger.roots[::4]:
            opened = officer.tablet.capture.open_record(root, officer.tablet.author())
            officer.tablet.capture.answer(opened, root, "identity/operator", TEXT)
            officer.tablet.capture.close(opened)
        assert officer.tablet.synchroniser.run_once().complete
        assert isinstance(replica, Measured)
        return Counter({**world.network.wire.peaks, **replica.peaks})
    finally:
        world.close()


def _factory(world: World, author: str) -> StaffChange:
    record = world.house.office.ids.new()
    world.ledger.roots.append(record)
    edit = RecordEdit(
        record,
        "factory",
        "factory",
        1,
        Operation.CREATE,
        scope=AREA,
        writes={"identity/fac_name": FieldWrite(TEXT)},
    )
    return StaffChange(author, (edit,))


@pytest.fixture(scope="module")
def peaks() -> tuple[Counter[str], Counter[str]]:
    """With few records, and with four times as many."""
    return peaks_with(FEW), peaks_with(MANY)


@pytest.mark.parametrize("what", ["pull answer bytes", "rows of an answer"])
def test_a_page_is_no_larger_when_there_are_four_times_as_many_records(
    peaks: tuple[Counter[str], Counter[str]], what: str
) -> None:
    few, many = peaks
    assert few[what] > 0
    assert many[what] <= few[what] * 1.05


@pytest.mark.parametrize("what", ["lines", "line bytes", "push request bytes"])
def test_a_push_is_no_larger_when_there_are_four_times_as_many_records(
    peaks: tuple[Counter[str], Counter[str]], what: str
) -> None:
    few, many = peaks
    assert few[what] > 0
    assert many[what] <= few[what] * 1.1
