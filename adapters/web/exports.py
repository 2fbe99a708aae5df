"""A group's export behind the link that only it was given. A look at the page takes nothing: programs look at links."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
}
_PAGE = """<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mycel: an export</title>
<h1>What a group takes with it</h1>
<p>A file of its own decisions and what it said, which Mycel imports again: <code>mycel import jsonl FILE</code>.
Whoever has the link to this page can read all of it.</p>
<form method="post"><button>Download</button></form>
"""
_GONE = "This link is not known, or its time is over. In a channel of the group: /group export\n"


@dataclass(frozen=True, slots=True)
class File:
    """What is downloaded: a plain name and its lines."""

    name: str
    lines: list[str]


Fetch = Callable[[str], Awaitable[File | None]]
"""The file that a code stands for; None for a code that is not good."""


def export_routes(fetch: Fetch) -> list[web.RouteDef]:
    """GET /exports/CODE shows a button, POST gives the file."""

    async def look(_: web.Request) -> web.Response:
        # The same for every code: whether it is good is told to whoever presses the button.
        return web.Response(text=_PAGE, content_type="text/html", headers=HEADERS)

    async def take(request: web.Request) -> web.Response:
        found = await fetch(request.match_info["code"])
        if found is None:
            return web.Response(status=404, text=_GONE, headers=HEADERS)
        named = {"Content-Disposition": f'attachment; filename="{found.name}"'}
        return web.Response(
            body="".join(found.lines).encode(), content_type="application/jsonl", headers=HEADERS | named
        )

    path = "/exports/{code:[0-9A-Za-z-]{4,40}}"
    return [web.get(path, look), web.post(path, take)]
