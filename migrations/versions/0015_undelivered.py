"""Why a message was given up, in a word that a person can be told what to do about."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cause", sa.String(length=20), server_default="", nullable=False))


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
