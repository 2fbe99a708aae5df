"""Tokens of workspaces: unreadable in the database, rotated in time, gone when Mycel is uninstalled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
import sqlalchemy as sa
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from adapters.slack.errors import SlackError
from adapters.slack.installations import InstallationStore
from adapters.slack.oauth import SignedStates
from adapters.slack.pacing import Pace
from adapters.slack.web import web_client
from adapters.slack.workspaces import AllWorkspaces, Workspaces
from bot.core.vault import Vault, WrongKey
from storage.work import Work, open_work
from tests.support.slack import installing
from tests.support.slack.people import Team
from tests.support.slack.server import Slack
from tests.support.tables import make_tables

SECRET = Vault(b"the secret of the tests", "mycel slack tokens")
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
async def work(database_url: str) -> AsyncIterator[Work]:
    make_tables(database_url)
    work = open_work(database_url, clock=lambda: NOW)
    yield work
    await work.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def store(work: Work, vault: Vault = SECRET, clock: datetime = NOW) -> InstallationStore:
    return InstallationStore(work, vault, "client", lambda: clock)


def installation(**more: object) -> Installation:
    known: dict[str, object] = {"app_id": "A1", "team_id": "T1", "team_name": "Coop", "bot_token": "xoxb-canary"}
    known |= {"bot_id": "B1", "bot_user_id": "UBOT", "bot_scopes": "chat:write,commands", "user_id": "U1"}
    return Installation(**{**known, **more})  # type: ignore[arg-type]


async def test_what_is_saved_is_found_and_no_token_stands_in_the_database(work: Work, database_url: str) -> None:
    kept = store(work)
    await kept.async_save(installation(bot_refresh_token="xoxe-canary", user_token="xoxp-canary"))
    found = await kept.async_find_installation(enterprise_id=None, team_id="T1")
    assert found is not None
    assert (found.bot_token, found.bot_user_id, found.team_name) == ("xoxb-canary", "UBOT", "Coop")
    assert (found.bot_refresh_token, found.user_id, found.user_token) == ("xoxe-canary", "U1", None)
    rows = await work.read(lambda tx: str(tx.db.execute(sa.text("SELECT * FROM slack_installations")).all()))
    assert "canary" not in rows
    assert "xox" not in rows


async def test_another_secret_key_opens_nothing(work: Work) -> None:
    await store(work).async_save(installation())
    other = store(work, Vault(b"another secret", "mycel slack tokens"))
    with pytest.raises(WrongKey):
        await other.async_find_bot(enterprise_id=None, team_id="T1")


async def test_a_rotated_token_takes_the_old_one_s_place_and_who_installed_it_stays(work: Work) -> None:
    kept = store(work)
    await kept.async_save(installation())
    bot = await kept.async_find_bot(enterprise_id=None, team_id="T1")
    assert isinstance(bot, Bot)
    bot.bot_token = "xoxb-fresh"
    await kept.async_save_bot(bot)
    found = await kept.async_find_installation(enterprise_id=None, team_id="T1")
    assert found is not None
    assert (found.bot_token, found.user_id) == ("xoxb-fresh", "U1")


async def test_one_person_s_revoked_token_leaves_the_workspace_s(work: Work) -> None:
    kept = store(work)
    changes: list[int] = []
    await kept.async_save(installation())
    kept.on_change = lambda: changes.append(1)
    await kept.async_delete_installation(enterprise_id=None, team_id="T1", user_id="U1")
    assert await kept.async_find_bot(enterprise_id=None, team_id="T1") is not None
    await kept.async_delete_all(enterprise_id=None, team_id="T1")
    assert await kept.async_find_bot(enterprise_id=None, team_id="T1") is None
    assert changes


async def test_an_organisation_s_installation_serves_its_workspaces(work: Work) -> None:
    kept = store(work)
    await kept.async_save(installation(team_id=None, enterprise_id="E1", is_enterprise_install=True))
    found = await kept.async_find_bot(enterprise_id="E1", team_id="T7")
    assert found is not None
    assert (found.is_enterprise_install, found.enterprise_id, found.team_id) == (True, "E1", None)
    assert await kept.async_find_bot(enterprise_id="E2", team_id="T7") is None


async def test_a_token_that_ends_soon_is_rotated_once_before_it_is_used(
    work: Work, session: aiohttp.ClientSession, slack: Slack
) -> None:
    slack.app.is_rotating = True
    team = Team(slack, "coop", is_installed=False)
    installed = installing.install(slack.world, team.workspace)
    now = datetime.now(UTC)
    kept = store(work, clock=now)
    [refresh] = installed.refresh
    old = installed.token
    expiring = {"bot_token": old, "bot_refresh_token": refresh, "team_id": team.id}
    await kept.async_save(installation(**expiring, bot_token_expires_at=int(now.timestamp()) + 600))
    client = web_client(slack.api_url, session)
    rotator = AsyncTokenRotator(client_id=slack.app.client_id, client_secret=slack.app.client_secret, client=client)
    found = Workspaces(session, slack.api_url, Pace(), store=kept, rotator=rotator, work=work)
    _, api = await AllWorkspaces([found]).team_of(team.id)
    assert api.client.token not in (None, old)
    assert (await AllWorkspaces([found]).team_of(team.id))[1] is api
    assert len(slack.called("oauth.v2.access")) == 1
    await api.call("auth.test")


async def test_where_mycel_is_not_installed_nothing_can_be_sent(work: Work, session: aiohttp.ClientSession) -> None:
    found = Workspaces(session, "http://127.0.0.1:9/api/", Pace(), store=store(work), work=work)
    with pytest.raises(SlackError, match="not installed in the workspace T9") as error:
        await AllWorkspaces([found]).team_of("T9")
    assert not error.value.permanent


async def test_a_state_is_good_once_and_only_if_it_is_ours() -> None:
    states = SignedStates(SECRET)
    state = await states.async_issue()
    assert await states.async_consume(state)
    assert not await states.async_consume(state)
    assert not await states.async_consume("forged")
    assert not await SignedStates(Vault(b"another", "mycel slack tokens")).async_consume(await states.async_issue())
