"""Faults that can be switched on, and Slack's rate limits."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import Enum


class How(Enum):
    """What goes wrong with a call, before Slack took it or after."""

    RESET = "the connection breaks before"
    RESET_AFTER = "the connection breaks after Slack took it"
    BROKEN = "500, nothing was taken"
    BROKEN_AFTER = "500, and it was taken"
    HANG = "no answer, nothing was taken"
    HANG_AFTER = "no answer, and it was taken"
    LIMITED = "429"
    REFUSED = "an error of Slack's"


AFTER = (How.RESET_AFTER, How.BROKEN_AFTER, How.HANG_AFTER)


@dataclass
class Fault:
    """`method` "*": any. `channel`: only calls on it. `left`: so many calls more."""

    method: str
    how: How
    left: int = 1
    channel: str = ""
    retry_after: int = 1
    error: str = ""


class Faults:
    """What goes wrong next; each fault is used up."""

    def __init__(self) -> None:
        self.wanted: list[Fault] = []
        self.used: list[tuple[str, How]] = []

    def add(
        self, method: str, how: How, times: int = 1, *, channel: str = "", retry_after: int = 1, error: str = ""
    ) -> None:
        self.wanted.append(Fault(method, how, times, channel, retry_after, error))

    def take(self, method: str, channel: str) -> Fault | None:
        for fault in self.wanted:
            if fault.method in ("*", method) and fault.channel in ("", channel) and fault.left > 0:
                fault.left -= 1
                self.used.append((method, fault.how))
                return fault
        return None

    @property
    def all_used(self) -> bool:
        return all(fault.left == 0 for fault in self.wanted)


@dataclass
class Limits:
    """A bucket for each method and workspace, for posting also for each channel. Off until a test wants it."""

    is_on: bool = False
    burst: int = 5
    refused: list[tuple[str, str]] = field(default_factory=list)
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def wait_s(self, method: str, where: str, per_minute: float) -> int:
        """0: go on; else for how many seconds the caller has to stay away."""
        if not self.is_on:
            return 0
        now, rate = time.monotonic(), per_minute / 60
        most = max(1.0, per_minute / 10) if method != "chat.postMessage" else float(self.burst)
        tokens, at = self._buckets.get((method, where), (most, now))
        tokens = min(most, tokens + (now - at) * rate)
        if tokens < 1:
            self._buckets[method, where] = (tokens, now)
            self.refused.append((method, where))
            return max(1, round((1 - tokens) / rate + 0.5))
        self._buckets[method, where] = (tokens - 1, now)
        return 0
