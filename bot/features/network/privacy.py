"""`privacy` and `forget-me`: what is kept about oneself, and its end."""

from __future__ import annotations

from pydantic import Field

from bot.core.commands import Args, Who, command
from bot.core.context import Context
from bot.core.events import PersonForgotten, RecordsAsked
from bot.core.kinds import Yes
from bot.core.language import Words, mark
from bot.core.message import Message, Paragraph
from bot.core.permissions import STEWARD
from bot.core.replies import Answer, Reply
from bot.features.network import rules
from bot.features.network.access import NoArgs, about
from bot.features.network.personal_messages import Known, forget_asked, privacy_shown
from storage import directory, message_views, people, roles


@command(
    "privacy",
    summary=mark("What is kept about you, who can read it, how long, and how to remove it"),
    who=Who.ALL,
    reads=True,
    works_unbound=True,
    examples=("/privacy",),
)
def privacy(ctx: Context, args: NoArgs) -> Reply:
    person = ctx.actor
    groups = directory.groups_by_id(ctx.db, ctx.network.id, sorted(person.group_ids))
    accounts = people.identities_of(ctx.db, ctx.network.id, person.id)
    asked = RecordsAsked(about=about(person.id), person_id=person.id)
    records = [block for tell in ctx.subscribers.get(RecordsAsked, ()) for block in tell(ctx, asked)]
    known = Known(person, accounts, sorted(group.name for group in groups.values()))
    return Answer(privacy_shown(ctx.words, known, records), is_secret=True)


class ForgetArgs(Args):
    yes: Yes = Field(False, description=mark("do it; without this you are told what will happen"))


@command(
    "forget-me",
    summary=mark("Remove your name, accounts, memberships, roles and words"),
    who=Who.ALL,
    works_unbound=True,
    examples=("/forget-me", "/forget-me --yes"),
)
def forget_me(ctx: Context, args: ForgetArgs) -> Reply:
    person, words = ctx.actor, ctx.words
    if not args.yes:
        stewards = sum(holder.role == STEWARD for holder in roles.holders(ctx.db, ctx.network.id))
        is_last = rules.is_last_steward(person, stewards)
        return Answer(forget_asked(words, is_last_steward=is_last), is_secret=True)
    common = Words(ctx.network.language)
    people.forget(ctx.db, ctx.network.id, person.id, common(mark("someone who left")), ctx.now)
    for asked in message_views.abouts(ctx.db, ctx.network.id, "home_asked"):  # who asked and confirmed is named there
        ctx.touch(asked)
    blocks = ctx.publish(PersonForgotten(about=about(person.id), person_id=person.id))
    done = words.line("Done. Mycel does not know you any more. Take care, and come back whenever you like.")
    return Answer(Message((Paragraph(done), *blocks)), is_secret=True)
