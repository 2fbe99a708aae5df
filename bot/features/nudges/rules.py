"""When a silent group is asked something, and who is asked after it. Pure; days are the group's own working days."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.working_time import (
    WorkingTime,
    add_business_days,
    is_working_day,
    local_date,
    next_working_moment,
)
from storage.network import Group
from storage.nudges import Silence

WINDOW, CONCERN, REVIEW, OUTCOME = "window", "concern", "review", "outcome"
QUESTIONS = (WINDOW, CONCERN, OUTCOME, REVIEW)
"""What a nudge can ask, the most urgent first."""
CONTACT, NEIGHBOUR = "contact", "neighbour"
CONTACT_STEP, NEIGHBOUR_STEP, STAYS_STEP = 2, 3, 4
"""Two questions to the channel, then its contact, then a neighbouring group; then the circle sees it."""
USUAL, LEAST, MOST, LONGEST = 5, 3, 15, 40
LOOKED_BACK = timedelta(weeks=8)
_ENOUGH_DAYS = 4
_SLOW_FROM = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """A channel's own figures: `usual` working days between days with talk (None: too few to tell), `threshold`."""

    usual: int | None
    threshold: int


def pace(days: Sequence[date], calendar: WorkingTime) -> Pace:
    """After how many working days of silence a channel is silent for itself: three times what it is used to.

    `days`: those of the last weeks on which something was said, in order.
    """
    if len(days) < _ENOUGH_DAYS:
        return Pace(None, USUAL)
    gaps = sorted(max(1, working_days(calendar, a, b)) for a, b in pairwise(days))
    usual = gaps[math.ceil(len(gaps) * 0.75) - 1]
    return Pace(usual, min(MOST, max(LEAST, 3 * usual)))


def working_days(calendar: WorkingTime, after: date, until: date) -> int:
    """How many working days lie behind one day, up to another."""
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(is_working_day(day, calendar) for day in days)


def pause(step: int, threshold: int, unanswered: int) -> int:
    """How many working days of silence the next step waits for: longer each time, and for what nobody answers.

    Contact and neighbour are asked twice the threshold after the last question; only questions are slowed down.
    """
    if step in (CONTACT_STEP, NEIGHBOUR_STEP):
        return min(LONGEST, threshold * 2)
    doublings = step if step < CONTACT_STEP else step - CONTACT_STEP
    return int(min(LONGEST, threshold * 2 ** min(doublings + max(0, unanswered - _SLOW_FROM + 1), 10)))


def is_slowed(unanswered: int) -> bool:
    """Whether a kind of nudge comes less often, as nobody answered it."""
    return unanswered >= _SLOW_FROM


def next_at(
    silence: Silence,
    spoke_at: datetime,
    threshold: int,
    kind: str,
    calendar: WorkingTime,
    snoozed_until: datetime | None,
) -> datetime:
    """When the next step of a silence is due, in the group's working hours."""
    since = max(spoke_at, silence.nudged_at or spoke_at)
    wait = pause(silence.step, threshold, silence.unanswered_of(kind))
    moment = add_business_days(calendar, since, wait)
    return next_working_moment(calendar, max(moment, snoozed_until) if snoozed_until else moment)


def heard(silence: Silence) -> Silence:
    """The channel has spoken since the last nudge: what comes next begins anew."""
    return replace(silence, step=0, neighbours=(), called_by=None)


def answered(silence: Silence) -> Silence:
    """What the last nudge asked is answered: its kind is not slowed any more."""
    counts = {kind: n for kind, n in silence.unanswered if kind != silence.asked}
    return replace(silence, asked="", about="", unanswered=tuple(sorted(counts.items())))


def nudged(silence: Silence, kind: str, about: str, now: datetime) -> Silence:
    """It was asked; until it is answered it counts as unanswered."""
    counts = dict(silence.unanswered)
    if kind in QUESTIONS:
        counts[kind] = counts.get(kind, 0) + 1
        silence = replace(silence, asked=kind, about=about, unanswered=tuple(sorted(counts.items())))
    return replace(silence, step=silence.step + 1, nudged_at=now)


def best_kind(kinds: Collection[str], silence: Silence) -> str | None:
    """Which of several questions is asked: of the kind that was left unanswered least, then the most urgent."""
    found = [kind for kind in QUESTIONS if kind in kinds]
    return min(found, key=silence.unanswered_of) if found else None


def neighbour(
    group: Group,
    others: Sequence[Group],
    together: Mapping[int, tuple[int, int]],
    silent_ids: Collection[int],
    asked_ids: Collection[int],
    now: datetime,
) -> Group | None:
    """The group that is asked to call a silent one: works on the same things most, else lies nearest in time.

    Not one that is silent itself, not active, or was asked in this silence.
    """
    can = [
        g
        for g in others
        if g.id != group.id and g.state == "active" and g.id not in silent_ids and g.id not in asked_ids
    ]

    def distance(other: Group) -> tuple[int, float, int]:
        return (-together.get(other.id, (0, 0))[0], abs(_offset(other, now) - _offset(group, now)), other.id)

    return min(can, key=distance, default=None)


def _offset(group: Group, now: datetime) -> float:
    offset = now.astimezone(ZoneInfo(group.zone)).utcoffset()
    return offset.total_seconds() if offset else 0.0


def quiet_for(calendar: WorkingTime, spoke_at: datetime, now: datetime) -> int:
    """For how many working days a channel has been silent."""
    return working_days(calendar, local_date(spoke_at, calendar.zone), local_date(now, calendar.zone))
