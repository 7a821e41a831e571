"""What helps the office to settle: quarantine, reports of tablets, notices, areas once held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261123_02"
down_revision = "20261123_01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    for create in (_device_report, _former_area, _notice, _quarantine):
        create()


def _device_report() -> None:
    op.create_table(
        "device_report",
        sa.Column("device", sa.String(length=36), nullable=False),
        sa.Column("client", sa.String(length=60), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("editing", sa.Integer(), nullable=False),
        sa.Column("oldest_at", sa.BigInteger(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("kept_aside", sa.Integer(), nullable=False),
        sa.Column("free_bytes", sa.BigInteger(), nullable=True),
        sa.Column("handed_over", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_report")),
    )


def _former_area() -> None:
    op.create_table(
        "former_area",
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "scope", name=op.f("pk_former_area")),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("root", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_person"), "notice", ["person"], unique=False)


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change", sa.String(length=36), nullable=True),
        sa.Column("client", sa.String(length=60), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.String(length=36), nullable=True),
        sa.Column("author", sa.String(length=36), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("record", sa.String(length=36), nullable=True),
        sa.Column("scope", sa.String(length=100), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=36), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index(
        op.f("ix_quarantine_released_at_closed_at"), "quarantine", ["released_at", "closed_at"]
    )
    op.create_index(op.f("ix_quarantine_record"), "quarantine", ["record"], unique=False)
    op.create_index(op.f("ix_quarantine_head_hash"), "quarantine", ["head_hash"], unique=False)
    op.create_index(op.f("ix_quarantine_waits_for"), "quarantine", ["waits_for"], unique=False)
