"""Conflicts as records: raising, changing, finding one; its parties and the log of what was tried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.conflict_tables import conflict_log, conflict_parties, conflicts
from storage.statements import insert_new
from storage.types import UtcDateTime

SUGGESTED, CONFIDED, OPEN = "suggested", "confided", "open"
SETTLED, DIFFERING, OF_VALUES, DISMISSED = "settled", "differing", "values", "dismissed"
STATES = (SUGGESTED, CONFIDED, OPEN, SETTLED, DIFFERING, OF_VALUES, DISMISSED)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A tension of decision `first` with decision `second`, with `other`, or with a concern left unanswered.

    `rule`: "" where a person raised it. `ending`: the end that is proposed and waits for each party. `review_at`:
    when it comes back. `round`: how often it was opened; `step`: how far it was escalated.
    """

    network_id: int
    id: int
    state: str
    rule: str
    first: int
    second: int | None
    other: str
    contribution_id: int | None
    text: str
    raiser_id: int | None
    raiser_group_id: int | None
    confidant_id: int | None
    host_id: int | None
    raised_at: datetime
    changed_at: datetime
    ending: str = ""
    ending_text: str = ""
    ending_by: int | None = None
    review_at: datetime | None = None
    ended_at: datetime | None = None
    round: int = 0
    step: int = 0

    @property
    def about(self) -> str:
        return f"X-{self.id}"

    @property
    def is_private(self) -> bool:
        """Told in confidence and never brought into the open, whatever its state."""
        return not self.rule and self.round == 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """The decisions that it is about."""
        return (self.first,) if self.second is None else (self.first, self.second)


@dataclass(frozen=True, slots=True)
class Party:
    """A group that is part of a conflict; `confirmed_at`: it agrees to the end that is proposed."""

    group_id: int
    confirmed_at: datetime | None = None
    confirmed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a conflict's log. `text` is "" where whoever wrote it asked to be forgotten."""

    position: int
    kind: str
    text: str
    by_id: int | None
    group_id: int | None
    at: datetime


NAMES = tuple(Conflict.__dataclass_fields__)
COLUMNS = [conflicts.c[name] for name in NAMES]
_ADD = sa.insert(conflicts)
_ALL = sa.select(*COLUMNS).where(conflicts.c.network_id == bindparam("n"))
_FIND = _ALL.where(conflicts.c.id == bindparam("i"))
_CHANGING = [name for name in NAMES if name not in ("network_id", "id", "raised_at")]
_UPDATE = (
    sa.update(conflicts)
    .where(conflicts.c.network_id == bindparam("n"), conflicts.c.id == bindparam("i"))
    .values({name: bindparam(f"new_{name}", type_=conflicts.c[name].type) for name in _CHANGING})
)
_PARTIES = (
    sa.select(conflict_parties.c.group_id, conflict_parties.c.confirmed_at, conflict_parties.c.confirmed_by)
    .where(conflict_parties.c.network_id == bindparam("n"), conflict_parties.c.conflict_id == bindparam("i"))
    .order_by(conflict_parties.c.group_id)
)
_ADD_PARTY = insert_new(conflict_parties)
_CONFIRM = (
    sa.update(conflict_parties)
    .where(
        conflict_parties.c.network_id == bindparam("n"),
        conflict_parties.c.conflict_id == bindparam("i"),
        conflict_parties.c.group_id == bindparam("g"),
    )
    .values(confirmed_at=bindparam("at", type_=UtcDateTime), confirmed_by=bindparam("by"))
)
_DROP_PARTY = sa.delete(conflict_parties).where(
    conflict_parties.c.network_id == bindparam("n"),
    conflict_parties.c.conflict_id == bindparam("i"),
    conflict_parties.c.group_id == bindparam("g"),
)


def add(db: sa.Connection, conflict: Conflict, group_ids: tuple[int, ...]) -> None:
    """Stores a new conflict with its parties."""
    db.execute(_ADD, {name: getattr(conflict, name) for name in NAMES})
    for group_id in group_ids:
        add_party(db, conflict.network_id, conflict.id, group_id)


def update(db: sa.Connection, conflict: Conflict) -> None:
    """Stores all that can change of a conflict."""
    values = {f"new_{name}": getattr(conflict, name) for name in _CHANGING}
    db.execute(_UPDATE, {"n": conflict.network_id, "i": conflict.id} | values)


def find(db: sa.Connection, network_id: int, id: int) -> Conflict | None:
    """The conflict of this number, whoever asks: callers check who may read it before they show it."""
    row = db.execute(_FIND, {"n": network_id, "i": id}).one_or_none()
    return Conflict(*row) if row else None


def parties(db: sa.Connection, network_id: int, id: int) -> tuple[Party, ...]:
    return tuple(Party(*row) for row in db.execute(_PARTIES, {"n": network_id, "i": id}))


def add_party(db: sa.Connection, network_id: int, id: int, group_id: int) -> None:
    """One more group is a party; nothing happens if it is."""
    row = {"network_id": network_id, "conflict_id": id, "group_id": group_id}
    db.execute(_ADD_PARTY, row | {"confirmed_at": None, "confirmed_by": None})


def drop_party(db: sa.Connection, network_id: int, id: int, group_id: int) -> None:
    db.execute(_DROP_PARTY, {"n": network_id, "i": id, "g": group_id})


