"""What people say, change, take back or put a sign on in a window's threads."""

from __future__ import annotations

from datetime import datetime

from bot.core.context import Context
from bot.core.conversation import Incoming, MessageEdited, MessagePosted, MessageRedacted, Reacted
from bot.core.events import ContributionRedacted
from bot.core.message import Message
from bot.core.replies import Answer, Nothing, Reply
from bot.features.input_windows import messages, rules
from bot.features.input_windows.giving import (
    MESSAGE,
    REACTION,
    Source,
    What,
    announce,
    give,
    publish_change,
)
from bot.features.input_windows.rooms import Room, room
from bot.features.input_windows.rules import Said
from bot.features.input_windows.staying import keeps_words, kept_note
from storage import contributions, delivery, early_changes, input_windows
from storage.contributions import TALK, Contribution
from storage.early_changes import EarlyChange
from storage.input_windows import CANCELLED, HEAD_VIEW
from storage.network import Channel


def listen(ctx: Context, incoming: Incoming) -> Reply | None:
    """A listener: None where it is not about a window."""
    if ctx.channel is None:
        return None
    match incoming:
        case MessagePosted():
            return _posted(ctx, ctx.channel, incoming)
        case MessageEdited():
            return _edited(ctx, ctx.channel, incoming)
        case MessageRedacted():
            return _redacted(ctx, ctx.channel, incoming)
        case Reacted():
            return _reacted(ctx, ctx.channel, incoming)
        case _:
            return None


def _posted(ctx: Context, channel: Channel, incoming: MessagePosted) -> Reply | None:
    found = _thread_room(ctx, channel, incoming)
    if found is None:
        return None
    early = early_changes.meet(ctx.db, ctx.network.id, channel.id, incoming.message_id)
    if early is not None and early.is_redacted:
        return Nothing()
    text, said_at = incoming.text, incoming.at
    if early is not None and early.said_at >= said_at:
        text, said_at = early.text, early.said_at
    said = rules.read(text, rules.leading_words(ctx.words))
    stays = keeps_words(ctx, channel)
    source = Source(MESSAGE, said_at, _was_at(ctx, incoming), channel, incoming.message_id, stays)
    return _give(ctx, found, said, source)


def _give(ctx: Context, found: Room, said: Said, source: Source) -> Reply:
    """A reply gets no answer (the head shows it), but whoever raises a concern is told its number."""
    place = ctx.group.id if ctx.group else None
    group_id = rules.speaker_group(place, ctx.actor.group_ids, found.speaking_ids, found.decision.group_id)
    if group_id is None:
        # A thread outlived its channel's part in the window: what is said there is kept, and counts for nobody.
        group_id, said = found.decision.group_id, Said(TALK, said.text)
    given, what = give(ctx, found, said, group_id, source)
    if given.is_concern and what is not What.KNOWN:
        noted = messages.concern_noted(ctx.words, found, given)
        return Answer(Message((*noted.blocks, *kept_note(ctx.words, given))), f"C-{given.id}")
    return Nothing()


def _edited(ctx: Context, channel: Channel, incoming: MessageEdited) -> Reply | None:
    old = contributions.by_message(ctx.db, ctx.network.id, channel.id, incoming.message_id)
    if old is None:
        # Only in a thread of ours: what is edited elsewhere is nobody's business.
        if _thread_room(ctx, channel, incoming) is None:
            return None
        early = EarlyChange(incoming.at, False, incoming.text)
        early_changes.leave(ctx.db, ctx.network.id, channel.id, incoming.message_id, early)
        return Nothing()
    if old.person_id != ctx.actor.id:
        return Nothing()  # words are their author's: nobody puts others into somebody's mouth
    said = rules.read(incoming.text, rules.leading_words(ctx.words))
    new = rules.edited(old, said, incoming.at, ctx.now)
    window = input_windows.window(ctx.db, ctx.network.id, old.number)
    if new is None or window is None:
        return Nothing()
    new = rules.to_version(new, window)
    contributions.change(ctx.db, new)
    if new.stance == TALK:
        input_windows.unhear(ctx.db, ctx.network.id, new.number, new.group_id)
    elif not new.is_late:
        input_windows.hear(ctx.db, ctx.network.id, new.number, new.group_id, ctx.now)
    publish_change(ctx, new)
    if new.is_concern and not old.is_concern:
        announce(ctx, new)
    return Nothing()


def _redacted(ctx: Context, channel: Channel, incoming: MessageRedacted) -> Reply | None:
    old = contributions.by_message(ctx.db, ctx.network.id, channel.id, incoming.message_id)
    if old is not None:
        take_out(ctx, old)
        return Nothing()
    if incoming.place.thread is not None and _thread_room(ctx, channel, incoming) is None:
        return None
    # A platform may not say in which thread it was: without words, so that nothing is kept that was not ours.
    early = EarlyChange(incoming.at, True, "")
    early_changes.leave(ctx.db, ctx.network.id, channel.id, incoming.message_id, early)
    return None


def _reacted(ctx: Context, channel: Channel, incoming: Reacted) -> Reply | None:
    stance = rules.read_reaction(incoming.emoji)
    ours = delivery.about(ctx.db, ctx.network.id, channel.id, incoming.message_id, incoming.message_key)
    if stance is None or ours is None or ours[2] != HEAD_VIEW:
        return None
    found = room(ctx.db, ctx.network.id, int(ours[1].removeprefix("D-")))
    if found is None or found.window.state == CANCELLED:
        return None
    if incoming.is_added:
        stays = keeps_words(ctx, channel)
        source = Source(REACTION, incoming.at, _was_at(ctx, incoming), channel, incoming.event_key, stays)
        return _give(ctx, found, Said(stance, ""), source)
    number, who = found.window.number, ctx.actor.id
    given = contributions.reaction(ctx.db, ctx.network.id, number, who, stance, channel.id)
    if given is not None:
        take_out(ctx, given)
    return Nothing()


def take_out(ctx: Context, given: Contribution) -> None:
    """Redacts a contribution for good; what depends on it follows from the fact."""
    if contributions.redact(ctx.db, ctx.network.id, given.id, ctx.now) is None:
        return
    ctx.publish(
        ContributionRedacted(
            about=f"D-{given.number}", group_id=given.group_id, number=given.number, contribution=given.id
        )
    )


def _thread_room(ctx: Context, channel: Channel, incoming: Incoming) -> Room | None:
    """The room in whose thread something happened."""
    place = incoming.place
    if place.thread is None and place.thread_key is None:
        return None
    ours = delivery.about(ctx.db, ctx.network.id, channel.id, place.thread, place.thread_key)
    if ours is None or ours[2] != HEAD_VIEW:
        return None
    found = room(ctx.db, ctx.network.id, int(ours[1].removeprefix("D-")))
    return found if found and found.window.state != CANCELLED else None


def _was_at(ctx: Context, incoming: Incoming) -> datetime:
    """When it was said by the network's clock; never later than now, whatever the platform's clock says."""
    return min(incoming.at + ctx.network.clock_ahead, ctx.now)
