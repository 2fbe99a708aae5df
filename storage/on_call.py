"""Who of a group wants to be called at any hour, and whom an urgent decision mentioned, in which channel."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.group_states import ACTIVE
from storage.network_tables import channels, groups, people
from storage.statements import insert_new
from storage.types import UtcDateTime, metadata

on_call = sa.Table(
    # Goes with the membership: who is of the group no more is not on call for it either.
    "on_call",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("person_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(
        ["network_id", "person_id", "group_id"],
        ["memberships.network_id", "memberships.person_id", "memberships.group_id"],
        ondelete="CASCADE",
    ),
)
urgent_mentions = sa.Table(
    # Whom an urgent decision's first message in a channel was meant for; who is on call later changes nothing in it.
    "urgent_mentions",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("channel_id", sa.BigInteger, primary_key=True),
    # Of which of its messages there: what is posted later mentions nobody.
    Column("view", sa.String(40), primary_key=True),
    Column("person_id", sa.BigInteger, primary_key=True),
    sa.ForeignKeyConstraint(["network_id", "number"], ["decisions.network_id", "decisions.number"]),
    sa.ForeignKeyConstraint(["network_id", "channel_id"], ["channels.network_id", "channels.id"]),
    sa.ForeignKeyConstraint(["network_id", "person_id"], ["people.network_id", "people.id"]),
    sa.Index("ix_urgent_mentions_person", "network_id", "person_id"),
)

_NAMED = (people.c.network_id == on_call.c.network_id) & (people.c.id == on_call.c.person_id)
_OPT_IN = insert_new(on_call)
_OPT_OUT = sa.delete(on_call).where(
    on_call.c.network_id == bindparam("n"),
    on_call.c.group_id == bindparam("g"),
    on_call.c.person_id == bindparam("person"),
)
_OF_GROUP = (
    sa.select(on_call.c.person_id, people.c.name)
    .select_from(on_call.join(people, _NAMED))
    .where(on_call.c.network_id == bindparam("n"), on_call.c.group_id == bindparam("g"))
    .order_by(on_call.c.since, on_call.c.person_id)
)
_GROUPS_OF = (
    sa.select(on_call.c.group_id)
    .where(on_call.c.network_id == bindparam("n"), on_call.c.person_id == bindparam("person"))
    .order_by(on_call.c.group_id)
)
_MENTION = insert_new(urgent_mentions).from_select(
    ["network_id", "number", "channel_id", "view", "person_id"],
    sa.select(
        channels.c.network_id,
        sa.cast(bindparam("d", type_=sa.BigInteger), sa.BigInteger),
        channels.c.id,
        sa.cast(bindparam("v"), sa.String(40)),
        on_call.c.person_id,
    )
    .select_from(
        channels.join(
            groups, (groups.c.network_id == channels.c.network_id) & (groups.c.id == channels.c.group_id)
        ).join(on_call, (on_call.c.network_id == groups.c.network_id) & (on_call.c.group_id == groups.c.id))
    )
    .where(
        channels.c.network_id == bindparam("n"),
        channels.c.id.in_(bindparam("ids", expanding=True)),
        groups.c.state == ACTIVE,
    ),
)
_MENTIONED = (
    sa.select(people.c.id, people.c.name)
    .select_from(
        urgent_mentions.join(
            people,
            (people.c.network_id == urgent_mentions.c.network_id) & (people.c.id == urgent_mentions.c.person_id),
        )
    )
    .where(
        urgent_mentions.c.network_id == bindparam("n"),
        urgent_mentions.c.number == bindparam("d"),
        urgent_mentions.c.channel_id == bindparam("c"),
        urgent_mentions.c.view == bindparam("v"),
    )
    .order_by(people.c.name, people.c.id)
)
_MENTIONS_OF = (urgent_mentions.c.network_id == bindparam("n"), urgent_mentions.c.person_id == bindparam("person"))
_NUMBERS = sa.select(urgent_mentions.c.number).where(*_MENTIONS_OF).distinct().order_by(urgent_mentions.c.number)
_FORGET = sa.delete(urgent_mentions).where(*_MENTIONS_OF)
_RELINK = insert_new(urgent_mentions).from_select(
    ["network_id", "number", "channel_id", "view", "person_id"],
    sa.select(
        urgent_mentions.c.network_id,
        urgent_mentions.c.number,
        urgent_mentions.c.channel_id,
        urgent_mentions.c.view,
        sa.cast(bindparam("into", type_=sa.BigInteger), sa.BigInteger),
    ).where(*_MENTIONS_OF),
)


def opt_in(db: sa.Connection, network_id: int, group_id: int, person_id: int, at: datetime) -> None:
    """A member of the group wants to be called; nothing changes if they did already."""
    db.execute(_OPT_IN, {"network_id": network_id, "group_id": group_id, "person_id": person_id, "since": at})


def opt_out(db: sa.Connection, network_id: int, group_id: int, person_id: int) -> bool:
    """They do not any more; False if they did not before."""
    return db.execute(_OPT_OUT, {"n": network_id, "g": group_id, "person": person_id}).rowcount == 1


def of_group(db: sa.Connection, network_id: int, group_id: int) -> dict[int, str]:
    """Names of those on call for a group by id, who opted in first first: for the group's own eyes."""
    return {row.person_id: row.name for row in db.execute(_OF_GROUP, {"n": network_id, "g": group_id})}


def groups_of(db: sa.Connection, network_id: int, person_id: int) -> list[int]:
    """For which groups somebody is on call."""
    return list(db.execute(_GROUPS_OF, {"n": network_id, "person": person_id}).scalars())


def mention(db: sa.Connection, network_id: int, number: int, view: str, channel_ids: Collection[int]) -> None:
    """Keeps whom an urgent decision mentions in each of these channels, in the message that this view shows.

    Those on call for the channel's group, if it is active.
    """
    if channel_ids:
        db.execute(_MENTION, {"n": network_id, "d": number, "v": view, "ids": sorted(channel_ids)})


def mentioned(db: sa.Connection, network_id: int, number: int, view: str, channel_id: int) -> dict[int, str]:
    """Whom it mentioned in a channel: names by id, in order."""
    values = {"n": network_id, "d": number, "v": view, "c": channel_id}
    return {row.id: row.name for row in db.execute(_MENTIONED, values)}


def mentions_of(db: sa.Connection, network_id: int, person_id: int) -> list[int]:
    """Numbers of the urgent decisions that mentioned somebody."""
    return list(db.execute(_NUMBERS, {"n": network_id, "person": person_id}).scalars())


def forget_mentions(db: sa.Connection, network_id: int, person_id: int) -> None:
    db.execute(_FORGET, {"n": network_id, "person": person_id})


def relink_mentions(db: sa.Connection, network_id: int, from_id: int, into_id: int) -> None:
    """Two people were one: whoever was mentioned as the first was so as the other."""
    db.execute(_RELINK, {"n": network_id, "person": from_id, "into": into_id})
    forget_mentions(db, network_id, from_id)
