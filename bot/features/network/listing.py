"""`groups`: who is in the network, and how each stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from bot.core.commands import Args, Option, Who, command
from bot.core.context import Context
from bot.core.kinds import Kind
from bot.core.language import Words, mark
from bot.core.message import Action, Actions, Block, Bold, Bullets, Code, Heading, Message, Paragraph, Spans, text
from bot.core.presence import is_gone, is_here
from bot.core.replies import Answer, Reply
from bot.core.working_time import to_local
from bot.features.network.state_messages import gone
from storage import directory, group_states
from storage.group_states import PAUSED, Standing
from storage.network import Group

A_PAGE = 20


class GroupsArgs(Args):
    after: Annotated[str, Kind(), Option(is_hidden=True)] = Field("", description=mark("go on behind this short name"))


@command(
    "groups",
    summary=mark("List the groups of the network, with their hour and how they stand"),
    who=Who.ALL,
    reads=True,
    works_unbound=True,
    has_form=False,
    examples=("/groups",),
)
def groups(ctx: Context, args: GroupsArgs) -> Reply:
    every = directory.all_groups(ctx.db, ctx.network.id)
    named = {group.id: group for group in every}
    wanted = sorted((g for g in every if is_here(g) or is_gone(g)), key=lambda g: (is_gone(g), g.name, g.id))
    first = next((at + 1 for at, group in enumerate(wanted) if group.slug == args.after), 0)
    page = wanted[first : first + A_PAGE]
    standings = group_states.standings(ctx.db, ctx.network.id, [group.id for group in page])
    words = ctx.words
    lines = tuple(_line(ctx, group, standings.get(group.id), named) for group in page)
    here = sum(is_here(group) for group in wanted)
    blocks: list[Block] = [
        Heading(words.line("Groups of {network}", network=ctx.network.slug)),
        Paragraph(text(words.plural("{n} group is here.", "{n} groups are here.", here))),
        Bullets(lines),
    ]
    if first + A_PAGE < len(wanted):
        blocks.append(Actions((Action(words("More"), f"/groups --after {page[-1].slug}"),)))
    return Answer(Message(tuple(blocks)))


def _line(ctx: Context, group: Group, standing: Standing | None, named: Mapping[int, Group]) -> Spans:
    words = ctx.words
    if standing is not None and is_gone(group):
        return gone(words, group, standing, named.get(standing.into_id or 0))
    line = words.line(
        "{group} {slug}: {hour} there",
        group=Bold(group.name),
        slug=Code(group.slug),
        hour=f"{to_local(ctx.now, group.zone):%H:%M}",
    )
    return line + state_said(words, group, standing)


def state_said(words: Words, group: Group, standing: Standing | None) -> Spans:
    """How a group stands, behind its name; nothing for one that is simply active."""
    if group.state != PAUSED or standing is None:
        return ()
    if standing.until_at is None:
        return words.line(", paused")
    return words.line(", paused until {moment}", moment=words.moment(standing.until_at))
