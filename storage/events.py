"""The append-only log of what happened, which history, audit and digests read. Numbered without gaps per network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.prepared import Prepared
from storage.statements import insert
from storage.types import JsonText, UtcDateTime, metadata

DIGEST_KINDS = ("decision_logged", "decision_concluded", "input_closed")
"""The kinds that digests read: they have an index of their own, so that a week costs what the week holds."""
_IS_DIGESTED = "kind IN ({})".format(", ".join(f"'{kind}'" for kind in DIGEST_KINDS))

events = sa.Table(
    "events",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("id", sa.BigInteger, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", sa.String(60), nullable=False),
    Column("about", sa.String(40), nullable=False),
    Column("person_id", sa.BigInteger),
    Column("group_id", sa.BigInteger),
    # Ids, kinds and numbers: never people's words, so that a redaction needs nothing here.
    Column("data", JsonText, nullable=False),
    Column("is_past", sa.Boolean, nullable=False),
    sa.Index("ix_events_about", "network_id", "about", "id"),
    sa.Index(
        "ix_events_digested",
        "network_id",
        "id",
        sqlite_where=sa.text(_IS_DIGESTED),
        postgresql_where=sa.text(_IS_DIGESTED),
    ),
)
cursors = sa.Table(
    "event_cursors",
    metadata,
    Column("follower", sa.String(60), primary_key=True),
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("last_id", sa.BigInteger, nullable=False),
    Column("attempts", sa.Integer, nullable=False, server_default="0"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `is_past`: imported from before Mycel's time; nobody is told of it."""

    network_id: int
    id: int
    at: datetime
    kind: str
    about: str
    person_id: int | None
    group_id: int | None
    data: dict[str, Any]
    is_past: bool


# Right because writes are one at a time per network and no row is ever deleted.
_APPEND = Prepared(
    sa.insert(events).values(
        id=sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0) + 1)
        .where(events.c.network_id == bindparam("n"))
        .correlate(None)
        .scalar_subquery()
    )
)
_ABOUT = (
    sa.select(events)
    .where(events.c.network_id == bindparam("n"), events.c.about == bindparam("subject"))
    .order_by(events.c.id)
)
_AFTER = (
    sa.select(events)
    .where(events.c.network_id == bindparam("n"), events.c.id > bindparam("last"))
    .order_by(events.c.id)
    .limit(bindparam("most"))
)
_NEWEST = (
    sa.select(events)
    .where(
        events.c.network_id == bindparam("n"),
        events.c.kind.in_(bindparam("kinds", expanding=True)),
        events.c.id < bindparam("before"),
        events.c.is_past.is_(False),
    )
    .order_by(events.c.id.desc())
    .limit(bindparam("most"))
)
_NONE_YET = 1 << 62
_LAST = sa.select(events.c.network_id, sa.func.max(events.c.id)).group_by(events.c.network_id)
_CURSORS = sa.select(cursors)
_MOVE = insert(cursors)
_MOVE = _MOVE.on_conflict_do_update(
    index_elements=["follower", "network_id"],
    set_={"last_id": _MOVE.excluded.last_id, "attempts": _MOVE.excluded.attempts},
)


def append(db: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Appends events, in order; each row has all columns of the table but `id`."""
    for row in rows:
        _APPEND.run(db, row | {"n": row["network_id"]})


def about(db: sa.Connection, network_id: int, subject: str) -> list[Event]:
    """What happened to one record, the oldest first."""
    return [Event(*row) for row in db.execute(_ABOUT, {"n": network_id, "subject": subject})]


def after(db: sa.Connection, network_id: int, last_id: int, most: int) -> list[Event]:
    """What came after an event, the oldest first."""
    return [Event(*row) for row in db.execute(_AFTER, {"n": network_id, "last": last_id, "most": most})]


def newest(db: sa.Connection, network_id: int, kinds: Sequence[str], before: int | None, most: int) -> list[Event]:
    """What happened of these kinds, the newest first, before an event; without what was imported as past."""
    values = {"n": network_id, "kinds": list(kinds), "before": before or _NONE_YET, "most": most}
    return [Event(*row) for row in db.execute(_NEWEST, values)]


def last_ids(db: sa.Connection) -> dict[int, int]:
    """The newest event's id of every network."""
    return {row[0]: row[1] for row in db.execute(_LAST)}


def cursor_of(db: sa.Connection, follower: str, network_id: int) -> tuple[int, int]:
    """(last event handled, attempts at the next one)."""
    row = db.execute(
        _CURSORS.where(cursors.c.follower == bindparam("f"), cursors.c.network_id == bindparam("n")),
        {"f": follower, "n": network_id},
    ).one_or_none()
    return (row.last_id, row.attempts) if row else (0, 0)


def move_cursor(db: sa.Connection, follower: str, network_id: int, last_id: int, attempts: int) -> None:
    row = {"follower": follower, "network_id": network_id, "last_id": last_id, "attempts": attempts}
    db.execute(_MOVE, row)
