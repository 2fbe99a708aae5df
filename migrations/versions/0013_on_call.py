"""Who is on call for a group, and whom urgent decisions mentioned."""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "on_call",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id", "group_id"],
            ["memberships.network_id", "memberships.person_id", "memberships.group_id"],
            name=op.f("fk_on_call_network_id_person_id_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("network_id", "person_id", "group_id", name=op.f("pk_on_call")),
    )
    op.create_table(
        "urgent_mentions",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("view", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "channel_id"],
            ["channels.network_id", "channels.id"],
            name=op.f("fk_urgent_mentions_network_id_channel_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_urgent_mentions_network_id_number"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id"],
            ["people.network_id", "people.id"],
            name=op.f("fk_urgent_mentions_network_id_person_id"),
        ),
        sa.PrimaryKeyConstraint(
            "network_id", "number", "channel_id", "view", "person_id", name=op.f("pk_urgent_mentions")
        ),
    )
    op.create_index("ix_urgent_mentions_person", "urgent_mentions", ["network_id", "person_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
