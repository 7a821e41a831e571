"""Every release stays readable for ever: its messages, its tablets, its offices, by today's code.

What is replayed was recorded when the release was made (`python -m tests.releases.record`) and is
never changed; a test that fails here would strand a tablet in the field.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mobile.store import changes, settings
from sync import codec
from sync.messages import PushAnswer
from sync.session import PULL, PUSH
from sync.version import SHIPPED
from tests.releases.keeping import (
    OFFICE_AFTER,
    OFFICE_BEFORE,
    TABLET,
    Exchange,
    read_about,
    read_exchanges,
    releases,
    unpack,
)
from tests.releases.record import present_version
from tests.support.offices import TestOffice, open_office
from tests.support.tablet_day import held
from tests.support.tablets import Desk
from tests.support.tablets_and_office import Line, agree, count_changes, sync

of_every_release = pytest.mark.parametrize("release", releases(), ids=lambda it: it.name)


def _office(release: Path, name: str, folder: Path) -> TestOffice:
    return open_office(unpack(release / f"{name}.tar.gz", folder / name), "", seed=7)


def _send(world: TestOffice, one: Exchange) -> Exchange:
    headers = {**one.headers, "authorization": f"Bearer {one.token}"}
    reply = world.http.open(one.path, method=one.method, data=one.body or None, headers=headers)
    answer, status = reply.data, reply.status_code
    reply.close()
    return Exchange(one.token, one.method, one.path, one.headers, one.body, status, answer)


def test_the_present_release_is_kept() -> None:
    assert present_version() in {release.name for release in releases()}


@of_every_release
def test_its_protocol_is_spoken_for_ever(release: Path) -> None:
    assert read_about(release).protocol in SHIPPED


@of_every_release
def test_its_office_opens_and_its_messages_are_answered_as_they_were(
    release: Path, tmp_path: Path
) -> None:
    world = _office(release, OFFICE_BEFORE, tmp_path)
    told: Counter[str] = Counter()
    for one in read_exchanges(release / "messages.jsonl.gz"):
        now = _send(world, one)
        assert now.status == one.status, (one.method, one.path, now.answer)
        if one.path == PUSH and one.status == 200:
            was, found = (codec.decode_push_answer(x.answer) for x in (one, now))
            assert _outcomes(found) == _outcomes(was)
            told.update(str(result.outcome) for result in was.results)
    assert {"applied", "conflict", "quarantined"} <= set(told)
    world.close()


def _outcomes(answer: PushAnswer) -> list[tuple[int, str, str | None]]:
    return [(r.number, str(r.outcome), r.code) for r in answer.results]


@of_every_release
def test_the_answers_of_its_office_are_read(release: Path) -> None:
    read: Counter[str] = Counter()
    for one in read_exchanges(release / "messages.jsonl.gz"):
        if one.status == 200 and one.path in (PUSH, PULL):
            decode = codec.decode_push_answer if one.path == PUSH else codec.decode_pull_answer
            assert decode(one.answer).client
            read[one.path] += 1
    assert set(read) == {PUSH, PULL}


@of_every_release
def test_its_tablet_opens_pushes_what_waited_pulls_and_agrees(
    release: Path, tmp_path: Path
) -> None:
    about = read_about(release)
    world = _office(release, OFFICE_AFTER, tmp_path)
    before = count_changes(world)
    desk = Desk(unpack(release / f"{TABLET}.tar.gz", tmp_path / "tablet"), seed=9)
    app = desk.start()
    reader = app.database.reader()
    assert changes.count_pending(reader) == about.waiting + 1, "what was typed is sealed at start"
    record, field, value = about.typed
    assert (record, field, f'"{value}"') in held(desk)
    assert len(changes.kept_aside(reader)) == about.aside
    assert settings.read(reader, "token") == about.token
    desk.line.answer = Line(world, desk)
    sync(desk)
    sync(desk)
    agree(world, desk)
    assert count_changes(world) == before + about.waiting + 1
    assert len(changes.kept_aside(app.database.reader())) == about.aside, "and is not forgotten"
    desk.sign_in(app.people.known()[0].person)
    opened = app.capture.open_record(about.shared, app.author())
    state = opened.seen_states()[about.shared]
    assert len(state.fields[about.conflict[1]]) == 2, "a conflict of that release is one still"
    assert state.value(field) == value
    desk.kill()
    world.close()
