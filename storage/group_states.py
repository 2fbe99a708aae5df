"""How groups stand: since when, until when, part of which; and who waits for one that pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_tables import decision_links, decisions
from storage.group_tables import group_states
from storage.network_tables import groups
from storage.statements import insert
from storage.window_tables import input_windows, window_groups

ACTIVE, PAUSED, MERGED, LEFT = "active", "paused", "merged", "left"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands `since` when. `into_id`: which it is part of; `from_id`: which it split off from."""

    group_id: int
    since: datetime
    until_at: datetime | None = None
    into_id: int | None = None
    from_id: int | None = None


_COLUMNS = (
    group_states.c.group_id,
    group_states.c.since,
    group_states.c.until_at,
    group_states.c.into_id,
    group_states.c.from_id,
)
_FIND = sa.select(*_COLUMNS).where(
    group_states.c.network_id == bindparam("n"), group_states.c.group_id.in_(bindparam("ids", expanding=True))
)
_SET = insert(group_states)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "group_id"],
    set_={
        "since": _SET.excluded.since,
        "until_at": _SET.excluded.until_at,
        "into_id": _SET.excluded.into_id,
        "from_id": sa.func.coalesce(_SET.excluded.from_id, group_states.c.from_id),
    },
)
_SET_STATE = (
    sa.update(groups)
    .where(groups.c.network_id == bindparam("n"), groups.c.id == bindparam("g"))
    .values(state=bindparam("new_state"))
)
_MOVE = (
    sa.update(group_states)
    .where(group_states.c.network_id == bindparam("n"), group_states.c.into_id == bindparam("old_id"))
    .values(into_id=bindparam("new_id"))
)


def standings(db: sa.Connection, network_id: int, group_ids: list[int]) -> dict[int, Standing]:
    """By group; those that were never anything but active are not there."""
    if not group_ids:
        return {}
    return {row[0]: Standing(*row) for row in db.execute(_FIND, {"n": network_id, "ids": group_ids})}


def set_state(db: sa.Connection, network_id: int, state: str, standing: Standing) -> None:
    """The group stands like this now; whatever was part of a group that is merged becomes part of where it goes."""
    db.execute(_SET_STATE, {"n": network_id, "g": standing.group_id, "new_state": state})
    names = ("group_id", "since", "until_at", "into_id", "from_id")
    db.execute(_SET, {"network_id": network_id} | {name: getattr(standing, name) for name in names})
    if standing.into_id is not None:
        db.execute(_MOVE, {"n": network_id, "old_id": standing.group_id, "new_id": standing.into_id})


_ASKED = (
    sa.select(decisions.c.group_id, decisions.c.number)
    .select_from(
        window_groups.join(
            input_windows,
            sa.and_(
                input_windows.c.network_id == window_groups.c.network_id,
                input_windows.c.number == window_groups.c.number,
            ),
        ).join(
            decisions,
            sa.and_(decisions.c.network_id == window_groups.c.network_id, decisions.c.number == window_groups.c.number),
        )
    )
    .where(
        window_groups.c.network_id == bindparam("n"),
        window_groups.c.group_id == bindparam("g"),
        window_groups.c.heard_at.is_(None),
        window_groups.c.state == "asked",
        input_windows.c.state == "open",
    )
)
_later, _earlier = decisions.alias("later"), decisions.alias("earlier")
_LINK_ASKED = (
    sa.select(_later.c.group_id, _later.c.number)
    .select_from(
        decision_links.join(
            _later,
            sa.and_(_later.c.network_id == decision_links.c.network_id, _later.c.number == decision_links.c.number),
        ).join(
            _earlier,
            sa.and_(
                _earlier.c.network_id == decision_links.c.network_id, _earlier.c.number == decision_links.c.to_number
            ),
        )
    )
    .where(
        decision_links.c.network_id == bindparam("n"),
        decision_links.c.state == "asked",
        _earlier.c.group_id == bindparam("g"),
    )
)
_WAITING = sa.union(_ASKED, _LINK_ASKED)


def waiting_for(db: sa.Connection, network_id: int, group_id: int) -> dict[int, list[int]]:
    """Which groups wait for a word of this one, and on which of their own decisions (numbers in order)."""
    found: dict[int, list[int]] = {}
    for waiting_id, number in sorted(map(tuple, db.execute(_WAITING, {"n": network_id, "g": group_id}))):
        if waiting_id != group_id:
            found.setdefault(waiting_id, []).append(number)
    return found
