"""What should be visible becomes visible: in order, once, however often something fails on the way."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from _pytest.logging import LogCaptureFixture

from bot.core.delivery import LEASE, LONGEST_PAUSE, TRIES, Deliverer, Post, next_try
from bot.core.errors import DeliveryError
from bot.core.message import to_plain
from storage import delivery, undelivered
from storage.delivery import Lane
from tests.support.echo import Echo
from tests.support.house import START, Channels, House


@dataclass
class Platform(Channels):
    """A platform that refuses, hangs and forgets as told; `calls` are (what, key, text, was it unclear)."""

    refusals: dict[str, list[Exception]] = field(default_factory=lambda: defaultdict(list))
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    calls: list[tuple[str, str, str, bool]] = field(default_factory=list)
    on_send: Callable[[Post], Awaitable[None]] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, post: Post) -> str:
        await self._meet("post", post)
        self.changed.set()
        return await super().post(post)

    async def edit(self, post: Post) -> None:
        await self._meet("edit", post)
        await super().edit(post)

    async def remove(self, post: Post) -> None:
        await self._meet("remove", post)
        await super().remove(post)

    async def _meet(self, what: str, post: Post) -> None:
        self.calls.append((what, post.key, to_plain(post.message), post.is_unclear))
        self.changed.set()
        if self.on_send is not None:
            await self.on_send(post)
        if post.key in self.gates:
            await self.gates[post.key].wait()
        if self.refusals[post.key]:
            raise self.refusals[post.key].pop(0)

    def loses_the_answer(self, key: str, arrives: Callable[[Channels, Post], Awaitable[object]]) -> None:
        """The next send of a message arrives, and nobody hears of it; until `on_send` is None again."""

        async def take(post: Post) -> None:
            await arrives(self, post)

        self.on_send = take
        self.refusals[key].append(DeliveryError("no answer in time", unclear=True))

    @property
    def keys(self) -> list[str]:
        return [key for _, key, _, _ in self.calls]


@pytest.fixture
def platform(house: House) -> Platform:
    return plug_in(house)


def plug_in(house: House) -> Platform:
    """Puts a platform that can fail into the house."""
    platform = Platform()
    house.channels = platform
    house.deliverer = new_deliverer(house)
    return platform


def new_deliverer(house: House) -> Deliverer:
    return Deliverer(house.work, house.channels, house.dispatch.registry, house.clock, house.new_id)


async def want(
    house: House,
    key: str,
    *,
    channel: int = 1,
    about: str = "",
    thread: str | None = None,
    gap: int = 0,
    text: str = "",
) -> None:
    row = {
        **{"network_id": 1, "id": house.new_id(), "key": key, "channel_id": channel, "thread_of": thread},
        **{"about": about, "view": "echo", "args": {"text": text or key, "about": about}, "edit_gap_s": gap},
        **{"ready_at": house.clock(), "created_at": house.clock()},
    }
    wake = {"network_id": 1, "channel_id": channel, "platform": "test", "next_at": house.clock()}
    await house.work.write(1, lambda tx: delivery.want(tx.db, [row], [wake]))


async def touch(house: House, about: str) -> None:
    await house.work.write(1, lambda tx: delivery.touch(tx.db, 1, about, house.clock()))


async def test_a_lane_is_sent_in_the_order_in_which_it_was_wanted(house: House, platform: Platform) -> None:
    for key in ("b", "a", "c"):
        await want(house, key)
    await house.deliverer.drain()
    assert platform.keys == ["b", "a", "c"]
    await house.deliverer.drain()
    assert len(platform.calls) == 3


async def test_what_looks_the_same_is_not_sent_again(house: House, platform: Platform) -> None:
    await want(house, "a", about="D-1")
    await house.deliverer.drain()
    await touch(house, "D-1")
    await house.deliverer.drain()
    assert platform.keys == ["a"]


async def test_many_changes_become_one_edit(house: House, platform: Platform, echo: Echo) -> None:
    await want(house, "a", about="D-1")
    await house.deliverer.drain()
    for n in range(20):
        echo.texts["D-1"] = f"state {n}"
        await touch(house, "D-1")
    await house.deliverer.drain()
    assert platform.calls[1:] == [("edit", "a", "state 19", False)]


async def test_edits_keep_their_distance_and_hold_up_nothing(house: House, platform: Platform, echo: Echo) -> None:
    await want(house, "a", about="D-1", gap=5)
    await house.deliverer.drain()
    for n in range(4):
        echo.texts["D-1"] = f"state {n}"
        await touch(house, "D-1")
        await want(house, f"other {n}")
        await house.deliverer.drain()
        house.clock.move(seconds=1)
    assert [call for call in platform.calls if call[0] == "edit"] == []
    assert len(platform.calls) == 5
    house.clock.move(seconds=1)
    await house.deliverer.drain()
    assert platform.calls[-1] == ("edit", "a", "state 3", False)


async def test_more_waiting_edits_than_a_turn_takes_do_not_starve_a_lane(
    house: House, platform: Platform, echo: Echo
) -> None:
    for n in range(25):
        await want(house, f"m{n}", about="D-1", gap=60)
    await house.deliverer.drain()
    echo.texts["D-1"] = "changed"
    await touch(house, "D-1")
    await want(house, "new")
    await asyncio.wait_for(house.deliverer.drain(), 10)
    assert platform.keys[25:] == ["new"]


async def test_a_platform_that_wants_us_to_wait_holds_up_its_lane_only(house: House, platform: Platform) -> None:
    platform.refusals["a"].append(DeliveryError("429", retry_after=timedelta(seconds=30)))
    await want(house, "a")
    await want(house, "elsewhere", channel=2)
    await house.deliverer.drain()
    assert platform.keys.count("elsewhere") == 1
    await want(house, "b")  # what is new does not break the platform's word
    house.clock.move(seconds=29)
    await house.deliverer.drain()
    assert "b" not in platform.keys
    house.clock.move(seconds=1)
    await house.deliverer.drain()
    assert platform.keys[-2:] == ["a", "b"]
    assert [unclear for what, key, _, unclear in platform.calls if key == "a"] == [False, False]


async def test_a_lane_that_hangs_keeps_no_other_waiting(house: House, platform: Platform) -> None:
    platform.gates["slow"] = asyncio.Event()
    running = asyncio.create_task(house.deliverer.run())
    await want(house, "slow")
    house.deliverer.wake()
    await until(platform, lambda: "slow" in platform.keys)
    await want(house, "quick", channel=2)
    house.deliverer.wake()
    await until(platform, lambda: "quick" in platform.shown.get("nairobi", {}))
    await want(house, "after")  # its lane is leased: nothing wakes it, and the lane's turn ends with it
    house.deliverer.wake()
    platform.gates["slow"].set()
    await until(platform, lambda: "after" in platform.shown.get("oakland", {}))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(platform: Platform, is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await platform.changed.wait()
            platform.changed.clear()


async def test_a_stop_ends_with_the_message_under_way_and_gives_the_lane_back(house: House, platform: Platform) -> None:
    platform.gates["a"] = asyncio.Event()
    await want(house, "a")
    await want(house, "b")
    running = asyncio.create_task(house.deliverer.run())
    house.deliverer.wake()
    await until(platform, lambda: platform.keys == ["a"])
    running.cancel()
    await asyncio.sleep(0)
    platform.gates["a"].set()
    await asyncio.gather(running, return_exceptions=True)
    assert platform.keys == ["a"]
    await house.deliverer.drain()
    assert [(key, was_unclear) for _, key, _, was_unclear in platform.calls] == [("a", False), ("b", False)]


async def test_what_is_wanted_while_its_lane_is_served_is_sent(house: House, platform: Platform, echo: Echo) -> None:
    async def meanwhile(post: Post) -> None:
        platform.on_send = None
        echo.texts["D-1"] = "changed meanwhile"
        await touch(house, "D-1")
        await want(house, "b")

    platform.on_send = meanwhile
    await want(house, "a", about="D-1")
    await house.deliverer.drain()
    assert "changed meanwhile" in house.shown("oakland")
    assert "b" in house.shown("oakland")


async def test_a_reply_follows_its_root(house: House, platform: Platform) -> None:
    platform.refusals["root"].append(DeliveryError("503", unclear=True))
    await want(house, "reply", thread="root")
    await want(house, "root")
    await house.deliverer.drain()
    assert platform.keys == ["root"]
    house.clock.move(seconds=2)
    await asyncio.wait_for(house.deliverer.drain(), 10)
    assert platform.keys == ["root", "root", "reply"]
    assert platform.shown["oakland"]["reply"][0] == "root"


async def test_without_its_root_a_reply_goes_to_the_channel_and_says_so(house: House, platform: Platform) -> None:
    platform.refusals["root"].append(DeliveryError("no such place", permanent=True))
    await want(house, "root")
    await want(house, "reply", thread="root")
    await house.deliverer.drain()
    thread, message = platform.shown["oakland"]["reply"]
    assert thread is None
    assert to_plain(message) == "(The message this belongs to is not shown here.)\nreply"


async def test_a_root_with_nothing_to_show_keeps_no_reply_waiting(house: House, platform: Platform, echo: Echo) -> None:
    echo.texts["D-1"] = None
    await want(house, "root", about="D-1")
    await want(house, "reply", thread="root")
    await asyncio.wait_for(house.deliverer.drain(), 10)
    assert platform.keys == ["reply"]


async def test_what_has_nothing_more_to_show_is_removed_and_may_come_back(
    house: House, platform: Platform, echo: Echo
) -> None:
    await want(house, "a", about="D-1")
    await house.deliverer.drain()
    echo.texts["D-1"] = None
    await touch(house, "D-1")
    await house.deliverer.drain()
    assert house.shown("oakland") == ""
    echo.texts["D-1"] = "here again"
    await touch(house, "D-1")
    await house.deliverer.drain()
    assert house.shown("oakland") == "here again"
    assert [what for what, *_ in platform.calls] == ["post", "remove", "post"]


async def test_what_is_not_wanted_any_more_but_may_have_arrived_is_taken_back(
    house: House, platform: Platform, echo: Echo
) -> None:
    platform.loses_the_answer("a", Channels.post)
    await want(house, "a", about="D-1")
    await house.deliverer.drain()
    platform.on_send = None
    echo.texts["D-1"] = None
    await touch(house, "D-1")
    house.clock.move(minutes=1)
    await house.deliverer.drain()
    assert [what for what, *_ in platform.calls] == ["post", "remove"]
    assert house.shown("oakland") == ""


async def test_what_may_have_changed_is_put_right_where_it_is_wanted_as_before(
    house: House, platform: Platform, echo: Echo
) -> None:
    """The platform took an edit whose answer was lost: it shows something else than what was noted."""
    echo.texts["D-1"] = "as before"
    await want(house, "a", about="D-1")
    await house.deliverer.drain()

    platform.loses_the_answer("a", Channels.edit)
    echo.texts["D-1"] = "otherwise"
    await touch(house, "D-1")
    await house.deliverer.drain()
    assert house.shown("oakland") == "otherwise"
    platform.on_send = None
    echo.texts["D-1"] = "as before"
    await touch(house, "D-1")
    house.clock.move(minutes=1)
    await house.deliverer.drain()
    assert house.shown("oakland") == "as before"


async def test_what_went_and_may_have_come_again_goes_again(house: House, platform: Platform, echo: Echo) -> None:
    echo.texts["D-1"] = None
    await want(house, "a", about="D-1")
    await house.deliverer.drain()

    platform.loses_the_answer("a", Channels.post)
    echo.texts["D-1"] = "needed again"
    await touch(house, "D-1")
    await house.deliverer.drain()
    assert house.shown("oakland") == "needed again"
    platform.on_send = None
    echo.texts["D-1"] = None
    await touch(house, "D-1")
    house.clock.move(minutes=1)
    await house.deliverer.drain()
    assert house.shown("oakland") == ""


async def test_an_unclear_send_is_said_to_be_one(house: House, platform: Platform) -> None:
    platform.refusals["a"] += [DeliveryError("timeout", unclear=True), DeliveryError("429")]
    await want(house, "a")
    for _ in range(3):
        await house.deliverer.drain()
        house.clock.move(minutes=1)
    assert [unclear for *_, unclear in platform.calls] == [False, True, True]


async def test_giving_up_is_loud(house: House, platform: Platform, caplog: LogCaptureFixture) -> None:
    platform.refusals["a"].append(DeliveryError("channel is archived", permanent=True))
    await want(house, "a", text="secret words")
    await want(house, "b")
    await house.deliverer.drain()
    assert "b" in house.shown("oakland")
    lost = await house.work.read(lambda tx: undelivered.of_channel(tx.db, 1, 1))
    assert lost is not None
    assert (lost.count, lost.cause, lost.since) == (1, "refused", house.clock())
    assert "gave up message a" in caplog.text
    assert "secret words" not in caplog.text


async def test_an_old_message_is_not_given_up_at_its_first_failed_edit(
    house: House, platform: Platform, echo: Echo
) -> None:
    await want(house, "a", about="D-1")
    await house.deliverer.drain()
    house.clock.move(days=20)
    platform.refusals["a"].append(DeliveryError("502", unclear=True))
    echo.texts["D-1"] = "closed"
    await touch(house, "D-1")
    await house.deliverer.drain()
    house.clock.move(minutes=1)
    await house.deliverer.drain()
    assert house.shown("oakland") == "closed"


async def test_a_bug_in_a_view_or_a_sender_holds_up_nothing_for_long(
    house: House, platform: Platform, echo: Echo, caplog: LogCaptureFixture
) -> None:
    platform.refusals["a"] = [ZeroDivisionError("secret words") for _ in range(200)]
    await want(house, "a")
    await want(house, "b")
    await want(house, "c", channel=2)
    await house.deliverer.drain()
    assert "c" in house.shown("nairobi")
    for _ in range(12):
        house.clock.move(minutes=1)
        await house.deliverer.drain()
    assert "b" in house.shown("oakland")
    assert "a bug in message a" in caplog.text
    assert await house.work.read(lambda tx: delivery.next_at(tx.db, "test")) is not None


async def test_killed_between_sending_and_noting_it_is_sent_again_under_its_key(
    house: House, platform: Platform
) -> None:
    platform.on_send = killed_in(platform)
    await want(house, "a")
    await want(house, "b")
    await house.deliverer.drain()
    platform.on_send = None
    restarted = new_deliverer(house)
    await restarted.drain()
    assert len(platform.calls) == 1  # the lease still holds
    house.clock.now += LEASE
    await restarted.drain()
    assert platform.calls[1:] == [("post", "a", "a", True), ("post", "b", "b", True)]
    assert [post.unclear_by for post in platform.posts[1:]] == [house.clock(), house.clock()]
    assert house.shown("oakland") == "a\n\nb"


@pytest.mark.parametrize("is_slow", [False, True])
async def test_what_a_killed_worker_may_have_sent_stays_in_doubt_until_it_is_tried(
    house: House, platform: Platform, echo: Echo, *, is_slow: bool
) -> None:
    """The next worker's turn may end before that: a message before it takes all the time, or is told to wait."""

    async def slow(post: Post) -> None:
        house.clock.now += LEASE

    await want(house, "a", about="D-1", gap=5)
    await house.deliverer.drain()
    echo.texts["D-1"] = "changed"
    await touch(house, "D-1")
    await want(house, "b")
    platform.on_send = killed_in(platform)
    await house.deliverer.drain()  # the edit keeps its distance, so that "b" is sent
    assert platform.keys == ["a", "b"]
    platform.on_send = slow if is_slow else None
    platform.refusals["a"] = [] if is_slow else [DeliveryError("429", retry_after=timedelta(minutes=2))]
    house.clock.now += LEASE
    await new_deliverer(house).drain()
    platform.on_send = None
    house.clock.move(minutes=2)
    await new_deliverer(house).drain()
    assert platform.calls[2][:2] == ("edit", "a")
    assert platform.calls[-1] == ("post", "b", "b", True)


