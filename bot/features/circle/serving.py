"""What people do with their turns: give one up, go away and come back, be asked or not; and founding a circle."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.durations import ends_at, parse_duration
from bot.core.errors import UserError
from bot.core.rotation import Step
from bot.core.working_time import WorkingTime
from bot.features.circle import rules, turning
from bot.features.circle.choosing import FIRST_SEATS, FIRST_SLUG, FIRST_TERM
from storage import circles
from storage.circles import Circle, Said, Seat

_NOT_OF_SLUG = re.compile(r"[^a-z0-9]+")


def founded(ctx: Context, name: str) -> Circle:
    """A new circle of this name. UserError without one, or where there is one already."""
    name = " ".join(name.split())
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    slug = _NOT_OF_SLUG.sub("-", plain).strip("-")[:40]
    if not slug:
        raise UserError("Say what it is called.", "/circle new Translator --role --volunteers --seats 1 --for 12mo")
    if slug == FIRST_SLUG or any(one.slug == slug for one in circles.every(ctx.db, ctx.network.id)):
        raise UserError("There is “{name}” already.", f"/circle set --of {slug} --seats 3", name=name)
    id = ctx.new_id()
    return Circle(ctx.network.id, id, slug, name, "", (), False, False, FIRST_SEATS, FIRST_TERM, None, ctx.now)


def fill_free_seats(ctx: Context, one: Circle) -> list[Seat]:
    """Everybody whose turn it is takes a free seat now."""
    filled: list[Seat] = []
    while True:
        round = turning.round_of(ctx, one)
        picked = rules.next_pick(round, ctx.now) if round.free_seats else None
        if picked is None:
            return filled
        seat = turning.begin(ctx, round, picked)
        turning.announce(ctx, one, seat.n, turning.BEGAN, {seat.group_id})
        filled.append(seat)


def give_up(ctx: Context, one: Circle, person_id: int, name: str) -> None:
    """Somebody's turn ends before its time, and the seat goes on at once. UserError where they have none."""
    round = turning.round_of(ctx, one)
    seat = next((s for s in round.sitting if s.person_id == person_id), None)
    if seat is None:
        raise UserError("{name} has no seat there.", "/circle", name=name)
    after = turning.hand_on(ctx, one, seat, not_again=person_id)
    turning.announce(ctx, one, seat.n, Step.CHANGE, {seat.group_id} | ({after.group_id} if after else set()))


def say_in(ctx: Context, one: Circle, *, is_in: bool) -> None:
    """The one who acts can be asked, or not. Who was to follow somebody and cannot is replaced by the next."""
    circles.say(ctx.db, ctx.network.id, one.id, Said(ctx.actor.id, is_in, ctx.now))
    if not is_in:
        replace_coming(ctx, one, ctx.actor.id)
    ctx.touch(one.about)


def replace_coming(ctx: Context, one: Circle, person_id: int) -> None:
    """Who was announced will not take the seat: the next one is drawn and announced."""
    round = turning.round_of(ctx, one)
    for coming in [s for s in round.seats if s.state == circles.COMING and s.person_id == person_id]:
        turning.finish(ctx, one, coming)
        now = turning.round_of(ctx, one)
        seat = now.seat(coming.follows or 0)
        drawn = turning.draw(ctx, now, seat) if seat is not None and seat.state == circles.ON else None
        if drawn is not None and seat is not None:
            turning.announce(ctx, one, seat.n, Step.BEFORE, {drawn.group_id})


def go_away(ctx: Context, one: Circle, typed: str) -> tuple[datetime, Seat | None]:
    """The one who acts is away; until when, and who stands in where they have a seat."""
    if not typed.strip():
        raise UserError("Say for how long.", "/circle away 2w")
    calendar = calendar_of(ctx.acting_as) if ctx.acting_as else WorkingTime(ctx.words.zone)
    until = ends_at(parse_duration(typed), ctx.now, calendar)
    before = circles.said(ctx.db, ctx.network.id, one.id).get(ctx.actor.id)
    is_in = before.is_in if before else not one.needs_volunteers
    since = before.since if before else ctx.now
    circles.say(ctx.db, ctx.network.id, one.id, Said(ctx.actor.id, is_in, since, until))
    replace_coming(ctx, one, ctx.actor.id)
    return until, _stand_in(ctx, one, until)


def _stand_in(ctx: Context, one: Circle, until: datetime) -> Seat | None:
    round = turning.round_of(ctx, one)
    seat = next((s for s in round.sitting if s.person_id == ctx.actor.id), None)
    if seat is None or any(s.stands_in_for == seat.n for s in round.standing_in):
        return None
    picked = rules.stand_in(round, seat, ctx.now)
    if picked is None:
        return None
    standing = turning.begin(ctx, round, picked, until=min(until, seat.ends_at), stands_in_for=seat.n)
    turning.announce(ctx, one, standing.n, turning.STAND_IN, {standing.group_id})
    return standing


def come_back(ctx: Context, one: Circle) -> None:
    """The one who acts is there again; who stood in goes. UserError where they were not away."""
    before = circles.said(ctx.db, ctx.network.id, one.id).get(ctx.actor.id)
    if before is None or before.away_until is None:
        raise UserError("You were not away.", "/circle away 2w")
    circles.say(ctx.db, ctx.network.id, one.id, Said(ctx.actor.id, before.is_in, before.since))
    round = turning.round_of(ctx, one)
    mine = {seat.n for seat in round.sitting if seat.person_id == ctx.actor.id}
    for standing in round.standing_in:
        if standing.stands_in_for in mine:
            turning.finish(ctx, one, standing)
    ctx.touch(one.about)
