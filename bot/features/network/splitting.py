"""`group split`: two groups from one. People choose; decisions stay with the first unless they are taken over."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bot.core.audience import channel_reader, may_read
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import DecisionTakenOver, GroupRegistered, GroupSplit
from bot.core.kinds import DecisionId, Kind
from bot.core.language import mark
from bot.core.message import Bold, Code, Message, Paragraph
from bot.core.replies import Answer, Reply
from bot.features.network import groups, homes, requests, rules, state_rules
from bot.features.network.fields import Slug
from bot.features.network.merging import both, group_typed
from bot.features.network.pausing import own_group
from bot.features.network.requests import Request
from storage import decision_index, decisions, directory, group_moves, group_states, on_call
from storage.decisions import Decision
from storage.group_states import ACTIVE, Standing
from storage.network import Group

CHOOSE_FOR = timedelta(days=60)


class SplitArgs(Args):
    name: Annotated[str, Kind(), At(rest=True)] = Field(description=mark("the name of the new group"))
    slug: Annotated[str, Slug()] = Field("", description=mark("its short name; made from the name if not given"))


@command(
    "group-split",
    summary=mark("Make two groups of this one; another of the group has to agree, and people choose"),
    who=Who.OWN,
    has_form=False,
    examples=("/group split Oakland Hills",),
)
def group_split(ctx: Context, args: SplitArgs) -> Reply:
    group = own_group(ctx)
    state_rules.check_is_here(group)
    new = _new_group(ctx, group, 0, args.name, args.slug)
    groups.check_names(ctx, new)
    return requests.ask(ctx, requests.new(ctx, "split", group, name=new.name, slug=new.slug), group)


def _new_group(ctx: Context, group: Group, id: int, name: str, slug: str) -> Group:
    """Begins with all that is set for the first one. UserError without a short name."""
    wanted = slug or rules.slug_of(name)
    if not wanted:
        raise UserError("Give the group a short name of letters a to z as well.", f"/group split {name} --slug short")
    return dataclasses.replace(group, id=id, name=rules.clean_name(name), slug=wanted, state=ACTIVE)


def split(ctx: Context, request: Request, code: str) -> Reply:
    """The group has agreed. Who asked for it is the first of the new one."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [request.group_id])[request.group_id]
    state_rules.check_is_here(group)
    new = _new_group(ctx, group, ctx.new_id(), request.name, request.slug)
    groups.check_names(ctx, new)
    directory.add_group(ctx.db, new, ctx.now)
    group_states.set_state(ctx.db, ctx.network.id, ACTIVE, Standing(new.id, ctx.now, from_id=group.id))
    _go(ctx, request.by, group.id, new.id)
    ctx.publish(GroupRegistered(about=homes.about(new), group_id=new.id, slug=new.slug))
    ctx.publish(GroupSplit(about=homes.about(group), group_id=group.id, new_id=new.id))
    for home in directory.homes(ctx.db, ctx.network.id, [group.id]):
        args = {"group_id": group.id, "new_id": new.id}
        ctx.say(home, "group_split", args, key=f"group:{new.id}:split:{home.id}", about=homes.about(new))
    words = ctx.words
    line = words.line("{new} is a group of its own now.", new=Bold(new.name))
    following = words.line(
        "Its first channel: somebody of it types {command} there.", command=Code(f"/group {new.name}")
    )
    return Answer(Message((Paragraph(line), Paragraph(following))))


def _go(ctx: Context, person_id: int, from_id: int, to_id: int) -> bool:
    """Somebody is of the new group now; whether they are on call for it, as they were for the old one."""
    is_on_call = from_id in on_call.groups_of(ctx.db, ctx.network.id, person_id)
    group_moves.choose(ctx.db, ctx.network.id, person_id, from_id)
    directory.add_membership(ctx.db, ctx.network.id, person_id, to_id, ctx.now)
    if is_on_call:
        on_call.opt_in(ctx.db, ctx.network.id, to_id, person_id, ctx.now)
    return is_on_call


class ChooseArgs(Args):
    group: Annotated[str, Kind(name="group", widget="group", shown="GROUP"), At(rest=True)] = Field(
        description=mark("the group that split off from yours")
    )


