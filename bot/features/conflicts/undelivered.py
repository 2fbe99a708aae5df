"""undelivered: what a channel was not shown, for facilitators: why, what to do about it, and to try again or let go.

What stands in such a message is said nowhere here, only which records it is about, to those who may read them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.core import errors, holding
from bot.core.audience import Reader
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.kinds import Choice, Word
from bot.core.language import mark
from bot.core.message import Action, Message, Paragraph, Spans, Text
from bot.core.replies import Answer, Reply
from bot.features.conflicts.loading import case, is_readable, readable
from storage import decisions, directory, undelivered
from storage.undelivered import Undelivered

AGAIN, LET_GO = "again", "let-go"
LOOKED_AT, NAMED = 20, 3
"""Of how many messages the records are looked up, and how many of these are named."""
MOST_ID = 2**63 - 1
"""A higher number is none of the database."""
WHY = {
    errors.ABSENT: mark("Mycel is not in that channel: somebody there invites it, then try again."),
    errors.GONE: mark("The channel is archived or gone: its group makes another one its home, then let them go."),
    errors.FORBIDDEN: mark("Mycel may not write there: who looks after the channel allows it, then try again."),
    errors.OFF: mark("Mycel’s account there cannot be used: whoever runs Mycel finds why with its doctor."),
    errors.UNREACHED: mark("The platform gave no answer for a day: try again."),
}
UNKNOWN = mark("The platform refused them: whoever runs Mycel finds why in its log.")


class Treat(Args):
    what: Annotated[str, Choice(options=(AGAIN, LET_GO)), At()] = Field(
        description=mark("Try it again, or let it go: then nobody waits for it any more")
    )
    channel: Annotated[Word, At()] = Field(description=mark("The channel’s number on the desk, or a group"))


@command(
    "undelivered",
    summary=mark("Try again what could not be delivered to a channel, or let it go"),
    who=Who.CIRCLE,
    examples=("/undelivered again nairobi", "/undelivered let-go 12"),
)
def treat(ctx: Context, args: Treat) -> Reply:
    lost = [one for id in _channels(ctx, args.channel) if (one := undelivered.of_channel(ctx.db, ctx.network.id, id))]
    if not lost:
        raise UserError(
            "Nothing is undelivered in “{wrong}”. The desk lists what is.", "/conflicts undelivered", wrong=args.channel
        )
    for one in lost:
        if args.what == AGAIN:
            undelivered.try_again(ctx.db, ctx.network.id, one.channel_id, _when(ctx, one))
        else:
            undelivered.let_go(ctx.db, ctx.network.id, one.channel_id)
    return Answer(Message((Paragraph(_done(ctx, args.what, lost)),)), is_secret=True)


def _when(ctx: Context, lost: Undelivered) -> datetime:
    """When its group is awake."""
    if lost.group_id is None or lost.platform in ctx.registry.sleepless:
        return ctx.real_now
    group = directory.groups_by_id(ctx.db, ctx.network.id, [lost.group_id])[lost.group_id]
    return holding.ready_at(group, ctx.real_now, ctx.network.clock_ahead)


def _done(ctx: Context, what: str, lost: list[Undelivered]) -> Spans:
    places = ctx.words.listed([place(ctx, one) for one in lost])
    count = sum(one.count for one in lost)
    if what == AGAIN:
        return ctx.words.line(
            "On the way again to {place}: {messages}. What is refused again comes back to the desk.",
            place=places,
            messages=_how_many(ctx, count),
        )
    return ctx.words.line(
        "Let go, for {place}: {messages}. The records keep all that they said.",
        place=places,
        messages=_how_many(ctx, count),
    )


def _channels(ctx: Context, typed: str) -> list[int]:
    """Channels by number, or all of a group's."""
    if typed.isdecimal():
        return [int(typed)] if len(typed) < 20 and int(typed) <= MOST_ID else []
    group = directory.group_named(ctx.db, ctx.network.id, typed, typed.lower())
    if group is None:
        raise UserError("There is no group “{wrong}” here. “group” shows your own.", "/group", wrong=typed)
    return undelivered.channels_of(ctx.db, ctx.network.id, group.id)


def line(ctx: Context, lost: Undelivered, old: str, reader: Reader) -> Spans:
    """One channel on the desk."""
    said = ctx.words.line(
        "{place}: {messages} not delivered – {age}.",
        place=place(ctx, lost),
        messages=_how_many(ctx, lost.count),
        age=old,
    )
    cause = lost.cause if lost.is_there else errors.ABSENT
    parts = (said, _records(ctx, lost, reader), ctx.words.line(WHY.get(cause, UNKNOWN)))
    return tuple(span for part in parts if part for span in (*part, Text(" ")))[:-1]


def actions(ctx: Context, lost: Undelivered) -> list[Action]:
    name, id = place(ctx, lost), lost.channel_id
    return [
        Action(ctx.words("Try again: {place}", place=name), f"/undelivered {AGAIN} {id}"),
        Action(ctx.words("Let go: {place}", place=name), f"/undelivered {LET_GO} {id}"),
    ]


def place(ctx: Context, lost: Undelivered) -> str:
    """ "Nairobi (slack C0123)"."""
    groups = directory.groups_by_id(ctx.db, ctx.network.id, [] if lost.group_id is None else [lost.group_id])
    name = groups[lost.group_id].name if lost.group_id in groups else ctx.words("the whole network")
    return f"{name} ({lost.platform} {lost.remote_id})"


def _how_many(ctx: Context, count: int) -> str:
    return ctx.words.plural("{n} message", "{n} messages", count)


def _records(ctx: Context, lost: Undelivered, reader: Reader) -> Spans:
    """ "About D-3 and X-1.", of the newest ones that may be read."""
    found = undelivered.about(ctx.db, ctx.network.id, lost.channel_id, LOOKED_AT)
    named = [about for about in found if _is_readable(ctx, about, reader)][:NAMED]
    return ctx.words.line("About {records}.", records=ctx.words.listed(named)) if named else ()


def _is_readable(ctx: Context, about: str, reader: Reader) -> bool:
    letter, _, number = about.partition("-")
    if letter == "D" and number.isdecimal():
        decision = decisions.find(ctx.db, ctx.network.id, int(number))
        return decision is not None and readable(decision, reader)
    if letter == "X" and number.isdecimal():
        found = case(ctx.db, ctx.network.id, int(number))
        return found is not None and is_readable(found, reader, ctx.actor.id)
    return False
