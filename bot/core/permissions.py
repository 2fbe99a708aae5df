"""Who may do what: the one place where rights are decided. The table itself stands in the declarations."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.commands import Command, Who
from bot.core.errors import UserError
from bot.core.language import mark
from storage.network import Person

STEWARD = "steward"
FACILITATOR = "facilitator"
ROLES = (FACILITATOR, STEWARD)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a command is about, as far as rights depend on it. `group_id`: the deciding (or own) group.

    `party_ids`: groups that are part of a conflict; `host_id`: who hosts it. `refusal`: what those are told whom it is
    not for, where more can be said than which role it takes.
    """

    group_id: int | None = None
    author_id: int | None = None
    raiser_id: int | None = None
    affected_ids: frozenset[int] = field(default_factory=frozenset)
    party_ids: frozenset[int] = field(default_factory=frozenset)
    host_id: int | None = None
    refusal: UserError | None = None


_REFUSALS = {
    Who.ALL: mark("This works in the channels of this network."),
    Who.OWN: mark("This is for members of the group whose decision it is."),
    Who.AFFECTED: mark("This is for members of the affected groups."),
    Who.AUTHOR: mark("This is for the person who wrote it."),
    Who.RAISER: mark("This is for the person who raised it."),
    Who.PARTY: mark("This is for members of the groups that are part of the conflict."),
    Who.HOST: mark("This is for whoever hosts it."),
    Who.CIRCLE: mark("This is for facilitators; “roles” shows who they are."),
    Who.STEWARD: mark("This is for stewards; “roles” shows who they are."),
    Who.HOLDER: mark("This is for the holder of the code."),
}
_REFUSALS_OF_SEVERAL = {
    (Who.AUTHOR, Who.OWN): mark("This is for the person who wrote it and for members of the group that decided it."),
    (Who.AUTHOR, Who.RAISER, Who.STEWARD): mark("This is for the person who wrote it and for stewards."),
    (Who.HOST, Who.PARTY): mark("This is for whoever hosts it and for members of the groups that are part of it."),
    (Who.CIRCLE, Who.PARTY): mark("This is for facilitators and for members of the groups that are part of it."),
}


def standings(person: Person, subject: Subject) -> frozenset[Who]:
    """All that a person is towards a subject."""
    found = {Who.ALL, Who.HOLDER}
    if subject.group_id is not None and subject.group_id in person.group_ids:
        found |= {Who.OWN, Who.AFFECTED}
    if person.group_ids & subject.affected_ids:
        found.add(Who.AFFECTED)
    if subject.author_id == person.id:
        found.add(Who.AUTHOR)
    if subject.raiser_id == person.id:
        found.add(Who.RAISER)
    if person.group_ids & subject.party_ids:
        found.add(Who.PARTY)
    if subject.host_id == person.id:
        found.add(Who.HOST)
    if FACILITATOR in person.roles:
        found.add(Who.CIRCLE)
    if STEWARD in person.roles:
        found.add(Who.STEWARD)
    return frozenset(found)


def authorise(command: Command, person: Person, subject: Subject, rights: tuple[Who, ...] = ()) -> None:
    """Raises UserError unless one of `rights` (without them: the command's) is the person's."""
    wanted = rights or command.who
    if standings(person, subject).isdisjoint(wanted):
        raise subject.refusal or UserError(_REFUSALS_OF_SEVERAL.get(wanted, _REFUSALS[wanted[0]]))
