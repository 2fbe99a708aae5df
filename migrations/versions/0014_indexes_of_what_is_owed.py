"""Indexes on what groups have not said about decisions of others, and on decisions that end by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index(
        "ix_decision_checks_unanswered",
        "decision_checks",
        ["network_id", "group_id"],
        unique=False,
        sqlite_where=sa.text("answer = ''"),
        postgresql_where=sa.text("answer = ''"),
    )
    op.create_index("ix_decision_terms_expires_at", "decision_terms", ["network_id", "expires_at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
