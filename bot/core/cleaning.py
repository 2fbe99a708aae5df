"""What comes in without the characters that no database keeps: NUL, and halves of surrogate pairs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from bot.core.conversation import Actor, Incoming, Place

Some = TypeVar("Some", Incoming, Actor, Place)
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without them."""
    return _UNKEEPABLE.sub("", text)


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
    match value:
        case str():
            return clean(value) if _UNKEEPABLE.search(value) else value
        case Mapping():
            is_dirty = any(_UNKEEPABLE.search(k) or _UNKEEPABLE.search(v) for k, v in value.items())
            return {clean(k): clean(v) for k, v in value.items()} if is_dirty else value
        case Actor():
            return cleaned(value)
        case Place():
            return cleaned(value)
        case _:
            return value
