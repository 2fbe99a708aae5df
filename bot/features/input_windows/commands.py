"""Giving input by a command or a button, and passing."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import GroupPassed
from bot.core.kinds import Choice, DecisionId, FreeText, GroupSlug, Yes
from bot.core.language import mark
from bot.core.message import Message
from bot.core.replies import Answer, Reply
from bot.features.input_windows import messages, rules
from bot.features.input_windows.giving import COMMAND, Source, What, give
from bot.features.input_windows.head import kind_word
from bot.features.input_windows.rooms import Room, decision_subject, readable_room
from bot.features.input_windows.staying import keeps_words, kept_note
from storage import input_windows


class GiveInput(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The proposal's number"))
    stance: Annotated[str, Choice(options=rules.KINDS, shown="|".join(rules.KINDS)), At()] = Field(
        "", description=mark("Of which kind it is")
    )
    text: Annotated[str, FreeText(), At(rest=True)] = Field("", max_length=8000, description=mark("In your own words"))
    as_group: Annotated[GroupSlug, Option("as")] = Field(
        "", description=mark("For which of your groups, if not this channel's")
    )

    let_out: Yes = Field(False, description=mark("Show the words in all channels, where they would stay in this one"))


class PassOn(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The proposal's number"))
    as_group: Annotated[GroupSlug, Option("as")] = Field(
        "", description=mark("For which of your groups, if not this channel's")
    )


@command(
    "input",
    summary=mark("Give input on a proposal: support, a concern, a question, data, local context"),
    who=Who.AFFECTED,
    subject=decision_subject,
    examples=("/input D-1 concern Our members have no smartphones",),
)
def give_input(ctx: Context, args: GiveInput) -> Reply:
    found = readable_room(ctx, args.decision)
    said = rules.read_typed(args.stance, args.text, rules.leading_words(ctx.words))
    if not said.text and said.stance != rules.SUPPORT:
        known = {"decision": found.window.about, "stance": args.stance, "as_group": args.as_group}
        form = forms.form(ctx, give_input, known)
        title, typed = (
            _form_title(ctx, found, args.stance),
            f"/input {found.window.about} {args.stance or 'question'} …",
        )
        return forms.narrowed(form, *_asked_for(args.stance), title=title, typed=typed)
    _check_speaker(ctx, found, args.as_group)
    mine, place = ctx.actor.group_ids, ctx.acting_as.id if ctx.acting_as else None
    group_id = rules.speaker_group(place, mine, found.speaking_ids, found.decision.group_id)
    if group_id is None:
        raise UserError(
            "You belong to several of the groups that are asked. Say for which one you speak.",
            f"/input {found.window.about} --as GROUP …",
        )
    stays = not args.let_out and keeps_words(ctx, ctx.channel)
    source = Source(COMMAND, ctx.real_now, ctx.now, ctx.channel, stays_home=stays)
    given, what = give(ctx, found, said, group_id, source)
    subject = "" if what is What.KNOWN else f"C-{given.id}"
    return Answer(
        Message((*messages.noted(ctx.words, found, given, what).blocks, *kept_note(ctx.words, given))), subject
    )


def _form_title(ctx: Context, found: Room, stance: str) -> str:
    kind = kind_word(ctx.words, stance).capitalize() if stance else ctx.words("Input")
    return ctx.words("{kind} on {id}", kind=kind, id=found.window.about)


def _asked_for(stance: str) -> tuple[str, ...]:
    """What the form still has to ask."""
    return ("text",) if stance else ("stance", "text")


@command(
    "pass",
    summary=mark("Say that your group has nothing to add to a proposal"),
    who=Who.AFFECTED,
    subject=decision_subject,
    examples=("/pass D-1",),
)
def pass_on(ctx: Context, args: PassOn) -> Reply:
    found = readable_room(ctx, args.decision)
    rules.check_open(found.window)
    _check_speaker(ctx, found, args.as_group)
    place = ctx.acting_as.id if ctx.acting_as else None
    group_id = rules.asked_group(place, ctx.actor.group_ids, found.speaking_ids, f"/pass {found.window.about}")
    is_new = input_windows.hear_pass(ctx.db, ctx.network.id, args.decision, group_id, ctx.now)
    if is_new:
        ctx.publish(GroupPassed(about=found.window.about, group_id=group_id, number=args.decision))
        ctx.touch(found.window.about)
    return Answer(messages.passed(ctx.words, found, group_id, is_new=is_new))


def _check_speaker(ctx: Context, found: Room, typed: str) -> None:
    rules.check_speaker(ctx.acting_as if typed else None, ctx.actor.group_ids, found.groups, found.window.about)
