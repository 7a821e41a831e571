"""An office with areas and people, on both kinds of database in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Databases
from tests.support.office_scene import Scene, Scenes
from tests.support.offices import TestOffice, furnished_office


@pytest.fixture
def world(tmp_path: Path, databases: Databases) -> Iterator[TestOffice]:
    """The office of a test; its database is a copy of one that was furnished once a run."""
    office = furnished_office(databases, tmp_path / "office")
    yield office
    office.close()


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Scenes:
    """Furnished offices with pages, on both kinds of database in turn."""
    return Scenes(databases, tmp_path_factory.mktemp("scenes"))


@pytest.fixture
def scene(scenes: Scenes) -> Iterator[Scene]:
    """A fresh office with its work, for tests that act."""
    found = scenes.new()
    yield found
    found.world.close()


@pytest.fixture(scope="module")
def still(scenes: Scenes) -> Iterator[Scene]:
    """An office with its work, for tests that only look."""
    found = scenes.new()
    yield found
    found.world.close()
