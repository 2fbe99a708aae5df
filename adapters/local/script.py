"""Runs a dialogue in a playground without a browser and prints what each person is answered and the channels show."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.local import growing, inbound, script_print
from adapters.local import script_find as find
from adapters.local.playground import Playground, Refused
from adapters.local.script_steps import (
    Deed,
    Deletes,
    Edits,
    FillsIn,
    Nights,
    Opens,
    Presses,
    Reacts,
    Says,
    ScriptError,
    Show,
    Start,
    Step,
    Wait,
    parse,
)
from bot.core.errors import UserError
from bot.core.message import Message
from bot.core.message_json import from_json
from bot.core.replies import Answer, Form, Invalid, Reply
from storage import delivery, directory, local_chat
from storage.local_chat import PLATFORM, Account, LocalChannel, LocalMessage
from storage.work import Tx

__all__ = ["ScriptClock", "ScriptError", "run_script"]

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""Where a script begins that does not say it: a Monday."""

TURN = timedelta(seconds=1)
"""How long each step takes."""

PATIENCE = timedelta(minutes=1)
"""How long the script waits for a message that is not to be edited yet."""


class ScriptClock:
    """The real clock of a script: aware UTC, moved by the script alone, so that its output is always the same."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class _Private:
    """An answer that one person saw, with its buttons."""

    channel: str
    who: str
    message: Message
    thread: str | None


async def run_script(
    text: str, playground: Playground, clock: ScriptClock, begin: Callable[[], Awaitable[None]] | None = None
) -> str:
    """Starts the playground, does every step, and gives back what is to be printed.

    `clock` is the one that the playground's work and delivery were built with. `begin` is awaited once there are
    groups: what has to stand in every network (their digests) is set then. Raises ScriptError.
    """
    steps = parse(text)
    if steps and isinstance(steps[0], Start):
        clock.now = steps[0].at
    await playground.start()
    if begin is not None:
        await begin()
    run = _Run(playground, clock)
    for step in steps:
        try:
            await run.do(step)
        except Refused as error:
            raise ScriptError(step.line, str(error)) from error
        except UserError as error:
            raise ScriptError(step.line, error.message) from error
    return "\n".join(run.lines) + "\n"


class _Run:
    def __init__(self, playground: Playground, clock: ScriptClock) -> None:
        self.lines: list[str] = []
        self._playground, self._clock = playground, clock
        self._ids = itertools.count(1)
        self._private: list[_Private] = []
        # What a form that somebody was shown brings along when they fill it in, as in the browser.
        self._forms: dict[tuple[str, str], dict[str, str]] = {}

    async def do(self, step: Step) -> None:
        match step:
            case Start():
                self.lines.append(f"It is {script_print.moment(step.at)}.")
            case Nights():
                self._playground.have_nights()
            case Wait():
                await self._wait(step)
            case Show():
                await self._show(step)
            case Opens(title=title):
                wanted = growing.NewChannel(id=f"script-{next(self._ids):05}", title=title)
                self.lines.append(f"\nThere is a channel “{await growing.add_channel(self._playground, wanted)}”.")
            case Deed():
                await self._deed(step)
        self._clock.now += TURN
        await self._settle()

    async def _settle(self) -> None:
        """Delivers all, also what may be edited only in some seconds."""
        await self._playground.drain()
        end = self._clock.now + PATIENCE
        while (at := await self._playground.work.read(lambda tx: delivery.next_at(tx.db, PLATFORM))) and at <= end:
            self._clock.now = max(self._clock.now, at)
            await self._playground.drain()

    async def _wait(self, step: Wait) -> None:
        travel, network_id = self._playground.time_travel, self._playground.network_id
        if step.until is not None:
            journey = await travel.to(network_id, step.until)
        elif step.length is not None:
            journey = await travel.by(network_id, step.length)
        else:
            journey = await travel.to_next(network_id)
        things = "nothing fell due" if journey.fired == 0 else f"fell due: {journey.fired}"
        self.lines.append(f"\nIt is {script_print.moment(journey.arrived_at)}; {things}.")

    async def _show(self, step: Show) -> None:
        def look(tx: Tx) -> list[str]:
            network_id = self._playground.network_id
            channels = [*local_chat.all_channels(tx.db, network_id), *_direct(tx, network_id, step.channel)]
            return [
                _printed(tx, network_id, channel) for channel in channels if step.channel in ("all", channel.channel)
            ]

        printed = await self._playground.work.read(look)
        if not printed:
            who = step.channel.removeprefix(local_chat.DIRECT)
            is_direct = local_chat.is_direct(step.channel)
            missing = f"nobody called “{who}”" if is_direct else f"no channel “{step.channel}”"
            raise ScriptError(step.line, f"There is {missing}.")
        self.lines += [f"\n{channel}" for channel in printed]

    async def _deed(self, step: Deed) -> None:
        speaker = await self._speaker(step)
        said, request = await self._request(step)
        shown = said.replace("\n", f"\n{script_print.INDENT}")
        place = "direct" if local_chat.is_direct(step.channel) else step.channel
        self.lines.append(f"\n{place} · {speaker.name}{shown}")
        reply = await self._playground.do(request)
        self._remember(step, request, reply)
        if answer := script_print.private(speaker.name, reply):
            self.lines.append(answer)

    async def _speaker(self, step: Deed) -> Account:
        network_id = self._playground.network_id
        found = await self._playground.work.read(lambda tx: local_chat.account(tx.db, network_id, step.who))
        if found is None:
            raise ScriptError(step.line, f"There is nobody called “{step.who}”.")
        return found

    def _remember(self, step: Deed, request: inbound.Request, reply: Reply) -> None:
        if isinstance(reply, (Answer, Invalid)):
            self._private.append(_Private(step.channel, step.who, reply.message, request.thread_root))
        if isinstance(reply, Form):
            filled = {field.name: field.value for field in reply.fields if field.value}
            self._forms[step.who, reply.command] = {**reply.hidden, **filled}

    async def _request(self, step: Deed) -> tuple[str, inbound.Request]:
        """What is printed of it, and what the browser would send."""
        who = {"id": f"script-{next(self._ids):05}", "channel": step.channel, "account": step.who}
        messages = [m for m in await self._messages() if m.channel == step.channel and not m.is_removed]
        match step:
            case Says(text=text, is_reply=True):
                return f" replies: {text}", inbound.Say(**who, text=text, thread=find.last_said(step, messages).id)
            case Says(text=text):
                root = find.about(step, messages).id if step.about else None
                place = f" in {step.about}" if step.about else ""
                return f"{place}: {text}", inbound.Say(**who, text=text, thread=root)
            case Presses(label=label):
                return f" presses “{label}”", self._press(step, messages, who)
            case FillsIn(command=command, text=text):
                values = {**self._forms.get((step.who, command), {}), **_values(step.line, text)}
                return f" fills in {command}: {text}", inbound.Submit(**who, command=command, values=values)
            case Reacts(emoji=emoji, is_on=is_on):
                message = find.about(step, messages)
                said = f" reacts {emoji}" if is_on else f" takes {emoji} off"
                return said, inbound.React(**who, message=message.id, emoji=emoji, is_on=is_on)
            case Edits(text=text):
                return f" edits: {text}", inbound.Edit(**who, message=find.last_of(step, messages).id, text=text)
            case Deletes():
                last = find.last_of(step, messages)
                return f" deletes: {last.body}", inbound.Delete(**who, message=last.id)
        raise ScriptError(step.line, "This cannot be done.")

    async def _messages(self) -> list[LocalMessage]:
        network_id = self._playground.network_id
        return await self._playground.work.read(lambda tx: local_chat.last_messages(tx.db, network_id, 10_000))

    def _press(self, step: Presses, messages: list[LocalMessage], who: dict[str, str]) -> inbound.Request:
        """The newest button of that label: in an answer that only they saw, else in the channel."""
        for seen in reversed(self._private):
            if (seen.channel, seen.who) == (step.channel, step.who) and (action := find.button(step, seen.message)):
                return inbound.Press(**who, command=action.command, thread=seen.thread)
        for message in reversed(messages):
            if message.account is None and (action := find.button(step, from_json(message.body))):
                return inbound.Press(**who, command=action.command, message=message.id)
        on = f" on {step.about}" if step.about else ""
        raise ScriptError(step.line, f"There is no button “{step.label}”{on} that {step.who} could press here.")


def _values(line: int, text: str) -> dict[str, str]:
    values = {}
    for part in filter(None, (part.strip() for part in text.splitlines())):
        name, equals, value = part.partition("=")
        if not equals:
            raise ScriptError(line, f"“{part}” has to be: name = value")
        values[name.strip()] = value.strip()
    return values


def _direct(tx: Tx, network_id: int, channel: str) -> list[LocalChannel]:
    """The direct chat of this id; none where nobody is called so."""
    people = local_chat.all_accounts(tx.db, network_id)
    found = [a for a in people if local_chat.direct_with(a.account) == channel]
    return [LocalChannel(channel, f"{a.name}, alone with Mycel") for a in found]


def _printed(tx: Tx, network_id: int, channel: LocalChannel) -> str:
    messages = [m for m in local_chat.last_messages(tx.db, network_id, 10_000) if m.channel == channel.channel]
    names = {a.account: a.name for a in local_chat.all_accounts(tx.db, network_id)}
    reactions = local_chat.reactions_on(tx.db, network_id, [m.id for m in messages])
    group = next((g for g in directory.all_groups(tx.db, network_id) if g.slug == channel.channel), None)
    own = next(
        (a for a in local_chat.all_accounts(tx.db, network_id) if local_chat.direct_with(a.account) == channel.channel),
        None,
    )
    zone = group.zone if group else (own.zone if own else "") or "UTC"
    return script_print.channel(channel.title, zone, messages, reactions, names)
