"""Followers read the event log behind a cursor, each in its own time, and harm nobody."""

import pytest
from _pytest.logging import LogCaptureFixture

from bot.core.following import TRIES, Followers
from storage import directory, events
from storage.work import Busy
from tests.support.echo import Echo
from tests.support.house import House


@pytest.fixture
def followers(house: House) -> Followers:
    return Followers(house.work, house.dispatch.registry, house.new_id)


async def happen(house: House, count: int, network_id: int = 1) -> None:
    row = {"network_id": network_id, "at": house.clock(), "kind": "channel_bound", "about": "E-1", "person_id": None}
    row |= {"group_id": None, "data": {}, "is_past": False}
    await house.work.write(network_id, lambda tx: events.append(tx.db, [row] * count))


async def test_each_event_is_handled_once_and_in_order(house: House, echo: Echo, followers: Followers) -> None:
    await happen(house, 3)
    await followers.run_once()
    await followers.run_once()
    await happen(house, 1)
    await followers.run_once()
    assert echo.followed == [(1, 1), (1, 2), (1, 3), (1, 4)]
    assert len(echo.heard) == 4


async def test_networks_are_followed_apart(house: House, echo: Echo, followers: Followers) -> None:
    await house.work.write(2, lambda tx: directory.add_network(tx.db, 2, "other", "en", tx.now))
    await happen(house, 1)
    await happen(house, 2, network_id=2)
    await followers.run_once()
    assert sorted(echo.followed) == [(1, 1), (2, 1), (2, 2)]


async def test_one_that_fails_is_tried_again_and_blocks_nobody(
    house: House, echo: Echo, followers: Followers, caplog: LogCaptureFixture
) -> None:
    echo.errors["follower"] = [ZeroDivisionError()]
    await happen(house, 2)
    await followers.run_once()
    assert (echo.followed, len(echo.heard)) == ([], 2)
    await followers.run_once()
    assert echo.followed == [(1, 1), (1, 2)]
    assert "left out" not in caplog.text


async def test_what_always_fails_is_left_out_loudly(
    house: House, echo: Echo, followers: Followers, caplog: LogCaptureFixture
) -> None:
    echo.errors["follower"] = [ZeroDivisionError() for _ in range(TRIES)]
    await happen(house, 2)
    for _ in range(TRIES + 1):
        await followers.run_once()
    assert echo.followed == [(1, 2)]
    assert "follower notes left out event 1 of network 1" in caplog.text


async def test_a_database_that_cannot_now_uses_up_no_try(house: House, echo: Echo, followers: Followers) -> None:
    echo.errors["follower"] = [Busy() for _ in range(TRIES + 2)]
    await happen(house, 1)
    for _ in range(TRIES + 2):
        with pytest.raises(Busy):
            await followers.run_once()
    await followers.run_once()
    assert echo.followed == [(1, 1)]


async def test_without_anything_new_nothing_is_written(house: House, followers: Followers) -> None:
    await happen(house, 1)
    await followers.run_once()

    async def refuse(*_: object, **__: object) -> None:
        raise AssertionError("written")

    house.work.write = refuse  # type: ignore[method-assign, assignment]
    await followers.run_once()
