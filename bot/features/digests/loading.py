"""What a group's digest is chosen from."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.features.digests.choosing import Week
from storage import digest_content as content


def week(
    db: sa.Connection, network_id: int, group_id: int, *, after_event: int, until_event: int, now: datetime
) -> Week:
    """What happened between two events of the log, and what is open for the group now."""
    mine = (group_id,)
    happened = content.happened(db, network_id, after_event, until_event)
    asked = content.asked(db, network_id, mine, now)
    outcomes = content.outcomes_owed(db, network_id, mine)
    concerns = content.concerns_to(db, network_id, mine)
    reviews = content.reviews_due(db, network_id, mine, now)
    numbers = {
        *(h.number for h in happened),
        *(a.number for a in asked),
        *(o.number for o in (*outcomes, *reviews)),
        *(c.number for c in concerns),
    }
    decisions = content.decisions_by_number(db, network_id, numbers)
    return Week(group_id, now, happened, decisions, asked, outcomes, concerns, reviews)
