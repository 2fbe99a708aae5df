"""The message that a decision was made from: its text is kept until it is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_life_tables import decision_sources, draft_sources
from storage.decision_tables import drafts
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
    """A message was taken back: its text goes from every decision and draft made from it; their numbers."""
    key = {"n": network_id, "c": channel_id, "m": message_id, "at": at}
    db.execute(_REDACT_DRAFTS, key)
    return list(db.execute(_REDACT, key).scalars())


def blank(db: sa.Connection, network_id: int, number: int, at: datetime) -> None:
    """Takes the words out of the source of a decision."""
    db.execute(_BLANK, {"n": network_id, "d": number, "at": at})


def forget_person(db: sa.Connection, network_id: int, person_id: int, at: datetime) -> list[int]:
    """Takes what somebody had said out of the decisions and drafts made from it; their numbers."""
    db.execute(_FORGET_DRAFTS, {"n": network_id, "p": person_id})
    return list(db.execute(_FORGET, {"n": network_id, "p": person_id, "at": at}).scalars())


_COUNT_OF = (
    sa.select(sa.func.count())
    .select_from(decision_sources)
    .where(
        decision_sources.c.network_id == bindparam("n"),
        decision_sources.c.person_id == bindparam("p"),
        decision_sources.c.redacted_at.is_(None),
    )
)


def count_of(db: sa.Connection, network_id: int, person_id: int) -> int:
    """How many decisions keep what somebody had said."""
    found: int = db.execute(_COUNT_OF, {"n": network_id, "p": person_id}).scalar_one()
    return found


def move(db: sa.Connection, network_id: int, from_person: int, to_person: int) -> None:
    """Two people were one."""
    db.execute(_MOVE, {"n": network_id, "p": from_person, "new_person": to_person})


_DRAFT_NAMES = ("network_id", "channel_id", "message_id", "person_id", "name", "text", "said_at")
_OF_NETWORK = draft_sources.c.network_id == bindparam("n")
_ADD_DRAFT = sa.insert(draft_sources)
_FIND_DRAFT = sa.select(*[draft_sources.c[name] for name in _DRAFT_NAMES]).where(
    _OF_NETWORK, draft_sources.c.draft_id == bindparam("d")
)
_REDACT_DRAFTS = sa.delete(draft_sources).where(
    _OF_NETWORK, draft_sources.c.channel_id == bindparam("c"), draft_sources.c.message_id == bindparam("m")
)
_FORGET_DRAFTS = sa.delete(draft_sources).where(_OF_NETWORK, draft_sources.c.person_id == bindparam("p"))
_WITHOUT_DRAFT = sa.delete(draft_sources).where(
    _OF_NETWORK,
    ~sa.exists().where(drafts.c.network_id == draft_sources.c.network_id, drafts.c.id == draft_sources.c.draft_id),
)


def add_to_draft(db: sa.Connection, source: Source, draft_id: str) -> None:
    """Keeps the source of a draft; sources of drafts that are gone go too."""
    db.execute(_WITHOUT_DRAFT, {"n": source.network_id})
    db.execute(_ADD_DRAFT, {name: getattr(source, name) for name in _DRAFT_NAMES} | {"draft_id": draft_id})


def of_draft(db: sa.Connection, network_id: int, draft_id: str) -> Source | None:
    """The source of a draft, with 0 for the number that it has not got yet."""
    row = db.execute(_FIND_DRAFT, {"n": network_id, "d": draft_id}).one_or_none()
    return Source(row.network_id, 0, *row[1:]) if row else None


def drop_without_draft(db: sa.Connection, network_id: int) -> None:
    """Drafts were dropped: what was said goes with them."""
    db.execute(_WITHOUT_DRAFT, {"n": network_id})


_WITHOUT_ANY = sa.delete(draft_sources).where(
    ~sa.exists().where(drafts.c.network_id == draft_sources.c.network_id, drafts.c.id == draft_sources.c.draft_id)
)


def prune_all(db: sa.Connection) -> None:
    """The same in every network."""
    db.execute(_WITHOUT_ANY)
