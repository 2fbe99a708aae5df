"""Matrix accounts and their events: what a sync brought is stored with its token, then handled one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.statements import insert, insert_new
from storage.types import JsonText, UtcDateTime, metadata

WAITING, LOCKED, HANDLED, DEAD = "waiting", "locked", "handled", "dead"
"""To be handled; encrypted and without a key so far; handled; given up."""

accounts = sa.Table(
    "matrix_accounts",
    metadata,
    Column("user_id", sa.String(255), primary_key=True),
    Column("homeserver", sa.String(255), nullable=False),
    Column("device_id", sa.String(255), nullable=False),
    # Both encrypted by the adapter; nothing here can be used without the secret key.
    Column("token", sa.Text, nullable=False),
    Column("signing_keys", sa.Text),
    Column("next_batch", sa.Text),
    Column("synced_at", UtcDateTime),
    Column("last_position", sa.BigInteger, nullable=False, server_default="0"),
)

events = sa.Table(
    "matrix_events",
    metadata,
    Column("account", sa.String(255), primary_key=True),
    Column("event_id", sa.String(600), primary_key=True),
    Column("room_id", sa.String(255), nullable=False),
    Column("position", sa.BigInteger, nullable=False),
    Column("state", sa.String(10), nullable=False),
    Column("attempts", sa.Integer, nullable=False, server_default="0"),
    Column("staged_at", UtcDateTime, nullable=False),
    # NULL once it is handled: what people said is kept by the features, not here.
    Column("payload", JsonText),
    sa.Index("ix_matrix_events_state", "account", "state", "room_id", "position"),
    sa.Index("ix_matrix_events_staged_at", "staged_at"),
)


@dataclass(frozen=True, slots=True)
class MatrixAccountRow:
    """A session as it was kept; `token` and `signing_keys` are encrypted. `synced_at`: when `next_batch` came."""

    user_id: str
    homeserver: str
    device_id: str
    token: str
    signing_keys: str | None
    next_batch: str | None
    synced_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event of a sync. `is_locked`: it could not be decrypted yet, and `payload` is what came."""

    event_id: str
    room_id: str
    payload: Mapping[str, Any]
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class StagedEvent:
    """An event that waits: `payload` is the (decrypted) event as the homeserver gave it."""

    account: str
    event_id: str
    room_id: str
    position: int
    attempts: int
    staged_at: datetime
    payload: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.payload.get("type", ""))


_ROW = ("user_id", "homeserver", "device_id", "token", "signing_keys", "next_batch", "synced_at")
_ACCOUNTS = sa.select(*(accounts.c[name] for name in _ROW)).order_by(accounts.c.user_id)
_ACCOUNT = _ACCOUNTS.where(accounts.c.user_id == bindparam("account"))
_NEW = insert(accounts)
# Another device has seen nothing of what the old one had: its token is not this one's.
_SAVE = _NEW.on_conflict_do_update(
    index_elements=["user_id"],
    set_={
        "homeserver": _NEW.excluded.homeserver,
        "device_id": _NEW.excluded.device_id,
        "token": _NEW.excluded.token,
        "next_batch": sa.case(
            (accounts.c.device_id == _NEW.excluded.device_id, accounts.c.next_batch), else_=sa.null()
        ),
    },
)
_SAVE_KEYS = (
    sa.update(accounts).where(accounts.c.user_id == bindparam("account")).values(signing_keys=bindparam("keys"))
)
_ADVANCE = (
    sa.update(accounts)
    .where(accounts.c.user_id == bindparam("account"))
    .values(
        next_batch=bindparam("token_now"),
        synced_at=bindparam("moment"),
        last_position=accounts.c.last_position + bindparam("more"),
    )
    .returning(accounts.c.last_position)
)
_TAKE = (
    sa.update(accounts)
    .where(accounts.c.user_id == bindparam("account"))
    .values(last_position=accounts.c.last_position + 1)
    .returning(accounts.c.last_position)
)


def account(db: sa.Connection, user_id: str) -> MatrixAccountRow | None:
    """The kept session of a Matrix user id."""
    row = db.execute(_ACCOUNT, {"account": user_id}).first()
    return MatrixAccountRow(*row) if row else None


def all_accounts(db: sa.Connection) -> list[MatrixAccountRow]:
    """Every kept session."""
    return [MatrixAccountRow(*row) for row in db.execute(_ACCOUNTS)]


def save_account(db: sa.Connection, user_id: str, homeserver: str, device_id: str, token: str) -> None:
    """Keeps a session (`token` encrypted). With another device than before, the next sync is a first one."""
    row = {"user_id": user_id, "homeserver": homeserver, "device_id": device_id, "token": token}
    db.execute(_SAVE, row)


def save_signing_keys(db: sa.Connection, user_id: str, keys: str) -> None:
    """Keeps the cross-signing keys, encrypted."""
    db.execute(_SAVE_KEYS, {"account": user_id, "keys": keys})


_INSERT = insert_new(events)
_BLANK_REDACTED = (
    sa.update(events)
    .where(
        events.c.account == bindparam("a"),
        events.c.event_id.in_(bindparam("ids", expanding=True)),
        events.c.state.in_((LOCKED, DEAD)),
    )
    .values(payload=None, state=HANDLED)
)


def stage(db: sa.Connection, account: str, next_batch: str, new: Sequence[NewEvent], at: datetime) -> int:
    """Keeps what a sync brought, and the token that follows it; returns how many events were not here before.

    Raises LookupError for an account that is not kept.
    """
    row = {"account": account, "token_now": next_batch, "moment": at, "more": len(new)}
    advanced = db.execute(_ADVANCE, row).scalar()
    if advanced is None:
        raise LookupError(f"no Matrix account {account}")
    first = advanced - len(new) + 1
    fresh = sum(_insert(db, account, each, first + n, at) for n, each in enumerate(new))
    redacted = [id for event in new if (id := _redacted_by(event.payload)) is not None]
    if redacted:
        db.execute(_BLANK_REDACTED, {"a": account, "ids": redacted})
    return fresh


