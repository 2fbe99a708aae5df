"""Who and what there is in a network: groups, their channels, people, workspaces."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.network import CHANNEL_COLUMNS, GROUP_COLUMNS, Channel, Group, Network, group_record
from storage.network_tables import channels, groups, identities, memberships, networks, people, workspaces
from storage.statements import insert, insert_new

SPACE = "space"
"""State of a channel row that is a larger place (a Matrix space) with channels in it: nothing is shown there."""

_GROUPS = sa.select(*GROUP_COLUMNS).where(groups.c.network_id == bindparam("n")).order_by(groups.c.name)
_GROUPS_BY_ID = _GROUPS.where(groups.c.id.in_(bindparam("ids", expanding=True)))
_GROUPS_BY_SLUG = _GROUPS.where(groups.c.slug.in_(bindparam("slugs", expanding=True)))


def all_groups(db: sa.Connection, network_id: int) -> list[Group]:
    """Every group of the network, by name."""
    return [group_record(row) for row in db.execute(_GROUPS, {"n": network_id})]


def groups_by_id(db: sa.Connection, network_id: int, ids: list[int]) -> dict[int, Group]:
    if not ids:
        return {}
    return {row.id: group_record(row) for row in db.execute(_GROUPS_BY_ID, {"n": network_id, "ids": ids})}


def groups_by_slug(db: sa.Connection, network_id: int, slugs: list[str]) -> dict[str, Group]:
    if not slugs:
        return {}
    return {row.slug: group_record(row) for row in db.execute(_GROUPS_BY_SLUG, {"n": network_id, "slugs": slugs})}


_GROUP_NAMED = _GROUPS.where(
    sa.or_(
        groups.c.slug == bindparam("slug"),
        groups.c.name == bindparam("name"),
        sa.func.lower(groups.c.name) == bindparam("lower"),
    )
).limit(1)
_MEMBERS = (
    sa.select(sa.func.count())
    .select_from(memberships)
    .where(memberships.c.network_id == bindparam("n"), memberships.c.group_id == bindparam("id"))
)


def group_named(db: sa.Connection, network_id: int, name: str, slug: str) -> Group | None:
    """The group of this name, in any case, or of this slug."""
    row = db.execute(
        _GROUP_NAMED, {"n": network_id, "name": name, "lower": name.lower(), "slug": slug or name.lower()}
    ).one_or_none()
    return group_record(row) if row else None


def member_count(db: sa.Connection, network_id: int, group_id: int) -> int:
    count: int = db.execute(_MEMBERS, {"n": network_id, "id": group_id}).scalar_one()
    return count


_HOMES = (
    sa.select(channels)
    .where(
        channels.c.network_id == bindparam("n"),
        channels.c.group_id.in_(bindparam("ids", expanding=True)),
        channels.c.is_home,
        channels.c.state == "active",
    )
    .order_by(channels.c.group_id, channels.c.id)
)
_HOMES_ON = sa.select(channels.c.remote_id, channels.c.state).where(
    channels.c.platform == bindparam("p"), channels.c.workspace == bindparam("w"), channels.c.is_home
)
_SPACES_ON = sa.select(channels.c.remote_id).where(
    channels.c.platform == bindparam("p"), channels.c.workspace == bindparam("w"), channels.c.state == SPACE
)
_SPACES_AMONG = sa.select(channels).where(
    channels.c.network_id == bindparam("n"),
    channels.c.platform == bindparam("p"),
    channels.c.workspace == bindparam("w"),
    channels.c.remote_id.in_(bindparam("ids", expanding=True)),
    channels.c.state == SPACE,
)
_UNBIND_SPACE = sa.delete(channels).where(
    channels.c.network_id == bindparam("n"), channels.c.id == bindparam("i"), channels.c.state == SPACE
)
_CHANNEL = sa.select(channels).where(channels.c.network_id == bindparam("n"), channels.c.id == bindparam("id"))


def homes(db: sa.Connection, network_id: int, group_ids: list[int]) -> list[Channel]:
    """Home channels of these groups, on every platform."""
    if not group_ids:
        return []
    return [Channel(*row) for row in db.execute(_HOMES, {"n": network_id, "ids": group_ids})]


def homes_on(db: sa.Connection, platform: str, workspace: str) -> dict[str, str]:
    """State by the platform's id of every home channel of a workspace: for who runs it, of all networks."""
    return {row.remote_id: row.state for row in db.execute(_HOMES_ON, {"p": platform, "w": workspace})}


