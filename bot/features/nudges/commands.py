"""`snooze`: quiet for a while. `why-told`: why Mycel said something. `called`: a neighbour was reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from bot.core import telling
from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.durations import ends_at, parse_duration
from bot.core.errors import UserError
from bot.core.events import GroupCalled
from bot.core.kinds import GroupSlug, Id, Kind
from bot.core.language import mark
from bot.core.message import Bold, Message, Paragraph
from bot.core.replies import Answer, Reply
from bot.features.nudges import messages
from storage import attention, directory, nudges, tellings
from storage.network import Group

LONGEST_SNOOZE = timedelta(days=31)
LISTED = 10
LOOKED_BACK = timedelta(days=30)


class SnoozeArgs(Args):
    length: Annotated[str, Kind(shown="3d|2w|off"), At()] = Field(
        "", max_length=40, description=mark("for how long, at most a month; “off” ends it")
    )


@command(
    "snooze",
    summary=mark("No reminders and no questions in this group for a while; the digest still comes"),
    who=Who.ALL,
    has_form=False,
    examples=("/snooze 3d", "/snooze off"),
)
def snooze(ctx: Context, args: SnoozeArgs) -> Reply:
    group = _group(ctx)
    state = attention.find(ctx.db, ctx.network.id, group.id)
    if state is None:
        raise UserError("This group is new here: try again in a minute.", "/snooze 3d")
    if args.length:
        if group.id not in ctx.actor.group_ids:
            raise UserError("This is for members of {group}.", group=group.name)
        state = replace(state, snoozed_until=_until(ctx, group, args.length))
        attention.save(ctx.db, state)
    return Answer(messages.snoozed(ctx.words, state, ctx.now))


def _until(ctx: Context, group: Group, typed: str) -> datetime | None:
    if typed.lower() == "off":
        return None
    until = ends_at(parse_duration(typed), ctx.now, calendar_of(group))
    if until > ctx.now + LONGEST_SNOOZE:
        raise UserError("A group can have quiet for a month at most. What is longer is a pause.", "/snooze 2w")
    return until


class WhyArgs(Args):
    told: Annotated[int, Id(letter=telling.LETTER, shown="T-1"), At()] = Field(
        0, description=mark("the number on its button; without it, what was said here lately")
    )


@command(
    "why-told",
    summary=mark("Why Mycel said something here of its own accord, or left it unsaid"),
    who=Who.ALL,
    reads=True,
    examples=("/why-told", "/why-told T-5"),
)
def why_told(ctx: Context, args: WhyArgs) -> Reply:
    group = _group(ctx)
    if not args.told:
        since = ctx.now - LOOKED_BACK
        lately = tellings.ended_since(ctx.db, ctx.network.id, group.id, since, LISTED)
        return Answer(messages.lately(ctx.words, lately, ctx.registry))
    found = tellings.find(ctx.db, ctx.network.id, args.told)
    if found is None or found.group_id != group.id:
        raise UserError("Nothing was said here as {id}.", "/why-told", id=f"{telling.LETTER}-{args.told}")
    return Answer(messages.explained(ctx.words, tellings.together(ctx.db, found), ctx.registry))


class CalledArgs(Args):
    group: Annotated[GroupSlug, At()] = Field(description=mark("the group that was silent"))


@command(
    "called",
    summary=mark("Say that your group has reached a group that had gone silent"),
    who=Who.ALL,
    examples=("/called nairobi",),
)
def called(ctx: Context, args: CalledArgs) -> Reply:
    mine, slug = _group(ctx), args.group.lower()
    found = directory.groups_by_slug(ctx.db, ctx.network.id, [slug]).get(slug)
    silence = nudges.find(ctx.db, ctx.network.id, found.id) if found else None
    if found is None or silence is None or mine.id not in silence.neighbours:
        raise UserError("Your group was not asked to call “{group}”.", "/called GROUP", group=args.group)
    if silence.called_by is None:
        nudges.save(ctx.db, replace(silence, called_by=mine.id))
        ctx.publish(GroupCalled(about=f"group:{found.id}", group_id=found.id, by_group_id=mine.id))
        ctx.touch(f"group:{found.id}")
    thanks = ctx.words.line("Thank you. {group} is not called again in this silence.", group=Bold(found.name))
    return Answer(Message((Paragraph(thanks),)))


def _group(ctx: Context) -> Group:
    group = ctx.group or ctx.acting_as
    if group is None:
        raise UserError("Say it in a group's channel.", "/snooze 3d")
    return group
