"""What happens as a conflict grows older: more are told, step by step. None of it ends one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import telling as core_telling
from bot.core.context import Context
from bot.core.events import ConflictEscalated
from bot.features.conflicts import rules, telling, tellings
from bot.features.conflicts.ending import open_again
from bot.features.conflicts.loading import Case, case
from bot.features.conflicts.messages import days_old
from storage import conflicts
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
        for group in found.party_groups:
            tellings.offer(ctx, found, group, name, deadline.round)
    else:
        view = "conflict_offered" if conflict.host_id is None and name == rules.HOST else "conflict_escalated"
        telling.tell_circle(ctx, found, view, f"step:{deadline.round}", days=days_old(found, ctx.now))
    ctx.publish(ConflictEscalated(about=found.about, conflict=conflict.id, step=name))
    ctx.touch(found.about)


def step_in_group(ctx: Context, deadline: Deadline) -> None:
    """The same, in one group, as earlier versions set it."""
    found = _case(ctx, deadline)
    if found is None or found.conflict.state != OPEN or deadline.group_id not in found.party_ids:
        return
    tellings.offer(ctx, found, found.groups[deadline.group_id], deadline.args["step"], deadline.round)


def review(ctx: Context, deadline: Deadline) -> None:
    """The date has come until which the groups had agreed to differ: it is open again."""
    found = _case(ctx, deadline)
    if found is None or found.conflict.state not in (DIFFERING, OF_VALUES) or found.conflict.round != deadline.round:
        return
    open_again(ctx, found, is_review=True)
    for group in found.party_groups:
        shown = f"{found.about}:came-back:{deadline.round}"
        core_telling.record(ctx, group.id, tellings.CAME_BACK, found.about, str(deadline.round), shown)


def _case(ctx: Context, deadline: Deadline) -> Case | None:
    return case(ctx.db, ctx.network.id, int(deadline.about.removeprefix("X-")))
