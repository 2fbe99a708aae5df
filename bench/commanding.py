"""1. What a command costs from dispatch to the commit, with all that it writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bench.measuring import Load, Sample, in_turn
from bench.places import POSTGRES, SQLITE, Places
from bench.playing import DECIDE, PROPOSE, Playing, playing
from bench.report import Aim, Figure, Section

AT_ONCE = 64
P99_AIM = Aim(10)
RATE_AIMS = {SQLITE: Aim(1000, is_least=True), POSTGRES: Aim(150, is_least=True)}


async def run(places: Places) -> Section:
    section = Section("1. Commands a second through dispatch, each committed to the disk")
    await _sqlite(places, section)
    if places.no_postgres:
        section.notes.append(places.no_postgres)
    else:
        await _postgres(places, section)
        section.notes.append("PostgreSQL's server runs on the same cores; CPU is that of Mycel's process alone.")
    return section


async def _sqlite(places: Places, section: Section) -> None:
    async with playing(url := places.fresh(SQLITE)) as mycel:
        found = await in_turn(
            {
                "decide, SQLite, 1 caller": _load(mycel, DECIDE, 1, 300),
                "decide, SQLite, 64 callers": _load(mycel, DECIDE, AT_ONCE, 1280),
                "propose to 3, SQLite, 1 caller": _load(mycel, PROPOSE, 1, 100),
                "propose to 3, SQLite, 64 callers": _load(mycel, PROPOSE, AT_ONCE, 512),
            }
        )
    places.drop(url)
    _report(section, found, {"decide, SQLite, 64 callers": RATE_AIMS[SQLITE]})
    section.notes.append("The floor for decide, SQLite, 64 callers is 800 per s.")


async def _postgres(places: Places, section: Section) -> None:
    async with playing(url := places.fresh(POSTGRES), networks=AT_ONCE) as mycel:
        found = await in_turn(
            {
                "decide, PostgreSQL, 1 caller": _load(mycel, DECIDE, 1, 100),
                "decide, PostgreSQL, 64 callers, 64 networks": _load(mycel, DECIDE, AT_ONCE, 512),
                "decide, PostgreSQL, 64 callers, 1 network": _load(mycel, DECIDE, AT_ONCE, 256, is_one_network=True),
                "propose to 3, PostgreSQL, 1 caller": _load(mycel, PROPOSE, 1, 50),
                "propose to 3, PostgreSQL, 64 callers, 64 networks": _load(mycel, PROPOSE, AT_ONCE, 192),
            },
            rounds=3,
        )
    places.drop(url)
    _report(section, found, {"decide, PostgreSQL, 64 callers, 64 networks": RATE_AIMS[POSTGRES]})


def _load(mycel: Playing, text: str, callers: int, total: int, *, is_one_network: bool = False) -> Load:
    def one(caller: int, _n: int) -> Awaitable[object]:
        return mycel.say(text, caller=0 if is_one_network else caller)

    return Load(callers, total, one)


def _report(section: Section, found: dict[str, list[Sample]], aims: dict[str, Aim]) -> None:
    for name, samples in found.items():
        rates = [s.per_s for s in samples]
        note = f"median {_middle(samples, lambda s: s.median_ms):.3g} ms, CPU {_middle(samples, _cpu):,.0f} µs each"
        section.add(Figure(name, "per s", rates, aims.get(name), note, more_is_better=True))
        is_aimed_at = name.startswith("decide") and name.endswith("1 caller")
        aim = P99_AIM if is_aimed_at else None
        section.add(Figure("   its p99", "ms", [s.p99_ms for s in samples], aim))


def _cpu(sample: Sample) -> float:
    return sample.cpu_us


def _middle(samples: list[Sample], value: Callable[[Sample], float]) -> float:
    return sorted(value(s) for s in samples)[len(samples) // 2]
