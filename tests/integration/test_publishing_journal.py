"""What was published, retired and put in force comes back from the journal alone."""

from __future__ import annotations

from typing import Any

from server.services.examine_installation import examine_installation
from server.services.keep_candidate import keep_candidate, list_candidates
from server.services.publish_candidate import publish_candidate
from server.services.publish_codebook import activate_codebook, publish_codebook
from server.services.read_codebook_library import read_codebook
from server.services.read_form_library import acts_of, read_library
from server.services.retire_form import retire_form
from shared.canonical import sha256_hex
from tests.support.databases import Databases
from tests.support.offices import TestOffice, open_office
from tests.support.publishing import files, picture, pond, with_picture, zipped
from tests.support.rollbacks import differences, holdings


def library(world: TestOffice) -> list[Any]:
    with world.office.database.reading() as session:
        forms = read_library(session, world.office.forms, None)
        books = read_codebook(session, world.office.forms, "ponds")
        return [forms, books, acts_of(session, "pond")]


def test_what_was_published_comes_back_from_the_journal_alone(
    world: TestOffice, databases: Databases
) -> None:
    admin, office = world.people["admin"], world.office
    packed = zipped({"pond.md": with_picture(pond(1), "a.png").encode(), "a.png": picture()})
    first = keep_candidate(office, admin, [("pond.zip", packed)])
    assert isinstance(first, str)
    publish_candidate(office, admin, first)
    second = keep_candidate(office, admin, files(pond(2, people="")))
    assert isinstance(second, str)
    publish_candidate(office, admin, second)
    retire_form(office, admin, "pond", 1)
    title = {"th": "ค่า", "en": "Values"}
    for version in ("1", "2"):
        rows: list[Any] = [{"key": "pH", "th": "พีเอช", "en": "pH", "max": version}]
        book = {"codebook": "ponds", "version": version, "title": title, "rows": rows}
        publish_codebook(office, admin, book)
    activate_codebook(office, admin, "ponds", 1)
    waiting = keep_candidate(office, admin, files(pond(3, people="")))
    assert isinstance(waiting, str)
    before, said = holdings(world), library(world)
    world.close()
    again = open_office(office.config.data, databases.new(), seed=6)
    assert differences(before, holdings(again)) == []
    assert library(again) == said
    with again.office.database.reading() as session:
        assert list_candidates(session) == (), "an upload is made again, not restored"
        assert again.office.forms.codebooks(session)["ponds"].cell("pH", "max") == "1"
    assert examine_installation(again.office).wrong == []
    tablet = again.tablet("somchai")
    tablet.pull()
    named = [s.value("files") for s in tablet.states.values() if s.value("form_id") == "pond"]
    assert [sha256_hex(picture())] in named
    again.close()
