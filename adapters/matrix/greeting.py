"""The first message in a room that Mycel has joined: what it does, and how the room becomes a group's. Pure."""

from __future__ import annotations

from bot.core.language import Words, mark
from bot.core.message import Code, Message, Paragraph

HELLO = mark("I am Mycel. I keep what groups decide, ask those affected for their input, and remember why.")
BIND = mark("To make this room the home of your group: {group}")
START = mark("Then {decide} logs a decision. {help} lists everything; what is said outside my threads I do not keep.")
ALONE = mark("Here, alone with me, you can type commands without “!”: {whoami} shows what I know of you.")
HELP = mark("{help} lists everything. What changes a group's decision is done in that group's room.")


def greeting(words: Words, *, is_direct: bool) -> Message:
    """Three lines, in a room of many or alone with one person."""
    if is_direct:
        lines = (
            words.line(HELLO),
            words.line(ALONE, whoami=Code("whoami")),
            words.line(HELP, help=Code("help")),
        )
    else:
        lines = (
            words.line(HELLO),
            words.line(BIND, group=Code("/group NAME --tz Area/City")),
            words.line(START, decide=Code("/decide …"), help=Code("/help")),
        )
    return Message(tuple(Paragraph(line) for line in lines))
