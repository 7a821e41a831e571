"""The invariants as small classes that bear their names (`sync/CONFLICTS.md` tells them in words).

Each looks at facts and ledger and returns what is wrong, one sentence each; empty is well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Protocol

from shared.canonical import canonical_text
from shared.records.state import RecordState
from shared.records.workflow import Status
from sync.commitments import chain_start
from tests.simulation.facts import Facts, Place
from tests.simulation.ledger import Ledger, number_of

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
            # Through a write that went with the office's disk nothing can be walked: what it had
            # replaced stands beside its successors again, for somebody to look at.
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
        held = {w.number for w in facts.office.writes} | facts.office.aside_numbers
        for tablet in facts.tablets.values():
            held |= {n for _, n in (*tablet.sealed, *tablet.typed)}
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
        there = {*facts.office.applied, *facts.office.aside}
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
    """No invented fact: what stands under a dot is what its author wrote, groups whole."""

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
        return out


CHECKERS: tuple[Checker, ...] = (I1(), I2(), I3(), I4(), I5(), I6(), I8(), I9())


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
