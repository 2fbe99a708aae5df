"""The composition root: settings → storage, features, platforms, ticker. The only place that builds real things."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa

from adapters.local.changes import Changes
from adapters.local.http import routes as playground_routes
from adapters.local.playground import Playground
from adapters.local.sender import LocalSender
from adapters.web.exports import File, export_routes
from adapters.web.internal import internal_routes
from adapters.web.metrics import Metrics
from adapters.web.server import Server, health_routes
from bot.core import telling, working_time
from bot.core.deadlines import Clockwork
from bot.core.dispatch import Dispatch
from bot.core.feature import Feature
from bot.core.following import Followers
from bot.core.standing import Standing
from bot.core.time_travel import TimeTravel
from bot.core.upkeep import Upkeep
from bot.features import circle, conflicts, decisions, digests, input_windows, network, nudges
from bot.features import help as help_feature
from bot.features.decisions.rules import ASKS_UNTIL
from bot.features.network import exports
from bot.handing_over import OwnSteps
from bot.living import Accounts
from bot.parts import CannotStart, Core, Platform
from bot.running import Address, Running
from bot.secret_key import secret_key
from bot.settings import Settings
from storage import delivery, directory, local_chat, migrate
from storage.engine import is_postgres
from storage.work import Clock, Tx, open_work

log = logging.getLogger("mycel")

FEATURES: tuple[Feature, ...] = (
    *(decisions.FEATURE, input_windows.FEATURE, conflicts.FEATURE, circle.FEATURE, digests.FEATURE, nudges.FEATURE),
    *(telling.FEATURE, network.FEATURE, help_feature.FEATURE),
)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Where the playground is served; its guard answers to these names only."""


def real_clock() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


