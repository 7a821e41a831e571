"""Each checker fails in a running world when one real function is replaced at its port."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mobile.services.opened import OpenRecord
from mobile.store.shown import shown_states
from server.models import HistoryRow, RecordRow
from server.store.database import Database
from server.store.histories import all_records, put_steps, writes_of
from shared.canonical import JsonValue
from shared.limits import PULL_ANSWER_BYTES_MAX
from shared.records.state import EXISTENCE, decode_state, encode_state
from shared.records.workflow import Status
from sync import codec
from sync.changes import frame
from sync.commitments import chain_over
from sync.exchange import HttpReply, HttpRequest
from sync.histories import HistoryStep
from sync.merge import Write
from sync.messages import ChangeResult, Outcome, PushAnswer, Put
from sync.overlay import shown_dots
from sync.session import BLOB, PULL, PUSH
from sync.version import MEDIA_TYPE
from tests.simulation.checkers import I14
from tests.simulation.ledger import GROUP, number_of
from tests.simulation.network import Tamper
from tests.simulation.officer import Officer
from tests.simulation.world import Broken, Plan, World

OURS = (("content-type", MEDIA_TYPE),)
Plant = Callable[[World], None]
Meddle = Callable[[Session], None]


# --- ports that may be faulty --------------------------------------------------------------------


class MeddledDatabase(Database):
    """The office's database with something done at the end of every writing transaction."""

    def __init__(self, real: Database, meddle: Meddle) -> None:
        self.__dict__.update(real.__dict__)
        self._meddle = meddle

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """The real transaction, and what is done at its end."""
        with super().writing() as session:
            yield session
            self._meddle(session)


def in_the_database(meddle: Meddle) -> Plant:
    """Plant something into the office's transactions."""

    def plant(world: World) -> None:
        world.house.office.database = MeddledDatabase(world.house.office.database, meddle)

    return plant


def on_the_wire(tamper: Tamper) -> Plant:
    """Plant something between tablets and office."""

    def plant(world: World) -> None:
        world.network.tamper = tamper

    return plant


def on_tablets(change: Callable[[Officer], None]) -> Plant:
    """Plant something into every tablet that is there at the beginning."""

    def plant(world: World) -> None:
        for officer in world.officers:
            change(officer)

    return plant


# --- what is planted -----------------------------------------------------------------------------


class BaseAtSave(OpenRecord):
    """*Seen* is what the database holds at the moment of saving, not what was shown."""

    __slots__ = ()
    officer: ClassVar[Officer]

    def seen(self, record: str, name: str) -> tuple[str, ...]:
        """Every dot that is there now."""
        states = shown_states(self.officer.tablet.database.reader(), self.root)
        found = states[record].fields.get(name, ()) if record in states else ()
        return tuple(s.dot.id for s in found) or shown_dots(states.get(record), name)


class ForgetfulOfficer(Officer):
    """An officer whose tablet names what it did not show."""

    def _open(self) -> None:
        super()._open()
        if self.opened is not None:
            self.opened.__class__ = type(
                "Planted", (BaseAtSave,), {"officer": self, "__slots__": ()}
            )


def name_what_was_not_shown(officer: Officer) -> None:
    """Base-at-save."""
    officer.__class__ = ForgetfulOfficer


def write_twice(session: Session) -> None:
    """A write takes effect under a second dot."""
    for record, write in _writes(session):
        if number_of(write.value):
            again = replace(write.dot, id=write.dot.id[::-1])
            put_steps(session, [(record, HistoryStep(again, (replace(write, dot=again),)))])
            return


def _writes(session: Session) -> list[tuple[str, Write]]:
    """Every write there ever was, with its record."""
    found = writes_of(session, all_records(session))
    return [(record, write) for record, writes in found.items() for write in writes]


def change_states_silently(session: Session) -> None:
    """A state changes without a place in the feed."""
    row = session.execute(select(RecordRow.id, RecordRow.state).limit(1)).one_or_none()
    if row is not None:
        state = replace(decode_state(row.state), order=(99, 99))
        session.execute(
            update(RecordRow).where(RecordRow.id == row.id).values(state=encode_state(state))
        )


