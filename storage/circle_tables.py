"""Tables of circles and other roles that go round: what they are for, whose turn it is and was, who can be asked."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column

from storage.types import JsonText, UtcDateTime, metadata

circles = sa.Table(
    "circles",
    metadata,
    Column("network_id", sa.ForeignKey("networks.id"), primary_key=True),
    Column("id", sa.BigInteger, primary_key=True),
    Column("slug", sa.String(40), nullable=False),
    Column("name", sa.String(200), nullable=False),
    Column("domain", sa.Text, nullable=False),
    # The standing questions that its members ask, in order.
    Column("questions", JsonText, nullable=False),
    # A named role that goes round (a translator): its holders are no facilitators.
    Column("is_role", sa.Boolean, nullable=False),
    # Only those who said that they can; otherwise everybody who did not opt out.
    Column("needs_volunteers", sa.Boolean, nullable=False),
    Column("seats", sa.Integer, nullable=False),
    # Of a term, as a plain length: "6mo".
    Column("term", sa.String(20), nullable=False),
    Column("channel_id", sa.BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    sa.UniqueConstraint("network_id", "slug"),
    sa.ForeignKeyConstraint(["network_id", "channel_id"], ["channels.network_id", "channels.id"]),
)
circle_turns = sa.Table(
    "circle_turns",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("circle_id", sa.BigInteger, primary_key=True),
    Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", sa.BigInteger, nullable=False),
    Column("group_id", sa.BigInteger, nullable=False),
    Column("begins_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    # coming (announced), on, over
    Column("state", sa.String(10), nullable=False),
    # The turn of somebody who is away; and the turn that it follows on the same seat.
    Column("stands_in_for", sa.BigInteger),
    Column("follows", sa.BigInteger),
    # Whether this turn made them a facilitator, so that its end takes that away.
    Column("gave_role", sa.Boolean, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "circle_id"], ["circles.network_id", "circles.id"]),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
    sa.Index("ix_circle_turns_person", "network_id", "person_id"),
)
circle_people = sa.Table(
    # What somebody said about a circle: that they can be asked or not, or that they are away.
    "circle_people",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("circle_id", sa.BigInteger, primary_key=True),
    Column("person_id", sa.BigInteger, primary_key=True),
    Column("is_in", sa.Boolean, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("away_until", UtcDateTime),
    sa.ForeignKeyConstraint(["network_id", "circle_id"], ["circles.network_id", "circles.id"]),
    sa.Index("ix_circle_people_person", "network_id", "person_id"),
)
