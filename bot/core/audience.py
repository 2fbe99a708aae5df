"""Who may read a record: its group, the affected groups, the network or the circle. Asked wherever it is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.core.permissions import FACILITATOR
from storage.network import Group, Person

GROUP, AFFECTED, NETWORK, CIRCLE = "group", "affected", "network", "circle"
AUDIENCES = (GROUP, AFFECTED, NETWORK, CIRCLE)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the network who would read; in a channel, everybody who reads along there."""

    group_ids: frozenset[int] = field(default_factory=frozenset)
    is_circle: bool = False


def person_reader(person: Person) -> Reader:
    """What is shown to a person alone."""
    return Reader(person.group_ids, FACILITATOR in person.roles)


def channel_reader(group: Group | None) -> Reader:
    """What is shown in a channel: only what its whole group may read, whoever asks there."""
    return Reader(frozenset((group.id,)) if group else frozenset())


def may_read(audience: str, deciding_group_id: int, affected_ids: Collection[int], reader: Reader) -> bool:
    """Whether a reader of the same network may see it. The deciding group may always read what it decided."""
    if audience == NETWORK or deciding_group_id in reader.group_ids:
        return True
    if audience == AFFECTED:
        return not reader.group_ids.isdisjoint(affected_ids)
    return audience == CIRCLE and reader.is_circle
