"""The invariants as small classes that bear their names (`sync/CONFLICTS.md` tells them in words).

Each looks at facts and ledger and returns what is wrong, one sentence each; empty is well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final, Protocol

from shared.canonical import canonical_text
from shared.limits import (
    PULL_ANSWER_BYTES_MAX,
    PULL_REQUEST_BYTES_MAX,
    PUSH_BYTES_MAX,
    PUSH_CHANGES_MAX,
    PUSH_COMPRESSED_BYTES_MAX,
)
from shared.records.state import RecordState, decode_state
from shared.records.workflow import Status
from sync.commitments import chain_start
from tests.simulation.facts import Facts, Place
from tests.simulation.ledger import DRIVEN, DRIVER, Ledger, Save, listed, number_of

LEGAL = {
    Status.DRAFT: {Status.SUBMITTED},
    Status.SUBMITTED: {Status.RETURNED, Status.APPROVED},
    Status.RETURNED: {Status.SUBMITTED},
    Status.APPROVED: {Status.RETURNED, Status.APPROVED},
}


class Checker(Protocol):
    """One invariant."""

    name: str

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        """What is wrong. `settled`: faults have stopped and every tablet has synchronised."""
        ...


def live_numbers(states: dict[str, RecordState]) -> dict[Place, set[int]]:
    """The saves that are siblings, by place."""
    out: dict[Place, set[int]] = defaultdict(set)
    for record, state in states.items():
        for name, found in state.fields.items():
            out[record, name] |= {n for s in found if (n := number_of(s.value)) is not None}
    return out


class I1:
    """No lost update: applied means a sibling, or dominated by one whose author saw it."""

    name = "I1"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        live = live_numbers(facts.office.states)
        applied: dict[Place, set[int]] = defaultdict(set)
        for write in facts.office.writes:
            if write.applied and write.number is not None:
                applied[write.place].add(write.number)
        out = []
        received = {w.number for w in facts.office.writes}
        for place, numbers in applied.items():
            seen = {m for n in numbers for m in ledger.closure(n)}
            gone = numbers - live[place] - seen
            out += [
                f"v{n} of {place} is gone, and nobody who replaced it had seen it" for n in gone
            ]
            # A save that is not in the office yet cannot be walked through.
            known = {m for n in numbers for m in ledger.closure(n, through=received)}
            back = live[place] & known
            out += [f"v{n} of {place} is back though it was replaced" for n in back]
        return out


class I2:
    """Once: a save is one write, a change one effect."""

    name = "I2"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        saves = Counter(w.number for w in facts.office.writes if w.number is not None)
        out = [f"v{n} took effect {times} times" for n, times in saves.items() if times > 1]
        changes = Counter([*facts.office.applied, *facts.office.aside])
        return out + [f"change {c} is kept {n} times" for c, n in changes.items() if n > 1]


class I3:
    """Convergence: the same states everywhere, nothing pending, digests and chains equal."""

    name = "I3"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        if not settled:
            return []
        office, out = facts.office, []
        for who, tablet in facts.tablets.items():
            want = {r: b for r, b in office.bodies.items() if b[0] in tablet.cursors}
            if tablet.base != want:
                wrong = {r for r in want.keys() | tablet.base if want.get(r) != tablet.base.get(r)}
                out.append(f"{who} holds {len(wrong)} records that differ from the office's")
            waiting = [c for c, status in tablet.changes.items() if status == "pending"]
            if waiting or tablet.typed:
                out.append(f"{who} still has {len(waiting)} changes waiting")
            for scope, total in tablet.digests.items():
                if office.digests.get(scope, 0) != total:
                    out.append(f"the digests of {scope} differ on {who}")
            # The office first hears of a new incarnation when it pushes.
            unheard = (0, chain_start(tablet.client).hex())
            if office.clients.get(tablet.client, unheard) != (tablet.number, tablet.chain):
                out.append(f"the chain of {who} differs from the office's")
        return out


class I4:
    """Durability: what the screen called saved is on a tablet or in the office."""

    name = "I4"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        held = facts.held()
        typed_over = {s.overwrites for s in ledger.saves.values() if self._is_held(s.number, held)}
        for save in sorted(ledger.saves.values(), key=lambda s: -s.number):
            if save.number in typed_over and save.overwrites is not None:
                typed_over.add(save.overwrites)
        return [
            f"v{save.number}, saved by {save.by}, is nowhere"
            for save in ledger.saves.values()
            if save.confirmed and save.number not in held and save.number not in typed_over
        ]

    @staticmethod
    def _is_held(number: int, held: set[int | None]) -> bool:
        return number in held


class I5:
    """No skipped row: below a tablet's cursor nothing is missing and nothing is old."""

    name = "I5"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        out = []
        for who, tablet in facts.in_this_epoch():
            for scope, record, revision, seq, kind in facts.office.feed:
                if kind != "put" or seq > tablet.cursors.get(scope, 0):
                    continue
                held = tablet.base.get(record)
                if held is None or held[1] < revision:
                    out.append(f"{who} passed place {seq} of {scope} without {record}")
        return out


