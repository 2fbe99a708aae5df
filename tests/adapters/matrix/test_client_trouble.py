"""A homeserver that refuses, limits, restarts or freezes, a session that ends: said right, nothing lost, no storm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from adapters.matrix import client as client_module
from adapters.matrix.errors import CannotConnect, MatrixError, SessionEnded, refusal
from adapters.matrix.http import Http
from bot.core.backoff import Backoff
from bot.core.errors import DeliveryError
from storage import matrix
from tests.support.matrix_bot import QUICK, Bot, Bots, eventually
from tests.support.synapse import Synapse, User, start_synapse


@pytest.fixture
async def bots(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Bots]:
    bots = Bots(synapse, tmp_path)
    yield bots
    await bots.end()


@pytest.fixture
def ana(synapse: Synapse) -> User:
    return synapse.register()


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A homeserver of our own, with Synapse's limits, that may be stopped and frozen."""
    server = start_synapse(tmp_path_factory.mktemp("synapse"), has_limits=True)
    yield server
    server.stop()


def notice(text: str) -> dict[str, Any]:
    return {"msgtype": "m.notice", "body": text}


def device_of(bot: Bot) -> str:
    assert bot.client.connected is not None
    return bot.client.connected.session.device_id


async def error_of(sending: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await sending
    return caught.value


@pytest.mark.parametrize(
    ("status", "headers", "body", "wanted"),
    [
        (429, {"Retry-After": "7"}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 100}, (False, False, 7.0)),
        (429, {}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}, (False, False, 2.5)),
        (429, {}, {}, (False, False, 5.0)),
        (502, {}, {}, (False, True, None)),
        (500, {}, {"errcode": "M_UNKNOWN"}, (False, True, None)),
        (403, {}, {"errcode": "M_FORBIDDEN"}, (True, False, None)),
        (413, {}, {"errcode": "M_TOO_LARGE"}, (True, False, None)),
        (401, {}, {"errcode": "M_UNKNOWN_TOKEN"}, (False, False, None)),
    ],
)
def test_what_a_refusal_means(
    status: int, headers: dict[str, str], body: dict[str, Any], wanted: tuple[bool, bool, float | None]
) -> None:
    error = refusal(status, headers, body)
    after = error.retry_after.total_seconds() if error.retry_after else None
    assert (error.permanent, error.unclear, after) == wanted


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [
        *((403, "M_FORBIDDEN", "forbidden"), (401, "M_UNKNOWN_TOKEN", "off"), (413, "M_TOO_LARGE", "refused")),
        *((502, "", "unreached"), (429, "M_LIMIT_EXCEEDED", "unreached")),
    ],
)
def test_why_it_was_refused_is_a_word_that_people_are_told_of(status: int, code: str, cause: str) -> None:
    assert refusal(status, {}, {"errcode": code}).cause == cause


