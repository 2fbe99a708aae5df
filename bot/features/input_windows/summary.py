"""What a window leaves: the summary when it closes, the outcome, and its part of the whole story of a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.audience import channel_reader
from bot.core.context import ViewContext
from bot.core.language import Words
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Fields,
    Heading,
    Message,
    Note,
    Paragraph,
    Quote,
    RecordMention,
    Spans,
    Text,
)
from bot.features.input_windows.head import kind_word, state
from bot.features.input_windows.messages import outcome_actions
from bot.features.input_windows.rooms import Room, is_readable, room
from bot.features.input_windows.story import (
    Story,
    by_group,
    gone,
    hidden,
    listed,
    mention,
    outcome_word,
    quoted,
    story,
)
from storage import window_rounds
from storage.contributions import CARRIED, OPEN, RESOLVED, RESTED, TALK, Contribution
from storage.input_windows import ASKED, CLOSED, PAUSED
from storage.network import Group
from storage.window_rounds import Round

ANSWERS_OFFERED = 5
LATE_FROM = timedelta(minutes=10)
"""From when on a message says that it comes late."""


def window_summary(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What came in until the close, by group, with every unresolved concern to the letter."""
    found = room(ctx.db, ctx.network.id, args["number"])
    if found is None or gone(ctx.words, found):
        return None
    if not is_readable(found.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, found)
    if args.get("round", 1) < found.window.round:
        return _opened_since(ctx, found, args["round"])
    return summary(
        ctx.words, story(ctx.db, found, ctx.channel.id, 0), ctx.group, timedelta(seconds=args.get("late_s", 0))
    )


def summary(words: Words, shown: Story, group: Group | None, late: timedelta) -> Message:
    """The summary as a group's channel shows it; `late`: how long after its time the window closed."""
    found = shown.room
    about = RecordMention(found.window.about)
    at = words.moment(found.window.closed_at or found.window.closes_at)
    blocks: list[Block] = [Heading(words.line("Input on {id} closed on {at}", id=about, at=at))]
    if late >= LATE_FROM:
        due = words.moment(found.window.closes_at)
        line = words.line("This comes late by {time}: it was due on {due}.", time=span(words, late), due=due)
        blocks.append(Note(line))
    blocks.append(Paragraph(spoken(words, shown)))
    rows = by_group(words, shown, only_spoken=True)
    if rows:
        blocks.append(Fields(tuple(rows)))
    blocks += _unresolved(words, shown)
    if found.window.state == CLOSED and group is not None and group.id == found.decision.group_id:
        blocks += _asked_of_deciding(words, shown)
    return Message(tuple(blocks))


def span(words: Words, length: timedelta) -> str:
    """ "3 h" or "2 d": how late something is."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return words("{n} min", n=minutes)
    return words("{n} h", n=minutes // 60) if minutes < 48 * 60 else words("{n} d", n=minutes // 1440)


def spoken(words: Words, shown: Story) -> Spans:
    """ "2 of 3 groups spoke. Silent: Bilbao. Silence says neither yes nor no."; one that then paused has spoken."""
    found = shown.room
    came = {row.group_id for row in found.rows if row.state in (ASKED, PAUSED)}
    spoke = {t.group_id for t in shown.tallies if not t.is_late and t.stance != TALK} & came
    counted = found.asked_ids | spoke
    if not counted:
        return words.line("No group is waited for.")
    line = words.plural("{spoke} of {n} group spoke.", "{spoke} of {n} groups spoke.", len(counted), spoke=len(spoke))
    passed = [found.groups[group.group_id] for group in found.asked if group.heard_at and group.group_id not in spoke]
    silent = [found.groups[group.group_id] for group in found.asked if group.heard_at is None]
    parts = [line]
    if passed:
        parts.append(words("Nothing to add: {groups}.", groups=listed(words, passed)))
    if silent:
        parts.append(words("Silent: {groups}. Silence says neither yes nor no.", groups=listed(words, silent)))
    return (Text(" ".join(parts)),)


def _unresolved(words: Words, shown: Story) -> list[Block]:
    """Concerns of before the close: the unresolved ones to the letter, the resolved ones by name."""
    mine = [concern for concern in shown.concerns if not concern.is_late]
    left = [concern for concern in mine if concern.state != RESOLVED]
    blocks: list[Block] = []
    if left:
        blocks.append(Paragraph((Bold(words("Concerns that are not resolved")),)))
    for concern in left:
        blocks += quoted(words, shown, concern)
    resolved = [f"C-{concern.id}" for concern in mine if concern.state == RESOLVED]
    if resolved:
        blocks.append(Paragraph(words.line("Resolved: {ids}.", ids=", ".join(resolved))))
    return blocks or [Paragraph((Text(words("No concern was raised.")),))]


def _asked_of_deciding(words: Words, shown: Story) -> list[Block]:
    """What is left to do: an answer to each concern that has none, and the outcome."""
    found = shown.room
    group, outcome = mention(found.deciding), f"/outcome {found.window.about} …"
    open_ids = [f"C-{concern.id}" for concern in shown.concerns if concern.state == OPEN]
    ways = outcome_actions(words, found)
    if not open_ids:
        line = words.line("{group}, it is yours: say what becomes of it ({outcome}).", group=group, outcome=outcome)
        return [Paragraph(line), ways]
    line = words.line(
        "{group}, it is yours: answer each concern ({answer}), then say what becomes of it ({outcome}).",
        group=group,
        answer=f"/answer {open_ids[0]} …",
        outcome=outcome,
    )
    answers = tuple(Action(words("Answer {id}", id=id), f"/answer {id}") for id in open_ids[:ANSWERS_OFFERED])
    return [Paragraph(line), Actions(answers), ways]


def outcome(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What became of it, with the dissent that goes with it, to the letter."""
    found = room(ctx.db, ctx.network.id, args["number"])
    if found is None or gone(ctx.words, found):
        return None
    if not is_readable(found.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, found)
    if args.get("round", 1) < found.window.round:
        return _opened_since(ctx, found, args["round"])
    words, shown = ctx.words, story(ctx.db, found, ctx.channel.id, 0)
    line = words.line(
        "{group} on {id}: {outcome}",
        group=mention(found.deciding),
        id=RecordMention(found.window.about),
        outcome=Bold(outcome_word(words, found)),
    )
    blocks: list[Block] = [Heading(line)]
    if found.window.outcome_text:
        blocks.append(Quote(found.window.outcome_text))
    blocks.append(Paragraph(spoken(words, shown)))
    return Message((*blocks, *dissent(words, shown)))


