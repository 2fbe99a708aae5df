"""What an adapter looks up for a place before it renders: accounts there, messages that show records, the language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.delivery_tables import messages
from storage.inbox import inbox
from storage.network_tables import channels, groups, identities, networks

_ACCOUNTS = (
    sa.select(identities.c.person_id, identities.c.account)
    .where(
        identities.c.network_id == bindparam("n"),
        identities.c.platform == bindparam("p"),
        identities.c.workspace == bindparam("w"),
        identities.c.person_id.in_(bindparam("people", expanding=True)),
    )
    .order_by(identities.c.person_id, identities.c.account)
)
_ROOTS = (
    sa.select(messages.c.about, messages.c.remote_id)
    .where(
        messages.c.network_id == bindparam("n"),
        messages.c.about.in_(bindparam("records", expanding=True)),
        messages.c.channel_id == bindparam("c"),
        messages.c.thread_of.is_(None),
        messages.c.remote_id.is_not(None),
        messages.c.state == "live",
    )
    .order_by(messages.c.id.desc())
)
_CHANNEL = (
    sa.select(channels.c.network_id, channels.c.id, channels.c.language, groups.c.language, networks.c.language)
    .select_from(
        channels.join(networks, networks.c.id == channels.c.network_id).outerjoin(
            groups, sa.and_(groups.c.network_id == channels.c.network_id, groups.c.id == channels.c.group_id)
        )
    )
    .where(
        channels.c.platform == bindparam("p"),
        channels.c.workspace == bindparam("w"),
        channels.c.remote_id == bindparam("r"),
        channels.c.state != "free",
        channels.c.state != "direct",
    )
)
_HANDLED = sa.select(inbox.c.subject).where(inbox.c.source == bindparam("s"), inbox.c.event_key == bindparam("e"))


@dataclass(frozen=True, slots=True)
class Known:
    """A channel that Mycel knows: `language` is its own, its group's or the network's."""

    network_id: int
    channel_id: int
    language: str


def accounts_of(
    db: sa.Connection, network_id: int, platform: str, workspace: str, person_ids: Collection[int]
) -> dict[int, list[str]]:
    """The accounts that people have at a place, by person id; who has none there is not named."""
    found: dict[int, list[str]] = {}
    if person_ids:
        values = {"n": network_id, "p": platform, "w": workspace, "people": list(person_ids)}
        for row in db.execute(_ACCOUNTS, values):
            found.setdefault(row.person_id, []).append(row.account)
    return found


def roots_about(db: sa.Connection, network_id: int, channel_id: int, records: Collection[str]) -> dict[str, str]:
    """The platform's id of the first message outside threads that shows each of these records in a channel."""
    if not records:
        return {}
    rows = db.execute(_ROOTS, {"n": network_id, "c": channel_id, "records": list(records)})
    return {row.about: row.remote_id for row in rows}


def known(db: sa.Connection, platform: str, workspace: str, remote_id: str) -> Known | None:
    """The channel, if it belongs to a network."""
    row = db.execute(_CHANNEL, {"p": platform, "w": workspace, "r": remote_id}).one_or_none()
    return Known(row[0], row[1], row[2] or row[3] or row[4]) if row else None


def handled_as(db: sa.Connection, source: str, event_key: str) -> str | None:
    """The record that came of an event ("" for none); None where the event was not handled yet."""
    subject: str | None = db.execute(_HANDLED, {"s": source, "e": event_key}).scalar_one_or_none()
    return subject
