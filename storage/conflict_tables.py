"""Tables of conflicts: between which decisions, whose they are, who hosts, what was tried, how they ended."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column

from storage.types import UtcDateTime, metadata

conflicts = sa.Table(
    "conflicts",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    #
    Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    # suggested, confided, open, settled, differing, values, dismissed
    Column("state", sa.String(10), nullable=False),
    # "" where a person raised it, else the rule that suggested it
    Column("rule", sa.String(20), nullable=False),
    # Decision `first` is in conflict with decision `second`, with `other` (a value, a section, an objective as it was
    # typed), or with the concern that its outcome left unanswered.
    Column("first", sa.BigInteger, nullable=False),
    Column("second", sa.BigInteger),
    Column("other", sa.String(80), nullable=False),
    Column("contribution_id", sa.BigInteger),
    Column("text", sa.Text, nullable=False),
    Column("raiser_id", sa.BigInteger),
    Column("raiser_group_id", sa.BigInteger),
    # The one facilitator who may read it while it is in confidence.
    Column("confidant_id", sa.BigInteger),
    Column("host_id", sa.BigInteger),
    # Its age counts from here, whatever became of it meanwhile.
    Column("raised_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    # The end that is proposed and waits for each party: "", settled, differing, values
    Column("ending", sa.String(10), nullable=False),
    Column("ending_text", sa.Text, nullable=False),
    Column("ending_by", sa.BigInteger),
    # Of agreeing to differ and of a conflict of values: when it comes back.
    Column("review_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # How often it was opened; and the step that it was escalated to: 0, or 1 parties, 2 host, 3 circle, 4 digests
    Column("round", sa.Integer, nullable=False),
    Column("step", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "first"], ["decisions.network_id", "decisions.number"]),
    sa.ForeignKeyConstraint(["network_id", "second"], ["decisions.network_id", "decisions.number"]),
    sa.Index("ix_conflicts_first", "network_id", "first"),
    sa.Index("ix_conflicts_second", "network_id", "second"),
    sa.Index("ix_conflicts_state", "network_id", "state", "raised_at", "id"),
)
conflict_parties = sa.Table(
    "conflict_parties",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("conflict_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    # When and by whom this group confirmed the end that is proposed.
    Column("confirmed_at", UtcDateTime),
    Column("confirmed_by", sa.BigInteger),
    sa.ForeignKeyConstraint(["network_id", "conflict_id"], ["conflicts.network_id", "conflicts.id"]),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
    sa.Index("ix_conflict_parties_group", "network_id", "group_id", "conflict_id"),
)
conflict_log = sa.Table(
    "conflict_log",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("conflict_id", sa.BigInteger, primary_key=True),
    Column("position", sa.Integer, primary_key=True),
    # tried, hosted, handed-back, settled, differing, values, confirmed, dismissed, reopened, came-back, raised
    Column("kind", sa.String(20), nullable=False),
    Column("text", sa.Text, nullable=False),
    # Nobody, where its time came.
    Column("by_id", sa.BigInteger),
    Column("group_id", sa.BigInteger),
    Column("at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "conflict_id"], ["conflicts.network_id", "conflicts.id"]),
)
conflict_resources = sa.Table(
    # What decisions with a tag such as "hall:friday" are about ("hall"), so that others about it are found at once.
    "conflict_resources",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("resource", sa.String(100), primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    sa.ForeignKeyConstraint(["network_id", "number"], ["decisions.network_id", "decisions.number"]),
    sa.Index("ix_conflict_resources_number", "network_id", "number"),
)
