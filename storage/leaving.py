"""A group goes: its channels are let go, its people and what it kept to itself are taken out, the rest is history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import decision_index, decision_sources, decision_terms, decision_versions, decisions, inbox, schema
from storage.decision_tables import decisions as decision_table
from storage.decision_tables import drafts
from storage.decisions import Decision
from storage.delivery_tables import lanes, messages
from storage.network_tables import channels, memberships, roles, workspaces
from storage.window_tables import concern_answers, contributions

FREE = "free"
"""State of a channel whose group left the network: it belongs to nobody, until it is forgotten or bound again."""

_CHANNELS = sa.select(channels.c.id, channels.c.platform, channels.c.workspace).where(
    channels.c.network_id == bindparam("n"), channels.c.group_id == bindparam("g")
)
_LET_GO = (
    sa.update(channels)
    .where(channels.c.network_id == bindparam("n"), channels.c.group_id == bindparam("g"))
    .values(group_id=None, is_home=False, state=FREE)
)
_DROP_MESSAGES = sa.delete(messages).where(
    messages.c.network_id == bindparam("n"),
    messages.c.channel_id.in_(bindparam("ids", expanding=True)),
    messages.c.about.not_in(bindparam("kept", expanding=True)),
)
_RELEASE = sa.delete(workspaces).where(
    workspaces.c.network_id == bindparam("n"),
    workspaces.c.platform == bindparam("p"),
    workspaces.c.workspace == bindparam("w"),
    ~sa.exists().where(
        channels.c.network_id == workspaces.c.network_id,
        channels.c.platform == workspaces.c.platform,
        channels.c.workspace == workspaces.c.workspace,
        channels.c.state != FREE,
    ),
)


def let_go(db: sa.Connection, network_id: int, group_id: int, kept_abouts: list[str]) -> list[int]:
    """A group's channels belong to nobody now; what they showed is no longer kept up, but for these records.

    A workspace with no other channel of the network is free for another network. Returns the channels' ids.
    """
    found = [tuple(row) for row in db.execute(_CHANNELS, {"n": network_id, "g": group_id})]
    ids = [row[0] for row in found]
    db.execute(_LET_GO, {"n": network_id, "g": group_id})
    db.execute(_DROP_MESSAGES, {"n": network_id, "ids": ids, "kept": kept_abouts})
    for platform, workspace in sorted({(row[1], row[2]) for row in found}):
        db.execute(_RELEASE, {"n": network_id, "p": platform, "w": workspace})
    return ids


_IS_FREE = (channels.c.id.in_(bindparam("ids", expanding=True)), channels.c.state == FREE)
_FORGET_CHANNELS = sa.delete(channels).where(channels.c.network_id == bindparam("n"), *_IS_FREE)


@cache
def _forget_of_channels() -> tuple[sa.Delete | sa.Update, ...]:
    """What there is about a channel goes with it; what only names one (a circle's) stays without it."""
    columns = [table.c.channel_id for table in (messages, lanes)]
    for table in reversed(schema.metadata.sorted_tables):
        for key in table.foreign_key_constraints:
            if key.referred_table is channels:
                columns += [each.parent for each in key.elements if each.column.name == "id"]
    return tuple(_without(column) for column in columns)


def _without(column: sa.Column[Any]) -> sa.Delete | sa.Update:
    table = column.table
    assert isinstance(table, sa.Table)
    free = sa.select(channels.c.id).where(channels.c.network_id == bindparam("n"), *_IS_FREE)
    of_them = (table.c.network_id == bindparam("n"), column.in_(free))
    if column.nullable:
        return sa.update(table).where(*of_them).values({column.name: None})
    return sa.delete(table).where(*of_them)


def forget_channels(db: sa.Connection, network_id: int, ids: list[int]) -> None:
    """Removes channels that were let go, unless they belong to somebody again."""
    for statement in (*_forget_of_channels(), _FORGET_CHANNELS):
        db.execute(statement, {"n": network_id, "ids": ids})


_PEOPLE = sa.select(memberships.c.person_id).where(
    memberships.c.network_id == bindparam("n"), memberships.c.group_id == bindparam("g")
)
_elsewhere = memberships.alias("elsewhere")
_ONLY_HERE = (
    _PEOPLE.where(
        ~sa.exists().where(
            _elsewhere.c.network_id == memberships.c.network_id,
            _elsewhere.c.person_id == memberships.c.person_id,
            _elsewhere.c.group_id != memberships.c.group_id,
        )
    )
).order_by(memberships.c.person_id)
_DROP_MEMBERS = sa.delete(memberships).where(
    memberships.c.network_id == bindparam("n"), memberships.c.group_id == bindparam("g")
)
_DROPS = [
    sa.delete(table).where(
        table.c.network_id == bindparam("n"), table.c.person_id.in_(bindparam("people", expanding=True))
    )
    for table in (roles, drafts)
]


def only_here(db: sa.Connection, network_id: int, group_id: int) -> list[int]:
    """The group's people who are in no other group of the network."""
    return list(db.execute(_ONLY_HERE, {"n": network_id, "g": group_id}).scalars())


def drop_people(db: sa.Connection, network_id: int, group_id: int, gone: list[int]) -> None:
    """Nobody is a member of the group any more; of those who are `gone`, roles and drafts go too."""
    db.execute(_DROP_MEMBERS, {"n": network_id, "g": group_id})
    for statement in _DROPS:
        db.execute(statement, {"n": network_id, "people": gone})


_PRIVATE = (
    sa.select(decision_table.c.number)
    .where(
        decision_table.c.network_id == bindparam("n"),
        decision_table.c.group_id == bindparam("g"),
        decision_table.c.audience == "group",
        decision_table.c.redacted_at.is_(None),
    )
    .order_by(decision_table.c.number)
    .limit(bindparam("most"))
)
_BLANK_SAID = [
    sa.update(contributions)
    .where(contributions.c.network_id == bindparam("n"), contributions.c.number == bindparam("d"))
    .values(text="", redacted_at=bindparam("at")),
    sa.update(concern_answers)
    .where(
        concern_answers.c.network_id == bindparam("n"),
        sa.exists().where(
            contributions.c.network_id == concern_answers.c.network_id,
            contributions.c.id == concern_answers.c.contribution_id,
            contributions.c.number == bindparam("d"),
        ),
    )
    .values(text=""),
]


def _blank(decision: Decision, at: datetime) -> Decision:
    return replace(
        decision, title="", why="", alternatives="", taken_by="", urgent="", tags=(), rests_on=(), redacted_at=at
    )


def blank_private(db: sa.Connection, network_id: int, group_id: int, most: int, at: datetime) -> list[int]:
    """Blanks decisions that only the group could read, in all versions and in the search index; returns which."""
    numbers = list(db.execute(_PRIVATE, {"n": network_id, "g": group_id, "most": most}).scalars())
    for number in numbers:
        decision = decisions.find(db, network_id, number)
        assert decision is not None  # in this transaction
        decisions.update(db, _blank(decision, at))
        decision_versions.blank(db, network_id, number)
        decisions.blank_people(db, network_id, number)
        decision_terms.blank(db, network_id, number)
        decision_sources.blank(db, network_id, number, at)
        decision_index.drop(db, network_id, number)
        inbox.forget_subject(db, network_id, decision.id)
        db.execute(_BLANK_SAID[0], {"n": network_id, "d": number, "at": at})
        db.execute(_BLANK_SAID[1], {"n": network_id, "d": number})
    return numbers
