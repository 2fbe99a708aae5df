"""Lists of decisions, filtered and paged, for one reader's eyes; what is hidden is neither listed nor counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import search
from storage.audiences import Eyes, readable
from storage.decision_tables import decisions
from storage.decisions import COLUMNS, Decision, from_row
from storage.types import UtcDateTime

_FOUND_AT_ONCE = 200
_LAST = 1 << 31
_END = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; None and "" leave a condition out. `words`: all of them. `before`: numbers below it (paging).

    `kind`: "position" or "mandate".
    """

    words: str = ""
    group_id: int | None = None
    by: str = ""
    tag: str = ""
    value: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    kind: str = ""


def page(db: sa.Connection, eyes: Eyes, wanted: Filter, most: int) -> list[Decision]:
    """The newest decisions that fit, at most `most`."""
    given = (("tag", wanted.tag), ("value", wanted.value), ("kind", wanted.kind))
    facets = [search.facet(kind, value) for kind, value in given if value]
    sought = search.Sought(wanted.words, wanted.by, tuple(facets))
    if not sought.terms():
        return _select(db, eyes, wanted, most) if not (wanted.words + wanted.by).strip() else []
    found: list[Decision] = []
    before = wanted.before or _LAST
    while len(found) < most:
        numbers = search.find(db, eyes.network_id, sought, eyes.marks(), before, _FOUND_AT_ONCE)
        if numbers:
            found += _select(db, eyes, wanted, most - len(found), numbers)
            before = numbers[-1]
        if len(numbers) < _FOUND_AT_ONCE:
            break
    return found


def those(db: sa.Connection, eyes: Eyes, numbers: list[int]) -> list[Decision]:
    """The decisions of these numbers that may be read, the newest first."""
    return _select(db, eyes, Filter(), len(numbers), numbers) if numbers else []


def _select(
    db: sa.Connection, eyes: Eyes, wanted: Filter, most: int, numbers: list[int] | None = None
) -> list[Decision]:
    values: dict[str, Any] = {
        "network": eyes.network_id,
        "mine": sorted(eyes.group_ids) or [0],
        "is_circle": eyes.is_circle,
        "most": most,
        "before": wanted.before or _LAST,
        "numbers": numbers,
        "last_at": _END,
    }
    if wanted.before is not None and (wanted.since or wanted.until):
        key = {"n": eyes.network_id, "d": wanted.before}
        values["last_at"] = db.execute(_CREATED_AT, key).scalar_one_or_none() or _END
    given = [] if numbers is None else ["numbers"]
    for name in ("group_id", "status", "since", "until"):
        value = getattr(wanted, name)
        if value is not None and value != "":
            given.append(name)
            values[name] = value
    return [from_row(row) for row in db.execute(_statement(tuple(given)), values)]


_CONDITIONS: dict[str, sa.ColumnElement[bool]] = {
    "numbers": decisions.c.number.in_(bindparam("numbers", expanding=True)),
    "group_id": decisions.c.group_id == bindparam("group_id"),
    "status": decisions.c.status == bindparam("status"),
    "since": decisions.c.created_at >= bindparam("since", type_=UtcDateTime),
    "until": decisions.c.created_at <= bindparam("until", type_=UtcDateTime),
}
_CREATED_AT = sa.select(decisions.c.created_at).where(
    decisions.c.network_id == bindparam("n"), decisions.c.number == bindparam("d")
)


@lru_cache(maxsize=64)
def _statement(given: tuple[str, ...]) -> sa.Select[Any]:
    found = sa.select(*COLUMNS).where(
        decisions.c.network_id == bindparam("network"),
        *([] if "status" in given else [decisions.c.status != "undone"]),
        readable(decisions),
        *(_CONDITIONS[name] for name in given),
    )
    if ("since" in given or "until" in given) and "numbers" not in given:
        found = _by_time(found)
    else:
        found = found.where(decisions.c.number < bindparam("before")).order_by(decisions.c.number.desc())
    return found.limit(bindparam("most"))


def _by_time(found: sa.Select[Any]) -> sa.Select[Any]:
    """In the order of their time, which has an index; a page goes on behind decision `before`."""
    last_at = bindparam("last_at", type_=UtcDateTime)
    # Said so that SQLite walks the index backwards: an OR at the top would make it collect and sort.
    is_on_page_before = sa.and_(decisions.c.created_at == last_at, decisions.c.number >= bindparam("before"))
    return found.where(decisions.c.created_at <= last_at, ~is_on_page_before).order_by(
        decisions.c.created_at.desc(), decisions.c.number.desc()
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
