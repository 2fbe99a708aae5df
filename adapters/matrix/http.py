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
        self._is_closed = False

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> dict[str, Any]:
        """The JSON object that the homeserver answers with. Raises MatrixError."""
        content = None if body is None else json.dumps(body, separators=(",", ":"))
        return _an_object(await self._ask(method, path, content, query, timeout_s or self.timeout_s))

    async def bring(
        self, path: str, data: bytes, media_type: str, *, query: Mapping[str, str], timeout_s: float
    ) -> dict[str, Any]:
        """The JSON object that the homeserver answers with when it is given a file. Raises MatrixError."""
        return _an_object(await self._ask("POST", path, data, query, timeout_s, media_type))

    async def listed(self, path: str) -> list[dict[str, Any]]:
        """The objects of the list that the homeserver answers a GET with. Raises MatrixError."""
        found = await self._ask("GET", path, None, None, self.timeout_s)
        if not isinstance(found, list):
            raise refusal(502, {}, {})
        return [each for each in found if isinstance(each, dict)]

    async def _ask(
        self,
        method: str,
        path: str,
        content: str | bytes | None,
        query: Mapping[str, str] | None,
        timeout_s: float,
        media_type: str = "application/json",
    ) -> Any:
        """One try; None for an answer that is no JSON."""
        try:
            async with self._opened().request(
                method,
                self.homeserver + path,
                data=content,
                params=query,
                headers={"Content-Type": media_type} | self._authorization(),
                timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=10),
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
        if answer.status != 200:
            raise refusal(answer.status, answer.headers, data if isinstance(data, dict) else {})
        return data

    async def close(self) -> None:
        """No call goes out any more, not even a receipt that was still to come; until `reopen`."""
        self._is_closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    def reopen(self) -> None:
        self._is_closed = False

    def _opened(self) -> aiohttp.ClientSession:
        if self._is_closed:
            raise MatrixError("the connection is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_MEASURES, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def _an_object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise refusal(502, {}, {})
    return found


def _json(data: bytes) -> Any:
    """None for what is no JSON: a proxy's own page."""
    try:
        return json.loads(data)
    except ValueError:
        return None
