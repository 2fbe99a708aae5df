"""What people and groups do elsewhere that changes circles: roles taken, accounts linked, names and groups gone."""

from __future__ import annotations

from dataclasses import replace

from bot.core.context import Context
from bot.core.events import GroupStateChanged, IdentityLinked, PersonForgotten, RecordsAsked, RoleTaken
from bot.core.message import Block, Bullets, Spans, Text
from bot.core.permissions import FACILITATOR
from bot.features.circle import turning
from storage import circles
from storage.circles import COMING, ON, Seat


def role_taken(ctx: Context, fact: RoleTaken) -> tuple[Block, ...]:
    """A steward has taken the role: so the seats in circles go with it."""
    if fact.role != FACILITATOR:
        return ()
    by_id = {circle.id: circle for circle in circles.every(ctx.db, ctx.network.id)}
    for seat in circles.seats_of(ctx.db, ctx.network.id, fact.person_id):
        circle = by_id.get(seat.circle_id)
        if circle is not None and not circle.is_role and seat.state == ON:
            turning.finish(ctx, circle, _without_role(seat))
    return ()


def _without_role(seat: Seat) -> Seat:
    """Its end has no role to take: that has been done."""
    return replace(seat, gave_role=False)


def identity_linked(ctx: Context, fact: IdentityLinked) -> tuple[Block, ...]:
    """Two people were one; who would have two seats in one circle keeps the first."""
    circles.relink(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    by_id = {circle.id: circle for circle in circles.every(ctx.db, ctx.network.id)}
    seen: set[int] = set()
    for seat in circles.seats_of(ctx.db, ctx.network.id, fact.person_id):
        if seat.circle_id in seen and seat.circle_id in by_id:
            turning.finish(ctx, by_id[seat.circle_id], _without_role(seat))
        seen.add(seat.circle_id)
    return ()


def person_forgotten(ctx: Context, fact: PersonForgotten) -> tuple[Block, ...]:
    """Their seats go on to the next; that somebody had a turn stays, without a name."""
    circles.forget_said(ctx.db, ctx.network.id, fact.person_id)
    by_id = {circle.id: circle for circle in circles.every(ctx.db, ctx.network.id)}
    for seat in circles.seats_of(ctx.db, ctx.network.id, fact.person_id):
        circle = by_id.get(seat.circle_id)
        if circle is None:
            continue
        if seat.state == COMING or seat.stands_in_for is not None:
            turning.finish(ctx, circle, _without_role(seat))
        else:
            turning.hand_on(ctx, circle, _without_role(seat), not_again=fact.person_id)
    for circle in by_id.values():
        ctx.touch(circle.about)
    return ()


def group_state_changed(ctx: Context, fact: GroupStateChanged) -> tuple[Block, ...]:
    """A group that is gone has no seat: it goes on to the next. A paused one keeps its own."""
    if fact.state not in ("merged", "left"):
        return ()
    for circle in circles.every(ctx.db, ctx.network.id):
        for seat in turning.round_of(ctx, circle).sitting:
            if seat.group_id == fact.group_id:
                turning.hand_on(ctx, circle, seat)
    return ()


def records(ctx: Context, asked: RecordsAsked) -> tuple[Block, ...]:
    """What is kept here of somebody, counted."""
    n = circles.count_of(ctx.db, ctx.network.id, asked.person_id)
    if not n:
        return ()
    items: tuple[Spans, ...] = ((Text(ctx.words.plural("{n} turn in a circle", "{n} turns in circles", n)),),)
    return (Bullets(items),)
