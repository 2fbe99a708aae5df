"""Slack put together: every app of the settings as one platform, and the manifest by which Slack knows an app."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import aiohttp
from pydantic import SecretStr

from adapters.slack.app import Account, Asked, Base, SlackApp, Tuning
from adapters.slack.errors import CannotConnect
from adapters.slack.http import routes
from adapters.slack.manifest import Manifest, manifest
from adapters.slack.own import OwnMessages
from adapters.slack.pictures import Pictures
from adapters.slack.port import PLATFORM
from adapters.slack.sender import SlackSender
from adapters.slack.shortcuts import Shortcut
from adapters.slack.workspaces import AllWorkspaces
from bot.core.commands import Command
from bot.core.vault import Vault
from bot.parts import CannotStart, Core, Platform
from bot.settings import SlackAccount
from storage import directory
from storage.work import Tx

SHORTCUTS = (
    Shortcut("log_decision", "Log as decision", "decide", title="title", text="why"),
    Shortcut("raise_concern", "Raise as concern", "input", text="text", about="decision", given={"stance": "concern"}),
)
ASKED = Asked(
    SHORTCUTS,
    owed=("mine", "conflicts mine"),
    opened=("windows", "decisions --status proposed"),
    decided="decisions --group",
)


USUAL = Tuning()


async def build_slack(
    core: Core,
    accounts: Sequence[SlackAccount],
    secret: bytes,
    base_url: str,
    jitter: Callable[[], float],
    tuning: Tuning = USUAL,
) -> Platform:
    """Connects nothing yet. `jitter`: from 0 to 1, spreads what is tried again. Raises CannotStart."""
    platform, _ = await put_together(core, accounts, secret, base_url, jitter, tuning)
    return platform


async def put_together(
    core: Core,
    accounts: Sequence[SlackAccount],
    secret: bytes,
    base_url: str,
    jitter: Callable[[], float],
    tuning: Tuning = USUAL,
) -> tuple[Platform, list[SlackApp]]:
    """The platform, and the apps that it consists of, for those who have to wait for them. As `build_slack`."""
    found = [_account(each, base_url) for each in accounts]
    session = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=tuning.timeout_s, sock_connect=tuning.timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
    own = OwnMessages()
    base = Base(
        core.work, core.dispatch, Vault(secret, "mycel slack tokens"), core.clock, jitter, session, own, ASKED, tuning
    )
    apps = [SlackApp(account, base) for account in found]
    everywhere = AllWorkspaces([app.workspaces for app in apps])
    pictures = Pictures(core.work, session)
    core.add_sender(SlackSender(core.work, everywhere, own, pictures, core.clock, lag_s=tuning.lag_s))
    platform = Platform(
        PLATFORM,
        _announcement(found, base_url),
        routes=tuple(routes(apps)),
        start=partial(_start, core, apps),
        run=tuple(partial(_run, app) for app in apps),
        problem=lambda: "; ".join(app.problem for app in apps if app.problem),
        before_stop=lambda: _stop(apps),
        close=partial(_close, apps, session),
    )
    return platform, apps


def manifest_of(commands: dict[str, Command], *, base_url: str = "", is_oauth: bool = False) -> Manifest:
    """The app manifest: for HTTP at `base_url`, or where that is empty for Socket Mode."""
    return manifest(commands, SHORTCUTS, base_url=base_url, is_oauth=is_oauth)


async def _start(core: Core, apps: Sequence[SlackApp]) -> None:
    """A workspace of the settings belongs to the network; others join it with a code."""
    for app in apps:
        await app.start()
        own = app.workspaces.own
        if own is not None:
            await core.work.write(core.network_id, partial(_join, core.network_id, own.team_id))


def _join(network_id: int, team_id: str, tx: Tx) -> None:
    directory.add_workspace(tx.db, PLATFORM, team_id, network_id, tx.now)


async def _run(app: SlackApp) -> None:
    try:
        await app.run()
    except CannotConnect as error:
        raise CannotStart(str(error)) from error


def _stop(apps: Sequence[SlackApp]) -> None:
    for app in apps:
        app.stop()


async def _close(apps: Sequence[SlackApp], session: aiohttp.ClientSession) -> None:
    for app in apps:
        await app.close()
    await session.close()


def _account(settings: SlackAccount, base_url: str) -> Account:
    found = account_of(settings, base_url)
    problem = wrong(found)
    if problem:
        raise CannotStart(problem)
    return found


def account_of(settings: SlackAccount, base_url: str) -> Account:
    """An app as the adapter takes it; whether it makes sense, `wrong` tells."""
    return Account(
        _plain(settings.bot_token),
        _plain(settings.app_token),
        _plain(settings.signing_secret),
        settings.client_id.strip(),
        _plain(settings.client_secret),
        settings.api_url,
        base_url,
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value().strip() if secret else ""


def wrong(account: Account) -> str:
    """What is missing or mixed up in the settings of an app, with what to do; "" if nothing is."""
    if account.bot_token and not account.bot_token.startswith(("xoxb-", "xoxe.")):
        return "SLACK_BOT_TOKEN is not a bot token: it begins with xoxb- (“OAuth & Permissions” of the app)."
    if account.app_token and not account.app_token.startswith("xapp-"):
        return "SLACK_APP_TOKEN is not an app token: it begins with xapp- (“Basic Information” of the app)."
    if bool(account.client_id) != bool(account.client_secret):
        return "Slack is half set up: SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together."
    if not account.app_token and not account.signing_secret:
        return (
            "Slack is half set up: nothing can come in.\n"
            "Set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET and an address that Slack can reach (HTTP)."
        )
    if not account.bot_token and not account.is_oauth:
        return (
            "Slack is half set up: there is no way to act.\n"
            "Set SLACK_BOT_TOKEN (one workspace), or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET (installing in several)."
        )
    return ""


def _announcement(accounts: Sequence[Account], base_url: str) -> str:
    how = " and ".join(sorted({account.mode for account in accounts}))
    install = f" Install it in a workspace: {base_url}/slack/install" if any(a.is_oauth for a in accounts) else ""
    return f"On Slack ({how}): type /mycel help there (first steward: `mycel init`).{install}"
