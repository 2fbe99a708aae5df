"""What comes in without the characters that no database keeps: NUL, and halves of surrogate pairs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from bot.core.conversation import Actor, Incoming, Place, Quoted

Some = TypeVar("Some", Incoming, Actor, Place, Quoted)
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
# Control signs, spaces without width, and what sets the direction of all that follows. Joiners stay: words need them.
_HIDING = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """The text without them."""
    return _UNKEEPABLE.sub("", text)


def name_of(text: str) -> str:
    """A name in one line, without signs that nobody sees and that turn round what stands beside it."""
    return " ".join(_HIDING.sub("", " ".join(text.split())).split())


def cleaned(incoming: Some) -> Some:
    """The same thing with clean texts, names, ids and form values."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(incoming):
        value = getattr(incoming, field.name)
        new = _cleaned(value)
        if new is not value:
            changes[field.name] = new
    return dataclasses.replace(incoming, **changes) if changes else incoming


def _cleaned(value: Any) -> Any:
    """The value itself where it has nothing to clean."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else clean(value)
    match value:
        case Mapping():
            is_dirty = any(_UNKEEPABLE.search(k) or _UNKEEPABLE.search(v) for k, v in value.items())
            return {clean(k): clean(v) for k, v in value.items()} if is_dirty else value
        case Actor():
            return cleaned(value)
        case Place():
            return cleaned(value)
        case Quoted():
            return cleaned(value)
        case _:
            return value
