"""What people do in Slack, and what they see: the way tests act."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.support.slack import channels, chat, installing, kit, markup, payloads, shown, views
from tests.support.slack.calling import Refused
from tests.support.slack.outgoing import COMMAND, INTERACTIVE, Ack
from tests.support.slack.server import Slack
from tests.support.slack.shown import Shown
from tests.support.slack.world import Account, Channel, Json, Message, View, Workspace

TROUBLE = "We had some trouble connecting. Try again?"


class Team:
    """A workspace with people and channels."""

    def __init__(self, slack: Slack, name: str, *, enterprise_id: str | None = None, is_installed: bool = True) -> None:
        self.slack, self.world = slack, slack.world
        self.workspace = Workspace(self.world.id("T"), name, enterprise_id)
        self.world.workspaces[self.workspace.id] = self.workspace
        if is_installed:
            installing.install(self.world, self.workspace)

    @property
    def id(self) -> str:
        return self.workspace.id

    @property
    def token(self) -> str:
        return self.workspace.installed.token

    @property
    def bot(self) -> str:
        """The app's user here."""
        return self.workspace.installed.bot.id

    def person(self, name: str, zone: str | None = "UTC") -> Person:
        letter = "W" if self.workspace.enterprise_id else "U"
        account = Account(self.world.id(letter), name, name.capitalize(), self.workspace, zone)
        self.workspace.accounts[account.id] = account
        return Person(self.slack, account)

    def channel(self, name: str, *people: Person, kind: str = "channel", is_in: bool = True) -> Channel:
        """A channel with people; the app is in it where `is_in`."""
        members = {person.id for person in people} | ({self.bot} if is_in else set())
        channel = Channel(self.world.id("C"), kind, {self.id: name}, members)
        self.world.channels[channel.id] = channel
        return channel

    def share(self, channel: Channel, name: str, *people: Person, is_in: bool = True) -> None:
        """Slack Connect: the channel is also here, under a name of its own."""
        channel.names[self.id] = name
        channel.members |= {person.id for person in people}
        if is_in and self.workspace.installation is not None:
            channel.members.add(self.bot)
        told = {"type": "channel_shared", "connected_team_id": self.id, "channel": channel.id}
        self.slack.tell(self.world, channel, {**told, "event_ts": self.world.ts()})

    def uninstall(self) -> None:
        self.slack.uninstall(self.workspace)

    def authorize(self, location: str) -> str:
        """Somebody allows the app: from the address that /slack/install leads to, to the code that Slack sends back."""
        assert "client_id=" in location
        assert "state=" in location
        code = f"{self.world.id('code-')}"
        self.world.codes[code] = self.id
        return code

    def shown(self, channel: Channel, thread: str | None = None) -> list[Shown]:
        """What the channel shows, or one of its threads."""
        there = [m for m in channel.messages.values() if not m.is_gone]
        if thread is None:
            there = [m for m in there if m.thread in (None, m.ts) or m.raw.get("subtype") == "thread_broadcast"]
        else:
            there = [m for m in there if thread in (m.ts, m.thread)]
        return [shown.message(self.world, m.raw, channel.id) for m in there]


