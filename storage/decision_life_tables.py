"""Tables of what comes to a decision in its life: its term, its source, who joined, and whether it was carried out."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column

from storage.types import UtcDateTime, metadata


def _decision_key() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["network_id", "number"], ["decisions.network_id", "decisions.number"])


decision_terms = sa.Table(
    # A decision that is more than one: a public position, a mandate, or one that ends unless it is renewed.
    "decision_terms",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    # "", urgent, mandate
    Column("kind", sa.String(10), nullable=False),
    Column("is_position", sa.Boolean, nullable=False),
    Column("expires_at", UtcDateTime),
    # How often it was renewed.
    Column("renewals", sa.Integer, nullable=False),
    # Of a mandate: what it is for, and who holds it.
    Column("topic", sa.Text, nullable=False),
    Column("holder", sa.Text, nullable=False),
    _decision_key(),
    sa.Index("ix_decision_terms_expires_at", "network_id", "expires_at"),
)
decision_sources = sa.Table(
    # The message that a decision was made from, with its text: platforms forget.
    "decision_sources",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("channel_id", sa.BigInteger, nullable=False),
    Column("message_id", sa.String(255), nullable=False),
    # Who said it: somebody known here, or only a name.
    Column("person_id", sa.BigInteger),
    Column("name", sa.String(200), nullable=False),
    Column("text", sa.Text, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("redacted_at", UtcDateTime),
    _decision_key(),
    sa.Index("ix_decision_sources_message", "network_id", "channel_id", "message_id"),
    sa.Index("ix_decision_sources_person", "network_id", "person_id"),
)
draft_sources = sa.Table(
    # The same for a draft, until it is sent on its way.
    "draft_sources",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("draft_id", sa.String(12), primary_key=True),
    Column("channel_id", sa.BigInteger, nullable=False),
    Column("message_id", sa.String(255), nullable=False),
    Column("person_id", sa.BigInteger),
    Column("name", sa.String(200), nullable=False),
    Column("text", sa.Text, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
)
decision_joined = sa.Table(
    # Groups that said themselves that a decision affects them, and why.
    "decision_joined",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("why", sa.Text, nullable=False),
    Column("by_id", sa.BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    _decision_key(),
    sa.Index("ix_decision_joined_person", "network_id", "by_id"),
)
decision_checks = sa.Table(
    # Whether a group carried a decision out, asked once.
    "decision_checks",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("asked_at", UtcDateTime),
    # "" (no answer yet), as-is, adapted, not
    Column("answer", sa.String(10), nullable=False),
    Column("text", sa.Text, nullable=False),
    Column("by_id", sa.BigInteger),
    Column("at", UtcDateTime),
    _decision_key(),
    sa.Index("ix_decision_checks_person", "network_id", "by_id"),
    sa.Index(
        "ix_decision_checks_unanswered",
        "network_id",
        "group_id",
        sqlite_where=sa.text("answer = ''"),
        postgresql_where=sa.text("answer = ''"),
    ),
)
