"""Concerns whose raiser is gone: their group can take them over in its own words; otherwise they rest on the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.events import ConcernOrphaned, ConcernRested, ConcernTakenOver
from bot.core.kinds import ContributionId, FreeText
from bot.core.language import mark
from bot.core.message import Message, Paragraph, RecordMention
from bot.core.replies import Answer, Reply
from bot.core.working_time import add_business_days, next_working_moment
from bot.features.input_windows import rules
from bot.features.input_windows.rooms import concerned_group, head_key, readable_concern
from bot.features.input_windows.tellings import group_heads
from storage import contributions, directory, people
from storage.contributions import RESTED, Contribution
from storage.deadlines import Deadline

RESTS = "concern_rests"
RESTS_AFTER = 10
"""Business days in which a group can take over a concern before it is off all desks."""


def left_alone(ctx: Context, concern: Contribution) -> None:
    """The raiser of a concern is forgotten: its group is told once, and has its time."""
    about, id = f"D-{concern.number}", f"C-{concern.id}"
    ctx.touch(about)
    ctx.touch(id)
    if not concern.is_orphan or concern.state not in rules.STANDING:
        return
    orphaned = ConcernOrphaned(about=about, group_id=concern.group_id, number=concern.number, contribution=concern.id)
    ctx.publish(orphaned)
    group = directory.groups_by_id(ctx.db, ctx.network.id, [concern.group_id])[concern.group_id]
    calendar = calendar_of(group)
    at = next_working_moment(calendar, add_business_days(calendar, ctx.now, RESTS_AFTER))
    ctx.due(at, RESTS, id, group_id=concern.group_id, round=ctx.now.toordinal())
    for channel in group_heads(ctx, about, concern.group_id):
        ctx.say(
            channel,
            "concern_orphaned",
            {"id": concern.id, "rests_at": at.isoformat()},
            key=f"{id}:orphaned:{ctx.now.toordinal()}:{channel.id}",
            about=id,
            thread_of=head_key(concern.number, channel.id),
        )


def rest(ctx: Context, deadline: Deadline) -> None:
    """Nobody took it over: it stays on the record, and on nobody's desk."""
    concern = contributions.contribution(ctx.db, ctx.network.id, int(deadline.about.removeprefix("C-")))
    if concern is None or not concern.is_orphan or concern.state not in rules.STANDING:
        return
    contributions.set_state(ctx.db, ctx.network.id, concern.id, RESTED)
    about = f"D-{concern.number}"
    rested = ConcernRested(about=about, group_id=concern.group_id, number=concern.number, contribution=concern.id)
    ctx.publish(rested)
    ctx.touch(about)
    ctx.touch(deadline.about)


class TakeOver(Args):
    concern: Annotated[ContributionId, At()] = Field(description=mark("The concern's number"))
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("What it is about, in your own words")
    )


@command(
    "take-over",
    summary=mark("Speak for a concern of your group whose raiser is gone"),
    who=Who.AFFECTED,
    subject=concerned_group,
    examples=("/take-over C-3 Half of us have no smartphone",),
)
def take_over(ctx: Context, args: TakeOver) -> Reply:
    concern, found = readable_concern(ctx, args.concern)
    id = f"C-{concern.id}"
    rules.check_take_over(concern, args.text, is_holder_gone=_is_gone(ctx, concern), by=ctx.actor.id)
    if not concern.text and not args.text.strip():
        form, title = forms.form(ctx, take_over, {"concern": id}), ctx.words("Take over {id}", id=id)
        return forms.narrowed(form, "text", title=title, typed=f"/take-over {id} …")
    answered = bool(contributions.answers(ctx.db, ctx.network.id, [concern.id]).get(concern.id))
    state = rules.state_taken_over(concern, found.window, has_answer=answered)
    text = args.text.strip() or concern.text
    edited_at = concern.edited_at if text == concern.text else ctx.now
    taken = replace(concern, text=text, taken_over_by=ctx.actor.id, state=state, edited_at=edited_at)
    contributions.change(ctx.db, taken)
    ctx.undue(id, RESTS)
    about = found.window.about
    ctx.publish(
        ConcernTakenOver(about=about, group_id=concern.group_id, number=concern.number, contribution=concern.id)
    )
    ctx.touch(about)
    ctx.touch(id)
    line = ctx.words.line(
        "You speak for {id} on {decision} now: it stays in sight until you say that it is resolved.",
        id=RecordMention(id),
        decision=RecordMention(about),
    )
    return Answer(Message((Paragraph(line),)), id)


def _is_gone(ctx: Context, concern: Contribution) -> bool:
    """Whether the one who speaks for it is forgotten, or belongs to its group no more."""
    if concern.is_orphan:
        return True
    found = people.person(ctx.db, ctx.network.id, concern.raiser_id)
    return found is None or concern.group_id not in people.group_ids_of(ctx.db, ctx.network.id, found.id)
