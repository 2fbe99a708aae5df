"""Facts and questions about what Mycel says of its own accord: digests, nudges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.events.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestAsked(Fact):
    """A question, never logged: what is there to say in a group's digest of what happened after `since`, to `until`?

    With `is_circle`, in the digest of those who host: then it is of no group. Asked while a message is rendered: `ctx`
    is a ViewContext. Each room answers with a bold line and bullets, at most `most` of them, of what the group (or the
    circle) may read; ids and titles, no long texts; nothing where it has nothing.
    """

    since: datetime
    until: datetime
    is_circle: bool = False
    most: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedAsked(Fact):
    """A question, never logged: what does this person owe an answer to? Each room answers with blocks; only reading."""

    person_id: int
    group_ids: tuple[int, ...] = ()
    is_circle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNudged(Fact):
    """A silent group was asked something (`step` window, concern, review), or somebody was asked to reach it.

    `step` contact, neighbour: who was asked; `asked_group_id` the neighbour.
    """

    step: str
    asked_group_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCalled(Fact):
    """A neighbour says that it has reached a group that had been silent."""

    by_group_id: int
