"""Personal digests: who wants what waits for them once a week, alone with Mycel."""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "personal_digests",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("digest_day", sa.Integer(), nullable=False),
        sa.Column("digest_at", sa.String(length=5), nullable=False),
        sa.Column("last_week", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id"],
            ["people.network_id", "people.id"],
            name=op.f("fk_personal_digests_network_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "channel_id"],
            ["channels.network_id", "channels.id"],
            name=op.f("fk_personal_digests_network_id_channel_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "person_id", name=op.f("pk_personal_digests")),
    )
