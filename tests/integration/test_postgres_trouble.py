"""Whatever PostgreSQL does to a push, the tablet hears 503 and sends again: once is enough.

Each trouble is a real one of a real PostgreSQL, made by somebody else in the same database while
the push waits for them. The tablet and the office are the product's own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from server.services.receive_changes import receive_changes
from server.store.database import Database
from shared.errors import DatabaseUnavailable
from sync.exchange import HttpReply, HttpRequest
from sync.messages import Outcome
from sync.session import PUSH
from tests.support.databases import PostgresDatabases
from tests.support.offices import TestOffice, furnished_office
from tests.support.tablets import Desk
from tests.support.tablets_and_office import (
    Line,
    agree,
    answer,
    count_changes,
    new_factory,
    on_server,
    publish_forms,
    sync,
    tablet,
)
from tests.support.wrong_rules import TakesDeadlockForContent

PATIENCE_S = 20.0
WAITS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND wait_event_type = %s AND wait_event LIKE %s"
)
LOCK, LOCK_AT_COMMIT, REPLICATION = ("Lock", "%"), ("Lock", "advisory"), ("IPC", "SyncRep")
WAIT_AT_COMMIT = """
    CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON change
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
"""
TRIES_BEFORE_ASIDE = 3
"""A change that breaks a rule is tried with others, alone, and without what waited for it."""
TAKE_AND_LET_GO = """DO $$ BEGIN
    PERFORM id FROM client WHERE id = '{}' FOR UPDATE;
    RAISE EXCEPTION 'only this lock goes, the others stay';
EXCEPTION WHEN raise_exception THEN NULL; END $$"""


class Somebody:
    """Another connection to the office's database, which gets in the way."""

    def __init__(self, url: str) -> None:
        found = make_url(url)
        self.dsn = f"host={found.query['host']} dbname={found.database} user={found.username}"
        self.connection = psycopg.connect(self.dsn, autocommit=True)
        self.connection.execute("SET deadlock_timeout = '30s'")

    def locks(self, root: str) -> None:
        """Hold a record, as another push does, until the transaction ends."""
        self.connection.execute("BEGIN")
        self.connection.execute("SELECT id FROM root WHERE id = %s FOR UPDATE", (root,))

    def lets_go(self) -> None:
        """End the transaction."""
        self.connection.execute("COMMIT")

    def meets(self, kind: tuple[str, str]) -> int:
        """Wait until a backend of the office waits in this way; its process id."""
        with psycopg.connect(self.dsn, autocommit=True) as watching:
            until = time.monotonic() + PATIENCE_S
            while time.monotonic() < until:
                row = watching.execute(WAITS, kind).fetchone()
                if row is not None:
                    return int(row[0])
                watching.execute("SELECT pg_sleep(0.002)")
        raise AssertionError("nobody waits as was expected")

    def ends(self, backend: int) -> None:
        """End another's connection as an administrator does."""
        with psycopg.connect(self.dsn, autocommit=True) as ending:
            ending.execute("SELECT pg_terminate_backend(%s)", (backend,))


@dataclass
class Story:
    """An office on PostgreSQL, a tablet with one answer to send, and somebody in the way."""

    world: TestOffice
    desk: Desk
    somebody: Somebody
    root: str
    before: int
    replies: list[HttpReply] = field(default_factory=list)

    def synchronises_while(self, act: Callable[[], None]) -> Any:
        """One synchronisation; `act` happens while its push waits."""
        reports: list[Any] = []
        thread = threading.Thread(
            target=lambda: reports.append(self.desk.app.synchroniser.run_once())
        )
        thread.start()
        try:
            act()
        finally:
            thread.join(PATIENCE_S)
        return reports[0]

    def is_told_to_come_again(self, report: Any) -> None:
        """The office said 503 and when; the answer is still on the tablet, and said to be."""
        refused = [reply for reply in self.replies if reply.status != 200]
        assert [reply.status for reply in refused] == [503]
        assert refused[0].header("retry-after").isdecimal()
        assert (report.end, self.desk.app.capture.waiting()) == ("busy", (1, 0))
        assert report.retry_in_ms >= int(refused[0].header("retry-after")) * 1000

    def is_well_after_the_next_try(self) -> None:
        """The tablet sends again: one effect, equal digests, the value is there."""
        self.somebody.connection.rollback()
        sync(self.desk)
        agree(self.world, self.desk)
        assert count_changes(self.world) == self.before + 1
        assert b"038 111 222" in on_server(self.world, self.root).state

    @contextmanager
    def setting(self, *settings: str) -> Iterator[None]:
        """The office's connections have these settings for a while."""
        engine = self.world.office.database.engine

        def prepare(connection: Any, _: object) -> None:
            for one in settings:
                connection.execute(f"SET {one}")
            connection.commit()

        event.listen(engine, "connect", prepare)
        engine.dispose()
        try:
            yield
        finally:
            event.remove(engine, "connect", prepare)
            engine.dispose()


