"""Memory of Mycel's core in a process of its own: `python -m bench.footprint URL COMMANDS`, one JSON line a step."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bench.commanding import AT_ONCE
from bench.measuring import Load, measure
from bench.playing import DECIDE, playing
from bench.reading import READS


def memory_mb(process: str = "self") -> float:
    """Resident memory of a process. Raises OSError where there is no /proc or no such process."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise OSError(f"process {process} has ended")


async def steps(url: str, commands: int) -> None:
    """Says the memory after the start, after some reading, and after commands."""
    async with playing(url) as mycel:
        _say("after start")
        await mycel.say(DECIDE)
        for text in READS.values():
            await mycel.say(text.replace("{half}", "1"))
        _say("after reading")
        await measure(Load(AT_ONCE, commands, lambda _c, _n: mycel.say(DECIDE)))
        _say(f"after {commands:,} commands")


def _say(step: str) -> None:
    print(json.dumps({"step": step, "mb": memory_mb()}), flush=True)


if __name__ == "__main__":
    asyncio.run(steps(sys.argv[1], int(sys.argv[2])))
