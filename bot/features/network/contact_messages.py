"""The contact of a group, as messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.context import ViewContext
from bot.core.durations import parse_span
from bot.core.language import Words
from bot.core.lengths import in_words
from bot.core.message import Block, Bold, Code, Message, Note, Paragraph, PersonMention
from storage import directory, group_contacts
from storage.group_contacts import Term
from storage.network import Group


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """`every`: length of a term where it goes round. `is_out`: who asks does not want to be asked."""

    term: Term | None
    every: str
    next_id: int | None
    names: Mapping[int, str]
    is_out: bool


def contact_shown(words: Words, group: Group, facts: ContactFacts) -> tuple[Block, ...]:
    """Who it is, until when, who follows, and how that is changed."""
    blocks: list[Block] = []
    term, names = facts.term, facts.names
    if term is None:
        blocks.append(Paragraph(words.line("{group} has no contact yet.", group=Bold(group.name))))
    else:
        who = PersonMention(term.person_id, names.get(term.person_id, ""))
        line = words.line("{who} is the contact of {group}.", who=who, group=Bold(group.name))
        if term.ends_at is not None:
            until = words.moment(term.ends_at)
            line = words.line(
                "{who} is the contact of {group} until {moment}.", who=who, group=Bold(group.name), moment=until
            )
        blocks.append(Paragraph(line))
    if facts.every:
        length = in_words(words, parse_span(facts.every))
        blocks.append(Paragraph(words.line("It goes round: {length} each.", length=length)))
    if facts.next_id is not None:
        next_one = PersonMention(facts.next_id, names.get(facts.next_id, ""))
        blocks.append(Paragraph(words.line("Next, if nothing changes: {who}.", who=next_one)))
    blocks.append(Note(_how(words, facts)))
    return tuple(blocks)


def _how(words: Words, facts: ContactFacts) -> Any:
    if facts.is_out:
        return words.line("You are left out. {command} changes that.", command=Code("/group contact on"))
    if facts.every:
        return words.line("Rather not you? {command}", command=Code("/group contact off"))
    return words.line(
        "{command} lets it go round, fair over all of the group.", command=Code("/group --contact PERSON --rotate 1mo")
    )


def contact_soon(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Some days before the change; afterwards it says that it is past."""
    words, ends_at = ctx.words, datetime.fromisoformat(args["ends_at"])
    who, next_one = _people(ctx, args)
    now = group_contacts.current(ctx.db, ctx.network.id, args["group_id"], ctx.now)
    if ctx.now >= ends_at or now is None or now.person_id != args["person_id"]:
        return Message((Paragraph(words.line("{who} was the contact of this group. That is over.", who=who)),))
    line = words.line(
        "{who} is the contact of this group until {moment}. Next is {next}.",
        who=who,
        next=next_one,
        moment=words.moment(ends_at),
    )
    out = words.line("Rather not you? {command}", command=Code("/group contact off"))
    return Message((Paragraph(line), Note(out)))


def contact_changed(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The change itself; the new one is addressed."""
    words = ctx.words
    who, next_one = _people(ctx, args)
    addressed = PersonMention(next_one.person_id, next_one.name, is_addressed=True)
    line = words.line("{next} is the contact of this group from now on. Thank you, {who}.", next=addressed, who=who)
    what = words.line("The contact is asked when the group has not been heard; it decides nothing.")
    return Message((Paragraph(line), Note(what)))


def _people(ctx: ViewContext, args: Mapping[str, Any]) -> tuple[PersonMention, PersonMention]:
    names = directory.person_names(ctx.db, ctx.network.id, [args["person_id"], args["next_id"]])
    return (
        PersonMention(args["person_id"], names.get(args["person_id"], "")),
        PersonMention(args["next_id"], names.get(args["next_id"], "")),
    )
