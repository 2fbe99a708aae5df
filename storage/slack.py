"""Slack installations (a token for each workspace or organisation), and what Slack tells of channels and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.network_tables import channels, groups, identities, people, roles
from storage.statements import insert, insert_new
from storage.types import UtcDateTime, metadata

PLATFORM = "slack"

installations = sa.Table(
    "slack_installations",
    metadata,
    # The app's client id: a host may run several apps.
    Column("client_id", sa.String(80), primary_key=True),
    # Both as Slack gives them, "" for none; an organisation's installation (Enterprise Grid) has no team.
    Column("enterprise_id", sa.String(40), primary_key=True),
    Column("team_id", sa.String(40), primary_key=True),
    Column("app_id", sa.String(40), nullable=False),
    Column("name", sa.String(255), nullable=False),
    Column("bot_id", sa.String(40), nullable=False),
    Column("bot_user", sa.String(40), nullable=False),
    Column("scopes", sa.Text, nullable=False),
    # Encrypted by the adapter; nothing here can be used without the secret key.
    Column("token", sa.Text, nullable=False),
    Column("refresh_token", sa.Text),
    Column("expires_at", UtcDateTime),
    Column("installed_by", sa.String(40), nullable=False),
    Column("installed_at", UtcDateTime, nullable=False),
)
org_teams = sa.Table(
    "slack_org_teams",
    metadata,
    # A workspace that an organisation's installation serves.
    Column("team_id", sa.String(40), primary_key=True),
    Column("enterprise_id", sa.String(40), nullable=False),
)


@dataclass(frozen=True, slots=True)
class InstallationRow:
    """`token` and `refresh_token` are encrypted. `team_id` "" for a whole organisation."""

    client_id: str
    enterprise_id: str
    team_id: str
    app_id: str
    name: str
    bot_id: str
    bot_user: str
    scopes: str
    token: str
    refresh_token: str | None
    expires_at: datetime | None
    installed_by: str
    installed_at: datetime


_NAMES = tuple(InstallationRow.__dataclass_fields__)
_KEY = ("client_id", "enterprise_id", "team_id")
_NEW = insert(installations)
_SAVE = _NEW.on_conflict_do_update(
    index_elements=list(_KEY), set_={name: _NEW.excluded[name] for name in _NAMES if name not in _KEY}
)
_ALL = sa.select(*(installations.c[name] for name in _NAMES)).where(installations.c.client_id == bindparam("app"))
_FIND = _ALL.where(installations.c.enterprise_id == bindparam("e"), installations.c.team_id == bindparam("t"))
# A workspace keeps its id when it moves into an organisation, and then has one.
_BY_TEAM = _ALL.where(installations.c.team_id == bindparam("t")).order_by(installations.c.installed_at.desc()).limit(1)
_DROP = sa.delete(installations).where(
    installations.c.client_id == bindparam("app"),
    installations.c.team_id == bindparam("t"),
    sa.or_(installations.c.enterprise_id == bindparam("e"), bindparam("t", type_=sa.String) != ""),
)
_ORG_TEAM = insert_new(org_teams)
_ORG_OF = sa.select(org_teams.c.enterprise_id).where(org_teams.c.team_id == bindparam("t"))


def save(db: sa.Connection, row: InstallationRow) -> None:
    """Keeps an installation; the same workspace again has only the newer token."""
    db.execute(_SAVE, {name: getattr(row, name) for name in _NAMES})


def find(db: sa.Connection, client_id: str, enterprise_id: str, team_id: str) -> InstallationRow | None:
    """A workspace's own installation, else that of its organisation; `team_id` "": the organisation's."""
    row = db.execute(_BY_TEAM, {"app": client_id, "t": team_id}).one_or_none() if team_id else None
    if row is None:
        org = enterprise_id or db.execute(_ORG_OF, {"t": team_id}).scalar_one_or_none()
        row = db.execute(_FIND, {"app": client_id, "e": org, "t": ""}).one_or_none() if org else None
    return InstallationRow(*row) if row else None


def all_installations(db: sa.Connection, client_id: str) -> list[InstallationRow]:
    """Every installation of an app."""
    return [InstallationRow(*row) for row in db.execute(_ALL, {"app": client_id})]


def drop(db: sa.Connection, client_id: str, enterprise_id: str, team_id: str) -> bool:
    """Forgets an installation and its tokens; False if there was none."""
    return db.execute(_DROP, {"app": client_id, "e": enterprise_id, "t": team_id}).rowcount > 0


def learn_org_team(db: sa.Connection, team_id: str, enterprise_id: str) -> None:
    """A workspace belongs to an organisation that installed Mycel as a whole."""
    db.execute(_ORG_TEAM, {"team_id": team_id, "enterprise_id": enterprise_id})


_HERE = (channels.c.platform == PLATFORM, channels.c.remote_id == bindparam("r"))
# A channel of a group that has left the network belongs to nobody.
_WORKSPACES = sa.select(channels.c.workspace).where(*_HERE, channels.c.state != "left").order_by(channels.c.workspace)
_SET_STATE = (
    sa.update(channels)
    .where(*_HERE, channels.c.workspace == bindparam("w"), channels.c.state.in_(("active", "archived", "deleted")))
    .values(state=bindparam("new_state"))
)
_RENAME = (
    sa.update(channels).where(*_HERE, channels.c.workspace == bindparam("w")).values(remote_id=bindparam("new_id"))
)
_ZONE = (
    sa.update(people)
    .where(
        sa.tuple_(people.c.network_id, people.c.id).in_(
            sa.select(identities.c.network_id, identities.c.person_id).where(
                identities.c.platform == PLATFORM,
                identities.c.workspace == bindparam("w"),
                identities.c.account == bindparam("a"),
            )
        ),
        people.c.forgotten_at.is_(None),
    )
    .values(zone=bindparam("new_zone"))
)


def workspaces_of(db: sa.Connection, remote_id: str) -> list[str]:
    """Under which workspaces a channel is known; one that several workspaces share may be under another's."""
    return list(db.execute(_WORKSPACES, {"r": remote_id}).scalars())


