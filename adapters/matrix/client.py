"""One Matrix account: connects, syncs, hands events on, and sends. This is what the rest of the adapter holds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.matrix import wanted
from adapters.matrix.closed import Closed
from adapters.matrix.connection import Connected, connect
from adapters.matrix.crypto import Crypto
from adapters.matrix.errors import CannotConnect, MatrixError, session_ended
from adapters.matrix.http import Http
from adapters.matrix.joining import Allowed, Joining
from adapters.matrix.key_store import close_store
from adapters.matrix.login import Account
from adapters.matrix.port import PLATFORM
from adapters.matrix.rooms import RoomInfo, Rooms, server_of
from adapters.matrix.sending import Sending
from adapters.matrix.sync import Since, Sync
from adapters.matrix.vault import Vault
from adapters.matrix.worker import Worker
from adapters.matrix.zones import Zones
from bot.core.backoff import Backoff
from bot.core.trouble import TROUBLE
from storage import directory, matrix
from storage.matrix import StagedEvent
from storage.work import Work

log = logging.getLogger("mycel.matrix")

Handler = Callable[[StagedEvent, RoomInfo], Awaitable[None]]
Trouble = Callable[[str, str], Awaitable[None]]
"""A room has to be told: its id, and wanted.GAP or wanted.UNREADABLE."""

SILENT_FOR = timedelta(seconds=120)
"""Without a sync for so long the account is not usable: a sync takes 30 seconds where nothing happens."""

HELD_BACK_S = 0.2
"""The next sync waits so long for what the last one brought: homeservers do one thing at a time, answers first."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Numbers that tests make small. Seconds, events, tries. `lives_for`: what a session lasts at least."""

    poll_s: float = 30
    timeout_s: float = 30
    full_sync_s: float = 300
    timeline_limit: int = 100
    gap_limit: int = 5000
    retry_s: float = 1
    tell_after: timedelta = timedelta(seconds=10)
    lives_for: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Tools:
    """What comes from the composition root. `clock`: aware UTC; `new_id` never repeats; `jitter`: from 0 to 1."""

    work: Work
    vault: Vault
    clock: Callable[[], datetime]
    new_id: Callable[[], int]
    jitter: Callable[[], float]