@command(
    "group-choose",
    summary=mark("Go with the group that split off from yours"),
    who=Who.ALL,
    has_form=False,
    examples=("/group choose oakland-hills",),
)
def group_choose(ctx: Context, args: ChooseArgs) -> Reply:
    new = group_typed(ctx, args.group)
    standing = group_states.standings(ctx.db, ctx.network.id, [new.id]).get(new.id)
    origin_id = standing.from_id if standing else None
    if standing is None or origin_id is None or ctx.now > standing.since + CHOOSE_FOR:
        raise UserError("{group} has not split off from another group lately.", "/groups", group=new.name)
    if origin_id not in ctx.actor.group_ids:
        raise UserError("This is for members of the group that {group} split off from.", "/whoami", group=new.name)
    is_on_call = _go(ctx, ctx.actor.id, origin_id, new.id)
    ctx.touch(homes.about(new))
    words = ctx.words
    line = words.line("You are of {group} now.", group=Bold(new.name))
    back = words.line("Whoever speaks in a home channel of a group is a member of it, so of the old one again.")
    on = words.line("You are on call for it, as you were for the old one: {command}", command=Code("/on-call"))
    return Answer(Message((Paragraph(line), *((Paragraph(on),) if is_on_call else ()), Paragraph(back))))


class TakeArgs(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("a decision of the group that yours split off from"))
    as_group: Annotated[str, Kind(name="group", widget="group", shown="GROUP"), Option("as")] = Field(
        "", description=mark("for which of your groups")
    )


@command(
    "group-take-over",
    summary=mark("Ask the group that yours split off from for one of its decisions"),
    who=Who.OWN,
    has_form=False,
    examples=("/group take-over D-12",),
)
def group_take_over(ctx: Context, args: TakeArgs) -> Reply:
    new = own_group(ctx)
    standing = group_states.standings(ctx.db, ctx.network.id, [new.id]).get(new.id)
    found = decisions.find(ctx.db, ctx.network.id, args.decision)
    if found is None or not _is_open_to(found, new):
        raise UserError(
            "There is no {id} here. “decisions” lists what there is.", "/decisions", id=f"D-{args.decision}"
        )
    if standing is None or standing.from_id != found.group_id:
        raise UserError("{id} is no decision of the group that {group} split off from.", id=found.id, group=new.name)
    origin = directory.groups_by_id(ctx.db, ctx.network.id, [found.group_id])[found.group_id]
    return requests.ask(ctx, requests.new(ctx, "take", origin, other_id=new.id, number=found.number), origin)


def _is_open_to(decision: Decision, group: Group) -> bool:
    """Whether the whole group may read it: what the first group kept to itself is not asked for."""
    return may_read(
        decision.audience,
        decision.group_id,
        (*decision.affected_ids, *decision.told_ids),
        channel_reader(group),
    )


def hand_over(ctx: Context, request: Request, code: str) -> Reply:
    """The first group has agreed."""
    origin, new = both(ctx, request)
    decision = decisions.find(ctx.db, ctx.network.id, request.number)
    if decision is None or decision.group_id != origin.id:
        raise UserError("{id} is no decision of {group} any more.", id=f"D-{request.number}", group=origin.name)
    state_rules.check_is_here(new)
    group_moves.take_over(ctx.db, ctx.network.id, decision.number, new.id, ctx.now)
    decision_index.renew(ctx.db, ctx.network.id, decision.number)
    ctx.publish(DecisionTakenOver(about=decision.id, group_id=new.id, number=decision.number, from_group_id=origin.id))
    ctx.touch(decision.id)
    for home in directory.homes(ctx.db, ctx.network.id, [new.id]):
        args = {"group_id": origin.id, "new_id": new.id, "number": decision.number}
        ctx.say(home, "decision_taken_over", args, key=f"{decision.id}:taken-over:{home.id}", about=decision.id)
    line = ctx.words.line("{id} is {group}'s now.", id=decision.id, group=new.name)
    return Answer(Message((Paragraph(line),)))
