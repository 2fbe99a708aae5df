"""Which of Mycel's own late messages a message is: known before its id is stored, and read back where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

REMEMBERED = 5000
EVENT_TYPE = "mycel_message"


class OwnMessages:
    """(Channel, message id) → delivery key, of the latest messages."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], str] = {}

    @property
    def keys(self) -> Mapping[tuple[str, str], str]:
        return self._keys

    def learn(self, channel: str, ts: str, key: str) -> None:
        """The message shows what has this key."""
        self._keys.pop((channel, ts), None)
        self._keys[channel, ts] = key
        while len(self._keys) > REMEMBERED:
            del self._keys[next(iter(self._keys))]


def metadata(key: str, rev: int, part: int = 0) -> dict[str, Any]:
    """What is written on a message beside its words: by it we know it again. `part` counts further parts from 1."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key, "rev": rev, "part": part}}


def key_of(message: Mapping[str, Any]) -> tuple[str, int] | None:
    """(Key, part) of a message read back with its metadata; None for what is none of ours."""
    found: Any = message.get("metadata") or {}
    payload: Any = found.get("event_payload") or {}
    if found.get("event_type") != EVENT_TYPE or not isinstance(payload.get("key"), str):
        return None
    return payload["key"], int(payload.get("part") or 0)


def by_key(messages: Iterable[Mapping[str, Any]], bot_user: str) -> dict[str, dict[int, str]]:
    """Key → part → message id of what Mycel itself wrote; of doubled ones the earliest."""
    found: dict[str, dict[int, str]] = {}
    for message in sorted(messages, key=lambda message: str(message.get("ts", ""))):
        own = key_of(message)
        if own is not None and message.get("user", bot_user) == bot_user:
            found.setdefault(own[0], {}).setdefault(own[1], str(message["ts"]))
    return found
