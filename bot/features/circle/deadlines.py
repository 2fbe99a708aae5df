"""A term nears its end, ends, has ended: who follows is drawn, takes the seat, and each time it is said."""

from __future__ import annotations

from bot.core.context import Context
from bot.core.rotation import Step
from bot.features.circle import turning
from bot.features.circle.turning import announce, draw, finish, hand_on, round_of
from storage import circles, directory
from storage.circles import ON, Circle, Seat
from storage.deadlines import Deadline


def before(ctx: Context, deadline: Deadline) -> None:
    """Some time before: who follows is drawn and announced, so that they can say no. Not when it is late for that."""
    circle, seat = _seat(ctx, deadline)
    if circle is None or seat is None or seat.state != ON or seat.ends_at <= ctx.now:
        return
    round = round_of(ctx, circle)
    coming = round.coming_after(seat.n) or draw(ctx, round, seat)
    groups = {seat.group_id} | ({coming.group_id} if coming else set())
    announce(ctx, circle, seat.n, Step.BEFORE, groups)


def change(ctx: Context, deadline: Deadline) -> None:
    """The term is over: the seat changes hands. Who stood in for somebody goes."""
    circle, seat = _seat(ctx, deadline)
    if circle is None or seat is None or seat.state != ON:
        return
    if seat.stands_in_for is not None:
        finish(ctx, circle, seat)
        return
    after = hand_on(ctx, circle, seat)
    announce(ctx, circle, seat.n, Step.CHANGE, {seat.group_id} | ({after.group_id} if after else set()))


def after(ctx: Context, deadline: Deadline) -> None:
    """It has settled: who follows is named once more, with what is open."""
    circle, seat = _seat(ctx, deadline)
    if circle is None or seat is None or seat.state == ON:
        return
    followed = next((s for s in round_of(ctx, circle).sitting if s.follows == seat.n), None)
    if followed is not None:
        announce(ctx, circle, seat.n, Step.AFTER, {followed.group_id})


def tell(ctx: Context, deadline: Deadline) -> None:
    """The same in one group's homes, in its working hours."""
    circle = circles.find(ctx.db, ctx.network.id, _id(deadline))
    if circle is None:
        return
    for channel in directory.homes(ctx.db, ctx.network.id, [deadline.group_id]):
        turning.say(ctx, circle, channel, deadline.args["n"], deadline.args["step"])


def _seat(ctx: Context, deadline: Deadline) -> tuple[Circle | None, Seat | None]:
    circle = circles.find(ctx.db, ctx.network.id, _id(deadline))
    seat = round_of(ctx, circle).seat(deadline.round) if circle else None
    return circle, seat


def _id(deadline: Deadline) -> int:
    return int(deadline.about.removeprefix("circle:"))
