"""When an answer hides another whose author it had not been shown: a conflict of relevance.

B answers "no waste water" while A, elsewhere, measures it: after the merge the measurements would
count for nothing, and nobody decided that. So the driving answer is in conflict, until somebody who
was shown both chooses.

**The rule.** An author had certainly been shown a value when the driving change

* names its dot as shown (`seen`, or the list of a settling change), or is the change that wrote it;
* was made on the tablet that wrote the value (its own work lies over whatever it received);
* touches the value's record and its `base`, the revision shown when the form was opened, is not
  below the revision with which the value came to count;
* was shown something of somebody else at a later place of the feed: pages come in order, so a
  tablet that had position p had everything before p. Its own work it had without the feed, and that
  got its place when it was received, behind what nobody had shown it.

Otherwise it had not. None of these depends on the order in which changes arrive: a value that was
there when the form was opened has a revision and a place up to what the change names, in every
order; one that came later has higher ones, in every order. No clock is asked. Doubt makes a
conflict, never silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.records.state import OFFICE


@dataclass(frozen=True, slots=True)
class Answer:
    """One live value: its dot, the client it came from, the revision of its record with which it
    came to count, and its change's place in the feed (None: not known)."""

    record: str
    field: str
    dot: str
    client: str
    revision: int
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """The answer that decides, with what its change says of what its author had been shown.

    `bases` are the revisions shown, by record; `shown` dots named; `reach` the last place of the
    feed that its author had certainly read.
    """

    answer: Answer
    bases: Mapping[str, int] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    reach: int = 0


@dataclass(frozen=True, slots=True)
class RelevanceConflict:
    """A driving answer, and the answers it hides that its author had not been shown."""

    driver: Answer
    hidden: tuple[Answer, ...]


def had_seen(driver: Driver, hidden: Answer) -> bool:
    """Had the author of the driving answer certainly been shown this one?"""
    mine = driver.answer
    if hidden.dot == mine.dot or hidden.dot in driver.shown:
        return True
    if hidden.client == mine.client and mine.client != OFFICE:
        return True
    if hidden.revision <= driver.bases.get(hidden.record, 0):
        return True
    return hidden.position is not None and hidden.position <= driver.reach


def find_conflicts(
    pairs: Iterable[tuple[Answer, Iterable[Driver]]],
) -> tuple[RelevanceConflict, ...]:
    """The open conflicts of a record: for each hidden answer all that drives its relevance.

    A hidden answer without any driver that is answered is hidden by nobody.
    """
    found: dict[Answer, dict[Answer, None]] = {}
    for hidden, drivers in pairs:
        for driver in drivers:
            if not had_seen(driver, hidden):
                found.setdefault(driver.answer, {})[hidden] = None
    return tuple(
        RelevanceConflict(driver, tuple(sorted(hidden, key=_order)))
        for driver, hidden in sorted(found.items(), key=lambda pair: _order(pair[0]))
    )


def _order(answer: Answer) -> tuple[str, str, str]:
    return (answer.record, answer.field, answer.dot)