@dataclass
class Person:
    """Somebody at their Slack. What they do returns when the app has acknowledged it, or Slack has given up."""

    slack: Slack
    account: Account

    @property
    def id(self) -> str:
        return self.account.id

    @property
    def team(self) -> Workspace:
        return self.account.workspace

    async def types(self, channel: Channel, text: str) -> Ack:
        """A slash command. It cannot be typed in threads, and has to be one of the app's."""
        name, _, rest = text.partition(" ")
        if name not in self.slack.app.commands:
            raise AssertionError(f"{name} is not a valid command.")
        typed = self._encoded(rest) if self.slack.app.commands[name] else markup.escaped(rest)
        payload = payloads.command(self.slack.world, self.slack.url, self.account, channel, name, typed)
        ack = await self.slack.outgoing.send(COMMAND, payload)
        self._see_answer(channel, payload, ack)
        return ack

    async def says(self, channel: Channel, text: str, thread: str | None = None, **more: Any) -> Message:
        """A message. `more` goes into it as Slack would have it (`subtype`, `files`)."""
        world = self.slack.world
        raw: Json = {"type": "message", "user": self.id, "text": self._mentioned(text), "ts": world.ts()}
        raw |= {"client_msg_id": f"msg-{raw['ts']}", "team": self.team.id, "blocks": markup.rich_text(raw["text"])}
        if self.team.id != channel.teams[0]:
            raw |= {"user_team": self.team.id, "source_team": self.team.id}
        if thread:
            raw |= {"thread_ts": thread, "parent_user_id": channel.messages[thread].author}
            channel.messages[thread].raw.setdefault("thread_ts", thread)
        message = Message(raw | more, self.id, world.real() + world.history_lag_s)
        channel.messages[message.ts] = message
        await self._tell(channel, {**message.raw, "event_ts": message.ts})
        return message

    async def mentions(self, channel: Channel, text: str, thread: str | None = None) -> Message:
        """`text` after the app's name: "@Mycel decide …"."""
        return await self.says(channel, f"<@{self.team.installed.bot.id}> {text}", thread)

    def direct(self) -> Channel:
        """Their conversation with the app."""
        return self.slack.world.direct(self.team, self.id)

    async def edits(self, channel: Channel, message: Message, text: str) -> None:
        before, ts = dict(message.raw), self.slack.world.ts()
        edited = {"user": self.id, "ts": ts}
        typed = self._mentioned(text)
        message.raw |= {"text": typed, "blocks": markup.rich_text(typed), "edited": edited}
        await self._tell(channel, chat.changed(channel, dict(message.raw), before, ts))

    async def deletes(self, channel: Channel, message: Message) -> None:
        await self._tell(channel, chat.remove(self.slack.world, channel, message))

    async def reacts(self, channel: Channel, ts: str, emoji: str) -> None:
        self.slack.chat.react(self.slack.world, channel, channel.messages[ts], self.id, markup.short_name(emoji))
        await self.slack.outgoing.settled()

    async def unreacts(self, channel: Channel, ts: str, emoji: str) -> None:
        self.slack.chat.unreact(self.slack.world, channel, channel.messages[ts], self.id, markup.short_name(emoji))
        await self.slack.outgoing.settled()

    async def joins(self, channel: Channel) -> None:
        channel.members.add(self.id)
        await self._tell(channel, channels.joined(channel, self.account, self.slack.world.ts()))

    async def invites_the_app(self, channel: Channel) -> None:
        bot = self.team.installed.bot
        channel.members.add(bot.id)
        told = channels.joined(channel, bot, self.slack.world.ts())
        await self._tell(channel, {**told, "inviter": self.id})

    def sees(self, channel: Channel) -> list[Shown]:
        """What they alone see in a channel, oldest first."""
        mine = [e for e in self.slack.world.ephemerals if (e.user, e.channel) == (self.id, channel.id)]
        return [shown.message(self.slack.world, e.raw, channel.id) for e in mine if not e.is_gone]

    @property
    def modal(self) -> View | None:
        """What is open before them, on top."""
        stack = self.slack.world.screens.get(self.id, [])
        return stack[-1] if stack else None

    @property
    def modal_text(self) -> str:
        assert self.modal is not None, "no modal is open"
        title = self.modal.raw["title"]["text"]
        return f"{title}\n{shown.blocks_text(self.slack.world, self.modal.raw['blocks'])}"

    @property
    def home(self) -> Shown:
        """The app's home tab as they see it."""
        view = self.slack.world.homes.get(f"{self.team.id}/{self.id}")
        assert view is not None, "the home tab is empty"
        text = shown.blocks_text(self.slack.world, view.raw["blocks"])
        return Shown("", text, tuple(shown.buttons(view.raw["blocks"])), view.raw)

    async def opens_home(self, tab: str = "home") -> None:
        world, channel = self.slack.world, self.direct()
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": channel.id, "tab": tab}
        view = world.homes.get(f"{self.team.id}/{self.id}")
        if view is not None:
            event["view"] = view.given_out(world.app, self.team.installed)
        if "app_home_opened" in self.slack.app.events:
            await self.slack.outgoing.event(payloads.event(world, self.team, {**event, "event_ts": world.ts()}))

    async def presses(self, channel: Channel, message: Shown | Message, label: str) -> Ack:
        """A button of a message, of the app's or for them alone."""
        raw = message.raw
        block, element = shown.find_element(raw.get("blocks") or [], label)
        is_public = raw["ts"] in channel.messages
        action = _action(block, element)
        seen = "message" if is_public else "ephemeral"
        payload = payloads.click(self.slack.world, self.slack.url, self.account, channel, raw, action, seen)
        return await self._interact(payload)

    async def presses_in_view(self, label: str, chosen: str = "") -> Ack:
        """Something in the modal before them, or else in the home tab; `chosen`: an option of a menu."""
        view = self.modal or self.slack.world.homes[f"{self.team.id}/{self.id}"]
        block, element = shown.find_element(view.raw["blocks"], label)
        action = _action(block, element)
        if chosen:
            state = self._state(element, chosen)
            view.filled[block["block_id"], element["action_id"]] = state
            action |= {name: value for name, value in state.items() if name != "type"}
        return await self._interact(payloads.click_in_view(self.slack.world, self.account, view, action))

    async def runs_shortcut(self, name: str, channel: Channel | None = None, message: Message | None = None) -> Ack:
        """By the name that stands in the menu, on a message or from anywhere."""
        callback = self.slack.app.shortcuts[name]
        world = self.slack.world
        return await self._interact(payloads.shortcut(world, self.slack.url, self.account, callback, channel, message))

    def fills(self, **values: str | list[str]) -> None:
        """Fields of the modal, by label ("_" for a blank) or id; options by their words, people and channels by id."""
        assert self.modal is not None, "no modal is open"
        for name, value in values.items():
            label = name if any(b["block_id"] == name for b in self.modal.raw["blocks"]) else name.replace("_", " ")
            block, element = shown.find_element(self.modal.raw["blocks"], label)
            self.modal.filled[block["block_id"], element["action_id"]] = self._state(element, value)

    async def submits(self, **values: str | list[str]) -> Ack:
        """Fills in fields and sends the modal; Slack's own client refuses what is missing or too long."""
        self.fills(**values)
        view = self.modal
        assert view is not None
        _check_filled(view)
        payload = payloads.submission(self.slack.world, self.account, view)
        ack = await self.slack.outgoing.send(INTERACTIVE, payload)
        if not ack.is_ok:
            view.errors = {"": TROUBLE}
            return ack
        try:
            self._after_submission(view, ack.body if isinstance(ack.body, dict) else {})
        except Refused as refusal:
            self.slack.world.complaints.append(f"an answer to a submission: {refusal.body()}")
        return ack

    async def closes(self) -> None:
        """The modal on top."""
        view = self.slack.world.screens[self.id].pop()
        if view.raw.get("notify_on_close"):
            await self._interact(payloads.submission(self.slack.world, self.account, view, "view_closed"))

    async def suggests(self, label: str, typed: str) -> list[str]:
        """What a menu offers that asks the app while they type."""
        assert self.modal is not None, "no modal is open"
        block, element = shown.find_element(self.modal.raw["blocks"], label)
        ids = {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}
        given = self.modal.given_out(self.slack.app, self.team.installed)
        container = {"type": "view", "view_id": self.modal.id}
        payload = payloads.interaction(
            self.slack.world, "block_suggestion", self.account, container=container, view=given, **ids
        )
        del payload["trigger_id"]
        ack = await self._interact(payload)
        return [option["text"]["text"] for option in ack.body.get("options", [])]

    async def _tell(self, channel: Channel, event: Json) -> None:
        sent = [self.slack.outgoing.event(p) for p in payloads.events(self.slack.world, channel, event)]
        for each in sent:
            await each

    async def _interact(self, payload: Json) -> Ack:
        ack = await self.slack.outgoing.send(INTERACTIVE, payload)
        if not ack.is_ok:
            self.slack.world.complaints.append(f"{self.account.name} sees: {TROUBLE} ({ack.error})")
        return ack

    def _see_answer(self, channel: Channel, payload: Json, ack: Ack) -> None:
        """What the acknowledgement of a command says, or Slack's own words where it did not come."""
        world = self.slack.world
        to = world.response_urls[payload["response_url"].rpartition("/")[2]]
        if not ack.is_ok:
            reason = "operation_timeout" if ack.error == "http_timeout" else "dispatch_failed"
            self.slack.respond(to, {"text": f'{payload["command"]} failed with the error "{reason}"'})
        elif ack.body:
            body = ack.body if isinstance(ack.body, dict) else {"text": str(ack.body)}
            wrong = self.slack.respond(to, body)
            if wrong:
                world.complaints.append(f"an answer in an acknowledgement: {wrong}")

    def _after_submission(self, view: View, said: Json) -> None:
        stack = self.slack.world.screens[self.id]
        match said.get("response_action"):
            case None:
                stack.remove(view)
            case "clear":
                stack.clear()
            case "errors":
                inputs = {b["block_id"] for b in view.raw["blocks"] if b["type"] == "input"}
                if not said["errors"] or set(said["errors"]) - inputs:
                    raise Refused("invalid_arguments", f"errors for {said['errors']}")
                view.errors = dict(said["errors"])
            case "update":
                views.replaced(self.slack.world, view, views.checked(said["view"], "modal"))
            case "push":
                views.pushed(self.slack.world, stack, views.checked(said["view"], "modal"))
            case other:
                raise Refused("invalid_arguments", f"response_action {other}")

    def _state(self, element: Json, value: str | list[str]) -> Json:
        match element["type"]:
            case "static_select" | "radio_buttons":
                return views.state_of(element, shown.option(element, str(value)))
            case "multi_static_select" | "checkboxes":
                wanted = [value] if isinstance(value, str) else value
                return views.state_of(element, [shown.option(element, each) for each in wanted])
            case type if type.startswith("multi_"):
                return views.state_of(element, [value] if isinstance(value, str) else value)
            case _:
                return views.state_of(element, value)

    def _encoded(self, typed: str) -> str:
        """People and channels as Slack hands them on where a command asks for that."""

        def person(found: re.Match[str]) -> str:
            known = [a for a in self.team.accounts.values() if found[1] in (a.name, a.shown)]
            return f"<@{known[0].id}|{known[0].name}>" if known else found[0]

        def channel(found: re.Match[str]) -> str:
            here = [c for c in self.slack.world.channels.values() if c.names.get(self.team.id) == found[1]]
            return f"<#{here[0].id}|{found[1]}>" if here else found[0]

        text = re.sub(r"(?<!\S)@([\w.-]+)", person, markup.escaped(typed))
        return re.sub(r"(?<!\S)#([\w-]+)", channel, text)

    def _mentioned(self, typed: str) -> str:
        """A message's text: signs escaped, and "@Ana" or <@U…> as a mention."""
        known = {a.shown: a.id for a in self.team.accounts.values()}
        text = re.sub(r"&lt;(@[UW]\w+)&gt;", r"<\1>", markup.escaped(typed))
        return re.sub(r"(?<![<\w])@(\w+)", lambda m: f"<@{known[m[1]]}>" if m[1] in known else m[0], text)


def _action(block: Json, element: Json) -> Json:
    known = ("type", "text", "value", "style", "action_id", "url")
    return {"block_id": block["block_id"], **{name: element[name] for name in known if name in element}}


def _check_filled(view: View) -> None:
    for block, element in kit.elements(view.raw["blocks"]):
        if block["type"] != "input":
            continue
        state = view.filled[block["block_id"], element["action_id"]]
        value = next((v for name, v in state.items() if name != "type"), None)
        label = block["label"]["text"]
        assert value or block.get("optional"), f"Slack asks to fill in {label}"
        if isinstance(value, str) and element["type"] == "plain_text_input":
            assert len(value) <= element.get("max_length", 3000), f"{label} is too long"
            assert len(value) >= element.get("min_length", 0) or not value, f"{label} is too short"
