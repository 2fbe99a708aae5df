"""What other groups say of a decision: affects-us, and carried-out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import DecisionCarriedOut, GroupAffected
from bot.core.kinds import Choice, DecisionId, FreeText, GroupSlug
from bot.core.language import mark
from bot.core.message import Message, Paragraph, RecordMention
from bot.core.replies import Answer, Reply
from bot.features.decisions import rules
from bot.features.decisions.life import ANSWERS
from bot.features.decisions.loading import deciding_group, seen, subject_of
from storage import decision_index, decision_parties, decisions, directory, input_windows
from storage.decision_parties import Check, Joined
from storage.decisions import Decision
from storage.input_windows import LEFT, OPEN
from storage.network import Group

WAYS = ("as-is", "adapted", "not")


class AffectsUs(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The decision or proposal that affects you too"))
    why: Annotated[str, FreeText(), At(rest=True)] = Field(
        max_length=2000, description=mark("How it affects your group")
    )
    as_group: Annotated[GroupSlug, Option("as")] = Field(
        "", description=mark("For which of your groups, if not this channel's")
    )


class CarriedOut(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The decision"))
    how: Annotated[str, Choice(options=WAYS, shown="|".join(WAYS)), At()] = Field(
        description=mark("As it is, adapted, or not")
    )
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=2000, description=mark("How it was adapted, or why it was not carried out")
    )
    as_group: Annotated[GroupSlug, Option("as")] = Field(
        "", description=mark("For which of your groups, if not this channel's")
    )


@command(
    "affects-us",
    summary=mark("Say that a decision affects your group too: it joins the window, or a review opens"),
    who=Who.ALL,
    examples=("/affects-us D-12 Our members use that channel as well",),
)
def affects_us(ctx: Context, args: AffectsUs) -> Reply:
    decision, group = seen(ctx, args.decision), own_group(ctx)
    window = input_windows.window(ctx.db, ctx.network.id, decision.number)
    asked = input_windows.asked(ctx.db, ctx.network.id, decision.number) if window else []
    is_open = window is not None and window.state == OPEN
    waited_for = tuple(one.group_id for one in asked if one.state != LEFT)
    rules.check_affects(decision, group.id, waited_for, stands=is_open)
    joined = Joined(ctx.network.id, decision.number, group.id, args.why.strip(), ctx.actor.id, ctx.now)
    decision_parties.join(ctx.db, joined)
    _add(ctx, decision, group)
    fact = GroupAffected(about=decision.id, group_id=group.id, number=decision.number, by_id=ctx.actor.id)
    more = ctx.publish(fact)
    # Where there is a window, its threads say so.
    untold = () if window else directory.homes(ctx.db, ctx.network.id, [decision.group_id])
    for channel in untold:
        args_of_view = {"number": decision.number, "group_id": group.id}
        key = f"{decision.id}:affects:{group.id}:{channel.id}"
        ctx.say(channel, "group_affected", args_of_view, key=key, about=decision.id)
    ctx.touch(decision.id)
    deciding = directory.groups_by_id(ctx.db, ctx.network.id, [decision.group_id])[decision.group_id]
    line = ctx.words.line(
        "{id} says from now on that it affects {group}. {deciding} has been told.",
        id=RecordMention(decision.id),
        group=group.name,
        deciding=deciding.name,
    )
    return Answer(Message((Paragraph(line), *more)), subject=decision.id)


def _add(ctx: Context, decision: Decision, group: Group) -> None:
    """The group is one of those affected, and finds the decision as such."""
    if group.id in decision.affected_ids:
        return
    affected = tuple(sorted({*decision.affected_ids, group.id}))
    told = tuple(id for id in decision.told_ids if id != group.id)
    decisions.update(ctx.db, replace(decision, affected_ids=affected, told_ids=told))
    decision_index.renew(ctx.db, ctx.network.id, decision.number)


def own_group(ctx: Context) -> Group:
    """The group for which somebody speaks, to which they belong. UserError otherwise."""
    group = deciding_group(ctx)
    if group.id not in ctx.actor.group_ids:
        raise UserError("You are no member of {group}.", group=group.name)
    return group


@command(
    "carried-out",
    summary=mark("Say whether your group carried a decision out: as it is, adapted, or not"),
    who=Who.AFFECTED,
    subject=lambda ctx, args: subject_of(seen(ctx, args.decision)),
    examples=("/carried-out D-12 as-is", "/carried-out D-12 adapted By SMS instead of Signal"),
)
def carried_out(ctx: Context, args: CarriedOut) -> Reply:
    decision, group = seen(ctx, args.decision), own_group(ctx)
    rules.check_carried_out(decision, group.id)
    if args.how != "as-is" and not args.text.strip():
        known = {"decision": decision.id, "how": args.how, "as_group": args.as_group}
        form = forms.form(ctx, carried_out, known)
        typed = f"/carried-out {decision.id} {args.how} …"
        title = ctx.words("How was it adapted?") if args.how == "adapted" else ctx.words("Why was it not carried out?")
        return forms.narrowed(form, "text", title=title, typed=typed)
    said = (args.how, args.text.strip(), ctx.actor.id, ctx.now)
    decision_parties.answer(ctx.db, Check(ctx.network.id, decision.number, group.id, None, *said))
    fact = DecisionCarriedOut(about=decision.id, group_id=group.id, number=decision.number, answer=args.how)
    more = ctx.publish(fact)
    ctx.touch(decision.id)
    line = ctx.words.line(ANSWERS[args.how], group=group.name)
    where = ctx.words.line("It stands under {id} from now on.", id=RecordMention(decision.id))
    return Answer(Message((Paragraph(line), Paragraph(where), *more)), subject=decision.id)
