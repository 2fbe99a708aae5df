"""Makes what is visible what should be: leases lanes, renders views, sends in order, tries again, gives up loudly."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Protocol

from bot.core.context import ViewContext
from bot.core.errors import DeliveryError
from bot.core.feature import View
from bot.core.language import Words
from bot.core.message import Message, Note
from bot.core.message_json import to_json
from storage import delivery, directory
from storage.delivery import Lane, Pending
from storage.network import Channel, Group, Network
from storage.work import Tx, Work

log = logging.getLogger("mycel.delivery")

LEASE = timedelta(seconds=60)
"""How long a worker may hold a lane; a platform's own time-out must be shorter."""
SEND_TIMEOUT = timedelta(seconds=20)
LANES_AT_ONCE = 50
MESSAGES_A_TURN = 20
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Post:
    """One message to bring up to revision `rev`: to post, or to edit where `remote_id` is known.

    `is_unclear`: an earlier try may have arrived; a platform without idempotency looks (`key`, `rev`) before it posts.
    """

    network_id: int
    channel: Channel
    key: str
    rev: int
    message: Message
    remote_id: str | None
    thread: str | None
    is_unclear: bool


class Sender(Protocol):
    """A platform's way out. Every method raises DeliveryError and nothing else."""

    platform: str

    async def post(self, post: Post) -> str:
        """Shows a new message; returns the platform's id of it."""

    async def edit(self, post: Post) -> None:
        """Changes a message in place."""

    async def remove(self, post: Post) -> None:
        """Takes a message back."""


@dataclass(frozen=True, slots=True)
class NextTry:
    at: datetime
    is_dead: bool


def next_try(error: DeliveryError, attempts: int, wanted_at: datetime, now: datetime) -> NextTry:
    """When to try again after a failure (`attempts` before this one): doubling pauses, the platform's word first."""
    if error.permanent or now - wanted_at > GIVE_UP_AFTER:
        return NextTry(now, is_dead=True)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts, 12))
    return NextTry(now + max(pause, error.retry_after or timedelta()), is_dead=False)


@dataclass(frozen=True, slots=True)
class _Ready:
    row: Pending
    channel: Channel
    message: Message | None
    digest: str
    edit_gap: timedelta


class Deliverer:
    """Sends what one platform should show. `clock` is the real one, aware UTC."""

    def __init__(
        self,
        work: Work,
        sender: Sender,
        views: Mapping[str, View],
        clock: Callable[[], datetime],
        new_id: Callable[[], int],
    ) -> None:
        self._work, self._sender, self._views = work, sender, views
        self._clock, self._new_id = clock, new_id
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()

    def wake(self) -> None:
        """There is something new to send."""
        self._woken.set()

    async def run(self) -> None:
        """Delivers whenever it is woken, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self.drain()
            except Exception:
                # The ticker wakes us again: what is wanted stays wanted in the database.
                log.exception("delivery to %s stopped", self._sender.platform)

    async def drain(self) -> None:
        """Sends all that can be sent now."""
        async with self._turn:
            while await self._deliver_some():
                pass

    async def _deliver_some(self) -> bool:
        now, lease = self._clock(), self._new_id()
        is_due = await self._work.read(lambda tx: delivery.next_at(tx.db, self._sender.platform))
        if is_due is None or is_due > now:
            return False
        lanes = await self._work.write(
            0, lambda tx: delivery.claim(tx.db, self._sender.platform, now, now + LEASE, lease, LANES_AT_ONCE)
        )
        await asyncio.gather(*(self._serve(lane, lease) for lane in lanes))
        return bool(lanes)

    async def _serve(self, lane: Lane, lease: int) -> None:
        """One lane's turn; it is given back whatever happens, and by the end of its lease if we are killed."""
        not_before: datetime | None = None
        try:
            rows = await self._work.read(lambda tx: delivery.pending(tx.db, lane, MESSAGES_A_TURN))
            for row in rows:
                if row.ready_at > self._clock() or _waits_for_root(row):
                    continue
                not_before = await self._bring_up(row)
                if not_before is not None:
                    break
        finally:
            await self._work.write(lane.network_id, lambda tx: delivery.release(tx.db, lane, lease, not_before))

    async def _bring_up(self, row: Pending) -> datetime | None:
        """Sends one message; returns when the lane may go on if it has to wait."""
        ready = await self._work.read(lambda tx: self._render(tx, row))
        try:
            remote_id = await asyncio.wait_for(self._send(ready), SEND_TIMEOUT.total_seconds())
        except TimeoutError:
            return await self._failed(row, DeliveryError("no answer in time", unclear=True))
        except DeliveryError as error:
            return await self._failed(row, error)
        next_edit_at = self._clock() + ready.edit_gap
        await self._work.write(
            row.network_id,
            lambda tx: delivery.mark_sent(
                tx.db, row, rev=row.wanted_rev, remote_id=remote_id, digest=ready.digest, next_edit_at=next_edit_at
            ),
        )
        return None

    async def _send(self, ready: _Ready) -> str | None:
        row, message = ready.row, ready.message
        if ready.digest == row.sent_digest:
            return row.remote_id
        # A root that was given up: the reply goes to the channel.
        post = Post(
            row.network_id,
            ready.channel,
            row.key,
            row.wanted_rev,
            message or Message(()),
            row.remote_id,
            row.root_remote_id,
            row.is_unclear,
        )
        if message is None:
            if row.remote_id is not None:
                await self._sender.remove(post)
            return row.remote_id
        if row.remote_id is None:
            return await self._sender.post(post)
        await self._sender.edit(post)
        return row.remote_id

    async def _failed(self, row: Pending, error: DeliveryError) -> datetime | None:
        again = next_try(error, row.attempts, row.created_at, self._clock())
        unclear = row.is_unclear or error.unclear
        await self._work.write(
            row.network_id,
            lambda tx: delivery.mark_failed(
                tx.db, row, reason=error.reason, ready_at=again.at, is_unclear=unclear, is_dead=again.is_dead
            ),
        )
        if again.is_dead:
            log.error("gave up message %s in channel %s: %s", row.key, row.channel_id, error.reason)
            return None
        log.warning("message %s in channel %s not sent yet: %s", row.key, row.channel_id, error.reason)
        return again.at

    def _render(self, tx: Tx, row: Pending) -> _Ready:
        place = directory.channel_scope(tx.db, row.network_id, row.channel_id)
        ctx = _view_context(tx, place)
        message = self._views[row.view](ctx, row.args)
        if message is not None and row.thread_of is not None and row.root_remote_id is None:
            note = Note(ctx.words.line("(The message this belongs to could not be posted here.)"))
            message = Message((note, *message.blocks), message.reactions)
        gap = timedelta(seconds=delivery.edit_gap_s(tx.db, row.network_id, row.id))
        return _Ready(row, place[1], message, digest(message), gap)


def _view_context(tx: Tx, place: tuple[Network, Channel, Group | None]) -> ViewContext:
    network, channel, group = place
    language = channel.language or (group.language if group else network.language)
    words = Words(language, group.zone if group else "UTC")
    return ViewContext(tx.db, tx.now + network.clock_ahead, network, channel, group, words)


def _waits_for_root(row: Pending) -> bool:
    return row.thread_of is not None and row.root_remote_id is None and row.root_state == "live"


def digest(message: Message | None) -> str:
    """What a message looks like as one short text; "gone" for one that is not shown any more."""
    if message is None:
        return "gone"
    return blake2b(json.dumps(to_json(message), sort_keys=True).encode(), digest_size=12).hexdigest()
