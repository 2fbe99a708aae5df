"""The way to the outcome: concern by concern, then what becomes of the proposal."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.events import ConcernLeftUnanswered, DecisionConcluded
from bot.core.kinds import Choice, DecisionId, FreeText, PerRecord, Yes
from bot.core.language import mark
from bot.core.message import Message
from bot.core.replies import Answer, Form, FormField, Reply
from bot.features.input_windows import messages, opening, rules
from bot.features.input_windows.concerns import give_answer, shown_here
from bot.features.input_windows.deadlines import round_key, shut
from bot.features.input_windows.rooms import Room, decision_subject, head_key, readable_room, room
from storage import contributions, input_windows
from storage.contributions import OPEN as OPEN_CONCERN
from storage.contributions import Contribution
from storage.input_windows import OPEN

ASKED_AT_ONCE = 20
"""Concerns that one form asks about."""


class SayOutcome(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("Its number"))
    outcome: Annotated[str, Choice(options=rules.OUTCOMES, shown="|".join(rules.OUTCOMES)), At()] = Field(
        description=mark("What became of it")
    )
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("What was changed, and why concerns were followed or not")
    )
    unanswered: Yes = Field(False, description=mark("Say it although concerns have no answer: they are shown so"))
    answers: Annotated[dict[str, str], PerRecord(), Option(is_hidden=True)] = Field(
        default_factory=dict, description=mark("An answer to each concern")
    )


class Withdraw(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The proposal's number"))
    reason: Annotated[str, FreeText(), At(rest=True)] = Field("", max_length=8000, description=mark("Why"))


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
    left = _without_answer(ctx, found)
    text = args.text.strip()
    is_asked = bool(left) and not (text or args.unanswered) and args.outcome != rules.WITHDRAWN
    if is_asked or (args.outcome == rules.WITH_CHANGES and not text):
        return _guide(ctx, found, args, left)
    for concern in left:
        answer = args.answers.get(str(concern.id), "").strip()
        if answer:
            give_answer(ctx, found, concern, answer)
    return conclude(ctx, found, args.outcome, text)


@command(
    "withdraw",
    summary=mark("Take a proposal of your group back, and say why"),
    who=Who.OWN,
    subject=decision_subject,
    examples=("/withdraw D-1 Nairobi showed us a better way",),
)
def withdraw(ctx: Context, args: Withdraw) -> Reply:
    found = readable_room(ctx, args.decision)
    shown_end = ctx.words.moment(found.window.closes_at).shown
    rules.check_outcome(found.window, rules.WITHDRAWN, found.asked, shown_end)
    about = found.window.about
    if not args.reason.strip():
        form, title = forms.form(ctx, withdraw, {"decision": about}), ctx.words("Withdraw {id}", id=about)
        return forms.narrowed(form, "reason", title=title, typed=f"/withdraw {about} …")
    return conclude(ctx, found, rules.WITHDRAWN, args.reason.strip())


def _without_answer(ctx: Context, found: Room) -> list[Contribution]:
    concerns = contributions.concerns(ctx.db, ctx.network.id, found.window.number)
    return [concern for concern in concerns if concern.state == OPEN_CONCERN]


def _guide(ctx: Context, found: Room, args: SayOutcome, left: list[Contribution]) -> Form:
    """The form that goes from concern to concern; what is left empty is shown as not answered."""
    about = found.window.about
    known = {"decision": about, "outcome": args.outcome, "text": args.text, "unanswered": "yes"}
    title = ctx.words("{id}: {outcome}", id=about, outcome=messages.outcome_label(ctx.words, found, args.outcome))
    typed = f"/outcome {about} {args.outcome} …"
    form = forms.narrowed(forms.form(ctx, say_outcome, known), "text", title=title, typed=typed)
    needs_text = args.outcome == rules.WITH_CHANGES
    text = replace(form.fields[0], is_required=needs_text, value=args.text)
    asked = tuple(_asked(ctx, concern) for concern in left[:ASKED_AT_ONCE])
    return replace(form, fields=(*asked, text))


def _asked(ctx: Context, concern: Contribution) -> FormField:
    label = ctx.words("Answer to {id}", id=f"C-{concern.id}")
    hint = ctx.words("Left empty, it is shown as not answered. It says: {text}", text=shown_here(ctx, concern))
    return FormField(f"answers:{concern.id}", label, hint, "long_text")


def conclude(ctx: Context, found: Room, outcome: str, text: str) -> Answer:
    """Writes the outcome down and tells every thread; what was not resolved stays with it as dissent."""
    about, number = found.window.about, found.window.number
    if found.window.state == OPEN:
        shut(ctx, found)
    carried = contributions.carry(ctx.db, ctx.network.id, number)
    input_windows.conclude(ctx.db, ctx.network.id, number, outcome=outcome, text=text, by=ctx.actor.id, at=ctx.now)
    opening.stop_clocks(ctx, about)
    _show_outcome(ctx, found)
    for id in carried:
        ctx.touch(f"C-{id}")
    unanswered = _left_unanswered(ctx, found, outcome, carried)
    more = ctx.publish(DecisionConcluded(about=about, group_id=found.decision.group_id, number=number, outcome=outcome))
    concluded = room(ctx.db, ctx.network.id, number) or found
    return Answer(Message((*messages.concluded(ctx.words, concluded, carried, unanswered), *more)), about)


def _left_unanswered(ctx: Context, found: Room, outcome: str, carried: list[int]) -> list[int]:
    """The carried concerns without any answer, for those who follow conflicts. A withdrawn proposal leaves none."""
    if outcome == rules.WITHDRAWN:
        return []
    answers = contributions.answers(ctx.db, ctx.network.id, carried)
    left = [id for id in carried if not answers.get(id)]
    for id in left:
        about, number = found.window.about, found.window.number
        ctx.publish(
            ConcernLeftUnanswered(about=about, group_id=found.decision.group_id, number=number, contribution=id)
        )
    return left


def _show_outcome(ctx: Context, found: Room) -> None:
    about, number = found.window.about, found.window.number
    for channel in input_windows.head_channels(ctx.db, ctx.network.id, about):
        ctx.say(
            channel,
            "outcome",
            {"number": number, "round": found.window.round},
            key=f"{about}:outcome:{round_key(found)}{channel.id}",
            about=about,
            thread_of=head_key(number, channel.id),
        )
    ctx.touch(about)
