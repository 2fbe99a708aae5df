"""Several workspaces: installed by OAuth, joined by a code, one network; shared channels; how an installation ends."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import aiohttp
import pytest
import sqlalchemy as sa

from storage import codes, slack
from storage.network_tables import identities, people
from storage.work import Tx
from tests.support.house import rows
from tests.support.slack import mycel
from tests.support.slack.faults import How
from tests.support.slack.mycel import Mycel
from tests.support.slack.people import Person, Team
from tests.support.slack.server import Slack
from tests.support.slack.world import Channel

CODE = "7F3A-9KQM-2X"


@dataclass
class Network:
    """Mycel behind an app that can be installed everywhere; two workspaces in which it is not yet."""

    slack: Slack
    mycel: Mycel
    coop: Team
    union: Team
    ana: Person
    otieno: Person
    oakland: Channel
    nairobi: Channel

    async def install(self, team: Team, *, cookie: bool = True) -> tuple[int, str]:
        """Somebody installs the app: from our page to Slack's, and back with a code."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            async with session.get(f"{self.mycel.base_url}/slack/install") as page:
                location = re.search(r'href="(https?://[^"]*oauth/v2/authorize[^"]*)"', await page.text())
                assert location, await page.text()
                held = "; ".join(f"{k}={m.value}" for k, m in SimpleCookie(page.headers["Set-Cookie"]).items())
            code = team.authorize(location[1])
            state = dict(part.split("=", 1) for part in urlsplit(location[1]).query.split("&"))["state"]
            back = f"{self.mycel.base_url}/slack/oauth_redirect?code={code}&state={state}"
            async with session.get(back, headers={"Cookie": held} if cookie else {}) as page:
                return page.status, await page.text()

    async def types(self, who: Person, channel: Channel, text: str) -> str:
        """A command; what they are answered."""
        ack = await who.types(channel, text)
        assert ack.is_ok, ack.error
        await self.mycel.settled()
        return who.sees(channel)[-1].text

    async def join(self, team: Team, who: Person, channel: Channel, code: str) -> str:
        assert (await self.install(team))[0] == 200
        channel.members.add(team.bot)
        return await self.types(who, channel, code)

    async def new_steward_code(self, code: str) -> None:
        def add(tx: Tx) -> None:
            codes.add(tx.db, 1, code, codes.STEWARD, tx.now, tx.now + timedelta(days=7))

        await self.mycel.core.work.write(1, add)

    async def both(self) -> None:
        """Two workspaces of one network, a group in each."""
        await self.join(self.coop, self.ana, self.oakland, f"/mycel steward {CODE}")
        await self.types(self.ana, self.oakland, "/mycel group Oakland --tz America/Los_Angeles --quiet off")
        invitation = await self.types(self.ana, self.oakland, "/mycel invite")
        found = re.search(r"/mycel join (\S+?)`", invitation)
        assert found, invitation
        await self.join(self.union, self.otieno, self.nairobi, f"/mycel join {found[1]}")


@pytest.fixture
async def network(slack: Slack, sqlite_url: str) -> AsyncIterator[Network]:
    slack.outgoing.ack_within_s = 20
    coop, union = Team(slack, "coop", is_installed=False), Team(slack, "union", is_installed=False)
    ana, otieno = coop.person("ana", "America/Los_Angeles"), union.person("otieno", "Africa/Nairobi")
    oakland = coop.channel("oakland", ana, is_in=False)
    nairobi = union.channel("nairobi", otieno, is_in=False)
    behind = await mycel.open_mycel(slack, mycel.account(slack, is_oauth=True), sqlite_url)
    found = Network(slack, behind, coop, union, ana, otieno, oakland, nairobi)
    await found.new_steward_code(CODE)
    yield found
    await behind.close()


async def test_a_workspace_that_installs_mycel_belongs_to_nobody_until_it_has_a_code(network: Network) -> None:
    status, page = await network.install(network.coop)
    assert status == 200
    assert "/mycel join CODE" in page
    assert "/mycel steward" in await network.types(network.ana, network.oakland, "/decide Use Signal")
    refused = await network.types(network.ana, network.oakland, "/mycel join 0000-0000-00")
    assert "This code is not known" in refused
    assert "You are a steward" in await network.types(network.ana, network.oakland, f"/mycel steward {CODE}")