class ForgetfulDisk(Officer):
    """A tablet whose disk loses the last act's writes when the power goes: weaker pragmas."""

    held: bytes = b""

    def act(self, what: str, hazard: str | None = None) -> None:
        self.stop()
        self.held = self.path.read_bytes()
        super().act(what, "tablet_killed" if what == "answer" else "")
        if what == "answer":
            self.kill()

    def kill(self) -> None:
        """What was committed since the act began was never on the disk."""
        self.stop()
        self.path.write_bytes(self.held)
        for left in ("-wal", "-shm"):
            Path(f"{self.path}{left}").unlink(missing_ok=True)
        super().kill()


def forget_at_power_cuts(officer: Officer) -> None:
    """Commits that are not durable."""
    officer.__class__ = ForgetfulDisk


def drop_a_row(request: HttpRequest, reply: HttpReply | None) -> HttpReply | None:
    """The office forgets a row of a page and counts rightly without it."""
    if request.path != PULL or reply is None or reply.status != 200:
        return None
    answer = codec.decode_pull_answer(reply.body)
    pages = [
        replace(page, rows=page.rows[1:])
        if page.scope.startswith("area:") and page.rows and isinstance(page.rows[0], Put)
        else page
        for page in answer.pages
    ]
    body = b"".join(codec.encode_pull_answer(replace(answer, pages=tuple(pages))))
    return HttpReply(200, OURS, body)


def confirm_without_keeping(request: HttpRequest, reply: HttpReply | None) -> HttpReply | None:
    """A thing between tablet and office answers pushes well, and drops them."""
    if request.path != PUSH or reply is not None:
        return None
    batch = codec.decode_push(codec.gunzip_bytes(request.body, 1 << 22))
    heads = heads_of(batch.lines)
    chain = chain_over(bytes.fromhex(batch.header.chain), heads).hex()
    number = batch.header.number
    results = tuple(
        ChangeResult(number + n, None, Outcome.APPLIED) for n in range(1, len(heads) + 1)
    )
    answer = PushAnswer(
        1, batch.header.epoch, batch.header.client, number + len(heads), chain, results
    )
    return HttpReply(200, OURS, codec.encode_push_answer(answer))


def heads_of(lines: Sequence[object]) -> list[bytes]:
    """The hashes that a chain goes over."""
    return [frame(line).head_hash for line in lines if isinstance(line, bytes)]


def forget_deletions(session: Session) -> None:
    """A purge of old deletions, which forgets that there were any."""
    for record, write in _writes(session):
        if write.field == EXISTENCE:
            row = (HistoryRow.record == record) & (HistoryRow.dot == write.dot.id)
            session.execute(delete(HistoryRow).where(row))
    for row in session.execute(select(RecordRow.id, RecordRow.state)).all():
        state = decode_state(row.state)
        if state.existence:
            body = encode_state(replace(state, existence=()))
            session.execute(update(RecordRow).where(RecordRow.id == row.id).values(state=body))


def approve_everything(session: Session) -> None:
    """What is handed in counts as approved, without anybody having looked."""
    for row in session.execute(select(RecordRow.id, RecordRow.state)).all():
        state = decode_state(row.state)
        flow = state.workflow
        if flow is not None and flow.status is Status.SUBMITTED:
            approved = replace(state, workflow=replace(flow, status=Status.APPROVED))
            body = encode_state(approved)
            session.execute(update(RecordRow).where(RecordRow.id == row.id).values(state=body))


def mix_groups(session: Session) -> None:
    """A time in of one person stands beside a time out of another: option-wise union."""
    found = _writes(session)
    groups = [(record, write) for record, write in found if write.field == GROUP]
    mixed: JsonValue = {"t_in": "v1", "t_out": f"v{len(groups)}0"}
    for record, one in groups[1:]:
        beside = [w for r, w in found if r == record and w.dot == one.dot and w != one]
        step = HistoryStep(one.dot, (*beside, replace(one, value=mixed)))
        put_steps(session, [(record, step)])


def cache_for_everybody(world: World) -> None:
    """A proxy that keeps what it has seen."""
    world.network.tamper = Cache()


