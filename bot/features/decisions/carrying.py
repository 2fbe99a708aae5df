"""Whether a decision was carried out: each affected group is asked once, thirty days after the outcome."""

from __future__ import annotations

from datetime import timedelta

from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.presence import followed, is_here
from bot.core.working_time import next_working_moment
from storage import decision_parties, decisions, directory
from storage.deadlines import Deadline
from storage.decisions import Decision
from storage.group_states import PAUSED

CARRIED_OUT = "carried_out"
AFTER = timedelta(days=30)
AGAIN = timedelta(days=7)


def ask_later(ctx: Context, decision: Decision) -> None:
    """Sets the day on which each affected group is asked."""
    for group_id in decision.affected_ids:
        ctx.due(ctx.now + AFTER, CARRIED_OUT, decision.id, group_id=group_id)


def ask(ctx: Context, deadline: Deadline) -> None:
    """The day has come: a group is asked in its working hours, unless it has said so already or is gone.

    A group that is paused is asked when it is back, one that merged where it is now.
    """
    decision = decisions.find(ctx.db, ctx.network.id, int(deadline.about.removeprefix("D-")))
    found = directory.groups_by_id(ctx.db, ctx.network.id, [deadline.group_id]).get(deadline.group_id)
    if decision is None or found is None or decision.status != "taken" or decision.redacted_at is not None:
        return
    group = followed(ctx.db, found)
    if not is_here(group) or group.id not in decision.affected_ids:
        return
    working_at = next_working_moment(calendar_of(group), ctx.now)
    later_at = ctx.now + AGAIN if group.state == PAUSED else working_at
    if later_at > ctx.now:
        ctx.due(later_at, CARRIED_OUT, decision.id, group_id=found.id, round=deadline.round + 1)
        return
    if not decision_parties.ask(ctx.db, ctx.network.id, decision.number, group.id, ctx.now):
        return
    for channel in directory.homes(ctx.db, ctx.network.id, [group.id]):
        ctx.say(
            channel,
            "carried_out_asked",
            {"number": decision.number, "group_id": group.id},
            key=f"{decision.id}:carried-out:{channel.id}",
            about=decision.id,
        )
