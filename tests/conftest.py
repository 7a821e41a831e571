"""What every test has: fixed randomness, this machine only, and a fresh database of either kind."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest

from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.loopback import refuse_outside_addresses
from tests.support.postgres import PostgresCluster

refuse_outside_addresses()

# "ci" tries the same examples every time, so that a run can be repeated; "search" looks for new
# ones (HYPOTHESIS_PROFILE=search). A failure prints the line that replays it.
hypothesis.settings.register_profile(
    "ci", derandomize=True, print_blob=True, deadline=None, database=None
)
hypothesis.settings.register_profile(
    "search", print_blob=True, deadline=None, database=None, max_examples=2000
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """One PostgreSQL for the whole run; what cannot start it fails the test that asked."""
    cluster = PostgresCluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """SQLite databases of this run."""
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases(postgres: PostgresCluster) -> PostgresDatabases:
    """PostgreSQL databases of this run."""
    return PostgresDatabases(postgres)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """The test that asks for this runs twice: on SQLite and on PostgreSQL."""
    name = {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}[request.param]
    found: Databases = request.getfixturevalue(name)
    return found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of an empty database, of both kinds in turn; removed after the test."""
    url = databases.new()
    yield url
    databases.forget(url)
