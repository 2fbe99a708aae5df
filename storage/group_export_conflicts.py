"""Conflicts and turns in circles in what a group takes with it: that they were, how they ended, and its own words.

What others said in a conflict is theirs; what was told in confidence stays with the two who know of it. Circles go on
without the group: in its export they are over.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.circle_tables import circle_people, circle_turns, circles
from storage.conflict_tables import conflict_log, conflict_parties, conflict_resources, conflicts
from storage.decision_tables import decisions
from storage.network_tables import memberships
from storage.window_tables import contributions

Row = dict[str, Any]
ENDED = ("settled", "differing", "values", "dismissed")
OVER = "over"
_N: sa.BindParameter[int] = bindparam("n")
_G: sa.BindParameter[int] = bindparam("g")
_TABLES = (circles, circle_turns, circle_people, conflicts, conflict_parties, conflict_log, conflict_resources)


def with_own(own: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """The condition for another group's decision in conflict with an own one, or about which the group raised one."""
    theirs = decisions.c.number
    return sa.and_(
        decisions.c.audience == "network",
        sa.exists().where(
            conflicts.c.network_id == decisions.c.network_id,
            conflicts.c.state != "confided",
            sa.or_(
                sa.and_(conflicts.c.first == theirs, conflicts.c.second.in_(own)),
                sa.and_(conflicts.c.second == theirs, conflicts.c.first.in_(own)),
                sa.and_(conflicts.c.raiser_group_id == _G, theirs.in_((conflicts.c.first, conflicts.c.second))),
            ),
        ),
    )


def selected(own: sa.Select[Any], exported: Any) -> dict[str, sa.ColumnElement[bool]]:
    """Which rows go along, by table. `own`: numbers of the group's decisions; `exported`: of all in the export."""
    had_part = [
        sa.exists().where(
            table.c.network_id == conflicts.c.network_id,
            table.c.conflict_id == conflicts.c.id,
            table.c.group_id == _G,
        )
        for table in (conflict_parties, conflict_log)
    ]
    said = sa.select(contributions.c.id).where(
        contributions.c.network_id == _N, sa.or_(contributions.c.number.in_(own), contributions.c.group_id == _G)
    )
    ids = sa.select(conflicts.c.id).where(
        conflicts.c.network_id == _N,
        conflicts.c.state != "confided",
        conflicts.c.first.in_(exported),
        sa.or_(conflicts.c.second.is_(None), conflicts.c.second.in_(exported)),
        sa.or_(conflicts.c.contribution_id.is_(None), conflicts.c.contribution_id.in_(said)),
        sa.or_(conflicts.c.raiser_group_id == _G, conflicts.c.first.in_(own), conflicts.c.second.in_(own), *had_part),
    )
    members = sa.select(memberships.c.person_id).where(memberships.c.network_id == _N, memberships.c.group_id == _G)
    served = sa.select(circle_turns.c.circle_id).where(circle_turns.c.network_id == _N, circle_turns.c.group_id == _G)
    return {
        "circles": circles.c.id.in_(served),
        "circle_turns": circle_turns.c.group_id == _G,
        "circle_people": sa.and_(circle_people.c.person_id.in_(members), circle_people.c.circle_id.in_(served)),
        "conflicts": conflicts.c.id.in_(ids),
        "conflict_parties": conflict_parties.c.conflict_id.in_(ids),
        "conflict_log": conflict_log.c.conflict_id.in_(ids),
        "conflict_resources": conflict_resources.c.number.in_(own),
    }


def tables() -> dict[str, sa.Table]:
    """The tables of `selected`, in an order in which their rows can be stored."""
    return {table.name: table for table in _TABLES}


def cut(table: str, row: Row, group_id: int, at: datetime) -> Row:
    """A row without what is not the group's to take along. `at`: when the circle was over for it."""
    match table:
        case "circles":
            return row | {"channel_id": None, "ended_at": row["ended_at"] or at}
        case "circle_turns":
            return row | {"state": OVER, "ends_at": min(row["ends_at"], at)}
        case "conflicts":
            return _conflict(row, group_id)
        case "conflict_parties" if row["group_id"] != group_id:
            return row | {"confirmed_by": None}
        case "conflict_log" if row["group_id"] != group_id:
            return row | {"text": "", "by_id": None}
        case _:
            return row


def _conflict(row: Row, group_id: int) -> Row:
    """What all agreed on is everybody's; an end that was only proposed is its proposer's."""
    kept = row | {"confidant_id": None, "host_id": None, "ending_by": None, "review_at": None}
    if row["raiser_group_id"] != group_id:
        kept |= {"text": "", "raiser_id": None}
    if row["state"] not in ENDED:
        kept |= {"ending": "", "ending_text": ""}
    return kept
