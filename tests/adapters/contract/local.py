"""The contract on the playground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from adapters.local.inbound import Delete, Edit, Press, React, Request, Say
from bot.core.feature import Feature
from bot.core.message import Action, Actions, Message, to_plain
from bot.core.message_json import from_json
from bot.core.replies import Answer, Reply
from storage import local_chat
from storage.local_chat import LocalMessage
from storage.network_tables import groups
from tests.adapters.contract.stage import ANYWHERE, Stage
from tests.support import playground
from tests.support.house import Clock, plain


class LocalStage(Stage):
    platform, workspace = local_chat.PLATFORM, local_chat.WORKSPACE

    def __init__(self, stage: playground.Stage, clock: Clock) -> None:
        super().__init__()
        self._stage, self.clock, self.work = stage, clock, stage.work
        self.clockwork, self.deliverer = stage.clockwork, stage.deliverer
        self._said: dict[tuple[str, str], str] = {}
        self._ways: dict[tuple[str, str], Message] = {}

    async def _say(self, channel: str, who: str, text: str, about: str) -> str:
        thread = await self.root(channel, about) if about else None
        request = Say(**self._who(channel, who), text=text, thread=thread)
        if request.command is None:
            self._said[channel, who] = f"m{request.id}"
        return plain(await self._do(request))

    async def _press(self, channel: str, who: str, label: str, about: str) -> str:
        if about:
            ours = [m for m in await self._there(channel, about) if m.account is None]
            shown = {m.id: from_json(m.body) for m in reversed(ours)}
        else:
            shown = {"": self._ways[channel, who]}
        found = ((id, action.command) for id, message in shown.items() for action in _actions(message, label))
        id, command = next(found)
        return plain(await self._do(Press(**self._who(channel, who), command=command, message=id or None)))

    async def react(self, channel: str, who: str, emoji: str, about: str) -> None:
        message = await self.root(channel, about)
        await self._do(React(**self._who(channel, who), message=message, emoji=emoji, is_on=True))

    async def unreact(self, channel: str, who: str, emoji: str, about: str) -> None:
        message = await self.root(channel, about)
        await self._do(React(**self._who(channel, who), message=message, emoji=emoji, is_on=False))

    async def edit(self, channel: str, who: str, text: str) -> str:
        message = self._said[channel, who]
        return plain(await self._do(Edit(**self._who(channel, who), message=message, text=text)))

    async def delete(self, channel: str, who: str) -> None:
        await self._do(Delete(**self._who(channel, who), message=self._said[channel, who]))

    async def shown(self, channel: str, about: str) -> list[str]:
        return [to_plain(from_json(m.body)) for m in await self._there(channel, about) if m.account is None]

    async def everything(self, channel: str) -> list[str]:
        return await self.shown(channel, ANYWHERE)

    async def direct(self, who: str) -> str:
        return local_chat.direct_with(who)

    def remote_id(self, channel: str) -> str:
        return channel

    async def close(self) -> None:
        await self._stage.close()

    async def _do(self, request: Request) -> Reply:
        reply = await self._stage.playground.do(request)
        if isinstance(reply, Answer):
            self._ways[request.channel, request.account] = reply.message
        await self.deliverer.drain()
        return reply

    async def _there(self, channel: str, about: str) -> list[LocalMessage]:
        there = [m for m in await self._stage.shown() if m.channel == channel and not m.is_removed]
        root = await self.root(channel, about) if about != ANYWHERE else ""
        return [m for m in there if not root or root in (m.id, m.thread)]

    def _who(self, channel: str, who: str) -> dict[str, Any]:
        return {"id": self._stage.id(), "channel": channel, "account": who}


def _actions(message: Message, label: str) -> list[Action]:
    actions = [action for block in message.blocks if isinstance(block, Actions) for action in block.actions]
    return [action for action in actions if action.label == label]


async def open_local(url: str, features: Sequence[Feature]) -> LocalStage:
    clock = Clock()
    stage = playground.open_stage(url, features, clock)
    await stage.playground.start()
    # As on the stages of all other platforms: nobody has quiet hours.
    await stage.work.write(1, lambda tx: tx.db.execute(sa.update(groups).values(quiet="off")).rowcount)
    return LocalStage(stage, clock)
