"""What marks a window's head beside its state: that it is urgent, a thing of the past, or without its words."""

from __future__ import annotations

from bot.core.language import Words, mark
from bot.core.message import Block, Bold, Code, Paragraph, RecordMention
from bot.features.input_windows.rooms import Room

_PAST = {
    "superseded": mark("It has been superseded since: {command}"),
    "reversed": mark("It has been reversed since: {command}"),
    "expired": mark("It has ended since, as nobody renewed it: {command}"),
}


def standing(words: Words, found: Room) -> tuple[Block, ...]:
    """Nothing for what stands; what was taken before those affected were asked is urgent until it has its outcome."""
    decision = found.decision
    if decision.redacted_at is not None:
        at = words.moment(decision.redacted_at)
        return (
            Paragraph(words.line("The words of {id} were redacted on {at}.", id=RecordMention(decision.id), at=at)),
        )
    if decision.status in _PAST:
        return (Paragraph(words.line(_PAST[decision.status], command=Code(f"/show {decision.id}"))),)
    return (Paragraph((Bold(words("Urgent")),)),) if is_urgent(found) else ()


def is_urgent(found: Room) -> bool:
    """Whether it was taken before those affected were asked, stands, and has no outcome yet."""
    decision = found.decision
    has_words = decision.redacted_at is None and decision.status not in _PAST
    return has_words and found.window.is_review and bool(decision.urgent) and not found.window.outcome
