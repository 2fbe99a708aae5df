"""Home channels: binding one, and asking a group's homes whether another channel is theirs too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import ChannelBound
from bot.core.kinds import Kind
from bot.core.language import mark
from bot.core.message import Bold, Message, Paragraph
from bot.core.permissions import Subject
from bot.core.replies import Answer, Reply
from bot.features.network import rules
from bot.features.network.messages import place_name
from storage import codes, directory
from storage.deadlines import Deadline
from storage.network import Channel, Group

ENDS = "home_asked_ends"
_GONE = mark("This question has been answered, or nobody confirmed it in time. Type “group” in the new channel again.")


def about(group: Group) -> str:
    return f"group:{group.id}"


def is_direct(ctx: Context) -> bool:
    return ctx.where is not None and ctx.where.is_direct


def here(ctx: Context) -> Channel:
    """The channel where it was typed, as it would be stored if it is new."""
    place = ctx.where
    if place is None:
        raise LookupError("nobody typed this anywhere")
    return Channel(
        ctx.network.id, ctx.new_id(), place.platform, place.workspace, place.channel, None, True, "", "active"
    )


def check_may_bind(ctx: Context) -> None:
    """UserError unless the actor runs the channel (or the network)."""
    rules.check_may_bind(ctx.actor, may_arrange=ctx.where is None or ctx.where.may_arrange)


def settle(ctx: Context, group: Group, channel: Channel) -> Reply:
    """A channel that is the group's already, as it lies in its space, becomes a home of it."""
    check_may_bind(ctx)
    rules.check_may_change(ctx.actor, group)
    directory.make_home(ctx.db, ctx.network.id, channel.id)
    ctx.say(channel, "group_card", {"group_id": group.id}, key=f"home:{channel.id}", about=about(group))
    return _told(ctx, group, channel)


def bind(ctx: Context, group: Group, channel: Channel) -> Channel:
    """Makes a channel a home of a group and shows the group's card in it. UserError if it is another's."""
    wanted = Channel(
        channel.network_id,
        channel.id,
        channel.platform,
        channel.workspace,
        channel.remote_id,
        group.id,
        True,
        channel.language,
        channel.state,
    )
    bound = directory.bind_channel(ctx.db, wanted)
    if bound is None:
        raise UserError("That channel belongs to a group already.")
    ctx.say(bound, "group_card", {"group_id": group.id}, key=f"home:{bound.id}", about=about(group))
    return bound


def ask(ctx: Context, group: Group) -> Reply:
    """Asks the group's homes whether this channel is theirs too."""
    check_may_bind(ctx)
    found = directory.homes(ctx.db, ctx.network.id, [group.id])
    if not found:
        if group.id not in ctx.actor.group_ids:
            rules.check_may_register(ctx.actor, ctx.network.settings, group.name)
        return _bound(ctx, group, here(ctx))
    code, new, expires_at = ctx.new_code(), here(ctx), ctx.now + rules.HOME_ASKED_FOR
    _check_not_asked(ctx, group, new)
    request = {"group_id": group.id, "channel": [new.platform, new.workspace, new.remote_id]}
    request |= {"by": ctx.actor.id, "expires_at": expires_at.isoformat()}
    codes.add(ctx.db, ctx.network.id, code, codes.HOME, ctx.now, expires_at, data=request, person_id=ctx.actor.id)
    _say_asked(ctx, found, code, request, None)
    ctx.due(expires_at, ENDS, _asked(code), group_id=group.id)
    words = ctx.words
    sentence = words.line(
        "{group} is asked in its home channels whether this one is theirs too; somebody there has until {moment} to"
        " confirm it. Nothing is set here before.",
        group=Bold(group.name),
        moment=words.moment(expires_at),
    )
    return Answer(Message((Paragraph(sentence),)))


def _check_not_asked(ctx: Context, group: Group, new: Channel) -> None:
    """A group is asked once about a channel, however often it is typed there."""
    place = [new.platform, new.workspace, new.remote_id]
    for asked in codes.pending(ctx.db, ctx.network.id, codes.HOME, ctx.now):
        if (asked.data["group_id"], asked.data["channel"]) == (group.id, place):
            until = ctx.words.moment(datetime.fromisoformat(asked.data["expires_at"])).shown
            raise UserError(
                "{group} has been asked already. Somebody in its home channels has until {moment} to confirm it.",
                group=group.name,
                moment=until,
            )


def _asked(code: str) -> str:
    return f"home:{codes.digest(code)[:24]}"


def _say_asked(ctx: Context, homes: list[Channel], code: str, request: dict[str, Any], by: int | None) -> None:
    platform, _, remote_id = request["channel"]
    args = {
        "code": code,
        "place": place_name(platform, remote_id),
        "by": request["by"],
        "confirmed_by": by,
        "expires_at": request["expires_at"],
    }
    for home in homes:
        ctx.say(home, "home_asked", args, key=f"{_asked(code)}:{home.id}", about=_asked(code))


class ConfirmArgs(Args):
    code: Annotated[str, Kind(), At()] = Field(description=mark("the code in the question"))


def _request(ctx: Context, args: ConfirmArgs) -> dict[str, Any]:
    found = codes.find(ctx.db, ctx.network.id, args.code, codes.HOME, ctx.now)
    if found is None:
        raise UserError(_GONE)
    return found.data


def _of_group(ctx: Context, args: ConfirmArgs) -> Subject:
    return Subject(group_id=_request(ctx, args)["group_id"])


@command(
    "group-confirm",
    summary=mark("Confirm that another channel is a home of this group too"),
    who=Who.OWN,
    subject=_of_group,
    has_form=False,
    examples=("/group-confirm 7F3A-9KQM-2X",),
)
def group_confirm(ctx: Context, args: ConfirmArgs) -> Reply:
    request = _request(ctx, args)
    group = ctx.group
    if group is None or group.id != request["group_id"] or ctx.channel is None or not ctx.channel.is_home:
        raise UserError("This is confirmed in a home channel of the group it is about.")
    homes = directory.homes(ctx.db, ctx.network.id, [group.id])
    codes.use(ctx.db, ctx.network.id, args.code, codes.HOME, ctx.now)
    _say_asked(ctx, homes, args.code, request, ctx.actor.id)
    ctx.undue(_asked(args.code), ENDS)
    platform, workspace, remote_id = request["channel"]
    new = Channel(ctx.network.id, ctx.new_id(), platform, workspace, remote_id, None, True, "", "active")
    return _bound(ctx, group, new)


def _bound(ctx: Context, group: Group, new: Channel) -> Reply:
    return _told(ctx, group, bind(ctx, group, new))


def _told(ctx: Context, group: Group, home: Channel) -> Reply:
    ctx.publish(ChannelBound(about=about(group), group_id=group.id, channel_id=home.id))
    place = Bold(place_name(home.platform, home.remote_id))
    words = ctx.words
    return Answer(Message((Paragraph(words.line("{place} is a home of {group} now.", place=place, group=group.name)),)))


def asked_ends(ctx: Context, deadline: Deadline) -> None:
    """Nobody confirmed: the question says so."""
    ctx.touch(deadline.about)
