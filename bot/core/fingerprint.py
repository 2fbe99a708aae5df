"""The digest by which a repetition of the same words is noticed without keeping the words."""

from __future__ import annotations

from hashlib import blake2b

from bot.core.conversation import Incoming


def fingerprint(incoming: Incoming, words: str) -> int:
    """Person, place and words as one number below 2**63, never 0."""
    place = incoming.place
    parts = (place.platform, place.workspace, place.channel, place.thread or "", incoming.actor.user, words)
    digest = blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 1) or 1
