"""Work that the command line of this machine hands over to the running Mycel. Not for browsers, nor other machines."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from storage.work import Busy, Closed

Take = Callable[[bytes], Awaitable[dict[str, Any]]]
"""Does one request (JSON) and answers with JSON. Raises WorkRefused."""

PATH = "/internal/import"
LARGEST = 4 << 20


class WorkRefused(Exception):
    """It cannot be done; the text is for the one who sent it."""


def internal_routes(take: Take, token: str) -> list[web.RouteDef]:
    """POST /internal/import, for whoever has the token from the data folder and comes from this machine."""

    async def import_(request: web.Request) -> web.Response:
        refusal = _refusal(request, token)
        if refusal is not None:
            return refusal
        body = await _body(request)
        if body is None:
            return _error(413, f"One request may have {LARGEST >> 20} MB at most.")
        try:
            return web.json_response(await take(body), headers={"Cache-Control": "no-store"})
        except WorkRefused as error:
            return _error(409, str(error))
        except (Busy, Closed):
            return _error(503, "Mycel is stopping. Run the same again: what is stored stays stored.")

    return [web.post(PATH, import_)]


def _refusal(request: web.Request, token: str) -> web.Response | None:
    if not is_from_here(request) or "Origin" in request.headers:
        return _error(403, "This is for the command line on the machine that Mycel runs on.")
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), token.encode()):
        return _error(401, "The token is not this Mycel's.")
    if request.content_type != "application/json":
        return _error(415, "Only JSON is taken here.")
    return None


def is_from_here(request: web.Request) -> bool:
    """Whether both ends of the connection are this machine, and Host is its address: no name that others could give."""
    if request.transport is None:
        return False
    peer, own = (request.transport.get_extra_info(end) for end in ("peername", "sockname"))
    if not peer or not own or not (_is_loopback(peer[0]) or peer[0] == own[0]):
        return False
    shown = f"[{own[0]}]" if ":" in own[0] else own[0]
    port = "" if own[1] == 80 else f":{own[1]}"
    return request.headers.get("Host", "").lower() in (shown + port, "localhost" + port)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


async def _body(request: web.Request) -> bytes | None:
    """The body; None if it is too large."""
    if (request.content_length or 0) > LARGEST:
        return None
    parts, size = [], 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _error(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status, headers={"Cache-Control": "no-store"})
