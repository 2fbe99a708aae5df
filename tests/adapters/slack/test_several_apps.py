"""Several apps in one process (`[[slack]]`), each in a workspace of its own: one network, and none acts for another."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from storage.decision_tables import decisions
from storage.inbox import inbox
from storage.work import Tx
from tests.support.house import rows
from tests.support.slack import mycel, payloads
from tests.support.slack.faults import How
from tests.support.slack.mycel import Mycel
from tests.support.slack.outgoing import COMMAND, EVENT, encoded, signed
from tests.support.slack.people import Person, Team
from tests.support.slack.server import Slack
from tests.support.slack.world import Channel, Json

ABOUT_ITSELF = {"auth.test", "apps.connections.open"}
"""What Mycel asks without anybody having said anything."""


@dataclass
class Side:
    """A Slack with an app, and a group at home in a workspace of it."""

    slack: Slack
    team: Team
    person: Person
    channel: Channel


@dataclass
class Both:
    """`here` is heard over HTTP, `there` too, or through Socket Mode."""

    mycel: Mycel
    here: Side
    there: Side

    async def types(self, side: Side, text: str) -> str:
        ack = await side.person.types(side.channel, text)
        assert ack.is_ok, ack.error
        await self.settled()
        return side.person.sees(side.channel)[-1].text

    async def settled(self) -> None:
        for _ in range(2):
            await self.mycel.settled()
            await self.there.slack.outgoing.settled()

    async def stored(self) -> tuple[int, int]:
        def count(tx: Tx) -> tuple[int, int]:
            return rows(tx.db, decisions), rows(tx.db, inbox)

        return await self.mycel.core.work.read(count)


def side(slack: Slack, team: str, channel: str, person: str) -> Side:
    workspace = Team(slack, team)
    who = workspace.person(person)
    return Side(slack, workspace, who, workspace.channel(channel, who))


@pytest.fixture(params=["http", "socket"])
async def both(request: pytest.FixtureRequest, slack: Slack, sqlite_url: str) -> AsyncIterator[Both]:
    other = Slack()
    other.world.numbers = itertools.count(5001)
    other.app.id = "A0OTHER"
    await other.start()
    here, there = side(slack, "coop", "oakland", "ana"), side(other, "union", "nairobi", "otieno")
    settings = mycel.account(slack, here.team.token)
    more = mycel.account(other, there.team.token, is_socket=request.param == "socket")
    behind = await mycel.open_mycel(slack, settings, sqlite_url, others=[(other, more)])
    await mycel.found(behind, {"oakland": (here.team, here.channel.id), "nairobi": (there.team, there.channel.id)})
    yield Both(behind, here, there)
    await behind.close()
    await other.stop()
    assert other.world.complaints == []


async def test_two_workspaces_of_two_apps_are_one_network(both: Both) -> None:
    here, there = both.here, both.there
    assert "D-1" in await both.types(here, "/decide Meet on Tuesdays --tell nairobi")
    assert "D-2" in await both.types(there, "/decide Meet on Fridays --tell oakland")
    for each in (here, there):
        shown = "\n".join(message.text for message in each.team.shown(each.channel))
        assert "Meet on Tuesdays" in shown
        assert "Meet on Fridays" in shown
        posts = each.slack.called("chat.postMessage", with_errors=True)
        assert {post.args["channel"] for post in posts} == {each.channel.id}
    # Another app's token, or another's channel, would have been refused.
    assert [call.error for each in (here, there) for call in each.slack.calls if call.error] == []


async def test_who_can_sign_for_one_app_cannot_speak_in_anothers_workspace(both: Both) -> None:
    before = await both.stored()
    for by, about in ((both.here, both.there), (both.there, both.here)):
        for kind, payload in forged(about):
            status = await sent(both, kind, payload, by.slack.app.signing_secret)
            # What only Socket Mode can say is not taken over HTTP, however it is signed.
            is_over_http = bool(by.slack.app.request_url)
            assert status == (200 if is_over_http else 401)
    await both.settled()
    assert await both.stored() == before
    assert {c.method for each in (both.here, both.there) for c in each.slack.calls} <= ABOUT_ITSELF


async def test_what_no_app_has_signed_is_refused(both: Both) -> None:
    before = await both.stored()
    for about in (both.here, both.there):
        for kind, payload in forged(about):
            assert await sent(both, kind, payload, "no secret of theirs") == 401
    assert await both.stored() == before


@pytest.mark.parametrize("is_first_away", [True, False])
async def test_what_is_to_be_shown_is_sent_though_slack_was_away_when_mycel_started(
    slack: Slack, sqlite_url: str, *, is_first_away: bool
) -> None:
    """Nothing has to come in first, and one app's trouble is not the other's."""
    other = Slack()
    other.world.numbers = itertools.count(5001)
    await other.start()
    sides = here, there = side(slack, "coop", "oakland", "ana"), side(other, "union", "nairobi", "otieno")
    away = (here if is_first_away else there).slack
    away.faults.add("auth.test", How.BROKEN, 100)
    accounts = [mycel.account(each.slack, each.team.token) for each in sides]
    behind = await mycel.open_mycel(slack, accounts[0], sqlite_url, others=[(other, accounts[1])])
    await mycel.found(behind, {"oakland": (here.team, here.channel.id), "nairobi": (there.team, there.channel.id)})
    speaks, hears = (there, here) if is_first_away else (here, there)
    await speaks.person.types(
        speaks.channel, f"/decide Meet on Tuesdays --tell {'oakland' if is_first_away else 'nairobi'}"
    )
    await behind.settled()
    assert "Meet on Tuesdays" in speaks.team.shown(speaks.channel)[-1].text
    assert hears.team.shown(hears.channel) == []
    away.faults.wanted.clear()
    behind.clock.move(minutes=1)
    await behind.settled()
    assert "Meet on Tuesdays" in hears.team.shown(hears.channel)[-1].text
    await behind.close()
    await other.stop()


def forged(about: Side) -> list[tuple[str, Json]]:
    """A command and a mention as if somebody had typed them there."""
    world, person, channel = about.slack.world, about.person.account, about.channel
    said = {"type": "app_mention", "user": person.id, "text": f"<@{about.team.bot}> decide Forged", "ts": world.ts()}
    said |= {"channel": channel.id, "event_ts": said["ts"]}
    return [
        (COMMAND, payloads.command(world, about.slack.url, person, channel, "/decide", "Forged")),
        (EVENT, payloads.event(world, about.team.workspace, said, channel)),
    ]


async def sent(both: Both, kind: str, payload: Json, secret: str) -> int:
    """The status of the answer."""
    body, headers = encoded(kind, payload)
    headers |= signed(body, secret, int(time.time()))
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{both.mycel.base_url}/slack/events", data=body, headers=headers) as answer,
    ):
        return answer.status
