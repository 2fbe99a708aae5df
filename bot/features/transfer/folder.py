"""A folder of PEP files, or one file, read one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.core.errors import UserError
from bot.core.language import mark
from bot.features.transfer.pep import parse_pep
from bot.features.transfer.records import ImportedDecision, Report, UnreadableRecord

PEP_FILE = re.compile(r"pep[-_]?(\d{1,6})\.(?:rst|txt)", re.IGNORECASE | re.ASCII)
LARGEST_FILE = 4 * 1024 * 1024


def pep_files(path: Path) -> tuple[Path, ...]:
    """The files an import of `path` would read, by number. Raises UserError where there are none."""
    try:
        if path.is_file():
            return (path,)
        if not path.is_dir():
            raise UserError(mark("There is no file or folder “{path}”."), "mycel import pep peps/", path=path)
        found = [file for file in path.iterdir() if PEP_FILE.fullmatch(file.name)]
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise UserError(
            mark("“{path}” cannot be read: {reason}."), "mycel import pep peps/", path=path, reason=reason
        ) from problem
    if not found:
        raise UserError(
            mark("The folder “{path}” has no PEP files; they are called like pep-0001.rst."), _hint(path), path=path
        )
    return tuple(sorted(found, key=_number_then_name))


def read_folder(path: Path) -> Iterator[ImportedDecision | Report]:
    """Every decision under `path` by number, each followed by its remarks; an unreadable file is a Report.

    Holds one file at a time. Raises UserError, before the first item, where there is nothing to read.
    """
    return _read(pep_files(path))


def read_file(path: Path) -> ImportedDecision:
    """Reads one file as UTF-8. Raises UnreadableRecord, also for what the file system says."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise UnreadableRecord(path.name, f"it is larger than {LARGEST_FILE // 1024 // 1024} MB")
        return parse_pep(content.decode("utf-8-sig"), path.name)
    except OSError as problem:
        raise UnreadableRecord(path.name, problem.strerror or "it cannot be opened") from problem
    except UnicodeDecodeError as problem:
        raise UnreadableRecord(path.name, f"it is not UTF-8 (byte {problem.start})") from problem


def _read(files: tuple[Path, ...]) -> Iterator[ImportedDecision | Report]:
    for file in files:
        try:
            decision = read_file(file)
        except UnreadableRecord as problem:
            yield problem.report()
            continue
        yield decision
        yield from decision.remarks


def _number_then_name(file: Path) -> tuple[int, str]:
    found = PEP_FILE.fullmatch(file.name)
    return int(found[1]) if found else 0, file.name


def _hint(path: Path) -> str:
    below = sorted({file.parent for pattern in ("*/pep-*.rst", "*/pep-*.txt") for file in path.glob(pattern)})
    return f"mycel import pep {below[0] if below else 'peps/'}"
