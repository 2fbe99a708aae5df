"""Decisions as records: logging, finding one, changing it. What a reader may not see is not found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_tables import (
    decision_groups,
    decision_people,
    decision_tags,
    decisions,
    drafts,
)
from storage.prepared import Prepared
from storage.types import UtcDateTime

AFFECTED, TOLD = "affected", "told"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as it stands now. `affected_ids`, `told_ids`: groups; `people`: (name, part) beside its author."""

    network_id: int
    number: int
    group_id: int
    author_id: int
    status: str
    audience: str
    title: str
    why: str
    alternatives: str
    taken_by: str
    urgent: str
    is_reversible: bool
    tags: tuple[str, ...]
    rests_on: tuple[str, ...]
    version: int
    created_at: datetime
    taken_at: datetime | None
    review_at: datetime | None
    redacted_at: datetime | None
    source: str
    affected_ids: tuple[int, ...] = ()
    told_ids: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        return f"D-{self.number}"

    @property
    def is_taken(self) -> bool:
        return self.status in ("taken", "superseded", "reversed", "expired")


_NAMES = tuple(Decision.__dataclass_fields__)[:-2]
COLUMNS = tuple(decisions.c[name] for name in _NAMES)
_TAGS, _RESTS_ON = _NAMES.index("tags"), _NAMES.index("rests_on")
_ADD = Prepared(sa.insert(decisions))
_ADD_GROUP = sa.insert(decision_groups)
_ADD_TAG = Prepared(sa.insert(decision_tags))
_ADD_PERSON = sa.insert(decision_people)


def add(db: sa.Connection, decision: Decision, people: tuple[tuple[str, int | None, str], ...] = ()) -> None:
    """Stores a new decision with its groups, tags and people (name, person id or None, part)."""
    row = {name: getattr(decision, name) for name in _NAMES}
    _ADD.run(db, row | {"tags": list(decision.tags), "rests_on": list(decision.rests_on)})
    key = {"network_id": decision.network_id, "number": decision.number}
    _add_groups(db, key, decision.affected_ids, decision.told_ids)
    if decision.tags:
        _ADD_TAG.run_each(db, [key | {"tag": tag} for tag in decision.tags])
    if people:
        named: list[dict[str, Any]] = [
            key | {"position": i, "name": name[:200], "person_id": person_id, "part": part}
            for i, (name, person_id, part) in enumerate(people)
        ]
        db.execute(_ADD_PERSON, named)


def _add_groups(db: sa.Connection, key: dict[str, int], affected: tuple[int, ...], told: tuple[int, ...]) -> None:
    rows = [key | {"group_id": id, "part": AFFECTED} for id in affected]
    rows += [key | {"group_id": id, "part": TOLD} for id in told if id not in affected]
    if rows:
        db.execute(_ADD_GROUP, rows)


_FIND = sa.select(*COLUMNS).where(decisions.c.network_id == bindparam("n"), decisions.c.number == bindparam("d"))
_GROUPS = (
    sa.select(decision_groups.c.group_id, decision_groups.c.part)
    .where(decision_groups.c.network_id == bindparam("n"), decision_groups.c.number == bindparam("d"))
    .order_by(decision_groups.c.group_id)
)
_PEOPLE = (
    sa.select(decision_people.c.name, decision_people.c.part)
    .where(decision_people.c.network_id == bindparam("n"), decision_people.c.number == bindparam("d"))
    .order_by(decision_people.c.position)
)


def find(db: sa.Connection, network_id: int, number: int) -> Decision | None:
    """The decision of this number with its groups, whoever asks: callers check the audience before they show it."""
    key = {"n": network_id, "d": number}
    row = db.execute(_FIND, key).one_or_none()
    if row is None:
        return None
    groups = db.execute(_GROUPS, key).all()
    return from_row(
        row,
        tuple(g.group_id for g in groups if g.part == AFFECTED),
        tuple(g.group_id for g in groups if g.part == TOLD),
    )