class Cache:
    """A proxy that answers every pull with what it answered the last one."""

    def __init__(self) -> None:
        self.kept: HttpReply | None = None

    def __call__(self, request: HttpRequest, reply: HttpReply | None) -> HttpReply | None:
        """The first good answer, for everybody."""
        if request.path != PULL or reply is None or reply.status != 200:
            return None
        if self.kept is None and b"area:30-1" in reply.body:
            self.kept = reply
        return self.kept


def lose_a_file(world: World) -> None:
    """The office's files lose their bytes, while it says that it has them."""
    held = world.network.exchange

    def exchange(who: str, request: HttpRequest, token: str) -> HttpReply:
        reply = held(who, request, token)
        if request.path.startswith(BLOB) and request.method in ("PUT", "POST"):
            for path in world.house.office.config.blobs.rglob("*"):
                if path.is_file():
                    path.write_bytes(b"")
        return reply

    world.network.exchange = exchange  # type: ignore[method-assign]


def never_take_a_push(request: HttpRequest, reply: HttpReply | None) -> HttpReply | None:
    """The office is always too busy for one kind of request."""
    return HttpReply(503, (), b"") if request.path == PUSH else None


def pad_an_answer(world: World) -> None:
    """One answer grows beyond every bound."""
    left = [PULL_ANSWER_BYTES_MAX]

    def pad(request: HttpRequest, reply: HttpReply | None) -> HttpReply | None:
        if request.path != PULL or reply is None or not left:
            return None
        return HttpReply(reply.status, reply.headers, reply.body + b" " * left.pop())

    world.network.tamper = pad


def the_clock_decides(session: Session) -> None:
    """Of several values the one with the latest clock is kept, and the others are forgotten."""
    for row in session.execute(select(RecordRow.id, RecordRow.state)).all():
        state = decode_state(row.state)
        fields = {
            name: (max(found, key=lambda s: s.dot.saved_at),)
            for name, found in state.fields.items()
        }
        body = encode_state(replace(state, fields=fields))
        session.execute(update(RecordRow).where(RecordRow.id == row.id).values(state=body))


PLANTED: dict[str, Plant] = {
    "I1": on_tablets(name_what_was_not_shown),
    "I2": in_the_database(write_twice),
    "I3": in_the_database(change_states_silently),
    "I4": on_tablets(forget_at_power_cuts),
    "I5": on_the_wire(drop_a_row),
    "I6": on_the_wire(confirm_without_keeping),
    "I7": in_the_database(forget_deletions),
    "I8": in_the_database(approve_everything),
    "I9": in_the_database(mix_groups),
    "I10": cache_for_everybody,
    "I11": lose_a_file,
    "I12": on_the_wire(never_take_a_push),
    "I13": pad_an_answer,
}


def plan_of(seed: int) -> Plan:
    """A story in which nothing but what is planted is wrong: no fault, no lost disk."""
    plan = Plan(seed, steps=160, tablets=2, fault_rate=0)
    quiet = [s.number for s in plan.drawn() if s.actor != "keeper" and s.act != "restore"]
    return replace(plan, only=tuple(quiet))


def test_there_is_a_fault_for_every_checker() -> None:
    assert [*PLANTED, "I14"] == [f"I{n}" for n in range(1, 15)]


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_at_a_port_is_noticed(name: str) -> None:
    complaints = set()
    for seed in range(1, 9):
        world = World(plan_of(seed), plant=PLANTED[name])
        try:
            world.run()
        except Broken as reason:
            complaints.add(str(reason))
        finally:
            world.close()
        if any(f"  {name} " in complaint for complaint in complaints):
            return
    raise AssertionError(f"{name} noticed nothing: {complaints}")


def test_the_same_stories_are_sound_when_nothing_is_planted() -> None:
    for seed in (1, 2):
        world = World(plan_of(seed))
        try:
            world.run()
        finally:
            world.close()


def test_i14_notices_a_clock_that_decides() -> None:
    for seed in range(1, 9):
        runs = []
        for jumps in (True, False):
            plan = replace(plan_of(seed), clock_jumps=jumps)
            world = World(plan, plant=in_the_database(the_clock_decides))
            try:
                for step in plan.drawn():
                    world.play(step)
                runs.append((world.facts(), world.ledger))
            finally:
                world.close()
        if I14().check(*runs):
            return
    raise AssertionError("I14 noticed nothing")