def spaces_on(db: sa.Connection, platform: str, workspace: str) -> frozenset[str]:
    """The platform's ids of the larger places of a workspace that belong to a group or to a network."""
    return frozenset(db.execute(_SPACES_ON, {"p": platform, "w": workspace}).scalars())


def spaces_among(
    db: sa.Connection, network_id: int, platform: str, workspace: str, ids: Collection[str]
) -> list[Channel]:
    """Those of these larger places that belong to the network or to a group of it."""
    if not ids:
        return []
    values = {"n": network_id, "p": platform, "w": workspace, "ids": list(ids)}
    return [Channel(*row) for row in db.execute(_SPACES_AMONG, values)]


def unbind_space(db: sa.Connection, network_id: int, id: int) -> None:
    """A larger place belongs to nobody any more; its channels stay what they are."""
    db.execute(_UNBIND_SPACE, {"n": network_id, "i": id})


def make_home(db: sa.Connection, network_id: int, channel_id: int) -> None:
    """A channel of a group becomes a home of it."""
    db.execute(_MAKE_HOME, {"n": network_id, "i": channel_id})


def channel(db: sa.Connection, network_id: int, id: int) -> Channel | None:
    row = db.execute(_CHANNEL, {"n": network_id, "id": id}).one_or_none()
    return Channel(*row) if row else None


_IS_CHANNEL = sa.select(channels.c.id).where(
    channels.c.platform == bindparam("p"),
    channels.c.workspace == bindparam("w"),
    channels.c.remote_id == bindparam("r"),
)


def is_channel(db: sa.Connection, platform: str, workspace: str, remote_id: str) -> bool:
    """Whether a channel belongs to any network."""
    return db.execute(_IS_CHANNEL, {"p": platform, "w": workspace, "r": remote_id}).first() is not None


_PERSON_NAMES = sa.select(people.c.id, people.c.name).where(
    people.c.network_id == bindparam("n"), people.c.id.in_(bindparam("ids", expanding=True))
)


def person_names(db: sa.Connection, network_id: int, ids: list[int]) -> dict[int, str]:
    """Names by id; a forgotten person has the name that `forget-me` left."""
    if not ids:
        return {}
    return {row.id: row.name for row in db.execute(_PERSON_NAMES, {"n": network_id, "ids": ids})}


_ADD_PERSON = sa.insert(people)
_ADD_IDENTITY = sa.insert(identities)
_ADD_MEMBERSHIP = insert_new(memberships)


def add_person(db: sa.Connection, network_id: int, id: int, name: str, zone: str | None, at: datetime) -> None:
    db.execute(_ADD_PERSON, {"network_id": network_id, "id": id, "name": name, "zone": zone, "created_at": at})


def add_identity(
    db: sa.Connection, network_id: int, platform: str, workspace: str, account: str, person_id: int, name: str
) -> None:
    row = {"platform": platform, "workspace": workspace, "account": account, "person_id": person_id, "name": name}
    db.execute(_ADD_IDENTITY, {"network_id": network_id, **row})


def add_membership(db: sa.Connection, network_id: int, person_id: int, group_id: int, at: datetime) -> None:
    """Makes somebody a member of a group; nothing happens if they are."""
    row = {"network_id": network_id, "person_id": person_id, "group_id": group_id, "since": at}
    db.execute(_ADD_MEMBERSHIP, row)


_RENAME_ACCOUNT = (
    sa.update(identities)
    .where(
        identities.c.network_id == bindparam("n"),
        identities.c.platform == bindparam("p"),
        identities.c.workspace == bindparam("w"),
        identities.c.account == bindparam("a"),
    )
    .values(name=bindparam("new_name"))
)
_RENAME_PERSON = (
    sa.update(people)
    .where(people.c.network_id == bindparam("n"), people.c.id == bindparam("i"))
    .values(name=bindparam("new_name"))
)
_END_MEMBERSHIP = sa.delete(memberships).where(
    memberships.c.network_id == bindparam("n"),
    memberships.c.person_id == bindparam("i"),
    memberships.c.group_id == bindparam("g"),
)


