"""Facts about input windows: opened, contributed to, closed; what becomes of concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.events.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOpened(Fact):
    number: int
    closes_at: datetime
    group_ids: tuple[int, ...]
    is_review: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionGiven(Fact):
    number: int
    contribution: int
    stance: str
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionChanged(Fact):
    number: int
    contribution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionRedacted(Fact):
    number: int
    contribution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPassed(Fact):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernAnswered(Fact):
    number: int
    contribution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernResolved(Fact):
    number: int
    contribution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReminded(Fact):
    number: int
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputClosed(Fact):
    """`silent_ids`: affected groups that were not heard; `open_concerns`: numbers of those still without an end."""

    number: int
    silent_ids: tuple[int, ...] = ()
    open_concerns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernLeftUnanswered(Fact):
    """An outcome was given and this concern had no answer: it is *not answered*, and becomes a conflict."""

    number: int
    contribution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernOrphaned(Fact):
    """Its raiser is gone, and their words with them: the group can take it over, otherwise it rests."""

    number: int
    contribution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernTakenOver(Fact):
    """Somebody of the raiser's group speaks for it from now on."""

    number: int
    contribution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRested(Fact):
    """Nobody took it over: it stays on the record and is on nobody's desk any more."""

    number: int
    contribution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeOverdue(Fact):
    """A window closed long ago (`since`), its group was reminded, and still owes the outcome: the circle sees it."""

    number: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAffected(Fact):
    """A group said that a decision affects it: it joins the input window, or a review opens."""

    number: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHeld(Fact):
    """A group asked for time: its own end is later."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputExtended(Fact):
    number: int
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InputReopened(Fact):
    """A window that had closed is open again, for `group_ids`. `round`: how often it was opened, from 2 on."""

    number: int
    round: int
    group_ids: tuple[int, ...]
