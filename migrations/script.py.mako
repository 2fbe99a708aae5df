<%
    # Alembic's remarks around what it generated.
    steps = "\n".join(line for line in (upgrades or "pass").splitlines() if not line.strip().startswith("# ###"))
%>\
"""${message[0].upper()}${message[1:]}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${steps.strip()}


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
