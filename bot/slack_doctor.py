"""What `mycel doctor` looks at in Slack: tokens, scopes, mode, workspaces, and the channels that are homes."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import sqlalchemy as sa

from adapters.slack.app import Account
from adapters.slack.manifest import BOT_SCOPES
from bot.doctor import NOTE, OK, WRONG, Finding
from bot.settings import Settings, SlackAccount
from bot.slack import account_of, wrong
from storage import slack
from storage.engine import open_reader

_PATIENCE_S = 5


def findings(settings: Settings) -> list[Finding]:
    """All of it; asks Slack, changes nothing."""
    found: list[Finding] = []
    for account in settings.slack_accounts:
        found += _app(account, settings.base_url)
    return [*found, *_stored(settings)]


def _app(settings: SlackAccount, base_url: str) -> list[Finding]:
    account = account_of(settings, base_url)
    problem = wrong(account)
    if problem:
        what, _, step = problem.partition("\n")
        return [Finding(WRONG, what, step)]
    found = [Finding(OK, f"Slack over {account.mode}")]
    if account.bot_token:
        found += _bot_token(account)
    if account.app_token:
        found.append(_app_token(account))
    return found + _address(account)


def _bot_token(account: Account) -> list[Finding]:
    answer = _ask(account.api_url, "auth.test", account.bot_token)
    if answer.error:
        step = "Look at SLACK_BOT_TOKEN (“OAuth & Permissions” of the app) and SLACK_API_URL."
        return [Finding(WRONG, f"Slack does not take the bot token: {answer.error}", step)]
    team, user = answer.body.get("team"), answer.body.get("user")
    found = [Finding(OK, f"Mycel is {user} in the workspace {team} ({answer.body.get('team_id')})")]
    missing = sorted(set(BOT_SCOPES) - answer.scopes) if answer.scopes else []
    if missing:
        step = "Give the app the manifest that `mycel manifest` prints, and install it again."
        found.append(Finding(WRONG, f"The bot token lacks scopes: {', '.join(missing)}", step))
    return found


def _app_token(account: Account) -> Finding:
    answer = _ask(account.api_url, "apps.connections.open", account.app_token)
    if answer.error:
        step = "Make an app token with connections:write under “Basic Information”, and switch Socket Mode on."
        return Finding(WRONG, f"Slack does not take the app token: {answer.error}", step)
    return Finding(OK, "Socket Mode can connect")


def _address(account: Account) -> list[Finding]:
    """Over HTTP, and to be installed, Slack has to reach us."""
    if not account.signing_secret and not account.is_oauth:
        return []
    found = [Finding(OK, f"Slack sends to {account.base_url}/slack/events")] if account.signing_secret else []
    if account.is_oauth:
        found.append(Finding(OK, f"To install it in a workspace, open {account.base_url}/slack/install"))
    address = urlsplit(account.base_url)
    if address.scheme != "https" or address.hostname in ("127.0.0.1", "localhost", "::1"):
        step = "Set MYCEL_BASE_URL to the https:// address at which a proxy hands requests on to Mycel."
        found.append(Finding(WRONG, f"Slack cannot reach {account.base_url}", step))
    return found


def _stored(settings: Settings) -> list[Finding]:
    """What the database knows; nothing where there is none yet."""
    ids = [account.client_id for account in settings.slack_accounts if account.client_id]
    try:
        engine = open_reader(settings.database_url)
        try:
            with engine.connect() as db:
                installed = [row for id in ids for row in slack.all_installations(db, id)]
                bound = slack.bound_channels(db)
        finally:
            engine.dispose()
    except (sa.exc.SQLAlchemyError, ValueError):
        return []
    found = [
        Finding(OK, f"Installed in {row.name or row.team_id or row.enterprise_id} (token encrypted)")
        for row in installed
    ]
    return [*found, *_channels(bound)]


def _channels(bound: Sequence[slack.Bound]) -> list[Finding]:
    if not bound:
        return [Finding(NOTE, "No Slack channel is a group's home yet", "There: /mycel group NAME --tz Area/City")]
    found = []
    for workspace, number in sorted(Counter(channel.workspace for channel in bound).items()):
        found.append(Finding(OK, f"Homes in the workspace {workspace}: {number} channel(s)"))
    shut = [f"{channel.group} ({channel.remote_id})" for channel in bound if channel.state != "active"]
    if shut:
        found.append(Finding(NOTE, f"Homes that are archived or deleted: {', '.join(shut)}", "Bind another channel."))
    return found


@dataclass(frozen=True, slots=True)
class _Answer:
    error: str
    body: dict[str, Any] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()


def _ask(api_url: str, method: str, token: str) -> _Answer:
    """One call; never raises, and never says the token."""
    url = urljoin(api_url if api_url.endswith("/") else f"{api_url}/", method)
    try:
        request = urllib.request.Request(url, data=b"", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
            body = json.loads(answer.read())
            scopes = frozenset(filter(None, (answer.headers.get("x-oauth-scopes") or "").replace(" ", "").split(",")))
    except (OSError, ValueError, UnicodeError) as error:
        reason = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
        return _Answer(f"no answer from {api_url} ({reason})")
    if not isinstance(body, dict) or not body.get("ok"):
        return _Answer(str(body.get("error", "no answer of Slack's")) if isinstance(body, dict) else "no JSON object")
    return _Answer("", body, scopes)
