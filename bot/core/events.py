"""Facts: what has happened, in the past tense: all that features know of each other, and all that the log keeps.

A fact holds ids, kinds and numbers, never people's words, so that a redaction needs nothing here.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`about` is the record's id ("D-12"); `group_id` the group whose fact it is."""

    about: str
    group_id: int | None = None

    @classmethod
    def kind(cls) -> str:
        """The name under which the log keeps it: "decision_logged"."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def data(self) -> dict[str, Any]:
        """JSON values of all fields but the two that the log has columns for."""
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {k: _plain(v) for k, v in own.items() if k not in ("about", "group_id") and v not in (None, (), "")}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLogged(Fact):
    """A decision was taken and written down. `is_urgent`: others are affected and were not asked first.

    `length`: of the review that then opens (canonical duration text).
    """

    number: int
    affected_ids: tuple[int, ...] = ()
    told_ids: tuple[int, ...] = ()
    is_urgent: bool = False
    length: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionProposed(Fact):
    """A proposal is there and wants an input window of this length (canonical duration text)."""

    number: int
    length: str
    affected_ids: tuple[int, ...] = ()
    told_ids: tuple[int, ...] = ()


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
class GroupRegistered(Fact):
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanged(Fact):
    """Zone, region, working days, quiet hours, language or name changed: what depends on its calendar is recomputed."""

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStateChanged(Fact):
    """A group was paused, is active again, was merged into another (`into_id`), or left the network.

    `state`: active, paused, merged, left.
    """

    state: str
    into_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSplit(Fact):
    """`new_id` split off from this group; its people choose, decisions stay unless they are taken over."""

    new_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTakenOver(Fact):
    """`group_id` decides about it from now on; it was `from_group_id`'s."""

    number: int
    from_group_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(Fact):
    """Who speaks for the group is somebody else; None: nobody."""

    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBound(Fact):
    channel_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven(Fact):
    person_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTaken(Fact):
    person_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinked(Fact):
    """Two people were one: `from_id` is now `person_id` everywhere."""

    person_id: int
    from_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsAsked(Fact):
    """A question, never logged: what is kept of a person? Each feature answers with words that count; only reading."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonForgotten(Fact):
    """Somebody asked to be forgotten: every feature removes their words and their name from what it keeps."""

    person_id: int
