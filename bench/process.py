"""5. Mycel as a process: memory, how soon it is ready, and what it costs when nothing happens."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import filling
from bench.footprint import memory_mb
from bench.places import SQLITE, Places
from bench.playing import DECIDE, playing
from bench.report import Aim, Figure, Section

COMMANDS, DECISIONS = 10_000, 100_000
IDLE_S = 10
START_AIM, MEMORY_AIM, IDLE_AIM = Aim(2), Aim(120), Aim(1)
_ROOT = Path(__file__).parents[1]
_PATIENCE_S = 30


class NotReady(Exception):
    """`mycel run` did not come up; the text is what it said last."""


@dataclass(frozen=True, slots=True)
class Started:
    process: subprocess.Popen[str]
    ready_after_s: float


async def run(places: Places) -> Section:
    section = Section("5. Mycel as a process (SQLite)")
    if sys.platform != "linux":
        section.notes.append("Memory and CPU of other processes can only be read on Linux.")
        return section
    try:
        await asyncio.to_thread(_starts, places, section)
    except NotReady as error:
        section.notes.append(f"`mycel run` was not measured, it does not come up: {error}")
    await asyncio.to_thread(_footprint, section, "empty network", places.fresh(SQLITE), COMMANDS)
    async with playing(url := places.fresh(SQLITE)) as mycel:
        await filling.fill(mycel, DECISIONS)
        await mycel.say(DECIDE)
    await asyncio.to_thread(_footprint, section, f"{DECISIONS:,} decisions", url, 1000)
    places.drop(url)
    return section


def _footprint(section: Section, name: str, url: str, commands: int) -> None:
    command = [sys.executable, "-m", "bench.footprint", url, str(commands)]
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        section.notes.append(f"The core's memory, {name}, was not measured to its end: the process failed (see above).")
    for line in done.stdout.splitlines():
        said = json.loads(line)
        section.add(Figure(f"core's memory, {name}, {said['step']}", "MB", [said["mb"]], MEMORY_AIM))


def _starts(places: Places, section: Section) -> None:
    fresh, again, memory, idle = [], [], [], []
    for turn in range(3):
        folder = places.folder / f"run{turn}"
        folder.mkdir()
        with started(folder) as first:
            fresh.append(first.ready_after_s)
        with started(folder) as second:
            again.append(second.ready_after_s)
            if turn == 0:
                time.sleep(1)  # what belongs to the start is over
                idle.append(_idle_percent(second.process.pid))
            memory.append(memory_mb(str(second.process.pid)))
    section.add(Figure("mycel run to /readyz, new database", "s", fresh))
    section.add(Figure("mycel run to /readyz, database there", "s", again, START_AIM))
    section.add(Figure("memory of mycel run (playground)", "MB", memory, MEMORY_AIM))
    section.add(Figure(f"CPU of one core while idle, over {IDLE_S} s", "%", idle, IDLE_AIM))


@contextmanager
def started(folder: Path, *, within_s: float = _PATIENCE_S, **settings: str) -> Iterator[Started]:
    """`mycel run` in a folder, as long as the block lasts. Raises NotReady."""
    port = _free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MYCEL_", "SLACK_", "MATRIX_"))}
    environment |= {"PYTHONPATH": str(_ROOT), "MYCEL_PORT": str(port)}
    environment |= {"DATABASE_URL": f"sqlite:///{folder / 'mycel.db'}", **settings}
    began = time.perf_counter()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=folder, env=environment, stdout=log, stderr=log, text=True
        )
    try:
        _until_ready(process, port, folder / "log", within_s)
        yield Started(process, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_ready(process: subprocess.Popen[str], port: int, log: Path, within_s: float) -> None:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    said = log.read_text().strip().splitlines()
    raise NotReady(said[-1] if said else "it said nothing")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _idle_percent(pid: int) -> float:
    before = cpu_s(pid)
    time.sleep(IDLE_S)
    return (cpu_s(pid) - before) / IDLE_S * 100


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used so far."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(numbers[11]) + int(numbers[12])
    return ticks / os.sysconf("SC_CLK_TCK")
