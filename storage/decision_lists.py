"""Lists of decisions, filtered and paged, for one reader's eyes; what is hidden is neither listed nor counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import search
from storage.decision_tables import decision_groups, decision_people, decision_tags, decisions
from storage.decisions import COLUMNS, Decision, from_row
from storage.network_tables import people
from storage.types import UtcDateTime

_FOUND_AT_ONCE = 200
_LAST = 1 << 31


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; None and "" leave a condition out. `words`: all of them. `before`: numbers below it (paging)."""

    words: str = ""
    group_id: int | None = None
    by: str = ""
    tag: str = ""
    value: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who reads: groups, whether of the circle, and the person (0: a channel)."""

    network_id: int
    group_ids: frozenset[int]
    is_circle: bool
    person_id: int = 0

    def marks(self) -> list[str]:
        """The marks in the search index that these eyes may read."""
        marks = [search.everyone(self.network_id)]
        marks += [search.group_mark(self.network_id, id) for id in sorted(self.group_ids)]
        return marks + ([search.circle_mark(self.network_id)] if self.is_circle else [])


def page(db: sa.Connection, eyes: Eyes, wanted: Filter, most: int) -> list[Decision]:
    """The newest decisions that fit, at most `most`."""
    if not wanted.words.strip():
        return _select(db, eyes, wanted, most, None)
    found: list[Decision] = []
    before = wanted.before or _LAST
    while len(found) < most:
        numbers = search.find(db, eyes.network_id, wanted.words, eyes.marks(), before, _FOUND_AT_ONCE)
        if numbers:
            found += _select(db, eyes, wanted, most - len(found), numbers)
            before = numbers[-1]
        if len(numbers) < _FOUND_AT_ONCE:
            break
    return found


def _select(db: sa.Connection, eyes: Eyes, wanted: Filter, most: int, numbers: list[int] | None) -> list[Decision]:
    values: dict[str, Any] = {
        "network": eyes.network_id,
        "mine": sorted(eyes.group_ids) or [0],
        "is_circle": eyes.is_circle,
        "most": most,
        "before": wanted.before or _LAST,
    }
    given = []
    for name in ("group_id", "by", "tag", "value", "status", "since", "until"):
        value = getattr(wanted, name)
        if value is not None and value != "":
            given.append(name)
            values[name] = value
    if numbers is not None:
        given.append("numbers")
        values["numbers"] = numbers
    if "by" in given:
        values["by"] = f"%{_escaped(wanted.by.lower())}%"
        values["by_typed"] = f"%{_escaped(wanted.by)}%"
    if "value" in given:
        values["value"] = f'%"{_escaped(wanted.value)}"%'
    return [from_row(row) for row in db.execute(_statement(tuple(given)), values)]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def visible() -> sa.ColumnElement[bool]:
    """The condition under which eyes (parameters `network`, `mine`, `is_circle`) may read a decision."""
    is_affected = sa.exists().where(
        decision_groups.c.network_id == decisions.c.network_id,
        decision_groups.c.number == decisions.c.number,
        decision_groups.c.group_id.in_(bindparam("mine", expanding=True)),
    )
    return sa.or_(
        decisions.c.audience == "network",
        decisions.c.group_id.in_(bindparam("mine", expanding=True)),
        sa.and_(decisions.c.audience == "affected", is_affected),
        sa.and_(decisions.c.audience == "circle", bindparam("is_circle", type_=sa.Boolean)),
    )


def _is_like(name: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """In any case, or as typed where the database folds ASCII letters only."""
    folded = sa.func.lower(name).like(bindparam("by"), escape="\\")
    return sa.or_(folded, name.like(bindparam("by_typed"), escape="\\"))


def _conditions() -> dict[str, sa.ColumnElement[bool]]:
    key = (decision_tags.c.network_id == decisions.c.network_id, decision_tags.c.number == decisions.c.number)
    named = sa.exists().where(
        decision_people.c.network_id == decisions.c.network_id,
        decision_people.c.number == decisions.c.number,
        _is_like(decision_people.c.name),
    )
    wrote = sa.exists().where(
        people.c.network_id == decisions.c.network_id,
        people.c.id == decisions.c.author_id,
        _is_like(people.c.name),
    )
    return {
        "numbers": decisions.c.number.in_(bindparam("numbers", expanding=True)),
        "group_id": decisions.c.group_id == bindparam("group_id"),
        "by": sa.or_(named, sa.and_(decisions.c.source == "", wrote)),
        "tag": sa.exists().where(*key, decision_tags.c.tag == bindparam("tag")),
        "value": sa.cast(decisions.c.rests_on, sa.Text).like(bindparam("value"), escape="\\"),
        "status": decisions.c.status == bindparam("status"),
        "since": decisions.c.created_at >= bindparam("since", type_=UtcDateTime),
        "until": decisions.c.created_at <= bindparam("until", type_=UtcDateTime),
    }


@lru_cache(maxsize=256)
def _statement(given: tuple[str, ...]) -> sa.Select[Any]:
    known = _conditions()
    return (
        sa.select(*COLUMNS)
        .where(
            decisions.c.network_id == bindparam("network"),
            decisions.c.number < bindparam("before"),
            *([] if "status" in given else [decisions.c.status != "undone"]),
            visible(),
            *(known[name] for name in given),
        )
        .order_by(decisions.c.number.desc())
        .limit(bindparam("most"))
    )


_NEWEST_OF = sa.select(sa.func.max(decisions.c.number)).where(
    decisions.c.network_id == bindparam("n"),
    decisions.c.author_id == bindparam("p"),
    decisions.c.status != "undone",
    decisions.c.source == "",
)


def newest_of(db: sa.Connection, network_id: int, person_id: int) -> int | None:
    """The number of what somebody logged last."""
    found: int | None = db.execute(_NEWEST_OF, {"n": network_id, "p": person_id}).scalar_one()
    return found
