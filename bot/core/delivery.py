"""Makes what is visible what should be: leases lanes, renders views, sends in order, tries again, gives up loudly."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Protocol

from bot.core.context import ViewContext
from bot.core.errors import DeliveryError
from bot.core.language import Words
from bot.core.message import Message, Note
from bot.core.message_json import to_json
from bot.core.registry import Registry
from bot.core.trouble import TROUBLE
from storage import delivery, directory
from storage.delivery import Lane, Pending
from storage.network import Channel, Group, Network
from storage.work import Tx, Work

log = logging.getLogger("mycel.delivery")

LEASE = timedelta(seconds=60)
"""How long a worker may hold a lane; no send is begun with less of it left than SEND_TIMEOUT."""
SEND_TIMEOUT = timedelta(seconds=20)
STOP_WITHIN_S = 5.0
LANES_AT_ONCE = 50
MESSAGES_A_TURN = 20
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
TRIES = 150
"""With the pauses between them, about a day."""
TRIES_IN_ORDER = 5
"""So often a message is tried before others of its lane may overtake it."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message to bring up to revision `rev`: to post, or to edit where `remote_id` is known.

    `is_unclear`: an earlier try may have arrived; a platform without idempotency looks (`key`, `rev`) before it posts.
    `unclear_by`: by then all such tries had ended. `wanted_at`: when it was first wanted: it cannot be older than that.
    Both are the real clock's, aware UTC.
    """

    network_id: int
    channel: Channel
    key: str
    rev: int
    message: Message
    remote_id: str | None
    thread: str | None
    is_unclear: bool
    wanted_at: datetime | None = None
    unclear_by: datetime | None = None


class Sender(Protocol):
    """A platform's way out. Every method raises DeliveryError and nothing else."""

    platform: str

    async def post(self, post: Post) -> str:
        """Shows a new message; returns the platform's id of it."""

    async def edit(self, post: Post) -> None:
        """Changes a message in place."""

    async def remove(self, post: Post) -> None:
        """Takes a message back; also one that has no id yet, of which it is unclear whether it arrived."""


@dataclass(frozen=True, slots=True)
class NextTry:
    at: datetime
    is_dead: bool


