"""Decisions, channels and people that go from one group to another; what they were before is kept."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_life_tables import decision_checks
from storage.decision_tables import decision_groups, decisions
from storage.group_tables import decision_origins
from storage.network_tables import channels, memberships
from storage.on_call import on_call
from storage.statements import insert_new
from storage.types import UtcDateTime
from storage.window_tables import input_windows, window_groups

_FROM, _INTO = bindparam("from_id", type_=sa.BigInteger), bindparam("into_id", type_=sa.BigInteger)
_INTO_AS_COLUMN = sa.cast(_INTO, sa.BigInteger)
_AT = sa.cast(bindparam("at", type_=UtcDateTime), UtcDateTime)


def _origins(*which: sa.ColumnElement[bool]) -> sa.Insert:
    named = ["network_id", "number", "group_id", "until_at"]
    chosen = sa.select(decisions.c.network_id, decisions.c.number, decisions.c.group_id, _AT).where(*which)
    return insert_new(decision_origins).from_select(named, chosen)


_OF_GROUP = (decisions.c.network_id == bindparam("n"), decisions.c.group_id == _FROM)
_KEEP_ORIGINS = _origins(*_OF_GROUP)
_MOVE_DECISIONS = sa.update(decisions).where(*_OF_GROUP).values(group_id=_INTO)
_other = decision_groups.alias("other")
_HAS_BOTH = sa.exists().where(
    _other.c.network_id == decision_groups.c.network_id,
    _other.c.number == decision_groups.c.number,
    _other.c.group_id == _FROM,
)
_RAISE_PARTS = (
    sa.update(decision_groups)
    .where(
        decision_groups.c.network_id == bindparam("n"),
        decision_groups.c.group_id == _INTO,
        _HAS_BOTH.where(_other.c.part == "affected"),
    )
    .values(part="affected")
)
_DROP_DOUBLES = sa.delete(decision_groups).where(
    decision_groups.c.network_id == bindparam("n"),
    decision_groups.c.group_id == _FROM,
    sa.exists().where(
        _other.c.network_id == decision_groups.c.network_id,
        _other.c.number == decision_groups.c.number,
        _other.c.group_id == _INTO,
    ),
)
_MOVE_PARTS = (
    sa.update(decision_groups)
    .where(decision_groups.c.network_id == bindparam("n"), decision_groups.c.group_id == _FROM)
    .values(group_id=_INTO)
)
# Nobody is affected by their own decision.
_DROP_OWN_PARTS = sa.delete(decision_groups).where(
    decision_groups.c.network_id == bindparam("n"),
    decision_groups.c.group_id == _INTO,
    sa.exists().where(
        decisions.c.network_id == decision_groups.c.network_id,
        decisions.c.number == decision_groups.c.number,
        decisions.c.group_id == _INTO,
    ),
)
# Nor is anybody waited for in their own window; who had spoken in it has.
_DROP_OWN_ASKED = sa.delete(window_groups).where(
    window_groups.c.network_id == bindparam("n"),
    window_groups.c.group_id == _INTO,
    window_groups.c.heard_at.is_(None),
    window_groups.c.number.in_(
        sa.select(decisions.c.number).where(decisions.c.network_id == bindparam("n"), decisions.c.group_id == _INTO)
    ),
    window_groups.c.number.in_(
        sa.select(input_windows.c.number).where(
            input_windows.c.network_id == bindparam("n"), input_windows.c.state == "open"
        )
    ),
)
_other_check = decision_checks.alias("other_check")
# What the one has answered stays its answer; what it was asked and owes, the other one is asked, once.
_DROP_CHECKS = sa.delete(decision_checks).where(
    decision_checks.c.network_id == bindparam("n"),
    decision_checks.c.group_id == _FROM,
    decision_checks.c.answer == "",
    sa.exists().where(
        _other_check.c.network_id == decision_checks.c.network_id,
        _other_check.c.number == decision_checks.c.number,
        _other_check.c.group_id == _INTO,
    ),
)
_MOVE_CHECKS = (
    sa.update(decision_checks)
    .where(
        decision_checks.c.network_id == bindparam("n"),
        decision_checks.c.group_id == _FROM,
        decision_checks.c.answer == "",
    )
    .values(group_id=_INTO)
)
_MOVE_CHANNELS = (
    sa.update(channels)
    .where(channels.c.network_id == bindparam("n"), channels.c.group_id == _FROM)
    .values(group_id=_INTO)
)
_COPY_PEOPLE, _COPY_ON_CALL = (
    insert_new(table).from_select(
        ["network_id", "person_id", "group_id", "since"],
        sa.select(table.c.network_id, table.c.person_id, _INTO_AS_COLUMN, table.c.since).where(
            table.c.network_id == bindparam("n"), table.c.group_id == _FROM
        ),
    )
    for table in (memberships, on_call)
)
_DROP_PEOPLE = sa.delete(memberships).where(memberships.c.network_id == bindparam("n"), memberships.c.group_id == _FROM)
_DROP_PERSON = _DROP_PEOPLE.where(memberships.c.person_id == bindparam("person"))


def merge(db: sa.Connection, network_id: int, from_id: int, into_id: int, at: datetime) -> None:
    """All that one group has becomes another's. The search index still has the old readers (`reindex`)."""
    values = {"n": network_id, "from_id": from_id, "into_id": into_id}
    db.execute(_KEEP_ORIGINS, {"n": network_id, "from_id": from_id, "at": at})
    moves = (_RAISE_PARTS, _DROP_DOUBLES, _MOVE_PARTS, _DROP_CHECKS, _MOVE_CHECKS, _MOVE_CHANNELS)
    for statement in (_MOVE_DECISIONS, *moves, _COPY_PEOPLE, _COPY_ON_CALL):
        db.execute(statement, values)
    db.execute(_DROP_PEOPLE, {"n": network_id, "from_id": from_id})
    for statement in (_DROP_OWN_PARTS, _DROP_OWN_ASKED):
        db.execute(statement, {"n": network_id, "into_id": into_id})


