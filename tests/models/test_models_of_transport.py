"""Feeds, copies of tablets, a restored office, quarantine: no reachable state breaks the law."""

from __future__ import annotations

import pytest

from tests.models import quarantine
from tests.models.copies import Copies
from tests.models.explorer import explore
from tests.models.office_restore import Restore
from tests.models.paged_feed import Feed
from tests.models.quarantine import Quarantine
from tests.simulation.field_model import step


def test_no_reader_by_pages_skips_a_row_or_loses_sight_of_its_own_save() -> None:
    found = explore(Feed())
    assert found.broken == "", found.story
    assert found.states > 150, "the walk reaches what it is meant to reach"


@pytest.mark.parametrize(
    ("wrong", "law"),
    [(Feed(locked=False), "I5"), (Feed(whole=False), "I5"), (Feed(lift="number"), "I4")],
    ids=["places without a lock", "cursor at the head", "lifted by number"],
)
def test_other_feeds_skip_a_row_or_a_save(wrong: Feed, law: str) -> None:
    found = explore(wrong)
    assert found.broken.startswith(law), found
    assert found.story


@pytest.mark.parametrize("beside", [False, True], ids=["whole image", "file beside"])
def test_whatever_a_restored_or_cloned_tablet_saved_reaches_the_office(beside: bool) -> None:
    found = explore(Copies(file_beside=beside))
    assert found.broken == "", found.story
    assert found.states > 1_000, "the walk reaches what it is meant to reach"


@pytest.mark.parametrize(
    ("wrong", "law"),
    [
        (Copies(chain=False), "I"),
        (Copies(mints=False), "I12"),
        (Copies(renumbers=False), "I4"),
    ],
    ids=["numbers alone", "turned away", "begins anew without its queue"],
)
def test_other_rules_for_copies_lose_or_strand_a_save(wrong: Copies, law: str) -> None:
    found = explore(wrong)
    assert found.broken.startswith(law), found
    assert found.story


def test_an_office_put_back_at_any_moment_loses_nothing() -> None:
    found = explore(Restore())
    assert found.broken == "", found.story
    assert found.states > 10_000, "the walk reaches what it is meant to reach"


def test_tablets_alone_bring_all_of_theirs_back_without_a_journal() -> None:
    found = explore(Restore(replays=False, office=False, saves=3))
    assert found.broken == "", found.story


@pytest.mark.parametrize(
    "wrong",
    [
        Restore(rule=step, replays=False, office=False),
        Restore(epoch=False, replays=False, office=False),
        Restore(replays=False),
        Restore(unique=False, replays=False),
    ],
    ids=["step by step", "no new epoch", "no journal", "dots by number"],
)
def test_other_restores_lose_or_bring_back_something(wrong: Restore) -> None:
    found = explore(wrong)
    assert found.broken
    assert found.story


def test_what_is_kept_aside_hides_nothing_and_its_release_brings_nothing_back() -> None:
    found = explore(Quarantine())
    assert found.broken == "", found.story
    assert found.states > 5_000, "the walk reaches what it is meant to reach"


@pytest.mark.parametrize(
    "wrong",
    [
        Quarantine(quarantine.aside_dominates),
        Quarantine(quarantine.aside_is_forgotten),
        Quarantine(quarantine.aside_is_shown),
        Quarantine(renames=True),
    ],
    ids=["dominates", "forgotten", "shown", "released under a new name"],
)
def test_other_quarantines_hide_or_bring_back_something(wrong: Quarantine) -> None:
    found = explore(wrong)
    assert found.broken
    assert found.story