def next_try(error: DeliveryError, attempts: int, now: datetime) -> NextTry:
    """When to try again after a failure (`attempts` before this one): doubling pauses, the platform's word first."""
    if error.permanent or attempts + 1 >= TRIES:
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
    """Sends what one platform should show. `clock` is the real one, aware UTC.

    `registry`: its views say what each message shows, and may ask other features.
    """

    def __init__(
        self,
        work: Work,
        sender: Sender,
        registry: Registry,
        clock: Callable[[], datetime],
        new_id: Callable[[], int],
    ) -> None:
        self._work, self._sender, self._registry = work, sender, registry
        self._clock, self._new_id = clock, new_id
        self._woken = asyncio.Event()
        self._turns: set[asyncio.Task[None]] = set()
        self._beginnings: set[asyncio.Task[bool]] = set()
        self._is_stopping = False

    def wake(self) -> None:
        """There is something new to send."""
        self._woken.set()

    async def run(self) -> None:
        """Delivers whenever it is woken, until cancelled; what is under way then has a few seconds to end."""
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                try:
                    await self._begin_turns()
                except Exception:
                    # The ticker wakes us again: what is wanted stays wanted in the database.
                    log.exception("delivery to %s stopped", self._sender.platform)
        finally:
            await self._end_turns()

    async def drain(self) -> None:
        """Sends all that can be sent now."""
        while await self._begin_turns() or self._under_way:
            if self._under_way:
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    @property
    def _under_way(self) -> set[asyncio.Task[Any]]:
        """Lanes that are being sent to, or leased for that, by whoever began it."""
        return {*self._beginnings, *self._turns}

    async def _begin_turns(self) -> bool:
        """Leases the lanes that have something to send; each is served beside the others. False if there were none."""
        # Goes on where the caller is cancelled: lanes that were leased and not served would sleep until the lease ends.
        beginning = asyncio.create_task(self._lease_lanes())
        self._beginnings.add(beginning)
        beginning.add_done_callback(self._beginnings.discard)
        return await asyncio.shield(beginning)

    async def _lease_lanes(self) -> bool:
        now, lease = self._clock(), self._new_id()
        is_due = await self._work.read(lambda tx: delivery.next_at(tx.db, self._sender.platform))
        if is_due is None or is_due > now:
            return False
        lanes = await self._work.write(
            0, lambda tx: delivery.claim(tx.db, self._sender.platform, now, now + LEASE, lease, LANES_AT_ONCE)
        )
        for lane in lanes:
            turn = asyncio.create_task(self._serve(lane, lease, now + LEASE))
            self._turns.add(turn)
            turn.add_done_callback(self._turn_ended)
        return bool(lanes)

    def _turn_ended(self, turn: asyncio.Task[None]) -> None:
        """A lane may have more to send than one turn; one that could not be given back comes up after its lease."""
        self._turns.discard(turn)
        if turn.cancelled():
            return
        error = turn.exception()
        if error is None:
            self.wake()
        else:
            log.error("delivery to %s: a turn failed", self._sender.platform, exc_info=error)

    async def _end_turns(self) -> None:
        """Each turn ends with the message it is at, and gives its lane back."""
        self._is_stopping = True
        await asyncio.gather(*self._beginnings, return_exceptions=True)
        if self._turns:
            await asyncio.wait(self._turns, timeout=STOP_WITHIN_S)
        for turn in tuple(self._turns):
            turn.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)
        self._is_stopping = False

    async def _serve(self, lane: Lane, lease: int, until: datetime) -> None:
        """One lane's turn. A lane that is not given back, as we were killed or cancelled, was perhaps sent to."""
        not_before: datetime | None = None
        if lane.was_dropped:
            # Before anything else, and kept: this turn may end before it comes to what may have been sent.
            await self._work.write(lane.network_id, lambda tx: delivery.doubt(tx.db, lane, self._clock()))
        rows = await self._work.read(lambda tx: delivery.pending(tx.db, lane, self._clock(), MESSAGES_A_TURN))
        for row in rows:
            if self._is_stopping or self._clock() + SEND_TIMEOUT > until:
                break
            not_before = await self._bring_up(row)
            if not_before is not None:
                break
        again_at = self._clock() if len(rows) == MESSAGES_A_TURN else None
        await self._work.write(lane.network_id, lambda tx: delivery.release(tx.db, lane, lease, not_before, again_at))

    async def _bring_up(self, row: Pending) -> datetime | None:
        """Sends one message; returns when the lane may go on if it has to wait."""
        try:
            ready = await self._work.read(lambda tx: self._render(tx, row))
            remote_id = await asyncio.wait_for(self._send(ready), SEND_TIMEOUT.total_seconds())
        except TimeoutError:
            return await self._failed(row, DeliveryError("no answer in time", unclear=True))
        except DeliveryError as error:
            return await self._failed(row, error)
        except TROUBLE:
            raise
        except Exception as error:
            log.exception("a bug in message %s (%s) of channel %s", row.key, row.view, row.channel_id)
            return await self._failed(row, DeliveryError(f"a bug: {type(error).__name__}", unclear=True))
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
        if ready.digest == row.sent_digest and not row.is_unclear:
            return row.remote_id  # where it is unclear, something else may be shown than what was noted
        post = Post(
            row.network_id,
            ready.channel,
            row.key,
            row.wanted_rev,
            message or Message(()),
            row.remote_id,
            row.root_remote_id,
            row.is_unclear,
            row.created_at,
            row.ready_at if row.is_unclear else None,
        )
        if message is None:
            if row.remote_id is not None or row.is_unclear:
                await self._sender.remove(post)
            return None
        if row.remote_id is None:
            return await self._sender.post(post)
        await self._sender.edit(post)
        return row.remote_id

    async def _failed(self, row: Pending, error: DeliveryError) -> datetime | None:
        again = next_try(error, row.attempts, self._clock())
        unclear = row.is_unclear or error.unclear
        await self._work.write(
            row.network_id,
            lambda tx: delivery.mark_failed(
                tx.db,
                row,
                reason=error.reason,
                ready_at=again.at,
                is_unclear=unclear,
                is_dead=again.is_dead,
                cause=error.cause,
            ),
        )
        if again.is_dead:
            log.error("gave up message %s in channel %s: %s", row.key, row.channel_id, error.reason)
            return None
        log.warning("message %s in channel %s not sent yet: %s", row.key, row.channel_id, error.reason)
        # A platform's own word holds for the lane; what only this message meets does not keep others for long.
        return again.at if error.retry_after is not None or row.attempts < TRIES_IN_ORDER else None

    def _render(self, tx: Tx, row: Pending) -> _Ready:
        place = directory.channel_scope(tx.db, row.network_id, row.channel_id)
        ctx = _view_context(tx, place, self._registry)
        message = self._registry.views[row.view](ctx, row.args)
        if message is not None and row.thread_of is not None and row.root_remote_id is None:
            # A root that was given up or has nothing to show: the reply goes to the channel.
            note = Note(ctx.words.line("(The message this belongs to is not shown here.)"))
            message = Message((note, *message.blocks), message.reactions)
        gap = timedelta(seconds=delivery.edit_gap_s(tx.db, row.network_id, row.id))
        return _Ready(row, place[1], message, digest(message), gap)


def _view_context(tx: Tx, place: tuple[Network, Channel, Group | None], registry: Registry) -> ViewContext:
    network, channel, group = place
    language = channel.language or (group.language if group else network.language)
    words = Words(language, group.zone if group else "UTC")
    return ViewContext(tx.db, tx.now + network.clock_ahead, network, channel, group, words, registry)


def digest(message: Message | None) -> str:
    """What a message looks like as one short text; "gone" for one that is not shown any more."""
    if message is None:
        return "gone"
    return blake2b(json.dumps(to_json(message), sort_keys=True).encode(), digest_size=12).hexdigest()
