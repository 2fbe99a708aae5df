"""`on-call`: who of a group wants to be mentioned by urgent decisions, at any hour; off until one asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from bot.core import on_call as calling
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import IdentityLinked, PersonForgotten, RecordsAsked
from bot.core.kinds import Choice, Kind
from bot.core.language import mark
from bot.core.message import Action, Actions, Block, Bold, Bullets, Message, Note, Paragraph, text
from bot.core.permissions import Subject
from bot.core.replies import Answer, Reply
from bot.features.network.pausing import own_group
from storage import directory
from storage import on_call as kept
from storage.group_states import PAUSED
from storage.network import Group

OFF = "off"
_ON = mark("You are on call for {group}: a decision that concerns it and cannot wait mentions you, quiet hours or not.")
_OFF = mark("You are not on call for {group}: a decision that cannot wait comes, but does not mention you.")


class OnCallArgs(Args):
    wish: Annotated[str, Choice(options=("on", OFF), shown="on|off"), At()] = Field(
        "", description=mark("whether urgent decisions mention you; without it: how it is")
    )
    as_group: Annotated[str, Kind(name="group", widget="group", shown="GROUP"), Option("as")] = Field(
        "", description=mark("for which of your groups")
    )


def _subject(ctx: Context, args: OnCallArgs) -> Subject:
    """The group it is for. Whoever is of several groups says which, before it is asked whether they may."""
    if ctx.acting_as is None:
        own = directory.groups_by_id(ctx.db, ctx.network.id, sorted(ctx.actor.group_ids))
        again = " ".join(("/on-call", *filter(None, (args.wish, "--as"))))
        if not own:
            raise UserError("You are of no group yet: type it in the channel of yours.", "/on-call on")
        names = sorted(group.slug for group in own.values())
        raise UserError(
            "You are of several groups ({groups}). Say for which one.", f"{again} {names[0]}", groups=", ".join(names)
        )
    return Subject(ctx.acting_as.id)


@command(
    "on-call",
    summary=mark("Be mentioned when a decision that concerns your group cannot wait, at any hour, or not any more"),
    who=Who.OWN,
    has_form=False,
    works_unbound=True,
    subject=_subject,
    examples=("/on-call", "/on-call on", "/on-call off"),
)
def on_call(ctx: Context, args: OnCallArgs) -> Reply:
    group = own_group(ctx)
    if args.wish == "on":
        kept.opt_in(ctx.db, ctx.network.id, group.id, ctx.actor.id, ctx.now)
    elif args.wish == OFF:
        kept.opt_out(ctx.db, ctx.network.id, group.id, ctx.actor.id)
    # Who is on call is for the group's own eyes.
    is_elsewhere = ctx.group is None or ctx.group.id != group.id
    return Answer(_shown(ctx, group, named=f" --as {group.slug}" if is_elsewhere else ""), is_secret=is_elsewhere)


def _shown(ctx: Context, group: Group, named: str) -> Message:
    """How it is for who asks, who else is, and how to change it; `named`: what says which group it is for."""
    words, people = ctx.words, kept.of_group(ctx.db, ctx.network.id, group.id)
    is_on = ctx.actor.id in people
    line = words.line(_ON if is_on else _OFF, group=Bold(group.name))
    blocks: list[Block] = [Paragraph(line)]
    if people:
        blocks.append(Paragraph(words.line("On call: {people}", people=calling.listed(people))))
    else:
        blocks.append(Paragraph(words.line("Nobody of {group} is: such a decision mentions nobody.", group=group.name)))
    if group.state == PAUSED:
        blocks.append(Note(words.line("While {group} is paused nobody is mentioned.", group=group.name)))
    change = (words("Not on call any more"), OFF) if is_on else (words("Be on call"), "on")
    return Message((*blocks, Actions((Action(change[0], f"/on-call {change[1]}{named}"),))))


def named(ctx: Context, groups: Mapping[int, Group]) -> list[str]:
    """Names of those of the groups for which whoever acts is on call."""
    found = kept.groups_of(ctx.db, ctx.network.id, ctx.actor.id)
    return sorted(groups[id].name for id in found if id in groups)


def linked(ctx: Context, fact: IdentityLinked) -> tuple[Block, ...]:
    """Two people were one: what either is on call for went with the memberships, and so do mentions."""
    kept.relink_mentions(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    return ()


def forgotten(ctx: Context, fact: PersonForgotten) -> tuple[Block, ...]:
    """On call went with the memberships; where somebody was mentioned they are not any more."""
    for number in kept.mentions_of(ctx.db, ctx.network.id, fact.person_id):
        ctx.touch(f"D-{number}")
    kept.forget_mentions(ctx.db, ctx.network.id, fact.person_id)
    return ()


def records(ctx: Context, asked: RecordsAsked) -> tuple[Block, ...]:
    """What is kept here of somebody, counted."""
    groups = len(kept.groups_of(ctx.db, ctx.network.id, asked.person_id))
    mentions = len(kept.mentions_of(ctx.db, ctx.network.id, asked.person_id))
    said = []
    if groups:
        said.append(
            ctx.words.plural("that you are on call for {n} group", "that you are on call for {n} groups", groups)
        )
    if mentions:
        said.append(
            ctx.words.plural(
                "{n} urgent decision that mentioned you", "{n} urgent decisions that mentioned you", mentions
            )
        )
    return (Bullets(tuple(text(each) for each in said)),) if said else ()
