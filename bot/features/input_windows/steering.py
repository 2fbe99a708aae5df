"""Steering an open window: more time for one's group, a longer window, an early close."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.events import GroupHeld, InputExtended
from bot.core.kinds import DecisionId, FreeText, GroupSlug, Length
from bot.core.language import mark
from bot.core.replies import Answer, Reply
from bot.features.input_windows import ends, moving, rules, steering_messages
from bot.features.input_windows.deadlines import close_now
from bot.features.input_windows.rooms import decision_subject, readable_room, room


class HoldWindow(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The proposal's number"))
    reason: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=1000, description=mark("What your group needs the time for")
    )
    as_group: Annotated[GroupSlug, Option("as")] = Field(
        "", description=mark("For which of your groups, if not this channel's")
    )


class ExtendWindow(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The proposal's number"))
    length: Annotated[Length, At(rest=True)] = Field(description=mark("By how much, for every group"))


class CloseWindow(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The proposal's number"))


@command(
    "hold",
    summary=mark("Ask for time for your group: once a window, and its own end moves"),
    who=Who.AFFECTED,
    subject=decision_subject,
    examples=("/hold D-1 Our assembly meets on the 20th",),
)
def hold(ctx: Context, args: HoldWindow) -> Reply:
    found = readable_room(ctx, args.decision)
    about = found.window.about
    rules.check_open(found.window)
    rules.check_speaker(ctx.acting_as if args.as_group else None, ctx.actor.group_ids, found.groups, about)
    place = ctx.acting_as.id if ctx.acting_as else None
    group_id = rules.asked_group(place, ctx.actor.group_ids, found.asked_ids, f"/hold {about}")
    group, row = found.groups[group_id], found.row(group_id)
    assert row is not None  # it is asked
    rules.check_hold(row, group, about, ctx.words.moment(row.closes_at, group.zone).shown, ctx.now)
    if not args.reason.strip():
        form = forms.form(ctx, hold, {"decision": about, "as_group": args.as_group})
        title = ctx.words("Time for {group} on {id}", group=group.name, id=about)
        return forms.narrowed(form, "reason", title=title, typed=f"/hold {about} …")
    held = replace(row, held_at=ctx.now, held_by=ctx.actor.id, held_why=args.reason.strip())
    held = ends.with_end(found.window, held, calendar_of(group))
    moved = moving.settle(ctx, found, [held])
    ctx.publish(GroupHeld(about=about, group_id=group_id, number=found.window.number))
    moving.tell(ctx, moved, moving.HOLD, f"{group_id}-{found.window.round}", group_id)
    return Answer(steering_messages.held(ctx.words, moved, group_id), about)


@command(
    "extend",
    summary=mark("Give all groups more time on a proposal of yours"),
    who=Who.OWN,
    subject=decision_subject,
    examples=("/extend D-1 3d",),
)
def extend(ctx: Context, args: ExtendWindow) -> Reply:
    found = readable_room(ctx, args.decision)
    rules.check_open(found.window)
    longer = replace(found.window, extensions=(*found.window.extensions, str(args.length)))
    ends.check_extension(found.window, args.length)
    groups = moving.recounted(ctx, found, longer)
    ends.check_latest(found.window, groups)
    moved = moving.settle(ctx, found, groups, longer)
    window = moved.window
    fact = InputExtended(
        about=window.about,
        group_id=found.decision.group_id,
        number=window.number,
        closes_at=window.closes_at,
    )
    ctx.publish(fact)
    moving.tell(ctx, moved, moving.EXTENSION, f"{window.round}-{len(window.extensions)}", found.decision.group_id)
    return Answer(steering_messages.extended(ctx.words, moved), window.about)


@command(
    "close",
    summary=mark("Close a window of yours before its time, once every affected group was heard"),
    who=Who.OWN,
    subject=decision_subject,
    examples=("/close D-1",),
)
def close(ctx: Context, args: CloseWindow) -> Reply:
    found = readable_room(ctx, args.decision)
    rules.check_open(found.window)
    silent = [found.groups[row.group_id].name for row in found.asked if row.heard_at is None]
    rules.check_all_heard(found.window, ctx.words.listed(silent), ctx.words.moment(found.window.closes_at).shown)
    close_now(ctx, found)
    closed = room(ctx.db, ctx.network.id, found.window.number) or found
    return Answer(steering_messages.closed(ctx.words, closed), found.window.about)
