"""What tests stand on: fresh databases of both kinds, and no way out of this machine."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import create_engine, text

from tests.support.databases import Databases
from tests.support.loopback import OutsideAddress, is_loopback


def _fill(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE word (thai VARCHAR(20))"))
        connection.execute(text("INSERT INTO word VALUES ('สำรวจ')"))
    engine.dispose()


def _words(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT thai FROM word")))
    engine.dispose()
    return found


def test_a_fresh_database_takes_a_table_and_gives_thai_back(database_url: str) -> None:
    _fill(database_url)
    assert _words(database_url) == ["สำรวจ"]


def test_two_fresh_databases_share_nothing(databases: Databases) -> None:
    _fill(databases.new())
    _fill(databases.new())


def test_a_template_is_prepared_once_and_its_copies_are_apart(databases: Databases) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        _fill(url)

    first = databases.copy_of("words", prepare)
    engine = create_engine(first)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO word VALUES ('น้ำ')"))
    engine.dispose()
    second = databases.copy_of("words", prepare)
    assert len(prepared) == 1
    assert _words(first) == ["สำรวจ", "น้ำ"]
    assert _words(second) == ["สำรวจ"]


def test_a_database_is_gone_after_forgetting_it_though_a_connection_is_open(
    databases: Databases,
) -> None:
    url = databases.new()
    _fill(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        databases.forget(url)
        connection.invalidate()
    engine.dispose()


@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("", True),
        (None, True),
        ("192.0.2.1", False),
        ("0.0.0.0", False),
        ("example.invalid", False),
        (b"example.invalid", False),
    ],
)
def test_only_this_machine_counts_as_loopback(host: object, verdict: bool) -> None:
    assert is_loopback(host) is verdict


def test_a_connection_to_the_outside_is_refused_before_it_is_tried() -> None:
    with socket.socket() as reaching, pytest.raises(OutsideAddress, match="this machine only"):
        reaching.connect(("192.0.2.1", 9))


def test_a_name_of_the_outside_is_not_even_looked_up() -> None:
    with pytest.raises(OutsideAddress, match="this machine only"):
        socket.getaddrinfo("example.invalid", 80)
