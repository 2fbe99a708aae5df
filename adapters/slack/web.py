"""Calls to one workspace: one try each, in our own pace, with a time limit; what goes wrong is a SlackError."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import LIMITED, SlackError, refusal
from adapters.slack.pacing import Pace

READS = frozenset(("conversations.history", "conversations.info", "conversations.replies", "users.info"))
"""These take their arguments in the address only."""
FORMS = frozenset(("files.completeUploadExternal", "files.getUploadURLExternal"))
"""These do not read JSON bodies."""
# The SDK says at info what it sends, and bolt warns of what we do on purpose.
log = logging.getLogger("mycel.slack.sdk")


def web_client(api_url: str, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    """Slack's own client, without its own tries: it would post a message again that may have arrived."""
    base_url = api_url if api_url.endswith("/") else f"{api_url}/"
    return AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[], logger=log)


class Api:
    """One workspace by one token."""

    def __init__(self, client: AsyncWebClient, team_id: str, pace: Pace) -> None:
        self.client, self.team_id, self._pace = client, team_id, pace

    async def call(self, method: str, **args: Any) -> dict[str, Any]:
        """What Slack answers. Arguments that are None are left out. Raises SlackError."""
        given = {name: value for name, value in args.items() if value is not None}
        channel = str(given.get("channel") or "")
        await self._pace.turn(method, self.team_id, channel)
        try:
            return await call(self.client, method, given)
        except SlackError as error:
            if error.retry_after is not None:
                self._pace.hold(method, self.team_id, channel, error.retry_after)
            raise


async def call(client: AsyncWebClient, method: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """One call without pace. Raises SlackError."""
    try:
        if method in READS:
            answer = await client.api_call(method, http_verb="GET", params=dict(args))
        elif method in FORMS:
            answer = await client.api_call(method, data=dict(args))
        else:
            answer = await client.api_call(method, json=dict(args))
    except SlackApiError as error:
        raise _refusal(method, error) from error
    except aiohttp.ClientConnectorError as error:
        raise SlackError(f"{method}: cannot reach Slack: {error.strerror or error}") from error
    except TimeoutError as error:
        raise SlackError(f"{method}: no answer in time", unclear=True) from error
    except (aiohttp.ClientError, OSError) as error:
        raise SlackError(f"{method}: connection lost: {type(error).__name__}", unclear=True) from error
    except (AttributeError, ValueError) as error:
        # The SDK stumbles over answers that are no JSON objects: a proxy's own page.
        raise SlackError(f"{method}: no answer of Slack's", unclear=True) from error
    found = answer.data
    return dict(found) if isinstance(found, Mapping) else {}


def _refusal(method: str, error: SlackApiError) -> SlackError:
    answer: Any = error.response
    data = getattr(answer, "data", None)
    code = str(data.get("error") or "") if isinstance(data, Mapping) else ""
    status: Any = getattr(answer, "status_code", None) or getattr(answer, "status", None)
    return refusal(method, int(status or 0), getattr(answer, "headers", {}), code)


async def respond(session: aiohttp.ClientSession, response_url: str, body: Mapping[str, Any]) -> None:
    """Answers by the address that came with a command or a click (five times within 30 minutes). Raises SlackError."""
    try:
        async with session.post(response_url, json=dict(body), allow_redirects=False) as answer:
            said = await answer.text()
            if answer.status != 200:
                code = said.strip() if said.strip() in LIMITED else f"refused_{answer.status}"
                raise refusal("response_url", answer.status, answer.headers, code)
    except TimeoutError as error:
        raise SlackError("response_url: no answer in time", unclear=True) from error
    except (aiohttp.ClientError, OSError) as error:
        raise SlackError(f"response_url: connection lost: {type(error).__name__}", unclear=True) from error
    except ValueError as error:
        raise SlackError("response_url: no address", permanent=True) from error


async def upload(session: aiohttp.ClientSession, upload_url: str, content: bytes) -> None:
    """Puts a file's content to the address that files.getUploadURLExternal gave for it. Raises SlackError."""
    try:
        async with session.post(upload_url, data=content, allow_redirects=False) as answer:
            if answer.status != 200:
                raise SlackError(f"upload: refused_{answer.status}")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise SlackError(f"upload: {type(error).__name__}") from error
