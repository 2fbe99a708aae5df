"""How a group is kept in the picture: when its digest comes, how far the last one went, until when it wants quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.events import events
from storage.network_tables import groups
from storage.statements import insert, insert_new
from storage.types import UtcDateTime, metadata

attention = sa.Table(
    "attention",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    # 0 is Monday; the local time "09:00".
    Column("digest_day", sa.Integer, nullable=False),
    Column("digest_at", sa.String(5), nullable=False),
    Column("is_digest_off", sa.Boolean, nullable=False),
    # The local week (202649) that has had its digest, and how far this one went.
    Column("last_week", sa.Integer, nullable=False),
    Column("last_until", UtcDateTime, nullable=False),
    Column("last_event", sa.BigInteger, nullable=False),
    # Numbers the deadlines, of which each fires once.
    Column("round", sa.Integer, nullable=False),
    Column("snoozed_until", UtcDateTime),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
)
mentions = sa.Table(
    # Which of the messages that show several decisions show this one, so that what becomes of it reaches them too.
    "mentions",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    # What the message is about: "digest:7:202649", "T-12".
    Column("about", sa.String(40), primary_key=True),
)


@dataclass(frozen=True, slots=True)
class Attention:
    """Moments by the network's clock; weeks as year and ISO week (202649)."""

    network_id: int
    group_id: int
    digest_day: int
    digest_at: str
    is_digest_off: bool
    last_week: int
    last_until: datetime
    last_event: int
    round: int = 0
    snoozed_until: datetime | None = None


_NAMES = tuple(Attention.__dataclass_fields__)
_COLUMNS = [attention.c[name] for name in _NAMES]
_ADD = insert_new(attention)
_FIND = sa.select(*_COLUMNS).where(attention.c.network_id == bindparam("n"), attention.c.group_id == bindparam("g"))
_SET = insert(attention)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "group_id"], set_={name: _SET.excluded[name] for name in _NAMES[2:]}
)
_WITHOUT = (
    sa.select(groups.c.id)
    .select_from(
        groups.outerjoin(
            attention, sa.and_(attention.c.network_id == groups.c.network_id, attention.c.group_id == groups.c.id)
        )
    )
    .where(groups.c.network_id == bindparam("n"), groups.c.state == "active", attention.c.group_id.is_(None))
    .order_by(groups.c.id)
)
_LAST_EVENT = sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0)).where(events.c.network_id == bindparam("n"))
_MENTION = insert_new(mentions)
_MENTIONED = (
    sa.select(mentions.c.about)
    .where(mentions.c.network_id == bindparam("n"), mentions.c.number == bindparam("d"))
    .order_by(mentions.c.about)
)


def add(db: sa.Connection, row: Attention) -> bool:
    """Stores a group's settings unless it has some."""
    return db.execute(_ADD, {name: getattr(row, name) for name in _NAMES}).rowcount == 1


def find(db: sa.Connection, network_id: int, group_id: int) -> Attention | None:
    row = db.execute(_FIND, {"n": network_id, "g": group_id}).one_or_none()
    return Attention(*row) if row else None


def save(db: sa.Connection, row: Attention) -> None:
    """Stores all of it."""
    db.execute(_SET, {name: getattr(row, name) for name in _NAMES})


def groups_without(db: sa.Connection, network_id: int) -> list[int]:
    """Active groups that have no settings yet."""
    return list(db.execute(_WITHOUT, {"n": network_id}).scalars())


def last_event(db: sa.Connection, network_id: int) -> int:
    """The newest event of the network; 0 where there is none."""
    found: int = db.execute(_LAST_EVENT, {"n": network_id}).scalar_one()
    return found


def mention(db: sa.Connection, network_id: int, about: str, numbers: list[int]) -> None:
    """The messages about this ("digest:7:202649") show these decisions."""
    if numbers:
        db.execute(_MENTION, [{"network_id": network_id, "number": n, "about": about} for n in sorted(set(numbers))])


def mentioned_in(db: sa.Connection, network_id: int, number: int) -> list[str]:
    """What the messages are about that show a decision among others."""
    return list(db.execute(_MENTIONED, {"n": network_id, "d": number}).scalars())
