"""Replies in a window's threads: a concern raised, an answer given, a reminder, an outcome owed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.audience import channel_reader
from bot.core.context import ViewContext
from bot.core.message import Action, Actions, Block, Message, Note, Paragraph, PersonMention, Quote, RecordMention
from bot.features.input_windows.messages import outcome_actions
from bot.features.input_windows.rooms import is_readable, room
from bot.features.input_windows.story import Story, gone, hidden, mention, quoted, story_of_one
from storage import contributions
from storage.contributions import OPEN as OPEN_CONCERN
from storage.contributions import RESTED, Contribution
from storage.input_windows import CLOSED, OPEN


def concern_raised(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A new concern, in the other threads; taken back when its words are."""
    shown, concern = _concern(ctx, args["id"])
    if shown is None or concern is None or concern.redacted_at is not None or gone(ctx.words, shown.room):
        return None
    if not is_readable(shown.room.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, shown.room)
    id = RecordMention(f"C-{concern.id}")
    if not concern.is_concern:
        # Not None: what was taken back cannot be brought again, and a kind may change twice.
        line = ctx.words.line("{id} is no concern any more: its author has changed it.", id=id)
        return Message((Note(line),))
    about = RecordMention(shown.room.window.about)
    opening = ctx.words.line("A concern on {decision}:", decision=about)
    blocks: list[Block] = [Paragraph(opening), *quoted(ctx.words, shown, concern)]
    if concern.state == OPEN_CONCERN and ctx.group is not None and ctx.group.id == shown.room.decision.group_id:
        blocks.append(Actions((Action(ctx.words("Answer"), f"/answer C-{concern.id}"),)))
    return Message(tuple(blocks))


def concern_answered(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """An answer, where the one who raised the concern reads it."""
    shown, concern = _concern(ctx, args["id"])
    if shown is None or concern is None or not concern.is_concern or gone(ctx.words, shown.room):
        return None
    if not is_readable(shown.room.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, shown.room)
    answer = next(a for a in shown.answers[concern.id] if a.position == args["position"])
    raiser = PersonMention(concern.raiser_id, shown.person(concern.raiser_id).name, is_addressed=True)
    id = RecordMention(f"C-{concern.id}")
    opening = ctx.words.line("{name}, your concern {id} has an answer:", name=raiser, id=id)
    if concern.is_orphan or not concern.is_shown_in(shown.here):
        opening = ctx.words.line("The concern {id} has an answer:", id=id)
    by = ctx.words.line("{name} for {group}", name=shown.person(answer.by_id), group=mention(shown.room.deciding))
    blocks: list[Block] = [Paragraph(opening), Quote(answer.text or ctx.words("(redacted)"), by)]
    if concern.is_unsettled:
        blocks.append(Actions((Action(ctx.words("That resolves it"), f"/resolve C-{concern.id}"),)))
    return Message(tuple(blocks))


def concern_orphaned(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """To a group whose concern nobody speaks for any more: it can take it over, in its own words."""
    shown, concern = _concern(ctx, args["id"])
    if shown is None or concern is None or not concern.is_concern or gone(ctx.words, shown.room):
        return None
    if not is_readable(shown.room.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, shown.room)
    id, words = RecordMention(f"C-{concern.id}"), ctx.words
    if not concern.is_orphan:
        return Message(
            (Paragraph(words.line("{group} speaks for {id} again.", group=shown.group(concern.group_id), id=id)),)
        )
    lines: list[Block] = [Paragraph(words.line("Who raised {id} is gone, and the words with them.", id=id))]
    if concern.state == RESTED:
        return Message((*lines, Note(words.line("Nobody took it over: it rests, on the record."))))
    at = words.moment(datetime.fromisoformat(args["rests_at"]))
    way = words.line(
        "Anybody of you can take it over in your own words. Otherwise it rests, on the record, from {at} on.", at=at
    )
    return Message((*lines, Paragraph(way), Actions((Action(words("Take over"), f"/take-over C-{concern.id}"),))))


def input_reminder(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A reminder to one group; it goes when it is not needed any more."""
    found = room(ctx.db, ctx.network.id, args["number"])
    if found is None or gone(ctx.words, found):
        return None
    if not is_readable(found.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, found)
    asked = found.row(args["group_id"])
    if asked is None or not asked.is_asked or asked.heard_at is not None or found.window.state != OPEN:
        return None
    about, group = RecordMention(found.window.about), found.groups[asked.group_id]
    line = ctx.words.line(
        "{group} has not been heard on {id} yet. There is time until {end}.",
        group=mention(group),
        id=about,
        end=ctx.words.moment(asked.closes_at),
    )
    way = ctx.words.line("Reply in this thread – or say that you have nothing to add:")
    pass_on = Actions((Action(ctx.words("Pass"), f"/pass {found.window.about}"),))
    return Message((Paragraph(line), Note(way), pass_on))


def outcome_owed(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A reminder to the deciding group; it goes when it is not needed any more."""
    found = room(ctx.db, ctx.network.id, args["number"])
    if found is None or gone(ctx.words, found):
        return None
    if found.window.state != CLOSED:
        return None
    line = ctx.words.line(
        "{id} closed on {at}, and those who were asked still wait for the outcome.",
        id=RecordMention(found.window.about),
        at=ctx.words.moment(found.window.closed_at or found.window.closes_at),
    )
    return Message((Paragraph(line), outcome_actions(ctx.words, found)))


def _concern(ctx: ViewContext, id: int) -> tuple[Story | None, Contribution | None]:
    concern = contributions.contribution(ctx.db, ctx.network.id, id)
    found = room(ctx.db, ctx.network.id, concern.number) if concern else None
    if concern is None or found is None:
        return None, None
    return story_of_one(ctx.db, found, concern, ctx.channel.id), concern
