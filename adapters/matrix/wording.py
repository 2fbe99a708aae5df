"""A neutral message in the words of Matrix: commands begin with "!", offered reactions stand in the text. Pure."""

from __future__ import annotations

import re
from functools import partial

from bot.core.language import Words
from bot.core.message import Action, Actions, Block, Message
from bot.core.rewording import reworded

_COMMAND = re.compile(r"/(?=[a-z][a-z-]*(?:\s|$))")


def worded(message: Message, prefix: str = "!", words: Words | None = None) -> Message:
    """The same message as a person in a room has to read it: also of buttons there is only what they would do."""
    blocks = tuple(_block(block, prefix) for block in message.blocks)
    return reworded(Message(blocks, message.reactions), partial(typed, prefix=prefix), words or Words())


def typed(command: str, prefix: str = "!") -> str:
    """A command as it is typed in a room: clients keep what begins with "/" to themselves."""
    return _COMMAND.sub(prefix, command, count=1) if _COMMAND.match(command) else command


def _block(block: Block, prefix: str) -> Block:
    if not isinstance(block, Actions):
        return block
    return Actions(tuple(Action(a.label, typed(a.command, prefix), a.style) for a in block.actions))
