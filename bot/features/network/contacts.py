"""A group's contact: whom the network turns to when the group is silent; set by hand, or going round."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from bot.core import rotation
from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.durations import ends_at, parse_span
from bot.core.errors import UserError
from bot.core.events import ContactChanged, IdentityLinked, PersonForgotten, RecordsAsked
from bot.core.kinds import Choice
from bot.core.language import mark
from bot.core.message import Block, Bullets, Message, text
from bot.core.replies import Answer, Reply
from bot.core.rotation import Candidate, Step, Turn
from bot.core.working_time import next_working_moment
from bot.features.network import access, homes
from bot.features.network.contact_messages import ContactFacts, contact_shown
from bot.features.network.pausing import own_group
from storage import directory, group_contacts
from storage.deadlines import Deadline
from storage.group_contacts import Member, Term
from storage.group_states import ACTIVE
from storage.network import Group

BEFORE, CHANGE = "contact_before", "contact_change"
"""Deadlines of a term that ends. What is said before the change is edited after it: no third message."""
OFF, NOBODY = "off", "none"
WAITS_FOR = timedelta(days=7)
"""So long the change waits again while its group is paused."""
_FAR = timedelta(days=36500)


def set_up(ctx: Context, group: Group, person: str, every: str) -> None:
    """`group --contact PERSON --rotate LENGTH`: what was typed of both; "" is not typed. UserError."""
    if every:
        length = "" if every.lower() == OFF else str(parse_span(every))
        group_contacts.rotate(ctx.db, ctx.network.id, group.id, length)
    now = group_contacts.current(ctx.db, ctx.network.id, group.id, ctx.now)
    if person.lower() == NOBODY:
        _end(ctx, group, now)
        ctx.publish(ContactChanged(about=homes.about(group), group_id=group.id))
    elif person or every:
        person_id = _member(ctx, group, person).person_id if person else now.person_id if now else _next(ctx, group)
        if person_id is not None:
            _begin(ctx, group, person_id, now)


def _member(ctx: Context, group: Group, typed: str) -> Member:
    found = access.person_typed(ctx, typed)
    for member in group_contacts.members(ctx.db, ctx.network.id, group.id):
        if member.person_id == found.id:
            return member
    raise UserError("{name} is no member of {group}: they have never spoken there.", name=found.name, group=group.name)


def _end(ctx: Context, group: Group, term: Term | None) -> None:
    if term is not None:
        group_contacts.set_term(ctx.db, ctx.network.id, group.id, replace(term, ends_at=ctx.now))
    ctx.undue(homes.about(group), BEFORE, CHANGE, group_id=group.id)
    ctx.touch(homes.about(group))


def _begin(ctx: Context, group: Group, person_id: int, before: Term | None) -> None:
    """Somebody's term begins now; with an end where the contact goes round."""
    _end(ctx, group, before)
    every = group_contacts.every(ctx.db, ctx.network.id, group.id)
    until_at = _in_hours(group, ends_at(parse_span(every), ctx.now, calendar_of(group))) if every else None
    term = Term(person_id, ctx.now, until_at)
    group_contacts.set_term(ctx.db, ctx.network.id, group.id, term)
    if before is None or before.person_id != person_id:
        ctx.publish(ContactChanged(about=homes.about(group), group_id=group.id, person_id=person_id))
    _set_due(ctx, group, term)


def _set_due(ctx: Context, group: Group, term: Term) -> None:
    if term.ends_at is None:
        return
    at = dict(rotation.notices(_turn(group, term)))
    for step, kind in ((Step.BEFORE, BEFORE), (Step.CHANGE, CHANGE)):
        ctx.due(
            _in_hours(group, at[step]),
            kind,
            homes.about(group),
            group_id=group.id,
            round=int(term.ends_at.timestamp()) // 60,
        )


def _in_hours(group: Group, at: datetime) -> datetime:
    """A group is addressed in its own working hours."""
    return next_working_moment(calendar_of(group), at)


def _turn(group: Group, term: Term) -> Turn:
    return Turn(term.person_id, group.id, term.begins_at, term.ends_at or term.begins_at + _FAR)


def _next(ctx: Context, group: Group, at: Term | None = None) -> int | None:
    """Whose turn it is when this term ends (without one: now)."""
    moment = at.ends_at if at is not None and at.ends_at is not None else ctx.now
    refused = group_contacts.refused(ctx.db, ctx.network.id, group.id)
    people = [
        Candidate(m.person_id, frozenset({group.id}), m.since, is_out=m.person_id in refused)
        for m in group_contacts.members(ctx.db, ctx.network.id, group.id)
    ]
    past = [_turn(group, term) for term in group_contacts.terms(ctx.db, ctx.network.id, group.id)]
    picked = rotation.pick(people, past, moment)
    return picked.person_id if picked else None


