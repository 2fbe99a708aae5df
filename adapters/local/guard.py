"""Keeps other web pages and other computers out of the playground, which has no login.

A page elsewhere could send requests to this computer's own address, or point a name of its own at it (DNS rebinding).
So the Host has to be this computer by its own name, and the Origin, where there is one, the page itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NAMES = ("127.0.0.1", "localhost", "[::1]")
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FOREIGN = "The playground answers only to this computer, at its own address."
_NOT_JSON = "The playground takes JSON only."
_TOO_BIG = "That is more than the playground takes at once; nothing was stored."


def guarded(handler: Handler) -> Handler:
    """The handler behind the guard; every answer carries the headers that keep the page to itself."""

    async def check(request: web.Request) -> web.StreamResponse:
        status, refusal = _refusal(request)
        try:
            response = web.json_response({"error": refusal}, status=status) if refusal else await handler(request)
        except web.HTTPRequestEntityTooLarge:
            response = web.json_response({"error": _TOO_BIG}, status=413)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return check


def _refusal(request: web.Request) -> tuple[int, str]:
    if not is_from_here(request.headers, _port(request)):
        return 403, _FOREIGN
    if request.method == "POST" and request.content_type != "application/json":
        return 415, _NOT_JSON
    return 200, ""


def is_from_here(headers: Mapping[str, str], port: int) -> bool:
    """Whether Host is this computer at `port`, and Origin (where the browser sends one) is the same."""
    host = headers.get("Host", "").lower()
    hosts = {f"{name}:{port}" for name in NAMES} | (set(NAMES) if port == 80 else set())
    if host not in hosts:
        return False
    origin = headers.get("Origin")
    if origin is not None and origin.lower() != f"http://{host}":
        return False
    return headers.get("Sec-Fetch-Site", "none").lower() in ("same-origin", "none")


def _port(request: web.Request) -> int:
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return int(name[1]) if name else 0
