"""Which events of a sync are news, and those that a limited timeline left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.matrix.http import Http, path

Event = dict[str, Any]

PAGE = 100
"""Synapse gives no more at once."""
LATE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Filled:
    """Events that the timeline left out, oldest first. `is_whole` False: there were more than we wanted to fetch."""

    events: list[Event]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """What to fetch of a room: back from the token `before` to `since`, the end of the sync made at `synced_at`."""

    room_id: str
    before: str
    since: str
    synced_at: datetime | None

    @property
    def oldest_ms(self) -> float:
        """What is older is history, should a homeserver not stop at `since`; servers' messages do come late."""
        return (self.synced_at - LATE).timestamp() * 1000 if self.synced_at else 0


async def fill(http: Http, gap: Gap, own: str, most: int) -> Filled:
    """What was said in the gap, back to our own latest join. At least `most` events are fetched before giving up.

    Raises MatrixError.
    """
    found: list[Event] = []
    at = gap.before
    while len(found) < most:
        query = {"dir": "b", "from": at, "to": gap.since, "limit": str(PAGE)}
        page = await http.call("GET", path("rooms", gap.room_id, "messages"), query=query)
        chunk = page.get("chunk", [])
        news = [event for event in chunk if event.get("origin_server_ts", 0) >= gap.oldest_ms]
        found += news
        joined = own_join(news, own, newest_first=True)
        if joined is not None:
            kept = len(found) - len(news) + joined + 1
            return Filled(found[:kept][::-1], True)
        if (chunk and not news) or "end" not in page or page["end"] == at:
            return Filled(found[::-1], True)
        at = page["end"]
    return Filled(found[::-1], False)


def own_join(events: Sequence[Mapping[str, Any]], own: str, *, newest_first: bool = False) -> int | None:
    """Where in `events` our own latest join is; None where it is not there. A change of our profile is none."""
    places = range(len(events)) if newest_first else reversed(range(len(events)))
    return next((at for at in places if is_own_join(events[at], own)), None)


def is_own_join(event: Mapping[str, Any], own: str) -> bool:
    return is_own_membership(event, own, "join") and membership_before(event) != "join"


def is_own_membership(event: Mapping[str, Any], own: str, *memberships: str) -> bool:
    if event.get("type") != "m.room.member" or event.get("state_key") != own:
        return False
    return (event.get("content") or {}).get("membership") in memberships


def membership_before(event: Mapping[str, Any]) -> str | None:
    """The membership that a member event has changed; None where the homeserver does not say."""
    unsigned = event.get("unsigned") or {}
    before = (unsigned.get("prev_content") or event.get("prev_content") or {}).get("membership")
    return before if isinstance(before, str) else None