def rename_account(db: sa.Connection, network_id: int, platform: str, workspace: str, account: str, name: str) -> None:
    """The name that an account was last seen with."""
    db.execute(_RENAME_ACCOUNT, {"n": network_id, "p": platform, "w": workspace, "a": account, "new_name": name})


def rename_person(db: sa.Connection, network_id: int, person_id: int, name: str) -> None:
    db.execute(_RENAME_PERSON, {"n": network_id, "i": person_id, "new_name": name})


def end_membership(db: sa.Connection, network_id: int, person_id: int, group_id: int) -> None:
    """Somebody is no member of a group any more; nothing happens if they were not."""
    db.execute(_END_MEMBERSHIP, {"n": network_id, "i": person_id, "g": group_id})


_ADD_NETWORK = insert_new(networks)
_ADD_WORKSPACE = insert_new(workspaces)
_ADD_GROUP = sa.insert(groups)
_ADD_CHANNEL = sa.insert(channels)
_NETWORK_BY_SLUG = sa.select(networks.c.id).where(networks.c.slug == bindparam("slug"))


def add_network(db: sa.Connection, id: int, slug: str, language: str, at: datetime) -> int:
    """Creates a network unless there is one of this slug; returns its id."""
    db.execute(
        _ADD_NETWORK,
        {"id": id, "slug": slug, "language": language, "clock_ahead_s": 0, "settings": {}, "created_at": at},
    )
    found: int = db.execute(_NETWORK_BY_SLUG, {"slug": slug}).scalar_one()
    return found


_LAST_NETWORK = sa.select(sa.func.coalesce(sa.func.max(networks.c.id), 0))


def ensure_network(db: sa.Connection, slug: str, language: str, at: datetime) -> int:
    """The id of the network of this slug, which is made if there is none."""
    return add_network(db, db.execute(_LAST_NETWORK).scalar_one() + 1, slug, language, at)


def add_workspace(db: sa.Connection, platform: str, workspace: str, network_id: int, at: datetime) -> None:
    """Says which network a workspace belongs to, unless that is known."""
    db.execute(
        _ADD_WORKSPACE, {"platform": platform, "workspace": workspace, "network_id": network_id, "joined_at": at}
    )


def add_group(db: sa.Connection, group: Group, at: datetime) -> None:
    db.execute(
        _ADD_GROUP,
        {
            **{c.name: getattr(group, c.name) for c in GROUP_COLUMNS},
            "day_overrides": [list(o) for o in group.day_overrides],
            "created_at": at,
        },
    )


def add_channel(db: sa.Connection, channel: Channel) -> None:
    db.execute(_ADD_CHANNEL, {c.name: getattr(channel, c.name) for c in CHANNEL_COLUMNS})


_CHANGE_GROUP = (
    sa.update(groups)
    .where(groups.c.network_id == bindparam("n"), groups.c.id == bindparam("i"))
    .values({c.name: bindparam(f"new_{c.name}", type_=c.type) for c in GROUP_COLUMNS[2:]})
)
_NEW_CHANNEL = insert(channels)
_BIND = _NEW_CHANNEL.on_conflict_do_update(
    index_elements=["platform", "workspace", "remote_id"],
    set_={
        "group_id": _NEW_CHANNEL.excluded.group_id,
        "is_home": _NEW_CHANNEL.excluded.is_home,
        "state": _NEW_CHANNEL.excluded.state,
    },
    where=sa.and_(channels.c.network_id == _NEW_CHANNEL.excluded.network_id, channels.c.group_id.is_(None)),
).returning(*CHANNEL_COLUMNS)
_THIS_CHANNEL = sa.update(channels).where(channels.c.network_id == bindparam("n"), channels.c.id == bindparam("i"))
_SET_CHANNEL_STATE = _THIS_CHANNEL.values(state=bindparam("new_state"))
_MAKE_HOME = _THIS_CHANNEL.values(is_home=sa.true())
_MOVE_CHANNEL = _THIS_CHANNEL.values(remote_id=bindparam("new_remote_id"), state="active")
_SET_SETTINGS = sa.update(networks).where(networks.c.id == bindparam("n")).values(settings=bindparam("new_settings"))


