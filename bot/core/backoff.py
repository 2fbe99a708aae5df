"""How long to wait after a failure: longer each time, never in step with others, and as long as the server asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

LONGEST_S = 60.0


class Backoff:
    """`jitter` gives numbers from 0 to 1; `first_s`: about how long after the first failure."""

    def __init__(self, jitter: Callable[[], float], first_s: float = 1) -> None:
        self._jitter, self._first_s, self._failures = jitter, first_s, 0

    def reset(self) -> None:
        """It worked."""
        self._failures = 0

    def next_s(self, asked: timedelta | None = None) -> float:
        """Seconds until the next try, between half and all of first × 2ⁿ; not before the server's own word."""
        longest = min(LONGEST_S, self._first_s * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return max(asked.total_seconds() if asked else 0.0, longest * (0.5 + self._jitter() / 2))
