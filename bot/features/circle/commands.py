"""circle: who hosts now and until when, whose turn is next and why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.durations import Duration
from bot.core.errors import UserError
from bot.core.kinds import Choice, DurationKind, FreeText, Kind, Prose, Word, Yes
from bot.core.language import mark
from bot.core.message import Message, Paragraph
from bot.core.replies import Answer, Reply
from bot.core.rotation import Step
from bot.features.circle import handover, messages, rules, serving, turning
from bot.features.circle.choosing import chosen, keep, person_named
from storage import circles, directory
from storage.circles import Circle
from storage.network import Channel

OPEN_TO_ALL = ("in", "out", "away", "back", "leave", "handover")
FOR_THE_CIRCLE = ("add", "remove", "rotate", "new", "set", "here")
ACTIONS = (*FOR_THE_CIRCLE, *OPEN_TO_ALL)


class ShowCircle(Args):
    action: Annotated[str, Choice(options=ACTIONS, shown="add|remove|rotate|out|…"), At()] = Field(
        "", description=mark("What to do; without it, the circle is shown")
    )
    what: Annotated[str, FreeText(widget="text"), At(rest=True)] = Field(
        "",
        max_length=200,
        description=mark("Whom to add or remove, what a new circle is called, how long you are away"),
    )
    of: Word = Field("", description=mark("Which circle, if there are several and this is not its channel"))
    domain: Prose = Field("", max_length=1000, description=mark("What a circle is for"))
    questions: Prose = Field("", max_length=2000, description=mark("Its standing questions, with semicolons between"))
    seats: Annotated[str, Kind(shown="3")] = Field(
        "", description=mark("How many seats it has; each group has one at most")
    )
    length: Annotated[Duration | None, DurationKind(shown="6mo"), Option("for")] = Field(
        None, description=mark("How long a term is")
    )
    role: Yes = Field(
        False, description=mark("A role that goes round, such as translator: its holders do not facilitate")
    )
    volunteers: Yes = Field(False, description=mark("Only who said “circle in” is asked"))


@command(
    "circle",
    summary=mark("See who facilitates until when and who follows; take part, or say that you cannot"),
    who=Who.ALL,
    who_else=lambda args: (Who.CIRCLE, Who.STEWARD) if args.action in FOR_THE_CIRCLE else None,
    examples=(
        "/circle",
        "/circle add Wanjiku",
        "/circle rotate",
        "/circle out",
        "/circle away 2w",
        '/circle new Review board --domain "Decisions on shared money" --seats 3 --questions "Who pays?; Who gains?"',
        "/circle new Translator --role --volunteers --seats 1 --for 12mo",
    ),
)
def circle(ctx: Context, args: ShowCircle) -> Reply:
    if not args.action:
        if args.what:
            raise UserError(
                "“{wrong}” is none of: {options}.", "/circle", wrong=args.what.split()[0], options=", ".join(ACTIONS)
            )
        return _shown(ctx, args)
    return _ACTIONS[args.action](ctx, args)


def _shown(ctx: Context, args: ShowCircle) -> Reply:
    every = circles.every(ctx.db, ctx.network.id)
    rounds = [turning.round_of(ctx, one) for one in every or [chosen(ctx, "")]]
    seated = {seat.person_id for round in rounds for seat in (*round.sitting, *round.standing_in)}
    others = len(circles.facilitators(ctx.db, ctx.network.id).keys() - seated)
    if args.of:
        rounds, others = [turning.round_of(ctx, chosen(ctx, args.of))], 0
    groups = {group.id: group for group in directory.all_groups(ctx.db, ctx.network.id)}
    return Answer(messages.shown(ctx.words, rounds, groups, ctx.now, others=others))


def _add(ctx: Context, args: ShowCircle) -> Reply:
    one, person = keep(ctx, chosen(ctx, args.of)), person_named(ctx, args.what)
    round = turning.round_of(ctx, one)
    picked = rules.check_can_sit(round, person.id, person.name, ctx.now)
    seat = turning.begin(ctx, round, picked)
    turning.announce(ctx, one, seat.n, turning.BEGAN, {seat.group_id})
    return _say(ctx, one, mark("{name} has a seat in {circle} now."), name=person.name)


def _remove(ctx: Context, args: ShowCircle) -> Reply:
    one, person = chosen(ctx, args.of), person_named(ctx, args.what)
    serving.give_up(ctx, one, person.id, person.name)
    return _say(ctx, one, mark("{name} has no seat in {circle} any more."), name=person.name)


def _leave(ctx: Context, args: ShowCircle) -> Reply:
    one = chosen(ctx, args.of)
    serving.give_up(ctx, one, ctx.actor.id, ctx.actor.name)
    return _say(ctx, one, mark("Thank you for your time in {circle}. The rotation says who follows."))


def _rotate(ctx: Context, args: ShowCircle) -> Reply:
    """Free seats are filled; without one, the seat whose term ends first changes hands now."""
    one = keep(ctx, chosen(ctx, args.of))
    filled = serving.fill_free_seats(ctx, one)
    if not filled:
        seat = rules.first_to_end(turning.round_of(ctx, one))
        if seat is None:
            raise UserError("Nobody can be asked yet: Mycel knows people once they have spoken in a group’s channel.")
        after = turning.hand_on(ctx, one, seat)
        turning.announce(ctx, one, seat.n, Step.CHANGE, {seat.group_id} | ({after.group_id} if after else set()))
    return _shown(ctx, args.model_copy(update={"of": one.slug}))


def _new(ctx: Context, args: ShowCircle) -> Reply:
    made = serving.founded(ctx, args.what)
    return _set_up(ctx, made, args)


def _set(ctx: Context, args: ShowCircle) -> Reply:
    return _set_up(ctx, chosen(ctx, args.of), args)


def _set_up(ctx: Context, one: Circle, args: ShowCircle) -> Reply:
    """What was typed of a circle is kept; what was not stays."""
    is_number = args.seats.isdecimal() and len(args.seats) < 10
    seats = rules.check_seats(int(args.seats)) if is_number else one.seats
    if args.seats and not is_number:
        raise UserError("“{typed}” is no number of seats.", "/circle new NAME --seats 3", typed=args.seats)
    one = replace(
        one,
        domain=args.domain or one.domain,
        questions=rules.questions(args.questions) or one.questions,
        seats=seats,
        term=rules.check_term(args.length) if args.length else one.term,
        is_role=args.role or one.is_role,
        needs_volunteers=args.volunteers or one.needs_volunteers,
    )
    circles.store(ctx.db, one)
    ctx.touch(one.about)
    return _shown(ctx, args.model_copy(update={"of": one.slug}))


def _here(ctx: Context, args: ShowCircle) -> Reply:
    """This channel, which belongs to no group, is where the circle meets."""
    place = ctx.where
    if place is None or ctx.group is not None or place.is_direct:
        raise UserError("A circle meets in a channel of its own that belongs to no group. Type this there.")
    wanted = Channel(
        *(ctx.network.id, ctx.new_id(), place.platform, place.workspace, place.channel, None, False, "", "active")
    )
    bound = ctx.channel or directory.bind_channel(ctx.db, wanted)
    if bound is None:
        raise UserError("That channel belongs to a group already.")
    one = replace(chosen(ctx, args.of), channel_id=bound.id)
    circles.store(ctx.db, one)
    ctx.say(bound, "circle_card", {"circle": one.id}, key=f"{one.about}:card:{bound.id}", about=one.about)
    return _say(
        ctx,
        one,
        mark(
            "This is where {circle} meets. What facilitators may read is shown here: see to it who is in this channel."
        ),
    )


def _in(ctx: Context, args: ShowCircle) -> Reply:
    one = keep(ctx, chosen(ctx, args.of))
    serving.say_in(ctx, one, is_in=True)
    return _say(ctx, one, mark("You can be asked for {circle} from now on."))


def _out(ctx: Context, args: ShowCircle) -> Reply:
    one = keep(ctx, chosen(ctx, args.of))
    serving.say_in(ctx, one, is_in=False)
    return _say(ctx, one, mark("You are not asked for {circle} any more. “circle in” changes that."))


def _away(ctx: Context, args: ShowCircle) -> Reply:
    one = keep(ctx, chosen(ctx, args.of))
    until, stand_in = serving.go_away(ctx, one, args.what)
    if stand_in is None:
        has_seat = any(seat.person_id == ctx.actor.id for seat in turning.round_of(ctx, one).sitting)
        nobody = mark(
            "You are away from {circle} until {until}. Nobody can stand in; “circle leave” passes your seat on."
        )
        sentence = nobody if has_seat else mark("You are away from {circle} until {until}.")
        return _say(ctx, one, sentence, until=ctx.words.moment(until).shown)
    name = turning.round_of(ctx, one).name(stand_in.person_id)
    sentence = mark("You are away from {circle} until {until}; {name} stands in for you.")
    return _say(ctx, one, sentence, until=ctx.words.moment(until).shown, name=name)


def _back(ctx: Context, args: ShowCircle) -> Reply:
    one = chosen(ctx, args.of)
    serving.come_back(ctx, one)
    return _say(ctx, one, mark("Welcome back to {circle}."))


def _handover(ctx: Context, args: ShowCircle) -> Reply:
    return Answer(handover.note_for_person(ctx), is_secret=True)


def _say(ctx: Context, one: Circle, template: str, **values: str) -> Reply:
    line = ctx.words.line(template, circle=messages.name(ctx.words, one), **values)
    return Answer(Message((Paragraph(line),)))


_ACTIONS: Mapping[str, Callable[[Context, ShowCircle], Reply]] = {
    **{"add": _add, "remove": _remove, "rotate": _rotate, "new": _new, "set": _set, "here": _here},
    **{"in": _in, "out": _out, "away": _away, "back": _back, "leave": _leave, "handover": _handover},
}
