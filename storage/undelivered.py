"""Messages that were given up: what a channel was not shown, why, and what becomes of them.

Nothing here says what stands in a message: `about` names its record, and who may read that is the caller's to check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.delivery_tables import lanes, messages
from storage.network_tables import channels
from storage.types import UtcDateTime

LET_GO = "let-go"
"""The state of a message that somebody has let go: never tried again, unless it is shown and its record changes."""
FREE = "free"
_IS_DEAD = sa.text("messages.state = 'dead'")


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What one channel was not shown. `since`: when the oldest was wanted (real clock); `cause`: the newest one's."""

    channel_id: int
    platform: str
    remote_id: str
    group_id: int | None
    is_there: bool
    count: int
    since: datetime
    cause: str


_OF_CHANNELS = (
    sa.select(
        messages.c.channel_id,
        sa.func.count().label("how_many"),
        sa.func.min(messages.c.created_at).label("since"),
        sa.func.max(messages.c.id).label("last_id"),
    )
    .where(messages.c.network_id == bindparam("n"), _IS_DEAD)
    .group_by(messages.c.channel_id)
    .subquery("given_up")
)
_last = messages.alias("last")
SINCE, CHANNEL_ID, GROUP_ID = _OF_CHANNELS.c.since, channels.c.id, channels.c.group_id
BY_CHANNEL: sa.Select[Any] = (
    sa.select(
        channels.c.id,
        channels.c.platform,
        channels.c.remote_id,
        channels.c.group_id,
        (channels.c.state == "active").label("is_there"),
        _OF_CHANNELS.c.how_many,
        _OF_CHANNELS.c.since,
        _last.c.cause,
    )
    .select_from(
        _OF_CHANNELS.join(
            channels, sa.and_(channels.c.network_id == bindparam("n"), channels.c.id == _OF_CHANNELS.c.channel_id)
        ).join(_last, sa.and_(_last.c.network_id == bindparam("n"), _last.c.id == _OF_CHANNELS.c.last_id))
    )
    .where(channels.c.state != FREE)
)
"""A row of each channel that was not shown something; not of those that were let go."""
_OF_ONE = BY_CHANNEL.where(bindparam("c") == CHANNEL_ID)
_CHANNELS_OF = BY_CHANNEL.with_only_columns(CHANNEL_ID).where(bindparam("g") == GROUP_ID).order_by(CHANNEL_ID)
_ABOUT = (
    sa.select(messages.c.about)
    .where(messages.c.network_id == bindparam("n"), messages.c.channel_id == bindparam("c"), _IS_DEAD)
    .order_by(messages.c.id.desc())
    .limit(bindparam("most"))
)
_IS_OF_CHANNEL = (messages.c.network_id == bindparam("n"), messages.c.channel_id == bindparam("c"), _IS_DEAD)
_TRY_AGAIN = (
    sa.update(messages)
    .where(*_IS_OF_CHANNEL)
    .values(state="live", attempts=0, error="", cause="", ready_at=bindparam("at", type_=UtcDateTime))
)
_LET_GO = sa.update(messages).where(*_IS_OF_CHANNEL).values(state=LET_GO)
_WAKE = (
    sa.update(lanes)
    .where(
        lanes.c.network_id == bindparam("n"),
        lanes.c.channel_id == bindparam("c"),
        lanes.c.lease.is_(None),
        sa.or_(lanes.c.next_at.is_(None), lanes.c.next_at > bindparam("at", type_=UtcDateTime)),
    )
    .values(next_at=bindparam("at", type_=UtcDateTime))
)


def of_channel(db: sa.Connection, network_id: int, channel_id: int) -> Undelivered | None:
    """What a channel was not shown; None where nothing was given up."""
    row = db.execute(_OF_ONE, {"n": network_id, "c": channel_id}).one_or_none()
    return Undelivered(*row) if row else None


def channels_of(db: sa.Connection, network_id: int, group_id: int) -> list[int]:
    """A group's channels that were not shown something."""
    return list(db.execute(_CHANNELS_OF, {"n": network_id, "g": group_id}).scalars())


_COUNT = sa.select(sa.func.coalesce(sa.func.sum(BY_CHANNEL.subquery("each").c.how_many), 0))


def count(db: sa.Connection, network_id: int) -> int:
    """How many messages were given up, in channels that belong to somebody."""
    return int(db.execute(_COUNT, {"n": network_id}).scalar_one())


def about(db: sa.Connection, network_id: int, channel_id: int, most: int) -> list[str]:
    """The records that the newest `most` messages are about which a channel was not shown, each once."""
    found = db.execute(_ABOUT, {"n": network_id, "c": channel_id, "most": most}).scalars()
    return list(dict.fromkeys(found))


def try_again(db: sa.Connection, network_id: int, channel_id: int, at: datetime) -> int:
    """What was given up in a channel is tried from `at` (real clock) on as if anew; how many messages these are."""
    count = db.execute(_TRY_AGAIN, {"n": network_id, "c": channel_id, "at": at}).rowcount
    if count:
        db.execute(_WAKE, {"n": network_id, "c": channel_id, "at": at})
    return count


def let_go(db: sa.Connection, network_id: int, channel_id: int) -> int:
    """Nobody waits for it any more; how many messages these are."""
    return db.execute(_LET_GO, {"n": network_id, "c": channel_id}).rowcount