@pytest.fixture
def story(postgres_databases: PostgresDatabases, tmp_path: Path) -> Iterator[Story]:
    """A tablet that answered one question of a record the office has."""
    world = furnished_office(postgres_databases, tmp_path / "office")
    publish_forms(world)
    desk = tablet(world, tmp_path / "tablet", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    sync(desk)
    answer(desk, root, "contact/contact_tel", "038 111 222").leave()
    line = desk.line.answer
    assert isinstance(line, Line)
    found = Story(world, desk, Somebody(world.office.config.url), root, count_changes(world))

    def listening(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        reply = go()
        found.replies += [reply] if request.path == PUSH else []
        return reply

    line.meddle = listening
    yield found
    found.somebody.connection.close()
    desk.kill()
    world.close()


def test_a_deadlock_is_sent_again_and_nobody_calls_it_the_changes_fault(story: Story) -> None:
    somebody, client = story.somebody, story.desk.app.replica.standing().client

    def crosses() -> None:
        somebody.meets(LOCK)
        somebody.connection.execute("SELECT id FROM client WHERE id = %s FOR UPDATE", (client,))

    with story.setting("deadlock_timeout = '400ms'"):
        somebody.locks(story.root)
        story.is_told_to_come_again(story.synchronises_while(crosses))
    assert "deadlock" in story.replies[-1].body.decode()
    story.is_well_after_the_next_try()


def test_a_savepoint_that_catches_a_deadlock_would_put_a_good_change_aside(story: Story) -> None:
    somebody, office = story.somebody, story.world.office
    wrong = replace(office, database=TakesDeadlockForContent(office.database.engine))
    sender = story.world.tablet("somchai")
    sender.creates({"a": "1"})
    sender.push()
    sender.pull()
    sender.sets(story.root, {"contact/contact_tel": "081 234 5678"})
    outcomes: list[str] = []

    def push(to: Any) -> None:
        try:
            answer = receive_changes(to, sender.device, sender.push_body())
            outcomes.append(str(answer.results[0].outcome))
        except DatabaseUnavailable:
            outcomes.append("busy")

    def crossed(to: Any) -> str:
        """The push meets a deadlock; so it does again each time it tries at once once more."""
        somebody.locks(story.root)
        thread = threading.Thread(target=push, args=(to,))
        thread.start()
        times = 0
        while thread.is_alive() and times < TRIES_BEFORE_ASIDE:
            if _somebody_waits(somebody):
                somebody.connection.execute(TAKE_AND_LET_GO.format(sender.client))
                times += 1
        somebody.lets_go()
        thread.join()
        return outcomes.pop()

    with story.setting("deadlock_timeout = '300ms'"):
        assert crossed(office) == "busy"
        first = next(out for out in (crossed(wrong) for _ in range(9)) if out != "busy")
    assert first == Outcome.QUARANTINED


def _somebody_waits(somebody: Somebody) -> bool:
    with psycopg.connect(somebody.dsn, autocommit=True) as watching:
        return watching.execute(WAITS, LOCK).fetchone() is not None


def test_a_serialisation_failure_is_sent_again(story: Story) -> None:
    somebody = story.somebody

    def comes_first() -> None:
        somebody.meets(LOCK)
        somebody.connection.execute("UPDATE scope SET digest = digest")
        somebody.lets_go()

    office = story.world.office
    own = office.database
    # As when an administrator makes all transactions of the office strict.
    strict = own.engine.execution_options(isolation_level="REPEATABLE READ")
    office.database = Database(strict)
    somebody.locks(story.root)
    story.is_told_to_come_again(story.synchronises_while(comes_first))
    office.database = own
    assert "serialize" in story.replies[-1].body.decode()
    story.is_well_after_the_next_try()


def test_a_lock_that_is_not_had_in_time_is_sent_again(story: Story) -> None:
    with story.setting("lock_timeout = '100ms'"):
        story.somebody.locks(story.root)
        story.is_told_to_come_again(story.synchronises_while(lambda: None))
    assert "lock timeout" in story.replies[-1].body.decode()
    story.is_well_after_the_next_try()


def test_a_statement_that_takes_too_long_is_sent_again(story: Story) -> None:
    with story.setting("statement_timeout = '700ms'"):
        story.somebody.locks(story.root)
        story.is_told_to_come_again(story.synchronises_while(lambda: None))
    assert "statement timeout" in story.replies[-1].body.decode()
    story.is_well_after_the_next_try()


def test_a_connection_that_an_administrator_ends_is_sent_again(story: Story) -> None:
    somebody = story.somebody
    somebody.locks(story.root)
    report = story.synchronises_while(lambda: somebody.ends(somebody.meets(LOCK)))
    story.is_told_to_come_again(report)
    story.is_well_after_the_next_try()


def test_a_connection_lost_before_its_commit_is_done_is_sent_again(story: Story) -> None:
    somebody = story.somebody
    somebody.connection.execute(WAIT_AT_COMMIT)
    somebody.connection.execute("BEGIN")
    somebody.connection.execute("SELECT pg_advisory_xact_lock(7)")
    report = story.synchronises_while(lambda: somebody.ends(somebody.meets(LOCK_AT_COMMIT)))
    somebody.lets_go()
    story.is_told_to_come_again(report)
    assert count_changes(story.world) == story.before
    story.is_well_after_the_next_try()


def test_a_connection_lost_after_its_commit_is_done_takes_effect_once(story: Story) -> None:
    somebody = story.somebody
    with (
        _waits_for_a_standby_that_is_not_there(somebody),
        story.setting("synchronous_commit = 'on'"),
    ):
        report = story.synchronises_while(lambda: somebody.ends(somebody.meets(REPLICATION)))
    story.is_told_to_come_again(report)
    assert count_changes(story.world) == story.before + 1, (
        "it was committed, and nobody heard of it"
    )
    story.is_well_after_the_next_try()


@contextmanager
def _waits_for_a_standby_that_is_not_there(somebody: Somebody) -> Iterator[None]:
    """COMMIT is durable here and then waits: the moment in which a lost answer hurts most."""
    for_all = somebody.connection
    for_all.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    for_all.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        for_all.execute("ALTER SYSTEM RESET synchronous_standby_names")
        for_all.execute("SELECT pg_reload_conf()")
