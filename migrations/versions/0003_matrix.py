"""Matrix accounts, and the events of their syncs until they are handled."""

import sqlalchemy as sa
from alembic import op

from storage.types import JsonText, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "matrix_accounts",
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("homeserver", sa.String(length=255), nullable=False),
        sa.Column("device_id", sa.String(length=255), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("signing_keys", sa.Text(), nullable=True),
        sa.Column("next_batch", sa.Text(), nullable=True),
        sa.Column("synced_at", UtcDateTime(), nullable=True),
        sa.Column("last_position", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_matrix_accounts")),
    )
    op.create_table(
        "matrix_events",
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("event_id", sa.String(length=600), nullable=False),
        sa.Column("room_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("staged_at", UtcDateTime(), nullable=False),
        sa.Column("payload", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("account", "event_id", name=op.f("pk_matrix_events")),
    )
    op.create_index("ix_matrix_events_staged_at", "matrix_events", ["staged_at"], unique=False)
    op.create_index(
        "ix_matrix_events_state", "matrix_events", ["account", "state", "room_id", "position"], unique=False
    )


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
