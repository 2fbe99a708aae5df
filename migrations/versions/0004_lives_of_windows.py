"""Lives of windows."""

import sqlalchemy as sa
from alembic import op

from storage.types import JsonText, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "window_channels",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("relay", sa.String(length=10), nullable=False),
        sa.Column("keeps_words", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "channel_id", name=op.f("pk_window_channels")),
    )
    op.create_table(
        "window_rounds",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("is_review", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("outcome_text", sa.Text(), nullable=False),
        sa.Column("outcome_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["input_windows.network_id", "input_windows.number"],
            name=op.f("fk_window_rounds_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "round", name=op.f("pk_window_rounds")),
    )
    with op.batch_alter_table("contributions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stays_home", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("orphaned_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("taken_over_by", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("input_windows", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extensions", JsonText(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("substance_version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("round", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("window_groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=10), server_default="asked", nullable=False))
        batch_op.add_column(sa.Column("joined_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("held_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("held_by", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("held_why", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("changed_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
