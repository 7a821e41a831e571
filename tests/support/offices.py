"""An office under test, and tablets that push and pull as the protocol says, without any UI.

`TestTablet` is a replica reduced to what the server can tell: it seals changes with what it was
shown, numbers and chains them, and speaks through the app's own HTTP door.
"""

from __future__ import annotations

import atexit
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.app import Ports, create_app, office_of
from server.config import Config
from server.models import PersonRow
from server.services.enrol_device import enrol_device, make_enrolment_code
from server.services.identify_device import Device
from server.services.manage_areas import AreaEntry, put_area
from server.services.manage_people import PersonEntry, add_person
from server.services.sign_in_on_device import sign_in_on_device
from server.store.journal import Journal
from server.store.office import Office
from shared.ids import SeededIds, new_client
from shared.records.state import RecordState, decode_state
from shared.records.workflow import Role
from sync import codec, digest
from sync.changes import Change, FieldWrite, Operation, RecordEdit, SealedChange, Transition, seal
from sync.commitments import chain_over, chain_start
from sync.messages import (
    ChangeResult,
    Leave,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushBatch,
    PushHeader,
    Put,
    Withheld,
)
from sync.version import MEDIA_TYPE, PROTOCOL
from tests.support.databases import Databases

START_MS = 1_790_000_000_000
AREA, OTHER_AREA = "area:20-1", "area:30-1"
TEMPLATES = Path(tempfile.mkdtemp(prefix="samruat-offices-"))
atexit.register(shutil.rmtree, TEMPLATES, ignore_errors=True)
PIN, PASSWORD = "246810", "a long enough password"


