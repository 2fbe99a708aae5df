"""What stands in a Matrix message: its words without a reply's fallback, its thread, what it answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.matrix.port import Event

SPOKEN = ("m.text", "m.emote")
WITH_CAPTION = ("m.image", "m.file", "m.audio", "m.video")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_FALLBACK = re.compile(r"> (?:\* )?<@[^>\n]*>[^\n]*\n(?:>[^\n]*\n)*\n?")


def content_of(event: Event) -> Mapping[str, Any]:
    return _mapping(event.get("content"))


def at(event: Event) -> datetime:
    """When it was sent by its server's clock, aware UTC."""
    sent = event.get("origin_server_ts")
    if not isinstance(sent, int) or sent < 0:
        return _EPOCH
    return min(_LATEST, _EPOCH + timedelta(milliseconds=min(sent, 10**14)))


def words_of(content: Mapping[str, Any]) -> str | None:
    """What somebody said, a caption too; None for notices, files without words and what has been taken back."""
    body, kind = content.get("body"), content.get("msgtype")
    if not isinstance(body, str):
        return None
    if kind in WITH_CAPTION:
        name = content.get("filename")
        return body if isinstance(name, str) and name != body else None
    if kind not in SPOKEN:
        return None
    return _FALLBACK.sub("", body, count=1) if answered(content) and _FALLBACK.match(body) else body


def relation(content: Mapping[str, Any], kind: str) -> str | None:
    """The event that this one has a relation of this kind to."""
    related = _mapping(content.get("m.relates_to"))
    return _text(related.get("event_id")) if related.get("rel_type") == kind else None


def thread_of(content: Mapping[str, Any]) -> str | None:
    """The root of the thread that it was said in."""
    return relation(content, "m.thread")


def answered(content: Mapping[str, Any]) -> str | None:
    """The message that it is a reply to. What a thread names only for clients that know no threads is not one."""
    related = _mapping(content.get("m.relates_to"))
    if related.get("rel_type") == "m.thread" and related.get("is_falling_back") is True:
        return None
    return _text(_mapping(related.get("m.in_reply_to")).get("event_id"))


def new_content(event: Event) -> Mapping[str, Any]:
    """What a message says after an edit."""
    return _mapping(content_of(event).get("m.new_content"))


def latest_edit(event: Event) -> str | None:
    """The latest edit of an event, as homeservers name it with the event."""
    relations = _mapping(_mapping(event.get("unsigned")).get("m.relations"))
    return _text(_mapping(relations.get("m.replace")).get("event_id"))


def mentions(content: Mapping[str, Any], user_id: str) -> bool:
    """Whether the message says that it addresses this user."""
    users = _mapping(content.get("m.mentions")).get("user_ids")
    return isinstance(users, list) and user_id in users


def sign_of(content: Mapping[str, Any]) -> str | None:
    """What a reaction shows."""
    return _text(_mapping(content.get("m.relates_to")).get("key"))


def redacted_by(event: Event) -> str | None:
    """The event that a redaction takes back; from room version 11 on it stands in the content."""
    return _text(content_of(event).get("redacts")) or _text(event.get("redacts"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