class I6:
    """No false confirm: what a tablet calls received, the office has; files too."""

    name = "I6"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        there = {*facts.office.applied, *facts.office.kept}
        out = []
        for who, tablet in facts.in_this_epoch():
            for change, status in tablet.changes.items():
                if status != "pending" and change not in there:
                    out.append(f"{who} believes {change} received; the office has not got it")
            missing = tablet.confirmed_blobs - facts.office.blobs
            out += [f"{who} believes file {sha} received" for sha in sorted(missing)]
        return out


class I8:
    """Legal transitions, and an approval of content that a reviewer saw."""

    name = "I8"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        out = []
        for record, state in facts.office.states.items():
            flow = state.workflow
            if flow is None:
                continue
            at = Status.DRAFT
            for target, dot, _ in flow.history:
                to = Status(target)
                if to not in LEGAL[at]:
                    out.append(f"{record} went from {at} to {to}")
                if to in (Status.RETURNED, Status.APPROVED) and dot.author not in ledger.staff:
                    out.append(f"{record} was {to} by somebody in the field")
                at = to
            if at is not flow.status:
                out.append(f"{record} is {flow.status}, its history says {at}")
            approved = flow.approved_hash
            if approved is not None and approved not in ledger.contents.get(record, set()):
                out.append(f"{record} was approved with content that no reviewer saw")
        return out


class I9:
    """No invented fact: what stands under a dot is what its author wrote, groups whole, and
    nothing is hidden by somebody who had not seen it without anybody being asked."""

    name = "I9"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        written = {(w.place, w.dot): canonical_text(w.value) for w in facts.office.writes}
        out = []
        for place, dot in written:
            value = next(w.value for w in facts.office.writes if (w.place, w.dot) == (place, dot))
            if isinstance(value, dict) and len(set(map(str, value.values()))) > 1:
                out += [f"{place} mixes parts of two people"] if "t_in" in value else []
        for record, state in facts.office.states.items():
            for name, found in state.fields.items():
                for s in found:
                    if written.get(((record, name), s.dot.id)) != canonical_text(s.value):
                        out.append(f"{record} {name} shows what {s.dot.id} never wrote")
        return out + [
            f"{record} hides v{hidden}, which its author had not been shown, and nobody is asked"
            for record, state in facts.office.states.items()
            for hidden in hidden_unseen(state, ledger)
            if not facts.office.relevance.get(state.root)
        ]


def hidden_unseen(state: RecordState, ledger: Ledger) -> set[int]:
    """Answers of the driven question that the driving one hides, its author never having seen
    them. The rules of a form are not computed for a draft, nor for what somebody deleted."""
    driving = number_of(state.value(DRIVER))
    flow = state.workflow
    begun = flow is None or flow.status is Status.DRAFT or bool(state.existence)
    if driving is None or driving % 2 or begun:
        return set()
    by = ledger.saves[driving]
    return {n for n in listed(state, DRIVEN) - by.beside if not one_tablet(ledger.saves[n], by)}


def one_tablet(one: Save, other: Save) -> bool:
    """Were both made on one tablet (or its clone), whose person had the other before them?"""
    return one.by.rstrip("b") == other.by.rstrip("b") != "office"


