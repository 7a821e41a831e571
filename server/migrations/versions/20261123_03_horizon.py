"""How far back a scope's feed tells what left it, and repairs after differing digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261123_03"
down_revision = "20261123_02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the horizon of each scope, the heads of earlier days, and the count of repairs."""
    op.add_column(
        "scope", sa.Column("horizon", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_table(
        "scope_day",
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "day", name=op.f("pk_scope_day")),
    )
    op.create_table(
        "repair",
        sa.Column("device", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device", "scope", "day", name=op.f("pk_repair")),
    )
    op.create_table(
        "scope_reader",
        sa.Column("client", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client", "scope", name=op.f("pk_scope_reader")),
    )
