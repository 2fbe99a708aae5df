"""Mycel in a test: real dispatch and real SQLite, a clock that stands still until it is moved, ids in order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.core.conversation import Actor, CommandTyped, FormSubmitted, Incoming, MessagePosted, Place
from bot.core.deadlines import Clockwork
from bot.core.delivery import Deliverer, Post
from bot.core.dispatch import Dispatch
from bot.core.feature import Feature
from bot.core.message import Message, to_plain
from bot.core.replies import Answer, Form, Invalid, Nothing, Reply
from bot.core.standing import Standing
from storage import deadlines, directory, held_messages
from storage.network import Channel, Group
from storage.work import Tx, Work

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday."""

GROUPS = {
    "oakland": ("Oakland", "America/Los_Angeles", "US-CA", ["ana", "ben"]),
    "nairobi": ("Nairobi", "Africa/Nairobi", "KE", ["wanjiku", "otieno"]),
    "bilbao": ("Bilbao", "Europe/Madrid", "ES-PV", ["iker", "maite"]),
}


class Clock:
    """Aware UTC; moves only by hand."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Channels:
    """A platform that keeps what it was told to show: channel → message id → (thread, plain text)."""

    platform: str = "test"
    shown: dict[str, dict[str, tuple[str | None, Message]]] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    edits: list[Post] = field(default_factory=list)

    async def post(self, post: Post) -> str:
        self.posts.append(post)
        self.shown.setdefault(post.channel.remote_id, {})[post.key] = (post.thread, post.message)
        return post.key

    async def edit(self, post: Post) -> None:
        self.edits.append(post)
        thread, _ = self.shown[post.channel.remote_id][post.key]
        self.shown[post.channel.remote_id][post.key] = (thread, post.message)

    async def remove(self, post: Post) -> None:
        self.shown.get(post.channel.remote_id, {}).pop(post.key, None)


class House:
    """Everything but a platform. `say` types something as somebody in a channel and gives back the answer.

    Somebody is awake everywhere, so that tests of other things can look at all channels at one hour; from `have_nights`
    on what others do waits for the end of a group's quiet hours.
    """

    def __init__(self, work: Work, features: Sequence[Feature], clock: Clock) -> None:
        ids = itertools.count(1000)
        self.new_id: Callable[[], int] = lambda: next(ids)
        self.work, self.clock = work, clock
        self.dispatch = Dispatch(work, features, self.new_id, lambda: None, new_code=self.new_code)
        self.channels = Channels()
        self.dispatch.registry.sleepless.add(self.channels.platform)
        registry = self.dispatch.registry
        self.deliverer = Deliverer(work, self.channels, registry, clock, self.new_id)
        self.clockwork = Clockwork(work, self.dispatch.registry, clock, self.new_id)
        self.standing = Standing(work, registry, clock, self.new_id)
        self._events = itertools.count(1)

    async def begin(self) -> None:
        """What has to stand in every network is seen to, as at the start of the program."""
        await self.standing.begin()

    def have_nights(self) -> None:
        self.dispatch.registry.sleepless.discard(self.channels.platform)

    def new_code(self) -> str:
        """Codes that can be foretold, unlike real ones."""
        return f"CODE-{self.new_id()}"

    async def found(self, groups: Mapping[str, tuple[str, str, str | None, list[str]]] = GROUPS) -> None:
        """A network with groups, each with a home channel of its slug's name."""

        def seed(tx: Tx) -> None:
            network = directory.add_network(tx.db, 1, "mycel", "en", tx.now)
            directory.add_workspace(tx.db, "test", "w", network, tx.now)
            for id, (slug, (name, zone, region, _)) in enumerate(groups.items(), start=1):
                group = Group(network, id, slug, name, zone, region, "mon-fri", "18:00-09:00", "en", "active", ())
                directory.add_group(tx.db, group, tx.now)
                directory.add_channel(tx.db, Channel(network, id, "test", "w", slug, id, True, "", "active"))

        await self.work.write(1, seed)

    def actor(self, name: str) -> Actor:
        return Actor("test", "w", name, name.capitalize())

    def place(self, channel: str, thread: str | None = None) -> Place:
        return Place("test", "w", channel, thread, thread)

    def event_key(self) -> str:
        return f"e{next(self._events)}"

    async def handle(self, incoming: Incoming) -> Reply:
        """Hands something over, then lets everything be delivered."""
        reply = await self.dispatch.handle(incoming)
        await self.deliverer.drain()
        return reply

    async def say(self, channel: str, who: str, text: str, *, thread: str | None = None, key: str = "") -> Reply:
        """A command (begins with "/") or a message."""
        place, actor, at = self.place(channel, thread), self.actor(who), self.clock()
        event_key = key or self.event_key()
        if text.startswith("/"):
            return await self.handle(CommandTyped(event_key, place, actor, at, text[1:]))
        return await self.handle(MessagePosted(event_key, place, actor, at, event_key, text))

    async def submit(self, channel: str, who: str, command: str, **values: str) -> Reply:
        incoming = FormSubmitted(self.event_key(), self.place(channel), self.actor(who), self.clock(), command, values)
        return await self.handle(incoming)

    async def wait(self, **by: float) -> None:
        """Time passes; what falls due in it is fired one after the other, each at its time."""
        target = self.clock.now + timedelta(**by)
        await self.dispatch.activity.flush()
        while True:
            due = await self.work.read(_next_due)
            if due is None or due > target:
                break
            self.clock.now = max(self.clock.now, due)
            await self.clockwork.fire_due()
            await self.deliverer.drain()
        self.clock.now = target
        await self.deliverer.drain()

    def shown(self, channel: str) -> str:
        """All that a channel shows, as plain text; replies are indented under their roots."""
        messages = self.channels.shown.get(channel, {})
        lines = []
        for key, (thread, message) in messages.items():
            if thread is None:
                lines.append(to_plain(message))
                lines += [_indent(to_plain(m)) for t, m in messages.values() if t == key]
        return "\n\n".join(lines)


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _next_due(tx: Tx) -> datetime | None:
    """When something falls due, or what was held over quiet hours goes out."""
    ahead = (deadlines.next_due(tx.db, 1), held_messages.next_held(tx.db, 1, tx.now))
    return min((at for at in ahead if at is not None), default=None)


def plain(reply: Reply) -> str:
    """What a person was answered, as text."""
    match reply:
        case Answer(message) | Invalid(message):
            return to_plain(message)
        case Form(command, title, fields):
            return f"[form {command}] {title}: " + ", ".join(f.name for f in fields)
        case Nothing():
            return ""


def rows(db: sa.Connection, table: sa.Table) -> int:
    """How many rows a table has."""
    count: int = db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    return count
