"""Whether a decision was carried out: each affected group is asked once, thirty days after the outcome."""

from __future__ import annotations

from datetime import timedelta

from bot.core import telling
from bot.core.context import Context
from bot.core.presence import followed, is_here
from bot.features.decisions.tellings import CARRIED_OUT
from storage import decisions, directory
from storage.deadlines import Deadline
from storage.decisions import Decision
from storage.group_states import PAUSED

AFTER = timedelta(days=30)
AGAIN = timedelta(days=7)


def ask_later(ctx: Context, decision: Decision) -> None:
    """Sets the day on which each affected group is asked."""
    for group_id in decision.affected_ids:
        ctx.due(ctx.now + AFTER, CARRIED_OUT, decision.id, group_id=group_id)


def ask(ctx: Context, deadline: Deadline) -> None:
    """The day has come: a group is to be asked, unless it is gone; one that merged where it is now.

    One that is paused is asked when it is back.
    """
    decision = decisions.find(ctx.db, ctx.network.id, int(deadline.about.removeprefix("D-")))
    found = directory.groups_by_id(ctx.db, ctx.network.id, [deadline.group_id]).get(deadline.group_id)
    if decision is None or found is None or decision.status != "taken" or decision.redacted_at is not None:
        return
    group = followed(ctx.db, found)
    if not is_here(group) or group.id not in decision.affected_ids:
        return
    if group.state == PAUSED:
        ctx.due(ctx.now + AGAIN, CARRIED_OUT, decision.id, group_id=found.id, round=deadline.round + 1)
        return
    telling.offer(ctx, group, CARRIED_OUT, decision.id)
