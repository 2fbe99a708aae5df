"""Conflicts in the life of a network: raised now and then, some settled; whether the circle's desk shows the rest."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bench.watching import Seen
from bot.core.conversation import Actor, CommandTyped, Place
from storage import desk
from storage.audiences import Eyes
from storage.conflict_tables import conflicts
from storage.desk import CONFLICT, Wanted
from storage.work import Tx

OLD = timedelta(days=14)
LATE = timedelta(days=6)
"""Mycel may have been down when the circle was to be told."""
CIRCLE = "circle"
STEWARD = "p0"
EVERYTHING = 100_000


def founding(platform: str, at: datetime) -> CommandTyped:
    """The steward says where the circle meets."""
    place, actor = Place(platform, "w", CIRCLE), Actor(platform, "w", STEWARD, STEWARD)
    return CommandTyped("circle-here", place, actor, at, "circle here")


def look(tx: Tx, seen: Seen) -> None:
    """Every conflict that is open and old has to be on the desk of the circle, and the circle has to know of it."""
    old = sa.select(conflicts.c.id, conflicts.c.raised_at).where(
        conflicts.c.network_id == 1, conflicts.c.state == "open", conflicts.c.raised_at <= tx.now - OLD
    )
    raised = {row.id: row.raised_at for row in tx.db.execute(old)}
    waiting = desk.page(tx.db, Eyes(1, frozenset(), is_circle=True), Wanted(), EVERYTHING)
    listed = {one.id for one in waiting if one.kind == CONFLICT}
    late = {id for id, at in raised.items() if at <= tx.now - OLD - LATE}
    seen.old_conflicts |= set(raised)
    seen.off_the_desk |= set(raised) - listed
    seen.untold |= late - seen.circle_told