class I7:
    """No resurrection: what staff deleted lives again only by a restore that somebody made."""

    name = "I7"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        applied = set(facts.office.applied)
        done = [act for act in ledger.acts if act.change in applied]
        retired = {act.record for act in done if act.act == "delete" and act.by_staff}
        back = {act.record for act in done if act.act == "restore"}
        shown = {"office": facts.office.states}
        for who, tablet in facts.tablets.items() if settled else ():
            shown[who] = {r: decode_state(body) for r, (_, _, body) in tablet.base.items()}
        return [
            f"{record} was deleted by staff and lives again in {who}"
            for who, states in shown.items()
            for record in sorted(retired - back)
            if record in states and not _says_deleted(states[record])
        ]


def _says_deleted(state: RecordState) -> bool:
    return any(isinstance(s.value, dict) and s.value["act"] == "delete" for s in state.existence)


class I10:
    """Rights: nothing was ever sent outside the scopes that its tablet held at that moment."""

    name = "I10"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        return list(facts.wire.outside)


class I11:
    """Blobs: `have` implies bytes that hash to the name; originals stay where they were made."""

    name = "I11"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        out = [f"the office said it has {sha}" for sha in facts.wire.have - facts.office.sound]
        out += [f"the office lists {sha} without its bytes" for sha in facts.office.unsound]
        for who, tablet in facts.tablets.items():
            gone = tablet.own_blobs - tablet.sound_blobs
            out += [f"{who} no longer has the bytes of {sha}" for sha in sorted(gone)]
        return out


class I12:
    """Progress: with a fair network every queue drains, and little is sent twice."""

    name = "I12"

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        out = list(facts.unrest)
        for who, traffic in facts.wire.traffic.items():
            fair = 2 * traffic.needed + traffic.excused
            if traffic.sent > fair:
                out.append(f"{who} sent {traffic.sent} bytes where {fair} are fair")
        return out


class I13:
    """Bounded: no message and no batch is larger than its bound, however much there is."""

    name = "I13"
    BOUNDS: Final = {
        "push request bytes": PUSH_COMPRESSED_BYTES_MAX,
        "push answer bytes": PULL_ANSWER_BYTES_MAX,
        "pull request bytes": PULL_REQUEST_BYTES_MAX,
        "pull answer bytes": PULL_ANSWER_BYTES_MAX,
        "lines of a push": PUSH_CHANGES_MAX,
        "unpacked push bytes": PUSH_BYTES_MAX,
    }

    def check(self, facts: Facts, ledger: Ledger, *, settled: bool) -> list[str]:
        return [
            f"{what}: {facts.wire.peaks[what]} where {most} are allowed"
            for what, most in self.BOUNDS.items()
            if facts.wire.peaks[what] > most
        ]


CHECKERS: tuple[Checker, ...] = (
    I1(),
    I2(),
    I3(),
    I4(),
    I5(),
    I6(),
    I7(),
    I8(),
    I9(),
    I10(),
    I11(),
    I12(),
    I13(),
)
"""Those that look at one world; I14 compares two."""


class I14:
    """Clock-free: whatever the tablets' clocks do, the merged values are the same."""

    name = "I14"

    @staticmethod
    def merged(facts: Facts, ledger: Ledger) -> list[tuple[int, str, str, tuple[int, ...], str]]:
        """The merged values without ids or times: roots by the order in which they were begun."""
        out = []
        for state in facts.office.states.values():
            if state.root not in ledger.roots:
                continue
            status = str(state.workflow.status) if state.workflow else ""
            for name, found in state.fields.items():
                numbers = tuple(n for s in found if (n := number_of(s.value)) is not None)
                if numbers:
                    at = ledger.roots.index(state.root)
                    out.append((at, state.type, name, numbers, status))
        return sorted(out)

    def check(self, one: tuple[Facts, Ledger], other: tuple[Facts, Ledger]) -> list[str]:
        """Compare two runs of one seed under different clocks."""
        left, right = self.merged(*one), self.merged(*other)
        return [
            f"clocks changed {a} into {b}" for a, b in zip(left, right, strict=False) if a != b
        ] + ([] if len(left) == len(right) else ["clocks changed how many values there are"])
