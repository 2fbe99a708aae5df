"""What comes from Slack, from beginning to end: understood, handed to Mycel, answered. Raises where Slack has to know
that nothing was stored; everything else is acknowledged after the commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

from adapters.slack import answering, forms, home, inbound
from adapters.slack.errors import SlackError
from adapters.slack.forms import Origin
from adapters.slack.happenings import Happenings
from adapters.slack.pages import Pages
from adapters.slack.port import Known, Payload
from adapters.slack.presence import Presence
from adapters.slack.render import Kit
from adapters.slack.scenes import Scenes
from adapters.slack.shortcuts import Shortcut, Shortcuts
from adapters.slack.voice import Spot, Voice
from adapters.slack.workspaces import Installed
from bot.core.conversation import CommandTyped, Incoming, Place, Quoted
from bot.core.dispatch import Dispatch
from bot.core.language import Words
from bot.core.message import Message
from bot.core.replies import Answer, Form, Invalid, Nothing, Reply
from storage import places
from storage.work import Work

log = logging.getLogger("mycel.slack")

ACK_WITHIN_S = 2.6
"""Slack waits three seconds. What took longer is answered by the response url: its acknowledgement is not heard."""
OPEN_WITHIN_S = 1.5
REMEMBERED = 5_000

SAID = frozenset(("message", "reaction_added", "reaction_removed", "member_joined_channel", "member_left_channel"))
Ack = Mapping[str, Any]
"""The body of an acknowledgement; empty for a mere one."""
NOTHING: Ack = {}


@dataclass(frozen=True, slots=True)
class Tools:
    """What the handlers stand on. `clock`: aware UTC."""

    work: Work
    dispatch: Dispatch
    clock: Callable[[], datetime]
    scenes: Scenes
    voice: Voice
    pages: Pages
    shortcuts: Sequence[Shortcut]
    happenings: Happenings


class Handling:
    """Handles what comes in for one app."""

    def __init__(self, tools: Tools) -> None:
        self._tools, self._voice, self._scenes = tools, tools.voice, tools.scenes
        self._shortcuts = Shortcuts(tools.work, tools.shortcuts)
        self._presence = Presence(tools.work, tools.voice)
        self._answered: dict[str, None] = {}

    async def command(self, payload: Payload) -> Ack:
        """A slash command: its answer is the acknowledgement's body. Raises what dispatch raises."""
        began, found = monotonic(), await self._found(payload, str(payload.get("channel_id") or ""))
        if found is None:
            return NOTHING
        installed, known = found
        incoming = inbound.command(payload, known, self._tools.clock())
        reply = await self._tools.dispatch.handle(incoming)
        spot = _spot(payload, incoming)
        self._presence.look(installed.api, known, spot)
        if isinstance(reply, Form):
            reply = await self._opened(reply, payload, installed, incoming.place, spot)
        message = _message_of(reply)
        if message is None:
            return NOTHING
        said = await self._voice.parts(known, spot.channel, message)
        if monotonic() - began > ACK_WITHIN_S:
            self._voice.later(lambda: self._voice.say(installed.api, spot, said))
            return NOTHING
        if said[1:]:
            self._voice.later(lambda: self._voice.say(installed.api, spot, said[1:]))
        return answering.body(said[0])

    async def press(self, payload: Payload) -> Ack:
        """A button: its value is a command, authorised anew. Raises what dispatch raises."""
        text = next((str(a["value"]) for a in payload.get("actions") or () if a.get("value")), "")
        shown: Mapping[str, Any] = payload.get("view") or {}
        container: Mapping[str, Any] = payload.get("container") or {}
        channel: Mapping[str, Any] = payload.get("channel") or {}
        dm = home.dm_of(shown)
        found = await self._found(payload, str(container.get("channel_id") or channel.get("id") or dm))
        if found is None or not text:
            return NOTHING
        installed, known = found
        if dm:
            payload = {**payload, "channel": {"id": dm}}
        incoming = inbound.press(payload, known, self._tools.clock(), text)
        reply = await self._tools.dispatch.handle(incoming)
        if shown:
            self._voice.later(lambda: self._show(reply, payload, installed, known, incoming.place))
        else:
            spot = _spot(payload, incoming, replaces=bool(container.get("is_ephemeral")) and isinstance(reply, Answer))
            self._voice.later(lambda: self._answer(reply, payload, installed, known, incoming, spot))
        return NOTHING

    async def shortcut(self, payload: Payload) -> Ack:
        """A shortcut on a message: a form with the message's words in it. Raises what dispatch raises."""
        channel: Mapping[str, Any] = payload.get("channel") or {}
        found = await self._found(payload, str(channel.get("id") or ""))
        if found is None:
            return NOTHING
        installed, known = found
        asked = await self._shortcuts.asked(payload, known)
        incoming = inbound.asked(payload, known, self._tools.clock(), asked.command)
        reply = await self._tools.dispatch.handle(incoming)
        if isinstance(reply, Form):
            reply = forms.filled(reply, asked.values)
        self._voice.later(
            lambda: self._answer(reply, payload, installed, known, incoming, _spot(payload, incoming), asked.quoted)
        )
        return NOTHING

    async def submission(self, payload: Payload) -> Ack:
        """A form came back: errors stand at their fields, and what was typed stays. Raises what dispatch raises."""
        shown: Mapping[str, Any] = payload["view"]
        if shown.get("callback_id") != forms.FORM:
            return NOTHING
        origin = forms.origin_of(shown)
        found = await self._found(payload, origin.place.channel)
        if found is None:
            return NOTHING
        installed, known = found
        values = {**origin.hidden, **forms.values(shown)}
        now = self._tools.clock()
        place = replace(origin.place, is_restricted=known.is_private)
        incoming = inbound.submission(payload, known, now, place, origin.command, values, origin.quoted)
        reply = await self._tools.dispatch.handle(incoming)
        words = await self._voice.words_of(known.workspace, origin.place.channel)
        match reply:
            case Invalid(message, errors):
                at_fields = forms.errors(shown, errors)
                if at_fields:
                    return {"response_action": "errors", "errors": at_fields}
                return {"response_action": "update", "view": forms.with_problem(shown, message, words)}
            case Form():
                next_origin = Origin(reply.command, origin.place, origin.response_url, reply.hidden, origin.quoted)
                return {"response_action": "update", "view": forms.view(reply, words, next_origin)}
            case _:
                spot = Spot(origin.place.channel, incoming.actor.user, origin.place.thread, origin.response_url)
                self._voice.later(lambda: self._answer(reply, payload, installed, known, incoming, spot))
                return NOTHING

    async def event(self, payload: Payload) -> Ack:
        """An event; the same again does nothing anew. Raises what dispatch raises."""
        what: Mapping[str, Any] = payload["event"]
        if await self._tools.happenings.took(payload, what):
            return NOTHING
        installed = await self._scenes.installed(payload)
        if installed is None:
            return NOTHING
        channel = str(what.get("channel") or (what.get("item") or {}).get("channel") or "")
        workspace, is_bound = await self._scenes.workspace_of(installed, channel)
        if not is_bound and what.get("type") in SAID and not channel.startswith("D"):
            # What is said in channels that are nobody's leaves no trace at all.
            self._tools.happenings.greet(what, installed)
            return NOTHING
        known = await self._scenes.known(installed, payload, workspace)
        if what.get("type") == "app_home_opened":
            if what.get("tab", "home") == "home":
                self._voice.later(lambda: self._publish(installed, known, str(what["user"]), channel, payload))
            return NOTHING
        if is_bound:
            await self._learn_root(installed, what, workspace)
        incoming = inbound.event(payload, known)
        if incoming is None or not (is_bound or isinstance(incoming, CommandTyped)):
            return NOTHING
        if isinstance(incoming, CommandTyped) and incoming.replied_to and self._wants_quoted(incoming):
            root = await self._scenes.message(installed, channel, incoming.replied_to)
            quoted = inbound.quoted(root, known, incoming.actor.user) if root else None
            incoming = replace(incoming, quoted=quoted)
        before = await self._before(incoming)
        reply = await self._tools.dispatch.handle(incoming)
        self._remember(incoming.event_key)
        if isinstance(reply, Nothing) and before is not None:
            reply = Answer(answering.lost_answer(before, await self._voice.words_of(workspace, channel)))
        spot = Spot(channel, incoming.actor.user, incoming.place.thread)
        self._voice.later(lambda: self._answer(reply, payload, installed, known, incoming, spot))
        return NOTHING

    def _wants_quoted(self, incoming: CommandTyped) -> bool:
        return self._tools.dispatch.registry.wants_quoted(incoming.text)

    async def _found(self, payload: Payload, channel: str) -> tuple[Installed, Known] | None:
        installed = await self._scenes.installed(payload)
        if installed is None:
            return None
        workspace, _ = await self._scenes.workspace_of(installed, channel)
        return installed, await self._scenes.known(installed, payload, workspace)

    async def _learn_root(self, installed: Installed, what: Payload, workspace: str) -> None:
        try:
            await self._scenes.learn_root(installed, what, workspace)
        except SlackError as error:
            # Slack sends the event again; then the id may be stored.
            if not error.permanent:
                raise
            log.warning("a root could not be read back: %s", error.reason)

    async def _before(self, incoming: Incoming) -> str | None:
        """What came of a command in an earlier run, whose answer may have been lost; None where there was none."""
        if not isinstance(incoming, CommandTyped) or incoming.event_key in self._answered:
            return None
        return await self._tools.work.read(lambda tx: places.handled_as(tx.db, incoming.source, incoming.event_key))

    def _remember(self, event_key: str) -> None:
        self._answered[event_key] = None
        while len(self._answered) > REMEMBERED:
            del self._answered[next(iter(self._answered))]

    async def _answer(
        self,
        reply: Reply,
        payload: Payload,
        installed: Installed,
        known: Known,
        incoming: Incoming,
        spot: Spot,
        quoted: Quoted | None = None,
    ) -> None:
        if isinstance(reply, Form):
            text = incoming.text if isinstance(incoming, CommandTyped) else ""
            reply = await self._opened(reply, payload, installed, incoming.place, spot, text=text, quoted=quoted)
        message = _message_of(reply)
        if message is not None:
            await self._voice.say(installed.api, spot, await self._voice.parts(known, spot.channel, message))

    async def _opened(
        self,
        form: Form,
        payload: Payload,
        installed: Installed,
        place: Place,
        spot: Spot,
        *,
        text: str = "",
        quoted: Quoted | None = None,
    ) -> Reply:
        """Opens the form as a modal. Where that cannot be, the answer is a guide, with a button that opens it."""
        words = await self._voice.words_of(place.workspace, place.channel)
        trigger = payload.get("trigger_id")
        if not trigger:
            return Answer(answering.guide(form, words, f"/{text}" if text else ""))
        origin = Origin(form.command, place, spot.response_url, form.hidden, quoted)
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                await installed.api.call("views.open", trigger_id=trigger, view=forms.view(form, words, origin))
        except (SlackError, TimeoutError) as error:
            log.warning("a form could not be opened: %s", error)
            return Answer(answering.guide(form, words))
        return Nothing()

    async def _show(self, reply: Reply, payload: Payload, installed: Installed, known: Known, place: Place) -> None:
        """Answers what was pressed in App Home, or in a modal, where there is no channel to answer in."""
        words: Words = await self._voice.words_of(place.workspace, place.channel)
        view: Kit | None = None
        message = _message_of(reply)
        if isinstance(reply, Form):
            view = forms.view(reply, words, Origin(reply.command, place, "", reply.hidden))
        elif message is not None:
            view = forms.shown(message, "Mycel", words)
        shown: Mapping[str, Any] = payload["view"]
        if view is not None and shown.get("type") == "modal":
            await installed.api.call("views.update", view_id=shown["id"], view=view)
        elif view is not None:
            await installed.api.call("views.open", trigger_id=payload["trigger_id"], view=view)
        dm = home.dm_of(shown)
        if dm:
            await self._publish(installed, known, str(payload["user"]["id"]), dm, payload)

    async def _publish(self, installed: Installed, known: Known, user: str, dm: str, payload: Payload) -> None:
        key = str(payload.get("event_id") or payload.get("trigger_id"))
        view = await self._tools.pages.page(known, user, dm, key, self._tools.clock())
        await installed.api.call("views.publish", user_id=user, view=view)


def _message_of(reply: Reply) -> Message | None:
    return reply.message if isinstance(reply, (Answer, Invalid)) else None


def _spot(payload: Payload, incoming: Incoming, *, replaces: bool = False) -> Spot:
    place, url = incoming.place, str(payload.get("response_url") or "")
    return Spot(place.channel, incoming.actor.user, place.thread, url, replaces)
