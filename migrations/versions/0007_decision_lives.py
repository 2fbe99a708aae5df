"""Terms, sources, groups that joined and checks of decisions: what comes to a decision in its life."""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "draft_sources",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.String(length=12), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "draft_id", name=op.f("pk_draft_sources")),
    )
    op.create_table(
        "decision_checks",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_checks_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "group_id", name=op.f("pk_decision_checks")),
    )
    op.create_index("ix_decision_checks_person", "decision_checks", ["network_id", "by_id"], unique=False)
    op.create_table(
        "decision_joined",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_joined_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "group_id", name=op.f("pk_decision_joined")),
    )
    op.create_index("ix_decision_joined_person", "decision_joined", ["network_id", "by_id"], unique=False)
    op.create_table(
        "decision_sources",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("redacted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_sources_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", name=op.f("pk_decision_sources")),
    )
    op.create_index(
        "ix_decision_sources_message", "decision_sources", ["network_id", "channel_id", "message_id"], unique=False
    )
    op.create_index("ix_decision_sources_person", "decision_sources", ["network_id", "person_id"], unique=False)
    op.create_table(
        "decision_terms",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("is_position", sa.Boolean(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_terms_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", name=op.f("pk_decision_terms")),
    )


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
