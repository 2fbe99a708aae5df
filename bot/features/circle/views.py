"""What channels are shown of circles, rendered when it is sent and whenever something changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.context import ViewContext
from bot.core.message import Message
from bot.features.circle import handover, messages
from bot.features.circle.rules import Round
from storage import circles, directory
from storage.audiences import Eyes


def circle_card(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The circle itself, in its own channel."""
    round = _round(ctx, args)
    if round is None:
        return None
    groups = {group.id: group for group in directory.all_groups(ctx.db, ctx.network.id)}
    return Message(tuple(messages.card(ctx.words, round, groups, ctx.now)))


def circle_turn(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A change of hands: announced, happening, or settled."""
    round = _round(ctx, args)
    if round is None:
        return None
    groups = {group.id: group for group in directory.all_groups(ctx.db, ctx.network.id)}
    names = directory.person_names(ctx.db, ctx.network.id, sorted({seat.person_id for seat in round.seats}))
    return messages.turn(ctx.words, round, groups, args["n"], args["step"], names)


def circle_handover(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """All that is open, where the circle meets: as far as any facilitator may read it."""
    round = _round(ctx, args)
    if round is None or round.circle.channel_id != ctx.channel.id or round.circle.is_role:
        return None
    return handover.note(ctx.db, ctx.words, Eyes(ctx.network.id, frozenset(), is_circle=True), ctx.now)


def _round(ctx: ViewContext, args: Mapping[str, Any]) -> Round | None:
    circle = circles.find(ctx.db, ctx.network.id, args["circle"])
    if circle is None:
        return None
    network_id = ctx.network.id
    seats, members = circles.seats(ctx.db, network_id, circle.id), circles.members(ctx.db, network_id)
    return Round(circle, seats, members, circles.said(ctx.db, network_id, circle.id))


VIEWS = {"circle_card": circle_card, "circle_turn": circle_turn, "circle_handover": circle_handover}
