"""What digests and "mine" are made of: read by indexes on the week and on what is open, never through the years.

Callers check the audience of a decision before they show it; each query is bound to a network.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_tables import decision_groups, decision_links, decisions
from storage.decisions import AFFECTED, COLUMNS, Decision, from_row
from storage.events import DIGEST_KINDS, events
from storage.types import UtcDateTime
from storage.window_tables import IS_LIVE, contributions, input_windows, window_groups

MOST_READ = 2000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact of the week. `number`: of the decision."""

    id: int
    at: datetime
    kind: str
    number: int
    group_id: int | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """An open window that asks a group: until when, and whether the group was heard."""

    number: int
    group_id: int
    opened_at: datetime
    closes_at: datetime
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A decision whose group owes something since a moment: the outcome, or a review."""

    number: int
    group_id: int
    author_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Concern:
    """A concern in a window that has no outcome yet. `state`: open or answered."""

    id: int
    number: int
    group_id: int
    person_id: int
    state: str
    given_at: datetime
    deciding_id: int
    author_id: int


_HAPPENED = (
    sa.select(events.c.id, events.c.at, events.c.kind, events.c.about, events.c.group_id, events.c.data)
    .where(
        events.c.network_id == bindparam("n"),
        events.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in DIGEST_KINDS]),
        events.c.id > bindparam("last"),
        events.c.id <= bindparam("until"),
        ~events.c.is_past,
    )
    .order_by(events.c.id.desc())
    .limit(bindparam("most"))
)


def happened(db: sa.Connection, network_id: int, after_id: int, until_id: int) -> list[Happened]:
    """What happened behind one event and up to another, the newest first; at most MOST_READ."""
    rows = db.execute(_HAPPENED, {"n": network_id, "last": after_id, "until": until_id, "most": MOST_READ})
    return [
        Happened(r.id, r.at, r.kind, int(r.about[2:]), r.group_id, r.data) for r in rows if r.about.startswith("D-")
    ]


_BY_NUMBER = sa.select(*COLUMNS).where(
    decisions.c.network_id == bindparam("n"), decisions.c.number.in_(bindparam("numbers", expanding=True))
)
_GROUPS_OF = sa.select(decision_groups.c.number, decision_groups.c.group_id, decision_groups.c.part).where(
    decision_groups.c.network_id == bindparam("n"), decision_groups.c.number.in_(bindparam("numbers", expanding=True))
)


def decisions_by_number(db: sa.Connection, network_id: int, numbers: Collection[int]) -> dict[int, Decision]:
    """These decisions with their groups, whoever asks."""
    wanted, found = sorted(set(numbers)), {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = {"n": network_id, "numbers": wanted[start : start + _AT_ONCE]}
        parts: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        for row in db.execute(_GROUPS_OF, some):
            parts[row.number].append((row.group_id, row.part))
        for row in db.execute(_BY_NUMBER, some):
            of = parts[row.number]
            affected = tuple(sorted(id for id, part in of if part == AFFECTED))
            told = tuple(sorted(id for id, part in of if part != AFFECTED))
            found[row.number] = from_row(row, affected, told)
    return found


_LIVE = sa.text(f"input_windows.{IS_LIVE}")
# A group's number + 0 below: the few windows that are open are looked at, and not all that a group was ever asked.
# Said twice, so that SQLite begins at the few windows that are live and not at what there was in all the years.
_live = input_windows.alias("live")
LIVE_NUMBERS = sa.select(_live.c.number).where(_live.c.network_id == bindparam("n"), sa.text(f"live.{IS_LIVE}"))
_OF_WINDOW = sa.and_(
    window_groups.c.network_id == input_windows.c.network_id,
    window_groups.c.number == input_windows.c.number,
    window_groups.c.number.in_(LIVE_NUMBERS),
)
_ASKED = (
    sa.select(
        input_windows.c.number,
        window_groups.c.group_id,
        input_windows.c.opened_at,
        window_groups.c.closes_at,
        window_groups.c.heard_at,
    )
    .select_from(input_windows.join(window_groups, _OF_WINDOW))
    .where(
        input_windows.c.network_id == bindparam("n"),
        _LIVE,
        input_windows.c.state == "open",
        (window_groups.c.group_id + 0).in_(bindparam("groups", expanding=True)),
        window_groups.c.state == "asked",
        window_groups.c.closes_at > bindparam("now", type_=UtcDateTime),
    )
    .order_by(window_groups.c.closes_at, input_windows.c.number)
    .limit(bindparam("most"))
)
_OF_DECISION = sa.and_(
    decisions.c.network_id == input_windows.c.network_id, decisions.c.number == input_windows.c.number
)
_OUTCOMES = (
    sa.select(decisions.c.number, decisions.c.group_id, decisions.c.author_id, input_windows.c.closed_at)
    .select_from(input_windows.join(decisions, _OF_DECISION))
    .where(
        input_windows.c.network_id == bindparam("n"),
        _LIVE,
        input_windows.c.state == "closed",
        (decisions.c.group_id + 0).in_(bindparam("groups", expanding=True)),
    )
    .order_by(input_windows.c.closed_at, input_windows.c.number)
    .limit(bindparam("most"))
)
_REVIEWS = (
    sa.select(decisions.c.number, decisions.c.group_id, decisions.c.author_id, decisions.c.review_at)
    .where(
        decisions.c.network_id == bindparam("n"),
        decisions.c.group_id == bindparam("g"),
        decisions.c.review_at.is_not(None),
        decisions.c.review_at <= bindparam("now"),
        decisions.c.status == "taken",
        decisions.c.redacted_at.is_(None),
    )
    .order_by(decisions.c.review_at.desc(), decisions.c.number)
    .limit(bindparam("most"))
)
_OF_CONCERN = sa.and_(
    contributions.c.network_id == input_windows.c.network_id,
    contributions.c.number == input_windows.c.number,
    contributions.c.number.in_(LIVE_NUMBERS),
    contributions.c.stance == sa.literal_column("'concern'"),
)
_CONCERNS = (
    sa.select(
        contributions.c.id,
        contributions.c.number,
        contributions.c.group_id,
        contributions.c.person_id,
        contributions.c.state,
        contributions.c.given_at,
        decisions.c.group_id.label("deciding"),
        decisions.c.author_id,
    )
    .select_from(input_windows.join(contributions, _OF_CONCERN).join(decisions, _OF_DECISION))
    .where(
        input_windows.c.network_id == bindparam("n"),
        _LIVE,
        contributions.c.redacted_at.is_(None),
        contributions.c.state.in_(["open", "answered"]),
    )
    .order_by(contributions.c.given_at, contributions.c.id)
    .limit(bindparam("most"))
)
_TO_GROUPS = _CONCERNS.where(
    contributions.c.state == "open", (decisions.c.group_id + 0).in_(bindparam("groups", expanding=True))
)
_OF_RAISER = _CONCERNS.where(contributions.c.state == "answered", contributions.c.person_id == bindparam("p"))
_LINKS = (
    sa.select(decision_links.c.number, decision_links.c.relation, decision_links.c.to_number, decision_links.c.at)
    .select_from(
        decision_links.join(
            decisions,
            sa.and_(
                decisions.c.network_id == decision_links.c.network_id, decisions.c.number == decision_links.c.to_number
            ),
        )
    )
    .where(
        decision_links.c.network_id == bindparam("n"),
        decision_links.c.state == sa.literal_column("'asked'"),
        (decisions.c.group_id + 0).in_(bindparam("groups", expanding=True)),
    )
    .order_by(decision_links.c.at, decision_links.c.number)
    .limit(bindparam("most"))
)
_ALL_OUTCOMES = (
    sa.select(decisions.c.number, decisions.c.group_id, decisions.c.author_id, input_windows.c.closed_at)
    .select_from(input_windows.join(decisions, _OF_DECISION))
    .where(
        input_windows.c.network_id == bindparam("n"),
        _LIVE,
        input_windows.c.state == "closed",
        input_windows.c.closed_at <= bindparam("before"),
    )
    .order_by(input_windows.c.closed_at, input_windows.c.number)
    .limit(bindparam("most"))
)
_ALL_CONCERNS = _CONCERNS.where(contributions.c.state == "open", contributions.c.given_at <= bindparam("before"))


def asked(
    db: sa.Connection, network_id: int, group_ids: Collection[int], now: datetime, most: int = 200
) -> list[Asked]:
    """Windows in which these groups still have their say, the first to end first."""
    values = {"n": network_id, "groups": sorted(group_ids), "now": now, "most": most}
    return [Asked(*row) for row in db.execute(_ASKED, values)] if group_ids else []


_ENDS = sa.select(window_groups.c.number, window_groups.c.closes_at).where(
    window_groups.c.network_id == bindparam("n"),
    window_groups.c.group_id == bindparam("g"),
    window_groups.c.number.in_(bindparam("numbers", expanding=True)),
)


def ends(db: sa.Connection, network_id: int, group_id: int, numbers: Collection[int]) -> dict[int, datetime]:
    """Until when these windows are (or were) open for a group."""
    if not numbers:
        return {}
    values = {"n": network_id, "g": group_id, "numbers": sorted(numbers)}
    return {row.number: row.closes_at for row in db.execute(_ENDS, values)}


def outcomes_owed(db: sa.Connection, network_id: int, group_ids: Collection[int], most: int = 50) -> list[Owed]:
    """Closed windows of these groups' decisions that have no outcome, the oldest first."""
    rows = db.execute(_OUTCOMES, {"n": network_id, "groups": sorted(group_ids), "most": most}) if group_ids else ()
    return [Owed(*row) for row in rows]