def _due_term(ctx: Context, deadline: Deadline) -> tuple[Group, Term] | None:
    """The group and the term that a deadline is about; None where it ends at another time now."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [deadline.group_id]).get(deadline.group_id)
    terms = group_contacts.terms(ctx.db, ctx.network.id, deadline.group_id)
    if group is None or not terms or terms[-1].ends_at is None:
        return None
    return (group, terms[-1]) if int(terms[-1].ends_at.timestamp()) // 60 == deadline.round else None


def before_change(ctx: Context, deadline: Deadline) -> None:
    """A term will end: the group sees who is next."""
    found = _due_term(ctx, deadline)
    if found is None or found[0].state != ACTIVE:
        return
    group, term = found
    next_id = _next(ctx, group, term)
    if next_id is not None and next_id != term.person_id:
        _say(ctx, group, term, next_id, "contact_soon")


def change(ctx: Context, deadline: Deadline) -> None:
    """A term ends, and the next one begins; a group that is paused keeps its contact until it is back."""
    found = _due_term(ctx, deadline)
    if found is None:
        return
    group, term = found
    if group.state != ACTIVE:
        longer = replace(term, ends_at=_in_hours(group, ctx.now + WAITS_FOR))
        group_contacts.set_term(ctx.db, ctx.network.id, group.id, longer)
        _set_due(ctx, group, longer)
        return
    next_id = _next(ctx, group)
    if next_id is None:
        _end(ctx, group, None)
        return
    _begin(ctx, group, next_id, None)
    if next_id != term.person_id:
        _say(ctx, group, term, next_id, "contact_changed")


def _say(ctx: Context, group: Group, term: Term, next_id: int, view: str) -> None:
    ends = term.ends_at.isoformat() if term.ends_at else ""
    args = {"group_id": group.id, "person_id": term.person_id, "next_id": next_id, "ends_at": ends}
    for home in directory.homes(ctx.db, ctx.network.id, [group.id]):
        key = f"group:{group.id}:{view}:{int(term.begins_at.timestamp())}:{home.id}"
        ctx.say(home, view, args, key=key, about=homes.about(group))


class ContactArgs(Args):
    wish: Annotated[str, Choice(options=("on", OFF), shown="on|off"), At()] = Field(
        "", description=mark("off: do not ask me; on: ask me again")
    )


@command(
    "group-contact",
    summary=mark("Show the contact of this group and who is next; say that you want to be left out"),
    who=Who.OWN,
    has_form=False,
    examples=("/group contact", "/group contact off"),
)
def group_contact(ctx: Context, args: ContactArgs) -> Reply:
    group = own_group(ctx)
    if args.wish == "on":
        group_contacts.accept(ctx.db, ctx.network.id, group.id, ctx.actor.id)
    elif args.wish == OFF:
        group_contacts.refuse(ctx.db, ctx.network.id, group.id, ctx.actor.id)
        _step_down(ctx, group)
    return Answer(Message(contact_blocks(ctx, group)))


def _step_down(ctx: Context, group: Group) -> None:
    """Whoever speaks for the group and wants to be left out hands it over now."""
    term = group_contacts.current(ctx.db, ctx.network.id, group.id, ctx.now)
    if term is None or term.person_id != ctx.actor.id:
        return
    ended = replace(term, ends_at=ctx.now)
    _end(ctx, group, term)
    next_id = _next(ctx, group) if group_contacts.every(ctx.db, ctx.network.id, group.id) else None
    if next_id is None:
        ctx.publish(ContactChanged(about=homes.about(group), group_id=group.id))
        return
    _begin(ctx, group, next_id, None)
    _say(ctx, group, ended, next_id, "contact_changed")


def contact_blocks(ctx: Context, group: Group) -> tuple[Block, ...]:
    """Who speaks for a group, and who follows if nothing changes."""
    term = group_contacts.current(ctx.db, ctx.network.id, group.id, ctx.now)
    every = group_contacts.every(ctx.db, ctx.network.id, group.id)
    next_id = _next(ctx, group, term) if every and term else None
    ids = [id for id in (term.person_id if term else None, next_id) if id is not None]
    names = directory.person_names(ctx.db, ctx.network.id, ids)
    is_out = ctx.who is not None and ctx.who.id in group_contacts.refused(ctx.db, ctx.network.id, group.id)
    return contact_shown(ctx.words, group, ContactFacts(term, every, next_id, names, is_out))


def linked(ctx: Context, fact: IdentityLinked) -> tuple[Block, ...]:
    """Two people were one: so are their terms."""
    group_contacts.move_person(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    return ()


def forgotten(ctx: Context, fact: PersonForgotten) -> tuple[Block, ...]:
    """Whoever is gone speaks for nobody; where it goes round, the next one does from now on."""
    for group_id in group_contacts.forget_person(ctx.db, ctx.network.id, fact.person_id):
        group = directory.groups_by_id(ctx.db, ctx.network.id, [group_id])[group_id]
        ctx.touch(homes.about(group))
        if group_contacts.current(ctx.db, ctx.network.id, group_id, ctx.now) is not None:
            continue
        ctx.undue(homes.about(group), BEFORE, CHANGE, group_id=group_id)
        next_id = _next(ctx, group) if group_contacts.every(ctx.db, ctx.network.id, group_id) else None
        if next_id is not None:
            _begin(ctx, group, next_id, None)
    return ()


def records(ctx: Context, asked: RecordsAsked) -> tuple[Block, ...]:
    """What is kept here of somebody, counted."""
    n = group_contacts.count_of(ctx.db, ctx.network.id, asked.person_id)
    if not n:
        return ()
    said = ctx.words.plural("{n} term as the contact of a group", "{n} terms as the contact of a group", n)
    return (Bullets((text(said),)),)
