"""A role that goes round: who is next, fair over groups first and over their people second. Pure.

Whoever has waited longest is next. A group waits since its last turn ended, or since it has somebody to give; a person
likewise, within the group. So with the same groups throughout, no group has ever had two turns more than another,
however many people it has; a newcomer stands at the end of the queue; who opted out is passed over and loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can take the role. `since` (aware): from when they can be asked; `is_out`: they opted out.

    `group_ids`: those for which they can take it; nobody is picked for none.
    """

    person_id: int
    group_ids: frozenset[int]
    since: datetime
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A term that somebody has, had, or is to have, for a group: from `begins_at` until before `ends_at` (aware)."""

    person_id: int
    group_id: int
    begins_at: datetime
    ends_at: datetime

    def is_on(self, at: datetime) -> bool:
        return self.begins_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Pick:
    """Whose turn it is, and for which group."""

    person_id: int
    group_id: int


class Step(StrEnum):
    """When a change of hands is said: some time before, when it happens, and once more when it has settled."""

    BEFORE = "before"
    CHANGE = "change"
    AFTER = "after"


LONGEST_NOTICE = timedelta(days=7)
LONGEST_SETTLING = timedelta(days=2)


def pick(candidates: Iterable[Candidate], past: Collection[Turn], at: datetime) -> Pick | None:
    """Who is next at a moment; None where nobody can. `past`: all turns so far, those that go on included.

    Who has a turn that goes on is not picked again; their group only if no other has anybody.
    """
    began = [turn for turn in past if turn.begins_at <= at]
    sitting = [turn for turn in began if turn.is_on(at)]
    seated = {turn.person_id for turn in sitting}
    seats = Counter(turn.group_id for turn in sitting)
    free = [c for c in candidates if c.group_ids and c.since <= at and not c.is_out and c.person_id not in seated]
    if not free:
        return None

    def group_rank(group_id: int) -> tuple[int, datetime, int, int]:
        turns = [turn for turn in began if turn.group_id == group_id]
        since = min(c.since for c in free if group_id in c.group_ids)
        return seats[group_id], _waits_since(turns, since, at), len(turns), group_id

    group_id = min({id for c in free for id in c.group_ids}, key=group_rank)

    def person_rank(candidate: Candidate) -> tuple[datetime, int, datetime, int]:
        turns = [turn for turn in began if turn.person_id == candidate.person_id]
        return _waits_since(turns, candidate.since, at), len(turns), candidate.since, candidate.person_id

    person = min((c for c in free if group_id in c.group_ids), key=person_rank)
    return Pick(person.person_id, group_id)


def _waits_since(turns: Sequence[Turn], since: datetime, at: datetime) -> datetime:
    """Since when somebody waits: their last turn's end (now, while it goes on), or when they came."""
    return max([since, *(min(turn.ends_at, at) for turn in turns)])


def fill(
    candidates: Collection[Candidate], past: Collection[Turn], seats: int, begins_at: datetime, ends_at: datetime
) -> tuple[Turn, ...]:
    """The turns that fill this many free seats from `begins_at`; fewer where there are too few people."""
    given: list[Turn] = []
    for _ in range(seats):
        picked = pick(candidates, [*past, *given], begins_at)
        if picked is None:
            break
        given.append(Turn(picked.person_id, picked.group_id, begins_at, ends_at))
    return tuple(given)


def upcoming(
    candidates: Collection[Candidate], past: Collection[Turn], begins_at: datetime, length: timedelta, count: int
) -> tuple[Turn, ...]:
    """Who follows whom on one seat from `begins_at`, if nothing changes: so many turns of this length."""
    order: list[Turn] = []
    for number in range(count):
        start = begins_at + number * length
        order += fill(candidates, [*past, *order], 1, start, start + length)
    return tuple(order)


def notices(turn: Turn) -> tuple[tuple[Step, datetime], ...]:
    """When the change at a turn's end is said: a week before (a quarter of a short term), then, and two days after."""
    length = turn.ends_at - turn.begins_at
    return (
        (Step.BEFORE, turn.ends_at - min(LONGEST_NOTICE, length / 4)),
        (Step.CHANGE, turn.ends_at),
        (Step.AFTER, turn.ends_at + min(LONGEST_SETTLING, length / 4)),
    )


def ended(turn: Turn, at: datetime) -> Turn:
    """The turn as it was when somebody gave it back before its end; one that had not begun has no length."""
    return Turn(turn.person_id, turn.group_id, turn.begins_at, max(turn.begins_at, min(turn.ends_at, at)))


def tally(turns: Iterable[Turn]) -> tuple[Counter[int], Counter[int]]:
    """How many turns each group and each person had; both add up to all turns."""
    had = list(turns)
    return Counter(turn.group_id for turn in had), Counter(turn.person_id for turn in had)