def reviews_due(
    db: sa.Connection, network_id: int, group_ids: Collection[int], now: datetime, most: int = 50
) -> list[Owed]:
    """Decisions of these groups whose review is due, the latest first."""
    found: list[Owed] = []
    # Group by group: the index has each group's reviews in order, so that only the latest are read of years of them.
    for group_id in sorted(group_ids):
        values = {"n": network_id, "g": group_id, "now": now, "most": most}
        found += (Owed(*row) for row in db.execute(_REVIEWS, values))
    return sorted(found, key=lambda owed: (-owed.since.timestamp(), owed.number))[:most]


def concerns_to(db: sa.Connection, network_id: int, group_ids: Collection[int], most: int = 50) -> list[Concern]:
    """Concerns on these groups' proposals that nobody has answered, the oldest first."""
    rows = db.execute(_TO_GROUPS, {"n": network_id, "groups": sorted(group_ids), "most": most}) if group_ids else ()
    return [Concern(*row) for row in rows]


def answers_to(db: sa.Connection, network_id: int, person_id: int, most: int = 50) -> list[Concern]:
    """Somebody's own concerns that were answered and not yet called resolved."""
    return [Concern(*row) for row in db.execute(_OF_RAISER, {"n": network_id, "p": person_id, "most": most})]


def links_asked(
    db: sa.Connection, network_id: int, group_ids: Collection[int], most: int = 50
) -> list[tuple[int, str, int]]:
    """(number, relation, to_number) of links that these groups were asked about and have not answered."""
    rows = db.execute(_LINKS, {"n": network_id, "groups": sorted(group_ids), "most": most}) if group_ids else ()
    return [(r.number, r.relation, r.to_number) for r in rows]


def stuck_outcomes(db: sa.Connection, network_id: int, before: datetime, most: int) -> list[Owed]:
    """Outcomes that any group of the network owes since before a moment, the oldest first."""
    return [Owed(*row) for row in db.execute(_ALL_OUTCOMES, {"n": network_id, "before": before, "most": most})]


def stuck_concerns(db: sa.Connection, network_id: int, before: datetime, most: int) -> list[Concern]:
    """Concerns in the whole network without an answer since before a moment, the oldest first."""
    return [Concern(*row) for row in db.execute(_ALL_CONCERNS, {"n": network_id, "before": before, "most": most})]
