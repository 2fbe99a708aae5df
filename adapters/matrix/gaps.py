"""Which events of a sync are news, and those that a limited timeline left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.matrix.http import Http, path

Event = dict[str, Any]

PAGE = 100
"""Synapse gives no more at once."""


@dataclass(frozen=True, slots=True)
class Filled:
    """Events that the timeline left out, oldest first. `is_whole` False: there were more than we wanted to fetch."""

    events: list[Event]
    is_whole: bool


async def fill(http: Http, room_id: str, since: str, before: str, own: str, most: int) -> Filled:
    """What was said between the sync tokens `since` and `before`, back to our own latest join.

    At least `most` events are fetched before giving up. Raises MatrixError.
    """
    found: list[Event] = []
    at = before
    while len(found) < most:
        query = {"dir": "b", "from": at, "to": since, "limit": str(PAGE)}
        page = await http.call("GET", path("rooms", room_id, "messages"), query=query)
        chunk = page.get("chunk", [])
        found += chunk
        joined = own_join(chunk, own, newest_first=True)
        if joined is not None:
            kept = len(found) - len(chunk) + joined + 1
            return Filled(found[:kept][::-1], True)
        if "end" not in page or page["end"] == at:
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
