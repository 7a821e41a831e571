"""Tables of the first version for files: held, named, sent by whom, wanted, lost, waived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Create every table of files."""
    for step in (_blob, _blob_reference, _blob_sender, _thumbnail, _blob_want, _lost_and_waived):
        step()


def _blob() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_from", sa.String(length=60), nullable=False),
        sa.Column("backed_up_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_index(op.f("ix_blob_backed_up_at"), "blob", ["backed_up_at"], unique=False)


def _blob_reference() -> None:
    op.create_table(
        "blob_reference",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("root", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "record", name=op.f("pk_blob_reference")),
    )
    op.create_index(op.f("ix_blob_reference_root"), "blob_reference", ["root"], unique=False)


def _blob_sender() -> None:
    op.create_table(
        "blob_sender",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "sender", name=op.f("pk_blob_sender")),
    )
    op.create_index(op.f("ix_blob_sender_sender"), "blob_sender", ["sender"], unique=False)


def _thumbnail() -> None:
    op.create_table(
        "thumbnail",
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("original", "sender", name=op.f("pk_thumbnail")),
    )


def _blob_want() -> None:
    op.create_table(
        "blob_want",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob_want")),
    )


def _lost_and_waived() -> None:
    op.create_table(
        "blob_lost",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "device", name=op.f("pk_blob_lost")),
    )
    op.create_table(
        "blob_waiver",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob_waiver")),
    )
