"""The rules of circles: who can be asked, whose turn it is, one seat a group. Pure; times aware UTC.

Whose turn it is says bot/core/rotation.py; here stands who takes part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import rotation
from bot.core.durations import Span, ends_at, parse_duration
from bot.core.errors import UserError
from bot.core.rotation import Candidate, Pick, Turn
from bot.core.working_time import WorkingTime
from storage.circles import COMING, ON, OVER, Circle, Member, Said, Seat

MOST_SEATS = 20
LONGEST_QUESTION = 300


@dataclass(frozen=True, slots=True)
class Round:
    """A circle with all that the rotation needs: its turns so far, who is of which group, who said what."""

    circle: Circle
    seats: Sequence[Seat]
    members: Sequence[Member]
    said: Mapping[int, Said]

    def seat(self, n: int) -> Seat | None:
        return next((seat for seat in self.seats if seat.n == n), None)

    @property
    def sitting(self) -> list[Seat]:
        """Who has a seat now, stand-ins left out."""
        return [seat for seat in self.seats if seat.state == ON and seat.stands_in_for is None]

    @property
    def standing_in(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.state == ON and seat.stands_in_for is not None]

    def coming_after(self, n: int) -> Seat | None:
        """The turn that was announced to follow turn `n`."""
        return next((seat for seat in self.seats if seat.state == COMING and seat.follows == n), None)

    @property
    def has_too_many(self) -> bool:
        """It has fewer seats now than people sit: the next term that ends is nobody's."""
        return len(self.sitting) > self.circle.seats

    @property
    def free_seats(self) -> int:
        return max(0, self.circle.seats - len(self.sitting))

    def name(self, person_id: int) -> str:
        return next((member.name for member in self.members if member.person_id == person_id), "?")


def turns(seats: Iterable[Seat]) -> list[Turn]:
    """The turns as the rotation counts them; what was given back before it began is none."""
    return [
        Turn(seat.person_id, seat.group_id, seat.begins_at, seat.ends_at)
        for seat in seats
        if seat.ends_at > seat.begins_at
    ]


def candidates(round: Round, at: datetime, *, leaving: int | None = None) -> list[Candidate]:
    """Who can be asked to take a seat at a moment. One seat a group: groups that have one are left out.

    `leaving`: the turn that ends then, so that its group may have the next one too if no other can.
    """
    taken = {
        seat.group_id
        for seat in round.seats
        if seat.state in (ON, COMING) and seat.n != leaving and seat.ends_at > at and seat.stands_in_for is None
    }
    found: dict[int, list[Member]] = {}
    for member in round.members:
        if member.group_id not in taken:
            found.setdefault(member.person_id, []).append(member)
    made = (_candidate(round, person_id, groups, at) for person_id, groups in found.items())
    return [one for one in made if one is not None]


def _candidate(round: Round, person_id: int, groups: list[Member], at: datetime) -> Candidate | None:
    said = round.said.get(person_id)
    since = min(member.since for member in groups)
    if round.circle.needs_volunteers:
        if said is None or not said.is_in:
            return None
        since = max(since, said.since)
    is_away = said is not None and said.away_until is not None and said.away_until > at
    is_out = said is not None and not said.is_in
    return Candidate(person_id, frozenset(m.group_id for m in groups), since, is_out or is_away)


def next_pick(round: Round, at: datetime, *, leaving: int | None = None, without: int = 0) -> Pick | None:
    """Whose turn is next at a moment, on a free seat or on that of turn `leaving`; `without` a person."""
    asked = [one for one in candidates(round, at, leaving=leaving) if one.person_id != without]
    return rotation.pick(asked, turns(_without_coming(round, leaving)), at)


def _without_coming(round: Round, leaving: int | None) -> list[Seat]:
    return [seat for seat in round.seats if leaving is None or seat.state != COMING or seat.follows != leaving]


def is_still_possible(round: Round, coming: Seat, at: datetime) -> bool:
    """Whether who was announced can still take the seat."""
    free = Round(round.circle, [s for s in round.seats if s.n != coming.n], round.members, round.said)
    for one in candidates(free, at, leaving=coming.follows):
        if one.person_id == coming.person_id and coming.group_id in one.group_ids:
            is_seated = any(s.person_id == one.person_id and s.n != coming.follows for s in free.sitting)
            return not one.is_out and not is_seated
    return False


