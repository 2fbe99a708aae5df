"""Decisions that a new one may conflict with: in force, about the same resource or tag, the newest first."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import decisions as records
from storage.conflict_tables import conflict_resources
from storage.decision_tables import decision_tags, decisions
from storage.decisions import Decision
from storage.prepared import Prepared
from storage.statements import insert_new

AT_MOST = 40
MOST_RESOURCES = 10
NOBODY = 0


def _newest(table: sa.Table, about: sa.ColumnElement[str], i: int) -> sa.Select[Any]:
    """The newest rows about one resource, in the order of an index, so that no older ones are looked at."""
    newest = (
        sa.select(table.c.number)
        .where(table.c.network_id == bindparam("n"), about == bindparam(f"resource{i}"))
        .order_by(table.c.number.desc())
        .limit(bindparam("most"))
        .subquery()
    )
    return sa.select(newest.c.number)


@lru_cache(maxsize=MOST_RESOURCES)
def _about(resources: int) -> Prepared:
    """Numbers of decisions in force about one of so many resources."""
    of_tags = [_newest(decision_tags, decision_tags.c.tag, i) for i in range(resources)]
    of_choices = [_newest(conflict_resources, conflict_resources.c.resource, i) for i in range(resources)]
    newest = sa.union(*of_tags, *of_choices).subquery()
    return Prepared(
        sa.select(decisions.c.number)
        .join(newest, decisions.c.number == newest.c.number)
        .where(
            decisions.c.network_id == bindparam("n"),
            decisions.c.number != bindparam("d"),
            decisions.c.status.in_([sa.literal_column("'proposed'"), sa.literal_column("'taken'")]),
            decisions.c.redacted_at.is_(None),
            decisions.c.group_id != bindparam("not_of"),
        )
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

    Callers check that. Of each resource the newest AT_MOST are looked at, and none of group `not_of` is given.
    """
    looked_up = resources[:MOST_RESOURCES]
    values: dict[str, Any] = {"n": network_id, "d": number, "most": AT_MOST, "not_of": not_of}
    values |= {f"resource{i}": resource for i, resource in enumerate(looked_up)}
    return records.find_all(db, network_id, [number for (number,) in _about(len(looked_up)).rows(db, values)])
