"""Circles and roles that go round, as records: turns, who can be asked, who facilitates, where circles meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.circle_tables import circle_people, circle_turns, circles
from storage.network import CHANNEL_COLUMNS, Channel
from storage.network_tables import channels, groups, memberships, people, roles
from storage.statements import insert

COMING, ON, OVER = "coming", "on", "over"
FACILITATOR = "facilitator"


@dataclass(frozen=True, slots=True)
class Circle:
    """`term`: a plain length ("6mo"). `is_role`: a named role that goes round, whose holders are no facilitators."""

    network_id: int
    id: int
    slug: str
    name: str
    domain: str
    questions: tuple[str, ...]
    is_role: bool
    needs_volunteers: bool
    seats: int
    term: str
    channel_id: int | None
    created_at: datetime
    ended_at: datetime | None = None

    @property
    def about(self) -> str:
        return f"circle:{self.id}"


@dataclass(frozen=True, slots=True)
class Seat:
    """Turn `n` of a circle. `follows`: the turn before it on the same seat; `stands_in_for`: of somebody away."""

    network_id: int
    circle_id: int
    n: int
    person_id: int
    group_id: int
    begins_at: datetime
    ends_at: datetime
    state: str
    stands_in_for: int | None = None
    follows: int | None = None
    gave_role: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said about a circle: whether they can be asked (since when), and until when they are away."""

    person_id: int
    is_in: bool
    since: datetime
    away_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person of an active group, and since when."""

    person_id: int
    name: str
    group_id: int
    since: datetime


_CIRCLE_NAMES = tuple(Circle.__dataclass_fields__)
_SEAT_NAMES = tuple(Seat.__dataclass_fields__)
_ALL = sa.select(*[circles.c[name] for name in _CIRCLE_NAMES]).where(
    circles.c.network_id == bindparam("n"), circles.c.ended_at.is_(None)
)
_IN_ORDER = _ALL.order_by(circles.c.id)
_FIND = _ALL.where(circles.c.id == bindparam("i"))
_SET = insert(circles)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "id"],
    set_={name: _SET.excluded[name] for name in _CIRCLE_NAMES if name not in ("network_id", "id", "created_at")},
)
_SEATS = (
    sa.select(*[circle_turns.c[name] for name in _SEAT_NAMES])
    .where(circle_turns.c.network_id == bindparam("n"), circle_turns.c.circle_id == bindparam("i"))
    .order_by(circle_turns.c.n)
)
_OF_PERSON = (
    sa.select(*[circle_turns.c[name] for name in _SEAT_NAMES])
    .where(
        circle_turns.c.network_id == bindparam("n"),
        circle_turns.c.person_id == bindparam("p"),
        circle_turns.c.state != OVER,
    )
    .order_by(circle_turns.c.circle_id, circle_turns.c.n)
)
_SET_SEAT = insert(circle_turns)
_SET_SEAT = _SET_SEAT.on_conflict_do_update(
    index_elements=["network_id", "circle_id", "n"],
    set_={name: _SET_SEAT.excluded[name] for name in _SEAT_NAMES[3:]},
)
_SAID = sa.select(*[circle_people.c[name] for name in Said.__dataclass_fields__]).where(
    circle_people.c.network_id == bindparam("n"), circle_people.c.circle_id == bindparam("i")
)
_SAY = insert(circle_people)
_SAY = _SAY.on_conflict_do_update(
    index_elements=["network_id", "circle_id", "person_id"],
    set_={name: _SAY.excluded[name] for name in ("is_in", "since", "away_until")},
)


def _circle(row: Any) -> Circle:
    given = dict(zip(_CIRCLE_NAMES, row, strict=True))
    return Circle(**{**given, "questions": tuple(given["questions"])})


def every(db: sa.Connection, network_id: int) -> list[Circle]:
    """The network's circles and roles that go round, the oldest first."""
    return [_circle(row) for row in db.execute(_IN_ORDER, {"n": network_id})]


def find(db: sa.Connection, network_id: int, id: int) -> Circle | None:
    row = db.execute(_FIND, {"n": network_id, "i": id}).one_or_none()
    return _circle(row) if row else None


def store(db: sa.Connection, circle: Circle) -> None:
    """Stores a circle, new or changed."""
    row = {name: getattr(circle, name) for name in _CIRCLE_NAMES}
    db.execute(_SET, row | {"questions": list(circle.questions)})


def seats(db: sa.Connection, network_id: int, circle_id: int) -> list[Seat]:
    """All turns of a circle: over, on and coming; the oldest first."""
    return [Seat(*row) for row in db.execute(_SEATS, {"n": network_id, "i": circle_id})]


def seats_of(db: sa.Connection, network_id: int, person_id: int) -> list[Seat]:
    """The turns that somebody has or is to have, in all circles."""
    return [Seat(*row) for row in db.execute(_OF_PERSON, {"n": network_id, "p": person_id})]


