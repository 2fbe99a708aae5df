"""Facts about groups, channels, people and their roles."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.events.fact import Fact


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
