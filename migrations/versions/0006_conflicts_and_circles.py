"""Conflicts and circles; what earlier decisions are about, by their tags, is noted."""

import sqlalchemy as sa
from alembic import op

from storage.types import JsonText, UtcDateTime

revision = "0006"
down_revision = "0005"


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    op.create_table(
        "circles",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("questions", JsonText(), nullable=False),
        sa.Column("is_role", sa.Boolean(), nullable=False),
        sa.Column("needs_volunteers", sa.Boolean(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=20), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "channel_id"],
            ["channels.network_id", "channels.id"],
            name=op.f("fk_circles_network_id_channel_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_circles_network_id")),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_circles")),
        sa.UniqueConstraint("network_id", "slug", name=op.f("uq_circles_network_id_slug")),
    )
    op.create_table(
        "conflict_resources",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("resource", sa.String(length=100), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_conflict_resources_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "resource", "number", name=op.f("pk_conflict_resources")),
    )
    op.create_index("ix_conflict_resources_number", "conflict_resources", ["network_id", "number"], unique=False)
    before_colon = "substr(tag, 1, instr(tag, ':') - 1)" if _is_sqlite() else "split_part(tag, ':', 1)"
    op.execute(
        "INSERT INTO conflict_resources (network_id, resource, number) "
        f"SELECT DISTINCT network_id, {before_colon}, number FROM decision_tags WHERE tag LIKE '%:%'"
    )
    op.create_table(
        "conflicts",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=True),
        sa.Column("other", sa.String(length=80), nullable=False),
        sa.Column("contribution_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raiser_id", sa.BigInteger(), nullable=True),
        sa.Column("raiser_group_id", sa.BigInteger(), nullable=True),
        sa.Column("confidant_id", sa.BigInteger(), nullable=True),
        sa.Column("host_id", sa.BigInteger(), nullable=True),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("ending", sa.String(length=10), nullable=False),
        sa.Column("ending_text", sa.Text(), nullable=False),
        sa.Column("ending_by", sa.BigInteger(), nullable=True),
        sa.Column("review_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "first"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_conflicts_network_id_first"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "second"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_conflicts_network_id_second"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_conflicts")),
    )
    op.create_index("ix_conflicts_first", "conflicts", ["network_id", "first"], unique=False)
    op.create_index("ix_conflicts_second", "conflicts", ["network_id", "second"], unique=False)
    op.create_index("ix_conflicts_state", "conflicts", ["network_id", "state", "raised_at", "id"], unique=False)
    op.create_table(
        "circle_people",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("circle_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("away_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "circle_id"],
            ["circles.network_id", "circles.id"],
            name=op.f("fk_circle_people_network_id_circle_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "circle_id", "person_id", name=op.f("pk_circle_people")),
    )
    op.create_index("ix_circle_people_person", "circle_people", ["network_id", "person_id"], unique=False)
    op.create_table(
        "circle_turns",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("circle_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("stands_in_for", sa.BigInteger(), nullable=True),
        sa.Column("follows", sa.BigInteger(), nullable=True),
        sa.Column("gave_role", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "circle_id"],
            ["circles.network_id", "circles.id"],
            name=op.f("fk_circle_turns_network_id_circle_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_circle_turns_network_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "circle_id", "n", name=op.f("pk_circle_turns")),
    )
    op.create_index("ix_circle_turns_person", "circle_turns", ["network_id", "person_id"], unique=False)
    op.create_table(
        "conflict_log",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("conflict_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "conflict_id"],
            ["conflicts.network_id", "conflicts.id"],
            name=op.f("fk_conflict_log_network_id_conflict_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "conflict_id", "position", name=op.f("pk_conflict_log")),
    )
    op.create_table(
        "conflict_parties",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("conflict_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "conflict_id"],
            ["conflicts.network_id", "conflicts.id"],
            name=op.f("fk_conflict_parties_network_id_conflict_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_conflict_parties_network_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "conflict_id", "group_id", name=op.f("pk_conflict_parties")),
    )
    op.create_index(
        "ix_conflict_parties_group", "conflict_parties", ["network_id", "group_id", "conflict_id"], unique=False
    )


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
