"""A folder of ADR or MADR files, or one file, read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from bot.core.errors import UserError
from bot.core.language import mark
from bot.features.transfer.adr import parse_adr
from bot.features.transfer.folder import LARGEST_FILE
from bot.features.transfer.linking import natural
from bot.features.transfer.records import ImportedDecision, Report, UnreadableRecord

ASIDE = frozenset(("readme.md", "index.md", "template.md", "adr-template.md", "contributing.md", "changelog.md"))
_EXAMPLE = "mycel import adr docs/decisions/"


def adr_files(path: Path) -> tuple[Path, ...]:
    """The files an import of `path` would read, by number. Raises UserError where there are none."""
    try:
        if path.is_file():
            return (path,)
        if not path.is_dir():
            raise UserError(mark("There is no file or folder “{path}”."), _EXAMPLE, path=path)
        found = [f for f in path.glob("*.md") if f.name.lower() not in ASIDE and "template" not in f.name.lower()]
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise UserError(mark("“{path}” cannot be read: {reason}."), _EXAMPLE, path=path, reason=reason) from problem
    if not found:
        raise UserError(
            mark("The folder “{path}” has no ADR files; they are called like 0001-use-signal.md."), _EXAMPLE, path=path
        )
    return tuple(sorted(found, key=lambda file: (*natural(file.name.split("-")[0]), file.name)))


def read_adrs(files: tuple[Path, ...], collection: str) -> Iterator[ImportedDecision | Report]:
    """Every decision, each followed by its remarks; an unreadable file is a Report. Holds one file at a time."""
    for file in files:
        try:
            decision = _read(file, collection)
        except UnreadableRecord as problem:
            yield problem.report()
            continue
        yield decision
        yield from decision.remarks


def _read(file: Path, collection: str) -> ImportedDecision:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise UnreadableRecord(file.name, f"it is larger than {LARGEST_FILE // 1024 // 1024} MB")
        return parse_adr(content.decode("utf-8-sig"), file.name, collection, _day_of(file))
    except OSError as problem:
        raise UnreadableRecord(file.name, problem.strerror or "it cannot be opened") from problem
    except UnicodeDecodeError as problem:
        raise UnreadableRecord(file.name, f"it is not UTF-8 (byte {problem.start})") from problem


def _day_of(file: Path) -> date:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
