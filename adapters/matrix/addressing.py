"""Whether words are meant for Mycel as a command: by prefix, by mention at the beginning, or alone with it. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

from adapters.matrix.port import Scene, localpart_of
from adapters.matrix.reading import answered, mentions, words_of

_PILL = re.compile(r'\s*(?:<p>\s*)?<a\s[^>]*?href="https://matrix\.to/#/([^"?]+)[^"]*"[^>]*>(.*?)</a>', re.S | re.I)
_REPLY = re.compile(r"<mx-reply>.*?</mx-reply>", re.S | re.I)
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r"\[[^\]\n]*\]\(<?https://matrix\.to/#/([^)\s>]+)>?\)")
_COLON = re.compile(r"\s*[:,]\s*")


def command_in(content: Mapping[str, Any], scene: Scene, commands: Collection[str]) -> str | None:
    """The command in a message, without prefix or mention; None for talk. `commands`: the names that there are."""
    words = words_of(content)
    if words is None:
        return None
    text = words.strip()
    if text.startswith(scene.prefix) and text[len(scene.prefix) : len(scene.prefix) + 1].isalpha():
        return text[len(scene.prefix) :]
    if text.startswith("/") and _first(text[1:]) in commands:
        return text[1:]
    asked = _asked(content, text, scene, commands)
    if asked is not None:
        return asked
    return text if scene.is_direct and _first(text) in commands else None


def _asked(content: Mapping[str, Any], text: str, scene: Scene, commands: Collection[str]) -> str | None:
    """What follows a mention of the bot at the beginning."""
    pill = _pill(content, scene)
    called = _called(text, scene, pill)
    if called is None:
        return None
    rest, has_colon = called
    # A reply mentions whom it answers without anybody having typed so: then a name alone calls nobody.
    is_meant = bool(pill) or has_colon or (mentions(content, scene.bot_user) and answered(content) is None)
    if not is_meant and _first(rest) not in commands:
        return None
    rest = rest.removeprefix(scene.prefix)
    if not rest:
        return "help"
    return rest if _first(rest) in commands or "why" not in commands else f"why {rest}"


def _pill(content: Mapping[str, Any], scene: Scene) -> str:
    """The words of the bot's pill at the beginning; "" if there is none."""
    formatted = content.get("formatted_body")
    found = _PILL.match(_REPLY.sub("", formatted)) if isinstance(formatted, str) else None
    if found is None or unquote(html.unescape(found[1])) != scene.bot_user:
        return ""
    return html.unescape(_TAG.sub("", found[2])).strip() or scene.bot_user


def _called(text: str, scene: Scene, pill: str) -> tuple[str, bool] | None:
    """What stands behind the bot's name, and whether a colon or comma parts them; None if it is not called."""
    link = _LINK.match(text)
    if link and unquote(link[1]) == scene.bot_user:
        return _behind(text[link.end() :]) or ("", False)
    local = localpart_of(scene.bot_user)
    names = {name for name in (pill, scene.bot_user, scene.bot_name, f"@{scene.bot_name}", f"@{local}", local) if name}
    for name in sorted(names, key=len, reverse=True):
        if text[: len(name)].casefold() == name.casefold():
            behind = _behind(text[len(name) :])
            if behind is not None:
                return behind
    return None


def _behind(rest: str) -> tuple[str, bool] | None:
    """None where the name goes on ("Mycelium")."""
    colon = _COLON.match(rest)
    if colon:
        return rest[colon.end() :].strip(), True
    return (rest.strip(), False) if not rest or rest[0].isspace() else None


def _first(text: str) -> str:
    words = text.split(None, 1)
    return words[0].lower() if words else ""
