"""Which message or button a line of a script means. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adapters.local.script_steps import Deed, Presses, ScriptError
from bot.core.message import Action, Actions, Message, block_to_plain
from bot.core.message_json import from_json
from storage.local_chat import LocalMessage


def button(step: Presses, message: Message) -> Action | None:
    """The button of that label on a message, if the message has one and is about the right record."""
    actions: Iterable[Action] = (a for block in message.blocks if isinstance(block, Actions) for a in block.actions)
    is_about = not step.about or _mentions(step.about, message)
    return next((a for a in actions if is_about and a.label.casefold() == step.label.casefold()), None)


def _mentions(about: str, message: Message) -> bool:
    return any(_names(about, block_to_plain(block)) for block in message.blocks)


def _names(about: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(about)}\b", text) is not None


def about(step: Deed, messages: list[LocalMessage]) -> LocalMessage:
    """The first message of the bot about a record; without a record the latest message. Raises ScriptError."""
    if not step.about:
        if not messages:
            raise ScriptError(step.line, f"Nothing has been said in {step.channel} yet.")
        return messages[-1]
    roots = [m for m in messages if m.account is None and m.thread is None]
    read = [(m, from_json(m.body)) for m in roots]
    for message, shown in read:
        if shown.blocks and _names(step.about, block_to_plain(shown.blocks[0])):
            return message
    for message, shown in read:
        if _mentions(step.about, shown):
            return message
    raise ScriptError(step.line, f"There is no message about {step.about} in {step.channel}.")


def last_of(step: Deed, messages: list[LocalMessage]) -> LocalMessage:
    """What somebody said last. Raises ScriptError."""
    own = [m for m in messages if m.account == step.who]
    if not own:
        raise ScriptError(step.line, f"{step.who} has said nothing in {step.channel}.")
    return own[-1]


def last_said(step: Deed, messages: list[LocalMessage]) -> LocalMessage:
    """What a person said last in the channel, outside threads. Raises ScriptError."""
    said = [m for m in messages if m.account is not None and m.thread is None]
    if not said:
        raise ScriptError(step.line, f"Nobody has said anything in {step.channel} yet.")
    return said[-1]
