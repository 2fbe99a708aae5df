"""Messages that wait for the end of their channel's quiet hours: wanted, never tried, and ready later.

Times here are the real clock's, as in delivery. What is held, and until when, is decided in bot/core/holding.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.delivery_tables import lanes, messages
from storage.network_tables import channels
from storage.prepared import Prepared
from storage.types import UtcDateTime

never_tried = sa.and_(messages.c.sent_rev == 0, messages.c.attempts == 0)
_is_held = sa.and_(
    messages.c.network_id == bindparam("n"),
    messages.c.state == "live",
    messages.c.wanted_rev > messages.c.sent_rev,
    never_tried,
    messages.c.ready_at > bindparam("now", type_=UtcDateTime),
)
_HELD = sa.select(messages.c.channel_id, messages.c.key, messages.c.ready_at).where(_is_held).order_by(messages.c.id)
_OVERDUE = (
    sa.select(messages.c.channel_id, messages.c.key, messages.c.ready_at, channels.c.group_id)
    .select_from(
        messages.join(
            channels, sa.and_(channels.c.network_id == messages.c.network_id, channels.c.id == messages.c.channel_id)
        )
    )
    .where(
        messages.c.network_id == bindparam("n"),
        messages.c.state == "live",
        messages.c.wanted_rev > messages.c.sent_rev,
        never_tried,
        messages.c.ready_at > messages.c.created_at,
        messages.c.ready_at <= bindparam("now", type_=UtcDateTime),
        channels.c.group_id.is_not(None),
    )
    .order_by(messages.c.id)
)
_NEXT_HELD = sa.select(sa.func.min(messages.c.ready_at)).where(_is_held)
_HOLD_UNTIL = (
    sa.update(messages)
    .where(messages.c.network_id == bindparam("n"), messages.c.key == bindparam("k"), never_tried)
    .values(ready_at=bindparam("until", type_=UtcDateTime))
)


def _let_go_by(column: sa.Column[str]) -> Prepared:
    """By the column's own index: however much there is in a channel, of one record there are few messages."""
    in_channel = messages.c.channel_id + sa.literal_column("0") == bindparam(
        "c"
    )  # so that no index of channels is taken
    return Prepared(
        sa.update(messages)
        .where(column == bindparam("it"), in_channel, _is_held)
        .values(ready_at=bindparam("now", type_=UtcDateTime))
    )


_LET_GO_ABOUT, _LET_GO_KEY = _let_go_by(messages.c.about), _let_go_by(messages.c.key)
_WAKE_LANE = (
    sa.update(lanes)
    .where(
        lanes.c.network_id == bindparam("n"),
        lanes.c.channel_id == bindparam("c"),
        lanes.c.lease.is_(None),
        sa.or_(lanes.c.next_at.is_(None), lanes.c.next_at > bindparam("at", type_=UtcDateTime)),
    )
    .values(next_at=bindparam("at", type_=UtcDateTime))
)


@dataclass(frozen=True, slots=True)
class Held:
    """A message that waits until `ready_at`, when its channel's quiet hours end."""

    channel_id: int
    key: str
    ready_at: datetime


def held(db: sa.Connection, network_id: int, now: datetime) -> list[Held]:
    """What is wanted and waits for the end of quiet hours, in the order in which it was wanted."""
    return [Held(*row) for row in db.execute(_HELD, {"n": network_id, "now": now})]


def overdue(db: sa.Connection, network_id: int, now: datetime) -> list[tuple[Held, int]]:
    """What was held, whose time has passed and which was not sent yet, each with the group of its channel."""
    rows = db.execute(_OVERDUE, {"n": network_id, "now": now})
    return [(Held(channel_id, key, at), group_id) for channel_id, key, at, group_id in rows]


def next_held(db: sa.Connection, network_id: int, now: datetime) -> datetime | None:
    """When the next of what waits for the end of quiet hours goes out."""
    found: datetime | None = db.execute(_NEXT_HELD, {"n": network_id, "now": now}).scalar_one()
    return found


def hold_until(db: sa.Connection, network_id: int, waiting: list[Held]) -> None:
    """Moves what waits, each to its own `ready_at`; nothing happens to what was tried meanwhile."""
    if waiting:
        db.execute(_HOLD_UNTIL, [{"n": network_id, "k": one.key, "until": one.ready_at} for one in waiting])
        wake = {(one.channel_id, one.ready_at): None for one in waiting}
        db.execute(_WAKE_LANE, [{"n": network_id, "c": channel_id, "at": at} for channel_id, at in wake])


def let_go(
    db: sa.Connection, network_id: int, channel_id: int, subjects: Collection[str], keys: Collection[str], now: datetime
) -> None:
    """What waits in a channel about these records, or has one of these keys, waits no more."""
    values = {"n": network_id, "c": channel_id, "now": now}
    about = [_LET_GO_ABOUT.run(db, values | {"it": subject}) for subject in subjects]
    named = [_LET_GO_KEY.run(db, values | {"it": key}) for key in keys]
    if any(about) or any(named):
        db.execute(_WAKE_LANE, {"n": network_id, "c": channel_id, "at": now})
