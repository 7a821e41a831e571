"""On PostgreSQL: is the database still the one that the server compared itself with at its start?

A standby that is promoted begins a new timeline. A process whose connections lead to it afterwards
(a name of two hosts, a moved address) has compared epoch and journal with another history, which
may have been longer: it must not answer from this one before it has compared again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, event

from server.store.database import RETRY_AFTER_S
from shared.errors import DatabaseUnavailable

if TYPE_CHECKING:
    import psycopg

_log = logging.getLogger(__name__)
_PRESENT: Final = (
    "SELECT CASE WHEN pg_is_in_recovery() THEN ''"
    " ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END"
)


class DatabaseReplaced(DatabaseUnavailable):
    """Another database took the place of the one that this process began with."""


class Timeline:
    """Looks at every new connection; the first that tells a timeline says which one it is.

    `on_replaced` is called once, when another is met; that connection and all later ones are
    refused with DatabaseReplaced. Where the database will not tell, nothing is watched.
    """

    def __init__(self, engine: Engine) -> None:
        self.on_replaced: Callable[[], None] | None = None
        self.replaced = False
        self._known = ""
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", self._look)

    def _look(self, connection: Any, record: object) -> None:
        told = _told_by(connection)
        if not told or told == self._known:
            return
        if not self._known:
            self._known = told
            return
        if not self.replaced:
            self.replaced = True
            _log.critical("the database is on timeline %s, was on %s", told, self._known)
            if self.on_replaced is not None:
                self.on_replaced()
        raise DatabaseReplaced(
            "a standby was promoted; start this server anew", retry_after_s=RETRY_AFTER_S
        )


def _told_by(connection: psycopg.Connection[Any]) -> str:
    """The timeline; "" where there is none to tell. A connection that breaks here fails at its
    first use, where that is understood."""
    # Only where it is the driver: an office on SQLite has no use for its 6 MiB.
    import psycopg

    with suppress(psycopg.Error):
        try:
            row = connection.execute(_PRESENT).fetchone()
            return "" if row is None else str(row[0])
        finally:
            connection.rollback()
    return ""
