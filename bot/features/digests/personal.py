"""What waits for somebody, once in each of their local weeks, alone with Mycel: off until they ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Annotated, Any

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context, ViewContext
from bot.core.errors import UserError
from bot.core.events import IdentityLinked, PersonForgotten, RecordsAsked
from bot.core.kinds import FreeText
from bot.core.language import Words, mark
from bot.core.message import Block, Bullets, Code, Heading, Message, Note, Paragraph, Text
from bot.core.replies import Answer, Reply
from bot.core.working_time import WorkingTime, is_zone
from bot.features.digests import owing
from bot.features.digests.reading import DAYS, read_weekly
from bot.features.digests.schedule import Schedule, next_at, week_of
from storage import deadlines, directory, people, personal_digests, roles
from storage.deadlines import Deadline
from storage.network import Channel, Person
from storage.personal_digests import DIRECT, Personal

KIND, VIEW = "personal_digest", "personal_digest"


class MyDigestArgs(Args):
    when: Annotated[str, FreeText(widget="text", shown="on|off|mon 09:00"), At(rest=True)] = Field(
        "", max_length=40, description=mark("a weekday and a time, or on or off; without it: what is set")
    )


@command(
    "my-digest",
    summary=mark("Get what waits for you once a week, alone with Mycel, or not any more"),
    who=Who.ALL,
    has_form=False,
    works_unbound=True,
    examples=("/my-digest on", "/my-digest fri 16:00", "/my-digest off"),
)
def my_digest(ctx: Context, args: MyDigestArgs) -> Reply:
    wish = personal_digests.find(ctx.db, ctx.network.id, ctx.actor.id)
    wanted = " ".join(args.when.lower().split())
    if wanted == "off":
        if wish is not None:
            _stop(ctx, wish)
        wish = None
    elif wanted:
        wish = arm(ctx, ctx.actor, _wished(ctx, wish, wanted))
    return Answer(_shown(ctx, wish), is_secret=True)


def _wished(ctx: Context, old: Personal | None, wanted: str) -> Personal:
    """The wish as it is typed, in the conversation in which it is. UserError in a channel that others read."""
    place = ctx.where
    if place is None or not place.is_direct:
        raise UserError("It is for you alone: type this in a direct message to Mycel.", "/my-digest on")
    found = read_weekly(wanted) if wanted != "on" else None
    kept = time.fromisoformat(old.digest_at) if old else Schedule().at
    day = found.weekday if found else old.digest_day if old else Schedule().day
    at = (found.at if found else None) or kept
    where = (place.platform, place.workspace, place.channel)
    bound = directory.bind_channel(
        ctx.db, Channel(ctx.network.id, ctx.new_id(), *where, None, False, ctx.words.language, DIRECT)
    )
    if bound is None or bound.state != DIRECT:
        raise UserError("It is for you alone: type this in a direct message to Mycel.", "/my-digest on")
    last_week = old.last_week if old else week_of(ctx.now, zone_of(ctx, ctx.actor))
    round = old.round if old else 0
    return Personal(ctx.network.id, ctx.actor.id, bound.id, day, f"{at:%H:%M}", last_week, round, ctx.now)


def zone_of(ctx: Context | ViewContext, person: Person) -> str:
    """A person's own zone, else that of the first of their groups."""
    if person.zone and is_zone(person.zone):
        return person.zone
    groups = directory.groups_by_id(ctx.db, ctx.network.id, sorted(person.group_ids))
    return groups[min(groups)].zone if groups else "UTC"


def _schedule(wish: Personal) -> Schedule:
    return Schedule(wish.digest_day, time.fromisoformat(wish.digest_at))


def about(person_id: int) -> str:
    return f"mine:{person_id}"


def arm(ctx: Context, person: Person, wish: Personal) -> Personal:
    """Stores the wish and sets the next one by it."""
    ctx.undue(about(person.id), KIND)
    wish = replace(wish, round=wish.round + 1)
    personal_digests.put(ctx.db, wish)
    deadlines.drop_ended(ctx.db, ctx.network.id, about(person.id), KIND, 0, wish.round)
    at = next_at(wish.last_week, _schedule(wish), WorkingTime(zone_of(ctx, person)), ctx.now)
    ctx.due(max(at, ctx.now), KIND, about(person.id), round=wish.round)
    return wish


