"""`whoami` and `link-account`: one person with several accounts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import IdentityLinked
from bot.core.kinds import Kind
from bot.core.language import mark
from bot.core.message import Code, Message, Paragraph
from bot.core.replies import Answer, Reply
from bot.features.network import on_call, rules
from bot.features.network.access import NoArgs, about
from bot.features.network.messages import secret_code
from bot.features.network.personal_messages import Known, known_shown
from storage import codes, directory, people, roles
from storage.network import Person
from storage.people import PersonRow


@command(
    "whoami",
    summary=mark("Show how Mycel knows you: name, accounts, groups, roles, time zone"),
    who=Who.ALL,
    reads=True,
    works_unbound=True,
    examples=("/whoami",),
)
def whoami(ctx: Context, args: NoArgs) -> Reply:
    person = ctx.actor
    groups = directory.groups_by_id(ctx.db, ctx.network.id, sorted(person.group_ids))
    accounts = people.identities_of(ctx.db, ctx.network.id, person.id)
    called_for = on_call.named(ctx, groups)
    known = Known(person, accounts, sorted(group.name for group in groups.values()), called_for)
    return Answer(known_shown(ctx.words, known), is_secret=True)


class LinkArgs(Args):
    code: Annotated[str, Kind(), At()] = Field("", description=mark("the code that the other platform showed you"))


@command(
    "link-account",
    summary=mark("Be one person on two platforms: make a code here, type it there"),
    who=Who.ALL,
    works_unbound=True,
    examples=("/link-account", "/link-account 7F3A-9KQM-2X"),
)
def link_account(ctx: Context, args: LinkArgs) -> Reply:
    return _link(ctx, args.code) if args.code else _new_code(ctx)


def _new_code(ctx: Context) -> Reply:
    code, until = ctx.new_code(), ctx.now + rules.LINK_CODE_FOR
    codes.add(ctx.db, ctx.network.id, code, codes.LINK, ctx.now, until, person_id=ctx.actor.id)
    words = ctx.words
    how = words.line("On the other platform, type {command}.", command=Code(f"/link-account {code}"))
    until_line = words.line("It works once, until {moment}.", moment=words.moment(until))
    warning = words.line("Whoever types it becomes you here: show it to nobody.")
    return Answer(secret_code(words, code, (how, until_line, warning)), is_secret=True)


def _link(ctx: Context, code: str) -> Reply:
    used = codes.use(ctx.db, ctx.network.id, code, codes.LINK, ctx.now)
    other = people.person(ctx.db, ctx.network.id, used.person_id) if used and used.person_id else None
    me = people.person(ctx.db, ctx.network.id, ctx.actor.id)
    if other is None or me is None:
        raise UserError(
            "This code is not known, was used already, or has run out. Make a new one on your other platform.",
            "/link-account",
        )
    if other.id == me.id:
        raise UserError("This is the account that made the code. Type it on your other platform.")
    kept, gone = rules.older_first(me, other)
    people.merge(ctx.db, ctx.network.id, gone.id, kept.id)
    ctx.who = _now(ctx, kept)
    blocks = ctx.publish(IdentityLinked(about=about(kept.id), person_id=kept.id, from_id=gone.id))
    words = ctx.words
    done = words.line(
        "Linked: Mycel knows you as {name} here and there, with one set of groups and roles.", name=kept.name
    )
    shown = words.line("{command} shows them.", command=Code("/whoami"))
    return Answer(Message((Paragraph(done), *blocks, Paragraph(shown))), is_secret=True)


def _now(ctx: Context, row: PersonRow) -> Person:
    """The person as stored now."""
    groups = people.group_ids_of(ctx.db, ctx.network.id, row.id)
    return Person(ctx.network.id, row.id, row.name, row.zone, groups, roles.of(ctx.db, ctx.network.id, row.id))
