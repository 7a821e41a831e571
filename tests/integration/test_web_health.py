"""The page of health: for administrators, in both languages, from what was found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.services.back_up import back_up
from server.services.finding_words import WORDS
from server.services.note_incident import note_incident
from server.services.sign_in_staff import sign_in_staff
from server.web.sign_in import SESSION_COOKIE
from tests.support.office_scene import Scene
from tests.support.offices import PASSWORD


def health(scene: Scene, login: str = "admin", language: str = "en") -> tuple[int, str]:
    """Status and text of the page for somebody."""
    http = scene.world.http
    begun = sign_in_staff(scene.world.office, login, PASSWORD)
    http.set_cookie(SESSION_COOKIE, begun.token)
    http.set_cookie("samruat_language", language)
    reply = http.get("/health")
    return reply.status_code, reply.get_data(as_text=True)


def test_an_administrator_sees_backup_journal_room_and_what_waits(
    scene: Scene, tmp_path: Path
) -> None:
    status, before = health(scene)
    assert status == 200
    assert "No backup yet" in before
    made = back_up(scene.world.office, tmp_path / "backups", verify=True)
    with scene.world.office.database.writing() as session:
        note_incident(session, scene.world.office, "digest_differs", scope="area:20-1")
    after = health(scene)[1]
    assert str(made.folder) in after
    assert "Incidents that nobody has looked into: 1." in after
    assert "It is written" in after


def test_the_page_is_in_thai_first(scene: Scene) -> None:
    assert "สุขภาพระบบ" in health(scene, language="th")[1]


def test_others_neither_see_the_page_nor_its_name(scene: Scene) -> None:
    assert health(scene, login="review")[0] == 403
    http = scene.world.http
    begun = sign_in_staff(scene.world.office, "review", PASSWORD)
    http.set_cookie(SESSION_COOKIE, begun.token)
    assert "/health" not in http.get("/tablets").get_data(as_text=True)


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_finding_has_words_in_both_languages_that_fit_each_other(code: str) -> None:
    words = WORDS[code]
    for thai, english in (words.meaning, words.advice):
        assert bool(thai) == bool(english)
        named = [set(re.findall(r"{(\w+)}", text)) for text in (thai, english)]
        assert named[0] == named[1]
        if thai and "samruat-server" not in thai:
            assert re.search("[\u0e01-\u0e5b]", thai)
    assert words.meaning[1].endswith(".")
