"""Who speaks for a group: terms with their ends, whether it goes round, and who does not want to be asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.group_tables import contact_refusals, contact_rotations, group_contacts
from storage.network_tables import memberships, people
from storage.statements import insert, insert_new


@dataclass(frozen=True, slots=True)
class Term:
    """Somebody speaks for a group from `begins_at` until before `ends_at`; None: until somebody says otherwise."""

    person_id: int
    begins_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    person_id: int
    name: str
    since: datetime


_KEY = (group_contacts.c.network_id == bindparam("n"), group_contacts.c.group_id == bindparam("g"))
_TERMS = (
    sa.select(group_contacts.c.person_id, group_contacts.c.begins_at, group_contacts.c.ends_at)
    .where(*_KEY)
    .order_by(group_contacts.c.begins_at)
)
_SET = insert(group_contacts)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "group_id", "begins_at"],
    set_={"person_id": _SET.excluded.person_id, "ends_at": _SET.excluded.ends_at},
)
_EVERY = sa.select(contact_rotations.c.every).where(
    contact_rotations.c.network_id == bindparam("n"), contact_rotations.c.group_id == bindparam("g")
)
_ROTATE = insert(contact_rotations)
_ROTATE = _ROTATE.on_conflict_do_update(
    index_elements=["network_id", "group_id"], set_={"every": _ROTATE.excluded.every}
)
_STAY = sa.delete(contact_rotations).where(
    contact_rotations.c.network_id == bindparam("n"), contact_rotations.c.group_id == bindparam("g")
)
_REFUSE = insert_new(contact_refusals)
_REFUSED = sa.select(contact_refusals.c.person_id).where(
    contact_refusals.c.network_id == bindparam("n"), contact_refusals.c.group_id == bindparam("g")
)
_ACCEPT = sa.delete(contact_refusals).where(
    contact_refusals.c.network_id == bindparam("n"),
    contact_refusals.c.group_id == bindparam("g"),
    contact_refusals.c.person_id == bindparam("person"),
)
_MEMBERS = (
    sa.select(memberships.c.person_id, people.c.name, memberships.c.since)
    .select_from(
        memberships.join(
            people, sa.and_(people.c.network_id == memberships.c.network_id, people.c.id == memberships.c.person_id)
        )
    )
    .where(memberships.c.network_id == bindparam("n"), memberships.c.group_id == bindparam("g"))
    .order_by(memberships.c.since, memberships.c.person_id)
)
_DROPS = [
    sa.delete(table).where(table.c.network_id == bindparam("n"), table.c.group_id == bindparam("g"))
    for table in (group_contacts, contact_rotations, contact_refusals)
]
_MOVE_TERMS = (
    sa.update(group_contacts)
    .where(group_contacts.c.network_id == bindparam("n"), group_contacts.c.person_id == bindparam("person"))
    .values(person_id=bindparam("into"))
)
_COPY_REFUSALS = insert_new(contact_refusals).from_select(
    ["network_id", "group_id", "person_id"],
    sa.select(
        contact_refusals.c.network_id,
        contact_refusals.c.group_id,
        sa.cast(bindparam("into", type_=sa.BigInteger), sa.BigInteger),
    ).where(contact_refusals.c.network_id == bindparam("n"), contact_refusals.c.person_id == bindparam("person")),
)
_DROP_REFUSALS = sa.delete(contact_refusals).where(
    contact_refusals.c.network_id == bindparam("n"), contact_refusals.c.person_id == bindparam("person")
)
_SPEAKS_FOR = (
    sa.select(group_contacts.c.group_id)
    .where(group_contacts.c.network_id == bindparam("n"), group_contacts.c.person_id == bindparam("person"))
    .distinct()
)
_COUNT = (
    sa.select(sa.func.count())
    .select_from(group_contacts)
    .where(group_contacts.c.network_id == bindparam("n"), group_contacts.c.person_id == bindparam("person"))
)
_DROP_TERMS = sa.delete(group_contacts).where(
    group_contacts.c.network_id == bindparam("n"), group_contacts.c.person_id == bindparam("person")
)


def terms(db: sa.Connection, network_id: int, group_id: int) -> list[Term]:
    """All terms of a group's contacts, the first first."""
    return [Term(*row) for row in db.execute(_TERMS, {"n": network_id, "g": group_id})]


def current(db: sa.Connection, network_id: int, group_id: int, now: datetime) -> Term | None:
    """Who speaks for a group now."""
    found = [t for t in terms(db, network_id, group_id) if t.begins_at <= now and (not t.ends_at or now < t.ends_at)]
    return found[-1] if found else None


def set_term(db: sa.Connection, network_id: int, group_id: int, term: Term) -> None:
    """Begins a term, or changes the one that began at the same moment."""
    row = {"person_id": term.person_id, "begins_at": term.begins_at, "ends_at": term.ends_at}
    db.execute(_SET, {"network_id": network_id, "group_id": group_id} | row)


def every(db: sa.Connection, network_id: int, group_id: int) -> str:
    """The length of a term where the contact goes round, else ""."""
    return db.execute(_EVERY, {"n": network_id, "g": group_id}).scalar_one_or_none() or ""


def rotate(db: sa.Connection, network_id: int, group_id: int, length: str) -> None:
    """The contact goes round in terms of this length; "": no longer."""
    if length:
        db.execute(_ROTATE, {"network_id": network_id, "group_id": group_id, "every": length})
    else:
        db.execute(_STAY, {"n": network_id, "g": group_id})


def refuse(db: sa.Connection, network_id: int, group_id: int, person_id: int) -> None:
    db.execute(_REFUSE, {"network_id": network_id, "group_id": group_id, "person_id": person_id})


def accept(db: sa.Connection, network_id: int, group_id: int, person_id: int) -> None:
    db.execute(_ACCEPT, {"n": network_id, "g": group_id, "person": person_id})


def refused(db: sa.Connection, network_id: int, group_id: int) -> set[int]:
    """Who does not want to be asked."""
    return set(db.execute(_REFUSED, {"n": network_id, "g": group_id}).scalars())


def members(db: sa.Connection, network_id: int, group_id: int) -> list[Member]:
    """The people of a group, who came first first."""
    return [Member(*row) for row in db.execute(_MEMBERS, {"n": network_id, "g": group_id})]


def drop(db: sa.Connection, network_id: int, group_id: int) -> None:
    """Nobody speaks for the group, nor did: it is gone."""
    for statement in _DROPS:
        db.execute(statement, {"n": network_id, "g": group_id})


def move_person(db: sa.Connection, network_id: int, from_id: int, into_id: int) -> None:
    """Two people were one."""
    values = {"n": network_id, "person": from_id, "into": into_id}
    db.execute(_MOVE_TERMS, values)
    db.execute(_COPY_REFUSALS, values)
    db.execute(_DROP_REFUSALS, {"n": network_id, "person": from_id})


def count_of(db: sa.Connection, network_id: int, person_id: int) -> int:
    """How many terms somebody has, had, or is to have."""
    count: int = db.execute(_COUNT, {"n": network_id, "person": person_id}).scalar_one()
    return count


def forget_person(db: sa.Connection, network_id: int, person_id: int) -> list[int]:
    """Takes somebody's terms out; returns for which groups they had any."""
    values = {"n": network_id, "person": person_id}
    found = list(db.execute(_SPEAKS_FOR, values).scalars())
    db.execute(_DROP_TERMS, values)
    db.execute(_DROP_REFUSALS, values)
    return found
