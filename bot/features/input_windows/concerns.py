"""What becomes of a concern before the outcome: it is answered, and its raiser says when it is resolved."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import ConcernAnswered, ConcernResolved
from bot.core.kinds import ContributionId, FreeText
from bot.core.language import mark
from bot.core.replies import Answer, Reply
from bot.features.input_windows import messages
from bot.features.input_windows.rooms import Room, concern_subject, head_key, readable_concern
from bot.features.input_windows.story import shortened
from bot.features.input_windows.tellings import group_heads
from storage import contributions
from storage.contributions import ANSWERED, RESOLVED, Contribution
from storage.contributions import OPEN as OPEN_CONCERN


class AnswerConcern(Args):
    concern: Annotated[ContributionId, At()] = Field(description=mark("The concern's number"))
    text: Annotated[str, FreeText(), At(rest=True)] = Field("", max_length=8000, description=mark("The answer"))


class ResolveConcern(Args):
    concern: Annotated[ContributionId, At()] = Field(description=mark("The concern's number"))


@command(
    "answer",
    summary=mark("Answer a concern about a decision of your group"),
    who=Who.OWN,
    subject=concern_subject,
    examples=("/answer C-3 The old channel stays open for a month",),
)
def answer_concern(ctx: Context, args: AnswerConcern) -> Reply:
    concern, found = readable_concern(ctx, args.concern)
    if not args.text:
        id = f"C-{concern.id}"
        form, title = forms.form(ctx, answer_concern, {"concern": id}), ctx.words("Answer {id}", id=id)
        hint = ctx.words("The concern: {text}", text=shown_here(ctx, concern))
        return forms.narrowed(form, "text", title=title, typed=f"/answer {id} …", hint=hint)
    give_answer(ctx, found, concern, args.text)
    return Answer(messages.answered(ctx.words, concern), f"C-{concern.id}")


def shown_here(ctx: Context, concern: Contribution) -> str:
    """A concern's words as a form in this channel may show them."""
    channel_id = ctx.channel.id if ctx.channel else None
    return shortened(concern.text, 300) if concern.text and concern.is_shown_in(channel_id) else "…"


def give_answer(ctx: Context, found: Room, concern: Contribution, text: str) -> None:
    """An answer stands under the concern, and is said where the concern came from."""
    position = contributions.add_answer(ctx.db, ctx.network.id, concern.id, text, ctx.actor.id, ctx.now)
    if concern.state == OPEN_CONCERN:
        contributions.set_state(ctx.db, ctx.network.id, concern.id, ANSWERED)
    about = found.window.about
    ctx.publish(
        ConcernAnswered(about=about, group_id=found.decision.group_id, number=concern.number, contribution=concern.id)
    )
    _tell_raiser(ctx, concern, position)
    ctx.touch(about)
    ctx.touch(f"C-{concern.id}")


def _tell_raiser(ctx: Context, concern: Contribution, position: int) -> None:
    """The answer is a reply where the concern came from."""
    heads = group_heads(ctx, f"D-{concern.number}", concern.group_id)
    for channel in [head for head in heads if head.id == concern.channel_id] or heads:
        ctx.say(
            channel,
            "concern_answered",
            {"id": concern.id, "position": position},
            key=f"C-{concern.id}:answer:{position}:{channel.id}",
            about=f"C-{concern.id}",
            thread_of=head_key(concern.number, channel.id),
        )


@command(
    "resolve",
    summary=mark("Say that your concern is resolved"),
    who=Who.RAISER,
    subject=concern_subject,
    examples=("/resolve C-3",),
)
def resolve_concern(ctx: Context, args: ResolveConcern) -> Reply:
    concern, found = readable_concern(ctx, args.concern)
    if concern.state == RESOLVED:
        raise UserError("{id} is resolved already.", id=f"C-{concern.id}")
    contributions.set_state(ctx.db, ctx.network.id, concern.id, RESOLVED)
    about = found.window.about
    ctx.publish(ConcernResolved(about=about, group_id=concern.group_id, number=concern.number, contribution=concern.id))
    ctx.touch(about)
    ctx.touch(f"C-{concern.id}")
    return Answer(messages.resolved(ctx.words, concern), f"C-{concern.id}")
