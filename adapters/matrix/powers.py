"""Who may do what in a room: power levels, with the creators of room version 12 above all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CREATOR = 1 << 60
"""Above every number that a power level can have (they stay below 2**53)."""
_DEFAULTS = {"invite": 0, "kick": 50, "ban": 50, "redact": 50, "events_default": 0, "state_default": 50}


def has_privileged_creators(version: str) -> bool:
    """Room version 12 and later (MSC4289): creators have no power level, they are above all."""
    return version.isdigit() and int(version) >= 12


def creators(create: Mapping[str, Any]) -> frozenset[str]:
    """Who created the room, of its m.room.create event."""
    content = create.get("content") or {}
    additional = content.get("additional_creators")
    others = [each for each in additional if isinstance(each, str)] if isinstance(additional, list) else []
    sender = create.get("sender")
    return frozenset([*([sender] if isinstance(sender, str) else []), *others])


def power_of(user: str, create: Mapping[str, Any], levels: Mapping[str, Any] | None) -> int:
    """The user's power in the room of this m.room.create event and m.room.power_levels content."""
    content = create.get("content") or {}
    if has_privileged_creators(str(content.get("room_version", "1"))):
        if user in creators(create):
            return CREATOR
    elif levels is None:
        # Without power levels the creator alone has 100 (before version 11 named in the content).
        return 100 if user in (content.get("creator"), create.get("sender")) else 0
    levels = levels or {}
    users = levels.get("users")
    own = users.get(user) if isinstance(users, Mapping) else None
    return _level(own if own is not None else levels.get("users_default"), 0)


def needed_for(levels: Mapping[str, Any] | None, what: str, *, is_state: bool = False) -> int:
    """The power that an action ("invite", "kick", "ban", "redact") or an event type needs."""
    levels = levels or {}
    if what in ("invite", "kick", "ban", "redact"):
        return _level(levels.get(what), _DEFAULTS[what])
    events = levels.get("events")
    if isinstance(events, Mapping) and what in events:
        return _level(events[what], 0)
    name = "state_default" if is_state else "events_default"
    return _level(levels.get(name), _DEFAULTS[name])


def _level(value: object, default: int) -> int:
    """Old rooms may hold numbers as text."""
    try:
        return int(value) if isinstance(value, int | str) else default
    except ValueError:
        return default
