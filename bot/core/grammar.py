"""The text grammar of commands: words, quotes, options. Knows no command; never raises, whatever is typed.

`--name value` and `--name=value`; straight, curly and angled double quotes; phones' em and en dashes for `--`; options may stand
before, after or between the words of the title. A quoted token is never an option.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“”", "«": "»", "‟": "”"}
_OPTION = re.compile(r"(?P<dash>--|[\u2013\u2014\u2015])(?P<name>[A-Za-z][A-Za-z-]*)(?P<given>=)?")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word (`name` empty) or an option. `value` of an option is what stood behind `=`, None without one.

    `raw` is what was typed; `is_soft` marks an option typed with a single typographic dash, which prose uses too.
    """

    value: str | None
    name: str = ""
    is_quoted: bool = False
    is_soft: bool = False
    raw: str = ""


def tokens(typed: str) -> list[Token]:
    """What was typed, cut into words and options."""
    found: list[Token] = []
    at = 0
    while at < len(typed):
        space = _SPACE.match(typed, at)
        if space:
            at = space.end()
            continue
        token, at = _token(typed, at)
        found.append(token)
    return found


def _token(typed: str, at: int) -> tuple[Token, int]:
    option = _OPTION.match(typed, at)
    if option:
        name, is_soft = option["name"].lower().rstrip("-"), option["dash"] != "--"
        if option["given"]:
            value, _, end = _value(typed, option.end())
            return Token(value, name, is_soft=is_soft, raw=typed[at:end]), end
        if option.end() == len(typed) or typed[option.end()].isspace():
            return Token(None, name, is_soft=is_soft, raw=typed[at : option.end()]), option.end()
    value, is_quoted, end = _value(typed, at)
    return Token(value, is_quoted=is_quoted, raw=typed[at:end]), end


def _value(typed: str, at: int) -> tuple[str, bool, int]:
    """The word or quoted text that begins at `at`: (value, was it quoted, where it ends)."""
    closing = QUOTES.get(typed[at]) if at < len(typed) else None
    if closing is not None:
        end = _closing(typed, at + 1, closing)
        if end is not None:
            return _unescape(typed[at + 1 : end]), True, end + 1
    space = _SPACE.search(typed, at)
    end = space.start() if space else len(typed)
    return typed[at:end], False, end


def _closing(typed: str, at: int, closing: str) -> int | None:
    """Where the quote ends: a closing mark with nothing, white space or punctuation behind it; None if there is none."""
    while at < len(typed):
        if typed[at] == "\\":
            at += 2
            continue
        if (typed[at] in closing or typed[at] == '"') and (at + 1 == len(typed) or typed[at + 1].isspace()):
            return at
        at += 1
    return None


def _unescape(quoted: str) -> str:
    return re.sub(r'\\(["\\“”„«»‟])', r"\1", quoted)


def quoted(value: str) -> str:
    """A value so that it reads back as one word with the same text."""
    is_plain = value and not _SPACE.search(value) and value[0] not in QUOTES and not _OPTION.match(value)
    if is_plain and "\\" not in value:
        return value
    return '"' + re.sub(r'(["\\“”„«»‟])', r"\\\1", value) + '"'
