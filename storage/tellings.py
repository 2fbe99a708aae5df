"""What Mycel said of its own accord, what waits to be said, and what was left unsaid and why: ids, no words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.statements import insert_new
from storage.types import JsonText, UtcDateTime, metadata

WAITING, TOLD, LEFT, DROPPED = "waiting", "told", "left", "dropped"

tellings = sa.Table(
    "tellings",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    # T-1, T-2, …
    Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", sa.BigInteger, nullable=False),
    Column("kind", sa.String(40), nullable=False),
    Column("about", sa.String(40), nullable=False),
    # What tells two of a kind about the same apart: "half-way".
    Column("step", sa.String(40), nullable=False),
    Column("args", JsonText, nullable=False),
    # waiting, told, left (to the digest), dropped (not needed any more)
    Column("state", sa.String(10), nullable=False),
    # Why it waits, was left or dropped.
    Column("reason", sa.String(20), nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    # After this it need not be said.
    Column("latest_at", UtcDateTime),
    Column("due_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # The message that said it, maybe with others.
    Column("message_key", sa.String(120), nullable=False),
    Column("is_urgent", sa.Boolean, nullable=False),
    sa.UniqueConstraint("network_id", "group_id", "kind", "about", "step"),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
    sa.Index("ix_tellings_ended_at", "network_id", "group_id", "ended_at"),
    sa.Index(
        "ix_tellings_waiting",
        "network_id",
        "group_id",
        "due_at",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to say to a group. Moments by the network's clock; `due_at`: when it is decided upon next."""

    network_id: int
    id: int
    group_id: int
    kind: str
    about: str
    step: str
    args: dict[str, Any]
    state: str
    reason: str
    wanted_at: datetime
    latest_at: datetime | None
    due_at: datetime
    ended_at: datetime | None
    message_key: str
    is_urgent: bool


_NAMES = tuple(Told.__dataclass_fields__)
_COLUMNS = [tellings.c[name] for name in _NAMES]
_ADD = insert_new(tellings)
_ALL = sa.select(*_COLUMNS).where(tellings.c.network_id == bindparam("n"))
_FIND = _ALL.where(tellings.c.id == bindparam("i"))
_MANY = _ALL.where(tellings.c.id.in_(bindparam("ids", expanding=True))).order_by(tellings.c.id)
_WAITING = _ALL.where(
    tellings.c.group_id == bindparam("g"),
    tellings.c.state == sa.literal_column("'waiting'"),
    tellings.c.due_at <= bindparam("until", type_=UtcDateTime),
).order_by(tellings.c.due_at, tellings.c.id)
_SINCE = (
    _ALL.where(
        tellings.c.group_id == bindparam("g"),
        tellings.c.ended_at >= bindparam("since", type_=UtcDateTime),
    )
    .order_by(tellings.c.ended_at.desc(), tellings.c.id.desc())
    .limit(bindparam("most"))
)
_TOGETHER = _ALL.where(
    tellings.c.group_id == bindparam("g"),
    tellings.c.ended_at == bindparam("at", type_=UtcDateTime),
    tellings.c.message_key == bindparam("said_as"),
).order_by(tellings.c.id)
_END = (
    sa.update(tellings)
    .where(tellings.c.network_id == bindparam("n"), tellings.c.id == bindparam("i"))
    .values(
        state=bindparam("new_state"),
        reason=bindparam("why"),
        ended_at=bindparam("at", type_=UtcDateTime),
        message_key=bindparam("said_as"),
    )
)
_POSTPONE = (
    sa.update(tellings)
    .where(tellings.c.network_id == bindparam("n"), tellings.c.id == bindparam("i"))
    .values(due_at=bindparam("at", type_=UtcDateTime), reason=bindparam("why"))
)


def add(db: sa.Connection, row: Told) -> bool:
    """Stores something to say; False where the same was stored before."""
    return db.execute(_ADD, {name: getattr(row, name) for name in _NAMES}).rowcount == 1


def find(db: sa.Connection, network_id: int, id: int) -> Told | None:
    """What was to be said under this number, to whichever group: callers check whose it is before they show it."""
    row = db.execute(_FIND, {"n": network_id, "i": id}).one_or_none()
    return Told(*row) if row else None


def many(db: sa.Connection, network_id: int, ids: list[int]) -> list[Told]:
    """These, in order."""
    return [Told(*row) for row in db.execute(_MANY, {"n": network_id, "ids": ids})] if ids else []


def waiting(db: sa.Connection, network_id: int, group_id: int, until: datetime) -> list[Told]:
    """What waits for a group and is decided upon by then, the first first."""
    return [Told(*row) for row in db.execute(_WAITING, {"n": network_id, "g": group_id, "until": until})]


def ended_since(db: sa.Connection, network_id: int, group_id: int, since: datetime, most: int) -> list[Told]:
    """What was told to a group, left or dropped since a moment, the newest first."""
    values = {"n": network_id, "g": group_id, "since": since, "most": most}
    return [Told(*row) for row in db.execute(_SINCE, values)]


def together(db: sa.Connection, row: Told) -> list[Told]:
    """All that the message said which said this, in order; this alone where it was not said."""
    if row.ended_at is None or not row.message_key:
        return [row]
    values = {"n": row.network_id, "g": row.group_id, "at": row.ended_at, "said_as": row.message_key}
    return [Told(*each) for each in db.execute(_TOGETHER, values)]


def end(db: sa.Connection, row: Told, state: str, reason: str, at: datetime, message_key: str = "") -> None:
    """It was told, left or dropped."""
    values = {"new_state": state, "why": reason, "at": at, "said_as": message_key}
    db.execute(_END, {"n": row.network_id, "i": row.id} | values)


def postpone(db: sa.Connection, row: Told, at: datetime, reason: str) -> None:
    """It is decided upon later."""
    db.execute(_POSTPONE, {"n": row.network_id, "i": row.id, "at": at, "why": reason})
