"""Finding records by Thai words on both databases: no extension, no collation, one index walked.

The keys are bytes (`shared.thai.finding`), and lie in an index beside what lists filter and sort
by: looking for a word reads that index and not the records, which are ten times as large.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, func, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Integer, LargeBinary

from server.models import RecordRow
from shared.thai.finding import words_of

FIND_BYTES_MAX: Final = 1_500
"""So much of a key is kept: twice two names of 200 Thai letters. An entry of an index of PostgreSQL
holds 2,700 bytes; nobody's title may be what it refuses."""


class place_of(GenericFunction[int]):  # noqa: N801
    """Where bytes begin within others, from 1; 0 when they are not there."""

    type = Integer()
    inherit_cache = True
    name = "instr"


@compiles(place_of, "postgresql")
def _on_postgresql(element: place_of, compiler: Any, **how: Any) -> str:
    return f'pg_catalog."position"({compiler.process(element.clauses, **how)})'


def having(typed: str) -> list[ColumnElement[bool]]:
    """The conditions that a record's key has every word typed, by `found_in`'s rule."""
    return [
        or_(*(place_of(RecordRow.search_key, literal(way, LargeBinary)) > 0 for way in word.ways))
        for word in words_of(typed)
    ]


def not_by_index(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """A column that must not choose the index: where words are looked for, theirs is the one."""
    return func.coalesce(column, "")
