"""Slack's text markup: what people see of it, what it would notify, and what was not escaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

MASS = re.compile(r"<!(channel|here|everyone|subteam\^\w+)(\|[^>]*)?>")
_CONTROL = re.compile(r"<([@#!][^>|]*|https?://[^>|]*|mailto:[^>|]*|slack://[^>|]*)(?:\|([^>]*))?>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_SHORT = {"👍": "+1", "❓": "question", "✋": "hand", "🎉": "tada", "👎": "-1", "❤️": "heart", "👀": "eyes"}
"""Names of the emoji that tests react with; Slack itself knows all of them."""

NameOf = Callable[[str], str]


def escaped(text: str) -> str:
    """What somebody typed, as Slack hands it on."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def seen(text: str, name_of: NameOf = str) -> str:
    """Markup as people see it: links by their labels, people by their names, dates by their fallbacks."""

    def show(found: re.Match[str]) -> str:
        target, label = found[1], found[2]
        if label:
            return label
        return f"@{name_of(target[1:])}" if target[0] in "@#" else target

    return re.sub(r"^>[ ]?", "> ", unescaped(_CONTROL.sub(show, text)), flags=re.M)


def unescaped_signs(text: str) -> list[str]:
    """What looks like a forgotten escape: `<`, `>` and `&` that are no markup (a quote's `>` begins its line)."""
    rest = _ENTITY.sub("", _CONTROL.sub("", text))
    rest = re.sub(r"^>{1,3} ?", "", rest, flags=re.M)
    return re.findall(r"[<>&].{0,10}", rest)


def mentions(text: str) -> list[str]:
    """The accounts that a text notifies."""
    return re.findall(r"<@(\w+)(?:\|[^>]*)?>", text)


def text_objects(value: Any) -> list[dict[str, Any]]:
    """Every text object in blocks."""
    if isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "plain_text") and isinstance(value.get("text"), str):
            return [value]
        return [text for each in value.values() for text in text_objects(each)]
    if isinstance(value, list):
        return [text for each in value for text in text_objects(each)]
    return []


def texts(value: Any) -> list[str]:
    """Every markup text in blocks: what `mrkdwn` objects hold."""
    return [each["text"] for each in text_objects(value) if each["type"] == "mrkdwn"]


def short_name(emoji: str) -> str:
    """The name under which Slack tells of an emoji."""
    return _SHORT.get(emoji, emoji.strip(":"))


def rich_text(text: str) -> list[dict[str, Any]]:
    """The blocks that Slack's client makes of what somebody types."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": unescaped(text)}]}
    return [{"type": "rich_text", "block_id": "rt", "elements": [section]}]
