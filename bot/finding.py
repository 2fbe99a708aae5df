"""What `mycel doctor` found: one thing looked at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

OK, NOTE, WRONG = "ok", "note", "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `next_step` says what to do about it, "" where nothing is needed."""

    state: str
    what: str
    next_step: str = ""
