"""A window's life as a test lives it: what people and groups do, in any order, and what was said so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.conversation import MessagePosted
from bot.core.events import GroupAffected, PersonForgotten
from storage import contributions, people
from storage.decision_tables import decision_groups
from storage.network_tables import identities
from storage.work import Tx
from tests.features.input_windows.elsewhere import change_group, change_state, happens
from tests.features.input_windows.threads import HOMES, delete, edit, react, root
from tests.support.house import House

PEOPLE = {"oakland": "ana", "nairobi": "wanjiku", "bilbao": "iker", "cusco": "quri"}
OTHERS = {"oakland": "ben", "nairobi": "otieno", "bilbao": "maite", "cusco": "sami"}
IDS = {slug: id for id, slug in enumerate(HOMES, start=1)}


@dataclass
class Posted:
    """A message as its platform knows it. `is_private`: said in an encrypted place, and not let out."""

    place: str
    text: str = ""
    said_at: datetime | None = None
    is_posted: bool = False
    is_deleted: bool = False
    is_private: bool = False

    def say(self, text: str, at: datetime) -> None:
        if self.said_at is None or at >= self.said_at:
            self.text, self.said_at = text, at

    @property
    def token(self) -> str:
        return self.text.rpartition(" ")[2]


@dataclass
class Life:
    house: House
    messages: dict[str, Posted] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    has_joined: bool = False
    n: int = 0

    def token(self) -> str:
        self.n += 1
        return f"words{self.n}end"

    async def step(self, step: tuple[Any, ...]) -> None:
        """Does it; the few seconds between two edits of a head pass, in which nothing falls due."""
        await getattr(self, f"do_{step[0]}")(*step[1:])
        self.house.clock.move(seconds=5)
        await self.house.deliverer.drain()

    def has_thread(self, place: str) -> bool:
        return root(place) in self.house.channels.shown.get(place, {})

    def message(self, place: str, id: int) -> Posted:
        return self.messages.setdefault(f"{place}{id}", Posted(place))

    async def do_post(self, place: str, id: int, lead: str, is_private: bool) -> None:
        message, text, at = self.message(place, id), self.token(), self.house.clock()
        if message.is_posted or not self.has_thread(place):
            return
        message.is_posted, message.is_private = True, is_private
        message.say(lead + text, at)
        where = replace(self.house.place(place, root(place)), is_restricted=is_private)
        key, actor = self.house.event_key(), self.house.actor(PEOPLE[place])
        await self.house.handle(MessagePosted(key, where, actor, at, f"{place}{id}", lead + text))

    async def do_edit(self, place: str, id: int, lead: str, minutes: int) -> None:
        message, text, at = self.message(place, id), self.token(), self.house.clock() + timedelta(minutes=minutes)
        if not self.has_thread(place):
            return
        message.say(lead + text, at)
        await edit(self.house, place, PEOPLE[place], f"{place}{id}", lead + text, at=at)

    async def do_delete(self, place: str, id: int) -> None:
        message = self.message(place, id)
        if not self.has_thread(place):
            return
        message.is_deleted = True
        self.gone.add(message.token)
        await delete(self.house, place, PEOPLE[place], f"{place}{id}")

    async def do_let_out(self, place: str, id: int) -> None:
        message = self.message(place, id)
        await self.house.say(place, PEOPLE[place], f"/let-out C-{id}")
        given = await self.house.work.read(lambda tx: contributions.contribution(tx.db, 1, id))
        for other in self.messages.values():
            if given and given.text and other.token == given.text and not given.stays_home:
                other.is_private = False
        assert message.place == place

    async def do_react(self, place: str, emoji: str, is_added: bool) -> None:
        await react(self.house, place, PEOPLE[place], emoji, is_added=is_added)

    async def do_pass(self, place: str) -> None:
        await self.house.say(place, PEOPLE[place], "/pass D-1")

    async def do_wait(self, hours: int) -> None:
        await self.house.wait(hours=hours)

    async def do_sleep(self, hours: int) -> None:
        self.house.clock.move(hours=hours)

    async def do_answer(self, id: int) -> None:
        await self.house.say("oakland", "ana", f"/answer C-{id} as follows")

    async def do_resolve(self, place: str, id: int) -> None:
        await self.house.say(place, PEOPLE[place], f"/resolve C-{id}")

    async def do_take_over(self, place: str, id: int) -> None:
        await self.house.say(place, OTHERS[place], f"/take-over C-{id} as we see it")

    async def do_hold(self, place: str) -> None:
        await self.house.say(place, PEOPLE[place], "/hold D-1 we need it")

    async def do_extend(self, length: str) -> None:
        await self.house.say("oakland", "ana", f"/extend D-1 {length}")

    async def do_close(self) -> None:
        await self.house.say("oakland", "ana", "/close D-1")

    async def do_change(self, option: str) -> None:
        self.n += 1
        await self.house.say("oakland", "ana", f'/edit D-1 --title "Title {self.n}" {option}'.strip())

    async def do_holiday(self, id: int, days: int) -> None:
        off = (self.house.clock() + timedelta(days=days)).date().isoformat()
        await change_group(self.house, id, day_overrides=[[off, False]])

    async def do_state(self, id: int, state: str) -> None:
        await change_state(self.house, id, state)

    async def do_join(self) -> None:
        if self.has_joined:
            return
        self.has_joined = True
        row = {"network_id": 1, "number": 1, "group_id": IDS["cusco"], "part": "affected"}
        await self.house.work.write(1, lambda tx: tx.db.execute(sa.insert(decision_groups), row))
        await happens(self.house, GroupAffected(about="D-1", group_id=IDS["cusco"], number=1, by_id=1))

    async def do_forget(self, place: str) -> None:
        """Whoever speaks at a place leaves; the account comes back as somebody else."""
        known = sa.select(identities.c.person_id).where(identities.c.account == PEOPLE[place])

        def forget(tx: Tx) -> int | None:
            id: int | None = tx.db.execute(known).scalar_one_or_none()
            if id is not None:
                people.forget(tx.db, 1, id, "someone who left", tx.now)
            return id

        id = await self.house.work.write(1, forget)
        if id is None:
            return
        await happens(self.house, PersonForgotten(about="", person_id=id))
        for message in self.messages.values():
            if message.place == place and message.is_posted:
                message.is_deleted = True
                self.gone.add(message.token)

    async def do_outcome(self, outcome: str) -> None:
        await self.house.say("oakland", "ana", f"/outcome D-1 {outcome} --unanswered")
