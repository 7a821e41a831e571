"""The state machine of a reviewed record: draft, submitted, returned, approved.

The server decides every transition, by the role of its author and the content it names; a tablet
shows a transition of its own as "waiting" until the server has answered. Registers (`workflow:
register`) have no states. Source: the programme's flow ร่าง - ส่ง - ตรวจสอบ - อนุมัติ / ส่งกลับ
(domain dossier 3.0) and the rule "approved records are locked; corrections are revisions".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person may do; a person holds one role over a set of areas."""

    OFFICER = "officer"
    FACILITATOR = "facilitator"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Status(StrEnum):
    """Where a reviewed record stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


REGISTERS: Final = frozenset({"area", "person", "form", "codebook", "factory"})
"""Types of records that are lists to look things up in: they have no states."""


def is_reviewed(record_type: str, parent: str | None) -> bool:
    """Does a record of this type go through review? Rows go with their root."""
    return parent is None and record_type not in REGISTERS


FIELD_ROLES: Final = frozenset({Role.OFFICER, Role.FACILITATOR})
STAFF_ROLES: Final = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
EVERYONE: Final = FIELD_ROLES | STAFF_ROLES


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the state machine: from any of `sources`, by any of `roles`."""

    target: Status
    sources: frozenset[Status]
    roles: frozenset[Role]
    needs_settled_content: bool = False


STEPS: Final[dict[Status, Step]] = {
    Status.SUBMITTED: Step(Status.SUBMITTED, frozenset({Status.DRAFT, Status.RETURNED}), EVERYONE),
    Status.RETURNED: Step(
        Status.RETURNED, frozenset({Status.SUBMITTED, Status.APPROVED}), STAFF_ROLES
    ),
    Status.APPROVED: Step(
        Status.APPROVED,
        frozenset({Status.SUBMITTED, Status.APPROVED}),
        STAFF_ROLES,
        needs_settled_content=True,
    ),
}


@dataclass(frozen=True, slots=True)
class TransitionFacts:
    """What the server knows when it decides: the author's role and the state of the content.

    `content_hash` is the present hash of the whole record; `open_conflicts` counts fields with
    more than one value in the root and its live rows; `missing_files` counts files that the
    record names and the server does not hold.
    """

    role: Role
    content_hash: str
    open_conflicts: int
    missing_files: int
    deletion_disputed: bool = False


class Verdict(StrEnum):
    """How the server answers a transition."""

    ACCEPTED = "accepted"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict and, when refused, the stable code of the reason."""

    verdict: Verdict
    code: str = ""


def decide(
    status: Status,
    approved_hash: str | None,
    target: Status,
    named_hash: str,
    facts: TransitionFacts,
    shown: Status | None = None,
) -> Decision:
    """Judge a transition of a record in `status` towards `target` naming content `named_hash`.

    `shown` is the status its author had before them (None: not told). A submit by somebody who was
    shown the draft does not undo a return that came meanwhile: the comments would go unread.

    A submit is never refused for content or conflict; when the record is already there (or
    beyond it, approved) the answer is "already". An approval is refused while anything is
    unsettled or when the reviewer saw other content than the present one.
    """
    step = STEPS.get(target)
    if step is None:
        return Decision(Verdict.REFUSED, "transition.unknown_target")
    if facts.role not in step.roles:
        return Decision(Verdict.REFUSED, "transition.not_your_role")
    if target is Status.SUBMITTED and status in (Status.SUBMITTED, Status.APPROVED):
        return Decision(Verdict.ALREADY)
    if target is Status.RETURNED and status is Status.RETURNED:
        return Decision(Verdict.ALREADY)
    if target is Status.APPROVED and status is Status.APPROVED and approved_hash == named_hash:
        return Decision(Verdict.ALREADY)
    if status not in step.sources:
        return Decision(Verdict.REFUSED, "transition.wrong_state")
    if status is Status.RETURNED and target is Status.SUBMITTED and shown is Status.DRAFT:
        return Decision(Verdict.REFUSED, "transition.returned_meanwhile")
    if step.needs_settled_content:
        return _settled(named_hash, facts)
    return Decision(Verdict.ACCEPTED)


def _settled(named_hash: str, facts: TransitionFacts) -> Decision:
    if named_hash != facts.content_hash:
        return Decision(Verdict.REFUSED, "transition.content_changed")
    if facts.open_conflicts:
        return Decision(Verdict.REFUSED, "transition.open_conflict")
    if facts.missing_files:
        return Decision(Verdict.REFUSED, "transition.missing_file")
    if facts.deletion_disputed:
        return Decision(Verdict.REFUSED, "transition.deletion_disputed")
    return Decision(Verdict.ACCEPTED)
