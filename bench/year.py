"""8. A year of a network in accelerated time: what Mycel says of its own accord, counted against its promises."""

from __future__ import annotations

import sys
from time import perf_counter

from bench.network import START, Life, Plan
from bench.places import SQLITE, Places
from bench.report import Figure, Section
from bot.core.telling import MOST_A_WEEK
from bot.features.digests.schedule import week_after, week_of
from storage import migrate
from storage.work import open_work

MOST = MOST_A_WEEK + 1
"""Reminders and questions of seven days, and the digest of the week."""


async def run(places: Places, plan: Plan | None = None) -> Section:
    """Lives through the plan on SQLite and reports. Raises RuntimeError where a promise was broken."""
    plan = plan or Plan()
    url = places.fresh(SQLITE)
    migrate.upgrade(url)
    clock = [START]
    work = open_work(url, clock=lambda: clock[0])
    life, began = Life(work, clock, plan), perf_counter()
    try:
        await life.live(_Progress())
    finally:
        await work.close()
    places.drop(url)
    section = report(life, perf_counter() - began)
    if broken(life):
        raise RuntimeError(f"{section.to_text()}\nBroken: {', '.join(broken(life))}")
    return section


class _Progress:
    """A line every tenth of the way."""

    def __init__(self) -> None:
        self._next = 0.1

    def __call__(self, part: float) -> None:
        if part >= self._next:
            print(f"  {part:.0%} of the time", file=sys.stderr, flush=True)
            self._next = part + 0.1


def promised(life: Life) -> tuple[tuple[str, int, int], ...]:
    """(promise, what was found, at most)."""
    seen = life.platform.seen
    double = sum(len(weeks) - len(set(weeks)) for weeks in seen.digests.values())
    return (
        ("groups' weeks without a digest", len(weeks_without(life)), 0),
        ("groups' weeks with two digests", double, 0),
        ("reminders and questions to a group that was heard", len(seen.to_heard), 0),
        ("of its own accord, in quiet hours or on a day off", len(seen.own_in_quiet), 0),
        ("as somebody acted elsewhere, in quiet hours, and not urgent", len(seen.caused_in_quiet), 0),
        ("conflicts over 14 days that were not on the circle's desk", len(seen.off_the_desk), 0),
        ("conflicts over 20 days of which the circle was not told", len(seen.untold), 0),
        ("most of its own accord in a channel and week", max(seen.a_week.values(), default=0), MOST),
    )


def broken(life: Life) -> list[str]:
    """The promises that were not kept."""
    return [name for name, found, most in promised(life) if found > most]


def report(life: Life, took_s: float) -> Section:
    """The promises and what became of them, and how much was said."""
    plan, seen = life.plan, life.platform.seen
    section = Section(
        f"8. {plan.days} days of {plan.groups} groups and {plan.people} people in {len({g.zone for g in life.groups})}"
        f" zones, {life.decided:,} decisions, {len(life.down)} downtimes"
    )
    for name, found, most in promised(life):
        note = f"promised: {'none' if most == 0 else f'at most {most}'}: {'kept' if found <= most else 'BROKEN'}"
        section.add(Figure(name, "", [float(found)], note=note))
    for name, counted in (
        ("digests", sum(map(len, seen.digests.values()))),
        ("reminders to groups not heard", seen.sorts["reminder"]),
        ("reminders of outcomes owed", seen.sorts["owed"]),
        ("reviews, ends, and questions what came of it", sum(seen.sorts[s] for s in ("review", "ending", "carried"))),
        ("words asked on conflicts", seen.sorts["conflict"]),
        ("conflicts that were open for more than 14 days", len(seen.old_conflicts)),
        ("questions to silent groups, and calls for them", seen.sorts["question"] - seen.together),
        ("several of these in one message", seen.together),
        ("most of all sorts in a channel and week", max(seen.all_a_week.values(), default=0)),
        ("of urgent decisions, marked, in quiet hours here", seen.urgent_in_quiet),
        ("of what somebody did there just then, in quiet hours", seen.answers_in_quiet),
    ):
        section.add(Figure(name, "", [float(counted)]))
    section.add(Figure("took", "s", [took_s]))
    section.notes.append(
        f"Of its own accord: digests, reminders, questions, old conflicts; {MOST_A_WEEK} in seven days and a digest."
    )
    section.notes.append("A late digest may come on a day off, outside quiet hours, so that its week has one.")
    section.notes.append(
        "What people do elsewhere waits for the end of a group's quiet hours, urgent decisions excepted."
    )
    return section


def weeks_without(life: Life) -> list[tuple[int, int]]:
    """(group, week) of the local weeks between the first and the last that had no digest."""
    missing = []
    for group in life.groups:
        week, last = week_after(week_of(START, group.zone)), week_of(life.now, group.zone)
        while week < last:
            if week not in life.platform.seen.digests[group.id]:
                missing.append((group.id, week))
            week = week_after(week)
    return missing
