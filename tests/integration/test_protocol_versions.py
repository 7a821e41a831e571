"""Which versions of the protocol an office speaks: every shipped one is pushed for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobile.presenters.sync_report import report_view
from sync.codec import encode_pull
from sync.messages import PullRequest
from sync.negotiation import OfficeTooOld
from sync.version import PROTOCOL, PULL_VERSION_MIN, SHIPPED
from tests.support.offices import TestOffice, TestTablet
from tests.support.tablets import json_reply
from tests.support.tablets_and_office import Line, new_factory, publish_forms, sync, tablet

NEWER = PROTOCOL + 1


def _in_version(body: bytes, version: int) -> bytes:
    found = body.replace(b'"protocol":%d' % PROTOCOL, b'"protocol":%d' % version, 1)
    assert version == PROTOCOL or found != body
    return found


def _pull_body(sender: TestTablet, version: int) -> bytes:
    return encode_pull(PullRequest(version, sender.epoch, sender.client, {}, 1 << 16))


@pytest.mark.parametrize("version", sorted(SHIPPED))
def test_a_push_of_every_version_ever_shipped_is_taken(world: TestOffice, version: int) -> None:
    sender = world.tablet("somchai")
    sender.creates({"a": "1"})
    assert sender.post("push", _in_version(sender.push_body(), version)).status_code == 200


def test_a_version_too_old_to_receive_is_told_426_at_pull_and_never_at_push(
    world: TestOffice,
) -> None:
    sender = world.tablet("somchai")
    sender.creates({"a": "1"})
    too_old = PULL_VERSION_MIN - 1
    pulled = sender.post("pull", _pull_body(sender, too_old))
    assert (pulled.status_code, pulled.json["code"]) == (426, "upgrade.needed")
    assert sender.post("push", _in_version(sender.push_body(), too_old)).status_code != 426
    assert sender.push()[0].outcome == "applied"


@pytest.mark.parametrize("door", ["push", "pull"])
def test_a_version_that_is_newer_than_the_office_is_refused_in_words(
    world: TestOffice, door: str
) -> None:
    sender = world.tablet("somchai")
    sender.creates({"a": "1"})
    body = _in_version(sender.push_body(), NEWER) if door == "push" else _pull_body(sender, NEWER)
    # Behind its first line a later version may be anything.
    reply = sender.post(door, body + b"\n\x00 in a form that nobody here can read")
    assert (reply.status_code, reply.json["code"]) == (412, OfficeTooOld.code)
    assert "newer than the office" in reply.json["title"]


def test_a_tablet_newer_than_the_office_keeps_its_changes_whole_and_says_why(
    world: TestOffice, tmp_path: Path
) -> None:
    publish_forms(world)
    desk = tablet(world, tmp_path / "tablet", "somchai", 1)
    new_factory(desk, "โรงน้ำตาล")
    line = desk.line.answer
    assert isinstance(line, Line)
    refusal = json_reply(OfficeTooOld.http_status, {"code": OfficeTooOld.code})
    line.meddle = lambda _, __: refusal
    for _ in range(4):
        report = desk.app.synchroniser.run_once()
        assert (report.end, report.code) == ("refused", OfficeTooOld.code)
        assert desk.app.capture.waiting() == (1, 0)
    assert "newer than the office" in report_view(report).end.parts["why"].en
    line.meddle = lambda _, go: go()
    assert desk.app.synchroniser.run_once().outcomes == {"applied": 1}
    sync(desk)
    desk.kill()