def killed_in(platform: Platform) -> Callable[[Post], Awaitable[None]]:
    """The process ends when the platform has taken a message, and before that is noted."""

    async def killed(post: Post) -> None:
        await Channels.post(platform, post)
        raise asyncio.CancelledError

    return killed


async def test_a_worker_that_comes_late_gives_back_nothing_of_anothers(house: House, platform: Platform) -> None:
    await want(house, "a")
    lane = Lane(1, 1)
    first = await house.work.write(0, lambda tx: delivery.claim(tx.db, "test", START, START + LEASE, 7, 5))
    assert first == [lane]
    later = START + LEASE
    second = await house.work.write(0, lambda tx: delivery.claim(tx.db, "test", later, later + LEASE, 8, 5))
    assert second == [Lane(1, 1, was_dropped=True)]
    await house.work.write(1, lambda tx: delivery.release(tx.db, lane, 7, None))
    assert await house.work.read(lambda tx: delivery.next_at(tx.db, "test")) == later + LEASE


async def test_no_send_is_begun_with_too_little_of_the_lease_left(house: House, platform: Platform) -> None:
    async def slow(post: Post) -> None:
        house.clock.move(seconds=15)

    platform.on_send = slow
    for n in range(8):
        await want(house, f"m{n}")
    began = house.clock()
    await house.deliverer.drain()
    assert platform.keys == [f"m{n}" for n in range(8)]
    assert house.clock() - began == timedelta(seconds=15 * 8)


@pytest.mark.parametrize(
    ("error", "attempts", "pause_s"),
    [
        (DeliveryError("x"), 0, 2),
        (DeliveryError("x"), 3, 16),
        (DeliveryError("x"), 100, LONGEST_PAUSE.total_seconds()),
        (DeliveryError("x", retry_after=timedelta(seconds=90)), 0, 90),
        (DeliveryError("x", retry_after=timedelta(seconds=1)), 3, 16),
    ],
)
def test_pauses_double_and_the_platforms_word_comes_first(error: DeliveryError, attempts: int, pause_s: float) -> None:
    again = next_try(error, attempts, START)
    assert (again.is_dead, (again.at - START).total_seconds()) == (False, pause_s)


def test_what_cannot_be_sent_for_a_day_is_given_up() -> None:
    now, attempts = START, 0
    while not (again := next_try(DeliveryError("x"), attempts, now)).is_dead:
        now, attempts = again.at, attempts + 1
    assert attempts + 1 == TRIES
    assert timedelta(hours=20) < now - START < timedelta(hours=28)
    assert next_try(DeliveryError("x", permanent=True), 0, START).is_dead
