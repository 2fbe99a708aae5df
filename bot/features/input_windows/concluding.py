"""The way to the outcome: answering concerns, resolving them, saying what became of the proposal."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import ConcernAnswered, ConcernResolved, DecisionConcluded
from bot.core.kinds import Choice, ContributionId, DecisionId, FreeText
from bot.core.language import mark
from bot.core.message import Message
from bot.core.replies import Answer, Reply
from bot.features.input_windows import messages, opening, rules
from bot.features.input_windows.deadlines import group_heads, shut
from bot.features.input_windows.rooms import (
    concern_subject,
    decision_subject,
    head_key,
    readable_concern,
    readable_room,
    room,
)
from bot.features.input_windows.story import shortened
from storage import contributions, input_windows
from storage.contributions import ANSWERED, RESOLVED, Contribution
from storage.contributions import OPEN as OPEN_CONCERN
from storage.input_windows import OPEN


class AnswerConcern(Args):
    concern: Annotated[ContributionId, At()] = Field(description=mark("The concern's number"))
    text: Annotated[str, FreeText(), At(rest=True)] = Field("", max_length=8000, description=mark("The answer"))


class ResolveConcern(Args):
    concern: Annotated[ContributionId, At()] = Field(description=mark("The concern's number"))


class SayOutcome(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("Its number"))
    outcome: Annotated[str, Choice(options=rules.OUTCOMES, shown="|".join(rules.OUTCOMES)), At()] = Field(
        description=mark("What became of it")
    )
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("What was changed, and why concerns were followed or not")
    )


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
        hint = ctx.words("The concern: {text}", text=shortened(concern.text, 300) or "…")
        return forms.narrowed(form, "text", title=title, typed=f"/answer {id} …", hint=hint)
    position = contributions.add_answer(ctx.db, ctx.network.id, concern.id, args.text, ctx.actor.id, ctx.now)
    if concern.state == OPEN_CONCERN:
        contributions.set_state(ctx.db, ctx.network.id, concern.id, ANSWERED)
    about = found.window.about
    ctx.publish(
        ConcernAnswered(about=about, group_id=found.decision.group_id, number=concern.number, contribution=concern.id)
    )
    _tell_raiser(ctx, concern, position)
    ctx.touch(about)
    ctx.touch(f"C-{concern.id}")
    return Answer(messages.answered(ctx.words, concern), f"C-{concern.id}")


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


@command(
    "outcome",
    summary=mark("Say what became of a proposal of your group"),
    who=Who.OWN,
    subject=decision_subject,
    examples=("/outcome D-1 adopted-with-changes The old channel stays open for a month",),
)
def say_outcome(ctx: Context, args: SayOutcome) -> Reply:
    found = readable_room(ctx, args.decision)
    shown_end = ctx.words.moment(found.window.closes_at).shown
    rules.check_outcome(found.window, args.outcome, found.asked, shown_end)
    if args.outcome == rules.WITH_CHANGES and not args.text.strip():
        subject = found.window.about
        form = forms.form(ctx, say_outcome, {"decision": subject, "outcome": args.outcome})
        title = ctx.words("{id}: adopted with changes", id=subject)
        return forms.narrowed(form, "text", title=title, typed=f"/outcome {subject} {args.outcome} …")
    about, number = found.window.about, found.window.number
    if found.window.state == OPEN:
        shut(ctx, found)
    carried = contributions.carry(ctx.db, ctx.network.id, number)
    input_windows.conclude(
        ctx.db,
        ctx.network.id,
        number,
        outcome=args.outcome,
        text=args.text.strip(),
        by=ctx.actor.id,
        at=ctx.now,
    )
    opening.stop_clocks(ctx, about)
    _show_outcome(ctx, number)
    for id in carried:
        ctx.touch(f"C-{id}")
    more = ctx.publish(
        DecisionConcluded(about=about, group_id=found.decision.group_id, number=number, outcome=args.outcome)
    )
    concluded = room(ctx.db, ctx.network.id, number) or found
    return Answer(Message((*messages.concluded(ctx.words, concluded, carried), *more)), about)


def _show_outcome(ctx: Context, number: int) -> None:
    about = f"D-{number}"
    for channel in input_windows.head_channels(ctx.db, ctx.network.id, about):
        ctx.say(
            channel,
            "outcome",
            {"number": number},
            key=f"{about}:outcome:{channel.id}",
            about=about,
            thread_of=head_key(number, channel.id),
        )
    ctx.touch(about)
