"""What a handler gets, and the few ways in which it acts on the world: say, touch, due, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core import holding
from bot.core.conversation import Place, Quoted
from bot.core.events import Fact
from bot.core.feature import Subscriber
from bot.core.holding import Said
from bot.core.language import Words
from bot.core.message import Block
from bot.core.registry import Registry
from storage import deadlines, delivery, events
from storage.deadlines import Deadline
from storage.network import Channel, Group, Network, Person

_NOTHING_DECLARED = Registry(())


def no_codes() -> str:
    """Stands where nobody may make secret codes."""
    raise LookupError("codes are made by commands only")


@dataclass(slots=True)
class Context:
    """One command, message or deadline in its transaction.

    `now` is the network's clock (aware UTC), `real_now` the real one (delivery). `who` is None when a deadline fires.
    `channel` and `group` are of the place it happened in; `acting_as` is the group for which it is done.
    `registry` has all that is declared (for the help). `new_code` makes a code that nobody can guess. `quoted` is the
    message that a command answers. `base_url`: what links to Mycel's own pages begin with. `acts_now`: `who` did it
    just now, not long ago while nobody listened.
    """

    db: sa.Connection
    now: datetime
    real_now: datetime
    new_id: Callable[[], int]
    network: Network
    words: Words
    where: Place | None = None
    channel: Channel | None = None
    group: Group | None = None
    who: Person | None = None
    acting_as: Group | None = None
    subscribers: Mapping[type, tuple[Subscriber, ...]] = field(default_factory=dict)
    is_past: bool = False
    registry: Registry = _NOTHING_DECLARED
    new_code: Callable[[], str] = no_codes
    quoted: Quoted | None = None
    base_url: str = ""
    acts_now: bool = True
    known_groups: dict[int, Group] = field(default_factory=dict)
    _said: list[Said] = field(default_factory=list)
    _facts: list[dict[str, Any]] = field(default_factory=list)
    _due: list[Deadline] = field(default_factory=list)
    _touched: dict[str, None] = field(default_factory=dict)

    @property
    def actor(self) -> Person:
        """The person who acts; only for what people do."""
        if self.who is None:
            raise LookupError("nobody acts when a deadline fires")
        return self.who

    def say(
        self,
        channel: Channel,
        view: str,
        args: Mapping[str, Any],
        *,
        key: str,
        about: str = "",
        thread_of: str | None = None,
        edit_gap_s: int = 0,
        is_urgent: bool = False,
    ) -> None:
        """Wants a message to be visible in a channel; the same `key` again edits it.

        `view` is rendered with `args` when it is sent, and again whenever `about` is touched. `thread_of` is the key
        of the root of its thread; `edit_gap_s` the least number of seconds between two edits. `is_urgent`: it says so
        and comes whatever the hour; other new messages wait for the end of a group's quiet hours (core/holding.py).
        """
        row = {
            "network_id": self.network.id,
            "id": self.new_id(),
            "key": key,
            "channel_id": channel.id,
            "thread_of": thread_of,
            "about": about,
            "view": view,
            "args": dict(args),
            "ready_at": self.real_now,
            "edit_gap_s": edit_gap_s,
            "created_at": self.real_now,
        }
        self._said.append(Said(row, channel, is_urgent))

    def know(self, groups: Iterable[Group]) -> None:
        """Groups that are loaded already: whether they have quiet hours need not be looked up."""
        self.known_groups.update((group.id, group) for group in groups)

    def touch(self, about: str) -> None:
        """What is shown about a record has changed: every message about it is rendered and edited."""
        self._touched[about] = None

    def due(self, at: datetime, kind: str, about: str, *, group_id: int = 0, round: int = 0, **args: Any) -> None:
        """Something falls due (network's clock). Set again it moves; fired it stays fired (a new `round` is new)."""
        self._due.append(Deadline(self.network.id, about, kind, group_id, at, args, round=round))

    def undue(self, about: str, *kinds: str, group_id: int | None = None) -> None:
        """Takes pending deadlines of a record back."""
        self._flush_due()
        deadlines.cancel(self.db, self.network.id, about, list(kinds), group_id)

    def publish(self, fact: Fact) -> tuple[Block, ...]:
        """Logs a fact and tells the features that must act in the same transaction; their words for the answer."""
        self._facts.append(
            {
                "network_id": self.network.id,
                "at": self.now,
                "kind": fact.kind(),
                "about": fact.about,
                "person_id": self.who.id if self.who else None,
                "group_id": fact.group_id,
                "data": fact.data(),
                "is_past": self.is_past,
            }
        )
        return tuple(block for tell in self.subscribers.get(type(fact), ()) for block in tell(self, fact))

    def ask(self, question: Fact) -> tuple[Block, ...]:
        """What other features have to say about a record that is shown; nothing is logged."""
        return tuple(block for tell in self.subscribers.get(type(question), ()) for block in tell(self, question))

    def flush(self) -> None:
        """Writes what was said, published and set due; called once, at the end of the transaction."""
        if self._facts:
            events.append(self.db, self._facts)
            self._facts = []
        if self._said or self._touched:
            holding.hold(self, self._said, self._touched)
        if self._said:
            lanes = {one.channel.id: one.channel.platform for one in self._said}
            wake = [
                {"network_id": self.network.id, "channel_id": id, "platform": platform, "next_at": self.real_now}
                for id, platform in lanes.items()
            ]
            delivery.want(self.db, [one.row for one in self._said], wake)
            self._said = []
        for about in self._touched:
            delivery.touch(self.db, self.network.id, about, self.real_now)
        self._touched = {}
        self._flush_due()

    def _flush_due(self) -> None:
        deadlines.set_all(self.db, self._due)
        self._due = []


@dataclass(frozen=True, slots=True)
class ViewContext:
    """What a view is rendered for: a channel, in its language and zone, at a moment of the network's clock."""

    db: sa.Connection
    now: datetime
    network: Network
    channel: Channel
    group: Group | None
    words: Words
    registry: Registry = _NOTHING_DECLARED

    def ask(self, question: Fact) -> tuple[Block, ...]:
        """What other features have to say in a message that is rendered; only reading."""
        return tuple(
            block for tell in self.registry.subscribers.get(type(question), ()) for block in tell(self, question)
        )
