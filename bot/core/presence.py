"""Groups that are named by people: those that are there, and what is said of those that merged or left."""

from __future__ import annotations

import sqlalchemy as sa

from bot.core.errors import UserError
from storage import directory, group_states
from storage.group_states import ACTIVE, LEFT, MERGED, PAUSED
from storage.network import Group


def is_here(group: Group) -> bool:
    """Whether it acts and can be asked, now or after a pause."""
    return group.state in (ACTIVE, PAUSED)


def is_gone(group: Group) -> bool:
    """Whether it left the network or became part of another group."""
    return group.state in (MERGED, LEFT)


def followed(db: sa.Connection, group: Group) -> Group:
    """The group that a merged one is part of now; any other is itself."""
    if group.state != MERGED:
        return group
    into_id = group_states.standings(db, group.network_id, [group.id])[group.id].into_id
    found = directory.groups_by_id(db, group.network_id, [into_id] if into_id is not None else [])
    return found[into_id] if into_id is not None else group


def check_not_gone(db: sa.Connection, group: Group, typed: str) -> None:
    """UserError for a group that nobody can ask any more, with the one that it is part of."""
    if group.state == LEFT:
        raise UserError("{group} has left the network. “groups” lists who is here.", "/groups", group=group.name)
    if group.state == MERGED:
        into = followed(db, group)
        raise UserError(
            "{group} is part of {into} now: type “{near}”.",
            group=group.name,
            into=into.name,
            wrong=typed,
            near=into.slug,
        )
