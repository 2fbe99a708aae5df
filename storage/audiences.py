"""Who reads, and the condition under which they may read a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import search
from storage.decision_tables import decision_groups


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who reads: groups, whether of the circle, and the person (0: a channel)."""

    network_id: int
    group_ids: frozenset[int]
    is_circle: bool
    person_id: int = 0

    def marks(self) -> list[str]:
        """The marks in the search index that these eyes may read."""
        marks = [search.everyone(self.network_id)]
        marks += [search.group_mark(self.network_id, id) for id in sorted(self.group_ids)]
        return marks + ([search.circle_mark(self.network_id)] if self.is_circle else [])


def readable(d: Any, mine: Sequence[sa.ColumnElement[Any]] | None = None) -> sa.ColumnElement[bool]:
    """Whether eyes (parameters `mine`, `is_circle`) may read decision `d`, the table or an alias of it.

    Groups that were told count as affected, as everywhere. `mine`: a parameter for each group, where the list's length
    is known; that spares SQLAlchemy the writing of the statement each time.
    """
    groups: Any = mine if mine is not None else bindparam("mine", expanding=True)
    # A scalar with LIMIT 1: PostgreSQL would read all rows of the reader's groups for an EXISTS inside OR.
    is_affected = (
        sa.select(sa.true())
        .where(
            decision_groups.c.network_id == d.c.network_id,
            decision_groups.c.number == d.c.number,
            decision_groups.c.group_id.in_(groups),
        )
        .limit(sa.literal_column("1"))
        .correlate(d)
        .scalar_subquery()
    )
    return sa.or_(
        d.c.audience == sa.literal_column("'network'"),
        d.c.group_id.in_(groups),
        sa.and_(d.c.audience == sa.literal_column("'affected'"), is_affected),
        sa.and_(d.c.audience == sa.literal_column("'circle'"), bindparam("is_circle", type_=sa.Boolean)),
    )


def values(eyes: Eyes) -> dict[str, Any]:
    """The parameters of `readable`, with the network and the person."""
    return {
        "n": eyes.network_id,
        "mine": sorted(eyes.group_ids) or [0],
        "is_circle": eyes.is_circle,
        "me": eyes.person_id,
    }
