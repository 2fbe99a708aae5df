"""Figures with their aims, as text for people and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should reach; `is_least`: at least `value`, else at most."""

    value: float
    is_least: bool = False

    def verdict(self, found: float) -> str:
        sign = "≥" if self.is_least else "≤"
        is_reached = found >= self.value if self.is_least else found <= self.value
        if is_reached:
            return f"aim {sign} {shown(self.value)}: reached"
        gap = abs(found - self.value) / self.value
        return f"aim {sign} {shown(self.value)}: falls short by {gap:.0%}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing: a value a round, in `unit`. `more_is_better` says which of them is the best."""

    name: str
    unit: str
    rounds: Sequence[float]
    aim: Aim | None = None
    note: str = ""
    more_is_better: bool = False

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def best(self) -> float:
        return max(self.rounds) if self.more_is_better else min(self.rounds)

    @property
    def remarks(self) -> str:
        return "; ".join(part for part in (self.aim.verdict(self.median) if self.aim else "", self.note) if part)


@dataclass(slots=True)
class Section:
    """Figures of one subject; `notes` say how they were got, or why they were not."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)

    def to_text(self) -> str:
        width = max((len(f.name) for f in self.figures), default=0)
        lines = [self.title]
        if self.figures:
            lines.append(f"  {'':{width}}  {'median':>9}  {'best':>9}")
        for f in self.figures:
            line = f"  {f.name:{width}}  {shown(f.median):>9}  {shown(f.best):>9}  {f.unit:8}  {f.remarks}"
            lines.append(line.rstrip())
        return "\n".join(lines + [f"  – {note}" for note in self.notes])

    def to_json(self) -> dict[str, Any]:
        rows = [
            {
                **asdict(f),
                "rounds": list(f.rounds),
                "median": f.median,
                "best": f.best,
                "verdict": f.aim.verdict(f.median) if f.aim else "",
            }
            for f in self.figures
        ]
        return {"title": self.title, "figures": rows, "notes": self.notes}


def shown(value: float) -> str:
    """A number with about three digits that matter."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def to_json(machine: Sequence[str], sections: Sequence[Section]) -> str:
    return json.dumps({"machine": list(machine), "sections": [s.to_json() for s in sections]}, ensure_ascii=False)
