"""The playground as a platform: takes what people do, keeps it in one write, and tells Mycel of it exactly once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from adapters.local import inbound, page_data, seeds
from adapters.local.changes import Changes
from adapters.local.inbound import Delete, Edit, React, Request, Say, Scene
from bot.core.delivery import Deliverer
from bot.core.dispatch import Dispatch
from bot.core.painting import painted
from bot.core.replies import Nothing, Reply
from bot.core.time_travel import Journey, TimeTravel
from storage import directory, local_chat, pictures
from storage.local_chat import Happening, LocalMessage
from storage.work import Busy, Closed, GroupLost, Tx, Work

log = logging.getLogger("mycel.local")

T = TypeVar("T")

REMEMBERED = 500
MOST_STOPS = 30
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


class Refused(Exception):
    """The platform itself says no, in a sentence for the person; nothing was stored."""


class Waiting(Exception):
    """It is stored, and Mycel will be told of it as soon as that is possible."""


class Playground:
    """A chat of several groups without accounts. Everything is called on one event loop.

    `time_travel` moves the network's clock; `deliverer` is the one of the LocalSender, with which `changes` is shared.
    """

    hint = seeds.HINT

    def __init__(
        self,
        work: Work,
        dispatch: Dispatch,
        deliverer: Deliverer,
        time_travel: TimeTravel,
        changes: Changes,
        new_id: Callable[[], int],
        network_id: int,
    ) -> None:
        self.work, self.changes, self.network_id = work, changes, network_id
        self._dispatch, self._deliverer, self.time_travel = dispatch, deliverer, time_travel
        self._new_id = new_id
        dispatch.registry.sleepless.add(local_chat.PLATFORM)
        self._doing: dict[str, asyncio.Task[Any]] = {}
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Plants the first groups where there are none, and tells Mycel what it was not told before a stop."""
        await self.work.write(self.network_id, lambda tx: seeds.plant(tx, self.network_id, self._new_id))
        if await self._waiting():
            self._tell_later()

    async def close(self) -> None:
        """Lets the browsers go and stops telling; what was not told is told at the next start."""
        self.changes.close()
        tasks = [t for t in (self._telling, *self._doing.values()) if t is not None and not t.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def have_nights(self) -> None:
        """From now on its groups sleep: what others do waits for the end of their quiet hours, as on real platforms."""
        self._dispatch.registry.sleepless.discard(local_chat.PLATFORM)

    async def drain(self) -> None:
        """Delivers all that can be delivered now."""
        await self._deliverer.drain()

    async def do(self, request: Request) -> Reply:
        """Does what a person asked and gives what they alone are answered; the same request again is answered alike.

        Raises Refused (nothing stored), Waiting (stored, told later), Busy and Closed (nothing stored).
        """
        return await self._once(request.id, lambda: self._do(request))

    async def move_clock(self, id: str, length: timedelta | None) -> Journey:
        """Moves the network's clock on by `length`, or to the next thing due that shows (None). Raises UserError."""
        return await self._once(id, lambda: self._move_clock(length))

    async def clock(self) -> dict[str, Any]:
        """The network's clock, for the page."""
        is_free = self.time_travel.is_allowed
        return await self.work.read(lambda tx: page_data.clock(tx, self.network_id, is_free=is_free))

    async def state(self) -> dict[str, Any]:
        """Everything that the page begins with."""
        registry, is_free = self._dispatch.registry, self.time_travel.is_allowed
        found = await self.work.read(lambda tx: page_data.state(tx, self.network_id, registry, is_clock_free=is_free))
        return {**found, "hint": self.hint}

    async def picture(self, name: str) -> bytes | None:
        """The PNG of a picture by its name; None where there is none, or not any more."""
        drawing = await self.work.read(lambda tx: pictures.find(tx.db, self.network_id, name))
        return await asyncio.to_thread(painted, drawing) if drawing is not None else None

    async def news(self, since: int) -> dict[str, Any]:
        """What the page has to change after change number `since`."""
        is_free = self.time_travel.is_allowed
        return await self.work.read(lambda tx: page_data.news(tx, self.network_id, since, is_clock_free=is_free))

    @property
    def background(self) -> list[asyncio.Task[Any]]:
        """What goes on beside the callers: telling Mycel what it was not told."""
        return [self._telling] if self._telling is not None and not self._telling.done() else []

    async def _once(self, id: str, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        task: asyncio.Task[T] | None = self._doing.get(id)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.create_task(start())
            self._doing[id] = task
            self._forget_old()
        return await asyncio.shield(task)

    def _forget_old(self) -> None:
        done = [id for id, task in self._doing.items() if task.done()]
        for id in done[: max(0, len(self._doing) - REMEMBERED)]:
            del self._doing[id]

    async def _move_clock(self, length: timedelta | None) -> Journey:
        if length is None:
            journey = await self._to_what_shows()
        else:
            journey = await self.time_travel.by(self.network_id, length)
        self.changes.ring()
        return journey

    async def _to_what_shows(self) -> Journey:
        """From one due time to the next until a channel shows something new: much falls due that nobody sees.

        What was on its way before shows first, so that it is not taken for something that fell due.
        """
        await self.drain()
        before = await self._latest_change()
        journey = await self.time_travel.to_next(self.network_id)
        for _ in range(MOST_STOPS):
            if await self._latest_change() != before or await self.time_travel.next_due(self.network_id) is None:
                break
            further = await self.time_travel.to_next(self.network_id)
            journey = Journey(journey.left_at, further.arrived_at, journey.fired + further.fired)
        return journey

    async def _latest_change(self) -> int:
        return await self.work.read(lambda tx: local_chat.latest_change(tx.db, self.network_id))

    async def _do(self, request: Request) -> Reply:
        happening = await self.work.write(self.network_id, lambda tx: self._keep(tx, request))
        self.changes.ring()
        if happening is None:
            return Nothing()
        try:
            return await self._tell(happening)
        except (Busy, Closed, GroupLost, sa.exc.OperationalError) as error:
            log.warning("Mycel could not take %s yet: %s", happening.id, type(error).__name__)
            self._tell_later()
            raise Waiting from error

    async def _tell(self, happening: Happening) -> Reply:
        """Mycel takes it (its inbox knows whether it has already), then it is marked as taken."""
        reply = await self._dispatch.handle(inbound.incoming(happening))
        await self.work.write(self.network_id, lambda tx: local_chat.taken(tx.db, self.network_id, happening.id))
        self.changes.ring()
        return reply

    async def _tell_or_drop(self, happening: Happening) -> Reply:
        try:
            return await self._tell(happening)
        except LookupError:
            log.exception("gave up %s: this version does not know what it is", happening.id)
            await self.work.write(self.network_id, lambda tx: local_chat.taken(tx.db, self.network_id, happening.id))
            return Nothing()

    async def _waiting(self) -> list[Happening]:
        return await self.work.read(lambda tx: local_chat.waiting(tx.db, self.network_id))

    def _tell_later(self) -> None:
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        """Tells what waits, oldest first, again and again until all of it is taken."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                for happening in await self._waiting():
                    await self._once(happening.id, partial(self._tell_or_drop, happening))
                return
            except (Busy, GroupLost, sa.exc.OperationalError) as error:
                log.warning("Mycel could not take what waits: %s; again in %s s", type(error).__name__, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    def _keep(self, tx: Tx, request: Request) -> Happening | None:
        """One write: what the chat shows, and what Mycel has to be told. None: here before, and told."""
        at = tx.now + directory.network(tx.db, self.network_id).clock_ahead
        known = local_chat.waiting(tx.db, self.network_id, request.id)
        if known:
            return known[0]
        scene = self._scene(tx, request, at)
        happening = Happening(request.id, inbound.kind(request), inbound.describe(request, scene), at)
        if not local_chat.happened(tx.db, self.network_id, happening):
            return None
        if scene.message is not None:
            self._show(tx, request, scene.message, at)
        return happening

    def _scene(self, tx: Tx, request: Request, at: datetime) -> Scene:
        speaker = local_chat.account(tx.db, self.network_id, request.account)
        if speaker is None:
            raise Refused("Nobody of that name is here. Choose who speaks below the channel.")
        self._check_channel(tx, request)
        message = self._message(tx, request, request.about)
        root = self._message(tx, request, message.thread if message else request.thread_root)
        if root is not None and root.thread is not None:
            root = self._message(tx, request, root.thread)
        if isinstance(request, (Edit, Delete)) and message is not None:
            if message.account != request.account:
                raise Refused("Only who wrote a message can change it. Choose that person below the channel.")
            if message.is_removed:
                raise Refused("That message was taken back; it stays so.")
        if isinstance(request, Say) and request.command is None:
            message = inbound.said(request, root, at)
        author = local_chat.account(tx.db, self.network_id, root.account) if root and root.account else None
        return Scene(speaker, root, message, author)

    def _check_channel(self, tx: Tx, request: Request) -> None:
        """A channel is open to everybody, a direct chat to its own person."""
        if local_chat.is_direct(request.channel):
            if request.channel != local_chat.direct_with(request.account):
                raise Refused("A direct chat is between one person and Mycel. Open it as that person.")
        elif not local_chat.has_channel(tx.db, self.network_id, request.channel):
            raise Refused("There is no such channel here. Reload the page.")

    def _message(self, tx: Tx, request: Request, id: str | None) -> LocalMessage | None:
        if id is None:
            return None
        found = local_chat.message(tx.db, self.network_id, id)
        if found is None or found.channel != request.channel:
            raise Refused("That message is not in this channel any more. Reload the page.")
        return found

    def _show(self, tx: Tx, request: Request, message: LocalMessage, at: datetime) -> None:
        network_id, id = self.network_id, message.id
        match request:
            case Say(text=text, account=account):
                local_chat.post(
                    tx.db, network_id, id, message.channel, message.thread, text, at, account=account, key=None
                )
            case Edit(text=text):
                local_chat.show(tx.db, network_id, id, message.rev + 1, text)
            case Delete():
                local_chat.show(tx.db, network_id, id, message.rev + 1, "", is_removed=True)
            case React(emoji=emoji, account=account, is_on=is_on):
                local_chat.react(tx.db, network_id, id, emoji, account, is_on=is_on)
