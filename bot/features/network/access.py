"""`steward`, `join`, `invite`: codes that connect places and people to a network. `roles`: who is what."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import RoleGiven, RoleTaken
from bot.core.kinds import Choice, Kind, PersonName
from bot.core.language import mark
from bot.core.message import Bold, Code, Message, Paragraph, PersonMention
from bot.core.permissions import STEWARD
from bot.core.replies import Answer, Reply
from bot.features.network import rules
from bot.features.network.messages import roles_shown, secret_code
from storage import codes, directory, people, roles
from storage.network import network_of
from storage.people import PersonRow

_NO_STEWARD_CODE = mark(
    "This code is not known, was used already, or has run out. Whoever runs Mycel makes a new one with “mycel init”."
)
_NO_INVITATION = mark(
    "This code is not known, was used already, or has run out. A steward makes a new one with “invite”."
)


class CodeArgs(Args):
    code: Annotated[str, Kind(), At()] = Field(description=mark("the code you were given"))


class NoArgs(Args):
    pass


def about(person_id: int) -> str:
    return f"person:{person_id}"


@command(
    "steward",
    summary=mark("Become a steward with the code that installing Mycel showed"),
    who=Who.HOLDER,
    works_unbound=True,
    connects=True,
    examples=("/steward 7F3A-9KQM-2X",),
)
def steward(ctx: Context, args: CodeArgs) -> Reply:
    _use(ctx, args.code, codes.STEWARD, _NO_STEWARD_CODE)
    _connect(ctx)
    if roles.add(ctx.db, ctx.network.id, ctx.actor.id, STEWARD, ctx.now):
        ctx.publish(RoleGiven(about=about(ctx.actor.id), person_id=ctx.actor.id, role=STEWARD))
    words = ctx.words
    done = words.line("You are a steward of {network}.", network=Bold(ctx.network.slug))
    return Answer(Message((Paragraph(done), _next_group(ctx))))


@command(
    "join",
    summary=mark("Connect this workspace to a network with an invitation code"),
    who=Who.HOLDER,
    works_unbound=True,
    connects=True,
    examples=("/join 7F3A-9KQM-2X",),
)
def join(ctx: Context, args: CodeArgs) -> Reply:
    _use(ctx, args.code, codes.INVITE, _NO_INVITATION)
    _connect(ctx)
    words = ctx.words
    done = words.line("This workspace belongs to {network} now.", network=Bold(ctx.network.slug))
    return Answer(Message((Paragraph(done), _next_group(ctx))))


def _use(ctx: Context, code: str, purpose: str, refusal: str) -> None:
    if codes.use(ctx.db, ctx.network.id, code, purpose, ctx.now) is None:
        raise UserError(refusal)


def _connect(ctx: Context) -> None:
    place = ctx.where
    if place is None:
        raise LookupError("nobody typed this anywhere")
    directory.add_workspace(ctx.db, place.platform, place.workspace, ctx.network.id, ctx.now)
    if network_of(ctx.db, place.platform, place.workspace, place.channel) != ctx.network.id:
        raise UserError("This workspace belongs to another network.")


def _next_group(ctx: Context) -> Paragraph:
    words = ctx.words
    return Paragraph(words.line("Next, in a group's channel: {command}", command=Code("/group NAME --tz Area/City")))


@command(
    "invite",
    summary=mark("Make a code by which another workspace joins this network"),
    who=Who.STEWARD,
    works_unbound=True,
    examples=("/invite",),
)
def invite(ctx: Context, args: NoArgs) -> Reply:
    code, until = ctx.new_code(), ctx.now + rules.INVITATION_FOR
    codes.add(ctx.db, ctx.network.id, code, codes.INVITE, ctx.now, until, person_id=ctx.actor.id)
    words = ctx.words
    how = words.line("In the workspace that joins, somebody types {command}.", command=Code(f"/join {code}"))
    until_line = words.line("It works once, until {moment}.", moment=words.moment(until))
    return Answer(secret_code(words, code, (how, until_line)), is_secret=True)


class RolesArgs(Args):
    person: Annotated[PersonName, At()] = Field("", description=mark("whose role changes: a name or an account"))
    role: Annotated[str, Choice(options=rules.ROLE_CHOICES, shown="|".join(rules.ROLE_CHOICES)), At()] = Field(
        "", description=mark("what they become; “member” takes the other roles away")
    )


@command(
    "roles",
    summary=mark("Show who is steward and facilitator; a steward gives and takes these roles"),
    who=Who.ALL,
    who_else=lambda args: (Who.STEWARD,) if args.person else None,
    works_unbound=True,
    examples=("/roles", "/roles @ana facilitator", "/roles @ana member"),
)
def show_roles(ctx: Context, args: RolesArgs) -> Reply:
    if args.person:
        rules.check_role(args.role)
        _give(ctx, person_typed(ctx, args.person), args.role)
    found: defaultdict[str, list[PersonMention]] = defaultdict(list)
    for holder in roles.holders(ctx.db, ctx.network.id):
        found[holder.role].append(PersonMention(holder.person_id, holder.name))
    return Answer(roles_shown(ctx.words, found))


def person_typed(ctx: Context, typed: str) -> PersonRow:
    """The one person who is meant; UserError for none or several."""
    place = ctx.where
    if place is None:
        raise LookupError("nobody typed this anywhere")
    name = " ".join(typed.split()).removeprefix("@")
    found = people.find(ctx.db, ctx.network.id, place.platform, place.workspace, name)
    if not found:
        raise UserError(
            "Mycel knows nobody called “{name}” here. It knows people once they have spoken in a group's channel.",
            name=name,
        )
    if len(found) > 1:
        raise UserError(
            "{n} people are called “{name}”. Type the account of the one you mean.", n=len(found), name=name
        )
    return found[0]


def _give(ctx: Context, person: PersonRow, role: str) -> None:
    held = roles.of(ctx.db, ctx.network.id, person.id)
    stewards = sum(holder.role == STEWARD for holder in roles.holders(ctx.db, ctx.network.id))
    wanted = rules.new_roles(held, role, stewards)
    for given in sorted(wanted - held):
        roles.add(ctx.db, ctx.network.id, person.id, given, ctx.now)
        ctx.publish(RoleGiven(about=about(person.id), person_id=person.id, role=given))
    if held - wanted:
        roles.remove(ctx.db, ctx.network.id, person.id, sorted(held - wanted))
    for taken in sorted(held - wanted):
        ctx.publish(RoleTaken(about=about(person.id), person_id=person.id, role=taken))
