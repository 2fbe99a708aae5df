"""Foundation."""

import sqlalchemy as sa
from alembic import op

from storage.types import JsonText, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("letter", sa.String(length=2), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "letter", name=op.f("pk_counters")),
    )
    op.create_table(
        "deadlines",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("args", JsonText(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("network_id", "about", "kind", "group_id", "round", name=op.f("pk_deadlines")),
    )
    op.create_index(
        "ix_deadlines_due_at",
        "deadlines",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "drafts",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_person", "drafts", ["network_id", "person_id"], unique=False)
    op.create_table(
        "early_changes",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("is_redacted", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "channel_id", "message_id", name=op.f("pk_early_changes")),
    )
    op.create_table(
        "event_cursors",
        sa.Column("follower", sa.String(length=60), nullable=False),
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("follower", "network_id", name=op.f("pk_event_cursors")),
    )
    op.create_table(
        "events",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("data", JsonText(), nullable=False),
        sa.Column("is_past", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_about", "events", ["network_id", "about", "id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("event_key", sa.String(length=255), nullable=False),
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("source", "event_key", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], unique=False)
    op.create_index("ix_inbox_repetition", "inbox", ["network_id", "fingerprint", "received_at"], unique=False)
    op.create_table(
        "lanes",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("lease", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("network_id", "channel_id", name=op.f("pk_lanes")),
    )
    op.create_index(
        "ix_lanes_next_at",
        "lanes",
        ["platform", "next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "local_accounts",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "account", name=op.f("pk_local_accounts")),
    )
    op.create_table(
        "local_changes",
        sa.Column("network_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_local_changes")),
    )
    op.create_table(
        "local_channels",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "channel", name=op.f("pk_local_channels")),
    )
    op.create_table(
        "local_happenings",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("data", JsonText(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_local_happenings")),
    )
    op.create_index(
        "ix_local_happenings_waiting",
        "local_happenings",
        ["network_id", "position"],
        unique=False,
        sqlite_where=sa.text("data IS NOT NULL"),
        postgresql_where=sa.text("data IS NOT NULL"),
    )
    op.create_table(
        "local_messages",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("thread", sa.String(length=40), nullable=True),
        sa.Column("account", sa.String(length=80), nullable=True),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("body", JsonText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("is_edited", sa.Boolean(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_local_messages")),
        sa.UniqueConstraint("network_id", "key", name=op.f("uq_local_messages_network_id_key")),
    )
    op.create_index("ix_local_messages_change", "local_messages", ["network_id", "change"], unique=False)
    op.create_index("ix_local_messages_position", "local_messages", ["network_id", "position"], unique=False)
    op.create_table(
        "local_reactions",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.String(length=40), nullable=False),
        sa.Column("emoji", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "message", "emoji", "account", name=op.f("pk_local_reactions")),
    )
    op.create_table(
        "messages",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_of", sa.String(length=120), nullable=True),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("view", sa.String(length=60), nullable=False),
        sa.Column("args", JsonText(), nullable=False),
        sa.Column("wanted_rev", sa.Integer(), nullable=False),
        sa.Column("sent_rev", sa.Integer(), nullable=False),
        sa.Column("sent_digest", sa.String(length=32), nullable=False),
        sa.Column("remote_id", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ready_at", UtcDateTime(), nullable=False),
        sa.Column("edit_gap_s", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_unclear", sa.Boolean(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_messages")),
        sa.UniqueConstraint("network_id", "key", name=op.f("uq_messages_network_id_key")),
    )
    op.create_index("ix_messages_about", "messages", ["network_id", "about"], unique=False)
    op.create_index(
        "ix_messages_dead",
        "messages",
        ["network_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_messages_pending",
        "messages",
        ["network_id", "channel_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'live' AND wanted_rev > sent_rev"),
        postgresql_where=sa.text("state = 'live' AND wanted_rev > sent_rev"),
    )
    op.create_index("ix_messages_remote", "messages", ["network_id", "channel_id", "remote_id"], unique=False)
    op.create_table(
        "networks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("clock_ahead_s", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settings", JsonText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networks")),
        sa.UniqueConstraint("slug", name=op.f("uq_networks_slug")),
    )
    op.create_table(
        "protocol_rules",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("length", sa.String(length=20), nullable=False),
        sa.Column("decided_in", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "case", name=op.f("pk_protocol_rules")),
    )
    op.create_table(
        "codes",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("data", JsonText(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_codes_network_id")),
        sa.PrimaryKeyConstraint("network_id", "digest", name=op.f("pk_codes")),
    )
    op.create_index("ix_codes_digest", "codes", ["digest"], unique=False)
    op.create_table(
        "groups",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=20), nullable=True),
        sa.Column("working_days", sa.String(length=40), nullable=False),
        sa.Column("quiet", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="active", nullable=False),
        sa.Column("day_overrides", JsonText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_groups_network_id")),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_groups")),
        sa.UniqueConstraint("network_id", "slug", name=op.f("uq_groups_network_id_slug")),
    )
    op.create_table(
        "people",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=True),
        sa.Column("forgotten_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_people_network_id")),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_people")),
    )
    op.create_table(
        "workspaces",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("workspace", sa.String(length=200), nullable=False),
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_workspaces_network_id")),
        sa.PrimaryKeyConstraint("platform", "workspace", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "channels",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("workspace", sa.String(length=200), nullable=False),
        sa.Column("remote_id", sa.String(length=255), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("is_home", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="active", nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"], ["groups.network_id", "groups.id"], name=op.f("fk_channels_network_id_group_id")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_channels_network_id")),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_channels")),
        sa.UniqueConstraint(
            "platform", "workspace", "remote_id", name=op.f("uq_channels_platform_workspace_remote_id")
        ),
    )
    op.create_index("ix_channels_group", "channels", ["network_id", "group_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("alternatives", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Text(), nullable=False),
        sa.Column("is_reversible", sa.Boolean(), nullable=False),
        sa.Column("tags", JsonText(), nullable=False),
        sa.Column("rests_on", JsonText(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("review_at", UtcDateTime(), nullable=True),
        sa.Column("redacted_at", UtcDateTime(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_decisions_network_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_decisions_network_id")),
        sa.PrimaryKeyConstraint("network_id", "number", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_author", "decisions", ["network_id", "author_id", "number"], unique=False)
    op.create_index("ix_decisions_created_at", "decisions", ["network_id", "created_at", "number"], unique=False)
    op.create_index("ix_decisions_group", "decisions", ["network_id", "group_id", "number"], unique=False)
    op.create_index(
        "ix_decisions_source",
        "decisions",
        ["network_id", "source"],
        unique=True,
        sqlite_where=sa.text("source <> ''"),
        postgresql_where=sa.text("source <> ''"),
    )
    op.create_index("ix_decisions_status", "decisions", ["network_id", "status", "number"], unique=False)
    op.create_table(
        "identities",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("workspace", sa.String(length=200), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id"],
            ["people.network_id", "people.id"],
            name=op.f("fk_identities_network_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "platform", "workspace", "account", name=op.f("pk_identities")),
    )
    op.create_index("ix_identities_account", "identities", ["platform", "workspace", "account"], unique=False)
    op.create_index("ix_identities_person", "identities", ["network_id", "person_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_memberships_network_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id"],
            ["people.network_id", "people.id"],
            name=op.f("fk_memberships_network_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "person_id", "group_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "roles",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id"], ["people.network_id", "people.id"], name=op.f("fk_roles_network_id_person_id")
        ),
        sa.PrimaryKeyConstraint("network_id", "person_id", "role", name=op.f("pk_roles")),
    )
    op.create_table(
        "decision_groups",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_groups_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "group_id", name=op.f("pk_decision_groups")),
    )
    op.create_index("ix_decision_groups_group", "decision_groups", ["network_id", "group_id", "number"], unique=False)
    op.create_table(
        "decision_links",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("to_number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_links_network_id_number"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "to_number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_links_network_id_to_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "relation", "to_number", name=op.f("pk_decision_links")),
    )
    op.create_index("ix_decision_links_to", "decision_links", ["network_id", "to_number"], unique=False)
    op.create_table(
        "decision_loose_links",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_loose_links_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "relation", "target", name=op.f("pk_decision_loose_links")),
    )
    op.create_index("ix_decision_loose_links_target", "decision_loose_links", ["network_id", "target"], unique=False)
    op.create_table(
        "decision_people",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_people_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "position", name=op.f("pk_decision_people")),
    )
    op.create_index("ix_decision_people_name", "decision_people", ["network_id", "name", "number"], unique=False)
    op.create_table(
        "decision_tags",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_tags_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "tag", "number", name=op.f("pk_decision_tags")),
    )
    op.create_table(
        "decision_versions",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("alternatives", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("tags", JsonText(), nullable=False),
        sa.Column("rests_on", JsonText(), nullable=False),
        sa.Column("review_at", UtcDateTime(), nullable=True),
        sa.Column("replaced_at", UtcDateTime(), nullable=False),
        sa.Column("replaced_by", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_decision_versions_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "version", name=op.f("pk_decision_versions")),
    )
    op.create_table(
        "input_windows",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_review", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("length", sa.String(length=40), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("outcome_text", sa.Text(), nullable=False),
        sa.Column("outcome_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_input_windows_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", name=op.f("pk_input_windows")),
    )
    op.create_table(
        "contributions",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("stance", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("redacted_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_contributions_network_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["input_windows.network_id", "input_windows.number"],
            name=op.f("fk_contributions_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_contributions")),
    )
    op.create_index(
        "ix_contributions_concerns",
        "contributions",
        ["network_id", "number", "id"],
        unique=False,
        sqlite_where=sa.text("stance = 'concern'"),
        postgresql_where=sa.text("stance = 'concern'"),
    )
    op.create_index(
        "ix_contributions_message", "contributions", ["network_id", "channel_id", "message_id"], unique=False
    )
    op.create_index("ix_contributions_number", "contributions", ["network_id", "number", "group_id"], unique=False)
    op.create_index("ix_contributions_person", "contributions", ["network_id", "person_id", "number"], unique=False)
    op.create_table(
        "window_groups",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("closes_local", sa.String(length=20), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("holidays", JsonText(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=True),
        sa.Column("heard_how", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "group_id"],
            ["groups.network_id", "groups.id"],
            name=op.f("fk_window_groups_network_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["input_windows.network_id", "input_windows.number"],
            name=op.f("fk_window_groups_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "number", "group_id", name=op.f("pk_window_groups")),
    )
    op.create_index("ix_window_groups_group", "window_groups", ["network_id", "group_id", "number"], unique=False)
    op.create_table(
        "concern_answers",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("contribution_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "contribution_id"],
            ["contributions.network_id", "contributions.id"],
            name=op.f("fk_concern_answers_network_id_contribution_id"),
        ),
        sa.PrimaryKeyConstraint("network_id", "contribution_id", "position", name=op.f("pk_concern_answers")),
    )


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
