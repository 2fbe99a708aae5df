"""Edits and redactions of messages not seen yet: tombstones that the message meets when it comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.statements import insert
from storage.types import UtcDateTime
from storage.window_tables import early_changes


@dataclass(frozen=True, slots=True)
class EarlyChange:
    """An edit or redaction that came before its message. `said_at`: the platform's time; `text`: "" of a redaction."""

    said_at: datetime
    is_redacted: bool
    text: str


_EARLY = sa.select(early_changes.c.said_at, early_changes.c.is_redacted, early_changes.c.text).where(
    early_changes.c.network_id == bindparam("n"),
    early_changes.c.channel_id == bindparam("c"),
    early_changes.c.message_id == bindparam("m"),
)
_LEAVE = insert(early_changes)
_LEAVE = _LEAVE.on_conflict_do_update(
    index_elements=["network_id", "channel_id", "message_id"],
    set_={name: _LEAVE.excluded[name] for name in ("said_at", "is_redacted", "text")},
    where=sa.and_(
        ~early_changes.c.is_redacted,
        sa.or_(_LEAVE.excluded.is_redacted, early_changes.c.said_at <= _LEAVE.excluded.said_at),
    ),
)
_TAKE = sa.delete(early_changes).where(
    early_changes.c.network_id == bindparam("n"),
    early_changes.c.channel_id == bindparam("c"),
    early_changes.c.message_id == bindparam("m"),
    ~early_changes.c.is_redacted,
)


def leave(db: sa.Connection, network_id: int, channel_id: int, message_id: str, change: EarlyChange) -> None:
    """An edit or redaction of a message not seen yet: the latest edit stays, a redaction for good."""
    row = {"network_id": network_id, "channel_id": channel_id, "message_id": message_id, "said_at": change.said_at}
    db.execute(_LEAVE, row | {"is_redacted": change.is_redacted, "text": change.text})


def meet(db: sa.Connection, network_id: int, channel_id: int, message_id: str) -> EarlyChange | None:
    """What came before this message. An edit's words are handed over and not kept."""
    key = {"n": network_id, "c": channel_id, "m": message_id}
    row = db.execute(_EARLY, key).one_or_none()
    if row is None:
        return None
    if not row.is_redacted:
        db.execute(_TAKE, key)
    return EarlyChange(*row)


_PRUNE = sa.delete(early_changes).where(early_changes.c.said_at < bindparam("before", type_=UtcDateTime))


def prune(db: sa.Connection, before: datetime) -> int:
    """Deletes what waited in vain: the message comes no more. Returns how many."""
    return db.execute(_PRUNE, {"before": before}).rowcount
