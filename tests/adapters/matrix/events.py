"""Events as clients send them, and the room that they come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.matrix.port import Scene
from adapters.matrix.rooms import RoomInfo

BOT = "@mycel:example.org"
ANA = "@ana:example.org"
NAMES = {ANA: "Ana", "@ben:other.net": "Ben", BOT: "Mycel"}
SENT = datetime(2026, 11, 2, 9, tzinfo=UTC)
COMMANDS = ("decide", "help", "pass", "why")
PILL = '<a href="https://matrix.to/#/@mycel:example.org">Mycel</a>'


def scene(*, is_direct: bool = False, prefix: str = "!", name: str = "Mycel") -> Scene:
    room = RoomInfo(
        "!room",
        "" if is_direct else "Oakland",
        is_direct=is_direct,
        members=frozenset(NAMES),
        via=("example.org", "other.net"),
        name_of=lambda user: NAMES.get(user, user),
    )
    return Scene(room, BOT, name, prefix, zones={ANA: "America/Los_Angeles"})


def event(
    content: dict[str, Any], *, type: str = "m.room.message", sender: str = ANA, id: str = "$1"
) -> dict[str, Any]:
    return {
        "event_id": id,
        "type": type,
        "sender": sender,
        "origin_server_ts": int(SENT.timestamp() * 1000),
        "content": content,
    }


def text(body: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, **more}


def html(body: str, formatted: str, **more: Any) -> dict[str, Any]:
    return text(body, format="org.matrix.custom.html", formatted_body=formatted, **more)


def in_thread(root: str = "$root") -> dict[str, Any]:
    return {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$last"},
    }


def reply_to(id: str) -> dict[str, Any]:
    return {"m.in_reply_to": {"event_id": id}}


def edit(body: str, *, of: str = "$1", after: timedelta = timedelta(seconds=30), **more: Any) -> dict[str, Any]:
    related = {"rel_type": "m.replace", "event_id": of}
    changed = event({**text(f"* {body}"), "m.new_content": text(body, **more), "m.relates_to": related}, id="$edit")
    return {**changed, "origin_server_ts": int((SENT + after).timestamp() * 1000)}
