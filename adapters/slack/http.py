"""HTTP mode: what Slack sends to our address, and the pages of an installation. Signatures are checked first."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from adapters.slack.app import SlackApp
from adapters.slack.oauth import INSTALL, REDIRECT

log = logging.getLogger("mycel.slack")

EVENTS = "/slack/events"


def routes(apps: Sequence[SlackApp]) -> list[web.RouteDef]:
    """Slack's requests for all apps, told apart by their signatures; and installing, where an app allows it."""
    found: list[web.RouteDef] = []
    if any(app.account.signing_secret for app in apps):
        found.append(web.post(EVENTS, _events(apps)))
    oauth = next((app for app in apps if app.flow is not None), None)
    if oauth is not None:
        found += [web.get(INSTALL, _install(oauth)), web.get(REDIRECT, _redirect(oauth))]
    return found


Handler = Callable[[web.Request], Awaitable[web.Response]]

LONGEST_TIMESTAMP = 20
"""Signs of a moment in seconds; what is longer, Python would refuse to read."""


def _events(apps: Sequence[SlackApp]) -> Handler:
    verified = [(app, SignatureVerifier(app.account.signing_secret)) for app in apps if app.account.signing_secret]

    async def events(request: web.Request) -> web.Response:
        body = await request.read()
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if _is_ssl_check(body):
            return web.Response()
        is_moment = timestamp.isdecimal() and len(timestamp) < LONGEST_TIMESTAMP
        app = next((a for a, by in verified if is_moment and by.is_valid(body, timestamp, signature)), None)
        if app is None:
            log.warning("a request for Slack was not signed as it should be")
            return web.Response(status=401, text="not signed by Slack")
        try:
            bolt = AsyncBoltRequest(body=body.decode(), query=request.query_string, headers=dict(request.headers))
        except ValueError:
            return web.Response(status=400, text="not to be read")
        return await to_aiohttp_response(await app.dispatch(bolt))

    return events


def _is_ssl_check(body: bytes) -> bool:
    """Slack looks whether our certificate is good; that is all that such a request does."""
    return len(body) < 1000 and b"ssl_check=1" in body and parse_qs(body).get(b"ssl_check") == [b"1"]


def _install(app: SlackApp) -> Handler:
    async def install(request: web.Request) -> web.Response:
        if app.flow is None:
            raise web.HTTPNotFound
        return await to_aiohttp_response(await app.flow.handle_installation(await to_bolt_request(request)))

    return install


def _redirect(app: SlackApp) -> Handler:
    async def redirect(request: web.Request) -> web.Response:
        if app.flow is None:
            raise web.HTTPNotFound
        return await to_aiohttp_response(await app.flow.handle_callback(await to_bolt_request(request)))

    return redirect
