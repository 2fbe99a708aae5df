"""Which of Mycel's own late messages an event is; learned from what it sends and from its echo in the sync."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from adapters.matrix.port import Event
from adapters.matrix.reading import content_of, relation

REMEMBERED = 5000
SHOWN = ("m.room.message", "m.room.encrypted")
_TXN = re.compile(r"(?P<key>.+):(?P<rev>\d+)(?:/p?(?P<part>\d+))?", re.S)


class OwnMessages:
    """Event id → delivery key, of the latest messages. A message is known here before its id is stored."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    @property
    def keys(self) -> Mapping[str, str]:
        return self._keys

    def learn(self, event_id: str, key: str) -> None:
        """The event shows the message of this key, or a part of it."""
        self._keys.pop(event_id, None)
        self._keys[event_id] = key
        while len(self._keys) > REMEMBERED:
            del self._keys[next(iter(self._keys))]

    def learn_echo(self, event: Event) -> None:
        """Takes up an own event that the homeserver gives back with its transaction id."""
        key = key_of_post(event)
        if key is not None:
            self.learn(str(event["event_id"]), key)


def txn_id(key: str, rev: int, part: int = 0, *, picture: int = 0) -> str:
    """The transaction that shows a revision of a message; its further parts and its pictures are counted from 1."""
    further = f"/p{picture}" if picture else f"/{part}" if part else ""
    return f"{key}:{rev}{further}"


def key_of_post(event: Event) -> str | None:
    """The delivery key of an own message; None for edits, redactions, answers and what came from elsewhere."""
    unsigned = event.get("unsigned")
    txn = unsigned.get("transaction_id") if isinstance(unsigned, Mapping) else None
    found = _TXN.fullmatch(txn) if isinstance(txn, str) else None
    if event.get("type") not in SHOWN or found is None or relation(content_of(event), "m.replace") is not None:
        return None
    return found["key"]


def first_post(events: Sequence[Event], key: str) -> Event | None:
    """The latest event among own ones that shows the first part of this message and has not been taken back."""
    for event in reversed(events):
        unsigned = event.get("unsigned") or {}
        is_first = "/" not in str(unsigned.get("transaction_id", "")).removeprefix(key)
        if key_of_post(event) == key and is_first and "redacted_because" not in unsigned:
            return event
    return None
