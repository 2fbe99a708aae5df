"""Tables of input windows: who is asked until when, what they said, what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column

from storage.types import JsonText, UtcDateTime, metadata

IS_LIVE = "state IN ('open', 'closed')"
"""The condition of the index on live windows: a query that says it in these words finds them by it."""
IS_UNANSWERED = "stance = 'concern' AND state = 'open'"
"""As IS_LIVE, for concerns that nobody has answered."""
input_windows = sa.Table(
    "input_windows",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    # The decision's number: one window a decision.
    Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("is_review", sa.Boolean, nullable=False),
    # open, closed (an outcome is owed), concluded, cancelled
    Column("state", sa.String(10), nullable=False),
    Column("length", sa.String(40), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    # "", adopted, adopted-with-changes, withdrawn
    Column("outcome", sa.String(30), nullable=False),
    Column("outcome_text", sa.Text, nullable=False),
    Column("outcome_by", sa.BigInteger),
    Column("outcome_at", UtcDateTime),
    # ["3d", …]: what the deciding group has added to the length, in order.
    Column("extensions", JsonText, nullable=False, server_default="[]"),
    # The version of the last change of substance: support of an earlier one was given to another proposal.
    Column("substance_version", sa.Integer, nullable=False, server_default="1"),
    # 2 and on: opened again; what became of it before stands in window_rounds.
    Column("round", sa.Integer, nullable=False, server_default="1"),
    sa.ForeignKeyConstraint(["network_id", "number"], ["decisions.network_id", "decisions.number"]),
    # What is open, or owes an outcome, is found without the years that are over.
    sa.Index(
        "ix_input_windows_live",
        "network_id",
        "closes_at",
        sqlite_where=sa.text(IS_LIVE),
        postgresql_where=sa.text(IS_LIVE),
    ),
)
window_rounds = sa.Table(
    # What became of a window before it was opened again.
    "window_rounds",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("round", sa.Integer, primary_key=True),
    Column("is_review", sa.Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("outcome", sa.String(30), nullable=False),
    Column("outcome_text", sa.Text, nullable=False),
    Column("outcome_by", sa.BigInteger),
    Column("outcome_at", UtcDateTime),
    sa.ForeignKeyConstraint(["network_id", "number"], ["input_windows.network_id", "input_windows.number"]),
)
window_groups = sa.Table(
    "window_groups",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    # UTC, beside the local end it was derived from: (date and time as ISO text, zone).
    Column("closes_at", UtcDateTime, nullable=False),
    Column("closes_local", sa.String(20), nullable=False),
    Column("zone", sa.String(60), nullable=False),
    # [["2026-12-12", "Jamhuri Day"], …]: the days that were not counted.
    Column("holidays", JsonText, nullable=False),
    Column("heard_at", UtcDateTime),
    # "", contribution, pass
    Column("heard_how", sa.String(20), nullable=False),
    # asked; not waited for: paused, left, done (it was asked before the window was opened again)
    Column("state", sa.String(10), nullable=False, server_default="asked"),
    # When it came in after the opening.
    Column("joined_at", UtcDateTime),
    # When it asked for more time, who did, and why.
    Column("held_at", UtcDateTime),
    Column("held_by", sa.BigInteger),
    Column("held_why", sa.Text, nullable=False, server_default=""),
    # The last change of substance that left it too little time.
    Column("changed_at", UtcDateTime),
    sa.ForeignKeyConstraint(["network_id", "number"], ["input_windows.network_id", "input_windows.number"]),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
    sa.Index("ix_window_groups_group", "network_id", "group_id", "number"),
)
contributions = sa.Table(
    "contributions",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    # C-1, C-2, …
    Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("number", sa.BigInteger, nullable=False),
    Column("person_id", sa.BigInteger, nullable=False),
    Column("group_id", sa.BigInteger, nullable=False),
    # talk, support, question, data, context, concern
    Column("stance", sa.String(20), nullable=False),
    Column("text", sa.Text, nullable=False),
    # Of a concern: open, answered, resolved, carried, rested; "" for all else.
    Column("state", sa.String(10), nullable=False),
    Column("is_late", sa.Boolean, nullable=False),
    # By the network's clock; `said_at` is the platform's time of the words in force: the latest wins.
    Column("given_at", UtcDateTime, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("redacted_at", UtcDateTime),
    # Which version of the proposal it spoke to.
    Column("version", sa.Integer, nullable=False),
    # message, command, reaction; and where: no message id for a command or a reaction.
    Column("via", sa.String(10), nullable=False),
    Column("channel_id", sa.BigInteger),
    Column("message_id", sa.String(255), nullable=False),
    # Its words are shown in the channel where they were said, and nowhere else.
    Column("stays_home", sa.Boolean, nullable=False, server_default=sa.false()),
    # Of a concern: since when its raiser is gone; who of their group took it over.
    Column("orphaned_at", UtcDateTime),
    Column("taken_over_by", sa.BigInteger),
    sa.ForeignKeyConstraint(["network_id", "number"], ["input_windows.network_id", "input_windows.number"]),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
    sa.Index("ix_contributions_number", "network_id", "number", "group_id"),
    sa.Index(
        "ix_contributions_concerns",
        "network_id",
        "number",
        "id",
        sqlite_where=sa.text("stance = 'concern'"),
        postgresql_where=sa.text("stance = 'concern'"),
    ),
    sa.Index(
        "ix_contributions_unanswered",
        "network_id",
        "given_at",
        sqlite_where=sa.text(IS_UNANSWERED),
        postgresql_where=sa.text(IS_UNANSWERED),
    ),
    sa.Index("ix_contributions_message", "network_id", "channel_id", "message_id"),
    sa.Index("ix_contributions_person", "network_id", "person_id", "number"),
)
concern_answers = sa.Table(
    "concern_answers",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("contribution_id", sa.BigInteger, primary_key=True),
    Column("position", sa.Integer, primary_key=True),
    Column("text", sa.Text, nullable=False),
    Column("by_id", sa.BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "contribution_id"], ["contributions.network_id", "contributions.id"]),
)
window_channels = sa.Table(
    # What a channel has chosen for the threads of windows in it; without a row: concerns, and words may travel.
    "window_channels",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("channel_id", sa.BigInteger, primary_key=True),
    # concerns, digest, off
    Column("relay", sa.String(10), nullable=False),
    Column("keeps_words", sa.Boolean, nullable=False),
)
early_changes = sa.Table(
    # Edits and redactions of messages not seen yet: tombstones that the message meets. The latest time wins, a
    # redaction is final and stays.
    "early_changes",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("channel_id", sa.BigInteger, primary_key=True),
    Column("message_id", sa.String(255), primary_key=True),
    Column("said_at", UtcDateTime, nullable=False),
    Column("is_redacted", sa.Boolean, nullable=False),
    # Of an edit; "" of a redaction.
    Column("text", sa.Text, nullable=False),
)
