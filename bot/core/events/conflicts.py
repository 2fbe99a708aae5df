"""Facts about conflicts: suggested, raised, hosted, ended."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.events.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictSuggested(Fact):
    """A rule found that two decisions may conflict; a human has to look. `rule`: which one."""

    conflict: int
    rule: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRaised(Fact):
    """A conflict is open and its parties know of it: raised, confirmed, or brought out of confidence."""

    conflict: int
    numbers: tuple[int, ...] = ()
    party_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictHosted(Fact):
    """A facilitator hosts it; `host_id` None: nobody does any more."""

    conflict: int
    host_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictEnded(Fact):
    """settled, differing (agreed to differ until a date), values (a conflict of values), dismissed."""

    conflict: int
    state: str
    numbers: tuple[int, ...] = ()
    party_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictReopened(Fact):
    """`is_review`: nobody asked for it, the date has come until which the parties had agreed to differ."""

    conflict: int
    is_review: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictEscalated(Fact):
    """It has waited so long that more are told: parties, host, circle, digests."""

    conflict: int
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictShown(Fact):
    """Somebody reads a conflict. Asked, not logged: its room says what there is to see, or UserError."""

    conflict: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRedacted(Fact):
    """Somebody takes their words out of a conflict; a steward all words. UserError where there are none."""

    conflict: int
