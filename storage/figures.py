"""Small counts over all networks, for metrics and doctor: by partial indexes, so that they stay cheap."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.deadlines import deadlines
from storage.delivery_tables import lanes, messages
from storage.network_tables import groups, networks

_COUNT = sa.func.count()
_FIGURES = {
    "networks": sa.select(_COUNT).select_from(networks),
    "groups": sa.select(_COUNT).select_from(groups),
    "deadlines_pending": sa.select(_COUNT).select_from(deadlines).where(deadlines.c.state == sa.text("'pending'")),
    "lanes_waiting": sa.select(_COUNT).select_from(lanes).where(lanes.c.next_at.is_not(None)),
    "messages_dead": sa.select(_COUNT).select_from(messages).where(messages.c.state == sa.text("'dead'")),
}
_FAILED_DEADLINES = sa.select(_COUNT).select_from(deadlines).where(deadlines.c.state == bindparam("state"))


def figures(db: sa.Connection) -> dict[str, int]:
    """How much there is of what is worth watching."""
    return {name: db.execute(statement).scalar_one() for name, statement in _FIGURES.items()}


def failed_deadlines(db: sa.Connection) -> int:
    """Deadlines that were given up."""
    count: int = db.execute(_FAILED_DEADLINES, {"state": "failed"}).scalar_one()
    return count


def is_there(db: sa.Connection) -> bool:
    """Whether the database answers and has our tables."""
    db.execute(sa.select(networks.c.id).limit(1)).first()
    return True