class MatrixClient(Sending):
    """Give it a handler and `run` it. Sending waits for the first sync; see Sending for what can be sent.

    `handler` gets what others said and did, in order in each room: SAID of adapters.matrix.wanted, our own joining and
    leaving (m.room.member), and the echo of what this device sent. It is called again after a stop on the way, and
    up to three times where it raises. `on_trouble` is called once for a gap, and once for messages without keys.
    """

    def __init__(
        self,
        account: Account,
        tools: Tools,
        handler: Handler,
        on_trouble: Trouble,
        tuning: Tuning = Tuning(),  # frozen
    ) -> None:
        self.account, self._tools, self._tuning = account, tools, tuning
        self._handler, self._on_trouble = handler, on_trouble
        super().__init__(Http(account.homeserver, timeout_s=tuning.timeout_s), tools.new_id)
        self._connected: Connected | None = None
        self._synced_at: datetime | None = None
        self._why = "not connected yet"

    @property
    def user_id(self) -> str:
        """Empty until it is connected."""
        return self._connected.session.user_id if self._connected else ""

    @property
    def connected(self) -> Connected | None:
        """The session and its device, for `mycel doctor`; None until it is connected."""
        return self._connected

    @property
    def why_not_ready(self) -> str:
        """Empty while the account is usable; else what is wrong, for readiness."""
        if self._synced_at is None:
            return self._why
        silent_for = self._tools.clock() - self._synced_at
        return f"no sync for {int(silent_for.total_seconds())} s: {self._why}" if silent_for > SILENT_FOR else ""

    async def run(self) -> None:
        """Until it is cancelled. Raises CannotConnect, and SessionEnded when the homeserver ends the session.

        With a password it logs in again, on the same device.
        """
        self._http.reopen()
        try:
            while True:
                began_at = self._tools.clock()
                try:
                    await self._run(await self._connect())
                except MatrixError as error:
                    if not self._may_log_in_again(began_at):
                        raise session_ended(self.account.user, error) from error
                    log.warning("the homeserver ended the session of %s (%s)", self.account.user, error.reason)
                finally:
                    self._let_go()
        except CannotConnect as error:
            self.end(str(error).splitlines()[0])
            self._why = self.ended
            raise
        finally:
            await self._http.close()

    def _may_log_in_again(self, began_at: datetime) -> bool:
        """One that has ended soon is ended by somebody: another Mycel on the same device, or who runs the server."""
        is_by_password = self.account.password is not None and self.account.access_token is None
        return is_by_password and self._tools.clock() - began_at >= self._tuning.lives_for

    def _let_go(self) -> None:
        self._ready.clear()
        self._synced_at, self._why = None, "the session has ended"
        if self._connected and self._connected.keys:
            close_store(self._connected.keys)

    async def _connect(self) -> Connected:
        pacing = Backoff(self._tools.jitter, self._tuning.retry_s)
        while True:
            try:
                found = await connect(self._http, self.account, self._tools.work, self._tools.vault, self._tools.new_id)
            except (MatrixError, *TROUBLE) as error:
                await self._pause(pacing, error, "connect")
            else:
                self._connected = found
                return found

    async def _run(self, connected: Connected) -> None:
        rooms = Rooms(connected.session.user_id)
        self.bring(rooms, connected.crypto, Zones(self._http, self._tools.clock))
        joining = Joining(self._http, rooms, Allowed.of(self.account.allow, rooms.own), self._bound_spaces)
        worker = Worker(
            rooms.own,
            self._tools.work,
            lambda event: self._handle(event, rooms, joining),
            self._tools.clock,
            retry_s=self._tuning.retry_s,
        )
        works = (self._sync_for_ever(connected, rooms, worker), self._work_when_ready(worker), self._find(joining))
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _find(self, joining: Joining) -> None:
        """Looks for rooms of bound spaces after each sync."""
        await self._ready.wait()
        while True:
            news = self._next_sync
            try:
                await joining.find()
            except (MatrixError, *TROUBLE) as error:
                log.warning("%s: cannot look for rooms (%s)", self.account.user, error)
            await news.wait()

    async def _bound_spaces(self) -> frozenset[str]:
        workspace = server_of(self.user_id)
        return await self._tools.work.read(lambda tx: directory.spaces_on(tx.db, PLATFORM, workspace))

    async def _work_when_ready(self, worker: Worker) -> None:
        await self._ready.wait()
        await worker.run()

    async def _handle(self, event: StagedEvent, rooms: Rooms, joining: Joining) -> None:
        match event.type:
            case wanted.INVITED:
                await joining.invited(event)
            case wanted.GAP | wanted.UNREADABLE:
                await self._on_trouble(event.room_id, event.type)
            case kind:
                if kind == "m.room.tombstone":
                    await joining.replaced(event)
                await self._zones.look_up(str(event.payload.get("sender", "")))
                await self._handler(event, rooms.info(event.room_id))

    async def _sync_for_ever(self, connected: Connected, rooms: Rooms, worker: Worker) -> None:
        tools, tuning, crypto = self._tools, self._tuning, connected.crypto
        sync = Sync(
            self._http,
            rooms,
            crypto,
            tools.work,
            tools.clock,
            timeline_limit=tuning.timeline_limit,
            gap_limit=tuning.gap_limit,
            full_sync_s=tuning.full_sync_s,
        )
        closed = Closed(rooms.own, crypto, tools.work, tools.clock, tell_after=tuning.tell_after) if crypto else None
        session = connected.session
        course = _Course(sync, closed, worker, Since(session.next_batch, session.synced_at))
        pacing = Backoff(tools.jitter, tuning.retry_s)
        while True:
            try:
                await course.go_on(tuning.poll_s)
            except (MatrixError, *TROUBLE) as error:
                await self._pause(pacing, error, "sync")
                await course.failed(tools.work, rooms.own)
                continue
            self._synced_at, self._why = tools.clock(), ""
            pacing.reset()
            self.tell_synced()
            await self._keep_up(crypto)
            await worker.rest(HELD_BACK_S)

    async def _keep_up(self, crypto: Crypto | None) -> None:
        """Keys can wait for the next sync; those that a message needs are fetched with it."""
        if crypto is None:
            return
        try:
            await crypto.upkeep()
        except MatrixError as error:
            if error.is_end_of_session:
                raise
            log.warning("%s: cannot tend to encryption keys (%s)", self.account.user, error.reason)

    async def _pause(self, pacing: Backoff, error: Exception, what: str) -> None:
        """Waits before the next try. Raises MatrixError where the session has ended."""
        if isinstance(error, MatrixError) and error.is_end_of_session:
            raise error
        asked = error.retry_after if isinstance(error, MatrixError) else None
        wait_s = pacing.next_s(asked)
        self._why = str(error).splitlines()[0] if str(error) else type(error).__name__
        log.warning("%s: cannot %s (%s); again in %.1f s", self.account.user, what, self._why, wait_s)
        await asyncio.sleep(wait_s)


@dataclass(slots=True)
class _Course:
    """Where the syncs have got to. The first of a start brings the state of all rooms, which is not stored."""

    sync: Sync
    closed: Closed | None
    worker: Worker
    since: Since
    is_full: bool = field(default=True)
    failures: int = 0

    async def go_on(self, poll_s: float) -> None:
        """One sync. Raises MatrixError and database errors."""
        has_fresh = self.closed is not None and self.closed.is_fresh
        wait_s = 0 if self.is_full else min(poll_s, 5) if has_fresh else poll_s
        synced = await self.sync.once(self.since, is_full=self.is_full, wait_s=wait_s, failures=self.failures)
        self.since, self.is_full, self.failures = synced.since, False, 0
        if self.closed is not None:
            await self.closed.look(synced)
        self.worker.wake()

    async def failed(self, work: Work, own: str) -> None:
        """What is stored is where we are, whether or not we heard of it."""
        self.failures += 1
        try:
            row = await work.read(lambda tx: matrix.account(tx.db, own))
        except TROUBLE:
            return
        self.since = Since(row.next_batch, row.synced_at) if row else Since(None, None)