def check_can_sit(round: Round, person_id: int, name: str, at: datetime) -> Pick:
    """The seat that somebody named takes, for which of their groups. UserError where they cannot."""
    if any(seat.person_id == person_id for seat in (*round.sitting, *round.standing_in)):
        raise UserError("{name} has a seat already.", "/circle", name=name)
    if not round.free_seats:
        raise UserError("All seats are taken. When a term ends, the rotation says who follows.", "/circle")
    said = round.said.get(person_id)
    if said is not None and not said.is_in:
        raise UserError("{name} does not want to be asked.", "/circle", name=name)
    groups = [member for member in round.members if member.person_id == person_id]
    if not groups:
        raise UserError("{name} is of no group here yet.", "/circle", name=name)
    own = [one for one in candidates(round, at) if one.person_id == person_id]
    anyone = own or [Candidate(person_id, _free_groups(round, groups, at), min(member.since for member in groups))]
    picked = rotation.pick([_asked_by_name(one) for one in anyone], turns(round.seats), at)
    if picked is None:
        raise UserError("The group of {name} has a seat already: each group has one.", "/circle", name=name)
    return picked


def _free_groups(round: Round, groups: list[Member], at: datetime) -> frozenset[int]:
    taken = {seat.group_id for seat in round.seats if seat.state in (ON, COMING) and seat.ends_at > at}
    return frozenset(member.group_id for member in groups if member.group_id not in taken)


def _asked_by_name(one: Candidate) -> Candidate:
    return Candidate(one.person_id, one.group_ids, one.since)


def stand_in(round: Round, away: Seat, at: datetime) -> Pick | None:
    """Who stands in for somebody who is away: by the same rotation, from groups without a seat or from their own."""
    return rotation.pick(candidates(round, at, leaving=away.n), turns(round.seats), at)


def first_to_end(round: Round) -> Seat | None:
    """The seat whose term ends first."""
    return min(round.sitting, key=lambda seat: (seat.ends_at, seat.n), default=None)


def term_end(circle: Circle, begins_at: datetime, calendar: WorkingTime) -> datetime:
    """When a term that begins now is over."""
    return ends_at(parse_duration(circle.term), begins_at, calendar)


def staggered(round: Round, begins_at: datetime, ends_at: datetime) -> datetime:
    """The end of a term that begins now, earlier where it would be at the same time as another seat's.

    So that never all members change at once and there is somebody to hand over.
    """
    seats, length = round.circle.seats, ends_at - begins_at
    gap = length / (2 * seats)
    for k in range(seats, 0, -1):
        # Whole days earlier: at the hour at which it began.
        end = ends_at - timedelta(days=((seats - k) * length / seats).days)
        if all(abs(end - seat.ends_at) >= gap for seat in round.sitting):
            return end
    return ends_at


def check_term(typed: object) -> str:
    """The canonical text of a term. UserError where it is no plain length."""
    if not isinstance(typed, Span):
        raise UserError("A term is a plain length such as 6mo or 12mo.", "/circle new NAME --for 6mo")
    return str(typed)


def check_seats(seats: int) -> int:
    if not 1 <= seats <= MOST_SEATS:
        raise UserError("A circle has 1 to {most} seats.", "/circle new NAME --seats 3", most=MOST_SEATS)
    return seats


def questions(typed: str) -> tuple[str, ...]:
    """Standing questions, as they were typed with semicolons between them."""
    found = [" ".join(part.split()) for part in typed.split(";")]
    return tuple(part[:LONGEST_QUESTION] for part in found if part)


def over(seat: Seat, at: datetime) -> Seat:
    """A turn that ends now, at its end or before; one that had not begun has no length."""
    done = rotation.ended(Turn(seat.person_id, seat.group_id, seat.begins_at, seat.ends_at), at)
    return replace(seat, ends_at=done.ends_at, state=OVER, gave_role=False)


def sums(round: Round, at: datetime) -> dict[int, int]:
    """How many turns each group has had so far, those that go on included; also those groups that had none."""
    had, _ = rotation.tally(turn for turn in turns(round.seats) if turn.begins_at <= at)
    groups = {member.group_id for member in round.members}
    return {group_id: had[group_id] for group_id in sorted(groups | set(had))}