def set_party(db: sa.Connection, network_id: int, id: int, party: Party) -> None:
    """Whether a party has confirmed."""
    key = {"n": network_id, "i": id, "g": party.group_id}
    db.execute(_CONFIRM, key | {"at": party.confirmed_at, "by": party.confirmed_by})


_LAST = sa.select(sa.func.coalesce(sa.func.max(conflict_log.c.position), 0)).where(
    conflict_log.c.network_id == bindparam("n"), conflict_log.c.conflict_id == bindparam("i")
)
_ADD_ENTRY = sa.insert(conflict_log)
_LOG = (
    sa.select(*[conflict_log.c[name] for name in Entry.__dataclass_fields__])
    .where(conflict_log.c.network_id == bindparam("n"), conflict_log.c.conflict_id == bindparam("i"))
    .order_by(conflict_log.c.position)
)


def write(
    db: sa.Connection,
    conflict: Conflict,
    kind: str,
    at: datetime,
    *,
    text: str = "",
    by_id: int | None,
    group_id: int | None = None,
) -> int:
    """One more entry in the log; which one it is, from 1 on."""
    position: int = db.execute(_LAST, {"n": conflict.network_id, "i": conflict.id}).scalar_one() + 1
    row = {"network_id": conflict.network_id, "conflict_id": conflict.id, "position": position, "kind": kind}
    db.execute(_ADD_ENTRY, row | {"text": text, "by_id": by_id, "group_id": group_id, "at": at})
    return position


def log(db: sa.Connection, network_id: int, id: int) -> tuple[Entry, ...]:
    """What was tried and done, the oldest first."""
    return tuple(Entry(*row) for row in db.execute(_LOG, {"n": network_id, "i": id}))


_OF_DECISION = _ALL.where(sa.or_(conflicts.c.first == bindparam("d"), conflicts.c.second == bindparam("d"))).order_by(
    conflicts.c.id
)
_OF_CONCERN = _ALL.where(conflicts.c.contribution_id == bindparam("c"), conflicts.c.first == bindparam("d"))
_OF_GROUP = _ALL.where(
    sa.exists().where(
        conflict_parties.c.network_id == conflicts.c.network_id,
        conflict_parties.c.conflict_id == conflicts.c.id,
        conflict_parties.c.group_id == bindparam("g"),
    )
).order_by(conflicts.c.id)
_HELD_BY = _ALL.where(
    sa.or_(conflicts.c.host_id == bindparam("p"), conflicts.c.confidant_id == bindparam("p"))
).order_by(conflicts.c.id)


_OWED = (
    _ALL.where(
        sa.or_(
            sa.and_(conflicts.c.state == CONFIDED, conflicts.c.confidant_id == bindparam("p")),
            sa.and_(
                conflicts.c.state == OPEN,
                sa.or_(
                    conflicts.c.host_id == bindparam("p"),
                    sa.exists().where(
                        conflict_parties.c.network_id == conflicts.c.network_id,
                        conflict_parties.c.conflict_id == conflicts.c.id,
                        conflict_parties.c.group_id.in_(bindparam("groups", expanding=True)),
                        conflict_parties.c.confirmed_at.is_(None),
                    ),
                ),
            ),
        )
    )
    .order_by(conflicts.c.raised_at, conflicts.c.id)
    .limit(bindparam("most"))
)


def owed(db: sa.Connection, network_id: int, person_id: int, group_ids: Collection[int], most: int) -> list[Conflict]:
    """What somebody hosts or was told in confidence, and open ones in which one of these groups has not confirmed."""
    values = {"n": network_id, "p": person_id, "groups": sorted(group_ids), "most": most}
    return [Conflict(*row) for row in db.execute(_OWED, values)]


def of_decision(db: sa.Connection, network_id: int, number: int) -> list[Conflict]:
    """All conflicts of a decision in every state, also those in confidence."""
    return [Conflict(*row) for row in db.execute(_OF_DECISION, {"n": network_id, "d": number})]


def of_concern(db: sa.Connection, network_id: int, number: int, contribution_id: int) -> Conflict | None:
    """What a concern that was left unanswered became."""
    row = db.execute(_OF_CONCERN, {"n": network_id, "d": number, "c": contribution_id}).first()
    return Conflict(*row) if row else None


def of_group(db: sa.Connection, network_id: int, group_id: int) -> list[Conflict]:
    """All conflicts that a group is a party of."""
    return [Conflict(*row) for row in db.execute(_OF_GROUP, {"n": network_id, "g": group_id})]


def held_by(db: sa.Connection, network_id: int, person_id: int) -> list[Conflict]:
    """What somebody hosts, or was told in confidence."""
    return [Conflict(*row) for row in db.execute(_HELD_BY, {"n": network_id, "p": person_id})]


_HOSTING = (
    sa.select(sa.func.coalesce(conflicts.c.host_id, conflicts.c.confidant_id), sa.func.count())
    .where(conflicts.c.network_id == bindparam("n"), conflicts.c.state.in_([OPEN, CONFIDED]))
    .group_by(sa.func.coalesce(conflicts.c.host_id, conflicts.c.confidant_id))
)


def load(db: sa.Connection, network_id: int) -> dict[int, int]:
    """How many open and confided conflicts each facilitator has to look after."""
    return {row[0]: row[1] for row in db.execute(_HOSTING, {"n": network_id}) if row[0] is not None}
