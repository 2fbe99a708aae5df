"""The desk: open conflicts, unanswered concerns, owed outcomes and what was not delivered, the oldest first.

It is for one reader's eyes: what is hidden from them is neither listed nor counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.audiences import Eyes, readable, values
from storage.conflict_tables import conflict_parties, conflicts
from storage.conflicts import COLUMNS, CONFIDED, DIFFERING, OF_VALUES, OPEN, STATES, SUGGESTED, Conflict
from storage.decision_tables import decisions
from storage.digest_content import LIVE_NUMBERS
from storage.types import UtcDateTime
from storage.undelivered import BY_CHANNEL, CHANNEL_ID, GROUP_ID, SINCE, Undelivered
from storage.window_tables import IS_LIVE, contributions, input_windows

LIVE = (SUGGESTED, CONFIDED, OPEN)
"""States that wait for somebody."""
RESTING = (DIFFERING, OF_VALUES)
"""States that come back at their date."""
CONFLICT, CONCERN, OUTCOME, UNDELIVERED = "conflict", "concern", "outcome", "undelivered"
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)
KINDS = (CONFLICT, CONCERN, OUTCOME, UNDELIVERED)
OF_GROUPS = (CONFLICT, CONCERN, OUTCOME)
"""What waits for people; what was not delivered is for facilitators alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; None leaves a condition out.

    `is_mine`: what the reader raised, hosts or was told, and what their groups are part of. `until`: not younger.
    `host_id`: hosted by this person, 0: by nobody. `after`: (since, kind, number) of the last one of the page before.
    """

    is_mine: bool = False
    is_ended: bool = False
    group_id: int | None = None
    until: datetime | None = None
    host_id: int | None = None
    after: tuple[datetime, str, int] | None = None
    kinds: tuple[str, ...] = KINDS


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing on the desk, waiting since `since`; `conflict` where it is one, else the decision it is about.

    `group_ids`: of a concern (raising, deciding), of an outcome (deciding). What was not delivered is a row a channel,
    whose number `id` is.
    """

    kind: str
    since: datetime
    id: int
    number: int
    group_ids: tuple[int, ...] = ()
    conflict: Conflict | None = None
    person_id: int | None = None
    undelivered: Undelivered | None = None


_first, _second = decisions.alias("d1"), decisions.alias("d2")
_me: Any = bindparam("me", type_=sa.BigInteger)
_IS_READABLE = sa.case(
    (
        sa.and_(conflicts.c.rule == sa.literal_column("''"), conflicts.c.round == 0),
        sa.or_(conflicts.c.raiser_id == _me, conflicts.c.confidant_id == _me),
    ),
    else_=sa.and_(readable(_first), sa.or_(conflicts.c.second.is_(None), readable(_second))),
)
_CONFLICTS = (
    sa.select(*COLUMNS)
    .select_from(
        conflicts.join(
            _first, sa.and_(_first.c.network_id == conflicts.c.network_id, _first.c.number == conflicts.c.first)
        ).outerjoin(
            _second, sa.and_(_second.c.network_id == conflicts.c.network_id, _second.c.number == conflicts.c.second)
        )
    )
    .where(
        conflicts.c.network_id == bindparam("n"),
        conflicts.c.state.in_(bindparam("states", expanding=True)),
        _IS_READABLE,
    )
)


def _is_party(groups: Any) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        conflict_parties.c.network_id == conflicts.c.network_id,
        conflict_parties.c.conflict_id == conflicts.c.id,
        groups,
    )


_MINE: Any = bindparam("mine", expanding=True)
_OF_CONFLICTS: dict[str, sa.ColumnElement[bool]] = {
    "is_mine": sa.or_(
        conflicts.c.raiser_id == _me,
        conflicts.c.host_id == _me,
        conflicts.c.confidant_id == _me,
        _is_party(conflict_parties.c.group_id.in_(_MINE)),
    ),
    "group_id": _is_party(conflict_parties.c.group_id == bindparam("g")),
    "until": conflicts.c.raised_at <= bindparam("until", type_=UtcDateTime),
    "host_id": conflicts.c.host_id == bindparam("host"),
    "no_host": sa.and_(conflicts.c.host_id.is_(None), conflicts.c.state == OPEN),
}
_decision = decisions.alias("d")
_CONCERNS = (
    sa.select(
        contributions.c.given_at,
        contributions.c.id,
        contributions.c.number,
        contributions.c.group_id,
        _decision.c.group_id.label("deciding_id"),
        contributions.c.person_id,
    )
    .select_from(
        contributions.join(
            _decision,
            sa.and_(_decision.c.network_id == contributions.c.network_id, _decision.c.number == contributions.c.number),
        ).join(
            input_windows,
            sa.and_(
                input_windows.c.network_id == contributions.c.network_id,
                input_windows.c.number == contributions.c.number,
            ),
        )
    )
    .where(
        contributions.c.network_id == bindparam("n"),
        sa.text("contributions.stance = 'concern' AND contributions.state = 'open'"),
        contributions.c.redacted_at.is_(None),
        input_windows.c.state != "cancelled",
        readable(_decision),
    )
)
_OF_CONCERNS: dict[str, sa.ColumnElement[bool]] = {
    "is_mine": sa.or_(
        contributions.c.person_id == _me, contributions.c.group_id.in_(_MINE), _decision.c.group_id.in_(_MINE)
    ),
    "group_id": sa.or_(contributions.c.group_id == bindparam("g"), _decision.c.group_id == bindparam("g")),
    "until": contributions.c.given_at <= bindparam("until", type_=UtcDateTime),
}
_CLOSED_AT = sa.func.coalesce(input_windows.c.closed_at, input_windows.c.closes_at)
_OUTCOMES = (
    sa.select(sa.type_coerce(_CLOSED_AT, UtcDateTime), input_windows.c.number, _decision.c.group_id)
    .select_from(
        input_windows.join(
            _decision,
            sa.and_(_decision.c.network_id == input_windows.c.network_id, _decision.c.number == input_windows.c.number),
        )
    )
    .where(
        input_windows.c.network_id == bindparam("n"),
        sa.text(f"input_windows.{IS_LIVE}"),
        _decision.c.number.in_(LIVE_NUMBERS),
        input_windows.c.state == "closed",
        _decision.c.redacted_at.is_(None),
        readable(_decision),
    )
)
_OF_OUTCOMES: dict[str, sa.ColumnElement[bool]] = {
    "is_mine": _decision.c.group_id.in_(_MINE),
    "group_id": _decision.c.group_id == bindparam("g"),
    "until": bindparam("until", type_=UtcDateTime) >= _CLOSED_AT,
}
_OF_UNDELIVERED: dict[str, sa.ColumnElement[bool]] = {
    "is_mine": GROUP_ID.in_(_MINE),
    "group_id": bindparam("g") == GROUP_ID,
    "until": bindparam("until", type_=UtcDateTime) >= SINCE,
}
_SOURCES: dict[str, tuple[Any, dict[str, sa.ColumnElement[bool]], Any, Any]] = {
    CONFLICT: (_CONFLICTS, _OF_CONFLICTS, conflicts.c.raised_at, conflicts.c.id),
    CONCERN: (_CONCERNS, _OF_CONCERNS, contributions.c.given_at, contributions.c.id),
    OUTCOME: (_OUTCOMES, _OF_OUTCOMES, _CLOSED_AT, input_windows.c.number),
    UNDELIVERED: (BY_CHANNEL, _OF_UNDELIVERED, SINCE, CHANNEL_ID),
}


