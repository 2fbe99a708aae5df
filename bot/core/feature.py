"""What a feature shows to the rest of the program: one value, put together in its `__init__`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.commands import Command
from bot.core.message import Action, Block, Message, Spans

View = Callable[[Any, Mapping[str, Any]], Message | None]
"""(ViewContext, args) → what a channel should show now; None where there is nothing to show any more."""

Fire = Callable[[Any, Any], None]
"""(Context, Deadline): what happens when its time is up, in the transaction that completes it."""

Subscriber = Callable[[Any, Any], tuple[Block, ...]]
"""(Context, fact): runs in the transaction of the fact; its blocks are added to the answer."""

Follower = Callable[[Any, Any], None]
"""(Context, Recorded): runs later, behind a cursor over the event log; may fail without harm to the fact."""

Listener = Callable[[Any, Any], Any]
"""(Context, MessagePosted | MessageEdited | MessageRedacted | Reacted) → Reply, or None if it is not its business."""


Begin = Callable[[Any], None]
"""(Context): sees to what has to stand in a network (a deadline of every group); runs at the start and every hour."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A kind of thing that Mycel says of its own accord; bot/core/telling.py decides when, and what comes together.

    `is_wanted` (Context, Told): whether it still has to be said. `subject` and `line` (ViewContext, Told) make an entry
    among others: what it is about (nothing where the line names it, None where it is not to be read there), and what
    is to be said of it, without a full stop (None where there is nothing any more); `act`: the button that answers it.
    `asks`: for what; what kinds, or steps of one, ask for alike is said once. `alone` (Context, Told) says it by itself
    and returns the message's key. `told` (Context, Told) is called when it was said. `why` (Words, Told): why this
    group gets it, in a sentence. `waits`: it is asked once and has to be said; where its group has had enough it comes
    later, and a digest does not stand for it.
    """

    is_wanted: Callable[[Any, Any], bool]
    subject: Callable[[Any, Any], Spans | None]
    line: Callable[[Any, Any], Spans | None]
    why: Callable[[Any, Any], Spans]
    alone: Callable[[Any, Any], str] | None = None
    told: Callable[[Any, Any], None] | None = None
    waits: bool = False
    asks: str = ""
    act: Callable[[Any, Any], Action | None] | None = None


@dataclass(frozen=True, slots=True)
class Feature:
    """A room of the house. All parts are optional; names are unique over all features.

    `title` heads its commands in the help (a marked catalogue text); `first` names those that a newcomer is told of
    before all others, without it the first two.
    """

    name: str
    commands: tuple[Command, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    deadlines: Mapping[str, Fire] = field(default_factory=dict)
    subscriptions: tuple[tuple[type, Subscriber], ...] = ()
    followers: Mapping[str, Follower] = field(default_factory=dict)
    listeners: tuple[Listener, ...] = ()
    tellings: Mapping[str, Telling] = field(default_factory=dict)
    begin: Begin | None = None
    title: str = ""
    first: tuple[str, ...] = ()
