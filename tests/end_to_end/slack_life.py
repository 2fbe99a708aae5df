"""Mycel in Slack that is killed and born again, with people who say again what failed before their eyes."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import sqlalchemy as sa

from adapters.slack.port import PLATFORM
from storage import directory, migrate
from storage.decision_tables import decisions
from storage.delivery_tables import lanes, messages
from storage.engine import open_reader
from storage.network import Channel as Home
from storage.network import Group
from storage.window_tables import contributions
from storage.work import Tx, open_work
from tests.end_to_end.living import Cradle
from tests.support.house import GROUPS
from tests.support.slack.faults import AFTER, How
from tests.support.slack.people import Person, Team
from tests.support.slack.server import Slack
from tests.support.slack.world import Channel

FAULTS = (How.RESET_AFTER, How.BROKEN_AFTER, How.HANG_AFTER, How.LIMITED, How.RESET, How.BROKEN)
PATIENCE_S = 30


@dataclass
class SlackLife:
    """A workspace with three groups and Mycel in it. What people have said is in `decided` and `given`."""

    slack: Slack
    team: Team
    cradle: Cradle
    is_socket: bool
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    decided: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    open: list[asyncio.Task[None]] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def bear(self, point: str = "", nth: int = 1, how: How | None = None) -> bool:
        """True once it serves; False if it was killed before. `how`: what goes wrong in Slack in this life."""
        if how is not None:
            self.slack.faults.add("chat.postMessage", how, retry_after=1)
            self.slack.faults.add("chat.update" if how in AFTER else "chat.postMessage", how, retry_after=1)
        if not await self.cradle.bear(point, nth):
            return False
        if self.is_socket:
            await self.slack.sockets.connected()
        return True

    async def round(self) -> None:
        """People decide and give input, by command, mention and in a thread."""
        await asyncio.gather(self._decides("ana"), self._mentions("wanjiku"), self._gives("iker"))

    async def types(self, who: str, channel: str, text: str) -> None:
        """Types a command, and again as long as Slack says that it failed: it may be told that it was done."""
        for _ in range(200):
            if (await self.people[who].types(self.channels[channel], text)).is_ok:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{text} was never acknowledged")

    async def _decides(self, who: str) -> None:
        title = self._title()
        self.decided.append(title)
        await self.types(who, "oakland", f"/decide {title} --tell nairobi,bilbao")

    async def _mentions(self, who: str) -> None:
        title = self._title()
        self.decided.append(title)
        await self.people[who].mentions(self.channels["nairobi"], f"decide {title} --tell oakland,bilbao")

    async def _gives(self, who: str) -> None:
        """In the thread of the window, once its head is there."""
        bilbao = self.channels["bilbao"]
        heads = [m for m in self.team.shown(bilbao) if "One newsletter" in m.text]
        if heads:
            text = f"words {next(self.numbers):03}"
            self.given.append(text)
            await self.people[who].says(bilbao, f"data: {text}", heads[0].ts)

    def _title(self) -> str:
        return f"Matter {next(self.numbers):03}"

    async def end_of_all(self) -> None:
        """A life without a kill, in which what can still go wrong goes wrong, until nothing is left; then a stop."""
        assert await self.bear()
        await asyncio.gather(*self.open, self.round())
        await self.slack.outgoing.settled()
        assert await asyncio.to_thread(self._undone_at_last) == {}
        self.cradle.kill(15)
        await self.cradle.end()
        assert self.slack.outgoing.given_up == []

    def check(self) -> None:
        """Everything is stored once and shown once."""
        engine = open_reader(self.cradle.url, connections=1)
        with engine.connect() as db:
            titles = list(db.execute(sa.select(decisions.c.title).order_by(decisions.c.number)).scalars())
            said = list(db.execute(sa.select(contributions.c.text)).scalars())
            wanted = db.execute(sa.select(messages.c.key, messages.c.remote_id)).all()
        engine.dispose()
        assert sorted(titles) == sorted(["One newsletter", *self.decided])
        doubled, lost = Counter(said) - Counter(self.given), Counter(self.given) - Counter(said)
        assert (doubled, lost) == (Counter(), Counter()), (doubled, lost)
        marks = [
            (m.metadata["event_payload"]["key"], m.metadata["event_payload"]["part"])
            for channel in self.channels.values()
            for m in channel.messages.values()
            if m.metadata is not None and not m.is_gone
        ]
        shown, meant = Counter(marks), Counter((key, 0) for key, _ in wanted)
        assert (shown - meant, meant - shown) == (Counter(), Counter()), (shown - meant, meant - shown)
        ids = {m.ts for channel in self.channels.values() for m in channel.messages.values() if m.metadata}
        assert {remote_id for _, remote_id in wanted} == ids
        for title in self.decided:
            where = [slug for slug, c in self.channels.items() if any(title in m.text for m in self.team.shown(c))]
            assert where == ["oakland", "nairobi", "bilbao"], title

    def _undone_at_last(self) -> dict[str, int]:
        """What is still undone when all had time to be done."""
        end = monotonic() + PATIENCE_S
        while (rest := self._undone()) and monotonic() < end:
            sleep(0.1)
        return rest

    def _undone(self) -> dict[str, int]:
        engine = open_reader(self.cradle.url, connections=1)
        waits = {
            "messages": (messages, sa.or_(messages.c.wanted_rev > messages.c.sent_rev, messages.c.state != "live")),
            "lanes": (lanes, sa.or_(lanes.c.next_at.is_not(None), lanes.c.lease.is_not(None))),
        }
        with engine.connect() as db:
            found = {
                name: db.execute(sa.select(sa.func.count()).select_from(table).where(where)).scalar_one()
                for name, (table, where) in waits.items()
            }
        engine.dispose()
        return {name: count for name, count in found.items() if count}


async def open_life(folder: Path, url: str, *, is_socket: bool) -> SlackLife:
    """Slack with a workspace, a migrated database with the groups; nobody lives yet."""
    slack = Slack()
    slack.outgoing.retries_after_s = (0.05, *[0.1] * 300)
    slack.world.history_lag_s = 0.05
    # Whether it is in time is tested elsewhere; here several processes share a machine.
    slack.outgoing.ack_within_s = 15
    await slack.start()
    team = Team(slack, "coop")
    secret = {"SLACK_APP_TOKEN": slack.app.app_token}
    if not is_socket:
        secret = {"SLACK_SIGNING_SECRET": slack.app.signing_secret}
    settings = {"SLACK_BOT_TOKEN": team.token, "SLACK_API_URL": slack.api_url, **secret}
    cradle = Cradle(folder, url, announced="On Slack", **settings)
    if not is_socket:
        slack.app.request_url = f"http://127.0.0.1:{cradle.port}/slack/events"
    life = SlackLife(slack, team, cradle, is_socket)
    for slug, (_, zone, _, names) in GROUPS.items():
        people = {name: team.person(name, zone) for name in names}
        life.people |= people
        life.channels[slug] = team.channel(slug, *people.values())
    await asyncio.to_thread(migrate.upgrade, url)
    work = open_work(url, clock=lambda: datetime.now(UTC))
    await work.write(1, lambda tx: _found(tx, life))
    await work.close()
    return life


def _found(tx: Tx, life: SlackLife) -> None:
    network = directory.add_network(tx.db, 1, "mycel", "en", tx.now)
    directory.add_workspace(tx.db, PLATFORM, life.team.id, network, tx.now)
    for id, (slug, (name, zone, region, _)) in enumerate(GROUPS.items(), start=1):
        group = Group(network, id, slug, name, zone, region, "mon-fri", "off", "en", "active", ())
        directory.add_group(tx.db, group, tx.now)
        home = Home(network, id, PLATFORM, life.team.id, life.channels[slug].id, id, True, "", "active")
        directory.add_channel(tx.db, home)
