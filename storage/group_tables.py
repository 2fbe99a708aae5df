"""Tables of what becomes of groups: how they stand, whose decisions were another's before, who speaks for them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column

from storage.types import UtcDateTime, metadata


def _group_key() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"])


group_states = sa.Table(
    # How a group stands that is not simply active from its beginning; its state itself is in `groups`.
    "group_states",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    # Of a pause: when it ends by itself.
    Column("until_at", UtcDateTime),
    # Of a merged group: which it is part of.
    Column("into_id", sa.BigInteger),
    # Of a group that split off: from which.
    Column("from_id", sa.BigInteger),
    _group_key(),
)
decision_origins = sa.Table(
    # Groups whose decision it was before it went to another: with a merger, or taken over.
    "decision_origins",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("until_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "number"], ["decisions.network_id", "decisions.number"]),
    _group_key(),
)
group_exports = sa.Table(
    # What a group that left takes with it, line by line, as long as it can be fetched.
    "group_exports",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("position", sa.Integer, primary_key=True),
    Column("line", sa.Text, nullable=False),
    _group_key(),
)
group_contacts = sa.Table(
    # Who speaks for a group from when until when; with no end where nobody said one.
    "group_contacts",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("begins_at", UtcDateTime, primary_key=True),
    Column("person_id", sa.BigInteger, nullable=False),
    Column("ends_at", UtcDateTime),
    _group_key(),
    sa.Index("ix_group_contacts_person", "network_id", "person_id"),
)
contact_rotations = sa.Table(
    # Groups whose contact goes round: the length of a term as typed ("1mo").
    "contact_rotations",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("every", sa.String(20), nullable=False),
    _group_key(),
)
contact_refusals = sa.Table(
    # Who does not want to be a group's contact; no reason is asked for.
    "contact_refusals",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("person_id", sa.BigInteger, primary_key=True),
    _group_key(),
)
