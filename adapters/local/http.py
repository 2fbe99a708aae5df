"""The playground's page, its live changes, and what people do there, over HTTP under /try."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.local import growing, inbound, page_data
from adapters.local.growing import NewChannel, NewPerson
from adapters.local.guard import HEADERS, guarded
from adapters.local.playground import Playground, Refused, Waiting
from bot.core.errors import UserError
from bot.core.language import Words
from bot.core.time_travel import Journey
from storage import local_chat
from storage.work import Busy, Closed

STATIC = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_REQUESTS: Mapping[str, type[inbound.Request]] = {
    "say": inbound.Say,
    "press": inbound.Press,
    "submit": inbound.Submit,
    "react": inbound.React,
    "edit": inbound.Edit,
    "delete": inbound.Delete,
}
HEARTBEAT_S = 15.0
_LENGTHS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "next": None}


class MoveClock(BaseModel):
    """The network's clock, moved on by an hour, a day, or to the next thing due; told in `zone`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: inbound.Id
    by: Literal["1h", "1d", "next"]
    zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,60}$")] = "UTC"


def routes(playground: Playground, *, heartbeat_s: float = HEARTBEAT_S) -> list[web.RouteDef]:
    """Everything under /try, each behind the guard; the caller mounts them in its application."""
    found = [
        web.get("/try", guarded(_page)),
        web.get("/try/static/{name}", guarded(_static)),
        web.get("/try/picture/{name}", guarded(partial(_picture, playground))),
        web.get("/try/state", guarded(partial(_state, playground))),
        web.get("/try/events", guarded(partial(_events, playground, heartbeat_s))),
        web.post("/try/clock", guarded(partial(_move_clock, playground))),
        web.post("/try/channel", guarded(partial(_add_channel, playground))),
        web.post("/try/person", guarded(partial(_add_person, playground))),
    ]
    deeds = [web.post(f"/try/{name}", guarded(partial(_do, playground, kind))) for name, kind in _REQUESTS.items()]
    return [*found, *deeds]


async def _page(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _static(request: web.Request) -> web.StreamResponse:
    path = STATIC / request.match_info["name"]
    content_type = _TYPES.get(path.suffix)
    if content_type is None or path.parent != STATIC or not await asyncio.to_thread(path.is_file):
        return _error(404, "There is no such file.")
    return web.FileResponse(path, headers={"Cache-Control": "no-cache", "Content-Type": content_type})


async def _state(playground: Playground, _request: web.Request) -> web.StreamResponse:
    return _json(await playground.state())


async def _picture(playground: Playground, request: web.Request) -> web.StreamResponse:
    """A picture that a message shows by its name: painted from what is kept of it."""
    png = await playground.picture(request.match_info["name"])
    if png is None:
        return _error(404, "There is no such picture.")
    return web.Response(body=png, content_type="image/png", headers={"Cache-Control": "no-cache"})


async def _add_channel(playground: Playground, request: web.Request) -> web.StreamResponse:
    text = await request.read()
    return await _grown("channel", lambda: growing.add_channel(playground, NewChannel.model_validate_json(text)))


async def _add_person(playground: Playground, request: web.Request) -> web.StreamResponse:
    text = await request.read()
    return await _grown("account", lambda: growing.add_person(playground, NewPerson.model_validate_json(text)))


async def _grown(name: str, grow: Callable[[], Awaitable[str]]) -> web.StreamResponse:
    try:
        return _json({name: await grow()})
    except ValidationError:
        return _error(400, "A name has 1 to 40 characters.")
    except Refused as error:
        return _error(409, str(error))
    except (Busy, Closed):
        return _error(503, "Mycel is busy; nothing was stored. Try again in a moment.")


async def _do(playground: Playground, kind: type[inbound.Request], request: web.Request) -> web.StreamResponse:
    try:
        deed = kind.model_validate_json(await request.read())
        return _json({"reply": page_data.reply(await playground.do(deed))})
    except ValidationError as error:
        return _error(400, _sentence(error))
    except Refused as error:
        return _error(409, str(error))
    except Waiting:
        return _error(202, "Mycel is busy. What you did is kept, and it will see to it in a moment.")
    except (Busy, Closed):
        return _error(503, "Mycel is busy; nothing was stored. Try again in a moment.")


async def _move_clock(playground: Playground, request: web.Request) -> web.StreamResponse:
    try:
        wanted = MoveClock.model_validate_json(await request.read())
        journey = await playground.move_clock(wanted.id, _LENGTHS[wanted.by])
        clock = await playground.clock()
    except ValidationError as error:
        return _error(400, _sentence(error))
    except UserError as error:
        return _error(409, error.message)
    except (Busy, Closed):
        return _error(503, "Mycel is busy; the clock may stand where it was. Look, and try again.")
    return _json({"said": told(journey, wanted.zone), "fired": journey.fired, "clock": clock})


def told(journey: Journey, zone: str) -> str:
    """What moving the clock did, in a sentence, in `zone` (UTC where there is no such zone)."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        zone = "UTC"
    now = Words(zone=zone).moment(journey.arrived_at).shown
    if journey.fired == 0:
        return f"It is now {now}. Nothing fell due."
    return f"It is now {now}. {journey.fired} {'thing' if journey.fired == 1 else 'things'} fell due on the way."


async def _events(playground: Playground, heartbeat_s: float, request: web.Request) -> web.StreamResponse:
    """Server-sent events: what changed after the change that the browser saw last."""
    seen = _number(request.headers.get("Last-Event-ID") or request.query.get("since"))
    response = web.StreamResponse(
        headers={**HEADERS, "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    if seen > await playground.work.read(lambda tx: local_chat.latest_change(tx.db, playground.network_id)):
        # The browser knows another database than this one.
        await response.write(b"event: reload\ndata: {}\n\n")
        return response
    shown: Any = None
    while not playground.changes.is_closed:
        bell = playground.changes.bell
        try:
            news = await playground.news(seen)
            frame = (news["channels"], news["people"], news["clock"]["ahead"], news["clock"]["nextDue"])
            if not news["messages"] and frame == shown:
                await response.write(b": still here\n\n")
                await asyncio.wait_for(bell.wait(), heartbeat_s)
                continue
            seen, shown = news["change"], frame
            await response.write(f"id: {seen}\nevent: changed\ndata: {json.dumps(news)}\n\n".encode())
        except TimeoutError:
            continue
        except (ConnectionError, Closed):
            break
    return response


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"The page sent something that was not understood ({where or 'JSON'}: {first['msg']}). Reload it."


def _json(data: dict[str, Any]) -> web.StreamResponse:
    return web.json_response(data, headers={"Cache-Control": "no-store"})


def _error(status: int, sentence: str) -> web.StreamResponse:
    return web.json_response({"error": sentence}, status=status, headers={"Cache-Control": "no-store"})
