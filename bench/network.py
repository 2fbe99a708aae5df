"""A network that lives through months in accelerated time: groups in many zones, people who answer and forget."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from bench import disputing
from bench.watching import Platform
from bot.app import FEATURES
from bot.core.calendars import calendar_of
from bot.core.conversation import Actor, CommandTyped, Incoming, MessagePosted, Place
from bot.core.deadlines import Clockwork
from bot.core.delivery import Deliverer
from bot.core.dispatch import Dispatch
from bot.core.scoping import LATELY
from bot.core.standing import Standing
from bot.core.working_time import WorkingTime, next_working_moment
from storage import deadlines, delivery, directory, roles
from storage.network import Channel, Group
from storage.work import Tx, Work

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
ZONES = (
    ("America/Los_Angeles", "US-CA"),
    ("Africa/Nairobi", "KE"),
    ("Europe/Madrid", "ES-PV"),
    ("Asia/Kathmandu", None),
    ("Pacific/Auckland", "NZ"),
    ("America/Sao_Paulo", "BR"),
    ("Europe/London", "GB-ENG"),
    ("Asia/Kolkata", "IN"),
    ("Australia/Lord_Howe", "AU"),
    ("America/St_Johns", "CA-NL"),
    ("Asia/Tokyo", "JP"),
    ("Africa/Cairo", "EG"),
    ("America/Santiago", "CL"),
    ("Asia/Shanghai", "CN"),
    ("Europe/Berlin", "DE-BE"),
    ("America/New_York", "US-NY"),
    ("Pacific/Apia", None),
    ("Asia/Tehran", None),
    ("Africa/Johannesburg", "ZA"),
    ("America/Mexico_City", "MX"),
)
Typed = tuple[int, str, str]
"""In which group's channel, who, what."""
GRID = timedelta(minutes=5)
DECISIONS_A_CONFLICT = 15
HOSTS = {1: "p0", 2: "p1", 3: "p2"}
"""Group → who facilitates in it: one more than a conflict has groups."""
LENGTHS = ("3d", "5bd", "10bd", "10bd", "2w")
SAID = ("support", "support", "support", "question who pays for it?", "concern half of us could not", "pass")


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a network is, and how long it is looked at. The same plan is the same life."""

    groups: int = 30
    people: int = 300
    decisions: int = 3000
    days: int = 365
    downtimes: int = 12
    seed: int = 7


@dataclass(order=True, slots=True)
class _Event:
    at: datetime
    order: int
    act: Callable[[], Typed] = field(compare=False)


class Life:
    """Everything real but the platform and the clock. `platform` has seen all that was said."""

    def __init__(self, work: Work, clock: list[datetime], plan: Plan) -> None:
        ids = itertools.count(1000)
        self.plan, self._clock, self._work = plan, clock, work
        self._chance = random.Random(plan.seed)
        self.groups = [self._group(n) for n in range(1, plan.groups + 1)]
        self.calendars: dict[int, WorkingTime] = {group.id: calendar_of(group) for group in self.groups}
        self.dispatch = Dispatch(work, FEATURES, ids.__next__, lambda: None)
        registry = self.dispatch.registry
        self.platform = Platform(lambda: self._clock[0], {g.id: g for g in self.groups}, self.calendars)
        self._deliverer = Deliverer(work, self.platform, registry, lambda: self._clock[0], ids.__next__)
        self._clockwork = Clockwork(work, registry, lambda: self._clock[0], ids.__next__)
        self._standing = Standing(work, registry, lambda: self._clock[0], ids.__next__)
        self._events: list[_Event] = []
        self._orders, self._keys = itertools.count(), itertools.count()
        self.down = self._downtimes()
        self.decided = 0
        self._was_down = False
        self._settling: set[int] = set()

    @property
    def now(self) -> datetime:
        return self._clock[0]

    def _group(self, n: int) -> Group:
        zone, region = ZONES[(n - 1) % len(ZONES)]
        days = "sun-thu" if zone == "Africa/Cairo" else "sat-wed" if zone == "Asia/Tehran" else "mon-fri"
        return Group(1, n, f"g{n}", f"Group {n}", zone, region, days, "18:00-09:00", "en", "active", ())

    def _downtimes(self) -> list[tuple[datetime, datetime]]:
        """Times at which the bot does not run: some hours to four days."""
        found = []
        for _ in range(self.plan.downtimes):
            begin = START + timedelta(days=self._chance.uniform(3, self.plan.days - 5))
            found.append((begin, begin + timedelta(hours=self._chance.choice((2, 9, 30, 60, 96)))))
        return sorted(found)

    async def live(self, progress: Callable[[float], None] = lambda _part: None) -> None:
        """From the first day to the last."""
        await self._work.write(1, self._found)
        await self._standing.begin()
        await self.dispatch.handle(disputing.founding(Platform.platform, self.now))
        self._plan_all()
        end, look_at = START + timedelta(days=self.plan.days), START
        while self._events or await self._next_due() is not None:
            due, planned = await self._next_due(), self._events[0].at if self._events else end
            self._clock[0] = self._up_again(max(self.now, _on_grid(min(planned, due or planned))))
            if self.now >= end:
                break
            if self._was_down:
                await self._standing.begin()
            await self._acts()
            await self.dispatch.activity.flush_now_and_then(self.now)
            await self._clockwork.fire_due()
            await self._deliverer.drain()
            if self.now >= look_at:
                await self._work.read(lambda tx: disputing.look(tx, self.platform.seen))
                look_at = self.now + timedelta(days=7)
            progress((self.now - START) / (end - START))

    async def _acts(self) -> None:
        self.platform.acting.clear()
        while self._events and self._events[0].at <= self.now:
            event = heapq.heappop(self._events)
            await self._type(event.at, *event.act())

    async def _next_due(self) -> datetime | None:
        def look(tx: Tx) -> datetime | None:
            ahead = (deadlines.next_due(tx.db, 1), delivery.next_at(tx.db, Platform.platform))
            return min((at for at in ahead if at is not None), default=None)

        return await self._work.read(look)

    def _up_again(self, at: datetime) -> datetime:
        planned = at
        for _ in self.down:
            at = next((end for begin, end in self.down if begin <= at < end), at)
        self._was_down = at > planned
        return at

    def _found(self, tx: Tx) -> None:
        directory.add_network(tx.db, 1, "year", "en", tx.now)
        directory.add_workspace(tx.db, Platform.platform, "w", 1, tx.now)
        for group in self.groups:
            directory.add_group(tx.db, group, tx.now)
            home = Channel(1, group.id, Platform.platform, "w", group.slug, group.id, True, "", "active")
            directory.add_channel(tx.db, home)
        for n in range(self.plan.people):
            name = f"p{n}"
            directory.add_person(tx.db, 1, 10_000 + n, name, None, tx.now)
            directory.add_identity(tx.db, 1, Platform.platform, "w", name, 10_000 + n, name)
            directory.add_membership(tx.db, 1, 10_000 + n, n % self.plan.groups + 1, tx.now)
        roles.add(tx.db, 1, 10_000, "steward", tx.now)
        for group_id in HOSTS:
            roles.add(tx.db, 1, 10_000 + group_id - 1, "facilitator", tx.now)

    async def _type(self, at: datetime, group_id: int, who: str, text: str) -> None:
        """Somebody did it at `at`; Mycel hears of it now, which is later where it was down."""
        if self.now - at < LATELY:
            self.platform.acting.add(group_id)
        place = Place(Platform.platform, "w", f"g{group_id}")
        actor = Actor(Platform.platform, "w", who, who)
        key = f"e{next(self._keys)}"
        incoming: Incoming
        if text.startswith("/"):
            incoming = CommandTyped(key, place, actor, at, text[1:])
        else:
            incoming = MessagePosted(key, place, actor, at, key, text)
        await self.dispatch.handle(incoming)

    def _at(self, at: datetime, act: Callable[[], Typed]) -> None:
        heapq.heappush(self._events, _Event(at, next(self._orders), act))

    def _in_hours(self, group_id: int, at: datetime) -> datetime:
        """People act while they work, at any hour of the day."""
        working = next_working_moment(self.calendars[group_id], at)
        later = working + timedelta(hours=self._chance.uniform(0, 8))
        return later if next_working_moment(self.calendars[group_id], later) == later else working

    def _member(self, group_id: int) -> str:
        each = max(1, self.plan.people // self.plan.groups)
        return f"p{group_id - 1 + self.plan.groups * self._chance.randrange(each)}"

    def _plan_all(self) -> None:
        for group in self.groups:
            self._plan_talk(group.id)
        for _ in range(self.plan.decisions):
            group_id = self._chance.randrange(self.plan.groups) + 1
            day = START + timedelta(days=self._chance.uniform(0.5, self.plan.days))
            self._at(self._in_hours(group_id, day), partial(self._decide, group_id))
        for n in range(self.plan.decisions // DECISIONS_A_CONFLICT):
            group_id, day = n % self.plan.groups + 1, START + timedelta(days=self._chance.uniform(5, self.plan.days))
            self._at(self._in_hours(group_id, day), partial(self._dispute, group_id))

    def _plan_talk(self, group_id: int) -> None:
        """Most channels talk every day, some once a week, and some fall silent for months."""
        every = self._chance.choice((1, 1, 2, 7))
        silent_from = START + timedelta(days=self._chance.uniform(10, max(11, self.plan.days / 2)))
        is_silent = group_id % 6 == 0
        for day in range(0, self.plan.days, every):
            at = START + timedelta(days=day)
            if is_silent and silent_from <= at < silent_from + timedelta(days=120):
                continue
            self._at(self._in_hours(group_id, at), partial(self._greet, group_id))

    def _is_silent(self, group_id: int) -> bool:
        return group_id % 6 == 0 and self._chance.random() < 0.7

    def _decide(self, group_id: int) -> Typed:
        """Most are the group's own; some ask others first, and a few could not wait."""
        self.decided += 1
        number, kind = self.decided, self._chance.random()
        who, title = self._member(group_id), f"plan {number} of group {group_id}"
        if kind < 0.4:
            return group_id, who, f"/decide {title}"
        others = [g.id for g in self.groups if g.id != group_id]
        affected = self._chance.sample(others, min(len(others), self._chance.randint(1, 3)))
        slugs = ",".join(f"g{id}" for id in affected)
        if kind < 0.45:
            self._plan_input(number, group_id, affected, "10bd")
            return group_id, who, f'/decide {title} --affects {slugs} --urgent "it could not wait"'
        length = self._chance.choice(LENGTHS)
        self._plan_input(number, group_id, affected, length)
        return group_id, who, f"/propose {title} --affects {slugs} --for {length}"

    def _plan_input(self, number: int, group_id: int, affected: list[int], length: str) -> None:
        longest = timedelta(days=3 if length == "3d" else 7 if length == "5bd" else 14)
        for id in affected:
            if self._chance.random() < 0.75 and not self._is_silent(id):
                at = self._in_hours(id, self.now + longest * self._chance.random())
                self._at(at, partial(self._say_input, number, id))
        if self._chance.random() < 0.9:
            at = self._in_hours(group_id, self.now + longest + timedelta(days=self._chance.uniform(1, 9)))
            self._at(at, partial(self._conclude, number, group_id))

    def _dispute(self, group_id: int) -> Typed:
        """Two decisions are in conflict; half of the conflicts that were shown are settled by and by."""
        for id, parties in sorted(self.platform.parties.items()):
            if id % 2 and id not in self._settling:
                self._settling.add(id)
                self._plan_settling(id, parties)
        first, second = self._chance.randint(1, max(1, self.decided)), self._chance.randint(1, max(1, self.decided))
        return group_id, self._member(group_id), f"/conflict D-{first} D-{second} we cannot have both"

    def _plan_settling(self, id: int, parties: list[int]) -> None:
        """A facilitator of none of its groups hosts it and proposes an end, which each of them confirms in its time."""
        host = next(group_id for group_id in HOSTS if group_id not in parties)
        hosted_at = self._in_hours(host, self.now + timedelta(days=self._chance.uniform(0, 3)))
        proposed_at = self._in_hours(host, hosted_at + timedelta(days=self._chance.uniform(0, 6)))
        self._at(hosted_at, lambda: (host, HOSTS[host], f"/host X-{id}"))
        self._at(proposed_at, lambda: (host, HOSTS[host], f"/settle X-{id} we take turns"))
        for n, party in enumerate(parties):
            at = proposed_at + timedelta(days=self._chance.uniform(0, 5) + 5 * n)
            self._at(self._in_hours(party, at), partial(self._confirm, id, party))

    def _confirm(self, id: int, group_id: int) -> Typed:
        return group_id, self._member(group_id), f"/confirm X-{id}"

    def _greet(self, group_id: int) -> Typed:
        return group_id, self._member(group_id), "good morning"

    def _conclude(self, number: int, group_id: int) -> Typed:
        return group_id, self._member(group_id), f"/outcome D-{number} adopted --unanswered"

    def _say_input(self, number: int, group_id: int) -> Typed:
        said = self._chance.choice(SAID)
        self.platform.heard(number, group_id)
        if said == "pass":
            return group_id, self._member(group_id), f"/pass D-{number}"
        return group_id, self._member(group_id), f"/input D-{number} {said}"


def _on_grid(at: datetime) -> datetime:
    """The next full five minutes: what is due in them happens together, as after a slow tick."""
    return START + math.ceil((at - START) / GRID) * GRID