def change_group(db: sa.Connection, group: Group) -> None:
    """Stores all that a group can change about itself."""
    values = {f"new_{c.name}": getattr(group, c.name) for c in GROUP_COLUMNS[2:]}
    values["new_day_overrides"] = [list(o) for o in group.day_overrides]
    db.execute(_CHANGE_GROUP, values | {"n": group.network_id, "i": group.id})


def bind_channel(db: sa.Connection, channel: Channel) -> Channel | None:
    """Gives a channel to a group; None if it is another's or of another network. A known channel keeps its id."""
    row = db.execute(_BIND, {c.name: getattr(channel, c.name) for c in CHANNEL_COLUMNS}).one_or_none()
    return Channel(*row) if row else None


def set_channel_state(db: sa.Connection, network_id: int, channel_id: int, state: str) -> None:
    """ "active", or "lost": Mycel is not in it, and it is not counted among its group's homes."""
    db.execute(_SET_CHANNEL_STATE, {"n": network_id, "i": channel_id, "new_state": state})


def move_channel(db: sa.Connection, network_id: int, channel_id: int, remote_id: str) -> None:
    """The channel has another id on its platform from now on. IntegrityError where that is a known channel's."""
    db.execute(_MOVE_CHANNEL, {"n": network_id, "i": channel_id, "new_remote_id": remote_id})


def set_settings(db: sa.Connection, network_id: int, settings: dict[str, Any]) -> None:
    """Replaces the settings of a network."""
    db.execute(_SET_SETTINGS, {"n": network_id, "new_settings": settings})


_CLOCKS = sa.select(networks.c.id, networks.c.clock_ahead_s)
_SET_CLOCK = sa.update(networks).where(networks.c.id == bindparam("n")).values(clock_ahead_s=bindparam("ahead"))


def clocks(db: sa.Connection) -> dict[int, timedelta]:
    """How far each network's clock is ahead of the real one."""
    return {row[0]: timedelta(seconds=row[1]) for row in db.execute(_CLOCKS)}


def set_clock(db: sa.Connection, network_id: int, ahead: timedelta) -> None:
    db.execute(_SET_CLOCK, {"n": network_id, "ahead": int(ahead.total_seconds())})


_NETWORK_COLUMNS = (networks.c.id, networks.c.slug, networks.c.language, networks.c.clock_ahead_s, networks.c.settings)
_NETWORK = sa.select(*_NETWORK_COLUMNS).where(networks.c.id == bindparam("n"))
_CHANNEL_SCOPE = (
    sa.select(*_NETWORK_COLUMNS, *CHANNEL_COLUMNS, *GROUP_COLUMNS)
    .select_from(
        channels.join(networks, networks.c.id == channels.c.network_id).outerjoin(
            groups, sa.and_(groups.c.network_id == channels.c.network_id, groups.c.id == channels.c.group_id)
        )
    )
    .where(channels.c.network_id == bindparam("n"), channels.c.id == bindparam("id"))
)


def network(db: sa.Connection, network_id: int) -> Network:
    """The network of this id; NoResultFound if there is none."""
    return _network(db.execute(_NETWORK, {"n": network_id}).one())


def channel_scope(db: sa.Connection, network_id: int, id: int) -> tuple[Network, Channel, Group | None]:
    """A channel with its network and its group; NoResultFound if there is none."""
    row: Any = tuple(db.execute(_CHANNEL_SCOPE, {"n": network_id, "id": id}).one())
    first_group = len(_NETWORK_COLUMNS) + len(CHANNEL_COLUMNS)
    group = group_record(row[first_group:]) if row[first_group] is not None else None
    return _network(row[: len(_NETWORK_COLUMNS)]), Channel(*row[len(_NETWORK_COLUMNS) : first_group]), group


def _network(row: Any) -> Network:
    return Network(row[0], row[1], row[2], timedelta(seconds=row[3]), row[4])
