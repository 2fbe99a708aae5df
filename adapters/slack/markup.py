"""Spans as mrkdwn. Pure; all text is escaped here and nowhere else.

Text objects are `verbatim`, so that Slack looks for no names, channels and links in what people wrote: only what is
written here in angle brackets means something. Source: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never
from urllib.parse import urlsplit

from bot.core import message as m

SCHEMES = ("http", "https", "mailto")
_URL = re.compile(r"https?://[^\s<>|\"]*[^\s<>|\".,;:!?)\]}'…]")
_ALIKE = str.maketrans({"*": "\u2217", "`": "\u02cb"})
"""A mark inside the words that it styles would end them, and none can be escaped."""


@dataclass(frozen=True, slots=True)
class Names:
    """What is known in the workspace: accounts by person id, links to the messages that show records, files of
    pictures by name.
    """

    accounts: Mapping[int, str] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def escaped(words: str) -> str:
    """Text that means nothing to Slack."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_within(words: str, most: int) -> str:
    """Escaped text of at most so many characters, never cut within an escape."""
    whole = escaped(words)
    if len(whole) <= most:
        return whole
    cut = whole[: most - 1]
    begun = cut.rfind("&", most - len("&amp;"))
    return f"{cut[:begun] if begun >= 0 and ';' not in cut[begun:] else cut}…"


def text(words: str) -> str:
    """Escaped text with its web addresses as links."""
    parts, at = [], 0
    for found in _URL.finditer(words):
        parts += [escaped(words[at : found.start()]), f"<{escaped(found[0])}>"]
        at = found.end()
    return "".join((*parts, escaped(words[at:])))


def mrkdwn(spans: Iterable[m.Span], names: Names) -> str:
    return "".join(_span(span, names) for span in spans)


def _span(span: m.Span, names: Names) -> str:
    match span:
        case m.Text(words):
            return text(words)
        case m.Bold(words):
            return styled(words, "*")
        case m.Code(words):
            return styled(words, "`")
        case m.Link(words, url):
            return _link(words, url) if is_web(url) else text(m.span_to_plain(span))
        case m.PersonMention(id, name, is_addressed):
            account = names.accounts.get(id) if is_addressed else None
            return f"<@{account}>" if account else text(name)
        case m.RecordMention(id):
            return _link(id, names.records[id]) if id in names.records else text(id)
        case m.GroupMention():
            return text(m.span_to_plain(span))
        case m.Moment(at, _, shown):
            fallback = escaped(shown).replace("|", "/")
            return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"
        case _:
            assert_never(span)


def styled(words: str, mark: str) -> str:
    """Words between two marks, line by line: Slack's marks hold within a line, and not beside white space."""
    return "\n".join(_styled_line(line, mark) for line in words.split("\n"))


def _styled_line(line: str, mark: str) -> str:
    inner = line.strip()
    if not inner:
        return line
    before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    return f"{before}{mark}{escaped(inner.translate(_ALIKE))}{mark}{after}"


def _link(words: str, url: str) -> str:
    label = escaped(words.replace("|", "/").replace("\n", " ")) or escaped(url)
    return f"<{escaped(url).replace('|', '%7C')}|{label}>"


def is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in SCHEMES and not re.search(r"\s", url)
    except ValueError:
        return False


def plain_text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, "emoji": True}


def mrkdwn_text(words: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": words, "verbatim": True}
