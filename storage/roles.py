"""Who is facilitator or steward in a network; a member is whoever is neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.network_tables import people, roles
from storage.statements import insert_new


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a role."""

    role: str
    person_id: int
    name: str
    since: datetime


_ADD = insert_new(roles)
_REMOVE = sa.delete(roles).where(
    roles.c.network_id == bindparam("n"),
    roles.c.person_id == bindparam("person"),
    roles.c.role.in_(bindparam("roles", expanding=True)),
)
_HOLDERS = (
    sa.select(roles.c.role, roles.c.person_id, people.c.name, roles.c.since)
    .select_from(
        roles.join(people, sa.and_(people.c.network_id == roles.c.network_id, people.c.id == roles.c.person_id))
    )
    .where(roles.c.network_id == bindparam("n"))
    .order_by(roles.c.role, people.c.name, roles.c.person_id)
)
_OF = sa.select(roles.c.role).where(roles.c.network_id == bindparam("n"), roles.c.person_id == bindparam("person"))


def add(db: sa.Connection, network_id: int, person_id: int, role: str, at: datetime) -> bool:
    """Gives somebody a role; False if they have it."""
    row = {"network_id": network_id, "person_id": person_id, "role": role, "since": at}
    return db.execute(_ADD, row).rowcount == 1


def remove(db: sa.Connection, network_id: int, person_id: int, names: list[str]) -> None:
    db.execute(_REMOVE, {"n": network_id, "person": person_id, "roles": names})


def holders(db: sa.Connection, network_id: int) -> list[Holder]:
    """Everybody with a role, by role and name."""
    return [Holder(*row) for row in db.execute(_HOLDERS, {"n": network_id})]


def of(db: sa.Connection, network_id: int, person_id: int) -> frozenset[str]:
    """A person's roles."""
    return frozenset(db.execute(_OF, {"n": network_id, "person": person_id}).scalars())
