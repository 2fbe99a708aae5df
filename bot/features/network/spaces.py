"""`space`: a Matrix space belongs to a group or to the network, and Mycel finds its rooms."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core.cleaning import name_of
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.conversation import Around, Place
from bot.core.errors import UserError
from bot.core.kinds import Choice
from bot.core.language import mark
from bot.core.message import Bold, Code, Message, Note, Paragraph, Spans
from bot.core.permissions import STEWARD
from bot.core.replies import Answer, Reply
from bot.features.network.homes import here
from storage import directory
from storage.network import Channel, Group

GROUP, NETWORK, OFF = "group", "network", "off"


class SpaceArgs(Args):
    """Whose the space is from now on; without it: whose it is."""

    owner: Annotated[str, Choice(options=(GROUP, NETWORK, OFF)), At()] = Field(
        "", description=mark("whose the space is from now on: this channel's group, the network, or nobody")
    )


@command(
    "space",
    summary=mark(
        "Show whose the Matrix space of this room is, or give it to the group or the network: its rooms are found"
    ),
    who=Who.ALL,
    works_unbound=True,
    has_form=False,
    examples=("/space", "/space group", "/space network"),
)
def space(ctx: Context, args: SpaceArgs) -> Reply:
    around = _around(ctx)
    bound = _bound(ctx, around)
    if not args.owner:
        return Answer(Message(tuple(Paragraph(_shown(ctx, each, bound.get(each.id))) for each in around)))
    chosen = _chosen(ctx, around)
    if args.owner == OFF:
        return _unbound(ctx, chosen, bound.get(chosen.id))
    group = _group(ctx) if args.owner == GROUP else None
    _bind(ctx, chosen, group, bound.get(chosen.id))
    words = ctx.words
    found = words.line("Mycel goes into those of its rooms that need no invitation, and may be invited to the others.")
    homes = words.line("None of them becomes a home by that: {command} makes it one.", command=Code("/group NAME"))
    return Answer(Message((Paragraph(_shown(ctx, chosen, group or ctx.network.slug)), Paragraph(found), Note(homes))))


def found_room(ctx: Context, place: Place) -> Reply | None:
    """Mycel has come into a channel that is nobody's: it belongs to whose the place around it is. None for nobody's."""
    bound = directory.spaces_among(
        ctx.db, ctx.network.id, place.platform, place.workspace, [each.id for each in place.around]
    )
    if not bound:
        return None
    # A group's own space says more than the network's.
    owner = max(bound, key=lambda channel: channel.group_id is not None)
    directory.bind_channel(ctx.db, replace(here(ctx), group_id=owner.group_id, is_home=False))
    group = _name(ctx, owner)
    words = ctx.words
    whose = words.line("I am Mycel. This room lies in the space of {owner}.", owner=Bold(group))
    do = words.line(
        "Commands work here: {decide} logs a decision, {help} lists everything.",
        decide=Code("/decide …"),
        help=Code("/help"),
    )
    home = words.line("To have input windows shown here, make it a home: {group}", group=Code("/group NAME"))
    return Answer(Message((Paragraph(whose), Paragraph(do), Paragraph(home))))


def _around(ctx: Context) -> tuple[Around, ...]:
    around = ctx.where.around if ctx.where else ()
    if not around:
        raise UserError("This channel lies in no Matrix space that Mycel is in. Invite Mycel to the space first.")
    return around


def _chosen(ctx: Context, around: tuple[Around, ...]) -> Around:
    """The one space that the actor may change; a steward may give all of them."""
    may = [each for each in around if each.may_arrange] or (list(around) if STEWARD in ctx.actor.roles else [])
    if not may:
        raise UserError("Whoever may add rooms to the space says whose it is. Ask one of them, or a steward.")
    if len(may) > 1:
        raise UserError(
            "This room lies in several spaces of yours. Type it in a room that lies in the one you mean only."
        )
    return may[0]


def _group(ctx: Context) -> Group:
    if ctx.group is None or ctx.group.id not in ctx.actor.group_ids:
        raise UserError("This is typed by a member of the group, in a home of the group.", "/space group")
    return ctx.group


def _bind(ctx: Context, chosen: Around, group: Group | None, old: Channel | None) -> None:
    if group is None and STEWARD not in ctx.actor.roles:
        raise UserError(
            "Only a steward gives a space to the whole network. A group takes one of its own.", "/space group"
        )
    if old is not None:
        _check_may_take(ctx, old, group)
        directory.unbind_space(ctx.db, ctx.network.id, old.id)
    new = replace(
        here(ctx), remote_id=chosen.id, group_id=group.id if group else None, is_home=False, state=directory.SPACE
    )
    if directory.bind_channel(ctx.db, new) is None:
        raise UserError("That space belongs to somebody already.")


def _check_may_take(ctx: Context, old: Channel, group: Group | None) -> None:
    """What is another's stays so, unless they or a steward let it go."""
    is_ours = group is not None and old.group_id == group.id and group.id in ctx.actor.group_ids
    if STEWARD not in ctx.actor.roles and not is_ours:
        raise UserError(
            "That space belongs to {owner} already. It is let go in a home of theirs.",
            "/space off",
            owner=_name(ctx, old),
        )


def _unbound(ctx: Context, chosen: Around, old: Channel | None) -> Reply:
    if old is not None:
        _check_may_take(ctx, old, ctx.group)
        directory.unbind_space(ctx.db, ctx.network.id, old.id)
    return Answer(Message((Paragraph(_shown(ctx, chosen, None)),)))


def _bound(ctx: Context, around: tuple[Around, ...]) -> dict[str, Channel]:
    assert ctx.where is not None
    ids = [each.id for each in around]
    found = directory.spaces_among(ctx.db, ctx.network.id, ctx.where.platform, ctx.where.workspace, ids)
    return {channel.remote_id: channel for channel in found}


def _shown(ctx: Context, around: Around, owner: Channel | Group | str | None) -> Spans:
    words = ctx.words
    name = Bold(name_of(around.name)[:80] or around.id)
    rooms = words.plural("{n} room", "{n} rooms", around.channels)
    if owner is None:
        how = Code("/space group")
        return words.line("The space {name} ({rooms}) belongs to nobody yet: {how}", name=name, rooms=rooms, how=how)
    shown = _name(ctx, owner) if isinstance(owner, Channel) else owner.name if isinstance(owner, Group) else owner
    return words.line("The space {name} ({rooms}) belongs to {owner}.", name=name, rooms=rooms, owner=shown)


def _name(ctx: Context, channel: Channel) -> str:
    """Of whom a channel is: its group, or the network."""
    if channel.group_id is None:
        return ctx.network.slug
    return directory.groups_by_id(ctx.db, ctx.network.id, [channel.group_id])[channel.group_id].name
