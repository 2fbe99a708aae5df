"""Messages as JSON with a format version, for what is kept or handed to a browser."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from bot.core import message as m

VERSION = 1
_TYPES: dict[str, type[Any]] = {
    t.__name__.lower(): t
    for t in (
        *(m.Text, m.Bold, m.Code, m.Link, m.PersonMention, m.GroupMention, m.RecordMention, m.Moment),
        *(m.Heading, m.Paragraph, m.Bullets, m.Fields, m.Quote, m.Table, m.Picture, m.Action, m.Actions, m.Note),
    )
}


def to_json(message: m.Message) -> dict[str, Any]:
    """JSON values only; each block and span says its type under "is". Moments are ISO 8601 in UTC."""
    return {"format": VERSION, "blocks": _dump(message.blocks), "reactions": list(message.reactions)}


def from_json(data: dict[str, Any]) -> m.Message:
    """The message again; ValueError for a format that this version does not know."""
    if data.get("format") != VERSION:
        raise ValueError(f"message format {data.get('format')!r} is not known here (expected {VERSION})")
    return m.Message(_load(data["blocks"]), tuple(data["reactions"]))


def _dump(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _dump(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"is": type(value).__name__.lower(), **fields}
    if isinstance(value, tuple):
        return [_dump(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def _load(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_load(item) for item in value)
    if isinstance(value, dict):
        fields = {name: _load(item) for name, item in value.items() if name != "is"}
        if value["is"] == "moment":
            fields["at"] = datetime.fromisoformat(fields["at"])
        return _TYPES[value["is"]](**fields)
    return value
