"""Tables of delivery: what should be visible and what is, and the lanes by which it goes out."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column

from storage.types import JsonText, UtcDateTime, metadata

messages = sa.Table(
    "messages",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("id", sa.BigInteger, primary_key=True),
    Column("key", sa.String(120), nullable=False),
    Column("channel_id", sa.BigInteger, nullable=False),
    Column("thread_of", sa.String(120)),
    Column("about", sa.String(40), nullable=False),
    Column("view", sa.String(60), nullable=False),
    Column("args", JsonText, nullable=False),
    Column("wanted_rev", sa.Integer, nullable=False),
    Column("sent_rev", sa.Integer, nullable=False),
    Column("sent_digest", sa.String(32), nullable=False),
    Column("remote_id", sa.String(255)),
    Column("state", sa.String(10), nullable=False),
    Column("ready_at", UtcDateTime, nullable=False),
    Column("edit_gap_s", sa.Integer, nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    Column("is_unclear", sa.Boolean, nullable=False),
    Column("error", sa.String(300), nullable=False),
    Column("cause", sa.String(20), nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("network_id", "key"),
    sa.Index("ix_messages_about", "network_id", "about"),
    sa.Index("ix_messages_remote", "network_id", "channel_id", "remote_id"),
    sa.Index(
        "ix_messages_pending",
        "network_id",
        "channel_id",
        "id",
        sqlite_where=sa.text("state = 'live' AND wanted_rev > sent_rev"),
        postgresql_where=sa.text("state = 'live' AND wanted_rev > sent_rev"),
    ),
    sa.Index(
        "ix_messages_dead",
        "network_id",
        "id",
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    ),
)
lanes = sa.Table(
    "lanes",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("channel_id", sa.BigInteger, primary_key=True),
    Column("platform", sa.String(20), nullable=False),
    # None: nothing to send. A leased lane has the end of its lease here, a held one the end of its hold.
    Column("next_at", UtcDateTime),
    # None: free, so that what is wanted wakes it. HELD: nobody's, and nothing wakes it before its time.
    Column("lease", sa.BigInteger),
    sa.Index(
        "ix_lanes_next_at",
        "platform",
        "next_at",
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    ),
)
