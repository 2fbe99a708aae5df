"""What is answered about quiet, and about why something was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core import telling
from bot.core.language import Words, mark
from bot.core.message import Action, Actions, Bullets, Code, Message, Note, Paragraph, RecordMention, Spans, Text
from bot.core.registry import Registry
from storage.attention import Attention
from storage.tellings import TOLD, WAITING, Told

REASONS = {
    telling.QUIET: mark("it waited for your working hours"),
    telling.SNOOZED: mark("this group had asked for quiet"),
    telling.ENOUGH: mark("enough had come in the seven days before"),
    telling.NEAR: mark("it kept some hours from the message before"),
    telling.LATE: mark("it came too late to help"),
    telling.HOMELESS: mark("this group had no channel then"),
    telling.NOT_NEEDED: mark("it was not needed any more"),
    telling.IN_DIGEST: mark("the digest came at the same time and says it"),
    telling.AWAY: mark("this group was paused"),
}


def snoozed(words: Words, state: Attention, now: datetime) -> Message:
    """The answer to `snooze`."""
    until = state.snoozed_until
    if until is None or until <= now:
        line = words.line("Reminders and questions come as usual. Quiet: {command}", command=Code("/snooze 3d"))
        return Message((Paragraph(line),))
    line = words.line(
        "No reminders and no questions here until {moment}. The digest still comes.", moment=words.moment(until)
    )
    return Message((Paragraph(line), Actions((Action(words("End it"), "/snooze off"),))))


def lately(words: Words, found: Sequence[Told], registry: Registry) -> Message:
    """What was said to a group in the last weeks, or left unsaid, the newest first."""
    if not found:
        line = words.line("Mycel has said nothing here of its own accord in the last 30 days.")
        return Message((Paragraph(line),))
    opening = words.line(
        "Of its own accord Mycel says at most {n} things a week here, in your working hours, beside the digest.",
        n=telling.MOST_A_WEEK,
    )
    return Message((Paragraph(opening), Bullets(tuple(_listed(words, told, registry) for told in found))))


def explained(words: Words, found: Sequence[Told], registry: Registry) -> Message:
    """Why something was said: each reason of the message that said it."""
    whys = [_why(words, told, registry) for told in found]
    said = Bullets(tuple(whys)) if len(whys) > 1 else Paragraph(whys[0])
    return Message((said, Note(_when(words, found[0]))))


def _listed(words: Words, told: Told, registry: Registry) -> Spans:
    id = RecordMention(f"{telling.LETTER}-{told.id}")
    return (id, Text(": "), *_why(words, told, registry), Text(" "), *_when(words, told))


def _why(words: Words, told: Told, registry: Registry) -> Spans:
    declared = registry.tellings.get(told.kind)
    why = declared.why(words, told) if declared else (RecordMention(told.about),)
    return words.line("Your group gets {why}", why=why)


def _when(words: Words, told: Told) -> Spans:
    because = words(REASONS[told.reason]) if told.reason in REASONS else ""
    if told.state == WAITING or told.ended_at is None:
        at = words.moment(told.due_at)
        return words.line("It comes on {moment} ({why}).", moment=at, why=because or words("soon"))
    at = words.moment(told.ended_at)
    if told.state == TOLD:
        return words.line("Said on {moment}.", moment=at)
    return words.line("Not said, on {moment}: {why}.", moment=at, why=because)
