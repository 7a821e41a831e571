"""The tables of the tablet's database as numbered steps; a released step is never changed.

A new step is appended at the end. Each runs in one transaction with the note that it ran.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.db import Table
from sqlite_utils.migrations import Migrations

from mobile.store import file_tables, reference_tables, search_tables

MIGRATIONS = Migrations("samruat-tablet")


def _table(db: Database, name: str) -> Table:
    found = db[name]
    assert isinstance(found, Table)
    return found


@MIGRATIONS(name="0001_first")
def first(db: Database) -> None:
    """What is typed, queued, received, shown in lists; files; people; settings."""
    _own_work(db)
    _received(db)
    _table(db, "blob").create(
        {
            "sha256": str,
            "size": int,
            "media_type": str,
            "name": str,
            "origin": str,
            "confirmed": int,
            "created_at": int,
        },
        pk="sha256",
        not_null={"size", "media_type", "name", "origin", "confirmed", "created_at"},
    )
    _table(db, "person").create(
        {
            "login": str,
            "person": str,
            "name": str,
            "role": str,
            "areas": str,
            "language": str,
            "salt": bytes,
            "verifier": bytes,
            "failures": int,
            "locked_until": int,
        },
        pk="login",
        not_null={"person", "name", "role", "areas", "salt", "verifier", "failures"},
    )
    _table(db, "sync_log").create(
        {"id": int, "ended_at": int, "report": str}, pk="id", not_null={"ended_at", "report"}
    )


def _own_work(db: Database) -> None:
    _table(db, "meta").create({"name": str, "value": str}, pk="name", not_null={"value"})
    _table(db, "editing").create(
        {
            "record": str,
            "field": str,
            "root": str,
            "type": str,
            "form": str,
            "version": int,
            "parent": str,
            "scope": str,
            "local_order": int,
            "base": int,
            "creates": int,
            "value": str,
            "seen": str,
            "author": str,
            "opened_at": int,
            "saved_at": int,
            "monotonic_ms": int,
            "boot": str,
            "place": str,
        },
        pk=("record", "field"),
        not_null={"root", "type", "form", "version", "value", "seen", "author", "creates"},
    )
    _table(db, "editing").create_index(["root"])
    _table(db, "change").create(
        {
            "row": int,
            "id": str,
            "client": str,
            "number": int,
            "line": bytes,
            "head_hash": bytes,
            "chain": str,
            "root": str,
            "scope": str,
            "author": str,
            "status": str,
            "outcome": str,
            "code": str,
            "superseded_by": str,
            "position": int,
            "sealed_at": int,
            "told": int,
        },
        pk="row",
        not_null={
            "id",
            "client",
            "number",
            "line",
            "head_hash",
            "chain",
            "root",
            "author",
            "status",
        },
    )
    _table(db, "change").create_index(["id"], unique=True)
    _table(db, "change").create_index(["client", "number"], unique=True)
    _table(db, "change").create_index(["root"])
    _table(db, "change").create_index(["status", "scope"])
    _table(db, "change_blob").create(
        {"sha256": str, "change": str},
        pk=("sha256", "change"),
        foreign_keys=[("change", "change", "id")],
    )


@MIGRATIONS(name="0002_short_lists")
def short_lists(db: Database) -> None:
    """The home screen's short lists, newest first, without reading the whole list."""
    _table(db, "listing").create_index(["status", "author", "changed_at"])
    _table(db, "listing").create_index(["status", "scope", "changed_at"])


@MIGRATIONS(name="0003_files")
def files(db: Database) -> None:
    """Files in doubt and lost, small pictures, what mobile data cost."""
    file_tables.create(db)


@MIGRATIONS(name="0004_recovery")
def recovery(db: Database) -> None:
    """A scope's base built anew beside the one that is shown."""
    _table(db, "rebase_scope").create(
        {"id": str, "cursor": int, "head": int, "digest": str},
        pk="id",
        not_null={"cursor", "head", "digest"},
    )
    _table(db, "rebase").create(
        {"scope": str, "record": str, "revision": int, "type": str, "root": str, "state": bytes},
        pk=("scope", "record"),
        not_null={"revision", "type", "root", "state"},
    )


@MIGRATIONS(name="0005_download")
def download(db: Database) -> None:
    """Records that were received and are not listed yet."""
    _table(db, "unlisted").create({"root": str}, pk="root")


@MIGRATIONS(name="0007_finding")
def finding(db: Database) -> None:
    """The keys to search by in a table of their own, which follows the list by itself."""
    for statement in (
        "CREATE TABLE finding (row INTEGER PRIMARY KEY, key TEXT NOT NULL)",
        "INSERT INTO finding (row, key) SELECT row, coalesce(search_key, '') FROM listing",
        "CREATE TRIGGER listing_begun AFTER INSERT ON listing BEGIN "
        "INSERT INTO finding (row, key) VALUES (new.row, coalesce(new.search_key, '')); END",
        "CREATE TRIGGER listing_renamed AFTER UPDATE OF search_key ON listing "
        "WHEN old.search_key IS NOT new.search_key BEGIN "
        "UPDATE finding SET key = coalesce(new.search_key, '') WHERE row = new.row; END",
        "CREATE TRIGGER listing_gone AFTER DELETE ON listing BEGIN "
        "DELETE FROM finding WHERE row = old.row; END",
    ):
        db.execute(statement)


@MIGRATIONS(name="0008_fewer_indexes")
def fewer_indexes(db: Database) -> None:
    """Rows that no longer count are few: only they are looked for by scope."""
    db.execute("DROP INDEX idx_base_scope_current")
    db.execute("CREATE INDEX base_set_aside ON base (scope) WHERE current = 0")


@MIGRATIONS(name="0009_references")
def reference_books(db: Database) -> None:
    """Large codebooks as tables of their own."""
    reference_tables.create(db)


@MIGRATIONS(name="0010_search")
def search(db: Database) -> None:
    """Keys of bytes, and the indexes that are walked through to find a word."""
    search_tables.create(db)


def _received(db: Database) -> None:
    _table(db, "scope").create(
        {"id": str, "cursor": int, "head": int, "digest": str},
        pk="id",
        not_null={"cursor", "head", "digest"},
    )
    _table(db, "base").create(
        {
            "record": str,
            "scope": str,
            "revision": int,
            "current": int,
            "type": str,
            "root": str,
            "state": bytes,
        },
        pk="record",
        not_null={"scope", "revision", "current", "type", "root", "state"},
    )
    _table(db, "base").create_index(["root"])
    _table(db, "base").create_index(["scope", "current"])
    _table(db, "base").create_index(["type"])
    _table(db, "listing").create(
        {
            "row": int,
            "root": str,
            "type": str,
            "scope": str,
            "title": str,
            "subtitle": str,
            "status": str,
            "sort_key": str,
            "search_key": str,
            "occurred_on": str,
            "mark": str,
            "conflicts": int,
            "comments": int,
            "changed_at": int,
            "author": str,
        },
        pk="row",
        not_null={"root", "type", "scope", "title", "subtitle", "status", "sort_key", "mark"},
    )
    _table(db, "listing").create_index(["root"], unique=True)
    _table(db, "listing").create_index(["type", "sort_key"])
    _table(db, "listing").create_index(["type", "status", "sort_key"])
    _table(db, "listing").create_index(["conflicts"])
    _table(db, "listing").create_index(["mark"])
