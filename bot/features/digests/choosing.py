"""What of a week goes into a group's digest, and in which order. Pure: numbers only, the view looks up the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.core.audience import Reader, may_read
from storage.decisions import Decision
from storage.digest_content import Asked, Concern, Happened, Owed

MOST = 5
"""Lines of one sort; what is more is counted."""
SOON = timedelta(days=3)
_DECIDING = ("decision_logged", "decision_concluded")


@dataclass(frozen=True, slots=True)
class Week:
    """All that was loaded for one group: what happened (newest first), what is open, what the group owes."""

    group_id: int
    now: datetime
    happened: Sequence[Happened]
    decisions: Mapping[int, Decision]
    asked: Sequence[Asked] = ()
    outcomes: Sequence[Owed] = ()
    concerns: Sequence[Concern] = ()
    reviews: Sequence[Owed] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Numbers of decisions by what is said of them; `concerns` are C- numbers; `silent`: (number, groups not heard).

    `missed`: windows that closed without the group; `more_…`: how many there are beside.
    """

    closing: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    more_open: int = 0
    decided: list[int] = field(default_factory=list)
    more_decided: int = 0
    outcomes: list[int] = field(default_factory=list)
    concerns: list[int] = field(default_factory=list)
    reviews: list[int] = field(default_factory=list)
    silent: list[list[Any]] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(asdict(self).values())

    @property
    def numbers(self) -> list[int]:
        """Every decision that is shown."""
        return [
            *(*self.closing, *self.open, *self.decided, *self.outcomes, *self.reviews, *self.missed),
            *(number for number, _ in self.silent),
        ]


def readable(decision: Decision, reader: Reader) -> bool:
    return may_read(decision.audience, decision.group_id, (*decision.affected_ids, *decision.told_ids), reader)


def choose(week: Week) -> Chosen:
    """The digest of a group."""
    reader = Reader(frozenset((week.group_id,)))
    seen = {n: d for n, d in week.decisions.items() if d.status != "undone" and readable(d, reader)}
    decided = ranked((seen[h.number] for h in week.happened if h.kind in _DECIDING and h.number in seen), week.group_id)
    unheard = [a.number for a in week.asked if a.heard_at is None and a.number in seen]
    soon = {a.number for a in week.asked if a.closes_at <= week.now + SOON}
    closing, open_ = [n for n in unheard if n in soon], [n for n in unheard if n not in soon]
    closed = [h for h in week.happened if h.kind == "input_closed" and h.number in seen]
    return Chosen(
        closing=closing[:MOST],
        open=open_[:MOST],
        more_open=len(closing[MOST:]) + len(open_[MOST:]),
        decided=[d.number for d in decided[:MOST]],
        more_decided=len(decided[MOST:]),
        outcomes=[o.number for o in week.outcomes if o.number in seen][:MOST],
        concerns=[c.id for c in week.concerns if c.number in seen][:MOST],
        reviews=[r.number for r in week.reviews if r.number in seen][:MOST],
        silent=[
            [h.number, silent]
            for h in closed
            if seen[h.number].group_id == week.group_id and (silent := list(h.data.get("silent_ids", ())))
        ][:MOST],
        missed=[h.number for h in closed if week.group_id in h.data.get("silent_ids", ())][:MOST],
    )


def ranked(decided: Iterable[Decision], group_id: int) -> list[Decision]:
    """The most relevant to a group first: what affects it, what it was told, its own, all else; then the newest.

    `decided` has the newest first and may name one twice.
    """
    return sorted({d.number: d for d in decided}.values(), key=lambda d: (_distance(d, group_id), -d.number))


def _distance(decision: Decision, group_id: int) -> int:
    if group_id in decision.affected_ids:
        return 0
    if group_id in decision.told_ids:
        return 1
    return 2 if decision.group_id == group_id else 3


def as_args(chosen: Chosen, **more: Any) -> dict[str, Any]:
    """What the message keeps: numbers, no words."""
    return {**{name: value for name, value in asdict(chosen).items() if value}, **more}


def from_args(args: Mapping[str, Any]) -> Chosen:
    """What was chosen, from what the message kept."""
    return Chosen(**{name: args[name] for name in Chosen.__dataclass_fields__ if name in args})