def set_seat(db: sa.Connection, seat: Seat) -> None:
    """Stores a turn, new or changed."""
    db.execute(_SET_SEAT, {name: getattr(seat, name) for name in _SEAT_NAMES})


def said(db: sa.Connection, network_id: int, circle_id: int) -> dict[int, Said]:
    """What people said about a circle, by person."""
    found = (Said(*row) for row in db.execute(_SAID, {"n": network_id, "i": circle_id}))
    return {one.person_id: one for one in found}


def say(db: sa.Connection, network_id: int, circle_id: int, said: Said) -> None:
    """Keeps what somebody says about a circle."""
    row = {name: getattr(said, name) for name in Said.__dataclass_fields__}
    db.execute(_SAY, row | {"network_id": network_id, "circle_id": circle_id})


_MEMBERS = (
    sa.select(people.c.id, people.c.name, memberships.c.group_id, memberships.c.since)
    .select_from(
        memberships.join(
            people, sa.and_(people.c.network_id == memberships.c.network_id, people.c.id == memberships.c.person_id)
        ).join(groups, sa.and_(groups.c.network_id == memberships.c.network_id, groups.c.id == memberships.c.group_id))
    )
    .where(
        memberships.c.network_id == bindparam("n"),
        groups.c.state == "active",
        people.c.forgotten_at.is_(None),
        people.c.merged_into.is_(None),
    )
    .order_by(people.c.id, memberships.c.group_id)
)
_FACILITATORS = (
    sa.select(roles.c.person_id, memberships.c.group_id)
    .select_from(
        roles.outerjoin(
            memberships,
            sa.and_(memberships.c.network_id == roles.c.network_id, memberships.c.person_id == roles.c.person_id),
        )
    )
    .where(roles.c.network_id == bindparam("n"), roles.c.role == FACILITATOR)
    .order_by(roles.c.person_id, memberships.c.group_id)
)
_CHANNELS = (
    sa.select(*CHANNEL_COLUMNS)
    .select_from(
        circles.join(
            channels, sa.and_(channels.c.network_id == circles.c.network_id, channels.c.id == circles.c.channel_id)
        )
    )
    .where(
        circles.c.network_id == bindparam("n"),
        circles.c.ended_at.is_(None),
        ~circles.c.is_role,
        channels.c.state == "active",
    )
    .order_by(channels.c.id)
)


def members(db: sa.Connection, network_id: int) -> list[Member]:
    """Everybody who is of an active group, once for each of their groups."""
    return [Member(*row) for row in db.execute(_MEMBERS, {"n": network_id})]


def facilitators(db: sa.Connection, network_id: int) -> dict[int, frozenset[int]]:
    """All facilitators with the groups that they belong to."""
    found: dict[int, set[int]] = {}
    for person_id, group_id in db.execute(_FACILITATORS, {"n": network_id}):
        found.setdefault(person_id, set()).update(() if group_id is None else (group_id,))
    return {id: frozenset(ids) for id, ids in found.items()}


def meeting_places(db: sa.Connection, network_id: int) -> list[Channel]:
    """The channels of circles whose members are facilitators: only what a facilitator may read is for them."""
    return [Channel(*row) for row in db.execute(_CHANNELS, {"n": network_id})]


_RELINK_TURNS = (
    sa.update(circle_turns)
    .where(circle_turns.c.network_id == bindparam("of_network"), circle_turns.c.person_id == bindparam("old"))
    .values(person_id=bindparam("new"))
)
_RELINK_SAID = (
    sa.update(circle_people)
    .where(
        circle_people.c.network_id == bindparam("n"),
        circle_people.c.person_id == bindparam("old"),
        circle_people.c.circle_id.not_in(
            sa.select(circle_people.c.circle_id).where(
                circle_people.c.network_id == bindparam("n"), circle_people.c.person_id == bindparam("new")
            )
        ),
    )
    .values(person_id=bindparam("new"))
)
_FORGET_SAID = sa.delete(circle_people).where(
    circle_people.c.network_id == bindparam("n"), circle_people.c.person_id == bindparam("p")
)
_COUNT = (
    sa.select(sa.func.count())
    .select_from(circle_turns)
    .where(circle_turns.c.network_id == bindparam("n"), circle_turns.c.person_id == bindparam("p"))
)


def relink(db: sa.Connection, network_id: int, from_id: int, to_id: int) -> None:
    """Two people were one."""
    values = {"old": from_id, "new": to_id}
    db.execute(_RELINK_TURNS, values | {"of_network": network_id})  # "n" is a column there
    db.execute(_RELINK_SAID, values | {"n": network_id})
    forget_said(db, network_id, from_id)


def forget_said(db: sa.Connection, network_id: int, person_id: int) -> None:
    """What somebody said about circles goes."""
    db.execute(_FORGET_SAID, {"n": network_id, "p": person_id})


def count_of(db: sa.Connection, network_id: int, person_id: int) -> int:
    """How many turns somebody had, has or is to have."""
    count: int = db.execute(_COUNT, {"n": network_id, "p": person_id}).scalar_one()
    return count