_KEEP_ORIGIN = _origins(decisions.c.network_id == bindparam("n"), decisions.c.number == bindparam("d"))
_MOVE_DECISION = (
    sa.update(decisions)
    .where(decisions.c.network_id == bindparam("n"), decisions.c.number == bindparam("d"))
    .values(group_id=_INTO)
)


def take_over(db: sa.Connection, network_id: int, number: int, into_id: int, at: datetime) -> None:
    """One decision becomes another group's."""
    db.execute(_KEEP_ORIGIN, {"n": network_id, "d": number, "at": at})
    db.execute(_MOVE_DECISION, {"n": network_id, "d": number, "into_id": into_id})
    for statement in (_DROP_OWN_PARTS, _DROP_OWN_ASKED):
        db.execute(statement, {"n": network_id, "into_id": into_id})


_ORIGINS = (
    sa.select(decision_origins.c.group_id, decision_origins.c.until_at)
    .where(decision_origins.c.network_id == bindparam("n"), decision_origins.c.number == bindparam("d"))
    .order_by(decision_origins.c.until_at, decision_origins.c.group_id)
)
_NUMBERS = (
    sa.union(
        sa.select(decisions.c.number).where(
            decisions.c.network_id == bindparam("n"),
            decisions.c.group_id == bindparam("g"),
            decisions.c.number > bindparam("after"),
        ),
        sa.select(decision_groups.c.number).where(
            decision_groups.c.network_id == bindparam("n"),
            decision_groups.c.group_id == bindparam("g"),
            decision_groups.c.number > bindparam("after"),
        ),
    )
    .order_by("number")
    .limit(bindparam("most"))
)


def origins(db: sa.Connection, network_id: int, number: int) -> list[tuple[int, datetime]]:
    """Whose decision it was before, each with until when, the first first."""
    return [(row[0], row[1]) for row in db.execute(_ORIGINS, {"n": network_id, "d": number})]


def numbers_of(db: sa.Connection, network_id: int, group_id: int, after: int, most: int) -> list[int]:
    """Decisions of a group and those that affect it or that it is told, behind number `after`, in order."""
    values = {"n": network_id, "g": group_id, "after": after, "most": most}
    return list(db.execute(_NUMBERS, values).scalars())


def choose(db: sa.Connection, network_id: int, person_id: int, from_id: int) -> None:
    """Somebody is no member of a group any more."""
    db.execute(_DROP_PERSON, {"n": network_id, "from_id": from_id, "person": person_id})
