"""What of a room's events Mycel keeps to handle, in a form that every database takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.matrix.gaps import is_own_join, is_own_membership, membership_before

INVITED, GAP, UNREADABLE = "mycel.invited", "mycel.gap", "mycel.unreadable"
"""Our own notes among the events: an invite to answer; a gap too large to fill; messages without a key."""

ENCRYPTED = "m.room.encrypted"
SAID = frozenset(
    {
        "m.room.message",
        "m.room.redaction",
        "m.room.tombstone",
        "m.reaction",
        "m.sticker",
        *(
            f"{prefix}.{kind}"
            for prefix in ("m.poll", "org.matrix.msc3381.poll")
            for kind in ("start", "response", "end")
        ),
    }
)


def is_wanted(event: Mapping[str, Any], own: str) -> bool:
    """What others said and did, who has left, our own coming and going, and the echo of what this device has sent.

    Encrypted events are judged once more when they are open.
    """
    kind = event.get("type")
    if kind == "m.room.member":
        return is_own_join(event, own) or is_own_membership(event, own, "leave", "ban") or is_gone(event)
    if not isinstance(event.get("event_id"), str):
        return False
    if event.get("sender") == own and "transaction_id" not in (event.get("unsigned") or {}):
        return False
    return kind == ENCRYPTED or kind in SAID


def is_gone(event: Mapping[str, Any]) -> bool:
    """Somebody who was in the room is not any more: left, kicked or banned."""
    membership = (event.get("content") or {}).get("membership")
    return membership in ("leave", "ban") and membership_before(event) in ("join", None)


def storable(value: Any) -> Any:
    """The same JSON without what a database cannot keep: NUL and halves of characters."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(str(key)): storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
