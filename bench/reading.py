"""4. Whether anything that a member does grows with what the network has stored."""

from __future__ import annotations

import sys
from statistics import median
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
    "list: until long ago": "decisions --until 1000d",
    "show": "show D-{half}",
}
_REPETITIONS, _LONGEST_S = 20, 2.0
_GROWS, _GROWS_MS = 1.5, 1.0
"""More than so many times as slow, and by so many ms, is called growing."""


async def run(places: Places, *, is_long: bool) -> Section:
    section = Section("4. What members do, in networks with many decisions (latency through dispatch)")
    for database in places.databases:
        sizes = (*SIZES, LONG) if is_long and database != POSTGRES else SIZES
        found: dict[str, dict[int, Figure]] = {}
        for size in sizes:
            print(f"{database}, {size:,} decisions", file=sys.stderr)
            for figure in await _measure(places, database, size):
                found.setdefault(figure.name, {})[size] = figure
        for name, by_size in found.items():
            _compare(section, f"{name}; {database}", by_size)
    section.notes.append(
        f"“GROWS”: more than {_GROWS} times and {_GROWS_MS:.0f} ms slower than with {SIZES[0]:,} decisions. "
        f"What is rare is in the oldest {filling.OLDEST} decisions."
    )
    return section


async def _measure(places: Places, database: str, size: int) -> list[Figure]:
    async with playing(url := places.fresh(database)) as mycel:
        began = perf_counter()
        await filling.fill(mycel, size)
        print(f"  filled in {perf_counter() - began:.0f} s", file=sys.stderr)
        figures = [Figure(name, "ms", await _latencies(mycel, text, size)) for name, text in READS.items()]
        samples = await in_turn(
            {
                "decide, 1 caller": Load(1, 200, lambda _c, _n: mycel.say(DECIDE)),
                "decide, 64 callers": Load(AT_ONCE, 640, lambda _c, _n: mycel.say(DECIDE)),
            },
            rounds=3,
        )
    places.drop(url)
    figures.append(Figure("decide, 1 caller", "ms", [s.median_ms for s in samples["decide, 1 caller"]]))
    rates = [1e3 / s.per_s for s in samples["decide, 64 callers"]]
    return [*figures, Figure("decide, 64 callers, time for each", "ms", rates)]


async def _latencies(mycel: Playing, text: str, size: int) -> list[float]:
    """How long each of some repetitions took, in ms; fewer where it is slow."""
    typed, end = text.replace("{half}", str(size // 2)), perf_counter() + _LONGEST_S
    took: list[float] = []
    await mycel.say(typed)
    while len(took) < _REPETITIONS and (perf_counter() < end or len(took) < 3):
        began = perf_counter()
        await mycel.say(typed)
        took.append((perf_counter() - began) * 1e3)
    return took


def _compare(section: Section, name: str, by_size: dict[int, Figure]) -> None:
    base = median(by_size[SIZES[0]].rounds)
    for size, figure in by_size.items():
        note = ""
        if size != SIZES[0]:
            ratio = figure.median / base
            is_growing = ratio > _GROWS and figure.median - base > _GROWS_MS
            note = f"× {ratio:.1f} of {SIZES[0] // 1000}k{', GROWS' if is_growing else ''}"
            if figure.name.startswith("decide, 64"):
                note += f"; {1e3 / figure.median:,.0f} per s"
        section.add(Figure(f"{name}, {size // 1000}k", figure.unit, figure.rounds, None, note))
