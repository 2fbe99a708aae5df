"""App Home: what somebody owes, what is open, what their groups decided; for stewards, how to go on. Pure.

Every part is the answer of a reading command, as it would be typed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.slack import limits
from adapters.slack.markup import Names
from adapters.slack.port import Payload
from adapters.slack.render import Kit, kits
from adapters.slack.wording import worded
from bot.core.language import Words, mark
from bot.core.message import Action, Actions, Block, Code, Heading, Message, Note, Paragraph, Text

A_PART = 18
"""So many blocks of one part, as there is room for 100 in all; what is left out says so."""
HOME = "home"
OWED, OPEN, DECIDED, SETUP = mark("What you owe"), mark("Open for input"), mark("Decisions of {group}"), mark("Setup")
MORE = mark("There is more: {command}")
NOT_YET = mark("Nothing here yet. Once you speak in a group's channel, or log a decision there, it shows here.")
NO_NETWORK = mark("This workspace belongs to no network yet. Somebody with a code connects it: {join} or {steward}")
SET_UP = mark("In a group's channel, {group} makes it the group's home. Codes are for one workspace and one use.")
INVITE, ROLES, HELP = mark("Invite another workspace"), mark("Roles"), mark("All commands")
DECIDE = mark("Log a decision")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: `command` is what was asked, "" for what is always said."""

    title: str
    command: str
    message: Message


def view(parts: Sequence[Part], words: Words, dm: str) -> Kit:
    """The page. `dm`: the person's direct channel, in which buttons of the page act."""
    blocks: list[Kit] = []
    for part in parts:
        blocks += _part(part, words)
    return {
        "type": HOME,
        "callback_id": HOME,
        "private_metadata": json.dumps({"dm": dm}),
        "blocks": blocks[: limits.VIEW_BLOCKS] or kits((Paragraph(words.line(NOT_YET)),), Names()),
    }


def dm_of(shown: Payload) -> str:
    """The direct channel that a page was made for; "" for other views."""
    if shown.get("type") != HOME:
        return ""
    data = json.loads(str(shown.get("private_metadata") or "{}"))
    return str(data.get("dm") or "")


def _part(part: Part, words: Words) -> list[Kit]:
    shown = worded(part.message, words)
    made = kits(shown.blocks, Names())
    if len(made) > A_PART:
        more = Note(words.line(MORE, command=Code(f"/{part.command}")))
        made = [*made[:A_PART], *kits(worded(Message((more,)), words).blocks, Names())]
    head = kits((Heading((Text(part.title),)),), Names())
    return [*head, *made, {"type": "divider"}]


def buttons(words: Words, *, is_steward: bool, commands: Mapping[str, object]) -> Message:
    """What can be done from here, as far as it is declared."""
    wanted = [(words(DECIDE), "decide"), (words(HELP), "help")]
    if is_steward:
        wanted += [(words(INVITE), "invite"), (words(ROLES), "roles")]
    actions = tuple(Action(label, f"/{name}") for label, name in wanted if name in commands)
    return Message((Actions(actions),))


def setup(words: Words) -> Message:
    """For stewards: how groups and workspaces come in."""
    blocks: list[Block] = [Paragraph(words.line(SET_UP, group=Code("/group NAME --tz Area/City")))]
    return Message(tuple(blocks))


def no_network(words: Words) -> Message:
    """The workspace has to be connected first."""
    line = words.line(NO_NETWORK, join=Code("/join CODE"), steward=Code("/steward CODE"))
    return Message((Paragraph(line),))
