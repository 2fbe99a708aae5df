"""The text grammar of commands: words, quotes, options. Knows no command; never raises, whatever is typed.

`--name value` and `--name=value`; straight, curly and angled double quotes; phones' em and en dashes for `--`;
options may stand before, after or between the words of the title. A quoted token is never an option.
Apostrophes are letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“”", "«": "»", "‟": "”"}
_OPTION = re.compile(r"(?P<dash>--|[\u2013\u2014\u2015])(?P<name>[A-Za-z][A-Za-z-]*)(?P<given>=)?")
_SPACE = re.compile(r"\s+")
_ESCAPED = re.compile(r'\\(["\\“”„«»‟])')
_PLAIN_WORD = re.compile(rf"(\s*+)([^\s{''.join(QUOTES)}\-\u2013\u2014\u2015]\S*)")
"""A word that begins with no mark of a quote or an option: nearly all are, and are read in one step."""


class Token(NamedTuple):
    """A word (`name` empty) or an option. `value` of an option is what stood behind `=`, None without one.

    `raw` is what was typed and `space` the white space before it; `is_soft` marks an option typed with a single
    typographic dash, which prose uses too.
    """

    value: str | None
    name: str = ""
    is_quoted: bool = False
    is_soft: bool = False
    raw: str = ""
    space: str = ""


def tokens(typed: str) -> list[Token]:
    """What was typed, cut into words and options."""
    reader = _Reader(typed)
    found: list[Token] = []
    at = 0
    while at < len(typed):
        if plain := _PLAIN_WORD.match(typed, at):
            space, word = plain.groups()
            found.append(Token(word, raw=word, space=space))
            at = plain.end()
            continue
        space = _SPACE.match(typed, at)
        begin = space.end() if space else at
        if begin == len(typed):
            break
        token, at = reader.token(begin, space[0] if space else "")
        found.append(token)
    return found


def joined(words: Sequence[Token]) -> str:
    """Words of free text as they were typed, line breaks too; a single quoted text without its quotes."""
    if len(words) == 1:
        return words[0].value or ""
    return "".join((token.space if i else "") + token.raw for i, token in enumerate(words))


class _Reader:
    """`_hopeless`: opening marks whose quote nothing closes any more, so that long texts are not searched again."""

    def __init__(self, typed: str) -> None:
        self._typed = typed
        self._hopeless: set[str] = set()

    def token(self, at: int, space: str) -> tuple[Token, int]:
        """The token that begins at `at`, and where it ends."""
        typed = self._typed
        option = _OPTION.match(typed, at)
        if option:
            name, is_soft = option["name"].lower().rstrip("-"), option["dash"] != "--"
            end = option.end()
            is_alone = end == len(typed) or typed[end].isspace()
            if option["given"] and not (is_alone and typed[end:].strip()):
                value, _, end = self._value(end)
                return Token(value, name, is_soft=is_soft, raw=typed[at:end], space=space), end
            if is_alone:
                return Token(None, name, is_soft=is_soft, raw=typed[at:end], space=space), end
        value, is_quoted, end = self._value(at)
        return Token(value, is_quoted=is_quoted, raw=typed[at:end], space=space), end

    def _value(self, at: int) -> tuple[str, bool, int]:
        """The word or quoted text that begins at `at`: (value, was it quoted, where it ends)."""
        typed = self._typed
        opening = typed[at] if at < len(typed) else ""
        if opening in QUOTES and opening not in self._hopeless:
            end = self._closing(at + 1, QUOTES[opening])
            if end is not None:
                return _unescape(typed[at + 1 : end]), True, end + 1
            self._hopeless.add(opening)
        space = _SPACE.search(typed, at)
        end = space.start() if space else len(typed)
        return typed[at:end], False, end

    def _closing(self, at: int, closing: str) -> int | None:
        """Where the quote ends: a closing mark with nothing or white space behind it; None if there is none."""
        for found in _closing_mark(closing).finditer(self._typed, at):
            if not found[0].startswith("\\"):
                return found.start()
        return None


@lru_cache
def _closing_mark(marks: str) -> re.Pattern[str]:
    """Finds what may close a quote, and escaped characters, which never do."""
    return re.compile(rf'\\.|["{marks}](?=\s|\Z)', re.DOTALL)


def _unescape(quoted: str) -> str:
    return _ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted


def quoted(value: str) -> str:
    """A value so that it reads back as one word with the same text; in quotes only where it has to be."""
    is_plain = value and not _SPACE.search(value) and value[0] not in QUOTES and not _OPTION.match(value)
    if is_plain and "\\" not in value:
        return value
    return '"' + re.sub(r'(["\\“”„«»‟])', r"\\\1", value) + '"'
