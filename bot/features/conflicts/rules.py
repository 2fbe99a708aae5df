"""The rules of conflicts: whose one is, how it is hosted, ended and opened again. Pure; times aware UTC.

A conflict is always in exactly one state, and no state is left because time has passed, except that what the parties
put off until a date comes back on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.errors import UserError
from storage.conflicts import (
    CONFIDED,
    DIFFERING,
    DISMISSED,
    OF_VALUES,
    OPEN,
    SETTLED,
    SUGGESTED,
    Conflict,
    Entry,
    Party,
)
from storage.decisions import Decision

PARTIES, HOST, CIRCLE, DIGESTS = "parties", "host", "circle", "digests"
STEPS: tuple[tuple[str, timedelta], ...] = (
    (PARTIES, timedelta(days=3)),
    (HOST, timedelta(days=7)),
    (CIRCLE, timedelta(days=14)),
    (DIGESTS, timedelta(days=21)),
)
"""Who is told how long after a conflict was opened, if it has not ended."""
VALUES_REST = timedelta(days=90)
"""A conflict of values comes back after this time at the latest: the conversation may have changed something."""
ENDINGS = (SETTLED, DIFFERING, OF_VALUES)
REOPENABLE = (*ENDINGS, DISMISSED)
GONE = ("undone", "withdrawn")


def party_ids(deciding: Sequence[int], raising: int | None) -> tuple[int, ...]:
    """The groups that are part of it: those that decided; with a single one, also the group that raised it."""
    ids = list(dict.fromkeys(deciding))
    if len(ids) == 1 and raising is not None:
        ids = list(dict.fromkeys([*ids, raising]))
    return tuple(ids)


def check_decision(decision: Decision) -> None:
    """UserError where there is nothing left to be in conflict with."""
    if decision.status in GONE or decision.redacted_at is not None:
        raise UserError("{id} was taken back, so nothing can be in conflict with it.", id=decision.id)


def check_pair(first: int, second: int | None, other: str) -> None:
    """UserError unless it is said between what the conflict is."""
    if second is None and not other:
        raise UserError(
            "Say what D-{n} is in conflict with: another decision, or a value, a section or an objective.",
            f"/conflict D-{first} D-{first + 1} …",
            n=first,
        )
    if first == second:
        raise UserError("A decision cannot be in conflict with itself.", f"/conflict D-{first} D-{first + 1} …")


def check_not_known(known: Iterable[Conflict], numbers: Collection[int], other: str) -> None:
    """UserError where an open one is about the same already."""
    for conflict in known:
        if conflict.state == OPEN and set(conflict.numbers) == set(numbers) and conflict.other == other:
            raise UserError("{id} is about that already.", f"/conflicts {conflict.about}", id=conflict.about)


def opened(conflict: Conflict, now: datetime) -> Conflict:
    """It is open from now on, and those who are part of it know."""
    return replace(
        _without_ending(conflict), state=OPEN, changed_at=now, ended_at=None, review_at=None,
        round=conflict.round + 1, step=0,
    )  # fmt: skip


def confirmed_suggestion(conflict: Conflict, person_id: int, group_id: int | None, now: datetime) -> Conflict:
    """A human says that it is one: whoever does has raised it."""
    return opened(replace(conflict, raiser_id=person_id, raiser_group_id=group_id), now)


def check_published_by(conflict: Conflict, person_id: int) -> None:
    """UserError unless its raiser brings it out of confidence."""
    if conflict.state != CONFIDED:
        raise UserError("{id} is in the open already.", f"/conflicts {conflict.about}", id=conflict.about)
    if conflict.raiser_id != person_id:
        raise UserError("Only who raised {id} can bring it into the open.", id=conflict.about)


def check_can_host(conflict: Conflict, mine: Collection[int], parties: Collection[Party], *, others: int) -> None:
    """UserError where somebody cannot host it. `mine`: their groups; `others`: facilitators who are of no party."""
    check_open(conflict)
    if conflict.host_id is not None:
        raise UserError("{id} has a host already. Who hosts it can hand it back.", id=conflict.about)
    if others and not set(mine).isdisjoint(party.group_id for party in parties):
        raise UserError(
            "Your group is part of {id}. A facilitator of none of its groups can host it; there are: {n}.",
            f"/conflicts {conflict.about}",
            id=conflict.about,
            n=others,
        )


def check_open(conflict: Conflict) -> None:
    """UserError unless it is open."""
    if conflict.state == OPEN:
        return
    if conflict.state == SUGGESTED:
        raise UserError(
            "{id} is only suggested so far. Look at it and say whether it is one.",
            f"/confirm {conflict.about}",
            id=conflict.about,
        )
    if conflict.state == CONFIDED:
        raise UserError(
            "{id} is in confidence. Who raised it can bring it into the open.",
            f"/conflicts {conflict.about}",
            id=conflict.about,
        )
    raise UserError("{id} has ended. It can be opened again.", f"/reopen {conflict.about}", id=conflict.about)


def proposed(
    conflict: Conflict, ending: str, text: str, by_id: int, now: datetime, review_at: datetime | None = None
) -> Conflict:
    """An end is proposed; an earlier proposal is replaced by it."""
    check_open(conflict)
    if ending == OF_VALUES:
        review_at = now + VALUES_REST
    return replace(conflict, ending=ending, ending_text=text, ending_by=by_id, review_at=review_at, changed_at=now)


def asked_anew(parties: Iterable[Party]) -> tuple[Party, ...]:
    """The parties when an end is proposed: nobody has agreed, as a host speaks for none of them."""
    return tuple(Party(party.group_id) for party in parties)


def confirming_party(conflict: Conflict, parties: Collection[Party], mine: Collection[int], here: int | None) -> Party:
    """The party that somebody confirms for. UserError where there is nothing to confirm or no single party."""
    check_open(conflict)
    if not conflict.ending:
        raise UserError(
            "How {id} could end has not been proposed yet: whoever hosts it does that.",
            f"/conflicts {conflict.about}",
            id=conflict.about,
        )
    own = [party for party in parties if party.group_id in mine]
    waiting = [party for party in own if party.confirmed_at is None]
    if own and not waiting:
        raise UserError("Your group has confirmed {id} already.", id=conflict.about)
    at_home = [party for party in waiting if party.group_id == here]
    if at_home or len(waiting) == 1:
        return (at_home or waiting)[0]
    raise UserError(
        "You belong to several of its groups. Say for which one.",
        f"/confirm {conflict.about} --as GROUP",
    )


def ended_if_all_agree(conflict: Conflict, parties: Collection[Party], now: datetime) -> Conflict:
    """The conflict at its proposed end once every party has confirmed; until then as it is."""
    if not parties or not conflict.ending or any(party.confirmed_at is None for party in parties):
        return conflict
    return replace(conflict, state=conflict.ending, ended_at=now, changed_at=now)


def settled_by_raiser(conflict: Conflict, now: datetime) -> Conflict:
    """Whoever raised the concern that it came from says that it is resolved."""
    return replace(conflict, state=SETTLED, ending=SETTLED, review_at=None, ended_at=now, changed_at=now)


def dismissed(conflict: Conflict, now: datetime) -> Conflict:
    """What was suggested is none. UserError for what somebody raised."""
    if conflict.state != SUGGESTED:
        check_open(conflict)
        raise UserError(
            "{id} was raised by somebody and is not dismissed: it ends when each of its groups confirms how.",
            f"/conflicts {conflict.about}",
            id=conflict.about,
        )
    return _as_none(conflict, now)


def taken_back(conflict: Conflict, now: datetime, *, was_taken_up: bool) -> Conflict:
    """Whoever raised it says that it is none. UserError once others took it up."""
    if conflict.state != CONFIDED:
        check_open(conflict)
    if was_taken_up:
        raise UserError(
            "Others have taken {id} up already, so it ends when each of its groups confirms how.",
            f"/conflicts {conflict.about}",
            id=conflict.about,
        )
    return _as_none(conflict, now)


def was_taken_up(conflict: Conflict, log: Iterable[Entry]) -> bool:
    """Whether others have done something about what somebody raised."""
    return conflict.host_id is not None or any(entry.kind != "raised" for entry in log)


def _as_none(conflict: Conflict, now: datetime) -> Conflict:
    return replace(_without_ending(conflict), state=DISMISSED, ended_at=now, changed_at=now, review_at=None)


def check_can_reopen(conflict: Conflict) -> None:
    """UserError unless it has ended, in the open."""
    if conflict.state not in REOPENABLE:
        raise UserError("{id} has not ended.", f"/conflicts {conflict.about}", id=conflict.about)
    if conflict.is_private:
        raise UserError(
            "{id} was never in the open, so there is nothing to open again. Tell it anew.",
            " ".join(("/conflict", *(f"D-{number}" for number in conflict.numbers), "… --in-confidence")),
            id=conflict.about,
        )


def _without_ending(conflict: Conflict) -> Conflict:
    return replace(conflict, ending="", ending_text="", ending_by=None)


def step_number(step: str) -> int:
    """1 for the first step of escalation."""
    return [name for name, _ in STEPS].index(step) + 1


def step_times(opened_at: datetime) -> tuple[tuple[str, datetime], ...]:
    """When each step of escalation is due if a conflict is opened now."""
    return tuple((step, opened_at + after) for step, after in STEPS)


def next_reminder(opened_at: datetime, due_at: datetime) -> datetime:
    """After the last step the circle is reminded in growing pauses: each time when its age has doubled."""
    return opened_at + 2 * max(due_at - opened_at, STEPS[-1][1])


def confidant(
    facilitators: Iterable[tuple[int, frozenset[int]]], parties: Collection[int], load: dict[int, int], raiser_id: int
) -> int | None:
    """The facilitator to whom something is told in confidence: of none of its groups if there is one, with the least
    to look after; the lower id of two. `facilitators`: (person, their groups). None where there is nobody."""
    found = [(id, groups) for id, groups in facilitators if id != raiser_id]
    if not found:
        return None
    return min(found, key=lambda one: (not one[1].isdisjoint(parties), load.get(one[0], 0), one[0]))[0]
