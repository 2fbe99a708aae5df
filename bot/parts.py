"""What the composition root puts together and every platform stands on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.core.deadlines import Clockwork
from bot.core.delivery import Deliverer, Sender
from bot.core.dispatch import Dispatch
from bot.core.following import Followers
from bot.core.standing import Standing
from bot.core.upkeep import Upkeep
from storage.work import Clock, Work


@dataclass(frozen=True, slots=True)
class Platform:
    """`run`: for each account what goes on until it is cancelled; it raises CannotStart where that one cannot be used.

    `problem`: why the platform, or one account of it, cannot be used now, "" if all can.
    """

    name: str
    announcement: str
    routes: tuple[web.RouteDef, ...] = ()
    start: Callable[[], Awaitable[None]] | None = None
    run: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()
    problem: Callable[[], str] = field(default=lambda: "")
    before_stop: Callable[[], None] = field(default=lambda: None)
    close: Callable[[], Awaitable[None]] | None = None


class CannotStart(Exception):
    """Mycel cannot start as it is set up; the message says why and what to do."""


@dataclass
class Core:
    """What every platform stands on. `wake` tells all senders that there is something to send."""

    work: Work
    dispatch: Dispatch
    clockwork: Clockwork
    followers: Followers
    upkeep: Upkeep
    standing: Standing
    clock: Clock
    new_id: Callable[[], int]
    network_id: int
    deliverers: list[Deliverer] = field(default_factory=list)

    def wake(self) -> None:
        for deliverer in self.deliverers:
            deliverer.wake()

    def add_sender(self, sender: Sender) -> Deliverer:
        """What delivers for a platform from now on."""
        registry = self.dispatch.registry
        deliverer = Deliverer(self.work, sender, registry, self.clock, self.new_id)
        self.deliverers.append(deliverer)
        return deliverer

    async def drain(self) -> None:
        for deliverer in self.deliverers:
            await deliverer.drain()

    async def tick(self) -> None:
        """What the clock does: fires what is due, lets followers follow, sends what was missed, tidies up."""
        await self.dispatch.activity.flush_now_and_then(self.clock())
        await self.standing.run_once()
        await self.clockwork.fire_due()
        await self.followers.run_once()
        await self.upkeep.run_once()
        self.wake()
