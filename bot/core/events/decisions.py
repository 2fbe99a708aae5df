"""Facts about decisions: logged, changed, linked, carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.core.events.fact import NOT_LOGGED, Fact
from storage.decisions import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLogged(Fact):
    """A decision was taken and written down. `is_urgent`: others are affected and were not asked first.

    `length`: of the review that then opens (canonical duration text). `record`: as it was stored, in its transaction.
    """

    number: int
    affected_ids: tuple[int, ...] = ()
    told_ids: tuple[int, ...] = ()
    is_urgent: bool = False
    length: str = ""
    record: Decision | None = field(default=None, compare=False, metadata=NOT_LOGGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionProposed(Fact):
    """A proposal is there and wants an input window of this length (canonical duration text).

    `record`: as it was stored, in its transaction.
    """

    number: int
    length: str
    affected_ids: tuple[int, ...] = ()
    told_ids: tuple[int, ...] = ()
    record: Decision | None = field(default=None, compare=False, metadata=NOT_LOGGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEdited(Fact):
    number: int
    version: int
    is_substance: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionUndone(Fact):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRedacted(Fact):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionConcluded(Fact):
    """The proposing group said what became of its proposal: adopted, adopted-with-changes, withdrawn."""

    number: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionShown(Fact):
    """Asked, not logged: somebody reads a decision; what else is there to say of it?"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DissentAsked(Fact):
    """Asked, not logged: who dissented from a decision, and what became of that?"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRenewed(Fact):
    """A mandate or an urgent decision holds until `until` (aware UTC)."""

    number: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionExpired(Fact):
    """Its time was over and nobody renewed it. `term`: urgent, mandate."""

    number: int
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCarriedOut(Fact):
    """An affected group says whether it carried a decision out: as-is, adapted, not."""

    number: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReviewDue(Fact):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionImported(Fact):
    number: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsLinked(Fact):
    """`about` now stands in this relation to decision `to_number`."""

    relation: str
    to_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAsked(Fact):
    relation: str
    to_number: int
    asked_group_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAnswered(Fact):
    relation: str
    to_number: int
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolChanged(Fact):
    case: str
