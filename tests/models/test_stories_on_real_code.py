"""Stories drawn from the models come out on the real office and tablet as the models say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.models import RecordRow
from tests.models import deletion
from tests.models.copies import Copies, State
from tests.models.deletion import Deletion
from tests.models.explorer import stories
from tests.models.players import play_deletion, play_moves, play_quarantine
from tests.models.quarantine import Quarantine
from tests.models.scope_move import Move
from tests.support.databases import SqliteDatabases
from tests.support.offices import AREA, OTHER_AREA, PIN, TestOffice, furnished_office
from tests.support.tablets import Desk
from tests.support.tablets_and_office import Line, new_factory, publish_forms, tablet


@pytest.fixture(scope="module")
def office(
    sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestOffice]:
    """One office for many stories, each with a record of its own."""
    found = furnished_office(sqlite_databases, tmp_path_factory.mktemp("stories") / "office")
    yield found
    found.close()


def test_stories_of_deletion_end_at_the_office_as_in_the_model(office: TestOffice) -> None:
    drawn = stories(Deletion(deletion.real_rule, saves=5), count=25, length=14, seed=1)
    tablets = [office.tablet("somchai") for _ in range(3)]
    assert sum(play_deletion(office, tablets, story) for story in drawn) > 60


def test_stories_of_quarantine_end_at_the_office_as_in_the_model(office: TestOffice) -> None:
    drawn = stories(Quarantine(saves=5), count=25, length=16, seed=2)
    assert sum(play_quarantine(office, story) for story in drawn) > 60


def test_stories_of_moves_end_on_the_real_tablet_as_in_the_model(
    office: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(office, tmp_path / "tablet", "somchai", 3, AREA, OTHER_AREA)
    author = office.tablet("somchai")
    drawn = stories(Move(), count=20, length=14, seed=3)
    assert sum(play_moves(office, author, desk, story) for story in drawn) > 40
    desk.kill()


def test_stories_of_restored_and_cloned_tablets_lose_nothing(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    world = furnished_office(sqlite_databases, tmp_path / "office")
    publish_forms(world)
    template = tablet(world, tmp_path / "template", "somchai", 5)
    template.kill()
    drawn = stories(Copies(saves=5), count=10, length=10, seed=4)
    for number, story in enumerate(drawn):
        _Copies(world, tmp_path / f"story-{number}", template, number + 1).play(story)
    world.close()


class _Copies:
    """A tablet, its image and its clone, as folders; each save is a factory of its own."""

    def __init__(self, world: TestOffice, folder: Path, template: Desk, seed: int) -> None:
        self.world, self.folder, self.seed, self.opened = world, folder, seed, 0
        self.desks: list[Desk] = []
        shutil.copytree(template.home, folder / "0")
        self._open(0)

    def _open(self, who: int) -> None:
        self.opened += 1
        desk = Desk(self.folder / str(who), seed=self.seed * 1_000 + self.opened)
        desk.start()
        desk.line.answer = Line(self.world, desk)
        desk.app.person = desk.app.people.sign_in("somchai", PIN)
        self.desks[who:] = [desk, *self.desks[who + 1 :]]

    def _put_back(self, who: int) -> None:
        """The whole image: database and the file beside it, as a disk image has both."""
        home = self.folder / str(who)
        if who < len(self.desks):
            self.desks[who].kill()
            shutil.rmtree(home)
        shutil.copytree(self.folder / "image", home)
        self._open(who)

    def play(self, story: tuple[tuple[str, State], ...]) -> None:
        """Every factory that a copy still has, or that was confirmed, is at the office."""
        held: list[set[str]] = [set()]
        image: set[str] = set()
        confirmed: set[str] = set()
        for act, _ in story:
            kind, _, rest = act.partition(" ")
            who = int(rest[0]) if rest else 0
            if kind == "save":
                held[who].add(new_factory(self.desks[who], f"โรงงาน {len(held[who])}"))
            elif kind == "push":
                report = self.desks[who].app.synchroniser.run_once()
                if report.complete:
                    confirmed |= held[who]
            elif kind == "image":
                self.desks[0].kill()
                shutil.copytree(self.folder / "0", self.folder / "image")
                self._open(0)
                image = set(held[0])
            elif kind == "restore":
                self._put_back(0)
                held[0] = set(image)
            elif kind == "clone":
                self._put_back(1)
                held.append(set(image))
        for _ in range(3):
            for desk in self.desks:
                desk.app.synchroniser.run_once()
        with self.world.office.database.reading() as session:
            there = set(session.scalars(select(RecordRow.id)))
        owed = confirmed.union(*held)
        assert owed <= there, [name for name, _ in story]
        for desk in self.desks:
            assert desk.app.capture.waiting() == (0, 0), [name for name, _ in story]
            desk.kill()
