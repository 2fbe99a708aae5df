"""What has come in: one row per event, so that each is handled once, however often a platform sends it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.prepared import Prepared
from storage.statements import insert_new
from storage.types import UtcDateTime, metadata

inbox = sa.Table(
    "inbox",
    metadata,
    Column("source", sa.String(200), primary_key=True),
    Column("event_key", sa.String(255), primary_key=True),
    Column("network_id", sa.BigInteger, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    # Whose hand, where and what, as a digest: what was typed is not kept here. 0: cannot be a repetition.
    Column("fingerprint", sa.BigInteger, nullable=False),
    Column("subject", sa.String(40), nullable=False, server_default=""),
    sa.Index("ix_inbox_repetition", "network_id", "fingerprint", "received_at"),
    sa.Index("ix_inbox_received_at", "received_at"),
)

_INSERT = Prepared(insert_new(inbox))
_FORGET = (
    sa.update(inbox)
    .where(inbox.c.network_id == bindparam("n"), inbox.c.subject == bindparam("about"))
    .values(fingerprint=0)
)
_PRUNE = sa.delete(inbox).where(inbox.c.received_at < bindparam("before"))

recent_subject = (
    sa.select(inbox.c.subject)
    .where(
        inbox.c.network_id == bindparam("network"),
        inbox.c.fingerprint == bindparam("fingerprint"),
        inbox.c.received_at >= bindparam("repeated_since"),
        inbox.c.fingerprint != 0,
        inbox.c.subject != "",
    )
    .order_by(inbox.c.received_at.desc())
    .limit(sa.literal_column("1"))
    .scalar_subquery()
)
"""The record that the same person's same words in the same place led to a moment ago (part of the scope query)."""

is_known = (
    sa.exists()
    .where(inbox.c.source == bindparam("source"), inbox.c.event_key == bindparam("event_key"))
    .correlate(None)
)
"""Whether the event was handled before (part of the scope query)."""


def accept(
    db: sa.Connection, source: str, event_key: str, network_id: int, at: datetime, fingerprint: int, subject: str
) -> bool:
    """Notes that an event was handled, and which record came of it; False if it was here before."""
    row = {
        "source": source,
        "event_key": event_key,
        "network_id": network_id,
        "received_at": at,
        "fingerprint": fingerprint,
        "subject": subject,
    }
    return _INSERT.run(db, row) == 1


def forget_subject(db: sa.Connection, network_id: int, subject: str) -> None:
    """The record is no more (undone): the same words may make it anew."""
    db.execute(_FORGET, {"n": network_id, "about": subject})


def prune(db: sa.Connection, before: datetime) -> int:
    """Deletes rows that no platform will repeat any more; returns how many."""
    return db.execute(_PRUNE, {"before": before}).rowcount
