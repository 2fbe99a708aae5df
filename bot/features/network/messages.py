"""Groups and their home channels as messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.calendars import calendar_of
from bot.core.context import ViewContext
from bot.core.language import Words
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Code,
    Fields,
    Heading,
    Message,
    Note,
    Paragraph,
    PersonMention,
    Spans,
    text,
)
from bot.core.presence import followed
from bot.core.working_time import holidays_used, to_local
from storage import directory
from storage.network import Channel, Group

HOLIDAYS_AHEAD = timedelta(days=30)
Row = tuple[str, Spans]


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What is shown of a group besides its record. `now` is aware UTC; `state`: how it stands, if not active."""

    homes: Sequence[Channel]
    members: int
    now: datetime
    state: Spans = ()


def group_shown(words: Words, group: Group, facts: GroupFacts) -> Message:
    """The answer to `group`: all that is set, the hour there, the days off that come."""
    local = to_local(facts.now, group.zone)
    hour = f"{words.day(local.date())}, {local:%H:%M}"
    people = words.plural("{n} member", "{n} members", facts.members)
    blocks: list[Block] = [
        Heading(text(group.name)),
        *([Paragraph(facts.state)] if facts.state else []),
        Fields(
            (
                (words("Short name"), text(Code(group.slug))),
                (words("Local time"), text(hour)),
                *_settings(words, group),
                (words("Days off soon"), text(_days_off(words, group, facts.now))),
                (words("Homes"), text(", ".join(place_name(c.platform, c.remote_id) for c in facts.homes) or "–")),
                (words("People"), text(people)),
            )
        ),
    ]
    return Message(tuple(blocks))


def place_name(platform: str, remote_id: str) -> str:
    return f"{platform} {remote_id}"


def _settings(words: Words, group: Group) -> tuple[Row, ...]:
    return (
        (words("Time zone"), text(group.zone)),
        (words("Holidays of"), text(group.region or words("no region"))),
        (words("Working days"), text(group.working_days)),
        (words("Quiet hours"), text(words("none") if group.quiet == "off" else group.quiet)),
        (words("Language"), text(group.language)),
    )


def _days_off(words: Words, group: Group, now: datetime) -> str:
    found = holidays_used(calendar_of(group), now, now + HOLIDAYS_AHEAD)
    return "; ".join(_day_off(words, day, name) for day, name in found) or words("none in the next 30 days")


def _day_off(words: Words, day: date, name: str) -> str:
    return f"{words.day(day)} ({name or words('the group’s own')})"


def group_card(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What a home channel shows of its group, kept up to date."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [args["group_id"]]).get(args["group_id"])
    if group is None:
        return None
    words = ctx.words
    if ctx.channel.group_id is None:
        return Message((Paragraph(words.line("This channel was a home of {group}.", group=Bold(group.name))),))
    group = followed(ctx.db, group)
    return Message(
        (
            Paragraph(words.line("This channel is a home of {group}.", group=Bold(group.name))),
            Fields(_settings(words, group)),
            Note(
                words.line(
                    "Whoever speaks here is a member. Log a decision with {decide}; change this with {group}.",
                    decide=Code("/decide"),
                    group=Code("/group --quiet 20:00-08:00"),
                )
            ),
        )
    )


def home_asked(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The question to a group's homes whether another channel is theirs too, and what came of it.

    `args`: code, place, by (person id), confirmed_by (person id or None), expires_at (ISO 8601).
    """
    words, ids = ctx.words, [args["by"], args["confirmed_by"] or args["by"]]
    names = directory.person_names(ctx.db, ctx.network.id, ids)
    asker, place = PersonMention(ids[0], names.get(ids[0], "")), Bold(args["place"])
    if args["confirmed_by"] is not None:
        confirmer = PersonMention(ids[1], names.get(ids[1], ""))
        return Message(
            (Paragraph(words.line("{place} is a home of this group: {who} said so.", place=place, who=confirmer)),)
        )
    expires_at = datetime.fromisoformat(args["expires_at"])
    if ctx.now >= expires_at:
        return Message((Paragraph(words.line("{place} did not become a home of this group.", place=place)),))
    command = f"/group-confirm {args['code']}"
    return Message(
        (
            Paragraph(words.line("{who} wants {place} to be a home of this group too.", who=asker, place=place)),
            Note(words.line("If nobody here confirms by {moment}, nothing happens.", moment=words.moment(expires_at))),
            Actions((Action(words("It is ours"), command, "primary"),)),
        )
    )


def roles_shown(words: Words, holders: Mapping[str, Sequence[PersonMention]]) -> Message:
    """Who holds which role."""
    titles = {"steward": words("Stewards"), "facilitator": words("Facilitators")}
    rows = tuple((title, _people(words, holders.get(role, ()))) for role, title in titles.items())
    how = words.line("A steward gives a role with {command}.", command=Code("/roles PERSON facilitator"))
    return Message((Fields(rows), Note(how)))


def _people(words: Words, people: Sequence[PersonMention]) -> Spans:
    spans: list[str | PersonMention] = []
    for person in people:
        spans += [", ", person] if spans else [person]
    return text(*spans) if spans else text(words("nobody yet"))


def secret_code(words: Words, code: str, lines: Sequence[Spans]) -> Message:
    """A code that is shown once, to one person, and how it is used."""
    return Message((Paragraph(text(Code(code))), Bullets(tuple(lines)), Note(words.line("It is shown only now."))))
