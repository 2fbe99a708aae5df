"""How a channel is kept in the picture of what others say: concerns one by one, the rest once a day, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from bot.core.audience import channel_reader
from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context, ViewContext
from bot.core.errors import UserError
from bot.core.kinds import Choice
from bot.core.language import Words, mark
from bot.core.message import Bold, Bullets, Message, Paragraph, RecordMention, Spans
from bot.core.replies import Answer, Reply
from bot.core.working_time import MIDNIGHT, ONE_DAY, local_date, next_working_moment, to_utc
from bot.features.input_windows.head import kind_word
from bot.features.input_windows.rooms import Room, head_key, is_readable, room
from bot.features.input_windows.story import Story, gone, shortened, story
from storage import contributions, deadlines, directory, window_channels
from storage.contributions import Contribution
from storage.deadlines import Deadline
from storage.input_windows import OPEN
from storage.network import Channel
from storage.window_channels import CONCERNS, DIGEST, OFF

DIGEST_DUE = "input_digest"
SHOWN = 20
_CHOICES = {
    CONCERNS: mark("Each new concern of others is a reply in this channel's threads; the rest shows in the head."),
    DIGEST: mark("Each new concern of others is a reply in this channel's threads, and the rest is one reply a day."),
    OFF: mark("What others say shows in the head of each thread, and nowhere else in this channel."),
}


class Relay(Args):
    what: Annotated[str, Choice(options=(CONCERNS, DIGEST, OFF)), At()] = Field(
        "", description=mark("What is relayed; without it: what is set")
    )


@command(
    "relay",
    summary=mark("How this channel is kept in the picture of what other groups say in windows"),
    who=Who.ALL,
    has_form=False,
    examples=("/relay digest",),
)
def relay(ctx: Context, args: Relay) -> Reply:
    if ctx.channel is None:
        raise UserError("This is set in a channel, for that channel.", "/relay digest")
    chosen = window_channels.choice(ctx.db, ctx.network.id, ctx.channel.id)
    if args.what and args.what != chosen.relay:
        chosen = replace(chosen, relay=args.what)
        window_channels.choose(ctx.db, ctx.network.id, ctx.channel.id, chosen)
    return Answer(Message((Paragraph(ctx.words.line(_CHOICES[chosen.relay])),)))


def wanting_concerns(ctx: Context, heads: list[Channel]) -> list[Channel]:
    """The channels that a new concern is said in."""
    chosen = window_channels.choices(ctx.db, ctx.network.id, [channel.id for channel in heads])
    return [channel for channel in heads if channel.id not in chosen or chosen[channel.id].relay != OFF]


def note_for_digest(ctx: Context, found: Room) -> None:
    """Something was said: channels that want a digest have one on their group's next working day."""
    for channel in window_channels.digesting(ctx.db, ctx.network.id, found.window.about):
        group = found.groups.get(channel.group_id) if channel.group_id else None
        if group is None:
            continue
        calendar = calendar_of(group)
        tomorrow = to_utc(datetime.combine(local_date(ctx.now, calendar.zone) + ONE_DAY, MIDNIGHT), calendar.zone)
        at = next_working_moment(calendar, tomorrow)
        day = local_date(at, calendar.zone).toordinal()
        ctx.due(at, DIGEST_DUE, found.window.about, group_id=channel.id, round=day)


def digest_due(ctx: Context, deadline: Deadline) -> None:
    """One reply with all that was said since the last one. A window that has closed has its summary instead."""
    found = room(ctx.db, ctx.network.id, int(deadline.about.removeprefix("D-")))
    channel = directory.channel(ctx.db, ctx.network.id, deadline.group_id)
    if found is None or channel is None or found.window.state != OPEN:
        return
    if window_channels.choice(ctx.db, ctx.network.id, channel.id).relay != DIGEST:
        return
    last = deadlines.last_fired(ctx.db, deadline) or found.window.opened_at - ONE_DAY
    number = found.window.number
    ctx.say(
        channel,
        "input_digest",
        {"number": number, "since": last.isoformat(), "until": deadline.due_at.isoformat()},
        key=f"D-{number}:digest:{deadline.round}:{channel.id}",
        about=found.window.about,
        thread_of=head_key(number, channel.id),
    )


def input_digest(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What other groups said in a stretch of time, concerns apart; nothing where none of it is left."""
    found = room(ctx.db, ctx.network.id, args["number"])
    if found is None or gone(ctx.words, found) or not is_readable(found.decision, channel_reader(ctx.group)):
        return None
    since, until = (datetime.fromisoformat(args[end]) for end in ("since", "until"))
    said = contributions.between(ctx.db, ctx.network.id, found.window.number, since, until)
    own = ctx.group.id if ctx.group else None
    said = [given for given in said if given.group_id != own]
    if not said:
        return None
    names = directory.person_names(ctx.db, ctx.network.id, sorted({given.person_id for given in said}))
    shown = replace(story(ctx.db, found, ctx.channel.id, 0), names=names)
    about = RecordMention(found.window.about)
    opening = ctx.words.line("New on {id} from other groups:", id=about)
    lines = [_line(ctx.words, shown, given) for given in said[:SHOWN]]
    if len(said) > SHOWN:
        lines.append(ctx.words.line("and {n} more", n=len(said) - SHOWN))
    return Message((Paragraph(opening), Bullets(tuple(lines))))


def _line(words: Words, shown: Story, given: Contribution) -> Spans:
    kind, group = Bold(kind_word(words, given.stance)), shown.group(given.group_id)
    if not given.text or not given.is_shown_in(shown.here):
        return words.line("{kind} ({group})", kind=kind, group=group)
    name, text = shown.person(given.person_id), shortened(given.text, 200)
    return words.line("{kind}, {name} ({group}): {text}", kind=kind, name=name, group=group, text=text)
