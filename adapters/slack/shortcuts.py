"""Shortcuts on messages: a command's form, with what the message says in it. The commands come from the composition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.slack import inbound, limits
from adapters.slack.port import PLATFORM, Known, Payload
from bot.core.conversation import Quoted
from storage import delivery, places
from storage.work import Tx, Work

TITLE = 300


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`callback_id` and `label` stand in the manifest. Of the command's form, `title` takes the first line of the
    message, `text` all of it, and `about` the record in whose thread it was said; `given` is filled in as it is.
    """

    callback_id: str
    label: str
    command: str
    title: str = ""
    text: str = ""
    about: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a shortcut asks: a command, what stands in the fields of its form, and the message itself."""

    command: str
    values: Mapping[str, str]
    quoted: Quoted | None = None


class Shortcuts:
    """Knows which shortcut a payload is of."""

    def __init__(self, work: Work, shortcuts: Sequence[Shortcut]) -> None:
        self._work = work
        self._by_id = {each.callback_id: each for each in shortcuts}

    async def asked(self, payload: Payload, known: Known) -> Asked:
        """What is asked; the help for a shortcut that this version does not have. Raises what reading raises."""
        shortcut = self._by_id.get(str(payload.get("callback_id")))
        if shortcut is None:
            return Asked("help", {})
        record = await self._work.read(lambda tx: _record(tx, payload, known)) if shortcut.about else ""
        return asked(shortcut, payload, known, record)


def asked(shortcut: Shortcut, payload: Payload, known: Known, record: str) -> Asked:
    """`record`: in whose thread the message stands, "" for none. Pure."""
    message: Mapping[str, object] = payload.get("message") or {}
    user: Mapping[str, object] = payload.get("user") or {}
    quoted = inbound.quoted(message, known, str(user.get("id")))
    said = quoted.text.strip() if quoted else ""
    lines = said.splitlines() or [""]
    values = dict(shortcut.given)
    if shortcut.title:
        values[shortcut.title] = limits.shortened(lines[0].strip(), TITLE)
    if shortcut.text and (len(lines) > 1 or len(lines[0]) > TITLE or not shortcut.title):
        values[shortcut.text] = said
    if record:
        values[shortcut.about] = record
    return Asked(shortcut.command, values, quoted)


def _record(tx: Tx, payload: Payload, known: Known) -> str:
    """The record that the thread of a message is about."""
    message: Mapping[str, object] = payload.get("message") or {}
    channel, root = str((payload.get("channel") or {}).get("id")), message.get("thread_ts") or message.get("ts")
    place = places.known(tx.db, PLATFORM, known.workspace, channel)
    if place is None or not root:
        return ""
    key = known.keys.get((channel, str(root)))
    found = delivery.about(tx.db, place.network_id, place.channel_id, str(root), key)
    return found[1] if found else ""
