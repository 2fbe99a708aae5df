"""How much was said in channels, per day: figures, no words and no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.network_tables import channels, groups
from storage.statements import insert
from storage.types import UtcDateTime, metadata

channel_activity = sa.Table(
    "channel_activity",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("channel_id", sa.BigInteger, primary_key=True),
    # The local day of the channel's group: "2026-11-02".
    Column("day", sa.String(10), primary_key=True),
    Column("messages", sa.BigInteger, nullable=False),
    # By the network's clock.
    Column("last_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "channel_id"], ["channels.network_id", "channels.id"]),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What was said in a channel on a local day (ISO). `last_at`: network's clock."""

    network_id: int
    channel_id: int
    day: str
    messages: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class CountedChannel:
    channel_id: int
    zone: str


_CHANNEL_AT = (
    sa.select(channels.c.id, sa.func.coalesce(groups.c.zone, sa.literal_column("'UTC'")))
    .select_from(
        channels.outerjoin(
            groups, sa.and_(groups.c.network_id == channels.c.network_id, groups.c.id == channels.c.group_id)
        )
    )
    .where(
        channels.c.platform == bindparam("p"),
        channels.c.workspace == bindparam("w"),
        channels.c.remote_id == bindparam("r"),
        channels.c.network_id == bindparam("n"),
    )
)
_ADD = insert(channel_activity)
_ADD = _ADD.on_conflict_do_update(
    index_elements=["network_id", "channel_id", "day"],
    set_={
        "messages": channel_activity.c.messages + _ADD.excluded.messages,
        "last_at": sa.case(
            (_ADD.excluded.last_at > channel_activity.c.last_at, _ADD.excluded.last_at),
            else_=channel_activity.c.last_at,
        ),
    },
)
_IS_HOME = (
    channels.c.network_id == bindparam("n"),
    channels.c.group_id == bindparam("g"),
    channels.c.is_home,
    channels.c.state == "active",
)
_OF_GROUP = channels.join(
    channel_activity,
    sa.and_(channel_activity.c.network_id == channels.c.network_id, channel_activity.c.channel_id == channels.c.id),
)
_DAYS = (
    sa.select(channel_activity.c.day, sa.func.sum(channel_activity.c.messages))
    .select_from(_OF_GROUP)
    .where(*_IS_HOME, channel_activity.c.day >= bindparam("since"))
    .group_by(channel_activity.c.day)
    .order_by(channel_activity.c.day)
)
_LAST_SINCE = (
    sa.select(sa.func.max(channel_activity.c.last_at))
    .select_from(_OF_GROUP)
    .where(*_IS_HOME, channel_activity.c.day >= bindparam("since"))
)
_PRUNE = sa.delete(channel_activity).where(channel_activity.c.day < bindparam("before"))


def channel_at(
    db: sa.Connection, network_id: int, platform: str, workspace: str, remote_id: str
) -> CountedChannel | None:
    """The network's channel of this place, with the zone of its group (UTC where it has none)."""
    row = db.execute(_CHANNEL_AT, {"n": network_id, "p": platform, "w": workspace, "r": remote_id}).one_or_none()
    return CountedChannel(row[0], row[1]) if row else None


def add(db: sa.Connection, rows: list[Counted]) -> None:
    """Adds to what was counted of these days."""
    if rows:
        db.execute(_ADD, [{name: getattr(row, name) for name in Counted.__dataclass_fields__} for row in rows])


def last_at(db: sa.Connection, network_id: int, group_id: int, since_day: str) -> datetime | None:
    """When something was last said in a group's homes, from a local day (ISO) on; None where nothing was."""
    values = {"n": network_id, "g": group_id, "since": since_day}
    found: datetime | None = db.execute(_LAST_SINCE, values).scalar_one()
    return found


def days(db: sa.Connection, network_id: int, group_id: int, since_day: str) -> list[tuple[str, int]]:
    """(local day, messages) of a group's homes from a day (ISO) on; days without any are not there."""
    rows = db.execute(_DAYS, {"n": network_id, "g": group_id, "since": since_day})
    return [(row[0], int(row[1])) for row in rows]


def prune(db: sa.Connection, before_day: str) -> int:
    """Deletes what was counted before a day (ISO); returns how many rows."""
    return db.execute(_PRUNE, {"before": before_day}).rowcount