def new_ids() -> Callable[[], int]:
    """Ids below 2**63 that only grow, also over restarts: microseconds since 1970, with room for a thousand in each."""
    return itertools.count(time.time_ns() // 1000 << 10).__next__


def new_code() -> str:
    """A one-time code that can be read aloud, about 50 bits: "7F3A-9KQM-2X"."""
    letters = "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


async def build_core(
    url: str,
    network_slug: str,
    *,
    clock: Clock = real_clock,
    new_id: Callable[[], int] | None = None,
    features: Sequence[Feature] = FEATURES,
    observe: Callable[[str, str, float], None] | None = None,
    codes: Callable[[], str] = new_code,
    base_url: str = "",
) -> Core:
    """Mycel without platforms, on a migrated database; makes the network if there is none of this slug."""
    work = open_work(url, clock=clock)
    ids = new_id or new_ids()
    built: list[Core] = []
    dispatch = Dispatch(
        work, features, ids, lambda: built[0].wake(), new_code=codes, observe=observe, base_url=base_url
    )
    clockwork = Clockwork(work, dispatch.registry, clock, ids)
    followers = Followers(work, dispatch.registry, ids)
    upkeep = Upkeep(work, clock)
    standing = Standing(work, dispatch.registry, clock, ids)
    network_id = await work.write(0, lambda tx: directory.ensure_network(tx.db, network_slug, "en", tx.now))
    built.append(Core(work, dispatch, clockwork, followers, upkeep, standing, clock, ids, network_id))
    return built[0]


async def build_playground(core: Core) -> Playground:
    """The playground on a core, with its workspace in the core's network, which is past its first month there."""

    def settle(tx: Tx) -> None:
        directory.add_workspace(tx.db, local_chat.PLATFORM, local_chat.WORKSPACE, core.network_id, tx.now)
        settings = directory.network(tx.db, core.network_id).settings
        if ASKS_UNTIL in settings:
            kept = {name: value for name, value in settings.items() if name != ASKS_UNTIL}
            directory.set_settings(tx.db, core.network_id, kept)

    await core.work.write(core.network_id, settle)
    changes = Changes()
    deliverer = core.add_sender(LocalSender(core.work, core.new_id, changes))
    travel = TimeTravel(core.work, core.clockwork, core.drain, core.clock, before=core.dispatch.activity.flush)
    return Playground(core.work, core.dispatch, deliverer, travel, changes, core.new_id, core.network_id)


def prepare_database(settings: Settings, *, may_migrate: bool) -> list[str]:
    """An embedded database is migrated by itself, PostgreSQL only where that was asked for; returns what was run.

    Raises CannotStart.
    """
    try:
        missing = migrate.missing(settings.database_url)
        if missing and is_postgres(settings.database_url) and not may_migrate:
            raise CannotStart(
                f"The database lacks {len(missing)} migration(s): {', '.join(missing)}.\n"
                "Run `mycel migrate` (or start with `mycel run --migrate`)."
            )
        done = migrate.upgrade(settings.database_url) if missing else []
    except (ValueError, migrate.NewerDatabase) as error:
        raise CannotStart(str(error)) from error
    except sa.exc.DBAPIError as error:
        why = str(error.orig).strip().splitlines()[0]
        raise CannotStart(f"The database cannot be used: {why}\nLook at DATABASE_URL; `mycel doctor` helps.") from error
    if done:
        log.info("database migrated: %s", ", ".join(done))
    return done


async def run(settings: Settings, *, announce: Callable[[str], None], stop: asyncio.Event) -> None:
    """Runs Mycel until `stop` is set. Raises CannotStart. The database has to be migrated (`prepare_database`)."""
    _check(settings)
    secret = secret_key(settings, lambda: secrets.token_urlsafe(32))
    metrics = Metrics()
    core = await build_core(
        settings.database_url, settings.mycel_network, observe=metrics.observe, base_url=settings.base_url
    )
    async with contextlib.AsyncExitStack() as ends:
        ends.push_async_callback(core.work.close)
        if not is_postgres(settings.database_url):
            await core.work.write(0, lambda tx: delivery.end_leases(tx.db, tx.now))
        platforms = await _platforms(settings, core, secret)
        # Before anything is sent: what was held over quiet hours does not come in those that may be now.
        await core.standing.run_once()
        await ends.enter_async_context(_background(core, settings.mycel_tick_seconds))
        running = {p.name: await ends.enter_async_context(_started(p)) for p in platforms}
        accounts = Accounts()
        address = Address(os.getpid(), settings.local_url, secrets.token_urlsafe(32))
        server = Server(settings.mycel_host, settings.mycel_port)
        server.add(health_routes(core.work, metrics, {p.name: partial(accounts.problem, p) for p in platforms}))
        server.add(internal_routes(OwnSteps(core.work, core.network_id, core.new_id).take, address.token))
        server.add(export_routes(_exports(core)))
        for platform in platforms:
            server.add(platform.routes)
        await ends.enter_async_context(_served(server, settings))
        ends.enter_context(Running(settings.data_folder).announced(address))
        core.wake()
        ends.push_async_callback(_ended, asyncio.create_task(_warm(core)))
        for platform in platforms:
            announce(platform.announcement)
        await accounts.go_on(running, stop)
        log.info("stopping")
        for platform in platforms:
            platform.before_stop()


def _exports(core: Core) -> Callable[[str], Awaitable[File | None]]:
    """What the links to groups' exports lead to."""

    async def fetch(code: str) -> File | None:
        found = await core.work.read(lambda tx: exports.fetch(tx.db, code, core.clock()))
        return File(found.name, found.lines) if found else None

    return fetch


async def _platforms(settings: Settings, core: Core, secret: bytes) -> list[Platform]:
    """Every platform that there are settings for, all in one network; with none, the playground."""
    found: list[Platform] = []
    if "slack" in settings.platforms:
        from bot.slack import build_slack

        found.append(await build_slack(core, settings.slack_accounts, secret, settings.base_url, random.random))
    if "matrix" in settings.platforms:
        from bot.matrix import build_matrix

        found.append(await build_matrix(core, settings.matrix_accounts, secret, random.random))
    return found or [await _playground(settings, core)]


async def _playground(settings: Settings, core: Core) -> Platform:
    playground = await build_playground(core)
    return Platform(
        "playground",
        f"The playground is at {settings.local_url}/try (no platform is set up)",
        routes=tuple(playground_routes(playground)),
        start=playground.start,
        # Pages that listen for changes would hold the server up.
        before_stop=playground.changes.close,
        close=playground.close,
    )


@contextlib.asynccontextmanager
async def _started(platform: Platform) -> AsyncIterator[list[asyncio.Task[None]]]:
    """A platform at work, as long as the block lasts; what it runs ends before it is closed."""
    tasks: list[asyncio.Task[None]] = []
    try:
        if platform.start is not None:
            await platform.start()
        tasks += [asyncio.create_task(work()) for work in platform.run]
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if platform.close is not None:
            await platform.close()


def _check(settings: Settings) -> None:
    if settings.platforms:
        return
    if settings.mycel_host not in LOOPBACK:
        raise CannotStart(
            f"No platform is set up, and the playground has no login: it is served on 127.0.0.1 only, "
            f"but MYCEL_HOST is {settings.mycel_host}.\n"
            "To try it on this computer: MYCEL_HOST=127.0.0.1. To let others in: set up a platform (docs/operators)."
        )


@contextlib.asynccontextmanager
async def _served(server: Server, settings: Settings) -> AsyncIterator[None]:
    try:
        await server.start()
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else "no such address"
        raise CannotStart(
            f"Port {settings.mycel_port} on {settings.mycel_host} cannot be used: {why}.\n"
            "Is Mycel running already? Another port: MYCEL_PORT=8081 make run"
        ) from error
    try:
        yield
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def _background(core: Core, tick_s: float) -> AsyncIterator[None]:
    """Senders and ticker, as long as the block lasts. The scheduler only wakes us: what is due is in the database."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    tasks = [asyncio.create_task(deliverer.run()) for deliverer in core.deliverers]
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        _tick, "interval", [core], seconds=tick_s, max_instances=1, coalesce=True, misfire_grace_time=None
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        # A tick that was handed out begins now, and is then cancelled as one that runs: the scheduler would otherwise
        # call it a failure.
        await asyncio.sleep(0)
        scheduler.shutdown(wait=False)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _warm(core: Core) -> None:
    """Loads the holidays of all groups: half a second that nobody's command should wait for."""
    regions = {g.region for g in await core.work.read(lambda tx: directory.all_groups(tx.db, core.network_id))}
    year = core.clock().year
    await asyncio.to_thread(working_time.warm, [r for r in regions if r], range(year, year + 2))


async def _ended(task: asyncio.Task[None]) -> None:
    """Waits for a task that was begun on the side."""
    await asyncio.gather(task, return_exceptions=True)


async def _tick(core: Core) -> None:
    try:
        await core.tick()
    except asyncio.CancelledError:
        return  # we stop; the scheduler would call that a failure
    except Exception:
        # The next tick comes in a second and looks at the same rows again.
        log.exception("tick failed")