def _redacted_by(payload: Mapping[str, Any]) -> str | None:
    """The id of the event that this one redacts; room version 11 moved it into the content."""
    found = payload.get("redacts") or (payload.get("content") or {}).get("redacts")
    return found if payload.get("type") == "m.room.redaction" and isinstance(found, str) else None


def stage_one(db: sa.Connection, account: str, event: NewEvent, at: datetime) -> bool:
    """Keeps something that came by another way than a sync; False if it was here before."""
    return _insert(db, account, event, db.execute(_TAKE, {"account": account}).scalar_one(), at)


def _insert(db: sa.Connection, account: str, event: NewEvent, position: int, at: datetime) -> bool:
    row = {
        "account": account,
        "event_id": event.event_id,
        "room_id": event.room_id,
        "position": position,
        "state": LOCKED if event.is_locked else WAITING,
        "staged_at": at,
        "payload": dict(event.payload),
    }
    return db.execute(_INSERT, row).rowcount == 1


_EVENT = sa.select(*(events.c[name] for name in StagedEvent.__dataclass_fields__)).where(
    events.c.account == bindparam("a"), events.c.state == bindparam("s")
)
_NEXT = _EVENT.where(events.c.room_id == bindparam("r")).order_by(events.c.position).limit(bindparam("most"))
_OLDEST = _EVENT.order_by(events.c.position).limit(bindparam("most"))
_ROOMS = (
    sa.select(events.c.room_id)
    .where(events.c.account == bindparam("a"), events.c.state == bindparam("s"))
    .group_by(events.c.room_id)
    .order_by(sa.func.min(events.c.position))
)
_ROOMS_UNTIL = _ROOMS.where(events.c.staged_at <= bindparam("until"))
_COUNTS = sa.select(events.c.state, sa.func.count()).where(events.c.account == bindparam("a")).group_by(events.c.state)


def waiting_rooms(db: sa.Connection, account: str) -> list[str]:
    """Rooms with events to handle, the longest waiting first."""
    return list(db.execute(_ROOMS, {"a": account, "s": WAITING}).scalars())


def locked_rooms(db: sa.Connection, account: str, until: datetime) -> list[str]:
    """Rooms with events that came before `until` and could not be decrypted yet."""
    return list(db.execute(_ROOMS_UNTIL, {"a": account, "s": LOCKED, "until": until}).scalars())


def next_waiting(db: sa.Connection, account: str, room_id: str, most: int) -> list[StagedEvent]:
    """The next events of a room, in the order in which they came."""
    rows = db.execute(_NEXT, {"a": account, "s": WAITING, "r": room_id, "most": most})
    return [StagedEvent(*row) for row in rows]


def locked(db: sa.Connection, account: str, most: int) -> list[StagedEvent]:
    """The oldest events that could not be decrypted yet."""
    return [StagedEvent(*row) for row in db.execute(_OLDEST, {"a": account, "s": LOCKED, "most": most})]


def dead_letters(db: sa.Connection, account: str, most: int) -> list[StagedEvent]:
    """The oldest events that were given up."""
    return [StagedEvent(*row) for row in db.execute(_OLDEST, {"a": account, "s": DEAD, "most": most})]


def counts(db: sa.Connection, account: str) -> dict[str, int]:
    """State → number of events that are kept."""
    return {str(state): int(count) for state, count in db.execute(_COUNTS, {"a": account})}


_THIS = sa.update(events).where(events.c.account == bindparam("a"), events.c.event_id == bindparam("e"))
_HANDLED = _THIS.values(state=HANDLED, payload=None)
_FAILED = _THIS.values(attempts=events.c.attempts + 1, state=bindparam("now_state"))
_UNLOCK = _THIS.where(events.c.state == LOCKED).values(state=WAITING, payload=bindparam("opened"))
_GIVE_UP = (
    sa.update(events)
    .where(events.c.account == bindparam("a"), events.c.state == LOCKED, events.c.staged_at < bindparam("before"))
    .values(state=DEAD)
)
_PRUNE = sa.delete(events).where(events.c.staged_at < bindparam("before"), events.c.state.in_((HANDLED, DEAD)))


def mark_handled(db: sa.Connection, account: str, event_id: str) -> None:
    """It was handled; only that it was here is kept."""
    db.execute(_HANDLED, {"a": account, "e": event_id})


def mark_failed(db: sa.Connection, account: str, event_id: str, *, is_dead: bool) -> None:
    """Its handling failed once more; a dead one is not tried again."""
    db.execute(_FAILED, {"a": account, "e": event_id, "now_state": DEAD if is_dead else WAITING})


def unlock(db: sa.Connection, account: str, event_id: str, payload: Mapping[str, Any]) -> None:
    """It could be decrypted after all: `payload` is what it says."""
    db.execute(_UNLOCK, {"a": account, "e": event_id, "opened": dict(payload)})


def give_up_locked(db: sa.Connection, account: str, before: datetime) -> int:
    """Nobody sent the keys of events staged before that moment; returns how many."""
    return db.execute(_GIVE_UP, {"a": account, "before": before}).rowcount


def prune(db: sa.Connection, before: datetime) -> int:
    """Deletes what was handled or given up and no homeserver will repeat any more; returns how many."""
    return db.execute(_PRUNE, {"before": before}).rowcount
