"""`group pause` and `group resume`: a group that nobody asks or reminds for a while."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.durations import Duration, ends_at
from bot.core.errors import UserError
from bot.core.events import GroupStateChanged
from bot.core.kinds import DurationKind, Yes
from bot.core.language import mark
from bot.core.message import Block, Message, Paragraph
from bot.core.replies import Answer, Reply
from bot.features.network import homes, state_rules
from bot.features.network.access import NoArgs
from bot.features.network.state_messages import came_back, pause_asked, pause_begun
from storage import directory, group_states
from storage.deadlines import Deadline
from storage.group_states import ACTIVE, PAUSED, Standing
from storage.network import Group

ENDS = "group_pause_ends"


class PauseArgs(Args):
    until: Annotated[Duration | None, DurationKind(), At()] = Field(
        None, description=mark("for how long, or until when; without it until somebody ends it")
    )
    yes: Yes = Field(False, description=mark("do it; without this you are told what will happen"))


def own_group(ctx: Context) -> Group:
    """The group for which somebody acts. UserError where none can be told."""
    if ctx.acting_as is None:
        raise UserError("This is done in the channel of the group it is about.", "/group")
    return ctx.acting_as


@command(
    "group-pause",
    summary=mark("Pause this group: nobody asks or reminds it until it is back"),
    who=Who.OWN,
    has_form=False,
    examples=("/group pause 2w", "/group pause 2027-01-07", "/group pause"),
)
def group_pause(ctx: Context, args: PauseArgs) -> Reply:
    group = own_group(ctx)
    until_at = ends_at(args.until, ctx.now, calendar_of(group)) if args.until else None
    state_rules.check_may_pause(group, until_at, ctx.now)
    waiting = group_states.waiting_for(ctx.db, ctx.network.id, group.id)
    if not args.yes:
        again = f"/group-pause {args.until} --yes" if args.until else "/group-pause --yes"
        return Answer(pause_asked(ctx.words, group, until_at, sum(map(len, waiting.values())), again), is_secret=True)
    standing = Standing(group.id, ctx.now, until_at)
    change(ctx, group, PAUSED, standing)
    if until_at is not None:
        ctx.due(until_at, ENDS, homes.about(group), group_id=group.id, round=int(ctx.now.timestamp()) // 60)
    _say_paused(ctx, group, waiting)
    return Answer(pause_begun(ctx.words, group, until_at))


@command(
    "group-resume",
    summary=mark("End the pause of this group"),
    who=Who.OWN,
    has_form=False,
    examples=("/group resume",),
)
def group_resume(ctx: Context, args: NoArgs) -> Reply:
    group = own_group(ctx)
    state_rules.check_may_resume(group)
    _end(ctx, group)
    return Answer(Message((Paragraph(came_back(ctx.words, group.name)),)))


def pause_ends(ctx: Context, deadline: Deadline) -> None:
    """The end that was set for a pause has come."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [deadline.group_id]).get(deadline.group_id)
    if group is not None and group.state == PAUSED:
        _end(ctx, group)


def _end(ctx: Context, group: Group) -> None:
    before = group_states.standings(ctx.db, ctx.network.id, [group.id])[group.id]
    ctx.undue(homes.about(group), ENDS, group_id=group.id)
    change(ctx, group, ACTIVE, Standing(group.id, ctx.now))
    for home in directory.homes(ctx.db, ctx.network.id, [group.id]):
        key = _key(group, before.since, "back", home.id)
        ctx.say(home, "group_back", {"group_id": group.id}, key=key, about=homes.about(group))


def change(ctx: Context, group: Group, state: str, standing: Standing) -> tuple[Block, ...]:
    """Stores how a group stands now, tells the other features, and has it shown wherever the group is.

    Returns what the other features have to say.
    """
    group_states.set_state(ctx.db, ctx.network.id, state, standing)
    if ctx.group is not None and ctx.group.id == group.id:
        ctx.group = dataclasses.replace(ctx.group, state=state)
    fact = GroupStateChanged(about=homes.about(group), group_id=group.id, state=state, into_id=standing.into_id)
    ctx.touch(homes.about(group))
    return ctx.publish(fact)


def _say_paused(ctx: Context, group: Group, waiting: dict[int, list[int]]) -> None:
    since = {"group_id": group.id, "since": ctx.now.isoformat()}
    for home in directory.homes(ctx.db, ctx.network.id, [group.id]):
        ctx.say(home, "group_paused", since, key=_key(group, ctx.now, "pause", home.id), about=homes.about(group))
    tell_waiting(ctx, group, waiting)


def tell_waiting(ctx: Context, group: Group, waiting: dict[int, list[int]]) -> None:
    """Says to those who asked this group something that it pauses, or is gone."""
    for home in directory.homes(ctx.db, ctx.network.id, list(waiting)):
        if home.group_id is None:
            continue
        args = {"group_id": group.id, "since": ctx.now.isoformat(), "numbers": waiting[home.group_id]}
        ctx.say(home, "paused_told", args, key=_key(group, ctx.now, "told", home.id), about=homes.about(group))


def _key(group: Group, since: datetime, what: str, channel_id: int) -> str:
    return f"group:{group.id}:{what}:{int(since.timestamp())}:{channel_id}"
