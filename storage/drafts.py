"""Drafts: decisions shown to their author alone, kept until they are sent on their way or a week has gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_tables import drafts
from storage.types import UtcDateTime

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Draft:
    """`command` is the text that would have logged it."""

    network_id: int
    id: str
    person_id: int
    made_at: datetime
    command: str


_ADD = sa.insert(drafts)
_THIS = (
    drafts.c.network_id == bindparam("n"),
    drafts.c.person_id == bindparam("p"),
    drafts.c.id == bindparam("d"),
)
_FIND = sa.select(drafts).where(*_THIS)
_DROP = sa.delete(drafts).where(*_THIS)
_OF_PERSON = (
    sa.select(drafts)
    .where(drafts.c.network_id == bindparam("n"), drafts.c.person_id == bindparam("p"))
    .order_by(drafts.c.made_at.desc())
)
_PRUNE = sa.delete(drafts).where(drafts.c.network_id == bindparam("n"), drafts.c.made_at < bindparam("before"))
_PRUNE_ALL = sa.delete(drafts).where(drafts.c.made_at < bindparam("before", type_=UtcDateTime))
_DROP_PERSON = sa.delete(drafts).where(drafts.c.network_id == bindparam("n"), drafts.c.person_id == bindparam("p"))
_MOVE = (
    sa.update(drafts)
    .where(drafts.c.network_id == bindparam("n"), drafts.c.person_id == bindparam("p"))
    .values(person_id=bindparam("new_person"))
)


def add(db: sa.Connection, draft: Draft) -> None:
    names = ("network_id", "id", "person_id", "made_at", "command")
    db.execute(_ADD, {name: getattr(draft, name) for name in names})


def find(db: sa.Connection, network_id: int, person_id: int, id: str) -> Draft | None:
    """Somebody's own draft."""
    row = db.execute(_FIND, {"n": network_id, "p": person_id, "d": id}).one_or_none()
    return Draft(*row) if row else None


def drop(db: sa.Connection, network_id: int, person_id: int, id: str) -> None:
    db.execute(_DROP, {"n": network_id, "p": person_id, "d": id})


def of_person(db: sa.Connection, network_id: int, person_id: int) -> list[Draft]:
    """Somebody's drafts, the newest first."""
    return [Draft(*row) for row in db.execute(_OF_PERSON, {"n": network_id, "p": person_id})]


def prune(db: sa.Connection, network_id: int, before: datetime) -> None:
    """Deletes drafts made before a moment."""
    db.execute(_PRUNE, {"n": network_id, "before": before})


def prune_all(db: sa.Connection, before: datetime) -> None:
    """Deletes drafts of every network made before a moment, where nobody begins new ones."""
    db.execute(_PRUNE_ALL, {"before": before})


def drop_of_person(db: sa.Connection, network_id: int, person_id: int) -> None:
    db.execute(_DROP_PERSON, {"n": network_id, "p": person_id})


def move(db: sa.Connection, network_id: int, from_person: int, to_person: int) -> None:
    """Two people were one."""
    db.execute(_MOVE, {"n": network_id, "p": from_person, "new_person": to_person})
