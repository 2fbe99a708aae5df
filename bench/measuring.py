"""Running something many times, and what that took: rate, latency, CPU of this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """One round: how many a second, latency of one (ms), CPU of this process for one (µs)."""

    per_s: float
    median_ms: float
    p99_ms: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Load:
    """`one(caller, n)` is done `total` times by `callers` that each wait for their answer."""

    callers: int
    total: int
    one: Callable[[int, int], Awaitable[object]]


async def measure(load: Load) -> Sample:
    """One round of a load."""
    latencies: list[float] = []
    numbers = iter(range(load.total))

    async def call(caller: int) -> None:
        for n in numbers:
            began = time.perf_counter()
            await load.one(caller, n)
            latencies.append(time.perf_counter() - began)

    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(call(caller) for caller in range(load.callers)))
    took, used = time.perf_counter() - began, time.process_time() - cpu
    latencies.sort()
    at_99 = latencies[min(len(latencies) - 1, int(len(latencies) * 0.99))]
    return Sample(load.total / took, median(latencies) * 1e3, at_99 * 1e3, used / load.total * 1e6)


async def in_turn(loads: Mapping[str, Load], rounds: int = ROUNDS) -> dict[str, list[Sample]]:
    """Several rounds of several loads, one after the other in each round: what disturbs, disturbs all alike."""
    found: dict[str, list[Sample]] = {name: [] for name in loads}
    for load in loads.values():
        await measure(Load(load.callers, max(load.callers, load.total // 10), load.one))  # warms up
    for _ in range(rounds):
        for name, load in loads.items():
            found[name].append(await measure(load))
    return found


def timed_ms(do: Callable[[], object]) -> float:
    """How long something took, in ms."""
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1e3
