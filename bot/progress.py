"""How far long work is, on stderr: one line that is written anew on a terminal, else a line now and then."""

from __future__ import annotations

import sys
from typing import TextIO

EVERY = 200


class Progress:
    """`total` 0 where it is not known."""

    def __init__(self, what: str, total: int = 0, *, to: TextIO | None = None, every: int = EVERY) -> None:
        self._what, self._total, self._every = what, total, every
        self._to = to or sys.stderr
        self._is_terminal = self._to.isatty()
        self._shown = 0

    def at(self, done: int) -> None:
        """So much is done."""
        is_end = done == self._total
        if self._is_terminal:
            self._to.write(f"\r\x1b[K{self._line(done)}")
        elif done - self._shown >= self._every or (is_end and done > self._shown):
            self._shown = done
            self._to.write(f"{self._line(done)}\n")
        self._to.flush()

    def done(self) -> None:
        """Leaves the line as it is."""
        if self._is_terminal:
            self._to.write("\n")

    def _line(self, done: int) -> str:
        return f"{self._what}: {done}" + (f" of {self._total}" if self._total else "")
