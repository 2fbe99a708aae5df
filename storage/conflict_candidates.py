"""Decisions that a new one may conflict with: in force, about the same resource or tag, the newest first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import decisions as records
from storage.conflict_tables import conflict_resources
from storage.decision_tables import decision_tags, decisions
from storage.decisions import Decision
from storage.statements import insert_new

AT_MOST = 40
NOBODY = 0


def _in_force(table: sa.Table, about: sa.ColumnElement[str]) -> sa.Select[Any]:
    newest = (
        sa.select(table.c.number)
        .where(
            table.c.network_id == bindparam("n"),
            about.in_(bindparam("resources", expanding=True)),
            table.c.number != bindparam("d"),
            sa.exists().where(
                decisions.c.network_id == table.c.network_id,
                decisions.c.number == table.c.number,
                decisions.c.status.in_(["proposed", "taken"]),
                decisions.c.redacted_at.is_(None),
                decisions.c.group_id != bindparam("not_of"),
            ),
        )
        .order_by(table.c.number.desc())
        .limit(bindparam("most"))
        .subquery()
    )
    return sa.select(newest.c.number)


_ABOUT = sa.union(
    _in_force(decision_tags, decision_tags.c.tag), _in_force(conflict_resources, conflict_resources.c.resource)
)
_DROP = sa.delete(conflict_resources).where(
    conflict_resources.c.network_id == bindparam("n"), conflict_resources.c.number == bindparam("d")
)
_ADD = insert_new(conflict_resources)


def keep_resources(db: sa.Connection, decision: Decision) -> None:
    """Notes what a decision is about, instead of what was noted before."""
    key = {"network_id": decision.network_id, "number": decision.number}
    db.execute(_DROP, {"n": decision.network_id, "d": decision.number})
    for resource in dict.fromkeys(tag.partition(":")[0] for tag in decision.tags if ":" in tag):
        db.execute(_ADD, key | {"resource": resource[:100]})


def of_resources(
    db: sa.Connection, network_id: int, number: int, resources: list[str], *, not_of: int = NOBODY
) -> list[Decision]:
    """Decisions in force about one of these resources or tags, other than decision `number`; whoever may read them.

    Callers check that. At most AT_MOST by tag and as many by resource, the newest first; none of group `not_of`.
    """
    values = {"resources": resources, "n": network_id, "d": number, "most": AT_MOST, "not_of": not_of}
    return records.find_all(db, network_id, db.execute(_ABOUT, values).scalars().all())
