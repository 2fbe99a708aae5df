"""Blocks as HTML of few tags, and as plain text that says the same. Pure; all text is escaped here and nowhere else.

Source of what clients show: https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never
from urllib.parse import quote, urlsplit

from bot.core import message as m

ALLOWED = frozenset(
    ("a", "blockquote", "br", "code", "h3", "li", "p", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul")
)
"""The only tags there are, and `href` on `a` the only attribute."""
SCHEMES = ("http", "https", "mailto")


@dataclass(frozen=True, slots=True)
class Names:
    """What is known in the room: accounts by person id, and the messages that show records there, as links."""

    accounts: Mapping[int, str] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)


def user_link(user_id: str) -> str:
    """A person, as clients show them (a "pill")."""
    return f"https://matrix.to/#/{quote(user_id, safe='')}"


def permalink(room_id: str, event_id: str, via: Iterable[str]) -> str:
    """A link to a message; without `via` a room of version 12 could not be found by it."""
    query = "&".join(f"via={quote(server, safe='')}" for server in via)
    return f"https://matrix.to/#/{quote(room_id, safe='')}/{quote(event_id, safe='')}" + (f"?{query}" if query else "")


def block_html(block: m.Block, names: Names) -> str:
    match block:
        case m.Heading(spans):
            return f"<h3>{_spans(spans, names)}</h3>"
        case m.Paragraph(spans) | m.Note(spans):
            return f"<p>{_spans(spans, names)}</p>"
        case m.Bullets(items):
            return _list(_spans(item, names) for item in items)
        case m.Fields(rows):
            return _list(f"<strong>{_text(label)}:</strong> {_spans(value, names)}" for label, value in rows)
        case m.Quote(words, source):
            said = f"<blockquote><p>{_text(words)}</p></blockquote>"
            return f"{said}<p>— {_spans(source, names)}</p>" if source else said
        case m.Table(header, rows):
            head = "".join(f"<th>{_text(cell)}</th>" for cell in header)
            body = "".join(f"<tr>{''.join(f'<td>{_spans(cell, names)}</td>' for cell in row)}</tr>" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        case m.Picture(_, alternative):
            return f"<p>{_text(alternative)}</p>"
        case m.Actions(actions):
            return _list(f"{_text(action.label)}: <code>{_text(action.command)}</code>" for action in actions)
        case _:
            assert_never(block)


def block_plain(block: m.Block) -> str:
    """The same without markup, for clients and notifications that show none."""
    match block:
        case m.Actions(actions):
            return "\n".join(f"• {action.label}: {action.command}" for action in actions)
        case _:
            return m.block_to_plain(block)


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _spans(spans: m.Spans, names: Names) -> str:
    return "".join(_span(span, names) for span in spans)


def _span(span: m.Span, names: Names) -> str:
    match span:
        case m.Text(words):
            return _text(words)
        case m.Bold(words):
            return f"<strong>{_text(words)}</strong>"
        case m.Code(words):
            return f"<code>{_text(words)}</code>"
        case m.Link(words, url):
            return _link(words, url) if _is_web(url) else _text(m.span_to_plain(span))
        case m.PersonMention(id, name, is_addressed):
            account = names.accounts.get(id) if is_addressed else None
            return _link(name, user_link(account)) if account else _text(name)
        case m.RecordMention(id):
            return _link(id, names.records[id]) if id in names.records else _text(id)
        case m.GroupMention() | m.Moment():
            return _text(m.span_to_plain(span))
        case _:
            assert_never(span)


def _link(words: str, url: str) -> str:
    return f'<a href="{html.escape(url, quote=True)}">{_text(words)}</a>'


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _text(words: str) -> str:
    return html.escape(words, quote=True).replace("\r\n", "\n").replace("\n", "<br>")
