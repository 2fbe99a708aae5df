"""Mycel's own export: one JSON value a line. A header first, then rows table by table, and at the end their number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.errors import UserError
from bot.core.language import mark
from bot.features.transfer.restoring import Line
from storage import transfer
from storage.transfer_lines import FORMAT, VERSION, end_line, header_line, row_line

__all__ = ["FORMAT", "VERSION", "end_line", "header_line", "read_header", "read_rows", "row_line"]

LONGEST_LINE = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    """What an export says of itself. `made_at` is aware UTC."""

    network: str
    made_at: str
    version: int = VERSION


def read_header(path: Path) -> Header:
    """What kind of file it is. Raises UserError for a missing one, one of another kind, or of a newer Mycel."""
    first = next(_texts(path), None)
    if first is None:
        raise UserError(mark("“{path}” is empty."), "mycel export jsonl mycel.jsonl", path=path)
    found = _parsed(path, 1, first)
    if found.get("format") != FORMAT:
        raise UserError(
            mark("“{path}” is no export of Mycel: its first line says nothing of the format."),
            "mycel export jsonl mycel.jsonl",
            path=path,
        )
    version, network = found.get("version"), found.get("network")
    if not isinstance(version, int) or version > VERSION:
        raise UserError(
            mark("“{path}” was made by a newer Mycel (format {version}); this one reads up to {known}. Update first."),
            path=path,
            version=version,
            known=VERSION,
        )
    return Header(str(network), str(found.get("made_at")), version)


def read_rows(path: Path) -> Iterator[Line]:
    """All rows of a file, checked one by one. Raises UserError with the number of the line that is wrong."""
    said: int | None = None
    rows = 0
    for number, text in enumerate(_texts(path), start=1):
        found = _parsed(path, number, text)
        if said is not None:
            raise _broken(path, number, "it stands behind the end")
        if number == 1:
            continue
        if "end" in found:
            said = _said(path, number, found["end"])
            continue
        yield _row(path, number, found)
        rows += 1
    if said != rows:
        why = mark("“{path}” is cut off: it ends after {rows} rows, without its last line. Nothing was stored.")
        raise UserError(why, "mycel export jsonl mycel.jsonl", path=path, rows=rows)


def _row(path: Path, number: int, found: dict[str, Any]) -> Line:
    table, row = found.get("table"), found.get("row")
    if not isinstance(table, str) or not isinstance(row, dict):
        raise _broken(path, number, "it has no table and row")
    try:
        transfer.checked(table, row)
    except transfer.BadRow as problem:
        raise _broken(path, number, str(problem)) from problem
    return Line(number, table, row)


def _said(path: Path, number: int, end: Any) -> int:
    rows = end.get("rows") if isinstance(end, dict) else None
    if not isinstance(rows, int):
        raise _broken(path, number, "it does not say how many rows there are")
    return rows


def _parsed(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise _broken(path, number, "it is not JSON") from problem
    if not isinstance(found, dict):
        raise _broken(path, number, "it is no JSON object")
    return found


def _texts(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            yield from _decoded(path, iter(lambda: file.readline(LONGEST_LINE + 1), b""))
    except IsADirectoryError as problem:
        raise UserError(mark("“{path}” is a folder; name the file in it."), path=path) from problem
    except FileNotFoundError as problem:
        raise UserError(mark("There is no file “{path}”."), "mycel import jsonl mycel.jsonl", path=path) from problem
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise UserError(mark("“{path}” cannot be read: {reason}."), path=path, reason=reason) from problem


def _decoded(path: Path, lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise _broken(path, number, f"it is longer than {LONGEST_LINE // 1024 // 1024} MB")
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise _broken(path, number, "it is not UTF-8") from problem


def _broken(path: Path, number: int, why: str) -> UserError:
    return UserError(
        mark("Line {number} of “{path}” cannot be read: {why}. Nothing was stored."), number=number, path=path, why=why
    )
