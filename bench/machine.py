"""What it is measured on, and where on the disk."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median

import sqlalchemy as sa

_IN_MEMORY = ("tmpfs", "ramfs")


def folder() -> Path:
    """A new folder on a real disk: under TMPDIR (or the system's own), else under data/ of the current folder."""
    wanted = Path(tempfile.gettempdir())
    if filesystem(wanted) in _IN_MEMORY:
        wanted = Path("data").resolve()
        wanted.mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="mycel-bench-", dir=wanted))


def filesystem(path: Path) -> str:
    """The type of the file system that a path is on; "?" where that cannot be told."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "?"
    found = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    above = [(point, kind) for point, kind in found if path.resolve().is_relative_to(point)]
    return max(above, key=lambda each: len(each[0]), default=("", "?"))[1]


def flush_ms(path: Path) -> float:
    """What one small write costs until it is on the disk: no commit is quicker than that."""
    took = []
    with (path / "flush").open("wb") as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    (path / "flush").unlink()
    return median(took) * 1e3


def described(path: Path, postgres: str) -> list[str]:
    """Lines about this machine."""
    kind = filesystem(path)
    disk = f"Disk: {path.parent} ({kind}), a flushed write of 4 kB takes {flush_ms(path):.2g} ms"
    if kind in _IN_MEMORY:
        disk += " – IN MEMORY: commits cost nothing here, so rates mean little"
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    lines = [
        f"Machine: {cores} cores, {_processor()}, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLAlchemy {sa.__version__}, SQLite {sqlite3.sqlite_version}, {postgres}",
        disk,
    ]
    if load > 0.5:
        lines.append(f"The machine was busy with other things at the start (load {load:.1f}): trust the ratios.")
    return lines


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
