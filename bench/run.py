"""Runs the measurements that were asked for and prints the report; progress goes to stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bench import (
    bare,
    clock,
    commanding,
    digesting,
    giving,
    machine,
    matrix,
    places,
    process,
    reading,
    report,
    slacking,
    year,
)
from bench.places import Places
from bench.report import Section

SUBJECTS = ("commands", "bare", "clock", "reading", "process", "input", "matrix", "slack", "digests", "year")


def main(*, is_long: bool = False, only: Sequence[str] = (), as_json: bool = False) -> None:
    """Measures on this machine and prints the report. `only`: some of SUBJECTS; `is_long`: a million decisions too.

    Raises ValueError for a subject that there is not.
    """
    unknown = [name for name in only if name not in SUBJECTS]
    if unknown:
        raise ValueError(f"there is nothing to measure called {unknown[0]}; there are: {', '.join(SUBJECTS)}")
    wanted = tuple(name for name in SUBJECTS if not only or name in only)
    with places.opened() as opened:
        lines = machine.described(opened.folder, opened.postgres_version)
        show = _keep_quiet if as_json else _print
        show("\n".join(lines))
        sections = asyncio.run(_measured(opened, wanted, is_long, show))
    if as_json:
        print(report.to_json(lines, sections))


def _print(text: str) -> None:
    print(text, end="\n\n", flush=True)


def _keep_quiet(_text: str) -> None:
    """JSON comes in one piece, at the end."""


async def _measured(opened: Places, wanted: Sequence[str], is_long: bool, show: Callable[[str], None]) -> list[Section]:
    measures: dict[str, Callable[[Places], Awaitable[Section]]] = {
        "commands": commanding.run,
        "bare": bare.run,
        "clock": clock.run,
        "reading": partial(reading.run, is_long=is_long),
        "process": process.run,
        "input": giving.run,
        "matrix": matrix.run,
        "slack": slacking.run,
        "digests": partial(digesting.run, is_long=is_long),
        "year": year.run,
    }
    sections = []
    for name in wanted:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        sections.append(await measures[name](opened))
        show(sections[-1].to_text())
    return sections
