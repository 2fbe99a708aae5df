"""The condition under which eyes may read a decision, for queries that join decisions under a name of their own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_lists import Eyes
from storage.decision_tables import decision_groups


def readable(d: Any) -> sa.ColumnElement[bool]:
    """Whether eyes (parameters `mine`, `is_circle`) may read decision `d`, an alias of the table.

    Groups that were told count as affected, as everywhere.
    """
    is_affected = (
        sa.select(sa.true())
        .where(
            decision_groups.c.network_id == d.c.network_id,
            decision_groups.c.number == d.c.number,
            decision_groups.c.group_id.in_(bindparam("mine", expanding=True)),
        )
        .limit(sa.literal_column("1"))
        .correlate(d)
        .scalar_subquery()
    )
    return sa.or_(
        d.c.audience == "network",
        d.c.group_id.in_(bindparam("mine", expanding=True)),
        sa.and_(d.c.audience == "affected", is_affected),
        sa.and_(d.c.audience == "circle", bindparam("is_circle", type_=sa.Boolean)),
    )


def values(eyes: Eyes) -> dict[str, Any]:
    """The parameters of `readable`, with the network and the person."""
    return {
        "n": eyes.network_id,
        "mine": sorted(eyes.group_ids) or [0],
        "is_circle": eyes.is_circle,
        "me": eyes.person_id,
    }
