"""A platform that shows nothing and notes everything: what was said, of what sort, and when by its group's clock."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.delivery import Post
from bot.core.message import to_plain
from bot.core.working_time import WorkingTime, is_quiet, local_date, next_working_moment
from storage.network import Group

_REMINDER = re.compile(r"^D-(\d+):remind:")
_NOT_HEARD = re.compile(r"^• D-(\d+) .*you have not been heard yet", re.MULTILINE)
_NUDGE = re.compile(r"^D-(\d+) .*is open, and your group has not been heard", re.MULTILINE)
_PARTS = (
    *((":remind:", "reminder"), (":owed:", "owed"), (":review:", "review"), (":head:", "window")),
    *((":decision_ending:", "ending"), (":carried-out:", "carried"), (":again:", "link"), (":step:", "conflict")),
)
OWN = ("digest", "reminder", "question", "owed", "review", "ending", "carried", "link", "conflict")
LAG = timedelta(minutes=1)


@dataclass(slots=True)
class Seen:
    """Counted laws. `digests`: group → its local weeks, one entry a digest; `a_week`: (channel, week) → messages.

    Of conflicts: `circle_told` of which where the circle meets; `old_conflicts` were open for more than 14 days, and
    `off_the_desk` were not listed there, and of which the circle was `untold`.
    """

    digests: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    sorts: Counter[str] = field(default_factory=Counter)
    own_in_quiet: list[str] = field(default_factory=list)
    caused_in_quiet: list[str] = field(default_factory=list)
    urgent_in_quiet: int = 0
    answers_in_quiet: int = 0
    to_heard: list[str] = field(default_factory=list)
    a_week: Counter[tuple[int, int]] = field(default_factory=Counter)
    all_a_week: Counter[tuple[int, int]] = field(default_factory=Counter)
    together: int = 0
    circle_told: set[int] = field(default_factory=set)
    off_the_desk: set[int] = field(default_factory=set)
    untold: set[int] = field(default_factory=set)
    old_conflicts: set[int] = field(default_factory=set)


class Platform:
    """Takes everything at once. `clock` is the simulated one."""

    platform = "year"

    def __init__(
        self, clock: Callable[[], datetime], groups: Mapping[int, Group], calendars: Mapping[int, WorkingTime]
    ) -> None:
        self._clock, self._groups, self._calendars = clock, groups, calendars
        self._heard: dict[tuple[int, int], datetime] = {}
        self.acting: set[int] = set()
        """Groups in whose channel somebody acts right now."""
        self.parties: dict[int, list[int]] = {}
        """Conflict → the groups that were shown it."""
        self.seen = Seen()

    def heard(self, number: int, group_id: int) -> None:
        """From now on nobody reminds this group of this window."""
        self._heard.setdefault((number, group_id), self._clock())

    async def post(self, post: Post) -> str:
        group_id = post.channel.group_id
        if group_id is not None:
            self._note(post, group_id, to_plain(post.message))
        if post.key.startswith("X-"):
            self._note_conflict(post.key.split(":"), group_id)
        return post.key

    async def edit(self, post: Post) -> None:
        """What changes in place is no new message."""

    async def remove(self, post: Post) -> None:
        """What is taken back says nothing."""

    def _note_conflict(self, key: list[str], group_id: int | None) -> None:
        number, what = int(key[0].removeprefix("X-")), key[1]
        if group_id is None and what == "step":
            self.seen.circle_told.add(number)
        elif group_id is not None and what == "head":
            self.parties.setdefault(number, []).append(group_id)

    def _note(self, post: Post, group_id: int, text: str) -> None:
        now, zone, seen, sort = self._clock(), self._groups[group_id].zone, self.seen, sort_of(post.key)
        year, number, _ = local_date(now, zone).isocalendar()
        week = year * 100 + number
        seen.sorts[sort] += 1
        seen.all_a_week[post.channel.id, week] += 1
        if sort == "digest":
            seen.digests[group_id].append(week)
        if sort in OWN:
            seen.a_week[post.channel.id, week] += 1
        self._note_hour(group_id, now, sort, post.key, text)
        for window in self._reminded_of(post.key, text):
            if (at := self._heard.get((window, group_id))) is not None and at < now - LAG:
                seen.to_heard.append(post.key)
        seen.together += post.key.startswith("T-") and text.startswith("What waits for you:")

    def _note_hour(self, group_id: int, now: datetime, sort: str, key: str, text: str) -> None:
        calendar = self._calendars[group_id]
        if not is_quiet(calendar, now):
            # A digest keeps to its week even where no working day is left of it; all else waits for one.
            if sort in OWN and sort != "digest" and next_working_moment(calendar, now) > now + LAG:
                self.seen.own_in_quiet.append(key)
        elif sort in OWN:
            self.seen.own_in_quiet.append(key)
        elif "Urgent" in text.splitlines()[:3]:
            self.seen.urgent_in_quiet += 1
        elif group_id in self.acting:
            self.seen.answers_in_quiet += 1
        else:
            self.seen.caused_in_quiet.append(key)

    def _reminded_of(self, key: str, text: str) -> list[int]:
        """The windows that a message says this group was not heard on."""
        found = _REMINDER.match(key)
        numbers = [found[1]] if found else []
        return [int(n) for n in (*numbers, *_NOT_HEARD.findall(text), *_NUDGE.findall(text))]


def sort_of(key: str) -> str:
    """What a message is, by its key."""
    if key.startswith("digest:"):
        return "digest"
    if key.startswith("T-"):
        return "question"
    for part, sort in _PARTS:
        if part in key:
            return sort
    return "other"
