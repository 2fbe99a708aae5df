"""A neutral message in the words of Slack: commands begin with "/mycel", offered reactions stand in the text. Pure."""

from __future__ import annotations

import re

from bot.core.language import Words
from bot.core.message import Message
from bot.core.rewording import reworded

OWN = ("decide", "propose", "conflicts", "mycel")
"""The slash commands that there are; every other command stands behind /mycel."""
_COMMAND = re.compile(r"/(?P<name>[a-z][a-z-]*)(?=\s|$)")


def worded(message: Message, words: Words) -> Message:
    """The same message as a person in Slack has to read it; buttons carry their commands as declared."""
    return reworded(message, typed, words)


def typed(command: str) -> str:
    """A command as it is typed in Slack: "/show D-1" is "/mycel show D-1"."""
    found = _COMMAND.match(command)
    return f"/mycel {command[1:]}" if found and found["name"] not in OWN else command
