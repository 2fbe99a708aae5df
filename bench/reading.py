"""4. Whether anything that a member does grows with what the network has stored."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from time import perf_counter

from bench import filling
from bench.commanding import AT_ONCE
from bench.measuring import Load, in_turn
from bench.places import POSTGRES, Places
from bench.playing import DECIDE, Playing, playing
from bench.report import Figure, Section

SIZES, LONG = (10_000, 100_000), 1_000_000
READS = {
    "search: rare word": f"decisions {filling.RARE_WORD}",
    "search: common word": f"decisions {filling.COMMON}",
    "search: two common words": f"decisions {filling.COMMON} {filling.LESS_COMMON}",
    "search: beginning of words": f"decisions {filling.BEGINNING}",
    "search: no such word": "decisions quicksilver",
    "list: newest": "decisions",
    "list: a page in the middle": "decisions --before D-{half}",
    "list: by group": "decisions --group nairobi",
    "list: by tag, common": f"decisions --tag {filling.TAGS[0]}",
    "list: by tag, rare": f"decisions --tag {filling.RARE_TAG}",
    "list: by person, common": f"decisions --by {filling.AUTHORS[0]}",
    "list: by person, rare": f"decisions --by {filling.RARE_PERSON}",
    "list: by status, common": "decisions --status taken",
    "list: by status, rare": f"decisions --status {filling.RARE_STATUS}",
    "list: since, many": "decisions --since 365d",
    "list: since, few": "decisions --since 1h",
    "list: until long ago": "decisions --until 700d",
    "show": "show D-{half}",
    "why: common words": f"why {filling.COMMON} {filling.LESS_COMMON}",
    "why: rare word": f"why {filling.RARE_WORD}",
    "who decides, common word": f"who-decides {filling.COMMON}",
    "mandates: none": "mandates",
    "positions: none": "positions",
    "start": "start",
}
Networks = dict[int, Playing]
"""Mycel with a network of so many decisions."""
_REPETITIONS, _LONGEST_S = 20, 4.0
_GROWS, _GROWS_MS = 1.5, 1.0
"""More than so many times as slow, and by so many ms, is called growing (the median and the best of all rounds)."""


async def run(places: Places, *, is_long: bool) -> Section:
    section = Section("4. What members do, in networks with many decisions (latency through dispatch)")
    for database in places.databases:
        sizes = (*SIZES, LONG) if is_long and database != POSTGRES else SIZES
        urls = {size: places.fresh(database) for size in sizes}
        async with AsyncExitStack() as stack:
            networks = {size: await stack.enter_async_context(playing(url)) for size, url in urls.items()}
            for size, mycel in networks.items():
                await _fill(mycel, database, size)
            for name, text in READS.items():
                _compare(section, f"{name}; {database}", await _latencies(networks, text))
            await _decide(section, networks, database)
        for url in urls.values():
            places.drop(url)
    section.notes.append(
        f"“GROWS”: more than {_GROWS} times and {_GROWS_MS:.0f} ms slower than with {SIZES[0]:,} decisions, measured "
        f"in turn. What is rare is in the oldest {filling.OLDEST} decisions."
    )
    return section


async def _fill(mycel: Playing, database: str, size: int) -> None:
    print(f"{database}, {size:,} decisions", file=sys.stderr)
    began = perf_counter()
    await filling.fill(mycel, size)
    print(f"  filled in {perf_counter() - began:.0f} s", file=sys.stderr)


async def _latencies(networks: Networks, text: str) -> dict[int, list[float]]:
    """How long each of some repetitions took (ms), the sizes in turn; fewer where it is slow."""
    took: dict[int, list[float]] = {size: [] for size in networks}
    end = perf_counter() + _LONGEST_S
    for repetition in range(_REPETITIONS + 1):
        for size, mycel in networks.items():
            typed = text.replace("{half}", str(size // 2))
            began = perf_counter()
            await mycel.say(typed)
            if repetition:  # the first one warms up
                took[size].append((perf_counter() - began) * 1e3)
        if perf_counter() > end and repetition >= 3:
            break
    return took


async def _decide(section: Section, networks: Networks, database: str) -> None:
    for callers, total in ((1, 100), (AT_ONCE, 512)):
        loads = {str(size): Load(callers, total, partial(_say, mycel)) for size, mycel in networks.items()}
        found = await in_turn(loads, rounds=3)
        each = {int(size): [1e3 / sample.per_s for sample in samples] for size, samples in found.items()}
        _compare(section, f"decide, {callers} at a time, each; {database}", each)


async def _say(mycel: Playing, _caller: int, _n: int) -> object:
    return await mycel.say(DECIDE)


def _compare(section: Section, name: str, by_size: dict[int, list[float]]) -> None:
    smallest: Figure | None = None
    for size, rounds in by_size.items():
        figure = Figure(f"{name}, {size // 1000:,}k", "ms", rounds)
        if smallest is None:
            smallest = figure
        else:
            figure = replace(figure, note=_growth(smallest, figure))
        section.add(figure)


def _growth(small: Figure, large: Figure) -> str:
    pairs = [(small.median, large.median), (small.best, large.best)]
    is_growing = all(after > _GROWS * before and after - before > _GROWS_MS for before, after in pairs)
    return f"× {large.median / small.median:.1f}{' GROWS' if is_growing else ''}"
