"""Keys to sort and search records by become bytes, and lists have indexes of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.thai.finding import list_keys

revision = "20261124_02"
down_revision = "20261124_01"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000
_FIND_BYTES_MAX = 1_500


def upgrade() -> None:
    """Make the keys anew from the titles; the order of no database's locale matters any more."""
    for name in ("type_scope_sort_key", "parent_status_changed_at"):
        op.drop_index(op.f(f"ix_record_{name}"), "record")
    for name in ("sort_key", "search_key"):
        op.drop_column("record", name)
        op.add_column(
            "record", sa.Column(name, sa.LargeBinary(), nullable=False, server_default="")
        )
    _make_keys()
    op.create_index(op.f("ix_record_type_scope"), "record", ["type", "scope"])
    _listed("ix_record_found", "type sort_key id scope status changed_at search_key".split())
    _listed("ix_record_queue", ["changed_at", "id", "status", "scope"])


def _make_keys() -> None:
    connection = op.get_bind()
    record = sa.table(
        "record",
        *(sa.column(name) for name in ("id", "parent", "title", "subtitle")),
        sa.column("sort_key", sa.LargeBinary()),
        sa.column("search_key", sa.LargeBinary()),
    )
    page = sa.select(record.c.id, record.c.title, record.c.subtitle).order_by(record.c.id)
    page = page.where(record.c.parent.is_(None))
    put = (
        sa.update(record)
        .where(record.c.id == sa.bindparam("at"))
        .values(sort_key=sa.bindparam("order"), search_key=sa.bindparam("found"))
    )
    last = ""
    while True:
        rows = connection.execute(page.where(record.c.id > last).limit(_AT_ONCE)).all()
        if not rows:
            return
        made = [(row.id, *list_keys(row.title, row.subtitle)) for row in rows]
        connection.execute(
            put,
            [
                {"at": at, "order": order, "found": found[:_FIND_BYTES_MAX]}
                for at, order, found in made
            ],
        )
        last = rows[-1].id


def _listed(name: str, columns: list[str]) -> None:
    op.create_index(
        name,
        "record",
        [*columns, "deleted", "parent"],
        sqlite_where=sa.text("parent IS NULL AND deleted IS 0"),
        postgresql_where=sa.text("parent IS NULL AND deleted IS false"),
    )