@lru_cache(maxsize=256)
def _statement(kind: str, given: tuple[str, ...], is_after: str) -> sa.Select[Any]:
    """`is_after`: "" for the first page, "later" behind a moment, "same" also in it behind a number."""
    base, conditions, at, number = _SOURCES[kind]
    found: sa.Select[Any] = base.where(*(conditions[name] for name in given))
    last = bindparam("last_at", type_=UtcDateTime)
    if is_after == "later":
        found = found.where(at > last)
    elif is_after == "from":
        found = found.where(at >= last)
    elif is_after == "same":
        found = found.where(sa.or_(at > last, sa.and_(at == last, number > bindparam("last_number"))))
    return found.order_by(at, number).limit(bindparam("most"))


def page(db: sa.Connection, eyes: Eyes, wanted: Wanted, most: int) -> list[Waiting]:
    """What waits, the oldest first, at most `most`. Of what has ended only conflicts are listed."""
    kinds = KINDS if wanted.host_id is None else (CONFLICT,)
    seen = [kind for kind in kinds if kind in wanted.kinds and _may_see(eyes, kind)]
    found = [waiting for kind in seen for waiting in _of_kind(db, eyes, wanted, kind, most)]
    return sorted(found, key=lambda w: (w.since, KINDS.index(w.kind), w.id))[:most]


def _may_see(eyes: Eyes, kind: str) -> bool:
    return eyes.is_circle or kind in OF_GROUPS


def _of_kind(db: sa.Connection, eyes: Eyes, wanted: Wanted, kind: str, most: int) -> list[Waiting]:
    given = [name for name in ("is_mine", "group_id", "until") if getattr(wanted, name)]
    if wanted.host_id is not None:
        given.append("host_id" if wanted.host_id else "no_host")
    is_after = _behind(wanted, kind)
    params = values(eyes) | {"most": most, "g": wanted.group_id, "until": wanted.until, "host": wanted.host_id}
    if wanted.after is not None:
        params |= {"last_at": wanted.after[0], "last_number": wanted.after[2]}
    if kind == CONFLICT:
        params["states"] = list(STATES if wanted.is_ended else LIVE)
    rows = db.execute(_statement(kind, tuple(given), is_after), params)
    return [_waiting(kind, tuple(row)) for row in rows]


def _behind(wanted: Wanted, kind: str) -> str:
    if wanted.after is None:
        return ""
    order = KINDS.index(kind) - KINDS.index(wanted.after[1])
    return "same" if order == 0 else "from" if order > 0 else "later"


def _waiting(kind: str, row: tuple[Any, ...]) -> Waiting:
    if kind == CONFLICT:
        conflict = Conflict(*row)
        return Waiting(kind, conflict.raised_at, conflict.id, conflict.first, conflict=conflict)
    if kind == CONCERN:
        since, id, number, raising, deciding, person_id = row
        return Waiting(kind, since, id, number, (raising, deciding), person_id=person_id)
    if kind == UNDELIVERED:
        lost = Undelivered(*row)
        return Waiting(kind, lost.since, lost.channel_id, 0, undelivered=lost)
    since, number, deciding = row
    return Waiting(kind, since, number, number, (deciding,))


def numbers(db: sa.Connection, eyes: Eyes) -> dict[str, int]:
    """How much of each kind waits, as these eyes may count it."""
    params = values(eyes) | {"states": list(LIVE)}
    counts = {kind: db.execute(_COUNTS[kind], params).scalar_one() for kind in KINDS if _may_see(eyes, kind)}
    return dict.fromkeys(KINDS, 0) | counts


_COUNTS = {
    kind: sa.select(sa.func.count()).select_from(source[0].order_by(None).subquery())
    for kind, source in _SOURCES.items()
}
