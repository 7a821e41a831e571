"""Tablets of the product and the real office: its app is the other end of their line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.home import HomePresenter
from mobile.store import base, settings
from server.catalog import catalog_forms
from server.models import ChangeRow, RecordRow
from server.services.enrol_device import make_enrolment_code
from server.services.publish_form import publish_form
from sync.exchange import HttpReply, HttpRequest
from tests.support.offices import AREA, PIN, TestOffice
from tests.support.tablets import Desk

Meddle = Callable[[HttpRequest, Callable[[], HttpReply]], HttpReply]


def honest(_: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
    return go()


@dataclass
class Line:
    """The office's app as the other end of a tablet's line; `meddle` stands between."""

    world: TestOffice
    desk: Desk
    meddle: Meddle = honest

    def __call__(self, request: HttpRequest) -> HttpReply:
        return self.meddle(request, lambda: self.exchange(request))

    def exchange(self, request: HttpRequest) -> HttpReply:
        token = settings.read(self.desk.app.database.reader(), "token")
        headers = dict(request.headers)
        if token:
            headers["authorization"] = f"Bearer {token}"
        answer = self.world.http.open(
            request.path, method=request.method, data=request.body or None, headers=headers
        )
        reply = HttpReply(
            answer.status_code,
            tuple((name.lower(), value) for name, value in answer.headers),
            answer.data,
        )
        answer.close()
        return reply


def tablet(world: TestOffice, home: Path, login: str, seed: int, *areas: str) -> Desk:
    """A tablet that enrolled with a code, on which somebody signed in with name and PIN."""
    desk = Desk(home, seed=seed)
    desk.start()
    line = Line(world, desk)
    desk.line.answer = line
    code = make_enrolment_code(world.office, world.people["admin"], login, areas or (AREA,))
    desk.app.enroller.enrol(code, login)
    desk.app.person = desk.app.people.sign_in(login, PIN)
    sync(desk)
    return desk


def sync(desk: Desk) -> None:
    report = desk.app.synchroniser.run_once()
    assert report.complete, report


def publish_forms(world: TestOffice) -> None:
    """The register of factories and the inspection."""
    for name in ("factory", "insp"):
        publish_form(world.office, world.people["admin"], catalog_forms()[name], f"{name}.md")


def new_factory(desk: Desk, name: str) -> str:
    form = HomePresenter(desk.app).begin("factory")
    root = form.state.root
    assert form.answer(root, "identity/fac_name", name)
    form.leave()
    return root


def answer(desk: Desk, root: str, key: str, value: str) -> FormPresenter:
    form = HomePresenter(desk.app).open(root)
    form.go(key.partition("/")[0])
    assert form.answer(root, key, value)
    return form


def agree(world: TestOffice, *desks: Desk) -> None:
    """Digests of all are equal, running ones are those of the rows, nothing waits."""
    digests = []
    for desk in desks:
        standing = desk.app.replica.standing()
        assert desk.app.capture.waiting() == (0, 0)
        assert dict(standing.digests) == dict(base.recount(desk.app.database.reader()))
        digests.append(standing.digests[AREA])
    assert len(set(digests)) == 1


def on_server(world: TestOffice, record: str) -> RecordRow:
    with world.office.database.reading() as session:
        found = session.get(RecordRow, record)
        assert found is not None
        return found


def count_changes(world: TestOffice) -> int:
    with world.office.database.reading() as session:
        found = session.scalar(
            select(func.count()).select_from(ChangeRow).where(ChangeRow.source == "tablet")
        )
        return int(found or 0)
