"""Tablets under test: real store and services, jobs that run at once, ports that tests hold.

`Desk` is one tablet's home folder with its machine; `start()` opens it (again after a kill).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mobile.bootstrap import Machine, open_tablet
from mobile.config import TabletConfig
from mobile.device.desktop import FolderCamera, PickedLocation
from mobile.device.ports import Equipment
from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import HeadingView, QuestionView, RowsView
from mobile.services.tablet import Tablet
from mobile.services.worker import AtOnce, Post
from mobile.store.people import Person
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from shared.ids import SeededIds
from shared.records.state import Dot, RecordState, Sibling, WorkflowState, encode_state
from shared.records.workflow import Role
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from sync.messages import Page, Put
from tests.support.forms import both, calculate, document, group, question, repeat

START_MS = 1_790_000_000_000
AREA = "area:20-1"
DEVICE = "01920000-0000-7000-8000-000000000001"
SOMCHAI = "01920000-0000-7000-8000-0000000000a1"
MALEE = "01920000-0000-7000-8000-0000000000a2"


class Killed(BaseException):
    """The power is cut here."""


class HandClock:
    """A clock that tests move."""

    def __init__(self, now: int = START_MS) -> None:
        self.now = now
        self.ticks = 0
        self.boot = "boot-1"

    def now_ms(self) -> int:
        return self.now

    def monotonic_ms(self) -> int:
        return self.ticks

    def boot_id(self) -> str:
        return self.boot

    def passes(self, milliseconds: int) -> None:
        self.now += milliseconds
        self.ticks += milliseconds


class Room:
    """Storage with as much room as a test says."""

    def __init__(self, free: int = 1 << 40) -> None:
        self.free = free

    def free_bytes(self) -> int:
        return self.free


class Line:
    """A network: `answer` is whoever is at the other end, or nobody."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.asked: list[HttpRequest] = []

    def exchange(self, request: HttpRequest) -> HttpReply:
        self.asked.append(request)
        if self.answer is None:
            return NO_NETWORK
        reply: HttpReply = self.answer(request)
        return reply


class Fuse:
    """Cuts the power before the n-th writing step (0: never)."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.steps = 0

    def __call__(self, _: str) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise Killed


def at_once(act: Callable[[], None]) -> None:
    """Whoever shows results is the thread that has them."""
    act()


@dataclass
class Desk:
    """One tablet: its folder, its machine, and its app while it runs."""

    home: Path
    clock: HandClock = field(default_factory=HandClock)
    room: Room = field(default_factory=Room)
    line: Line = field(default_factory=Line)
    fuse: Fuse = field(default_factory=Fuse)
    place: PickedLocation = field(default_factory=PickedLocation)
    equipment: Equipment = field(default_factory=Equipment)
    post: Post = at_once
    ballast: int = 0
    seed: int = 1
    tablet: Tablet | None = None
    versions: dict[str, int] = field(default_factory=dict)
    source: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self.source.seed(self.seed)

    def start(self) -> Tablet:
        """Open the app on this home."""
        machine = Machine(
            clock=self.clock,
            ids=SeededIds(self.clock.now_ms, self.source),
            storage=self.room,
            camera=FolderCamera(self.home / "camera"),
            location=self.place,
            random_bytes=self.source.randbytes,
            transport=self.line,
            jobs=AtOnce(),
            network=AtOnce(),
            before_write=self.fuse,
            ballast_bytes=self.ballast,
            equipment=self.equipment,
        )
        self.tablet = open_tablet(TabletConfig(self.home), self.post, machine)
        return self.tablet

    def kill(self) -> None:
        """End the app without a word: connections drop, nothing is committed or sealed."""
        assert self.tablet is not None
        self.tablet.database.close()
        self.tablet = None

    @property
    def app(self) -> Tablet:
        assert self.tablet is not None
        return self.tablet

    def enrol(self, device: str = DEVICE, scopes: Sequence[str] = ("programme", AREA)) -> None:
        """Bind the tablet as an office would."""
        answer = {
            "device": device,
            "token": "token",
            "server_name": "สำนักงาน",
            "epoch": "epoch-1",
            "scopes": list(scopes),
        }
        before, self.line.answer = self.line.answer, lambda _: json_reply(201, answer)
        self.app.enroller.enrol("ABCDE-12345", "แท็บเล็ต 1")
        self.line.answer = before

    def sign_in(self, person: str = SOMCHAI, name: str = "สมชาย") -> None:
        """Somebody is at work."""
        self.app.person = Person("somchai", person, name, Role.OFFICER, (AREA,), "th")

    def receives(self, scope: str, *states: RecordState) -> None:
        """A page of states arrives."""
        held = self.app.replica.standing().cursors[scope]
        rows = tuple(Put(encode_state(state)) for state in states)
        page = Page(scope, held, held + len(rows), held + len(rows), rows)
        assert self.app.replica.apply_page(page)

    def publish(self, *documents: dict[str, Any], whole: bool = True) -> None:
        """Forms arrive: their entries in the register, and their documents when `whole`."""
        for one in documents:
            data = canonical_bytes(one)
            fields: dict[str, JsonValue] = {
                "form_id": one["form"],
                "version": one["version"],
                "title_th": one["title"]["th"],
                "title_en": one["title"]["en"],
                "document": sha256_hex(data),
                "size": len(data),
                "status": "active",
            }
            record = f"01920000-0000-7000-8000-{len(self.versions) + 0xF000:012x}"
            self.versions[record] = one["version"]
            self.receives("programme", state_of("form", fields, record=record, scope="programme"))
            if whole:
                self.app.replica.shelf.keep(data)
        self.app.library.refresh()


def json_reply(status: int, answer: Mapping[str, Any]) -> HttpReply:
    """A JSON answer."""
    return HttpReply(status, (("content-type", "application/json"),), canonical_bytes(dict(answer)))


def dot(name: str, author: str = MALEE, saved_at: int = START_MS) -> Dot:
    """A dot of somebody else's tablet."""
    return Dot(name, author, saved_at, "01920000-0000-7000-8000-0000000000ff." + "0" * 16)


