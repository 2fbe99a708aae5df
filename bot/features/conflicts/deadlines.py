"""What happens as a conflict grows older: more are told, step by step. None of it ends one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.events import ConflictEscalated
from bot.core.working_time import next_working_moment
from bot.features.conflicts import rules, telling
from bot.features.conflicts.ending import open_again
from bot.features.conflicts.loading import Case, case
from bot.features.conflicts.messages import days_old
from storage import conflicts, directory
from storage.conflicts import DIFFERING, OF_VALUES, OPEN
from storage.deadlines import Deadline


def step(ctx: Context, deadline: Deadline) -> None:
    """A step of escalation is due, maybe since long: of several the last is enough."""
    found = _case(ctx, deadline)
    if found is None or found.conflict.state != OPEN or _is_of_before(found, deadline.round):
        return
    name = deadline.args["step"]
    opened_at = datetime.fromisoformat(deadline.args["opened"])
    number = rules.step_number(name)
    if number < len(rules.STEPS) and dict(rules.step_times(opened_at))[rules.STEPS[number][0]] <= ctx.now:
        return
    _escalate(ctx, found, name, deadline)
    if number == len(rules.STEPS):
        again = rules.next_reminder(opened_at, ctx.now)
        ctx.due(again, telling.STEP, deadline.about, round=deadline.round + 1, **deadline.args)


def _is_of_before(found: Case, round: int) -> bool:
    """Whether it was opened again since this was set."""
    return round // telling.AGAIN != found.conflict.round


def _escalate(ctx: Context, found: Case, name: str, deadline: Deadline) -> None:
    conflict = replace(found.conflict, step=max(found.conflict.step, rules.step_number(name)))
    conflicts.update(ctx.db, conflict)
    if name == rules.PARTIES or (name == rules.HOST and conflict.host_id is not None):
        for party in found.parties:
            telling.in_their_hours(ctx, found, party.group_id, deadline.round, step=name)
    else:
        view = "conflict_offered" if conflict.host_id is None and name == rules.HOST else "conflict_escalated"
        for channel in telling.meeting_places(ctx):
            telling.reply(ctx, found, channel, view, f"step:{deadline.round}", days=days_old(found, ctx.now))
    ctx.publish(ConflictEscalated(about=found.about, conflict=conflict.id, step=name))
    ctx.touch(found.about)


def step_in_group(ctx: Context, deadline: Deadline) -> None:
    """The same, in one group's channels and in its working hours."""
    found = _case(ctx, deadline)
    if found is None or found.conflict.state != OPEN or _is_of_before(found, deadline.round):
        return
    group = directory.groups_by_id(ctx.db, ctx.network.id, [deadline.group_id]).get(deadline.group_id)
    if group is None or group.state != "active" or deadline.group_id not in found.party_ids:
        return
    working_at = next_working_moment(calendar_of(group), ctx.now)
    if working_at > ctx.now:
        late = deadline.round + telling.AGAIN // 2
        if deadline.round % telling.AGAIN < telling.AGAIN // 2:
            ctx.due(working_at, telling.STEP_IN_GROUP, deadline.about, group_id=group.id, round=late, **deadline.args)
        return
    is_to_host = deadline.args["step"] == rules.HOST
    view = "conflict_with_host" if is_to_host else "conflict_waits"
    for channel in telling.party_channels(ctx, found):
        if channel.group_id == group.id:
            telling.reply(ctx, found, channel, view, f"step:{deadline.round}", days=days_old(found, ctx.now))


def review(ctx: Context, deadline: Deadline) -> None:
    """The date has come until which the groups had agreed to differ: it is open again."""
    found = _case(ctx, deadline)
    if found is None or found.conflict.state not in (DIFFERING, OF_VALUES) or found.conflict.round != deadline.round:
        return
    open_again(ctx, found, "", is_review=True)


def _case(ctx: Context, deadline: Deadline) -> Case | None:
    return case(ctx.db, ctx.network.id, int(deadline.about.removeprefix("X-")))
