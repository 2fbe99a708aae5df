"""Looks at a group when it may have been silent for too long, and sees to the next step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.core import telling
from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.events import GroupRegistered, GroupStateChanged
from bot.core.message import Block
from bot.core.working_time import WorkingTime, add_business_days, local_date, next_working_moment
from bot.features.nudges import questions, rules
from bot.features.nudges.questions import Question
from bot.features.nudges.rules import Pace
from storage import activity, attention, deadlines, directory, nudges
from storage.deadlines import Deadline
from storage.network import Group
from storage.nudges import Silence

KIND = "silence_look"
NUDGE, CONTACT, CALL = "nudge", "nudge_contact", "nudge_call"


@dataclass(frozen=True, slots=True)
class Watched:
    """A group with its calendar, its pace, and when it spoke last (or since when it is watched)."""

    group: Group
    calendar: WorkingTime
    silence: Silence
    pace: Pace
    spoke_at: datetime

    def quiet_days(self, now: datetime) -> int:
        return rules.quiet_for(self.calendar, self.spoke_at, now)


def about(group_id: int) -> str:
    return f"silence:{group_id}"


def begin(ctx: Context) -> None:
    """Every active group is watched."""
    for group_id in nudges.groups_without(ctx.db, ctx.network.id):
        group = directory.groups_by_id(ctx.db, ctx.network.id, [group_id])[group_id]
        _watch(ctx, group)


def group_registered(ctx: Context, fact: GroupRegistered) -> tuple[Block, ...]:
    group = directory.groups_by_id(ctx.db, ctx.network.id, [fact.group_id or 0]).get(fact.group_id or 0)
    if group is not None:
        _watch(ctx, group)
    return ()


def group_state_changed(ctx: Context, fact: GroupStateChanged) -> tuple[Block, ...]:
    """A pause is no silence: what comes after it begins anew."""
    silence = nudges.find(ctx.db, ctx.network.id, fact.group_id or 0)
    group = directory.groups_by_id(ctx.db, ctx.network.id, [fact.group_id or 0]).get(fact.group_id or 0)
    if silence is None or group is None:
        return ()
    if group.state != "active":
        ctx.undue(about(group.id), KIND, group_id=group.id)
        return ()
    fresh = replace(rules.heard(silence), begun_at=ctx.now, nudged_at=None)
    look_at(ctx, fresh, add_business_days(calendar_of(group), ctx.now, rules.USUAL))
    return ()


def _watch(ctx: Context, group: Group) -> None:
    silence = Silence(ctx.network.id, group.id, ctx.now)
    if nudges.add(ctx.db, silence):
        look_at(ctx, silence, add_business_days(calendar_of(group), ctx.now, rules.LEAST))


def look_at(ctx: Context, silence: Silence, at: datetime) -> None:
    """Stores how far it has gone, and when it is looked at next."""
    ctx.undue(about(silence.group_id), KIND, group_id=silence.group_id)
    silence = replace(silence, round=silence.round + 1)
    nudges.save(ctx.db, silence)
    key = about(silence.group_id)
    deadlines.drop_ended(ctx.db, ctx.network.id, key, KIND, silence.group_id, silence.round)
    ctx.due(max(at, ctx.now + timedelta(minutes=1)), KIND, key, group_id=silence.group_id, round=silence.round)


def watched(ctx: Context, group: Group, silence: Silence) -> Watched:
    """The group's own figures of the last weeks."""
    calendar = calendar_of(group)
    since = local_date(ctx.now - rules.LOOKED_BACK, group.zone).isoformat()
    days = [date.fromisoformat(day) for day, _ in activity.days(ctx.db, ctx.network.id, group.id, since)]
    spoke_at = activity.last_at(ctx.db, ctx.network.id, group.id, "")
    return Watched(
        group, calendar, silence, rules.pace(days, calendar), max(spoke_at or silence.begun_at, silence.begun_at)
    )


def look(ctx: Context, deadline: Deadline) -> None:
    """The deadline: is it silent still? Then the next step is offered; and it is looked at again in any case."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [deadline.group_id]).get(deadline.group_id)
    silence = nudges.find(ctx.db, ctx.network.id, deadline.group_id)
    if group is None or silence is None or group.state != "active":
        return
    seen = watched(ctx, group, silence)
    if silence.nudged_at is not None and seen.spoke_at > silence.nudged_at:
        seen = replace(seen, silence=rules.heard(silence))
    if silence.asked and not questions.is_open(ctx.db, ctx.network.id, group.id, silence.asked, silence.about, ctx.now):
        seen = replace(seen, silence=rules.answered(seen.silence))
    question = questions.best(ctx.db, seen.silence, ctx.now)
    due_at = _next_at(ctx, seen, question)
    if due_at > ctx.now:
        look_at(ctx, seen.silence, due_at)
        return
    _take_step(ctx, seen, question)
    # What was offered may be put off or dropped; once it is said, the next look is set by it.
    look_at(ctx, seen.silence, next_working_moment(seen.calendar, ctx.now + timedelta(days=1)))


def _next_at(ctx: Context, seen: Watched, question: Question | None) -> datetime:
    state = attention.find(ctx.db, ctx.network.id, seen.group.id)
    snoozed_until = state.snoozed_until if state and state.snoozed_until and state.snoozed_until > ctx.now else None
    kind = question.kind if question else ""
    return rules.next_at(seen.silence, seen.spoke_at, seen.pace.threshold, kind, seen.calendar, snoozed_until)


def _take_step(ctx: Context, seen: Watched, question: Question | None) -> None:
    """A question to the channel; then its contact; then a neighbour; then questions again, ever more rarely."""
    silence, day = seen.silence, local_date(ctx.now, seen.group.zone).isoformat()
    if question is None:
        return  # Nothing real to answer: silence alone is nobody's business.
    args: dict[str, Any] = {
        "quiet_days": seen.quiet_days(ctx.now),
        "usual": seen.pace.usual or 0,
        "asks": question.kind,
        "concern": question.concern,
        "unanswered": silence.unanswered_of(question.kind),
    }
    if silence.step == rules.NEIGHBOUR_STEP and _ask_neighbour(ctx, seen, day, args):
        return
    kind = CONTACT if silence.step == rules.CONTACT_STEP else NUDGE
    telling.offer(ctx, seen.group, kind, question.about, step=day, **args)


def _ask_neighbour(ctx: Context, seen: Watched, day: str, args: dict[str, Any]) -> bool:
    """Asks a group that works on the same things; False where there is none."""
    groups = directory.all_groups(ctx.db, ctx.network.id)
    together = nudges.together(ctx.db, ctx.network.id, seen.group.id)
    silent = {s.group_id for s in nudges.staying_silent(ctx.db, ctx.network.id, 1)}
    found = rules.neighbour(seen.group, groups, together, silent, seen.silence.neighbours, ctx.now)
    if found is None:
        return False
    number = together.get(found.id, (0, 0))[1]
    more = {"quiet_days": args["quiet_days"], "silent_id": seen.group.id, "number": number}
    telling.offer(ctx, found, CALL, f"group:{seen.group.id}", step=day, **more)
    return True