_FIND_ALL = (
    sa.select(*COLUMNS)
    .where(decisions.c.network_id == bindparam("n"), decisions.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(decisions.c.number.desc())
)
_GROUPS_OF_ALL = (
    sa.select(decision_groups.c.number, decision_groups.c.group_id, decision_groups.c.part)
    .where(
        decision_groups.c.network_id == bindparam("n"),
        decision_groups.c.number.in_(bindparam("numbers", expanding=True)),
    )
    .order_by(decision_groups.c.number, decision_groups.c.group_id)
)


def find_all(db: sa.Connection, network_id: int, numbers: Collection[int]) -> list[Decision]:
    """The decisions of these numbers that there are, the newest first; as `find`, in two statements for all."""
    if not numbers:
        return []
    key = {"n": network_id, "numbers": list(numbers)}
    parts: defaultdict[tuple[int, str], tuple[int, ...]] = defaultdict(tuple)
    for number, group_id, part in db.execute(_GROUPS_OF_ALL, key):
        parts[number, part] += (group_id,)
    rows = db.execute(_FIND_ALL, key).all()
    return [from_row(row, parts[row.number, AFFECTED], parts[row.number, TOLD]) for row in rows]


def from_row(row: Any, affected: tuple[int, ...] = (), told: tuple[int, ...] = ()) -> Decision:
    """The record of a row of `COLUMNS`."""
    values = list(row)
    values[_TAGS], values[_RESTS_ON] = tuple(values[_TAGS]), tuple(values[_RESTS_ON])
    values += (affected, told)
    return Decision(*values)


def people(db: sa.Connection, network_id: int, number: int) -> list[tuple[str, str]]:
    """(name, part) of the people of a decision beside its author, in order."""
    return [(r.name, r.part) for r in db.execute(_PEOPLE, {"n": network_id, "d": number})]


_THIS = (decisions.c.network_id == bindparam("n"), decisions.c.number == bindparam("d"))
_STATUS = (
    sa.update(decisions)
    .where(*_THIS)
    .values(
        status=bindparam("new_status"),
        taken_at=sa.func.coalesce(bindparam("at", type_=UtcDateTime), decisions.c.taken_at),
    )
)
_TEXTS = ("title", "why", "alternatives", "taken_by", "urgent")
_SET_TEXTS = (
    sa.update(decisions)
    .where(*_THIS)
    .values(
        **{name: bindparam(f"new_{name}") for name in _TEXTS},
        tags=bindparam("new_tags", type_=decisions.c.tags.type),
        rests_on=bindparam("new_rests_on", type_=decisions.c.rests_on.type),
        audience=bindparam("new_audience"),
        is_reversible=bindparam("new_is_reversible"),
        review_at=bindparam("new_review_at", type_=UtcDateTime),
        version=bindparam("new_version"),
        redacted_at=bindparam("new_redacted_at", type_=UtcDateTime),
    )
)
_DROP_GROUPS = sa.delete(decision_groups).where(
    decision_groups.c.network_id == bindparam("n"), decision_groups.c.number == bindparam("d")
)
_DROP_TAGS = sa.delete(decision_tags).where(
    decision_tags.c.network_id == bindparam("n"), decision_tags.c.number == bindparam("d")
)
_BLANK_PEOPLE = (
    sa.update(decision_people)
    .where(decision_people.c.network_id == bindparam("n"), decision_people.c.number == bindparam("d"))
    .values(name="")
)


def set_status(db: sa.Connection, network_id: int, number: int, status: str, taken_at: datetime | None = None) -> None:
    """Another status; `taken_at` where it is taken now."""
    db.execute(_STATUS, {"n": network_id, "d": number, "new_status": status, "at": taken_at})


def update(db: sa.Connection, decision: Decision) -> None:
    """Stores all that an edit or a redaction may change; groups and tags are replaced."""
    key = {"n": decision.network_id, "d": decision.number}
    names = (*_TEXTS, "audience", "is_reversible", "review_at", "version", "redacted_at")
    values = {f"new_{name}": getattr(decision, name) for name in names}
    lists = {"new_tags": list(decision.tags), "new_rests_on": list(decision.rests_on)}
    db.execute(_SET_TEXTS, key | values | lists)
    db.execute(_DROP_GROUPS, key)
    db.execute(_DROP_TAGS, key)
    row_key = {"network_id": decision.network_id, "number": decision.number}
    _add_groups(db, row_key, decision.affected_ids, decision.told_ids)
    if decision.tags:
        _ADD_TAG.run_each(db, [row_key | {"tag": tag} for tag in decision.tags])


def blank_people(db: sa.Connection, network_id: int, number: int) -> None:
    """Takes the names beside the author out of a decision."""
    db.execute(_BLANK_PEOPLE, {"n": network_id, "d": number})


_MOVE_AUTHOR = (
    sa.update(decisions)
    .where(decisions.c.network_id == bindparam("n"), decisions.c.author_id == bindparam("p"))
    .values(author_id=bindparam("new_author"))
)
_MOVE_NAMED = (
    sa.update(decision_people)
    .where(decision_people.c.network_id == bindparam("n"), decision_people.c.person_id == bindparam("p"))
    .values(person_id=bindparam("new_author"))
)
_OF_PERSON = (
    sa.union(
        sa.select(decisions.c.number).where(
            decisions.c.network_id == bindparam("n"),
            decisions.c.author_id == bindparam("p"),
            decisions.c.number > bindparam("after"),
        ),
        sa.select(decision_people.c.number).where(
            decision_people.c.network_id == bindparam("n"),
            decision_people.c.person_id == bindparam("p"),
            decision_people.c.number > bindparam("after"),
        ),
    )
    .order_by("number")
    .limit(bindparam("most"))
)
_FORGET_NAMED = (
    sa.update(decision_people)
    .where(
        decision_people.c.network_id == bindparam("n"),
        decision_people.c.person_id == bindparam("p"),
        decision_people.c.number <= bindparam("last"),
    )
    .values(name="", person_id=None)
)


def move_author(db: sa.Connection, network_id: int, from_id: int, to_id: int) -> None:
    """Two people were one."""
    values = {"n": network_id, "p": from_id, "new_author": to_id}
    db.execute(_MOVE_AUTHOR, values)
    db.execute(_MOVE_NAMED, values)


def forget_person(db: sa.Connection, network_id: int, person_id: int, after: int, most: int) -> list[int]:
    """Takes somebody's name out of the next `most` decisions behind number `after`; the numbers of these."""
    values = {"n": network_id, "p": person_id}
    numbers = list(db.execute(_OF_PERSON, values | {"after": after, "most": most}).scalars())
    if numbers:
        db.execute(_FORGET_NAMED, values | {"last": numbers[-1]})
    return numbers


_COUNT_OF = sa.select(
    sa.select(sa.func.count())
    .select_from(decisions)
    .where(decisions.c.network_id == bindparam("n"), decisions.c.author_id == bindparam("p"))
    .scalar_subquery(),
    sa.select(sa.func.count())
    .select_from(drafts)
    .where(drafts.c.network_id == bindparam("n"), drafts.c.person_id == bindparam("p"))
    .scalar_subquery(),
)


def count_of(db: sa.Connection, network_id: int, person_id: int) -> tuple[int, int]:
    """How many decisions and drafts are somebody's."""
    row = db.execute(_COUNT_OF, {"n": network_id, "p": person_id}).one()
    return row[0], row[1]