def set_channel_state(db: sa.Connection, workspace: str, remote_id: str, state: str) -> None:
    """A channel was archived, deleted or opened again ("active"); what became of it otherwise stays so."""
    db.execute(_SET_STATE, {"w": workspace, "r": remote_id, "new_state": state})


def change_channel_id(db: sa.Connection, workspace: str, old_id: str, new_id: str) -> None:
    """Slack gave a channel another id."""
    db.execute(_RENAME, {"w": workspace, "r": old_id, "new_id": new_id})


def change_zone(db: sa.Connection, workspace: str, account: str, zone: str) -> None:
    """Somebody lives in another time zone now."""
    db.execute(_ZONE, {"w": workspace, "a": account, "new_zone": zone})


_ACCOUNTS = sa.select(identities.c.account, identities.c.workspace, identities.c.name).where(
    identities.c.platform == PLATFORM,
    identities.c.workspace.in_(bindparam("ws", expanding=True)),
    identities.c.account.in_(bindparam("accounts", expanding=True)),
)


def known_accounts(db: sa.Connection, workspaces: list[str], accounts: list[str]) -> dict[str, tuple[str, str]]:
    """Account → (workspace, name) of those that Mycel has met at home in one of these workspaces."""
    if not accounts:
        return {}
    rows = db.execute(_ACCOUNTS, {"ws": workspaces, "accounts": accounts})
    return {row.account: (row.workspace, row.name) for row in rows}


@dataclass(frozen=True, slots=True)
class Standing:
    """What App Home shows of somebody: the network, the person, their roles."""

    network_id: int
    person_id: int
    roles: frozenset[str]


_STANDING = (
    sa.select(identities.c.network_id, identities.c.person_id, roles.c.role)
    .select_from(
        identities.outerjoin(
            roles, sa.and_(roles.c.network_id == identities.c.network_id, roles.c.person_id == identities.c.person_id)
        )
    )
    .where(
        identities.c.platform == PLATFORM,
        identities.c.workspace == bindparam("w"),
        identities.c.account == bindparam("a"),
    )
    .order_by(identities.c.network_id)
)
_BOUND = (
    sa.select(channels.c.workspace, channels.c.remote_id, groups.c.name, channels.c.state)
    .select_from(
        channels.join(groups, sa.and_(groups.c.network_id == channels.c.network_id, groups.c.id == channels.c.group_id))
    )
    .where(channels.c.platform == PLATFORM, channels.c.is_home)
    .order_by(channels.c.workspace, groups.c.name)
)


def standing(db: sa.Connection, workspace: str, account: str) -> Standing | None:
    """Who an account is, in the first network that knows it."""
    rows = db.execute(_STANDING, {"w": workspace, "a": account}).all()
    own = [row for row in rows if row.network_id == rows[0].network_id]
    if not own:
        return None
    return Standing(own[0].network_id, own[0].person_id, frozenset(row.role for row in own if row.role))


@dataclass(frozen=True, slots=True)
class Bound:
    """A channel that is a group's home."""

    workspace: str
    remote_id: str
    group: str
    state: str


def bound_channels(db: sa.Connection) -> list[Bound]:
    """Every channel that is a group's home, in all networks: for `mycel doctor`."""
    found: list[Any] = list(db.execute(_BOUND))
    return [Bound(*row) for row in found]
