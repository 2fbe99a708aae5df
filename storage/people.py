"""People of a network and their accounts: finding one by what was typed, making two of them one, forgetting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import codes
from storage.network_tables import identities, memberships, people, roles
from storage.on_call import on_call
from storage.statements import insert_new


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: int
    name: str
    zone: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody's account on one platform."""

    platform: str
    workspace: str
    account: str
    name: str


_LIVING = (people.c.network_id == bindparam("n"), people.c.forgotten_at.is_(None), people.c.merged_into.is_(None))
_ROW = (people.c.id, people.c.name, people.c.zone, people.c.created_at)
_PERSON = sa.select(*_ROW).where(*_LIVING, people.c.id == bindparam("person"))
_BY_NAME = (
    sa.select(*_ROW)
    .where(*_LIVING, sa.or_(people.c.name == bindparam("typed"), sa.func.lower(people.c.name) == bindparam("lower")))
    .order_by(people.c.id)
    .limit(10)
)
_BY_ACCOUNT = (
    sa.select(*_ROW)
    .select_from(
        people.join(
            identities,
            sa.and_(identities.c.network_id == people.c.network_id, identities.c.person_id == people.c.id),
        )
    )
    .where(
        *_LIVING,
        identities.c.platform == bindparam("platform"),
        identities.c.workspace == bindparam("workspace"),
        identities.c.account.in_([bindparam("typed"), bindparam("with_at")]),
    )
)
_THEIRS = (identities.c.network_id == bindparam("n"), identities.c.person_id == bindparam("person"))
_IDENTITIES = (
    sa.select(identities.c.platform, identities.c.workspace, identities.c.account, identities.c.name)
    .where(*_THEIRS)
    .order_by(identities.c.platform, identities.c.workspace, identities.c.account)
)
_GROUP_IDS = sa.select(memberships.c.group_id).where(
    memberships.c.network_id == bindparam("n"), memberships.c.person_id == bindparam("person")
)


def person(db: sa.Connection, network_id: int, person_id: int) -> PersonRow | None:
    """A person who is neither forgotten nor merged into another."""
    row = db.execute(_PERSON, {"n": network_id, "person": person_id}).one_or_none()
    return PersonRow(*row) if row else None


def find(db: sa.Connection, network_id: int, platform: str, workspace: str, typed: str) -> list[PersonRow]:
    """People who may be meant: the one with this account at this place, else those of this name (at most 10).

    `typed` is without a leading "@". What looks like a Matrix account ("ana:example.org") is nobody's name: a name is
    anybody's to choose, and they would be taken for somebody else.
    """
    values = {"n": network_id, "platform": platform, "workspace": workspace, "typed": typed, "with_at": f"@{typed}"}
    found = db.execute(_BY_ACCOUNT, values).all()
    if not found and ":" not in typed:
        found = db.execute(_BY_NAME, {"n": network_id, "typed": typed, "lower": typed.lower()}).all()
    return [PersonRow(*row) for row in found]


def with_account(db: sa.Connection, network_id: int, platform: str, workspace: str, account: str) -> int | None:
    """Whose account it is, if anybody's here."""
    values = {"n": network_id, "platform": platform, "workspace": workspace, "typed": account, "with_at": account}
    row = db.execute(_BY_ACCOUNT, values).first()
    return row.id if row else None


def identities_of(db: sa.Connection, network_id: int, person_id: int) -> list[Identity]:
    """A person's accounts, by platform."""
    return [Identity(*row) for row in db.execute(_IDENTITIES, {"n": network_id, "person": person_id})]


def group_ids_of(db: sa.Connection, network_id: int, person_id: int) -> frozenset[int]:
    return frozenset(db.execute(_GROUP_IDS, {"n": network_id, "person": person_id}).scalars())


_MOVE_IDENTITIES = sa.update(identities).where(*_THEIRS).values(person_id=bindparam("into"))
_COPIES = [
    insert_new(table).from_select(
        ["network_id", "person_id", column.name, "since"],
        sa.select(
            table.c.network_id, sa.cast(bindparam("into", type_=sa.BigInteger), sa.BigInteger), column, table.c.since
        ).where(table.c.network_id == bindparam("n"), table.c.person_id == bindparam("person")),
    )
    for table, column in ((memberships, memberships.c.group_id), (on_call, on_call.c.group_id), (roles, roles.c.role))
]
_DROPS = [
    sa.delete(table).where(table.c.network_id == bindparam("n"), table.c.person_id == bindparam("person"))
    for table in (memberships, roles)
]
_MERGE = (
    sa.update(people)
    .where(
        people.c.network_id == bindparam("n"),
        sa.or_(people.c.id == bindparam("person"), people.c.merged_into == bindparam("person")),
    )
    .values(merged_into=bindparam("into"))
)


def merge(db: sa.Connection, network_id: int, from_id: int, into_id: int) -> None:
    """Two people are one: accounts, memberships, roles and being on call move; `from_id` stays only as a pointer."""
    values = {"n": network_id, "person": from_id, "into": into_id}
    db.execute(_MOVE_IDENTITIES, values)
    for statement in (*_COPIES, *_DROPS, _MERGE):
        db.execute(statement, values)
    codes.forget_person(db, network_id, from_id)


_BLANK = (
    sa.update(people)
    .where(
        people.c.network_id == bindparam("n"),
        sa.or_(people.c.id == bindparam("person"), people.c.merged_into == bindparam("person")),
    )
    .values(name=bindparam("left_name"), zone=None, forgotten_at=bindparam("now"))
)
_DROP_IDENTITIES = sa.delete(identities).where(*_THEIRS)


def forget(db: sa.Connection, network_id: int, person_id: int, name: str, now: datetime) -> None:
    """Removes a person's accounts, memberships, roles and codes; of the rows stays an id under `name`."""
    values = {"n": network_id, "person": person_id}
    for statement in (_DROP_IDENTITIES, *_DROPS):
        db.execute(statement, values)
    codes.forget_person(db, network_id, person_id)
    db.execute(_BLANK, values | {"left_name": name, "now": now})
