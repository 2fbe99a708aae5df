"""Digests and nudges."""

import sqlalchemy as sa
from alembic import op

from storage.types import JsonText, UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "number", "about", name=op.f("pk_mentions")),
    )
    op.create_table(
        "pictures",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("drawing", JsonText(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "name", name=op.f("pk_pictures")),
    )
    op.create_index("ix_pictures_kept_at", "pictures", ["kept_at"], unique=False)
    op.create_table(
        "attention",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("digest_day", sa.Integer(), nullable=False),
        sa.Column("digest_at", sa.String(length=5), nullable=False),
        sa.Column("is_digest_off", sa.Boolean(), nullable=False),
        sa.Column("last_week", sa.Integer(), nullable=False),
        sa.Column("last_until", UtcDateTime(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("snoozed_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_attention_network_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "group_id", name=op.f("pk_attention")),
    )
    op.create_table(
        "silences",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("nudged_at", UtcDateTime(), nullable=True),
        sa.Column("asked", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("unanswered", JsonText(), nullable=False),
        sa.Column("neighbours", JsonText(), nullable=False),
        sa.Column("called_by", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"], ["groups.network_id", "groups.id"], name=op.f("fk_silences_network_id_group_id")
        ),
        sa.PrimaryKeyConstraint("network_id", "group_id", name=op.f("pk_silences")),
    )
    op.create_table(
        "tellings",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("args", JsonText(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("wanted_at", UtcDateTime(), nullable=False),
        sa.Column("latest_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("message_key", sa.String(length=120), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"], ["groups.network_id", "groups.id"], name=op.f("fk_tellings_network_id_group_id")
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_tellings")),
        sa.UniqueConstraint(
            "network_id",
            "group_id",
            "kind",
            "about",
            "step",
            name=op.f("uq_tellings_network_id_group_id_kind_about_step"),
        ),
    )
    op.create_index("ix_tellings_ended_at", "tellings", ["network_id", "group_id", "ended_at"], unique=False)
    op.create_index(
        "ix_tellings_waiting",
        "tellings",
        ["network_id", "group_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "channel_activity",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "channel_id"],
            ["channels.network_id", "channels.id"],
            name=op.f("fk_channel_activity_network_id_channel_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "channel_id", "day", name=op.f("pk_channel_activity")),
    )
    op.create_index(
        "ix_decision_links_asked",
        "decision_links",
        ["network_id", "to_number"],
        unique=False,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(
        "ix_decisions_review_at",
        "decisions",
        ["network_id", "group_id", "review_at"],
        unique=False,
        sqlite_where=sa.text("review_at IS NOT NULL"),
        postgresql_where=sa.text("review_at IS NOT NULL"),
    )
    op.create_index(
        "ix_events_digested",
        "events",
        ["network_id", "id"],
        unique=False,
        sqlite_where=sa.text("kind IN ('decision_logged', 'decision_concluded', 'input_closed')"),
        postgresql_where=sa.text("kind IN ('decision_logged', 'decision_concluded', 'input_closed')"),
    )
    op.create_index(
        "ix_input_windows_live",
        "input_windows",
        ["network_id", "closes_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'closed')"),
        postgresql_where=sa.text("state IN ('open', 'closed')"),
    )


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