def dissent(words: Words, shown: Story) -> list[Block]:
    """The concerns that were carried into the outcome, each said to be answered or not, and those at rest."""
    carried = [concern for concern in shown.concerns if concern.state in (CARRIED, RESTED)]
    if not carried:
        return []
    blocks: list[Block] = [Paragraph((Bold(words("Concerns that stay with it")),))]
    for concern in carried:
        blocks += quoted(words, shown, concern)
    return blocks


def _opened_since(ctx: ViewContext, found: Room, round: int) -> Message | None:
    """What is left of a summary or an outcome once the window was opened again; the concerns stand in the newer one."""
    rounds = window_rounds.rounds(ctx.db, ctx.network.id, found.window.number)
    told = [block for each in rounds if each.round == round for block in round_told(ctx.words, found, each)]
    return Message(tuple(told)) if told else None


def round_told(words: Words, found: Room, round: Round) -> list[Block]:
    """What became of a window before it was opened again."""
    about, at = RecordMention(found.window.about), words.moment(round.outcome_at or round.closed_at)
    if not round.outcome:
        return [Paragraph(words.line("{id} closed on {at}, and was opened again.", id=about, at=at))]
    given = replace(found.window, outcome=round.outcome, is_review=round.is_review)
    outcome = Bold(outcome_word(words, replace(found, window=given)))
    blocks: list[Block] = [
        Paragraph(words.line("Outcome on {at}: {outcome}. It was opened again since.", at=at, outcome=outcome))
    ]
    return [*blocks, Quote(round.outcome_text)] if round.outcome_text else blocks


def whole(
    words: Words,
    shown: Story,
    said: Sequence[Contribution],
    names: Mapping[int, str],
    earlier: Sequence[Round] = (),
) -> tuple[Block, ...]:
    """The window's part of all that is to be said about a decision: every concern and every word."""
    found = shown.room
    blocks: list[Block] = [Paragraph((Bold(words("Input")),))]
    blocks += [block for each in earlier for block in round_told(words, found, each)]
    blocks.append(Paragraph(state(words, found, None)))
    if found.window.outcome_text:
        blocks.append(Quote(found.window.outcome_text))
    blocks.append(Fields(tuple(by_group(words, shown))))
    for concern in shown.concerns:
        blocks += quoted(words, shown, concern)
    lines = [_told(words, shown, given, names) for given in said if given.redacted_at is None and not given.is_concern]
    return (*blocks, Bullets(tuple(lines))) if lines else tuple(blocks)


def _told(words: Words, shown: Story, given: Contribution, names: Mapping[int, str]) -> Spans:
    id, kind, group = RecordMention(f"C-{given.id}"), kind_word(words, given.stance), shown.group(given.group_id)
    if not given.is_shown_in(shown.here):
        stays = words("(its words stay in the channel where they were said)")
        return words.line("{id} {kind} ({group}): {text}", id=id, kind=kind, group=group, text=stays)
    name, text = names.get(given.person_id, "?"), given.text or words("(without words)")
    line = words.line("{id} {kind}, {name} ({group}): {text}", id=id, kind=kind, name=name, group=group, text=text)
    return (*line, Text(" " + words("(came late)"))) if given.is_late else line
