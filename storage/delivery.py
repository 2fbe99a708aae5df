"""What should be visible and what is: one row per visible message, one lane per channel.

A message is a view (a feature's renderer and its arguments), rendered when it is sent: posting, editing and redacting
are all "raise wanted_rev". A worker leases lanes, never single messages, so that a slow channel holds up only itself.
Times here are the real clock's, never a network's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.delivery_tables import lanes, messages
from storage.held_messages import never_tried
from storage.prepared import Prepared
from storage.statements import insert
from storage.types import UtcDateTime

HELD = 0
"""The lease of a lane that its platform told to wait."""


@dataclass(frozen=True, slots=True)
class Lane:
    """`was_dropped`: its last worker never gave it back; what it has to send may have been sent (`doubt`)."""

    network_id: int
    channel_id: int
    was_dropped: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """A message that is not yet as it should be. `thread_of`: key of its root; `root_*`: what is known of that.

    `is_unclear`: an earlier try may have arrived; each had ended by `ready_at`.
    """

    network_id: int
    id: int
    key: str
    channel_id: int
    thread_of: str | None
    view: str
    args: dict[str, Any]
    wanted_rev: int
    sent_rev: int
    sent_digest: str
    remote_id: str | None
    ready_at: datetime
    attempts: int
    is_unclear: bool
    created_at: datetime
    root_remote_id: str | None
    root_state: str | None


_WANT = insert(messages).values(
    wanted_rev=1, sent_rev=0, sent_digest="", state="live", attempts=0, is_unclear=False, error=""
)
_WANT = _WANT.on_conflict_do_update(
    index_elements=["network_id", "key"],
    set_={
        "args": _WANT.excluded.args,
        "view": _WANT.excluded.view,
        "wanted_rev": messages.c.wanted_rev + 1,
        "ready_at": sa.case(
            (sa.and_(never_tried, messages.c.ready_at > _WANT.excluded.ready_at), _WANT.excluded.ready_at),
            else_=messages.c.ready_at,
        ),
    },
)
_WAKE = insert(lanes).values(lease=None)
_WAKE = _WAKE.on_conflict_do_update(
    index_elements=["network_id", "channel_id"],
    set_={"next_at": _WAKE.excluded.next_at},
    where=sa.and_(lanes.c.lease.is_(None), sa.or_(lanes.c.next_at.is_(None), lanes.c.next_at > _WAKE.excluded.next_at)),
)

_WANT_EACH, _WAKE_EACH = Prepared(_WANT), Prepared(_WAKE)


def want(db: sa.Connection, rows: list[dict[str, Any]], wake: list[dict[str, Any]]) -> None:
    """Wants messages to be visible: new ones are posted, known ones (same key) edited. Wakes their lanes.

    A new one is not posted before its `ready_at`; said again with an earlier one, then.
    """
    _WANT_EACH.run_each(db, rows)
    _WAKE_EACH.run_each(db, wake)


_TOUCH = (
    sa.update(messages)
    .where(
        messages.c.network_id == bindparam("n"),
        messages.c.about == bindparam("subject"),
        # What was given up while it is still shown is tried again: a redaction has to reach every copy.
        sa.or_(messages.c.state == "live", messages.c.remote_id.is_not(None)),
    )
    .values(
        wanted_rev=messages.c.wanted_rev + 1,
        attempts=sa.case((messages.c.state == "live", messages.c.attempts), else_=0),
        state="live",
    )
)
_WAKE_ABOUT = (
    sa.update(lanes)
    .where(
        lanes.c.network_id == bindparam("n"),
        lanes.c.lease.is_(None),
        sa.or_(lanes.c.next_at.is_(None), lanes.c.next_at > bindparam("at")),
        lanes.c.channel_id.in_(
            sa.select(messages.c.channel_id).where(
                messages.c.network_id == bindparam("n"), messages.c.about == bindparam("subject")
            )
        ),
    )
    .values(next_at=bindparam("at"))
)


def touch(db: sa.Connection, network_id: int, about: str, at: datetime) -> None:
    """What is shown about a record has changed: every copy of it is rendered anew."""
    values = {"n": network_id, "subject": about, "at": at}
    if db.execute(_TOUCH, values).rowcount:
        db.execute(_WAKE_ABOUT, values)


_FORGET_SHOWN = (
    sa.update(messages)
    .where(messages.c.network_id == bindparam("n"), messages.c.channel_id == bindparam("c"))
    .values(
        remote_id=None,
        sent_rev=sa.case((messages.c.sent_rev > 0, messages.c.wanted_rev), else_=0),
        sent_digest="",
        state="live",
        attempts=0,
        is_unclear=False,
        ready_at=bindparam("at", type_=UtcDateTime),
    )
)


def forget_shown(db: sa.Connection, network_id: int, channel_id: int, at: datetime) -> None:
    """The channel is at another place, where nothing is shown yet: what is wanted again there is posted anew."""
    db.execute(_FORGET_SHOWN, {"n": network_id, "c": channel_id, "at": at})


_DUE = (
    sa.select(lanes.c.network_id, lanes.c.channel_id, lanes.c.lease)
    .where(lanes.c.platform == bindparam("p"), lanes.c.next_at <= bindparam("now"))
    .order_by(lanes.c.next_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    sa.update(lanes)
    .where(lanes.c.network_id == bindparam("n"), lanes.c.channel_id == bindparam("c"))
    .values(next_at=bindparam("until"), lease=bindparam("new_lease"))
)


def claim(db: sa.Connection, platform: str, now: datetime, until: datetime, lease: int, most: int) -> list[Lane]:
    """Leases lanes of a platform with something to send. A lease that ran out (`next_at` passed) is free again."""
    due = db.execute(_DUE, {"p": platform, "now": now, "most": most}).all()
    if due:
        db.execute(_LEASE, [{"n": n, "c": c, "until": until, "new_lease": lease} for n, c, _ in due])
    return [Lane(n, c, was_dropped=held not in (None, HELD)) for n, c, held in due]


_DOUBT = (
    sa.update(messages)
    .where(
        messages.c.network_id == bindparam("n"),
        messages.c.channel_id == bindparam("c"),
        messages.c.state == "live",
        messages.c.wanted_rev > messages.c.sent_rev,
        messages.c.ready_at <= bindparam("now", type_=UtcDateTime),
    )
    .values(is_unclear=True, ready_at=bindparam("now", type_=UtcDateTime))
)


def doubt(db: sa.Connection, lane: Lane, now: datetime) -> None:
    """Of a lane that was dropped before `now`: what was to be sent may have been. It is unclear until it is tried."""
    db.execute(_DOUBT, {"n": lane.network_id, "c": lane.channel_id, "now": now})


_END_LEASES = sa.update(lanes).where(lanes.c.lease > HELD).values(next_at=bindparam("now", type_=UtcDateTime))


def end_leases(db: sa.Connection, now: datetime) -> None:
    """Ends all leases: only for the one process that there is, at its start. Their holder was killed."""
    db.execute(_END_LEASES, {"now": now})


_ROOT = messages.alias("root")
# A reply waits for its root until that was shown, was given up, or turned out to have nothing to show.
_waits_for_root = sa.and_(_ROOT.c.state == "live", _ROOT.c.sent_rev == 0)
# The opposite, also where there is no root: written so that PostgreSQL expects many rows and reads them in order; for
# "is not true" it expects one, and sorts the whole backlog.
_waits_no_more = sa.or_(sa.func.coalesce(_ROOT.c.sent_rev, 1) > 0, _ROOT.c.state != "live")
_PENDING = (
    sa.select(
        *[messages.c[name] for name in Pending.__dataclass_fields__ if not name.startswith("root_")],
        _ROOT.c.remote_id,
        _ROOT.c.state,
    )
    .select_from(
        messages.outerjoin(
            _ROOT, sa.and_(_ROOT.c.network_id == messages.c.network_id, _ROOT.c.key == messages.c.thread_of)
        )
    )
    .where(
        messages.c.network_id == bindparam("n"),
        messages.c.channel_id == bindparam("c"),
        messages.c.state == "live",
        messages.c.wanted_rev > messages.c.sent_rev,
        messages.c.ready_at <= bindparam("now", type_=UtcDateTime),
        _waits_no_more,
    )
    .order_by(messages.c.id)
    .limit(bindparam("most"))
)


def pending(db: sa.Connection, lane: Lane, now: datetime, most: int) -> list[Pending]:
    """What a lane has to send now, in the order in which it was wanted; replies not before their root."""
    rows = db.execute(_PENDING, {"n": lane.network_id, "c": lane.channel_id, "now": now, "most": most})
    return [Pending(*tuple(row)) for row in rows]


_THIS = (messages.c.network_id == bindparam("n"), messages.c.id == bindparam("i"))
_SENT = (
    sa.update(messages)
    .where(*_THIS)
    .values(
        sent_rev=bindparam("rev"),
        remote_id=bindparam("remote"),
        sent_digest=bindparam("shown"),
        ready_at=bindparam("ready", type_=UtcDateTime),
        attempts=0,
        is_unclear=False,
        error="",
        cause="",
    )
)
_FAILED = (
    sa.update(messages)
    .where(*_THIS)
    .values(
        attempts=messages.c.attempts + 1,
        ready_at=bindparam("ready", type_=UtcDateTime),
        is_unclear=bindparam("unclear"),
        error=bindparam("reason"),
        cause=bindparam("why"),
        state=bindparam("new_state"),
    )
)
_EDIT_GAP = sa.select(messages.c.edit_gap_s).where(*_THIS)
_RELEASE = (
    sa.update(lanes)
    .where(
        lanes.c.network_id == bindparam("n"), lanes.c.channel_id == bindparam("c"), lanes.c.lease == bindparam("held")
    )
    .values(
        lease=None,
        # Looked up now, as what was wanted while the lane was leased did not wake it.
        next_at=sa.select(sa.func.min(messages.c.ready_at))
        .where(
            messages.c.network_id == bindparam("n"),
            messages.c.channel_id == bindparam("c"),
            messages.c.state == "live",
            messages.c.wanted_rev > messages.c.sent_rev,
            ~sa.exists().where(
                _ROOT.c.network_id == messages.c.network_id, _ROOT.c.key == messages.c.thread_of, _waits_for_root
            ),
        )
        .scalar_subquery(),
    )
)
_RELEASE_AGAIN = (
    sa.update(lanes)
    .where(
        lanes.c.network_id == bindparam("n"), lanes.c.channel_id == bindparam("c"), lanes.c.lease == bindparam("held")
    )
    .values(lease=None, next_at=bindparam("again", type_=UtcDateTime))
)
_HOLD = (
    sa.update(lanes)
    .where(
        lanes.c.network_id == bindparam("n"), lanes.c.channel_id == bindparam("c"), lanes.c.lease == bindparam("held")
    )
    .values(lease=HELD, next_at=bindparam("until", type_=UtcDateTime))
)


def edit_gap_s(db: sa.Connection, network_id: int, id: int) -> int:
    """How many seconds at least lie between two edits of this message."""
    gap: int | None = db.execute(_EDIT_GAP, {"n": network_id, "i": id}).scalar_one_or_none()
    return gap or 0  # its channel may have been let go meanwhile


def mark_sent(
    db: sa.Connection, row: Pending, *, rev: int, remote_id: str | None, digest: str, next_edit_at: datetime
) -> None:
    """The platform shows revision `rev`; what was wanted since is sent from `next_edit_at` on."""
    db.execute(
        _SENT,
        {
            "n": row.network_id,
            "i": row.id,
            "rev": rev,
            "remote": remote_id,
            "shown": digest,
            "ready": next_edit_at,
        },
    )


def mark_failed(
    db: sa.Connection,
    row: Pending,
    *,
    reason: str,
    ready_at: datetime,
    is_unclear: bool,
    is_dead: bool,
    cause: str = "",
) -> None:
    """It was not sent (or it is unclear): try again from `ready_at`, or give up. `cause`: see DeliveryError."""
    db.execute(
        _FAILED,
        {
            "n": row.network_id,
            "i": row.id,
            "ready": ready_at,
            "unclear": is_unclear,
            "reason": reason[:300],
            "why": cause,
            "new_state": "dead" if is_dead else "live",
        },
    )


def release(
    db: sa.Connection, lane: Lane, lease: int, not_before: datetime | None, again_at: datetime | None = None
) -> None:
    """Gives a lane back: it comes up when its next message is ready, but not before `not_before`, whatever is wanted.

    `again_at`: there is more to send, which need not be looked up. Nothing happens where the lease ran out and another
    worker has the lane.
    """
    key = {"n": lane.network_id, "c": lane.channel_id, "held": lease}
    if not_before is None and again_at is not None:
        db.execute(_RELEASE_AGAIN, key | {"again": again_at})
    elif not_before is None:
        db.execute(_RELEASE, key)
    else:
        db.execute(_HOLD, key | {"until": not_before})


_NAMED = sa.select(messages.c.key, messages.c.about, messages.c.view).where(
    messages.c.network_id == bindparam("n"), messages.c.channel_id == bindparam("c")
)
# Two questions, as each has its index: with an OR, SQLite walks through all messages of the channel.
_BY_REMOTE = _NAMED.where(messages.c.remote_id == bindparam("remote"))
_BY_KEY = _NAMED.where(messages.c.key == bindparam("k"))


def about(
    db: sa.Connection, network_id: int, channel_id: int, remote_id: str | None, key: str | None
) -> tuple[str, str, str] | None:
    """(key, about, view) of a message of ours by its id on the platform, or by its key."""
    place = {"n": network_id, "c": channel_id}
    row = db.execute(_BY_REMOTE, place | {"remote": remote_id}).first() if remote_id else None
    if row is None and key:
        row = db.execute(_BY_KEY, place | {"k": key}).first()
    return (row[0], row[1], row[2]) if row else None


_NEXT = sa.select(sa.func.min(lanes.c.next_at)).where(lanes.c.platform == bindparam("p"), lanes.c.next_at.is_not(None))


def next_at(db: sa.Connection, platform: str) -> datetime | None:
    """When the platform's next lane comes up; None if there is nothing to send."""
    found: datetime | None = db.execute(_NEXT, {"p": platform}).scalar_one()
    return found
