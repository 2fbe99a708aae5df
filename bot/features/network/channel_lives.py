"""What becomes of channels: Mycel comes, is taken out, or has to move; and people leave them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.context import Context, ViewContext
from bot.core.conversation import ChannelJoined, ChannelLeft, ChannelMoved, Incoming, MemberLeft
from bot.core.events import ChannelBound
from bot.core.message import Bold, Message, Note, Paragraph
from bot.core.replies import Nothing, Reply
from bot.features.network.homes import about
from bot.features.network.messages import place_name
from bot.features.network.spaces import found_room
from storage import delivery, directory, undelivered
from storage.network import Channel, Group

ACTIVE, LOST = "active", "lost"


def listen(ctx: Context, incoming: Incoming) -> Reply | None:
    """A listener: None where nothing became of a channel that belongs to a group."""
    channel, group = ctx.channel, ctx.group
    if channel is None and isinstance(incoming, ChannelJoined):
        return found_room(ctx, incoming.place)
    if channel is None or group is None:
        return None
    match incoming:
        case MemberLeft() if channel.is_home:
            directory.end_membership(ctx.db, ctx.network.id, ctx.actor.id, group.id)
        case ChannelLeft() if channel.state == ACTIVE:
            _left(ctx, channel, group)
        case ChannelJoined() if channel.state == LOST:
            directory.set_channel_state(ctx.db, ctx.network.id, channel.id, ACTIVE)
            _is_there(ctx, channel, group)
        case ChannelMoved(successor=successor):
            _moved(ctx, channel, group, successor)
        case _:
            return None
    return Nothing()


def _left(ctx: Context, channel: Channel, group: Group) -> None:
    """The group's other homes are told: in the one that is lost nobody can be."""
    directory.set_channel_state(ctx.db, ctx.network.id, channel.id, LOST)
    args, id = {"place": place_name(channel.platform, channel.remote_id)}, ctx.new_id()
    for home in directory.homes(ctx.db, ctx.network.id, [group.id]):
        ctx.say(home, "home_lost", args, key=f"home-lost:{id}:{home.id}")


def _moved(ctx: Context, channel: Channel, group: Group, successor: str) -> None:
    if directory.is_channel(ctx.db, channel.platform, channel.workspace, successor):
        return  # it is somebody's already
    directory.move_channel(ctx.db, ctx.network.id, channel.id, successor)
    delivery.forget_shown(ctx.db, ctx.network.id, channel.id, ctx.real_now)
    _is_there(ctx, channel, group)


def _is_there(ctx: Context, channel: Channel, group: Group) -> None:
    """What a home shows has to be seen in it: features are told as of a new one. What was given up there comes now."""
    ctx.who = None
    undelivered.try_again(ctx.db, ctx.network.id, channel.id, ctx.real_now)
    if channel.is_home:
        ctx.say(channel, "group_card", {"group_id": group.id}, key=f"home:{channel.id}", about=about(group))
        ctx.publish(ChannelBound(about=about(group), group_id=group.id, channel_id=channel.id))


def home_lost(ctx: ViewContext, args: Mapping[str, Any]) -> Message:
    """Said in a group's other homes. `args`: place."""
    words = ctx.words
    lost = words.line("Mycel was taken out of {place}, a home of this group.", place=Bold(args["place"]))
    return Message((Paragraph(lost), Note(words.line("Nothing is shown there until somebody invites it again."))))
