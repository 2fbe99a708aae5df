"""The message that a decision was made from: its text is kept until it is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_life_tables import decision_sources
from storage.types import UtcDateTime


@dataclass(frozen=True, slots=True)
class Source:
    """`person_id`: who said it, None for somebody who is not known here (then `name` says who it was)."""

    network_id: int
    number: int
    channel_id: int
    message_id: str
    person_id: int | None
    name: str
    text: str
    said_at: datetime
    redacted_at: datetime | None = None


_NAMES = tuple(Source.__dataclass_fields__)
_AT = bindparam("at", type_=UtcDateTime)
_ADD = sa.insert(decision_sources)
_FIND = sa.select(*[decision_sources.c[name] for name in _NAMES]).where(
    decision_sources.c.network_id == bindparam("n"), decision_sources.c.number == bindparam("d")
)
_GONE = {"text": "", "name": "", "redacted_at": _AT}
_REDACT = (
    sa.update(decision_sources)
    .where(
        decision_sources.c.network_id == bindparam("n"),
        decision_sources.c.channel_id == bindparam("c"),
        decision_sources.c.message_id == bindparam("m"),
        decision_sources.c.redacted_at.is_(None),
    )
    .values(_GONE)
    .returning(decision_sources.c.number)
)
_BLANK = (
    sa.update(decision_sources)
    .where(
        decision_sources.c.network_id == bindparam("n"),
        decision_sources.c.number == bindparam("d"),
        decision_sources.c.redacted_at.is_(None),
    )
    .values(_GONE)
)
_FORGET = (
    sa.update(decision_sources)
    .where(decision_sources.c.network_id == bindparam("n"), decision_sources.c.person_id == bindparam("p"))
    .values(_GONE)
    .returning(decision_sources.c.number)
)
_MOVE = (
    sa.update(decision_sources)
    .where(decision_sources.c.network_id == bindparam("n"), decision_sources.c.person_id == bindparam("p"))
    .values(person_id=bindparam("new_person"))
)


def add(db: sa.Connection, source: Source) -> None:
    db.execute(_ADD, {name: getattr(source, name) for name in _NAMES})


def find(db: sa.Connection, network_id: int, number: int) -> Source | None:
    row = db.execute(_FIND, {"n": network_id, "d": number}).one_or_none()
    return Source(*row) if row else None


def redact(db: sa.Connection, network_id: int, channel_id: int, message_id: str, at: datetime) -> list[int]:
    """A message was taken back: its text goes from every decision made from it; their numbers."""
    key = {"n": network_id, "c": channel_id, "m": message_id, "at": at}
    return list(db.execute(_REDACT, key).scalars())


def blank(db: sa.Connection, network_id: int, number: int, at: datetime) -> None:
    """Takes the words out of the source of a decision."""
    db.execute(_BLANK, {"n": network_id, "d": number, "at": at})


def forget_person(db: sa.Connection, network_id: int, person_id: int, at: datetime) -> list[int]:
    """Takes what somebody had said out of the decisions made from it; their numbers."""
    return list(db.execute(_FORGET, {"n": network_id, "p": person_id, "at": at}).scalars())


def move(db: sa.Connection, network_id: int, from_person: int, to_person: int) -> None:
    """Two people were one."""
    db.execute(_MOVE, {"n": network_id, "p": from_person, "new_person": to_person})
