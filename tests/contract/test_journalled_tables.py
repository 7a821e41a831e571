"""Every table is known to the journal: caught row by row, made again by merging, or left out."""

from __future__ import annotations

import server.models.repairing  # noqa: F401  (its tables belong to the metadata)
from server.models import Base
from server.store.bulk import MERGED
from server.store.journalled import FORGOTTEN_TABLES, MERGED_TABLES, VOLATILE

CAUGHT = {
    "audit", "blob", "blob_lost", "blob_sender", "blob_waiver", "blob_want", "codebook",
    "codebook_activation", "device", "device_area", "device_person", "enrolment", "form",
    "former_area", "incident", "person", "person_area", "quarantine", "receipt", "scope",
    "thumbnail",
}  # fmt: skip


def test_somebody_decided_for_every_table_how_a_restore_brings_it_back() -> None:
    tables = set(Base.metadata.tables)
    named = CAUGHT | MERGED_TABLES | FORGOTTEN_TABLES
    assert tables - named == set(), (
        "new tables: name them in CAUGHT here (rows are journalled by themselves), or in"
        " MERGED_TABLES (written by merging) or FORGOTTEN_TABLES of server/store/journalled.py"
    )
    assert named - tables - {"alembic_version"} == set()


def test_only_tables_of_merging_are_written_past_the_journal() -> None:
    assert MERGED <= MERGED_TABLES


def test_every_caught_row_has_a_key_that_is_given_and_not_counted() -> None:
    for name in CAUGHT:
        for column in Base.metadata.tables[name].primary_key:
            assert column.type.python_type in (str, int), name
            assert column.autoincrement is not True, name
            if column.type.python_type is int:
                assert len(Base.metadata.tables[name].primary_key) > 1, name


def test_columns_that_are_no_news_exist() -> None:
    for table, columns in VOLATILE.items():
        assert columns <= set(Base.metadata.tables[table].columns.keys())
