"""One window across two Slack workspaces and a Matrix room; and no token of either workspace lies anywhere in clear."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from adapters.matrix.handling import Handling
from adapters.matrix.own import OwnMessages
from adapters.matrix.port import PLATFORM as MATRIX
from adapters.matrix.sender import MatrixSender
from adapters.matrix.voice import Voice
from storage import directory
from storage.network import Channel as Home
from storage.network import Group
from storage.work import Tx
from tests.adapters.contract.matrix import MESSAGE, threaded
from tests.support.fake_matrix import BOT, SERVER, FakeHomeserver, FakePort, user
from tests.support.house import GROUPS, Clock
from tests.support.slack import mycel
from tests.support.slack.mycel import Mycel
from tests.support.slack.people import Person, Team
from tests.support.slack.server import Slack
from tests.support.slack.world import Channel
from tests.support.traces import left_in_files, left_in_rows

ROOM = "!bilbao"


@dataclass
class Everywhere:
    """Oakland in one workspace, Nairobi in another, Bilbao in a Matrix room; one network."""

    behind: Mycel
    clock: Clock
    coop: Team
    sister: Team
    ana: Person
    wanjiku: Person
    oakland: Channel
    nairobi: Channel
    homeserver: FakeHomeserver
    handling: Handling

    async def settled(self) -> None:
        self.clock.move(seconds=10)
        await self.behind.settled()

    async def says_in_matrix(self, body: str, root: str, n: int) -> None:
        room = self.homeserver.rooms[ROOM]
        id = self.homeserver.send(user("iker"), ROOM, MESSAGE, threaded(body, root), f"t{n}")
        event = room.event(id)
        assert event is not None
        await self.handling.handle(event, room.info())
        await self.settled()

    def in_matrix(self) -> list[str]:
        """What Mycel's messages in the room say now, each in its newest form."""
        bodies: dict[str, str] = {}
        for event in self.homeserver.rooms[ROOM].events:
            content = event["content"]
            if event["sender"] != BOT or event["type"] != MESSAGE:
                continue
            related = content.get("m.relates_to", {})
            is_edit = related.get("rel_type") == "m.replace"
            said = content["m.new_content"] if is_edit else content
            bodies[related["event_id"] if is_edit else event["event_id"]] = said["body"]
        return list(bodies.values())


async def install(behind: Mycel, team: Team) -> None:
    """Somebody installs the app in their workspace, in a browser."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        async with browser.get(f"{behind.base_url}/slack/install", allow_redirects=False) as page:
            text = page.headers.get("Location") or await page.text()
            # It is for https alone, as Slack's own addresses are.
            cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
        found = re.search(r"https?://[^\s\"'<>]*client_id=[^\s\"'<>]*", text)
        assert found is not None, text
        state = re.search(r"state=([^&\"]+)", found[0])
        assert state is not None
        back = {"code": team.authorize(found[0]), "state": state[1]}
        async with browser.get(f"{behind.base_url}/slack/oauth_redirect", params=back, headers=cookie) as page:
            assert page.status == 200, await page.text()


@pytest.fixture
async def everywhere(sqlite_url: str) -> AsyncIterator[Everywhere]:
    clock = Clock()
    slack = Slack(now=lambda: clock.now.timestamp())
    slack.outgoing.ack_within_s = 20
    await slack.start()
    slack.app.is_rotating = True
    behind = await mycel.open_mycel(slack, mycel.account(slack, is_oauth=True), sqlite_url, clock=clock)
    slack.app.is_rotating = True
    coop, sister = Team(slack, "coop", is_installed=False), Team(slack, "sister", is_installed=False)
    await install(behind, coop)
    await install(behind, sister)
    ana, wanjiku = coop.person("ana"), sister.person("wanjiku")
    oakland, nairobi = coop.channel("oakland", ana), sister.channel("nairobi", wanjiku)
    await mycel.found(behind, {"oakland": (coop, oakland.id), "nairobi": (sister, nairobi.id)})
    homeserver, own = FakeHomeserver(clock), OwnMessages()
    port = FakePort(homeserver)
    homeserver.add_room(ROOM, "Bilbao", {user("iker"): "Iker"})
    work = behind.core.work
    behind.core.add_sender(MatrixSender(work, {SERVER: port}, own))
    handling = Handling(work, behind.core.dispatch, port, own, Voice(work, port))
    await work.write(1, _add_bilbao)
    yield Everywhere(behind, clock, coop, sister, ana, wanjiku, oakland, nairobi, homeserver, handling)
    await behind.close()
    await slack.stop()
    assert slack.world.complaints == []


def _add_bilbao(tx: Tx) -> None:
    name, zone, region, _ = GROUPS["bilbao"]
    directory.add_workspace(tx.db, MATRIX, SERVER, 1, tx.now)
    directory.add_group(tx.db, Group(1, 3, "bilbao", name, zone, region, "mon-fri", "off", "en", "active", ()), tx.now)
    directory.add_channel(tx.db, Home(1, 3, MATRIX, SERVER, ROOM, 3, True, "", "active"))


async def decide_together(at: Everywhere) -> None:
    proposal = "/propose Use Signal --affects nairobi,bilbao --for 10bd"
    assert (await at.ana.types(at.oakland, proposal)).is_ok
    await at.settled()
    [head] = at.sister.shown(at.nairobi)
    await at.wanjiku.says(at.nairobi, "concern: half of us have <no> smartphone & no data", head.ts)
    await at.settled()
    root = next(e["event_id"] for e in at.homeserver.rooms[ROOM].events if e["sender"] == BOT)
    await at.says_in_matrix("data: our number is 555-1234", root, 1)
    await at.ana.types(at.oakland, "/mycel outcome D-1 adopted-with-changes SMS stays as a second way")
    await at.settled()


async def test_everybody_reads_what_the_others_said_and_what_came_of_it(everywhere: Everywhere) -> None:
    at = everywhere
    await decide_together(at)
    shown = {
        "coop": "\n".join(m.text for m in at.coop.shown(at.oakland)),
        "sister": "\n".join(m.text for m in at.sister.shown(at.nairobi)),
        "matrix": "\n".join(at.in_matrix()),
    }
    for where, text in shown.items():
        assert "half of us have <no> smartphone & no data" in text, where
        assert "our number is 555-1234" in text, where
        assert "SMS stays as a second way" in text, where
    heads = [len([m for m in shown[name].splitlines() if m == "Use Signal"]) for name in ("coop", "sister")]
    assert heads == [heads[0]] * 2


async def test_no_token_is_in_the_database_or_the_logs(
    everywhere: Everywhere, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    at = everywhere
    await decide_together(at)
    at.behind.slack.world.workspaces[at.sister.id].installed.tokens.clear()
    await at.ana.types(at.oakland, "/mycel help")
    await at.wanjiku.types(at.nairobi, "/decide Something that cannot be shown --tell oakland")
    await at.settled()
    app = at.behind.slack.app
    refreshing = [token for team in (at.coop, at.sister) for token in team.workspace.installed.refresh]
    assert at.coop.token.startswith("xoxe.xoxb-")
    for secret in ("xoxe.xoxb-", *refreshing, app.client_secret, app.signing_secret):
        assert left_in_rows(sqlite_url, secret) == {}
        assert left_in_files(sqlite_url, secret) == []
        assert secret not in caplog.text
