"""Tables of networks, groups, channels, people and what they may do."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column

from storage.types import JsonText, UtcDateTime, metadata

networks = sa.Table(
    "networks",
    metadata,
    Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("slug", sa.String(80), nullable=False, unique=True),
    Column("language", sa.String(20), nullable=False),
    # Time travel of the playground: seconds ahead of the real clock. 0 everywhere else.
    Column("clock_ahead_s", sa.BigInteger, nullable=False, server_default="0"),
    Column("settings", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
workspaces = sa.Table(
    "workspaces",
    metadata,
    Column("platform", sa.String(20), primary_key=True),
    Column("workspace", sa.String(200), primary_key=True),
    Column("network_id", sa.ForeignKey("networks.id"), nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
)
groups = sa.Table(
    "groups",
    metadata,
    Column("network_id", sa.ForeignKey("networks.id"), primary_key=True),
    Column("id", sa.BigInteger, primary_key=True),
    Column("slug", sa.String(80), nullable=False),
    Column("name", sa.String(200), nullable=False),
    Column("zone", sa.String(60), nullable=False),
    Column("region", sa.String(20)),
    Column("working_days", sa.String(40), nullable=False),
    Column("quiet", sa.String(20), nullable=False),
    Column("language", sa.String(20), nullable=False),
    Column("state", sa.String(20), nullable=False, server_default="active"),
    # [["2026-12-24", false], …]: days that are (not) working days here whatever the region says.
    Column("day_overrides", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("network_id", "slug"),
)
channels = sa.Table(
    "channels",
    metadata,
    Column("network_id", sa.ForeignKey("networks.id"), primary_key=True),
    Column("id", sa.BigInteger, primary_key=True),
    Column("platform", sa.String(20), nullable=False),
    Column("workspace", sa.String(200), nullable=False),
    Column("remote_id", sa.String(255), nullable=False),
    Column("group_id", sa.BigInteger),
    Column("is_home", sa.Boolean, nullable=False),
    Column("language", sa.String(20), nullable=False),
    Column("state", sa.String(20), nullable=False, server_default="active"),
    sa.UniqueConstraint("platform", "workspace", "remote_id"),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
    sa.Index("ix_channels_group", "network_id", "group_id"),
)
people = sa.Table(
    "people",
    metadata,
    Column("network_id", sa.ForeignKey("networks.id"), primary_key=True),
    Column("id", sa.BigInteger, primary_key=True),
    Column("name", sa.String(200), nullable=False),
    Column("zone", sa.String(60)),
    Column("forgotten_at", UtcDateTime),
    # Two people who turned out to be one: this row only says who it is now.
    Column("merged_into", sa.BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
)
identities = sa.Table(
    "identities",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("platform", sa.String(20), primary_key=True),
    Column("workspace", sa.String(200), primary_key=True),
    Column("account", sa.String(255), primary_key=True),
    Column("person_id", sa.BigInteger, nullable=False),
    Column("name", sa.String(200), nullable=False),
    sa.ForeignKeyConstraint(["network_id", "person_id"], ["people.network_id", "people.id"]),
    sa.Index("ix_identities_person", "network_id", "person_id"),
    sa.Index("ix_identities_account", "platform", "workspace", "account"),
)
memberships = sa.Table(
    "memberships",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("person_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "person_id"], ["people.network_id", "people.id"]),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
)
roles = sa.Table(
    "roles",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("person_id", sa.BigInteger, primary_key=True),
    Column("role", sa.String(20), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "person_id"], ["people.network_id", "people.id"]),
)
codes = sa.Table(
    "codes",
    metadata,
    # A digest: the code itself is shown once and never stored.
    Column("network_id", sa.ForeignKey("networks.id"), primary_key=True),
    Column("digest", sa.String(64), primary_key=True),
    Column("purpose", sa.String(20), nullable=False),
    Column("data", JsonText, nullable=False),
    # Who made it.
    Column("person_id", sa.BigInteger),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    sa.Index("ix_codes_digest", "digest"),
)