async def test_one_network_in_two_workspaces_and_one_window(network: Network) -> None:
    await network.both()
    otieno, nairobi = network.otieno, network.nairobi
    refused = await network.types(otieno, nairobi, "/mycel group Nairobi --tz Africa/Nairobi --quiet off")
    assert "registered by a steward" in refused
    await network.new_steward_code("STEW-ARD2-22")
    await network.types(otieno, nairobi, "/mycel steward STEW-ARD2-22")
    assert "is registered" in await network.types(
        otieno, nairobi, "/mycel group Nairobi --tz Africa/Nairobi --quiet off"
    )
    await network.types(network.ana, network.oakland, "/propose Use Signal --affects nairobi --for 10bd")
    [*_, head] = network.union.shown(nairobi)
    assert "Use Signal" in head.text
    await otieno.says(nairobi, "concern: half of us have no smartphone", head.ts)
    await network.mycel.settled()
    root = network.coop.shown(network.oakland)[-1]
    assert "half of us have no smartphone" in network.coop.shown(network.oakland, root.ts)[-1].text


async def test_an_installation_needs_the_browser_that_began_it(network: Network) -> None:
    status, page = await network.install(network.coop, cookie=False)
    assert status == 400
    assert "Not installed" in page
    assert await network.mycel.core.work.read(lambda tx: rows(tx.db, slack.installations)) == 0


async def test_uninstalling_takes_the_token_away_and_leaves_what_was_decided(network: Network) -> None:
    await network.join(network.coop, network.ana, network.oakland, f"/mycel steward {CODE}")
    await network.types(network.ana, network.oakland, "/mycel group Oakland --tz America/Los_Angeles --quiet off")
    await network.types(network.ana, network.oakland, "/decide Use Signal")
    network.coop.uninstall()
    await network.slack.outgoing.settled()
    assert await network.mycel.core.work.read(lambda tx: rows(tx.db, slack.installations)) == 0
    await network.install(network.coop)
    network.oakland.members.add(network.coop.bot)
    assert "Use Signal" in await network.types(network.ana, network.oakland, "/mycel show D-1")


async def test_what_cannot_be_sent_to_a_workspace_waits_until_mycel_is_installed_again(network: Network) -> None:
    await network.join(network.coop, network.ana, network.oakland, f"/mycel steward {CODE}")
    await network.types(network.ana, network.oakland, "/mycel group Oakland --tz America/Los_Angeles --quiet off")
    network.slack.faults.add("chat.postMessage", How.REFUSED, error="token_revoked")
    await network.types(network.ana, network.oakland, "/decide Use Signal")
    assert not [m for m in network.coop.shown(network.oakland) if "Use Signal" in m.text]
    clock = network.mycel.core.clock
    clock.move(minutes=1)  # type: ignore[attr-defined]  # the clock of tests
    await network.mycel.core.drain()
    assert [m for m in network.coop.shown(network.oakland) if "Use Signal" in m.text]


async def test_a_guest_of_a_shared_channel_is_one_person_in_both_workspaces(network: Network) -> None:
    await network.both()
    network.union.share(network.oakland, "oakland-and-us", network.otieno)
    await network.slack.outgoing.settled()
    await network.otieno.says(network.oakland, "hello from the union")
    await network.mycel.settled()

    def known(tx: Tx) -> list[tuple[str, str]]:
        found = sa.select(identities.c.workspace, people.c.name).join(people, people.c.id == identities.c.person_id)
        return [(row[0], row[1]) for row in tx.db.execute(found.where(identities.c.account == network.otieno.id))]

    assert await network.mycel.core.work.read(known) == [(network.union.id, "Otieno")]


async def test_on_enterprise_grid_a_person_is_the_organisation_s(slack: Slack, sqlite_url: str) -> None:
    slack.outgoing.ack_within_s = 20
    team = Team(slack, "grid", enterprise_id="E111")
    ana = team.person("ana")
    channel = team.channel("oakland", ana)
    behind = await mycel.open_mycel(slack, mycel.account(slack, team.token), sqlite_url)
    try:
        await mycel.found(behind, {"oakland": (team, channel.id)})
        await ana.types(channel, "/decide Use Signal")
        await behind.settled()
        known = await behind.core.work.read(lambda tx: slack_accounts(tx, ana.id))
        assert known == [("E111", "Ana")]
    finally:
        await behind.close()


def slack_accounts(tx: Tx, account: str) -> list[tuple[str, str]]:
    found = sa.select(identities.c.workspace, identities.c.name).where(identities.c.account == account)
    return [(row[0], row[1]) for row in tx.db.execute(found)]
