"""Candidates of forms and their rehearsals, uploads kept, and which codebook is in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_01"
down_revision = "20261123_03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what was uploaded to forms and codebooks, and the tables of publishing."""
    for table in ("form", "codebook"):
        named = sa.Column("source_name", sa.String(length=200), nullable=False, server_default="")
        op.add_column(table, named)
    op.add_column("form", sa.Column("source_hash", sa.String(length=64), nullable=True))
    op.add_column("codebook", sa.Column("published_by", sa.String(length=36), nullable=True))
    for create in (_candidate, _rehearsal, _finding, _activation):
        create()


def _candidate() -> None:
    op.create_table(
        "form_candidate",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("form_id", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title_th", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("upload", sa.LargeBinary(), nullable=False),
        sa.Column("upload_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_hash", sa.String(length=64), nullable=False),
        sa.Column("xform", sa.Text(), nullable=False),
        sa.Column("attached", sa.LargeBinary(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_candidate")),
    )


def _rehearsal() -> None:
    op.create_table(
        "rehearsal",
        sa.Column("candidate", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("fits", sa.Integer(), nullable=False),
        sa.Column("loses", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(length=36), nullable=False),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("candidate", name=op.f("pk_rehearsal")),
    )


def _finding() -> None:
    op.create_table(
        "rehearsal_finding",
        sa.Column("candidate", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("candidate", "number", name=op.f("pk_rehearsal_finding")),
    )


def _activation() -> None:
    op.create_table(
        "codebook_activation",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("name", "number", name=op.f("pk_codebook_activation")),
    )
