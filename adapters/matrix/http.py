"""Requests to a homeserver: one try each, with a time limit; what goes wrong is a MatrixError."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from adapters.matrix.errors import MatrixError, refusal

CLIENT = "/_matrix/client/v3"
_MEASURES = aiohttp.ClientTimeout(total=None, sock_connect=10)


def path(*parts: str) -> str:
    """A path of the client API; each part is escaped (room ids hold "!", ":" and "/")."""
    return "/".join((CLIENT, *(quote(part, safe="") for part in parts)))


class Http:
    """A connection to `homeserver`, for one session. `token` is set after the login."""

    def __init__(self, homeserver: str, *, timeout_s: float = 30) -> None:
        self.homeserver, self.timeout_s = homeserver.rstrip("/"), timeout_s
        self.token = ""
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> dict[str, Any]:
        """The JSON that the homeserver answers with. Raises MatrixError."""
        try:
            async with self._opened().request(
                method,
                self.homeserver + path,
                data=None if body is None else json.dumps(body, separators=(",", ":")),
                params=query,
                headers={"Content-Type": "application/json"} | self._authorization(),
                timeout=aiohttp.ClientTimeout(total=timeout_s or self.timeout_s, sock_connect=10),
            ) as answer:
                data = _json(await answer.read())
        except aiohttp.ClientConnectorError as error:
            raise MatrixError(f"cannot reach {self.homeserver}: {error.strerror or error}") from error
        except aiohttp.InvalidURL as error:
            raise MatrixError(f"{self.homeserver} is no address", permanent=True) from error
        except TimeoutError as error:
            raise MatrixError("no answer in time", unclear=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise MatrixError(f"connection lost: {type(error).__name__}", unclear=True) from error
        if answer.status != 200 or data is None:
            raise refusal(answer.status if answer.status != 200 else 502, answer.headers, data or {})
        return data

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_MEASURES, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def _json(data: bytes) -> dict[str, Any] | None:
    """None for what is no JSON object: a proxy's own page."""
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
