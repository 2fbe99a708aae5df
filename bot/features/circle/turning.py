"""A turn begins, ends, is announced: roles, clocks and words that go with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import rotation
from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.events import RoleGiven, RoleTaken, TurnBegan, TurnEnded
from bot.core.permissions import FACILITATOR
from bot.core.rotation import Pick, Step, Turn
from bot.core.working_time import next_working_moment
from bot.features.circle import rules
from bot.features.circle.rules import Round
from storage import circles, directory, roles
from storage.circles import COMING, ON, Circle, Seat
from storage.network import Channel

BEFORE, CHANGE, AFTER, TELL = "circle_before", "circle_change", "circle_after", "circle_tell"
KINDS = {Step.BEFORE: BEFORE, Step.CHANGE: CHANGE, Step.AFTER: AFTER}
BEGAN, STAND_IN = "began", "stand-in"
STEPS = (Step.BEFORE, Step.CHANGE, Step.AFTER, BEGAN, STAND_IN)


def round_of(ctx: Context, circle: Circle) -> Round:
    """A circle with all that the rotation needs, as it is stored."""
    network_id = ctx.network.id
    return Round(
        circle,
        circles.seats(ctx.db, network_id, circle.id),
        circles.members(ctx.db, network_id),
        circles.said(ctx.db, network_id, circle.id),
    )


def begin(
    ctx: Context,
    round: Round,
    picked: Pick,
    *,
    until: datetime | None = None,
    follows: int | None = None,
    stands_in_for: int | None = None,
) -> Seat:
    """Somebody takes a seat now, for a term or until a moment (who stands in for another)."""
    circle = round.circle
    group = directory.groups_by_id(ctx.db, ctx.network.id, [picked.group_id])[picked.group_id]
    seat = Seat(
        network_id=ctx.network.id,
        circle_id=circle.id,
        n=_next_number(round),
        person_id=picked.person_id,
        group_id=picked.group_id,
        begins_at=ctx.now,
        ends_at=until or rules.staggered(round, ctx.now, rules.term_end(circle, ctx.now, calendar_of(group))),
        state=ON,
        stands_in_for=stands_in_for,
        follows=follows,
    )
    return _sit(ctx, circle, seat)


def take_over(ctx: Context, circle: Circle, coming: Seat) -> Seat:
    """Who was announced takes the seat now, for a whole term."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [coming.group_id])[coming.group_id]
    until = rules.term_end(circle, ctx.now, calendar_of(group))
    return _sit(ctx, circle, replace(coming, begins_at=ctx.now, ends_at=until, state=ON))


def _sit(ctx: Context, circle: Circle, seat: Seat) -> Seat:
    if not circle.is_role and roles.add(ctx.db, ctx.network.id, seat.person_id, FACILITATOR, ctx.now):
        seat = replace(seat, gave_role=True)
        about = f"person:{seat.person_id}"
        ctx.publish(RoleGiven(about=about, person_id=seat.person_id, role=FACILITATOR))
    circles.set_seat(ctx.db, seat)
    _set_clock(ctx, circle, seat)
    ctx.publish(
        TurnBegan(
            about=circle.about,
            group_id=seat.group_id,
            circle=circle.id,
            person_id=seat.person_id,
            is_stand_in=seat.stands_in_for is not None,
        )
    )
    ctx.touch(circle.about)
    return seat


def _next_number(round: Round) -> int:
    return max((seat.n for seat in round.seats), default=0) + 1


def _set_clock(ctx: Context, circle: Circle, seat: Seat) -> None:
    """When its change of hands is said; of who stands in only the end."""
    turn = Turn(seat.person_id, seat.group_id, seat.begins_at, seat.ends_at)
    for step, at in rotation.notices(turn):
        if seat.stands_in_for is None or step == Step.CHANGE:
            ctx.due(at, KINDS[step], circle.about, round=seat.n)


def finish(ctx: Context, circle: Circle, seat: Seat) -> None:
    """A turn ends now. Who was made a facilitator by it is none any more, unless another seat makes them one."""
    circles.set_seat(ctx.db, rules.over(seat, ctx.now))
    if seat.state == COMING:
        ctx.touch(circle.about)
        return
    if seat.gave_role:
        _give_back_role(ctx, seat)
    ctx.publish(
        TurnEnded(
            about=circle.about,
            group_id=seat.group_id,
            circle=circle.id,
            person_id=seat.person_id,
            is_stand_in=seat.stands_in_for is not None,
        )
    )
    ctx.touch(circle.about)


