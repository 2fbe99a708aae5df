"""The contract on Slack: the real adapter over signed HTTP, against the stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapters.slack.app import Tuning
from adapters.slack.port import PLATFORM
from bot.core.feature import Feature
from tests.adapters.contract.stage import ANYWHERE, Stage
from tests.support.house import GROUPS, Clock
from tests.support.slack import mycel, shown
from tests.support.slack.mycel import Mycel
from tests.support.slack.people import Person, Team
from tests.support.slack.server import Slack
from tests.support.slack.shown import Shown
from tests.support.slack.world import Channel, Message

# How soon a lost connection or answer is noticed has tests of its own; a busy machine is not to look like one.
CALM = replace(mycel.QUICK, ping_s=10, watch_s=10, timeout_s=10)
OWN = ("/decide", "/propose", "/conflicts", "/mycel")


class SlackStage(Stage):
    platform = PLATFORM

    def __init__(self, slack: Slack, team: Team, behind: Mycel, clock: Clock) -> None:
        super().__init__()
        self.slack, self.team, self.mycel = slack, team, behind
        self.clock, self.work, self.workspace = clock, behind.core.work, team.id
        self.clockwork, self.deliverer = behind.core.clockwork, behind.deliverer
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self._said: dict[tuple[str, str], Message] = {}

    async def _say(self, channel: str, who: str, text: str, about: str) -> str:
        person, where = self.people[who], self.channels[channel]
        before = person.sees(where)
        if text.startswith("/"):
            await person.types(where, text if text.split()[0] in OWN else f"/mycel {text[1:]}")
        else:
            thread = await self.root(channel, about) if about else None
            self._said[channel, who] = await person.says(where, text, thread)
        return await self._answer(person, where, before)

    async def _press(self, channel: str, who: str, label: str, about: str) -> str:
        person, where = self.people[who], self.channels[channel]
        before = person.sees(where)
        there = await self._there(channel, about) if about else person.sees(where)[-1:]
        await person.presses(where, [message for message in there if label in message.buttons][-1], label)
        return await self._answer(person, where, before)

    async def react(self, channel: str, who: str, emoji: str, about: str) -> None:
        await self.people[who].reacts(self.channels[channel], await self.root(channel, about), emoji)
        await self.mycel.settled()

    async def unreact(self, channel: str, who: str, emoji: str, about: str) -> None:
        await self.people[who].unreacts(self.channels[channel], await self.root(channel, about), emoji)
        await self.mycel.settled()

    async def edit(self, channel: str, who: str, text: str) -> str:
        person, where = self.people[who], self.channels[channel]
        before = person.sees(where)
        await person.edits(where, self._said[channel, who], text)
        return await self._answer(person, where, before)

    async def delete(self, channel: str, who: str) -> None:
        await self.people[who].deletes(self.channels[channel], self._said[channel, who])
        await self.mycel.settled()

    async def shown(self, channel: str, about: str) -> list[str]:
        return [message.text for message in await self._there(channel, about)]

    async def everything(self, channel: str) -> list[str]:
        return await self.shown(channel, ANYWHERE)

    async def restrict(self, channel: str, who: str) -> None:
        """A private channel."""
        self.channels[channel].kind = "group"

    async def direct(self, who: str) -> str:
        self.channels[f"@{who}"] = self.people[who].direct()
        return f"@{who}"

    def remote_id(self, channel: str) -> str:
        return self.channels[channel].id

    async def close(self) -> None:
        await self.mycel.close()
        await self.slack.stop()
        assert self.slack.world.complaints == []

    async def _there(self, channel: str, about: str) -> list[Shown]:
        """Mycel's messages in a channel, or in one of its threads."""
        where = self.channels[channel]
        ours = [m for m in where.messages.values() if not m.is_gone and m.author == self.team.bot]
        root = await self.root(channel, about) if about != ANYWHERE else ""
        return [shown.message(self.slack.world, m.raw, where.id) for m in ours if root in ("", m.ts, m.thread)]

    async def _answer(self, person: Person, where: Channel, before: list[Shown]) -> str:
        """What they alone see now that they did not see before: a message, perhaps in another's place, or a modal."""
        await self.mycel.settled()
        if person.modal is not None:
            text = person.modal_text
            await person.closes()
            return text
        known = {(m.ts, m.text) for m in before}
        return "\n".join(m.text for m in person.sees(where) if (m.ts, m.text) not in known)


async def open_slack(
    url: str, features: Sequence[Feature], *, is_socket: bool = False, tuning: Tuning = CALM
) -> SlackStage:
    """One workspace with the app in it."""
    clock = Clock()
    slack = Slack(now=lambda: clock.now.timestamp())
    # Loading holidays takes a moment, on a busy machine more; the three seconds have tests of their own.
    slack.outgoing.ack_within_s = 20
    await slack.start()
    team = Team(slack, "coop")
    settings = mycel.account(slack, team.token, is_socket=is_socket)
    behind = await mycel.open_mycel(slack, settings, url, clock=clock, features=features, tuning=tuning)
    stage = SlackStage(slack, team, behind, clock)
    for slug, (_, zone, _, names) in GROUPS.items():
        people = {name: team.person(name, zone) for name in names}
        stage.people |= people
        stage.channels[slug] = team.channel(slug, *people.values())
    await mycel.found(behind, {slug: (team, channel.id) for slug, channel in stage.channels.items()})
    return stage
