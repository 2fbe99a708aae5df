"""Nothing that people say is lost, nothing is heard twice, and nothing that is none of Mycel's business is heard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from adapters.matrix import gaps, wanted
from adapters.matrix.errors import MatrixError, refusal
from adapters.matrix.gaps import is_own_join
from adapters.matrix.http import Http
from adapters.matrix.rooms import Rooms
from adapters.matrix.sync import Since, Sync
from bot.core.errors import DeliveryError
from storage import matrix
from storage.matrix import StagedEvent
from storage.work import open_work
from tests.support.matrix_bot import QUICK, Bot, Bots, eventually
from tests.support.synapse import Synapse, User
from tests.support.tables import make_tables


@pytest.fixture
async def bots(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Bots]:
    bots = Bots(synapse, tmp_path)
    yield bots
    await bots.end()


@pytest.fixture
def ana(synapse: Synapse) -> User:
    return synapse.register()


def of_kind(bot: Bot, kind: str) -> list[StagedEvent]:
    return [event for event in bot.seen if event.type == kind]


async def test_what_is_said_is_handed_on_in_order_and_then_blanked(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    for text in ("one", "two", "three"):
        ana.send(room, text)
    await bot.hears("one", "two", "three")

    async def is_all_handled() -> bool:
        counts = await bot.stored(lambda db: matrix.counts(db, bot.client.user_id))
        return set(counts) == {matrix.HANDLED}

    await eventually(is_all_handled, "handling")
    rows = await bot.stored(lambda db: db.execute(sa.select(matrix.events.c.payload)).scalars().all())
    assert rows == [None] * len(rows)
    assert [e.payload["content"]["membership"] for e in of_kind(bot, "m.room.member")] == ["join"]
    assert bot.rooms[-1].members == {ana.user_id, bot.client.user_id}


async def test_what_is_said_while_it_is_down_is_heard_once(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    ana.send(room, "before")
    await bot.hears("before")
    await bot.stop()
    ana.send(room, "meanwhile")
    await bot.start()
    ana.send(room, "after")
    await bot.hears("before", "meanwhile", "after")
    await bot.again()
    ana.send(room, "later")
    await bot.hears("before", "meanwhile", "after", "later")


async def test_a_limited_timeline_is_filled_up(bots: Bots, ana: User) -> None:
    bot = await bots.new(tuning=replace(QUICK, timeline_limit=3)).start()
    room = await bots.room_with(bot, ana)
    await bot.stop()
    texts = [str(n) for n in range(12)]
    for text in texts:
        ana.send(room, text)
    await bot.start()
    await bot.hears(*texts)


async def test_a_gap_too_large_is_said_and_not_swallowed(
    bots: Bots, ana: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gaps, "PAGE", 4)
    bot = await bots.new(tuning=replace(QUICK, timeline_limit=2, gap_limit=4)).start()
    room = await bots.room_with(bot, ana)
    await bot.stop()
    for n in range(12):
        ana.send(room, str(n))
    await bot.start()
    await bot.hears("6", "7", "8", "9", "10", "11")
    assert bot.troubles == [(room, wanted.GAP)]
    assert "too much was said" in caplog.text


class Endless(Http):
    """A homeserver that does not stop where it is asked to; an event an hour, back from `last`."""

    def __init__(self, last: datetime) -> None:
        super().__init__("http://endless.example")
        self.last, self.pages = last, 0

    async def call(self, method: str, path: str, *_: object, **__: object) -> dict[str, Any]:
        hours = range(self.pages * 10, self.pages * 10 + 10)
        self.pages += 1
        times = [int((self.last - timedelta(hours=n)).timestamp() * 1000) for n in hours]
        chunk = [{"event_id": f"${ms}", "type": "m.room.message", "origin_server_ts": ms} for ms in times]
        return {"chunk": chunk, "end": f"p{self.pages}"}


async def test_a_homeserver_that_gives_more_than_was_asked_for_brings_no_history() -> None:
    synced_at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    http = Endless(synced_at + timedelta(hours=5))
    filled = await gaps.fill(http, gaps.Gap("!room", "before", "since", synced_at), "@mycel:x", 5000)
    assert filled.is_whole
    assert len(filled.events) == 5 + 24 + 1
    assert http.pages == 4


class Slow(Http):
    """A homeserver that never answers in time; writes down how long it was given."""

    def __init__(self) -> None:
        super().__init__("http://slow.example", timeout_s=10)
        self.given: list[float | None] = []

    async def call(self, *_: object, timeout_s: float | None = None, **__: object) -> dict[str, Any]:
        self.given.append(timeout_s)
        raise MatrixError("no answer in time", unclear=True)


async def test_a_slow_homeserver_is_given_more_time_each_time(sqlite_url: str) -> None:
    http, work = Slow(), open_work(sqlite_url, clock=lambda: datetime.now(UTC))
    sync = Sync(http, Rooms("@mycel:x"), None, work, lambda: datetime.now(UTC), full_sync_s=100)
    for failures in (0, 1, 2, 3, 9, 999):
        with pytest.raises(MatrixError):
            await sync.once(Since("s1", None), is_full=False, wait_s=30, failures=failures)
    for since in (Since(None, None), Since("s1", None)):
        with pytest.raises(MatrixError):
            await sync.once(since, is_full=True, wait_s=0)
    await work.close()
    assert http.given == [40, 50, 70, 100, 100, 100, 100, 100]


class Forked(Http):
    """A homeserver in whose room Ben joined while Ana wrote: her message comes beside the state that she knew."""

    def __init__(self) -> None:
        super().__init__("http://forked.example")
        self.may_look = True
        self.syncs: list[dict[str, Any]] = [
            {"state": {"events": [member(MYCEL, "join"), member(BEN, "invite")]}, "timeline": {"events": []}},
            {"timeline": {"events": [member(BEN, "join")]}},
            {"state": {"events": [member(BEN, "invite"), member(MYCEL, "invite")]}, "timeline": {"events": [SAID]}},
        ]

    async def call(self, method: str, path: str, *_: object, **__: object) -> dict[str, Any]:
        return {"next_batch": f"s{len(self.syncs)}", "rooms": {"join": {"!room": self.syncs.pop(0)}}}

    async def listed(self, path: str) -> list[dict[str, Any]]:
        if not self.may_look:
            raise refusal(403, {}, {"errcode": "M_FORBIDDEN"})
        return [member(MYCEL, "join"), member(BEN, "join")]


MYCEL, BEN = "@mycel:x", "@ben:x"
SAID = {
    "event_id": "$said",
    "type": "m.room.message",
    "sender": "@ana:x",
    "content": {"msgtype": "m.text", "body": "?"},
}


def member(user: str, membership: str) -> dict[str, Any]:
    content = {"membership": membership}
    return {"event_id": f"${user}{membership}", "type": "m.room.member", "state_key": user, "content": content}


@pytest.mark.parametrize(("may_look", "members"), [(True, {MYCEL, BEN}), (False, set())])
async def test_who_joins_while_somebody_writes_is_not_taken_for_invited(
    sqlite_url: str, may_look: bool, members: set[str]
) -> None:
    """Recorded of Synapse 1.163. Of ourselves as well: in a room that we had only been invited to we would be deaf."""
    make_tables(sqlite_url)
    http, rooms, work = Forked(), Rooms(MYCEL), open_work(sqlite_url, clock=lambda: datetime.now(UTC))
    http.may_look = may_look
    await work.write(0, lambda tx: matrix.save_account(tx.db, MYCEL, "http://forked.example", "D", "locked"))
    sync, since = Sync(http, rooms, None, work, lambda: datetime.now(UTC)), Since("s0", None)
    while http.syncs:
        since = (await sync.once(since, is_full=rooms.joined == {}, wait_s=0)).since
    await work.close()
    assert rooms.info("!room").members == members


async def test_history_from_before_the_latest_join_is_not_heard(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    user = bot.client.user_id
    room = ana.create_room()
    ana.send(room, "before the invite")
    ana.invite(room, user)
    await eventually(lambda: of_kind(bot, "m.room.member"), "the join")
    ana.send(room, "first stay")
    await bot.hears("first stay")
    await bot.stop()
    ana.send(room, "first stay, while down")
    ana.kick(room, user)
    ana.send(room, "between")
    ana.invite(room, user)
    await bot.start()
    # The kick may be told as well; what is said before the second join would rightly not be heard.
    await eventually(lambda: len([e for e in bot.seen if is_own_join(e.payload, user)]) == 2, "the second join")
    ana.send(room, "second stay")
    await bot.hears("first stay", "second stay")


async def test_a_join_further_back_than_the_timeline_bounds_what_is_fetched(bots: Bots, ana: User) -> None:
    bot = await bots.new(tuning=replace(QUICK, timeline_limit=2)).start()
    await bot.stop()
    room = ana.create_room()
    for n in range(4):
        ana.send(room, f"old {n}")
    ana.invite(room, bot.client.user_id)
    # Another program joins for the account while Mycel is down.
    other = bots.server_user(bot).log_in()
    other.join(room)
    texts = [f"new {n}" for n in range(6)]
    for text in texts:
        ana.send(room, text)
    await bot.start()
    await bot.hears(*texts)


async def test_the_history_of_the_very_first_sync_is_skipped(bots: Bots, ana: User, synapse: Synapse) -> None:
    account = synapse.register()
    room = ana.create_room(account.user_id)
    account.join(room)
    ana.send(room, "long ago")
    bot = await bots.new(account).start()
    ana.send(room, "now")
    await bot.hears("now")


async def test_a_kick_takes_the_room_out(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    assert (await bot.client.info(room)).is_joined
    ana.kick(room, bot.client.user_id)
    await eventually(lambda: len(of_kind(bot, "m.room.member")) == 2, "the kick")
    assert bot.seen[-1].payload["content"]["membership"] == "leave"
    assert not bot.rooms[-1].is_joined
    with pytest.raises(DeliveryError) as refused:
        await bot.client.send(room, "m.room.message", {"msgtype": "m.notice", "body": "still here?"}, "t1")
    assert refused.value.permanent


async def test_a_kick_while_it_is_down_is_noticed(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    await bot.stop()
    ana.kick(room, bot.client.user_id)
    await bot.start()
    await eventually(lambda: len(of_kind(bot, "m.room.member")) == 2, "the kick")
    assert not (await bot.client.info(room)).is_joined


async def test_what_fails_three_times_is_a_dead_letter_and_holds_up_nobody(
    bots: Bots, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    tries: list[str] = []

    def failing(event: StagedEvent) -> Exception | None:
        if event.payload["content"].get("body") != "bad":
            return None
        tries.append(event.event_id)
        return ZeroDivisionError("a bug")

    bot.failing = failing
    ana.send(room, "bad")
    ana.send(room, "good")
    await bot.hears("good")
    assert len(tries) == 3
    [dead] = await bot.stored(lambda db: matrix.dead_letters(db, bot.client.user_id, 10))
    assert dead.payload["content"]["body"] == "bad"
    assert "gave up event" in caplog.text


async def test_trouble_that_passes_is_waited_for(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    left = [DeliveryError("the homeserver is busy")] * 5
    bot.failing = lambda event: left.pop() if left and event.type == "m.room.message" else None
    ana.send(room, "patience")
    await bot.hears("patience")
    assert left == []


async def test_what_no_database_keeps_is_heard_without_it(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    ana.send(room, "null \0 here")
    await bot.hears("null \N{REPLACEMENT CHARACTER} here")
    whole = {"a\0": ["half \ud83d", 1, float("inf"), None, {"b": "ok é 👍"}]}
    assert wanted.storable(whole) == {"a\N{REPLACEMENT CHARACTER}": ["half ?", 1, None, None, {"b": "ok é 👍"}]}
