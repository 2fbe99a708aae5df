"""What groups owe a word on beside input: whether they carried a decision out, and whether one of theirs goes on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_life_tables import decision_checks, decision_terms
from storage.decision_tables import decisions
from storage.types import UtcDateTime


@dataclass(frozen=True, slots=True)
class Due:
    """A decision on which a group owes a word; `at`: since when it is asked, or when the decision ends."""

    number: int
    group_id: int
    at: datetime


_STANDS = (decisions.c.status == "taken", decisions.c.redacted_at.is_(None))
_UNANSWERED = (
    sa.select(decision_checks.c.number, decision_checks.c.group_id, decision_checks.c.asked_at)
    .select_from(
        decision_checks.join(
            decisions,
            sa.and_(
                decisions.c.network_id == decision_checks.c.network_id, decisions.c.number == decision_checks.c.number
            ),
        )
    )
    .where(
        decision_checks.c.network_id == bindparam("n"),
        decision_checks.c.group_id.in_(bindparam("groups", expanding=True)),
        decision_checks.c.answer == sa.literal_column("''"),
        decision_checks.c.asked_at.is_not(None),
        *_STANDS,
    )
    .order_by(decision_checks.c.asked_at, decision_checks.c.number)
    .limit(bindparam("most"))
)
_ENDING = (
    sa.select(decision_terms.c.number, decisions.c.group_id, decision_terms.c.expires_at)
    .select_from(
        decision_terms.join(
            decisions,
            sa.and_(
                decisions.c.network_id == decision_terms.c.network_id, decisions.c.number == decision_terms.c.number
            ),
        )
    )
    .where(
        decision_terms.c.network_id == bindparam("n"),
        decision_terms.c.expires_at > bindparam("now", type_=UtcDateTime),
        decision_terms.c.expires_at <= bindparam("until", type_=UtcDateTime),
        decisions.c.group_id.in_(bindparam("groups", expanding=True)),
        *_STANDS,
    )
    .order_by(decision_terms.c.expires_at, decision_terms.c.number)
    .limit(bindparam("most"))
)


def unanswered(db: sa.Connection, network_id: int, group_ids: Collection[int], most: int) -> list[Due]:
    """Decisions of which these groups were asked what came of them, and have not said; the oldest question first."""
    values = {"n": network_id, "groups": sorted(group_ids), "most": most}
    return [Due(*row) for row in db.execute(_UNANSWERED, values)] if group_ids else []


def ending(
    db: sa.Connection, network_id: int, group_ids: Collection[int], now: datetime, until: datetime, most: int
) -> list[Due]:
    """Decisions of these groups that end by themselves by then, the next first."""
    values = {"n": network_id, "groups": sorted(group_ids), "now": now, "until": until, "most": most}
    return [Due(*row) for row in db.execute(_ENDING, values)] if group_ids else []