class SteppingClock:
    """A clock that stands until a test moves it; each look costs a millisecond."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        self.now += 1
        return self.now

    def monotonic_ms(self) -> int:
        return self.now - START_MS

    def boot_id(self) -> str:
        return "test"


@dataclass
class TestOffice:
    """The app, its parts, and the people every story needs."""

    __test__ = False
    app: Flask
    office: Office
    clock: SteppingClock
    random: random.Random
    people: dict[str, str] = field(default_factory=dict)

    @property
    def http(self) -> FlaskClient:
        return self.app.test_client()

    def person(self, login: str, role: Role, *areas: str) -> str:
        author = self.people.get("admin")
        entry = PersonEntry(login, login.title(), role, areas, password=PASSWORD, pin=PIN)
        self.people[login] = add_person(self.office, author, entry)
        return self.people[login]

    def tablet(self, *logins: str, areas: Sequence[str] = (AREA,)) -> TestTablet:
        """A tablet enrolled for areas, on which these people signed in."""
        code = make_enrolment_code(self.office, self.people["admin"], "tablet", areas)
        found = enrol_device(self.office, code, "", "test", "")
        for login in logins:
            device = Device(found.device, "", revoked=False, last_seen_at=0)
            sign_in_on_device(self.office, device, login, PIN)
        author = self.people[logins[0]] if logins else self.people["admin"]
        return TestTablet(self, found.device, found.token, author)

    def close(self) -> None:
        self.office.database.close()


def open_office(
    folder: Path, database_url: str, *, seed: int = 1, sync: Callable[[int], None] = os.fsync
) -> TestOffice:
    """An office on the database at a URL, with whoever is in it already. `sync` brings what the
    journal wrote to the disk."""
    clock, source = SteppingClock(), random.Random(seed)
    config = Config(folder, database_url, testing=True, quick_passwords=True, pages=False)
    ports = Ports(
        clock,
        source.randbytes,
        SeededIds(clock.now_ms, source),
        partial(Journal, sync=sync),
    )
    app = create_app(config, ports)
    world = TestOffice(app, office_of(app), clock, source)
    with world.office.database.reading() as session:
        world.people = {p.login: p.id for p in session.scalars(select(PersonRow))}
    return world


def settle_people(world: TestOffice) -> None:
    """Two areas and the people every story needs."""
    world.person("admin", Role.ADMINISTRATOR)
    for code in ("20-1", "30-1"):
        area = AreaEntry(code, f"พื้นที่ {code}", f"Area {code}", code[:2], ("13.3", "101.2"))
        put_area(world.office, world.people["admin"], area)
    world.person("somchai", Role.OFFICER, AREA)
    world.person("malee", Role.FACILITATOR, AREA)
    world.person("wichai", Role.OFFICER, OTHER_AREA)
    world.person("review", Role.REVIEWER, AREA)


def furnished_office(databases: Databases, folder: Path) -> TestOffice:
    """An office with areas and people, on a copy of a database that was furnished once a run."""
    template = TEMPLATES / databases.kind

    def prepare(url: str) -> None:
        # Left by other databases of this kind: its journal would be done again in this one.
        shutil.rmtree(template, ignore_errors=True)
        first = open_office(template, url)
        settle_people(first)
        first.close()

    url = databases.copy_of("office", prepare)
    shutil.copytree(template, folder, dirs_exist_ok=True)
    world = open_office(folder, url, seed=2)
    world.clock.now += 60_000
    return world


def reopened_office(world: TestOffice, **ports: Any) -> TestOffice:
    """The same office, opened by a later process; `ports` are handed to it besides."""
    clock, source = SteppingClock(world.clock.now + 1), random.Random(world.clock.now)
    made = Ports(clock, source.randbytes, SeededIds(clock.now_ms, source), **ports)
    app = create_app(world.office.config, made)
    return TestOffice(app, office_of(app), clock, source, dict(world.people))


@dataclass
class TestTablet:
    """One device with one author at a time."""

    __test__ = False
    world: TestOffice
    device: str
    token: str
    author: str
    client: str = ""
    number: int = 0
    chain: str = ""
    epoch: str = ""
    pending: list[SealedChange | Withheld] = field(default_factory=list)
    states: dict[str, RecordState] = field(default_factory=dict)
    bodies: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.begin_incarnation()
        self.epoch = self.world.office.epoch.text

    def begin_incarnation(self) -> None:
        self.client = new_client(self.device, self.world.random.randbytes(8))
        self.number, self.chain = 0, chain_start(self.client).hex()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": MEDIA_TYPE}

    def new_id(self) -> str:
        return self.world.office.ids.new()

    def seal(self, *edits: RecordEdit, author: str = "", change_id: str = "") -> SealedChange:
        now = self.world.clock.now_ms()
        name, by = change_id or self.new_id(), author or self.author
        change = Change(name, by, now, now, now, "boot", edits)
        sealed = seal(change)
        self.pending.append(sealed)
        return sealed

    def creates(
        self,
        values: Mapping[str, Any],
        *,
        kind: str = "insp",
        scope: str | None = AREA,
        parent: str | None = None,
        record: str = "",
        **more: Any,
    ) -> str:
        """A new record, sealed; its id."""
        name = record or self.new_id()
        writes = {key: FieldWrite(value) for key, value in values.items()}
        form = kind.partition("/")[0]
        self.seal(
            RecordEdit(
                name,
                kind,
                form,
                1,
                Operation.CREATE,
                scope=None if parent else scope,
                parent=parent,
                writes=writes,
                **more,
            )
        )
        return name

    def sets(self, record: str, values: Mapping[str, Any], **more: Any) -> str:
        """A save over what this tablet last pulled of the record; the change's id."""
        state = self.states[record]
        writes = {
            key: FieldWrite(value, tuple(s.dot.id for s in state.fields.get(key, ())[:1]))
            for key, value in values.items()
        }
        edit = self.edit(record, Operation.SET, writes=writes, **more)
        return self.seal(edit).id

    def edit(self, record: str, operation: Operation, **more: Any) -> RecordEdit:
        state = self.states[record]
        return RecordEdit(
            record, state.type, state.form, state.version, operation, base=state.revision, **more
        )

    def steps(self, record: str, target: str, content: str = "0" * 64, **more: Any) -> str:
        """A transition, sealed."""
        state = self.states[record]
        source = str(state.workflow.status) if state.workflow else "draft"
        step = Transition(target, source, content)
        return self.seal(self.edit(record, Operation.TRANSITION, transition=step, **more)).id

    def push_body(self, items: Sequence[SealedChange | Withheld] | None = None) -> bytes:
        lines = self.pending if items is None else list(items)
        header = PushHeader(PROTOCOL, self.epoch, self.client, self.number, self.chain)
        rows = tuple(x.line if isinstance(x, SealedChange) else x for x in lines)
        return codec.encode_push(PushBatch(header, rows))

    def post(self, door: str, body: bytes, **headers: str) -> Any:
        path = f"/api/v1/sync/{door}"
        return self.world.http.post(path, data=body, headers={**self.headers, **headers})

    def push(self) -> list[ChangeResult]:
        """Send all that is pending and take the answer in."""
        answer = self.push_answer()
        heads = [
            x.head_hash if isinstance(x, SealedChange) else bytes.fromhex(x.head_hash)
            for x in self.pending
        ]
        assert answer.chain == chain_over(bytes.fromhex(self.chain), heads).hex()
        self.number, self.chain, self.pending = answer.number, answer.chain, []
        return list(answer.results)

    def push_answer(self) -> PushAnswer:
        """Send all that is pending; the answer is read and then lost on the way."""
        reply = self.post("push", self.push_body())
        assert reply.status_code == 200, reply.data
        return codec.decode_push_answer(reply.data)

    def pull_answer(self, bytes_max: int = 1 << 20) -> PullAnswer:
        request = PullRequest(PROTOCOL, self.epoch, self.client, self.cursors, bytes_max)
        reply = self.post("pull", codec.encode_pull(request))
        assert reply.status_code == 200, reply.data
        return codec.decode_pull_answer(reply.data)

    def pull(self, bytes_max: int = 1 << 20) -> PullAnswer:
        """Pull until nothing is left; digests are compared with those of own rows."""
        while True:
            answer = self.pull_answer(bytes_max)
            if answer.granted is not None:
                self.cursors = {s: self.cursors.get(s, 0) for s in answer.granted}
            for page in answer.pages:
                self._apply(page)
            done = all(page.cursor == page.head for page in answer.pages)
            if done and answer.granted is None:
                return answer

    def _apply(self, page: Any) -> None:
        for row in page.rows:
            if isinstance(row, Leave):
                self.states.pop(row.record, None)
                self.bodies.pop(row.record, None)
                continue
            assert isinstance(row, Put)
            state = decode_state(row.state)
            self.states[state.record] = state
            self.bodies[state.record] = (page.scope, state.revision, row.state)
        self.cursors[page.scope] = page.cursor
        if page.digest is not None:
            assert digest.from_text(page.digest) == self.digest_of(page.scope)

    def digest_of(self, scope: str) -> int:
        total = digest.EMPTY
        for record, (where, revision, body) in self.bodies.items():
            if where == scope:
                total = digest.replaced(total, None, digest.row_digest(record, revision, body))
        return total
