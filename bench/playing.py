"""Mycel without a platform, with networks of four groups in which people type commands."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.app import FEATURES, build_core, real_clock
from bot.core.conversation import Actor, CommandTyped, Place
from bot.core.feature import Feature
from bot.core.replies import Answer, Reply
from bot.parts import Core
from storage import directory, migrate
from storage.network import Channel, Group
from storage.work import Tx

PLATFORM = "bench"
GROUPS = ("oakland", "nairobi", "bilbao", "cusco")
PEOPLE = 50
DECIDE = (
    'decide Use Signal for alerts, case {n} --why "WhatsApp shares our numbers with everybody" --tags safety,phones'
)
PROPOSE = 'propose One newsletter, case {n} --why "three are too many" --affects nairobi,bilbao,cusco --for 10bd'


class NotDone(Exception):
    """A command that is measured was refused: its figure would mean nothing."""


@dataclass(slots=True)
class Playing:
    """Mycel at work; `networks` are ids."""

    core: Core
    networks: tuple[int, ...]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def say(self, text: str, *, caller: int = 0, channel: str = GROUPS[0], platform: str = PLATFORM) -> Reply:
        """Somebody types a command in the caller's network; `{n}` in it is a number that never comes again.

        Raises NotDone where it is refused.
        """
        n = next(self.numbers)
        workspace, who = f"w{caller % len(self.networks)}", f"person{n % PEOPLE}"
        actor = Actor(platform, workspace, who, who.capitalize())
        typed = text.replace("{n}", str(n))
        incoming = CommandTyped(f"e{n}", Place(platform, workspace, channel), actor, real_clock(), typed)
        reply = await self.core.dispatch.handle(incoming)
        if not isinstance(reply, Answer):
            raise NotDone(f"{typed!r} was answered with {reply!r}")
        return reply


@asynccontextmanager
async def playing(url: str, *, networks: int = 1, more: tuple[Feature, ...] = ()) -> AsyncIterator[Playing]:
    """Mycel on a database, migrated and with its networks, whose people are all known."""
    migrate.upgrade(url)
    core = await build_core(url, "bench", features=(*FEATURES, *more))
    try:
        ids = await core.work.write(0, lambda tx: _found(tx, core.network_id, networks))
        mycel = Playing(core, tuple(ids), itertools.count(core.new_id()))
        yield mycel
    finally:
        await core.work.close()


def _found(tx: Tx, first: int, networks: int) -> list[int]:
    """Networks with their groups and channels; those that are there already are only found."""
    ids = [first]
    for number in range(1, networks):
        ids.append(directory.ensure_network(tx.db, f"bench-{number}", "en", tx.now))
    for number, network_id in enumerate(ids):
        directory.add_workspace(tx.db, PLATFORM, f"w{number}", network_id, tx.now)
        if directory.all_groups(tx.db, network_id):
            continue
        for id, slug in enumerate(GROUPS, start=1):
            group = Group(network_id, id, slug, slug.capitalize(), "UTC", None, "mon-fri", "off", "en", "active", ())
            directory.add_group(tx.db, group, tx.now)
            directory.add_channel(tx.db, Channel(network_id, id, PLATFORM, f"w{number}", slug, id, True, "", "active"))
        for person in range(PEOPLE):
            account = f"person{person}"
            name = account.capitalize()  # as they are called when they type: nobody has to be renamed
            directory.add_person(tx.db, network_id, person, name, None, tx.now)
            directory.add_identity(tx.db, network_id, PLATFORM, f"w{number}", account, person, name)
            directory.add_membership(tx.db, network_id, person, 1, tx.now)
    return ids
