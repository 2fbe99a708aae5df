"""Groups that change."""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "contact_refusals",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_contact_refusals_network_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "group_id", "person_id", name=op.f("pk_contact_refusals")),
    )
    op.create_table(
        "contact_rotations",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("every", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_contact_rotations_network_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "group_id", name=op.f("pk_contact_rotations")),
    )
    op.create_table(
        "group_contacts",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_group_contacts_network_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "group_id", "begins_at", name=op.f("pk_group_contacts")),
    )
    op.create_index("ix_group_contacts_person", "group_contacts", ["network_id", "person_id"], unique=False)
    op.create_table(
        "group_exports",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_group_exports_network_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "group_id", "position", name=op.f("pk_group_exports")),
    )
    op.create_table(
        "group_states",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=True),
        sa.Column("into_id", sa.BigInteger(), nullable=True),
        sa.Column("from_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_group_states_network_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "group_id", name=op.f("pk_group_states")),
    )
    op.create_table(
        "decision_origins",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_decision_origins_network_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_origins_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "group_id", name=op.f("pk_decision_origins")),
    )


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
