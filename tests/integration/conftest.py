"""An office with areas and people, on both kinds of database in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Databases
from tests.support.offices import TestOffice, furnished_office


@pytest.fixture
def world(tmp_path: Path, databases: Databases) -> Iterator[TestOffice]:
    """The office of a test; its database is a copy of one that was furnished once a run."""
    office = furnished_office(databases, tmp_path / "office")
    yield office
    office.close()
