"""What falls due: one row per (record, kind, group), found by an index. Times are the network's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.network_tables import networks
from storage.statements import insert
from storage.types import JsonText, UtcDateTime, metadata

deadlines = sa.Table(
    "deadlines",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("about", sa.String(40), primary_key=True),
    Column("kind", sa.String(60), primary_key=True),
    # 0: of no single group.
    Column("group_id", sa.BigInteger, primary_key=True),
    # What comes again (a review) has a number for each time.
    Column("round", sa.Integer, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    # pending, fired, cancelled, failed
    Column("state", sa.String(10), nullable=False),
    Column("args", JsonText, nullable=False),
    Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Index(
        "ix_deadlines_due_at",
        "due_at",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    ),
)


@dataclass(frozen=True, slots=True)
class Deadline:
    network_id: int
    about: str
    kind: str
    group_id: int
    due_at: datetime
    args: dict[str, Any]
    attempts: int = 0
    round: int = 0


_COLUMNS = [deadlines.c[name] for name in Deadline.__dataclass_fields__]
_SET = insert(deadlines).values(state="pending", attempts=0)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "about", "kind", "group_id", "round"],
    set_={"due_at": _SET.excluded.due_at, "args": _SET.excluded.args, "state": "pending"},
    where=sa.or_(deadlines.c.state == "pending", deadlines.c.state == "cancelled"),
)
_THIS = (
    deadlines.c.network_id == bindparam("n"),
    deadlines.c.about == bindparam("subject"),
    deadlines.c.kind == bindparam("k"),
    deadlines.c.group_id == bindparam("g"),
    deadlines.c.round == bindparam("r"),
)
_CANCEL = (
    sa.update(deadlines)
    .where(
        deadlines.c.network_id == bindparam("n"),
        deadlines.c.about == bindparam("subject"),
        deadlines.c.kind.in_(bindparam("kinds", expanding=True)),
        deadlines.c.state == "pending",
    )
    .values(state="cancelled")
)
_CANCEL_GROUP = _CANCEL.where(deadlines.c.group_id == bindparam("g"))
_DUE = (
    sa.select(*_COLUMNS)
    .where(deadlines.c.state == "pending", deadlines.c.due_at <= bindparam("now"))
    .order_by(deadlines.c.due_at)
    .limit(bindparam("most"))
)
_DUE_SHIFTED = (
    sa.select(*_COLUMNS)
    .where(
        deadlines.c.state == "pending",
        deadlines.c.due_at <= bindparam("now"),
        deadlines.c.network_id == bindparam("n"),
    )
    .order_by(deadlines.c.due_at)
    .limit(bindparam("most"))
)
_AHEAD = sa.select(networks.c.id, networks.c.clock_ahead_s).where(networks.c.clock_ahead_s != 0)
_LOCK = sa.select(*_COLUMNS).where(*_THIS, deadlines.c.state == "pending")
_LAST_FIRED = sa.select(sa.func.max(deadlines.c.due_at)).where(
    *_THIS[:4], deadlines.c.state == "fired", deadlines.c.due_at < bindparam("due", type_=UtcDateTime)
)
_FINISH = sa.update(deadlines).where(*_THIS).values(state=bindparam("new"), attempts=bindparam("tries"))
_POSTPONE = sa.update(deadlines).where(*_THIS).values(due_at=bindparam("at", type_=UtcDateTime))
_NEXT = sa.select(sa.func.min(deadlines.c.due_at)).where(
    deadlines.c.state == "pending", deadlines.c.network_id == bindparam("n")
)


def due(db: sa.Connection, now: datetime, most: int) -> list[Deadline]:
    """Pending rows whose time has come, by each network's own clock; the oldest first."""
    found = [Deadline(*row) for row in db.execute(_DUE, {"now": now, "most": most})]
    for network_id, ahead in db.execute(_AHEAD).all():
        values = {"now": now + timedelta(seconds=ahead), "n": network_id, "most": most}
        found += [Deadline(*row) for row in db.execute(_DUE_SHIFTED, values)]
    by_key = {(d.network_id, d.about, d.kind, d.group_id, d.round): d for d in found}
    return sorted(by_key.values(), key=lambda d: d.due_at)


def set_all(db: sa.Connection, rows: list[Deadline]) -> None:
    """Sets or moves deadlines. One that has fired is never armed again."""
    if rows:
        names = ("network_id", "about", "kind", "group_id", "round", "due_at", "args")
        db.execute(_SET, [{name: getattr(row, name) for name in names} for row in rows])


def cancel(db: sa.Connection, network_id: int, about: str, kinds: list[str], group_id: int | None = None) -> None:
    """Takes pending deadlines back, for all groups or for one."""
    values = {"n": network_id, "subject": about, "kinds": kinds}
    if group_id is None:
        db.execute(_CANCEL, values)
    else:
        db.execute(_CANCEL_GROUP, values | {"g": group_id})


def still_pending(db: sa.Connection, deadline: Deadline) -> Deadline | None:
    """The row as it is now, if it still waits."""
    key = {
        "n": deadline.network_id,
        "subject": deadline.about,
        "k": deadline.kind,
        "g": deadline.group_id,
        "r": deadline.round,
    }
    row = db.execute(_LOCK, key).one_or_none()
    return Deadline(*row) if row else None


def last_fired(db: sa.Connection, deadline: Deadline) -> datetime | None:
    """When the latest earlier one of the same kind, record and group was due; None if this is the first."""
    key = {"n": deadline.network_id, "subject": deadline.about, "k": deadline.kind, "g": deadline.group_id}
    found: datetime | None = db.execute(_LAST_FIRED, key | {"due": deadline.due_at}).scalar_one()
    return found


def finish(db: sa.Connection, deadline: Deadline, state: str, attempts: int) -> None:
    """Ends a deadline as fired or failed, or leaves it pending with one more attempt."""
    key = {
        "n": deadline.network_id,
        "subject": deadline.about,
        "k": deadline.kind,
        "g": deadline.group_id,
        "r": deadline.round,
    }
    db.execute(_FINISH, key | {"new": state, "tries": attempts})


def postpone(db: sa.Connection, deadline: Deadline, at: datetime) -> None:
    """Moves a pending deadline (after a failure)."""
    key = {
        "n": deadline.network_id,
        "subject": deadline.about,
        "k": deadline.kind,
        "g": deadline.group_id,
        "r": deadline.round,
    }
    db.execute(_POSTPONE, key | {"at": at})


def next_due(db: sa.Connection, network_id: int) -> datetime | None:
    """When the network's next deadline is; None if nothing waits."""
    found: datetime | None = db.execute(_NEXT, {"n": network_id}).scalar_one()
    return found


_DROP_ENDED = sa.delete(deadlines).where(
    deadlines.c.network_id == bindparam("n"),
    deadlines.c.about == bindparam("subject"),
    deadlines.c.kind == bindparam("k"),
    deadlines.c.group_id == bindparam("g"),
    deadlines.c.round < bindparam("before"),
    deadlines.c.state != "pending",
)


def drop_ended(db: sa.Connection, network_id: int, about: str, kind: str, group_id: int, before_round: int) -> None:
    """Deletes what is over of something that comes again and again, so that it does not pile up over the years."""
    values = {"n": network_id, "subject": about, "k": kind, "g": group_id, "before": before_round}
    db.execute(_DROP_ENDED, values)
