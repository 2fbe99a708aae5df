"""Networks, groups, channels and people as records, and the one query that every command begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import inbox
from storage.network_tables import channels, groups, identities, memberships, networks, people, roles, workspaces
from storage.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Network:
    id: int
    slug: str
    language: str
    clock_ahead: timedelta
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """An autonomous local unit. `working_days`, `quiet` as typed ("mon-fri", "18:00-09:00", "off")."""

    network_id: int
    id: int
    slug: str
    name: str
    zone: str
    region: str | None
    working_days: str
    quiet: str
    language: str
    state: str
    day_overrides: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation that belongs to a group, or to the whole network (`group_id` None)."""

    network_id: int
    id: int
    platform: str
    workspace: str
    remote_id: str
    group_id: int | None
    is_home: bool
    language: str
    state: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with what they belong to. `roles` are product words: facilitator, steward."""

    network_id: int
    id: int
    name: str
    zone: str | None
    group_ids: frozenset[int]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a command needs to know before its handler runs. `repeated`: record that the same words just led to.

    `is_known`: this very event was handled before. `known_as`: the name that the account was last seen with.
    """

    network: Network
    channel: Channel | None
    group: Group | None
    person: Person | None
    repeated: str
    is_known: bool
    known_as: str = ""


_COMMA: Any = sa.literal_column("','")  # given as a string, SQLAlchemy would write it into the SQL anew each time


def _ids(column: Any) -> Any:
    return sa.func.coalesce(sa.func.aggregate_strings(sa.cast(column, sa.String), _COMMA), sa.literal_column("''"))


_person_groups = (
    sa.select(_ids(memberships.c.group_id))
    .where(memberships.c.network_id == networks.c.id, memberships.c.person_id == identities.c.person_id)
    .scalar_subquery()
)
_person_roles = (
    sa.select(_ids(roles.c.role))
    .where(roles.c.network_id == networks.c.id, roles.c.person_id == identities.c.person_id)
    .scalar_subquery()
)
GROUP_NAMES = tuple(Group.__dataclass_fields__)
GROUP_COLUMNS = [groups.c[name] for name in GROUP_NAMES]
CHANNEL_COLUMNS = list(channels.c)
_IS_KEPT = sa.and_(channels.c.state != "free", channels.c.state != "direct")
"""Its group has not left the network (storage/leaving.py): what was let go belongs to nobody."""
_SCOPE = Prepared(
    sa.select(
        networks.c.id,
        networks.c.slug,
        networks.c.language,
        networks.c.clock_ahead_s,
        networks.c.settings,
        *[c.label(f"channel_{c.name}") for c in CHANNEL_COLUMNS],
        *[c.label(f"group_{c.name}") for c in GROUP_COLUMNS],
        identities.c.person_id,
        people.c.name.label("person_name"),
        people.c.zone.label("person_zone"),
        _person_groups.label("person_groups"),
        _person_roles.label("person_roles"),
        inbox.recent_subject.label("repeated"),
        inbox.is_known.label("is_known"),
        identities.c.name.label("known_as"),
    )
    .select_from(
        networks.outerjoin(
            channels,
            sa.and_(
                channels.c.network_id == networks.c.id,
                channels.c.platform == bindparam("platform"),
                channels.c.workspace == bindparam("workspace"),
                channels.c.remote_id == bindparam("channel"),
                _IS_KEPT,
            ),
        )
        .outerjoin(groups, sa.and_(groups.c.network_id == networks.c.id, groups.c.id == channels.c.group_id))
        .outerjoin(
            identities,
            sa.and_(
                identities.c.network_id == networks.c.id,
                identities.c.platform == bindparam("platform"),
                identities.c.workspace == bindparam("account_workspace"),
                identities.c.account == bindparam("account"),
            ),
        )
        .outerjoin(people, sa.and_(people.c.network_id == networks.c.id, people.c.id == identities.c.person_id))
    )
    .where(networks.c.id == bindparam("network"))
)
_FIRST_CHANNEL = 5
_FIRST_GROUP = _FIRST_CHANNEL + len(CHANNEL_COLUMNS)
_FIRST_PERSON = _FIRST_GROUP + len(GROUP_COLUMNS)


def scope(
    db: sa.Connection,
    network_id: int,
    *,
    platform: str,
    workspace: str,
    channel: str,
    account: str,
    account_workspace: str = "",
    source: str = "",
    event_key: str = "",
    fingerprint: int = 0,
    repeated_since: datetime,
) -> Scope | None:
    """Network, channel, group and person of one incoming thing, in one statement; None: there is no such network.

    `account_workspace`: where the account is at home, if that is not `workspace`.
    """
    found = _SCOPE.rows(
        db,
        {
            "network": network_id,
            "platform": platform,
            "workspace": workspace,
            "channel": channel,
            "account": account,
            "account_workspace": account_workspace or workspace,
            "source": source,
            "event_key": event_key,
            "fingerprint": fingerprint,
            "repeated_since": repeated_since,
        },
    )
    if not found:
        return None
    row = found[0]
    network = Network(row[0], row[1], row[2], timedelta(seconds=row[3]), row[4])
    found_channel = Channel(*row[_FIRST_CHANNEL:_FIRST_GROUP]) if row[_FIRST_CHANNEL] is not None else None
    found_group = group_record(row[_FIRST_GROUP:_FIRST_PERSON]) if row[_FIRST_GROUP] is not None else None
    person_id, name, zone, group_ids, role_names, repeated, is_known, known_as = row[_FIRST_PERSON:]
    person = None
    if person_id is not None:
        person = Person(network_id, person_id, name, zone, _as_ids(group_ids), _as_names(role_names))
    return Scope(network, found_channel, found_group, person, repeated or "", bool(is_known), known_as or "")


def _as_ids(listed: str) -> frozenset[int]:
    return frozenset(map(int, listed.split(","))) if listed else frozenset()


def _as_names(listed: str) -> frozenset[str]:
    return frozenset(listed.split(",")) if listed else frozenset()


def group_record(row: Any) -> Group:
    values = list(row)
    values[-1] = tuple((day, bool(is_working)) for day, is_working in values[-1])
    return Group(*values)


_NETWORK_OF_CHANNEL = sa.select(channels.c.network_id).where(
    channels.c.platform == bindparam("p"),
    channels.c.workspace == bindparam("w"),
    channels.c.remote_id == bindparam("c"),
    _IS_KEPT,
)
_NETWORK_OF_WORKSPACE = sa.select(workspaces.c.network_id).where(
    workspaces.c.platform == bindparam("p"), workspaces.c.workspace == bindparam("w")
)


def network_of(db: sa.Connection, platform: str, workspace: str, channel: str) -> int | None:
    """The network that a channel belongs to: by itself, else by its workspace."""
    found = db.execute(_NETWORK_OF_CHANNEL, {"p": platform, "w": workspace, "c": channel}).scalar_one_or_none()
    if found is None:
        found = db.execute(_NETWORK_OF_WORKSPACE, {"p": platform, "w": workspace}).scalar_one_or_none()
    return found
