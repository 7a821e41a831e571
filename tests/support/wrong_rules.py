"""Databases that obey a wrong rule: kept mutants of what only concurrency can show.

A `WrongRule` is handed to the engine of an office, at the port that SQLAlchemy has for it, and
alters the statements of one step on their way to PostgreSQL: nothing of the product is replaced. It
counts what it altered, so that a rule which no longer finds its statement fails its test instead of
passing it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from server.store.database import Database, RuleBroken
from shared.errors import DatabaseUnavailable

DEADLOCK = "40P01"


@dataclass
class WrongRule:
    """One wrong rule: statements that match a pattern are sent as something else."""

    name: str
    alter: Sequence[tuple[str, str]]
    prepare: str = ""
    hits: Counter[str] = field(default_factory=Counter)

    def hand_to(self, engine: Engine) -> None:
        """From now on every statement of this engine passes through the rule."""
        if self.prepare:
            with engine.begin() as connection:
                connection.execute(text(self.prepare))
        event.listen(engine, "before_cursor_execute", self._before, retval=True)

    def unused(self) -> list[str]:
        """Patterns that never found a statement: then this is no mutant of today's code."""
        return [pattern for pattern, _ in self.alter if not self.hits[pattern]]

    def _before(
        self, connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> tuple[str, Any]:
        sent = flat = " ".join(statement.split())
        for pattern, instead in self.alter:
            sent, count = re.subn(pattern, instead, sent)
            self.hits[pattern] += count
        return (statement if sent == flat else sent), parameters


ROOTS_LOCKED = r'^(SELECT (?:root\.)?"?id"? FROM "?root"? .*?) FOR UPDATE$'
PLACE_TAKEN = (
    r'^UPDATE "scope" SET "seq" = "seq" \+ %s (WHERE "id" = %s) RETURNING "seq", "digest"$'
)
DIGEST_STORED = r'^UPDATE "scope" SET "digest" = %s WHERE "id" = %s$'
HEAD_READ = r"^SELECT scope\.id, scope\.seq, scope\.digest((?:, scope\.\w+)*) FROM scope\b"
ROWS_READ = r"(FROM membership .*WHERE )(?=membership\.scope = )"


def merge_before_lock() -> WrongRule:
    """Records are read and merged without their lock; only writing them waits for anybody."""
    return WrongRule("merge before lock", [(ROOTS_LOCKED, r"\1")])


def digest_read_unlocked() -> WrongRule:
    """The digest is read before the scope's row is locked, the place in the feed after it."""
    early = "(SELECT early.digest FROM scope AS early WHERE early.id = scope.id) AS digest"
    place = rf"UPDATE scope SET seq = scope.seq + %s \1 RETURNING scope.seq, {early}"
    return WrongRule("digest read unlocked", [(PLACE_TAKEN, place)])


def cursor_by_serial() -> WrongRule:
    """Places come from a sequence: in the order of asking, not of committing."""
    return _cursor_by("cursor by serial", "nextval('wrong_places')")


def cursor_by_time() -> WrongRule:
    """Places are the time at which the transaction began, in microseconds."""
    return _cursor_by("cursor by time", "(extract(epoch FROM now()) * 1000000)::bigint")


def cursor_by_xmin_filter() -> WrongRule:
    """Places come from a sequence; readers look only at what is older than all that still runs."""
    finished = "xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    rule = _cursor_by("cursor by xmin filter", "nextval('wrong_places')", f" AND m.{finished}")
    rows = (ROWS_READ, rf"\1membership.{finished} AND ")
    return WrongRule(rule.name, [*rule.alter, rows], rule.prepare)


def _cursor_by(name: str, place: str, visible: str = "") -> WrongRule:
    """Places that no lock orders; a reader's head is the highest place that it can see."""
    highest = (
        f"(SELECT coalesce(max(m.seq), 0) FROM membership AS m WHERE m.scope = scope.id{visible})"
    )
    alter = [
        (PLACE_TAKEN, rf"SELECT {place} + 0 * %s AS seq, scope.digest FROM scope \1"),
        (DIGEST_STORED, "SELECT %s::text, %s::text"),
        (HEAD_READ, rf"SELECT scope.id, {highest} AS seq, scope.digest\1 FROM scope"),
    ]
    # Behind all places that the locked scope gave out while the office was furnished.
    return WrongRule(name, alter, "CREATE SEQUENCE IF NOT EXISTS wrong_places START 1000000")


class TakesDeadlockForContent(Database):
    """As with a savepoint around each change that catches whatever goes wrong inside it: a
    deadlock is believed to be the change's fault."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One writing transaction."""
        try:
            with super().writing() as session:
                yield session
        except DatabaseUnavailable as reason:
            original = getattr(reason.__cause__, "orig", None)
            if getattr(original, "sqlstate", None) == DEADLOCK:
                raise RuleBroken("a bad change") from reason
            raise
