"""Every step of the workflow is decided: all states, targets, roles and contents, one by one."""

from __future__ import annotations

import itertools

import pytest

from shared.records.workflow import (
    STAFF_ROLES,
    Role,
    Status,
    TransitionFacts,
    Verdict,
    decide,
    is_reviewed,
)

PRESENT, OTHER = "a" * 64, "b" * 64
EVERY = list(
    itertools.product(
        Status, Status, Role, (PRESENT, OTHER), (None, PRESENT, OTHER), (0, 1), (0, 1)
    )
)


def _facts(role: Role, conflicts: int = 0, files: int = 0) -> TransitionFacts:
    return TransitionFacts(role, PRESENT, conflicts, files)


def test_every_combination_is_decided_and_every_refusal_has_a_code() -> None:
    for status, target, role, named, approved, conflicts, files in EVERY:
        decision = decide(status, approved, target, named, _facts(role, conflicts, files))
        assert bool(decision.code) == (decision.verdict is Verdict.REFUSED)


def test_a_submit_is_never_refused_for_its_content_or_a_conflict() -> None:
    for status, role, named, conflicts, files in itertools.product(
        Status, Role, (PRESENT, OTHER), (0, 3), (0, 3)
    ):
        decision = decide(status, None, Status.SUBMITTED, named, _facts(role, conflicts, files))
        assert decision.verdict is not Verdict.REFUSED


def test_an_approval_is_refused_while_anything_is_unsettled() -> None:
    for status, role, conflicts, files in itertools.product(Status, Role, (0, 1), (0, 1)):
        facts = _facts(role, conflicts, files)
        decision = decide(status, None, Status.APPROVED, PRESENT, facts)
        settled = not conflicts and not files
        may = role in STAFF_ROLES and status in (Status.SUBMITTED, Status.APPROVED)
        assert (decision.verdict is Verdict.ACCEPTED) == (settled and may)


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED])
def test_an_approval_names_the_content_that_the_reviewer_saw(status: Status) -> None:
    decision = decide(status, None, Status.APPROVED, OTHER, _facts(Role.REVIEWER))
    assert decision.code == "transition.content_changed"


def test_a_disputed_deletion_is_not_approved() -> None:
    facts = TransitionFacts(Role.REVIEWER, PRESENT, 0, 0, deletion_disputed=True)
    decision = decide(Status.SUBMITTED, None, Status.APPROVED, PRESENT, facts)
    assert decision.code == "transition.deletion_disputed"


def test_only_staff_return_and_approve() -> None:
    for target in (Status.RETURNED, Status.APPROVED):
        for role in set(Role) - STAFF_ROLES:
            decision = decide(Status.SUBMITTED, None, target, PRESENT, _facts(role))
            assert decision.code == "transition.not_your_role"


def test_nothing_goes_back_to_draft() -> None:
    for status, role in itertools.product(Status, Role):
        decision = decide(status, None, Status.DRAFT, PRESENT, _facts(role))
        assert decision.verdict is Verdict.REFUSED


def test_a_submit_of_the_draft_does_not_undo_a_return_that_came_meanwhile() -> None:
    facts = _facts(Role.OFFICER)
    stale = decide(Status.RETURNED, None, Status.SUBMITTED, PRESENT, facts, Status.DRAFT)
    aware = decide(Status.RETURNED, None, Status.SUBMITTED, PRESENT, facts, Status.RETURNED)
    assert (stale.verdict, stale.code) == (Verdict.REFUSED, "transition.returned_meanwhile")
    assert aware.verdict is Verdict.ACCEPTED


def test_the_same_step_again_is_answered_as_done_already() -> None:
    reviewer = _facts(Role.REVIEWER)
    for target in (Status.SUBMITTED, Status.RETURNED):
        assert decide(target, None, target, PRESENT, reviewer).verdict is Verdict.ALREADY
    again = decide(Status.APPROVED, PRESENT, Status.APPROVED, PRESENT, reviewer)
    assert again.verdict is Verdict.ALREADY


def test_registers_and_rows_have_no_review() -> None:
    assert is_reviewed("insp", None)
    assert not is_reviewed("factory", None)
    assert not is_reviewed("insp/findings", "parent")
