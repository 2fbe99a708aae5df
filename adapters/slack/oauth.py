"""Installing in further workspaces: the pages that Slack's installation begins and ends with."""

from __future__ import annotations

import html
import logging
from collections.abc import Sequence
from urllib.parse import urljoin

from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installations import InstallationStore
from bot.core.vault import Vault, WrongKey

log = logging.getLogger("mycel.slack")

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
WITHIN_S = 600
REMEMBERED = 10_000
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex"><title>Mycel</title>
<style>body{{font:1.1em/1.5 system-ui;max-width:36em;margin:4em auto;padding:0 1em}}
code{{background:#eee;padding:.1em .3em}}</style>
</head><body><h1>{title}</h1>{text}</body></html>"""


class SignedStates(AsyncOAuthStateStore):
    """States that need no row: locked with the secret key, good for ten minutes and once."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._used: dict[str, None] = {}

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        return self._vault.lock("install")

    async def async_consume(self, state: str) -> bool:
        if state in self._used:
            return False
        try:
            self._vault.unlock(state, WITHIN_S)
        except WrongKey:
            return False
        self._used[state] = None
        while len(self._used) > REMEMBERED:
            del self._used[next(iter(self._used))]
        return True


def oauth_flow(
    client: AsyncWebClient,
    *,
    client_id: str,
    client_secret: str,
    scopes: Sequence[str],
    base_url: str,
    store: InstallationStore,
    states: SignedStates,
) -> AsyncOAuthFlow:
    """Slack's installation for one app."""
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=list(scopes),
        redirect_uri=f"{base_url}{REDIRECT}",
        install_path=INSTALL,
        redirect_uri_path=REDIRECT,
        authorization_url=urljoin(client.base_url, "/oauth/v2/authorize"),
        installation_store=store,
        state_store=states,
        installation_store_bot_only=True,
        callback_options=AsyncCallbackOptions(success=_installed, failure=_failed),
        logger=log,
    )
    return AsyncOAuthFlow(client=client, settings=settings, logger=log)


async def _installed(args: AsyncSuccessArgs) -> BoltResponse:
    team = html.escape(args.installation.team_name or args.installation.enterprise_name or "your workspace")
    text = (
        f"<p>Mycel is installed in <b>{team}</b>. It belongs to no network yet: in Slack, type there</p>"
        "<p><code>/mycel join CODE</code></p>"
        "<p>A steward of the network makes the code with <code>/mycel invite</code>. In the network's very first "
        "workspace it is <code>/mycel steward CODE</code>, with the code that <code>mycel init</code> showed.</p>"
    )
    return _page(200, "Installed", text)


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    log.warning("an installation failed: %s", args.reason)
    reason = html.escape(args.reason)
    text = f'<p>Mycel was not installed ({reason}).</p><p><a href="{INSTALL}">Try it again</a></p>'
    return _page(args.suggested_status_code, "Not installed", text)


def _page(status: int, title: str, text: str) -> BoltResponse:
    headers: dict[str, str | Sequence[str]] = {
        "content-type": ["text/html; charset=utf-8"],
        "cache-control": ["no-store"],
        "referrer-policy": ["no-referrer"],
    }
    return BoltResponse(status=status, headers=headers, body=_PAGE.format(title=title, text=text))
