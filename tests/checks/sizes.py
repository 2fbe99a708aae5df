"""Holds files and functions to the sizes of the house: `python -m tests.checks.sizes [-v]`.

Files aim at 120 lines, are talked about at 250 and stop at 400 (tests at 600); functions aim at 10, are talked about
at 30 and stop at 50. `-v` also names what is worth talking about.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Limits:
    """Lines at which a file or a function is worth talking about, and at which it fails; None: no limit."""

    talk_file: int
    stop_file: int
    talk_function: int | None = None
    stop_function: int | None = None


CODE = Limits(talk_file=250, stop_file=400, talk_function=30, stop_function=50)
TESTS = Limits(talk_file=400, stop_file=600)
LIMITS = {"bot": CODE, "adapters": CODE, "storage": CODE, "tests": TESTS}


@dataclass(frozen=True, slots=True)
class Finding:
    """One file or function over a limit; `fails` tells a stop from something to talk about."""

    where: str
    lines: int
    limit: int
    fails: bool

    def __str__(self) -> str:
        verdict = "must stay under" if self.fails else "talk about it at"
        return f"{self.where}: {self.lines} lines, {verdict} {self.limit}"


def findings(source: str, name: str, limits: Limits) -> Iterator[Finding]:
    """Yields what is too long in `source`, Python text shown to people as the file `name`."""
    yield from _judge(name, len(source.splitlines()), limits.talk_file, limits.stop_file)
    if limits.talk_function is None or limits.stop_function is None:
        return
    for node in ast.walk(ast.parse(source, name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            yield from _judge(f"{name}:{node.lineno} {node.name}()", lines, limits.talk_function, limits.stop_function)


def _judge(where: str, lines: int, talk: int, stop: int) -> Iterator[Finding]:
    if lines >= stop:
        yield Finding(where, lines, stop, fails=True)
    elif lines >= talk:
        yield Finding(where, lines, talk, fails=False)


def survey(root: Path = ROOT) -> list[Finding]:
    """All findings in the tree under `root`, folder by folder."""
    return [
        finding
        for folder, limits in LIMITS.items()
        for path in sorted((root / folder).rglob("*.py"))
        for finding in findings(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix(), limits)
    ]


def main(arguments: list[str]) -> int:
    """Prints what is too long; 1 if anything must be split, else 0."""
    found = survey()
    for finding in found:
        if finding.fails or "-v" in arguments:
            print(finding)
    failed = any(finding.fails for finding in found)
    print("Sizes: something has to be split." if failed else "Sizes: every file and function is within its limit.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