def fire(ctx: Context, deadline: Deadline) -> None:
    """Sends what waits for somebody, if this week of theirs had none; sets the next one in any case."""
    person_id = int(deadline.about.removeprefix("mine:"))
    wish, person = personal_digests.find(ctx.db, ctx.network.id, person_id), _person(ctx, person_id)
    if wish is None or person is None or wish.round != deadline.round:
        return
    zone = zone_of(ctx, person)
    if next_at(wish.last_week, _schedule(wish), WorkingTime(zone), ctx.now) <= ctx.now:
        wish = replace(wish, last_week=week_of(ctx.now, zone))
        channel = directory.channel(ctx.db, ctx.network.id, wish.channel_id)
        if channel is not None:
            key = f"{about(person_id)}:{wish.last_week}"
            ctx.say(channel, VIEW, {"person_id": person_id}, key=key, about=key)
    arm(ctx, person, wish)


def _person(ctx: Context | ViewContext, person_id: int) -> Person | None:
    row = people.person(ctx.db, ctx.network.id, person_id)
    if row is None:
        return None
    groups = people.group_ids_of(ctx.db, ctx.network.id, person_id)
    return Person(ctx.network.id, row.id, row.name, row.zone, groups, roles.of(ctx.db, ctx.network.id, person_id))


def personal_digest(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What waits for this person as it is sent; one line where nothing does."""
    person = _person(ctx, args["person_id"])
    if person is None:
        return None
    words = Words(ctx.words.language, zone_of(ctx, person))
    found = owing.owed_by(ctx, person, words)
    stop = Note(words.line("You asked for this once a week. Change or stop it: {command}", command=Code("/my-digest")))
    if not found:
        return Message((Paragraph(words.line("You owe nobody an answer.")), stop))
    return Message((Heading(words.line("What waits for you, {moment}", moment=words.moment(ctx.now))), *found, stop))


def _shown(ctx: Context, wish: Personal | None) -> Message:
    words = ctx.words
    if wish is None:
        line = words.line("You get no digest of your own. What you owe now: {command}", command=Code("/mine"))
        how = words.line("Once a week, alone with Mycel: {command}", command=Code("/my-digest on"))
        return Message((Paragraph(line), Note(how)))
    zone = zone_of(ctx, ctx.actor)
    following = next_at(wish.last_week, _schedule(wish), WorkingTime(zone), ctx.now)
    line = words.line(
        "What waits for you comes every week on {day} at {time}. The next one: {moment}.",
        day=words(DAYS[wish.digest_day]),
        time=wish.digest_at,
        moment=words.moment(max(following, ctx.now), zone),
    )
    return Message((Paragraph(line),))


def _stop(ctx: Context, wish: Personal) -> None:
    ctx.undue(about(wish.person_id), KIND)
    personal_digests.drop(ctx.db, wish)


def forgotten(ctx: Context, fact: PersonForgotten) -> tuple[Block, ...]:
    """Whoever is forgotten gets none, and the place where it came is forgotten too."""
    wish = personal_digests.find(ctx.db, ctx.network.id, fact.person_id)
    if wish is not None:
        _stop(ctx, wish)
    return ()


def linked(ctx: Context, fact: IdentityLinked) -> tuple[Block, ...]:
    """Two people were one: what either asked for holds, once."""
    old = personal_digests.find(ctx.db, ctx.network.id, fact.from_id)
    person = _person(ctx, fact.person_id)
    if old is None or person is None:
        return ()
    if personal_digests.find(ctx.db, ctx.network.id, fact.person_id) is not None:
        _stop(ctx, old)
        return ()
    ctx.undue(about(old.person_id), KIND)
    personal_digests.move(ctx.db, old, fact.person_id)
    arm(ctx, person, replace(old, person_id=fact.person_id))
    return ()


def records(ctx: Context, asked: RecordsAsked) -> tuple[Block, ...]:
    """What is kept here of somebody."""
    if personal_digests.find(ctx.db, ctx.network.id, asked.person_id) is None:
        return ()
    return (Bullets(((Text(ctx.words("when you want what waits for you, and in which conversation")),),)),)
