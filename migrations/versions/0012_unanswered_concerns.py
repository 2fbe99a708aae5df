"""An index on the concerns that nobody has answered, for desks and digests."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_IS_UNANSWERED = "stance = 'concern' AND state = 'open'"


def upgrade() -> None:
    op.create_index(
        "ix_contributions_unanswered",
        "contributions",
        ["network_id", "given_at"],
        unique=False,
        sqlite_where=sa.text(_IS_UNANSWERED),
        postgresql_where=sa.text(_IS_UNANSWERED),
    )


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
