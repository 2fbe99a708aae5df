"""Slack's limits kept on our side, by method and by channel, so that a 429 is the exception.

Source: https://docs.slack.dev/apis/web-api/rate-limits. Within any minute at most a tier's number of calls is made:
what may come at once, and what comes back in a minute, add up to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from adapters.slack.errors import SlackError

LONGEST_WAIT_S = 8.0
"""Longer than this nobody waits inside a send: its lane comes back later."""
REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`at_once` calls without waiting, and `a_minute` more in a minute."""

    at_once: int
    a_minute: float


TIER_2, TIER_3, TIER_4 = Rate(5, 15), Rate(10, 40), Rate(25, 75)
A_CHANNEL = Rate(3, 60)
"""Posts: about one a second in each channel, with short bursts."""
METHODS = {
    "apps.connections.open": Rate(1, 20),
    "chat.delete": TIER_3,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": Rate(60, 240),
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.join": TIER_3,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "users.info": TIER_4,
    "views.open": TIER_4,
    "views.publish": TIER_4,
}
OTHERS = Rate(25, 75)

Sleep = Callable[[float], Awaitable[None]]
Key = tuple[str, ...]


class Pace:
    """Gives turns; each (workspace, method) and each channel has its own measure. `clock`: seconds that only grow.

    `is_measured` False: only what Slack itself says is kept.
    """

    def __init__(
        self, clock: Callable[[], float] = monotonic, sleep: Sleep = asyncio.sleep, *, is_measured: bool = True
    ) -> None:
        self._clock, self._sleep, self._is_measured = clock, sleep, is_measured
        # When a measure would be full again, of those that are not.
        self._full_at: dict[Key, float] = {}
        self._held_until: dict[Key, float] = {}

    async def turn(self, method: str, team: str, channel: str = "") -> None:
        """Waits until the call may be made. Raises SlackError, with when to come back, where that takes long."""
        keys = self._keys(method, team, channel)
        wait_s = max(self._wait_s(key, rate) for key, rate in keys)
        if wait_s > LONGEST_WAIT_S:
            raise SlackError(f"{method}: our own pace", retry_after=timedelta(seconds=wait_s))
        for key, rate in keys:
            self._take(key, rate)
        if wait_s > 0:
            await self._sleep(wait_s)

    def hold(self, method: str, team: str, channel: str, wait: timedelta) -> None:
        """Slack said to wait: for this channel where it is about posts, else for the method in this workspace."""
        key = self._keys(method, team, channel)[-1][0]
        self._forget(self._held_until)
        self._held_until[key] = self._clock() + wait.total_seconds()

    def _keys(self, method: str, team: str, channel: str) -> list[tuple[Key, Rate]]:
        keys: list[tuple[Key, Rate]] = [((team, method), METHODS.get(method, OTHERS))]
        if method == "chat.postMessage" and channel:
            keys.append(((team, method, channel), A_CHANNEL))
        return keys

    def _wait_s(self, key: Key, rate: Rate) -> float:
        now = self._clock()
        held_s = max(0.0, self._held_until.get(key, now) - now)
        if not self._is_measured:
            return held_s
        missing = max(0.0, self._full_at.get(key, now) - now) / _one_s(rate)
        own = (missing + 1 - rate.at_once) * _one_s(rate)
        return max(own, held_s)

    def _take(self, key: Key, rate: Rate) -> None:
        now = self._clock()
        self._forget(self._full_at)
        self._full_at[key] = max(now, self._full_at.get(key, now)) + _one_s(rate)

    def _forget(self, moments: dict[Key, float]) -> None:
        if len(moments) >= REMEMBERED:
            now = self._clock()
            for key in [key for key, moment in moments.items() if moment <= now]:
                del moments[key]


def _one_s(rate: Rate) -> float:
    return 60 / rate.a_minute