def _give_back_role(ctx: Context, seat: Seat) -> None:
    kinds = {circle.id: circle.is_role for circle in circles.every(ctx.db, ctx.network.id)}
    others = [
        other
        for other in circles.seats_of(ctx.db, ctx.network.id, seat.person_id)
        if other.state == ON and not kinds.get(other.circle_id, True)
    ]
    if others:
        circles.set_seat(ctx.db, replace(others[0], gave_role=True))
        return
    roles.remove(ctx.db, ctx.network.id, seat.person_id, [FACILITATOR])
    ctx.publish(RoleTaken(about=f"person:{seat.person_id}", person_id=seat.person_id, role=FACILITATOR))


def draw(ctx: Context, round: Round, seat: Seat) -> Seat | None:
    """Whose turn follows on a seat is settled and kept, to be announced; None where nobody can be asked."""
    picked = None if round.has_too_many else rules.next_pick(round, seat.ends_at, leaving=seat.n)
    if picked is None:
        return None
    group = directory.groups_by_id(ctx.db, ctx.network.id, [picked.group_id])[picked.group_id]
    coming = Seat(
        network_id=ctx.network.id,
        circle_id=round.circle.id,
        n=_next_number(round),
        person_id=picked.person_id,
        group_id=picked.group_id,
        begins_at=seat.ends_at,
        ends_at=rules.term_end(round.circle, seat.ends_at, calendar_of(group)),
        state=COMING,
        follows=seat.n,
    )
    circles.set_seat(ctx.db, coming)
    ctx.touch(round.circle.about)
    return coming


def hand_on(ctx: Context, circle: Circle, seat: Seat, *, not_again: int = 0) -> Seat | None:
    """A seat changes hands now: to who was announced if they still can, else to whose turn it is.

    `not_again`: somebody who gave it up; whoever ends a whole term may follow themselves where there is nobody else.
    """
    round = round_of(ctx, circle)
    for standing_in in round.standing_in:
        if standing_in.stands_in_for == seat.n:
            finish(ctx, circle, standing_in)
    coming = round.coming_after(seat.n)
    finish(ctx, circle, seat)
    given = Turn(seat.person_id, seat.group_id, seat.begins_at, ctx.now)
    ctx.due(dict(rotation.notices(given))[Step.AFTER], AFTER, circle.about, round=seat.n)
    now = round_of(ctx, circle)
    if coming is not None and now.free_seats and rules.is_still_possible(now, coming, ctx.now):
        return take_over(ctx, circle, coming)
    if coming is not None:
        finish(ctx, circle, coming)
        now = round_of(ctx, circle)
    if not now.free_seats:
        return None
    picked = rules.next_pick(now, ctx.now, leaving=seat.n, without=not_again)
    return begin(ctx, now, picked, follows=seat.n) if picked else None


def announce(ctx: Context, circle: Circle, n: int, step: str, group_ids: set[int]) -> None:
    """Says a change of hands where the circle meets, and in the groups' homes in their working hours."""
    place = directory.channel(ctx.db, ctx.network.id, circle.channel_id) if circle.channel_id else None
    if place is not None and place.state == "active":
        say(ctx, circle, place, n, step)
        if step in (Step.BEFORE, Step.CHANGE) and not circle.is_role:
            note_key = f"{circle.about}:handover:{ctx.now:%Y-%m-%d}"  # several seats may change in a day
            ctx.say(place, "circle_handover", {"circle": circle.id}, key=note_key, about=circle.about)
    groups = directory.groups_by_id(ctx.db, ctx.network.id, sorted(group_ids))
    for group in groups.values():
        if group.state == "active":
            at = next_working_moment(calendar_of(group), ctx.now)
            round = n * len(STEPS) + STEPS.index(step)
            ctx.due(at, TELL, circle.about, group_id=group.id, round=round, n=n, step=str(step))


def say(ctx: Context, circle: Circle, channel: Channel, n: int, step: str) -> None:
    ctx.say(
        channel,
        "circle_turn",
        {"circle": circle.id, "n": n, "step": str(step)},
        key=f"{circle.about}:{n}:{step}:{channel.id}",
        about=circle.about,
    )
