"""`group merge`: a group becomes part of another, when both have agreed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.kinds import Kind
from bot.core.language import mark
from bot.core.message import Bold, Message, Paragraph
from bot.core.presence import followed
from bot.core.replies import Answer, Reply
from bot.features.network import homes, requests, rules, state_rules
from bot.features.network.pausing import change, own_group
from bot.features.network.requests import Request
from storage import decision_index, directory, group_contacts, group_moves
from storage.deadlines import Deadline
from storage.group_states import MERGED, Standing
from storage.network import Group

REINDEXED = "group_reindexed"
A_STEP = 50


class MergeArgs(Args):
    into: Annotated[str, Kind(name="group", widget="group", shown="GROUP"), At(rest=True)] = Field(
        description=mark("the group that this one becomes part of")
    )


@command(
    "group-merge",
    summary=mark("Become part of another group, with decisions, channels and people; both have to agree"),
    who=Who.OWN,
    has_form=False,
    examples=("/group merge nairobi",),
)
def group_merge(ctx: Context, args: MergeArgs) -> Reply:
    group, into = own_group(ctx), group_typed(ctx, args.into)
    state_rules.check_may_merge(group, into)
    return requests.ask(ctx, requests.new(ctx, "merge", group, other_id=into.id), group)


def group_typed(ctx: Context, typed: str) -> Group:
    """The group of this name or short name; UserError if there is none."""
    found = directory.group_named(ctx.db, ctx.network.id, rules.clean_name(typed), rules.slug_of(typed))
    if found is None:
        raise UserError("There is no group “{name}” here. “groups” lists who is here.", "/groups", name=typed)
    return followed(ctx.db, found)


def both(ctx: Context, request: Request) -> tuple[Group, Group]:
    """(the group that is asked, the other one) as they are now."""
    found = directory.groups_by_id(ctx.db, ctx.network.id, [request.group_id, request.other_id])
    return found[request.group_id], found[request.other_id]


def ask_other(ctx: Context, request: Request, code: str) -> Reply:
    """The group itself has agreed: now the one that it becomes part of is asked."""
    group, into = both(ctx, request)
    state_rules.check_may_merge(group, into)
    return requests.ask(ctx, requests.new(ctx, "welcome", into, other_id=group.id), into)


def merge(ctx: Context, request: Request, code: str) -> Reply:
    """Both have agreed."""
    into, group = both(ctx, request)
    state_rules.check_may_merge(group, into)
    had = directory.homes(ctx.db, ctx.network.id, [group.id, into.id])
    group_moves.merge(ctx.db, ctx.network.id, group.id, into.id, ctx.now)
    group_contacts.drop(ctx.db, ctx.network.id, group.id)
    said = change(ctx, group, MERGED, Standing(group.id, ctx.now, into_id=into.id))
    ctx.touch(homes.about(into))
    reindex(ctx, into.id, 0, round=int(ctx.now.timestamp()) // 60)
    for home in had:
        args = {"group_id": group.id, "into_id": into.id}
        ctx.say(home, "groups_merged", args, key=f"group:{group.id}:merged:{home.id}", about=homes.about(group))
    words = ctx.words
    line = words.line("{group} is part of {into} now.", group=Bold(group.name), into=into.name)
    return Answer(Message((Paragraph(line), *said)))


def reindex(ctx: Context, group_id: int, after: int, *, round: int) -> None:
    """In steps, as there may be many: what a group decides or is asked is found and shown as its own."""
    numbers = group_moves.numbers_of(ctx.db, ctx.network.id, group_id, after, A_STEP)
    for number in numbers:
        decision_index.renew(ctx.db, ctx.network.id, number)
        ctx.touch(f"D-{number}")
    if len(numbers) == A_STEP:
        ctx.due(ctx.now, REINDEXED, f"group:{group_id}", group_id=group_id, round=round + 1, after=numbers[-1])


def reindexed(ctx: Context, deadline: Deadline) -> None:
    reindex(ctx, deadline.group_id, deadline.args["after"], round=deadline.round)
