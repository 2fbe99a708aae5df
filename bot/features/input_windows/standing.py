"""What marks a window's head beside its state: that it is urgent, or that the decision is a thing of the past."""

from __future__ import annotations

from bot.core.language import Words, mark
from bot.core.message import Block, Bold, Code, Paragraph
from bot.features.input_windows.rooms import Room

_PAST = {
    "superseded": mark("It has been superseded since: {command}"),
    "reversed": mark("It has been reversed since: {command}"),
    "expired": mark("It has ended since, as nobody renewed it: {command}"),
}


def standing(words: Words, found: Room) -> tuple[Block, ...]:
    """Nothing for what stands; what was taken before those affected were asked is urgent until it has its outcome."""
    decision = found.decision
    if decision.status in _PAST:
        return (Paragraph(words.line(_PAST[decision.status], command=Code(f"/show {decision.id}"))),)
    if found.window.is_review and decision.urgent and not found.window.outcome:
        return (Paragraph((Bold(words("Urgent")),)),)
    return ()