def a_dot_id(number: int) -> str:
    """An id of somebody else's change."""
    return f"01920000-0000-7000-9000-{number:012x}"


def state_of(
    record_type: str,
    fields: Mapping[str, JsonValue],
    *,
    record: str,
    scope: str = AREA,
    parent: str | None = None,
    root: str = "",
    revision: int = 1,
    number: int = 1,
    form: str = "",
    workflow: WorkflowState | None = None,
    siblings: Mapping[str, tuple[Sibling, ...]] | None = None,
) -> RecordState:
    """A state as the server would ship it, every value by one dot of Malee's."""
    by = dot(a_dot_id(number))
    return RecordState(
        record=record,
        revision=revision,
        type=record_type,
        form=form or record_type.partition("/")[0],
        version=1,
        scope=scope,
        parent=parent,
        root=root or record,
        order=(1, 0),
        created=by,
        fields={
            **{name: (Sibling(by, value),) for name, value in fields.items()},
            **(siblings or {}),
        },
        workflow=workflow,
    )


def factory_form(version: int = 1) -> dict[str, Any]:
    """A small register of factories."""
    return document(
        group(
            "identity",
            question("fac_name", required="true()", shown_as="title"),
            question("reg_no", shown_as="line"),
            question("operator", personal="P"),
        ),
        form="factory",
        version=version,
        title=both("โรงงาน"),
        workflow="register",
    )


def visit_form(version: int = 1) -> dict[str, Any]:
    """A small inspection: a reference that fills in, an atomic group, rows within rows."""
    fill = "pulldata('factory', '{}', 'name', ${{factory}})"
    site = [
        question("factory", "reference", refers_to="register factory"),
        question(
            "fac_name",
            required="true()",
            trigger="${factory}",
            calculation=fill.format("fac_name"),
            shown_as="title",
        ),
        question(
            "operator", personal="P", trigger="${factory}", calculation=fill.format("operator")
        ),
    ]
    return document(
        group("site", *site),
        group(
            "visit",
            question("day", "date", required="true()", shown_as="date"),
            group("times", question("t_in", "time"), question("t_out", "time"), merge="atomic"),
            question("smell", "select_one", choices="yn"),
            question("smell_text", relevant="${smell} = 'yes'", required="true()"),
            question("people", "integer", warning=". < 100"),
            question("note_text", default="ไม่มี"),
            question("checked", "select_one", choices="yn", answered_by="office"),
        ),
        group(
            "found",
            repeat(
                "findings",
                question("fact", required="true()", shown_as="title"),
                question("due", "date", shown_as="line"),
                repeat("photos", question("photo", "image", required="true()")),
            ),
            calculate("how_many", "count(${findings})"),
        ),
        form="visit",
        version=version,
        title=both("การตรวจ"),
    )


def ready_desk(home: Path) -> Desk:
    """A tablet that is enrolled, has its forms, and on which Somchai works."""
    desk = Desk(home)
    desk.start()
    desk.enrol()
    desk.publish(factory_form(), visit_form())
    desk.sign_in()
    return desk


def item(form: FormPresenter, key: str) -> QuestionView:
    """The question at a key on the page shown."""
    found = [i for i in form.state.items if isinstance(i, QuestionView) and i.key == key]
    assert found, f"{key} is not among {[i.key for i in form.state.items]}"
    return found[0]


def rows_item(form: FormPresenter, key: str) -> RowsView:
    """The repeat at a key on the page shown."""
    found = [i for i in form.state.items if isinstance(i, RowsView) and i.key == key]
    assert found
    return found[0]


def keys(form: FormPresenter) -> list[str]:
    """What stands on the page shown, headings too."""
    return [i.key for i in form.state.items if isinstance(i, QuestionView | RowsView | HeadingView)]
