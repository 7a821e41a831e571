"""What files may cost on a network that is paid by the megabyte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mobile.device.android import AndroidNetwork
from mobile.services.data_budget import DataBudget, DataPlan, MobileFiles
from mobile.store.database import TabletDatabase
from shared.limits import MIB
from sync.shelf import FileKind
from tests.support.offices import SteppingClock


class Network:
    """A network that is paid by the megabyte, or not."""

    def __init__(self) -> None:
        self.paid = True

    def online(self) -> bool:
        return True

    def metered(self) -> bool:
        return self.paid


@pytest.fixture
def database(tmp_path: Path) -> Iterator[TabletDatabase]:
    found = TabletDatabase(tmp_path / "tablet.db")
    yield found
    found.close()


def allowed(budget: DataBudget, size: int = MIB) -> set[FileKind]:
    return {kind for kind in FileKind if budget.may(kind, size)}


DOCUMENT, THUMBNAIL, ORIGINAL = FileKind.DOCUMENT, FileKind.THUMBNAIL, FileKind.ORIGINAL


def test_on_a_network_that_costs_nothing_everything_goes_and_nothing_is_counted(
    database: TabletDatabase,
) -> None:
    network = Network()
    budget = DataBudget(database, SteppingClock(), network)
    network.paid = False
    assert allowed(budget, 10**12) == set(FileKind)
    budget.spend(5 * MIB)
    assert budget.used_bytes() == 0


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        (MobileFiles.NOTHING, {DOCUMENT}),
        (MobileFiles.THUMBNAILS, {DOCUMENT, THUMBNAIL}),
        (MobileFiles.EVERYTHING, {DOCUMENT, THUMBNAIL, ORIGINAL}),
    ],
)
def test_on_mobile_data_goes_what_was_chosen_and_always_what_a_form_needs(
    database: TabletDatabase, files: MobileFiles, kinds: set[FileKind]
) -> None:
    budget = DataBudget(database, SteppingClock(), Network())
    assert allowed(budget) == {DOCUMENT, THUMBNAIL}, "the usual choice"
    budget.keep(DataPlan(files, 500))
    assert allowed(budget) == kinds


def test_the_months_megabytes_are_counted_kept_and_begin_anew(database: TabletDatabase) -> None:
    clock = SteppingClock()
    budget = DataBudget(database, clock, Network())
    budget.keep(DataPlan(MobileFiles.EVERYTHING, 100))
    budget.spend(60 * MIB)
    budget.spend(39 * MIB)
    again = DataBudget(database, clock, Network())
    assert again.used_bytes() == 99 * MIB
    assert allowed(again, MIB) == set(FileKind)
    assert allowed(again, MIB + 1) == {DOCUMENT}
    clock.now += 32 * 24 * 3600 * 1000
    assert again.used_bytes() == 0
    assert allowed(again, MIB + 1) == set(FileKind)


def test_send_now_anyway_lasts_for_one_synchronisation_and_is_counted(
    database: TabletDatabase,
) -> None:
    budget = DataBudget(database, SteppingClock(), Network())
    budget.keep(DataPlan(MobileFiles.NOTHING, 100))
    budget.lift()
    assert allowed(budget, 10**12) == set(FileKind)
    budget.spend(7)
    budget.lift(lifted=False)
    assert allowed(budget) == {DOCUMENT}
    assert budget.used_bytes() == 7


def test_a_machine_that_cannot_tell_is_told_by_a_setting(database: TabletDatabase) -> None:
    budget = DataBudget(database, SteppingClock())
    assert not budget.machine_tells
    assert not budget.metered()
    budget.keep(DataPlan(metered=True))
    assert budget.metered()


def test_a_wild_clock_or_setting_stops_nothing(database: TabletDatabase) -> None:
    for now in (-(10**15), 0, 10**17):
        budget = DataBudget(database, SteppingClock(now), Network())
        budget.spend(3)
        assert budget.used_bytes() >= 3
    with database.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('mobile_files', '?')")
    assert DataBudget(database, SteppingClock(), Network()).plan() == DataPlan()


def test_android_is_asked_whether_the_active_network_is_metered() -> None:
    class Manager:
        def isActiveNetworkMetered(self) -> bool:
            return True

        def getActiveNetwork(self) -> None:
            return None

    network = AndroidNetwork(Manager())
    assert network.metered()
    assert not network.online()
