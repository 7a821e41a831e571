"""Deletion with late rows, and moving between areas: no reachable state breaks the law."""

from __future__ import annotations

import pytest

from tests.models import deletion
from tests.models.deletion import Deletion
from tests.models.explorer import explore
from tests.models.scope_move import Move, leave_any, put_always


def test_no_deletion_hides_work_that_its_author_never_saw_and_none_is_forgotten() -> None:
    found = explore(Deletion(deletion.real_rule))
    assert found.broken == "", found.story
    assert found.states > 10_000, "the walk reaches what it is meant to reach"


@pytest.mark.parametrize(
    "rule",
    [
        deletion.delete_wins,
        deletion.edit_wins,
        deletion.only_earlier,
        deletion.rows_do_not_count,
    ],
)
def test_other_rules_of_deletion_hide_or_forget_something(rule: deletion.Rule) -> None:
    found = explore(Deletion(rule))
    assert found.broken
    assert found.story


@pytest.mark.parametrize("reads", [(0, 1), (0,), (1,)])
def test_a_tablet_that_read_its_areas_holds_a_moved_record_as_the_office_does(
    reads: tuple[int, ...],
) -> None:
    found = explore(Move(reads=reads))
    assert found.broken == "", found.story
    assert found.states > 500, "the walk reaches what it is meant to reach"


@pytest.mark.parametrize(
    "wrong",
    [
        Move(put=put_always),
        Move(leave=leave_any),
        Move(says_leave=False, reads=(0,)),
        Move(keeps_revision=True),
    ],
    ids=["put whatever comes", "leave wherever it is", "no leave", "same revision"],
)
def test_other_rules_of_moving_lose_or_keep_a_record_that_is_elsewhere(wrong: Move) -> None:
    found = explore(wrong)
    assert found.broken.startswith("I5"), "this rule was expected to fail"
    assert found.story
