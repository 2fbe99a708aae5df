"""`digest`: when a group's weekly digest comes, or at once for oneself. `mine`: what one owes."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Annotated

from pydantic import Field

from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.kinds import FreeText
from bot.core.language import mark
from bot.core.message import Bold, Code, Message, Note, Paragraph
from bot.core.replies import Answer, Reply
from bot.core.working_time import to_local
from bot.features.digests import owing, sending, timeline, views
from bot.features.digests.reading import DAYS, read_weekly
from bot.features.digests.schedule import Schedule, moment_of, next_at
from storage import attention
from storage.attention import Attention
from storage.network import Group


class DigestArgs(Args):
    when: Annotated[str, FreeText(widget="text", shown="now|off|on|mon 09:00"), At(rest=True)] = Field(
        "", max_length=40, description=mark("a weekday and a time, or off, on, or now for one at once, for you alone")
    )


@command(
    "digest",
    summary=mark("Show or set when this group's weekly digest comes, or get one now"),
    who=Who.ALL,
    has_form=False,
    examples=("/digest", "/digest now", "/digest mon 09:00", "/digest off"),
)
def digest(ctx: Context, args: DigestArgs) -> Reply:
    group = _group(ctx)
    state = attention.find(ctx.db, ctx.network.id, group.id) or sending.set_up(ctx, group)
    wanted = " ".join(args.when.lower().split())
    if wanted == "now":
        return _now(ctx, group, state)
    if wanted:
        _check_member(ctx, group)
        state = sending.arm(ctx, group, _changed(group, state, wanted))
    return Answer(_shown(ctx, group, state))


def _group(ctx: Context) -> Group:
    group = ctx.group or ctx.acting_as
    if group is None:
        raise UserError("Say it in a group's channel: a digest is a group's.", "/digest mon 09:00")
    return group


def _check_member(ctx: Context, group: Group) -> None:
    if group.id not in ctx.actor.group_ids:
        raise UserError("This is for members of {group}.", group=group.name)


def _changed(group: Group, state: Attention, wanted: str) -> Attention:
    """The settings as they are wanted. UserError for what is no time of a week, or one in quiet hours."""
    if wanted in ("off", "on"):
        return replace(state, is_digest_off=wanted == "off")
    found = read_weekly(wanted)
    schedule = Schedule(found.weekday, found.at or time.fromisoformat(state.digest_at))
    new = replace(state, digest_day=schedule.day, digest_at=f"{schedule.at:%H:%M}", is_digest_off=False)
    calendar = calendar_of(group)
    week = 202623  # any week without a change of the clock: what counts is the hour
    if to_local(moment_of(week, schedule, calendar), calendar.zone).time() != schedule.at and group.quiet != "off":
        raise UserError(
            "{time} is in your group's quiet hours ({quiet}). Choose another hour.",
            "/digest mon 09:00",
            time=new.digest_at,
            quiet=group.quiet,
        )
    return new


def _now(ctx: Context, group: Group, state: Attention) -> Reply:
    """The digest up to now, for the one who asks; the week's own still comes."""
    args = sending.content(ctx, group, state, attention.last_event(ctx.db, ctx.network.id))
    args |= timeline.keep(ctx, ctx.words, args, f"{sending.about(group.id)}:now:{ctx.now:%Y%m%d}")
    return Answer(views.rendered(ctx, group, args))


def _shown(ctx: Context, group: Group, state: Attention) -> Message:
    words, name = ctx.words, Bold(group.name)
    if state.is_digest_off:
        line = words.line("{group} gets no digest. Switch it on: {command}", group=name, command=Code("/digest on"))
        return Message((Paragraph(line),))
    schedule = sending.schedule_of(state)
    following = next_at(state.last_week, schedule, calendar_of(group), ctx.now)
    line = words.line(
        "{group}'s digest comes every week on {day} at {time}. The next one: {moment}.",
        group=name,
        day=_weekday(ctx, schedule.day),
        time=state.digest_at,
        moment=words.moment(max(following, ctx.now), group.zone),
    )
    note = words.line(
        "Another time: {change}. None at all: {off}. One now, for you alone: {now}.",
        change=Code("/digest fri 16:00"),
        off=Code("/digest off"),
        now=Code("/digest now"),
    )
    return Message((Paragraph(line), Note(note)))


def _weekday(ctx: Context, day: int) -> str:
    return ctx.words(DAYS[day])


class MineArgs(Args):
    """Takes nothing."""


@command(
    "mine",
    summary=mark("What you owe an answer to: windows, concerns, outcomes, reviews"),
    who=Who.ALL,
    reads=True,
    works_unbound=True,
    examples=("/mine",),
)
def mine(ctx: Context, args: MineArgs) -> Reply:
    return Answer(owing.owed(ctx), is_secret=True)