def test_pauses_grow_are_jittered_and_heed_the_server() -> None:
    low, high = Backoff(lambda: 0.0), Backoff(lambda: 1.0)
    assert [low.next_s() for _ in range(4)] == [0.5, 1, 2, 4]
    assert [high.next_s() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert low.next_s(timedelta(seconds=99)) == 99
    high.reset()
    assert high.next_s() == 1


async def test_a_homeserver_that_refuses_everything_is_asked_ever_more_rarely(
    bots: Bots, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, asked = bots.new(tuning=replace(QUICK, retry_s=0.02)), list[float]()

    async def refuse(*_: Any, **__: Any) -> dict[str, Any]:
        asked.append(asyncio.get_running_loop().time())
        raise MatrixError("502", status=502)

    monkeypatch.setattr(Http, "call", refuse)
    await bot.start(waits=False)
    await eventually(lambda: len(asked) > 5, "it to be asked again and again")
    # Half of it at least is waited for, the rest is chance.
    assert all(late - early >= 0.01 * 2**n for n, (early, late) in enumerate(pairwise(asked[:6])))


async def test_a_dead_token_ends_the_run_with_a_plain_word(bots: Bots, synapse: Synapse) -> None:
    user = synapse.register()
    bot = await bots.new(user, password=None, access_token=user.token).start()
    user.call("POST", "/logout", {})
    assert bot.task is not None
    with pytest.raises(SessionEnded) as ended:
        await asyncio.wait_for(bot.task, 10)
    assert user.user_id in str(ended.value)
    assert "MATRIX_ACCESS_TOKEN" in str(ended.value)
    assert "compatibility token" in str(ended.value)
    with pytest.raises(SessionEnded):
        await bot.again()


async def test_with_a_password_the_next_start_keeps_the_device(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    device = device_of(bot)
    await bot.again()
    assert device_of(bot) == device
    bots.server_user(bot).call("POST", "/logout/all", {})
    assert bot.task is not None
    with pytest.raises(SessionEnded):
        await asyncio.wait_for(bot.task, 10)
    ana.send(room, "are you there?")
    await bot.again()
    assert device_of(bot) == device
    await bot.hears("are you there?")


async def test_a_session_that_ends_is_followed_by_another_of_the_same_device(bots: Bots, ana: User) -> None:
    bot = await bots.new(tuning=replace(QUICK, lives_for=timedelta()), is_encrypting=True).start()
    room = await bots.room_with(bot, ana)
    device = device_of(bot)
    bots.server_user(bot).call("POST", "/logout/all", {})
    ana.send(room, "are you there?")
    await bot.hears("are you there?")
    assert bot.task is not None
    assert not bot.task.done()
    assert device_of(bot) == device
    assert bot.client.connected is not None
    assert bot.client.connected.signed.is_signed


async def test_who_waits_for_an_account_that_has_ended_is_told_at_once(bots: Bots, ana: User) -> None:
    bot = bots.new(ana, password=None, access_token="dead")
    with pytest.raises(SessionEnded):
        await bot.start()
    assert ana.user_id in bot.client.why_not_ready
    error = await asyncio.wait_for(error_of(bot.client.send("!room", "m.room.message", notice("x"), "t1")), 1)
    assert (error.permanent, error.unclear) == (False, False)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "wrong"}, "MATRIX_PASSWORD"),
        ({"password": None}, "MATRIX_ACCESS_TOKEN"),
        ({"access_token": "wrong", "password": None}, "does not know the session"),
    ],
)
async def test_what_cannot_log_in_says_what_to_set(bots: Bots, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(CannotConnect, match=said):
        await bots.new(**wrong).start()


async def test_a_token_of_another_account_or_device_is_refused(bots: Bots, ana: User, synapse: Synapse) -> None:
    other = synapse.register()
    with pytest.raises(CannotConnect, match="MATRIX_USER"):
        await bots.new(ana, access_token=other.token).start()
    with pytest.raises(CannotConnect, match="MATRIX_DEVICE_ID"):
        await bots.new(ana, access_token=ana.token, device_id="OTHER").start()


async def test_the_token_is_not_readable_in_the_database(bots: Bots, synapse: Synapse) -> None:
    user = synapse.register()
    bot = await bots.new(user, access_token=user.token).start()
    row = await bot.stored(lambda db: matrix.account(db, user.user_id))
    assert row.device_id == user.device_id
    assert user.token not in row.token
    await bot.stop()
    bot.secret, bot.account = b"another", replace(bot.account, access_token=None)
    with pytest.raises(CannotConnect, match="MYCEL_SECRET_KEY"):
        await bot.start()


async def test_refusals_of_a_message(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    levels = {"events_default": 50}
    room = await bots.room_with(bot, ana, power_level_content_override=levels)
    assert (await error_of(bot.client.send(room, "m.room.message", notice("no"), "t1"))).permanent
    ana.set_state(room, "m.room.power_levels", {"events_default": 0})
    assert (await error_of(bot.client.send(room, "m.room.message", notice("x" * 70_000), "t2"))).permanent
    assert (await error_of(bot.client.send("!none:x", "m.room.message", notice("x"), "t3"))).permanent


async def test_who_sends_before_the_first_sync_of_a_start_waits_for_it(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    await bot.stop()
    await bot.start(waits=False)
    assert bot.client.why_not_ready
    await bot.client.send(room, "m.room.message", notice("at once"), "t1")
    assert ana.texts(room, bot.client.user_id) == ["at once"]


async def test_the_same_transaction_is_one_message_and_the_same_reaction_no_error(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    first = await bot.client.send(room, "m.room.message", notice("once"), "t1")
    await bot.again()
    assert await bot.client.send(room, "m.room.message", notice("once"), "t1") == first
    assert ana.texts(room, bot.client.user_id) == ["once"]
    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": first, "key": "👍"}}
    put = await bot.client.send(room, "m.reaction", reaction, "t2")
    assert await bot.client.send(room, "m.reaction", reaction, "t3") == put
    await bot.client.redact(room, first, "t4")
    await bot.client.redact(room, first, "t5")
    assert ana.texts(room, bot.client.user_id) == [""]


async def test_a_limit_is_said_with_its_time_and_keeps_nothing_back(limited: Synapse, tmp_path: Path) -> None:
    bots, ana = Bots(limited, tmp_path), limited.register()
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    said = [str(n) for n in range(100)]  # a slow computer gets further than ten
    limits = []
    for text in said:
        try:
            await bot.client.send(room, "m.room.message", notice(text), f"t{text}")
        except DeliveryError as error:
            limits.append((text, error))
            break
    [(text, limit)] = limits
    assert limit.retry_after is not None
    assert (limit.unclear, limit.permanent) == (False, False)
    await asyncio.sleep(limit.retry_after.total_seconds())
    await bot.client.send(room, "m.room.message", notice(text), f"t{text}")
    assert ana.texts(room, bot.client.user_id) == said[: int(text) + 1]
    await bots.end()


async def test_a_homeserver_that_restarts_loses_nothing(limited: Synapse, tmp_path: Path) -> None:
    bots, ana = Bots(limited, tmp_path), limited.register()
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    ana.send(room, "before")
    await bot.hears("before")
    await asyncio.to_thread(limited.stop)
    down = await error_of(bot.client.send(room, "m.room.message", notice("hello"), "t1"))
    assert (down.unclear, down.permanent) == (False, False)
    await eventually(lambda: "cannot reach" in bot.client._why, "the failing sync")
    await asyncio.to_thread(limited.start)
    ana.send(room, "after")
    await bot.hears("before", "after")
    await bot.client.send(room, "m.room.message", notice("hello"), "t1")
    assert ana.texts(room, bot.client.user_id) == ["hello"]
    await bots.end()


async def test_a_frozen_homeserver_is_noticed_and_nothing_is_doubled(
    limited: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bots, ana = Bots(limited, tmp_path), limited.register()
    bot = await bots.new(tuning=replace(QUICK, timeout_s=3, poll_s=1)).start()
    room = await bots.room_with(bot, ana)
    ana.send(room, "before")
    await bot.hears("before")
    monkeypatch.setattr(client_module, "SILENT_FOR", timedelta(seconds=4))
    await eventually(lambda: bot.client.why_not_ready == "", "the syncs")
    with limited.frozen():
        frozen = await error_of(bot.client.send(room, "m.room.message", notice("hello"), "t1"))
        assert frozen.unclear
        await eventually(lambda: bot.client.why_not_ready.startswith("no sync for"), "the watchdog")
    ana.send(room, "after")
    await bot.hears("before", "after")
    await eventually(lambda: bot.client.why_not_ready == "", "recovery")
    await eventually(lambda: is_sent(bot.client.send(room, "m.room.message", notice("hello"), "t1")), "the notice")
    assert ana.texts(room, bot.client.user_id) == ["hello"]
    await bots.end()


async def is_sent(sending: Awaitable[str]) -> bool:
    try:
        return bool(await sending)
    except DeliveryError:
        return False


async def test_a_database_in_trouble_loses_and_doubles_nothing(
    bots: Bots, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    stage, failures = matrix.stage, [True, False, True]

    def failing(*args: Any) -> int:
        # Only where there are events: a token that is stored without them would skip them.
        before_commit = failures.pop() if failures and args[3] else None
        done = 0 if before_commit else stage(*args)
        if before_commit is not None:
            raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))
        return done

    monkeypatch.setattr(matrix, "stage", failing)
    for text in ("one", "two"):
        ana.send(room, text)
    await bot.hears("one", "two")
    assert failures == []
