"""What is said when a window's end moves: to the one who moved it, and in the threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.audience import channel_reader
from bot.core.context import ViewContext
from bot.core.language import Words
from bot.core.message import Block, Message, Note, Paragraph, Quote, RecordMention, Spans
from bot.features.input_windows import moving
from bot.features.input_windows.messages import group_ends, outcome_actions
from bot.features.input_windows.rooms import Room, is_readable, room
from bot.features.input_windows.story import gone, hidden, joined, mention
from storage import decision_parties
from storage.input_windows import OPEN


def held(words: Words, found: Room, group_id: int) -> Message:
    """For the answer to `hold`."""
    row, group = found.row(group_id), found.groups[group_id]
    assert row is not None  # it has just been held
    line = words.line(
        "{group} has time on {id} until {end}. All threads are told why.",
        group=mention(group),
        id=RecordMention(found.window.about),
        end=words.moment(row.closes_at, group.zone),
    )
    once = words.line("That is once a window. Whoever has something to say by then, says it in the thread.")
    return Message((Paragraph(line), Note(once)))


def extended(words: Words, found: Room) -> Message:
    """For the answer to `extend`."""
    line = words.line(
        "{id} is open for input until {end} now. All threads are told.",
        id=RecordMention(found.window.about),
        end=words.moment(found.window.closes_at),
    )
    return Message((Paragraph(line), *group_ends(words, found)))


def closed(words: Words, found: Room) -> Message:
    """For the answer to `close`."""
    line = words.line(
        "{id} is closed: every affected group was heard. The summary is in all threads.",
        id=RecordMention(found.window.about),
    )
    return Message((Paragraph(line), outcome_actions(words, found)))


def window_moved(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A reply in a thread: why the window's end is another one, and which it is now."""
    found = room(ctx.db, ctx.network.id, args["number"])
    if found is None or gone(ctx.words, found):
        return None
    if not is_readable(found.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, found)
    group = found.groups.get(args["group_id"]) or found.deciding
    words, about = ctx.words, RecordMention(found.window.about)
    line = _because(words, args["cause"], about, mention(group))
    blocks: list[Block] = []
    row = found.row(group.id)
    if args["cause"] == moving.HOLD and row is not None and row.held_why:
        blocks.append(Quote(row.held_why))
    if args["cause"] in (moving.JOINED, moving.REOPENED):
        joined_in = decision_parties.joined(ctx.db, ctx.network.id, found.window.number)
        blocks += [Quote(one.why) for one in joined_in if one.group_id == group.id and one.why]
    if found.window.state == OPEN:
        own = found.row(ctx.group.id) if ctx.group else None
        line = joined(line, words.line("It is open until {end}.", end=words.moment(found.window.closes_at)))
        if own is not None and own.is_asked and own.closes_at != found.window.closes_at:
            line = joined(line, words.line("Your group's own time ends {end}.", end=words.moment(own.closes_at)))
    return Message((Paragraph(line), *blocks))


def _because(words: Words, cause: str, about: RecordMention, group: Any) -> Spans:
    match cause:
        case moving.HOLD:
            return words.line("{group} asks for time on {id}.", group=group, id=about)
        case moving.EXTENSION:
            return words.line("{group} gives more time for input on {id}.", group=group, id=about)
        case moving.JOINED:
            return words.line("{group} says that {id} affects it, and joins.", group=group, id=about)
        case moving.REOPENED:
            return words.line("{group} says that {id} affects it: it is open again, for review.", group=group, id=about)
        case _:
            return words.line(
                "{id} ends at another time: the calendar of {group}, or its part in the window, has changed.",
                id=about,
                group=group,
            )
