"""Which records messages of one view are about: for what happens rarely and concerns them all."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.delivery_tables import messages

_ABOUTS = (
    sa.select(messages.c.about)
    .where(messages.c.network_id == bindparam("n"), messages.c.view == bindparam("shown"))
    .distinct()
    .order_by(messages.c.about)
)


def abouts(db: sa.Connection, network_id: int, view: str) -> list[str]:
    """What a network's messages of this view are about. Reads all messages of the network."""
    return list(db.execute(_ABOUTS, {"n": network_id, "shown": view}).scalars())
