"""Tables of decisions, what belongs to them, drafts and the protocol."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column

from storage.types import JsonText, UtcDateTime, metadata

LONGEST_STEM = 40
"""Characters of a word that are kept to find it by."""

decisions = sa.Table(
    "decisions",
    metadata,
    Column("network_id", sa.ForeignKey("networks.id"), primary_key=True),
    Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", sa.BigInteger, nullable=False),
    Column("author_id", sa.BigInteger, nullable=False),
    # proposed, taken, withdrawn, superseded, reversed, undone
    Column("status", sa.String(20), nullable=False),
    # group, affected, network, circle
    Column("audience", sa.String(20), nullable=False),
    Column("title", sa.Text, nullable=False),
    Column("why", sa.Text, nullable=False),
    Column("alternatives", sa.Text, nullable=False),
    Column("taken_by", sa.Text, nullable=False),
    # Why it could not wait for those affected; "" where it could.
    Column("urgent", sa.Text, nullable=False),
    Column("is_reversible", sa.Boolean, nullable=False),
    Column("tags", JsonText, nullable=False),
    Column("rests_on", JsonText, nullable=False),
    Column("version", sa.Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("taken_at", UtcDateTime),
    Column("review_at", UtcDateTime),
    Column("redacted_at", UtcDateTime),
    # Where an imported decision came from ("pep:249"), "" for those logged here.
    Column("source", sa.String(200), nullable=False),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
    sa.Index("ix_decisions_group", "network_id", "group_id", "number"),
    sa.Index("ix_decisions_status", "network_id", "status", "number"),
    sa.Index("ix_decisions_author", "network_id", "author_id", "number"),
    sa.Index("ix_decisions_created_at", "network_id", "created_at", "number"),
    sa.Index(
        "ix_decisions_review_at",
        "network_id",
        "group_id",
        "review_at",
        sqlite_where=sa.text("review_at IS NOT NULL"),
        postgresql_where=sa.text("review_at IS NOT NULL"),
    ),
    sa.Index(
        "ix_decisions_source",
        "network_id",
        "source",
        unique=True,
        sqlite_where=sa.text("source <> ''"),
        postgresql_where=sa.text("source <> ''"),
    ),
)


def _decision_key() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["network_id", "number"], ["decisions.network_id", "decisions.number"])


decision_versions = sa.Table(
    # What a decision said before an edit; what it says now stands in `decisions`.
    "decision_versions",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("version", sa.Integer, primary_key=True),
    Column("title", sa.Text, nullable=False),
    Column("why", sa.Text, nullable=False),
    Column("alternatives", sa.Text, nullable=False),
    Column("taken_by", sa.Text, nullable=False),
    Column("tags", JsonText, nullable=False),
    Column("rests_on", JsonText, nullable=False),
    Column("review_at", UtcDateTime),
    Column("replaced_at", UtcDateTime, nullable=False),
    Column("replaced_by", sa.BigInteger, nullable=False),
    Column("note", sa.Text, nullable=False),
    _decision_key(),
)
decision_groups = sa.Table(
    "decision_groups",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    # affected, told
    Column("part", sa.String(10), nullable=False),
    _decision_key(),
    sa.Index("ix_decision_groups_group", "network_id", "group_id", "number"),
)
decision_people = sa.Table(
    # People of a decision beside its author, and authors of imported ones; `person_id` where they have an account here.
    "decision_people",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("position", sa.Integer, primary_key=True),
    Column("name", sa.String(200), nullable=False),
    Column("person_id", sa.BigInteger),
    Column("part", sa.String(20), nullable=False),
    _decision_key(),
    sa.Index("ix_decision_people_name", "network_id", "name", "number"),
)
decision_tags = sa.Table(
    "decision_tags",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("tag", sa.String(100), primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    _decision_key(),
)
title_words = sa.Table(
    # The words of titles, so that `decide` finds in no time what shares some of them.
    "title_words",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("word", sa.String(LONGEST_STEM), primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    _decision_key(),
    sa.Index("ix_title_words_number", "network_id", "number"),
    sqlite_with_rowid=False,
)
decision_links = sa.Table(
    # One row a link, from the later decision to the earlier one; read from both sides.
    "decision_links",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("relation", sa.String(20), primary_key=True),
    Column("to_number", sa.BigInteger, primary_key=True),
    # kept; waiting (its decision is a proposal); asked (the other group was); refused (it said no)
    Column("state", sa.String(10), nullable=False),
    Column("by_id", sa.BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    _decision_key(),
    sa.ForeignKeyConstraint(["network_id", "to_number"], ["decisions.network_id", "decisions.number"]),
    sa.Index("ix_decision_links_to", "network_id", "to_number"),
    sa.Index(
        "ix_decision_links_asked",
        "network_id",
        "to_number",
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    ),
)
decision_loose_links = sa.Table(
    # Links of imported decisions to what is not here: kept as they were written, joined when the target comes.
    "decision_loose_links",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("number", sa.BigInteger, primary_key=True),
    Column("relation", sa.String(20), primary_key=True),
    Column("target", sa.String(200), primary_key=True),
    _decision_key(),
    sa.Index("ix_decision_loose_links_target", "network_id", "target"),
)
drafts = sa.Table(
    # A decision that its author was shown and has not yet sent on its way.
    "drafts",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("id", sa.String(12), primary_key=True),
    Column("person_id", sa.BigInteger, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("command", sa.Text, nullable=False),
    sa.Index("ix_drafts_person", "network_id", "person_id"),
)
protocol_rules = sa.Table(
    "protocol_rules",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    # "affects-others", "reversible"
    Column("case", sa.String(40), primary_key=True),
    Column("length", sa.String(20), nullable=False),
    Column("decided_in", sa.BigInteger, nullable=False),
)
