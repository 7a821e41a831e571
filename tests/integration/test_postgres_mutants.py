"""Wrong rules of locking and numbering lose something on PostgreSQL; ours, in the same storm, not.

SQLite's one writer hides every one of them. A storm is repeated until the wrong rule has lost
something, and then as often on an office that obeys ours.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.models import RecordRow
from server.services.examine_installation import examine_installation
from shared.records.state import RecordState, decode_state
from sync.messages import Outcome, Put
from tests.support.databases import PostgresDatabases
from tests.support.offices import TestOffice, TestTablet, furnished_office
from tests.support.wrong_rules import (
    WrongRule,
    cursor_by_serial,
    cursor_by_time,
    cursor_by_xmin_filter,
    digest_read_unlocked,
    merge_before_lock,
)

WRITERS, SAVES, SHARED = 6, 4, 2
ROUNDS_MIN, ROUNDS_MAX = 2, 60

Storm = Callable[["Field"], list[str]]


@dataclass
class Field:
    """Six tablets that push at once, and one that reads all the while."""

    world: TestOffice
    writers: list[TestTablet]
    reader: TestTablet
    received: set[str] = field(default_factory=set)

    def pull(self) -> None:
        """What the reader's cursor leads to, page by page; digests are not looked at here."""
        answer = self.reader.pull_answer()
        while answer.granted is not None:
            self.reader.cursors = {s: self.reader.cursors.get(s, 0) for s in answer.granted}
            answer = self.reader.pull_answer()
        for page in answer.pages:
            self.received |= {decode_state(r.state).record for r in page.rows if isinstance(r, Put)}
            self.reader.cursors[page.scope] = page.cursor

    def states(self, records: list[str]) -> dict[str, RecordState]:
        """Records as the office holds them; a wrong rule may have spoiled the digests already."""
        with self.world.office.database.reading() as session:
            return {
                record: decode_state(session.get_one(RecordRow, record).state) for record in records
            }

    def all_at_once(self, *acts: Callable[[], None]) -> None:
        """Every act in a thread of its own, begun together; what one raises is raised here."""
        begin = threading.Barrier(len(acts))
        failed: list[BaseException] = []

        def run(act: Callable[[], None]) -> None:
            begin.wait()
            try:
                act()
            except BaseException as reason:
                failed.append(reason)

        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]


@pytest.fixture
def fields(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> Iterator[Callable[[WrongRule | None], Field]]:
    """Offices on PostgreSQL, each with its tablets, by the rule that their database obeys."""
    made: list[TestOffice] = []

    def make(rule: WrongRule | None) -> Field:
        world = furnished_office(postgres_databases, tmp_path / f"office-{len(made)}")
        made.append(world)
        writers = [world.tablet("somchai") for _ in range(WRITERS)]
        reader = world.tablet("malee")
        for tablet in (*writers, reader):
            tablet.pull()
        if rule is not None:
            rule.hand_to(world.office.database.engine)
        return Field(world, writers, reader)

    yield make
    for world in made:
        world.close()


def everybody_saves_the_same_field(here: Field) -> list[str]:
    """Tablets that were shown the same value answer it anew, each several times."""
    first = here.writers[0]
    records = [first.creates({"a": "0"}) for _ in range(SHARED)]
    first.push()
    saved: dict[str, set[str]] = {record: set() for record in records}

    def saves(tablet: TestTablet) -> Callable[[], None]:
        def act() -> None:
            for turn in range(SAVES):
                record = records[turn % SHARED]
                name = tablet.sets(record, {"a": f"{tablet.device}/{turn}"})
                assert tablet.push()[0].outcome in (Outcome.APPLIED, Outcome.CONFLICT)
                saved[record].add(name)

        return act

    for tablet in here.writers:
        tablet.states.update(here.states(records))
    here.all_at_once(*(saves(tablet) for tablet in here.writers))
    shown = {
        record: {sibling.dot.id for sibling in state.fields["a"]}
        for record, state in here.states(records).items()
    }
    return [
        f"{name} was acknowledged and is no value of {record}"
        for record in records
        for name in sorted(saved[record] - shown[record])
    ]


def everybody_saves_a_record_of_their_own(here: Field) -> list[str]:
    """Tablets that never touch the same record: only the scope is common to them."""

    def creates(tablet: TestTablet) -> Callable[[], None]:
        def act() -> None:
            for turn in range(SAVES):
                tablet.creates({"a": str(turn)})
                tablet.push()

        return act

    here.all_at_once(*(creates(tablet) for tablet in here.writers))
    return examine_installation(here.world.office).wrong


def everybody_saves_while_one_reads(here: Field) -> list[str]:
    """Every record that was acknowledged must come to a reader who follows the feed."""
    made: list[str] = []
    writing = threading.Semaphore(0)

    def creates(tablet: TestTablet) -> Callable[[], None]:
        def act() -> None:
            try:
                for turn in range(SAVES):
                    record = tablet.creates({"a": str(turn)})
                    tablet.push()
                    made.append(record)
            finally:
                writing.release()

        return act

    def reads() -> None:
        ended = 0
        while ended < WRITERS:
            here.pull()
            ended += writing.acquire(blocking=False)

    here.all_at_once(reads, *(creates(tablet) for tablet in here.writers))
    here.pull()
    return [f"{record} was passed over" for record in made if record not in here.received]


STORMS: list[tuple[Callable[[], WrongRule], Storm]] = [
    (merge_before_lock, everybody_saves_the_same_field),
    (digest_read_unlocked, everybody_saves_a_record_of_their_own),
    (cursor_by_serial, everybody_saves_while_one_reads),
    (cursor_by_time, everybody_saves_while_one_reads),
    (cursor_by_xmin_filter, everybody_saves_while_one_reads),
]


@pytest.mark.parametrize(("make_rule", "storm"), STORMS, ids=lambda it: it.__name__)
def test_a_wrong_rule_loses_on_postgresql_what_ours_keeps_in_the_same_storm(
    fields: Callable[[WrongRule | None], Field],
    make_rule: Callable[[], WrongRule],
    storm: Storm,
) -> None:
    rule = make_rule()
    wrong = fields(rule)
    rounds = next((n for n in range(1, ROUNDS_MAX + 1) if storm(wrong)), None)
    assert rule.unused() == [], "the wrong rule found nothing to alter"
    assert rounds is not None, f"{rule.name} lost nothing in {ROUNDS_MAX} storms"
    ours = fields(None)
    for _ in range(max(rounds, ROUNDS_MIN)):
        assert storm(ours) == []
    assert examine_installation(ours.world.office).wrong == []
