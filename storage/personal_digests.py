"""Who wants what waits for them once a week, alone with Mycel: when it comes, and which week has had it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.delivery_tables import lanes, messages
from storage.network_tables import channels
from storage.statements import insert
from storage.types import UtcDateTime, metadata

DIRECT = "direct"
"""State of a channel row that is one person's conversation with Mycel: commands there come from no channel."""

personal_digests = sa.Table(
    "personal_digests",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
    # Where it was asked for.
    Column("channel_id", sa.BigInteger, nullable=False),
    # 0 is Monday; the local time "09:00".
    Column("digest_day", sa.Integer, nullable=False),
    Column("digest_at", sa.String(5), nullable=False),
    # The local week (202649) that has had its digest.
    Column("last_week", sa.Integer, nullable=False),
    # Numbers the deadlines, of which each fires once.
    Column("round", sa.Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "person_id"], ["people.network_id", "people.id"]),
    sa.ForeignKeyConstraint(["network_id", "channel_id"], ["channels.network_id", "channels.id"]),
)


@dataclass(frozen=True, slots=True)
class Personal:
    """Somebody's wish; weeks as year and ISO week (202649)."""

    network_id: int
    person_id: int
    channel_id: int
    digest_day: int
    digest_at: str
    last_week: int
    round: int
    since: datetime


_NAMES = tuple(Personal.__dataclass_fields__)
_COLUMNS = [personal_digests.c[name] for name in _NAMES]
_HERE = (personal_digests.c.network_id == bindparam("n"), personal_digests.c.person_id == bindparam("p"))
_FIND = sa.select(*_COLUMNS).where(*_HERE)
_PUT = insert(personal_digests)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["network_id", "person_id"],
    set_={name: _PUT.excluded[name] for name in _NAMES if name not in ("network_id", "person_id")},
)
_DROP = sa.delete(personal_digests).where(*_HERE)
_MOVE = sa.update(personal_digests).where(*_HERE).values(person_id=bindparam("to"))
_DROP_MESSAGES = sa.delete(messages).where(
    messages.c.network_id == bindparam("n"), messages.c.channel_id == bindparam("c")
)
_DROP_LANE = sa.delete(lanes).where(lanes.c.network_id == bindparam("n"), lanes.c.channel_id == bindparam("c"))
_DROP_CHANNEL = sa.delete(channels).where(
    channels.c.network_id == bindparam("n"), channels.c.id == bindparam("c"), channels.c.state == DIRECT
)


def find(db: sa.Connection, network_id: int, person_id: int) -> Personal | None:
    row = db.execute(_FIND, {"n": network_id, "p": person_id}).one_or_none()
    return Personal(*row) if row else None


def put(db: sa.Connection, wish: Personal) -> None:
    """Stores somebody's wish, or changes it."""
    db.execute(_PUT, {name: getattr(wish, name) for name in _NAMES})


def move(db: sa.Connection, wish: Personal, person_id: int) -> None:
    """Two people were one."""
    db.execute(_MOVE, {"n": wish.network_id, "p": wish.person_id, "to": person_id})


def drop(db: sa.Connection, wish: Personal) -> None:
    """Nobody's any more; the place where it came is forgotten with all that was said there."""
    db.execute(_DROP, {"n": wish.network_id, "p": wish.person_id})
    for statement in (_DROP_MESSAGES, _DROP_LANE, _DROP_CHANNEL):
        db.execute(statement, {"n": wish.network_id, "c": wish.channel_id})
