"""Which decisions weigh on a group: its own, those that affect it, and how many others rest on them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_tables import decision_groups, decision_links, decisions

RESTING = ("depends-on", "amends", "relates-to")

_OWN = (
    sa.select(decisions.c.number)
    .where(
        decisions.c.network_id == bindparam("n"),
        decisions.c.group_id == bindparam("g"),
    )
    .order_by(decisions.c.number.desc())
    .limit(bindparam("most"))
)
_AFFECTING = (
    sa.select(decision_groups.c.number)
    .where(
        decision_groups.c.network_id == bindparam("n"),
        decision_groups.c.group_id == bindparam("g"),
        decision_groups.c.part == "affected",
    )
    .order_by(decision_groups.c.number.desc())
    .limit(bindparam("most"))
)
_RESTING = (
    sa.select(decision_links.c.to_number, sa.func.count())
    .where(
        decision_links.c.network_id == bindparam("n"),
        decision_links.c.to_number.in_(bindparam("numbers", expanding=True)),
        decision_links.c.state == "kept",
        decision_links.c.relation.in_(RESTING),
    )
    .group_by(decision_links.c.to_number)
)
_AFFECTED = (
    sa.select(decision_groups.c.number, sa.func.count())
    .where(
        decision_groups.c.network_id == bindparam("n"),
        decision_groups.c.number.in_(bindparam("numbers", expanding=True)),
        decision_groups.c.part == "affected",
    )
    .group_by(decision_groups.c.number)
)
_REPLACING = (
    sa.select(decision_links.c.to_number, decision_links.c.number)
    .where(
        decision_links.c.network_id == bindparam("n"),
        decision_links.c.to_number.in_(bindparam("numbers", expanding=True)),
        decision_links.c.state == "kept",
        decision_links.c.relation.in_(("supersedes", "reverses")),
    )
    .order_by(decision_links.c.at)
)


def own(db: sa.Connection, network_id: int, group_id: int, most: int) -> list[int]:
    """The newest decisions of a group, whatever became of them."""
    return list(db.execute(_OWN, {"n": network_id, "g": group_id, "most": most}).scalars())


def affecting(db: sa.Connection, network_id: int, group_id: int, most: int) -> list[int]:
    """The newest decisions that affect a group, whatever became of them."""
    return list(db.execute(_AFFECTING, {"n": network_id, "g": group_id, "most": most}).scalars())


def resting(db: sa.Connection, network_id: int, numbers: list[int]) -> dict[int, int]:
    """How many decisions rest on each of these."""
    return _counts(db, _RESTING, network_id, numbers)


def affected(db: sa.Connection, network_id: int, numbers: list[int]) -> dict[int, int]:
    """How many groups each of these affects."""
    return _counts(db, _AFFECTED, network_id, numbers)


def _counts(db: sa.Connection, statement: sa.Select[Any], network_id: int, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    return {row[0]: row[1] for row in db.execute(statement, {"n": network_id, "numbers": ids})}


def replacing(db: sa.Connection, network_id: int, numbers: list[int]) -> dict[int, int]:
    """By which decision each of these was superseded or reversed; the latest one, whoever may read it."""
    return _counts(db, _REPLACING, network_id, numbers)
