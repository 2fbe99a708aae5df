"""A neutral message as Block Kit, with every limit kept here. Pure: accounts and links are looked up before.

What is too long for a block becomes several blocks, what is too long for a message several messages: nothing that
people said is refused or left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from adapters.slack import limits
from adapters.slack.markup import Names, escaped_within, mrkdwn, mrkdwn_text, plain_text, styled, text
from adapters.slack.wording import typed
from bot.core import message as m
from bot.core.splitting import halves

Kit = dict[str, Any]
"""A Block Kit block."""

IMAGE = "image"
ACTION = "act:"
"""What the action ids of our buttons begin with; the command is the button's value."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message as Slack takes it. `text` is for notifications, and for clients that show no blocks."""

    text: str
    blocks: tuple[Kit, ...]

    @property
    def has_picture(self) -> bool:
        return any(block["type"] == IMAGE for block in self.blocks)

    def in_words(self) -> Part:
        """The same with what its pictures say."""
        kept = (_sections(text(b["alt_text"])) if b["type"] == IMAGE else [b] for b in self.blocks)
        return Part(self.text, tuple(block for blocks in kept for block in blocks))


def parts(message: m.Message, names: Names) -> tuple[Part, ...]:
    """The message as one part, or as several where Slack would refuse one."""
    found: list[list[Kit]] = [[]]
    for kit in kits(message.blocks, names):
        if found[-1] and not _fits([*found[-1], kit]):
            found.append([])
        found[-1].append(kit)
    first = escaped_within(m.to_plain(message).strip(), limits.TEXT) or "–"
    return tuple(Part(_said(blocks) if number else first, tuple(blocks)) for number, blocks in enumerate(found))


def _fits(blocks: Sequence[Kit]) -> bool:
    return len(blocks) <= limits.MESSAGE_BLOCKS and _size(blocks) <= limits.MESSAGE_CHARS


def _size(blocks: Sequence[Kit]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _said(blocks: Sequence[Kit]) -> str:
    """What a further part says, for notifications; it is mrkdwn already."""
    said = (block["text"]["text"] for block in blocks if "text" in block)
    return next(iter(said), "–")[: limits.SECTION]


def kits(blocks: Iterable[m.Block], names: Names) -> list[Kit]:
    """Blocks as Block Kit; what says nothing is left out, as Slack refuses empty texts."""
    found: list[Kit] = []
    waiting = list(reversed(list(blocks)))
    while waiting:
        block = waiting.pop()
        kit = _kit(block, names)
        cut = halves(block) if kit is None else None
        if kit is not None:
            found += kit
        elif cut is not None:
            waiting += reversed(cut)
        else:
            found += _sections(escaped_within(m.block_to_plain(block), limits.SECTION))
    return found


def _kit(block: m.Block, names: Names) -> list[Kit] | None:
    """One block; None where it is too long to be one."""
    match block:
        case m.Heading(spans):
            return _heading(spans, names)
        case m.Paragraph(spans):
            return _section(mrkdwn(spans, names))
        case m.Bullets(items):
            return _section("\n".join(f"• {mrkdwn(item, names)}" for item in items))
        case m.Fields(rows):
            return _fields(rows, names)
        case m.Quote(words, source):
            return _section(_quoted(words, source, names))
        case m.Table(header, rows):
            head = styled(" | ".join(header), "*")
            return _section("\n".join((head, *(" | ".join(mrkdwn(cell, names) for cell in row) for row in rows))))
        case m.Picture(name, alternative):
            return _picture(names.files.get(name), alternative)
        case m.Actions(actions):
            return _actions(actions)
        case m.Note(spans):
            return _context(mrkdwn(spans, names))
        case _:
            assert_never(block)


def _section(words: str) -> list[Kit] | None:
    return _sections(words) if len(words) <= limits.SECTION else None


def _sections(words: str) -> list[Kit]:
    return [{"type": "section", "text": mrkdwn_text(words)}] if words.strip() else []


def _picture(file: str | None, alternative: str) -> list[Kit] | None:
    words = alternative.strip()
    # What is said of it has to be said whole, also where a picture's words may be no longer.
    if file is None or not 0 < len(words) <= limits.ALTERNATIVE:
        return _section(text(alternative))
    return [{"type": IMAGE, "slack_file": {"id": file}, "alt_text": words}]


def _heading(spans: m.Spans, names: Names) -> list[Kit] | None:
    words = " ".join(m.spans_to_plain(spans).split())
    if len(words) <= limits.HEADER:
        return [{"type": "header", "text": plain_text(words)}] if words else []
    return _section(mrkdwn((m.Bold(span.text) if isinstance(span, m.Text) else span for span in spans), names))


def _quoted(words: str, source: m.Spans, names: Names) -> str:
    lines = "\n".join(f">{text(line)}" for line in words.splitlines() or [""])
    return f"{lines}\n— {mrkdwn(source, names)}" if source else lines


def _fields(rows: Sequence[tuple[str, m.Spans]], names: Names) -> list[Kit] | None:
    said = [f"{styled(label, '*')}\n{mrkdwn(value, names)}".strip() for label, value in rows]
    if any(len(each) > limits.FIELD for each in said):
        return None
    shown = [mrkdwn_text(each) for each in said if each]
    chunks = [shown[at : at + limits.FIELDS] for at in range(0, len(shown), limits.FIELDS)]
    return [{"type": "section", "fields": chunk} for chunk in chunks]


def _context(words: str) -> list[Kit] | None:
    if len(words) > limits.FIELD:
        return None
    return [{"type": "context", "elements": [mrkdwn_text(words)]}] if words.strip() else []


def _actions(actions: Sequence[m.Action]) -> list[Kit]:
    found: list[Kit] = []
    buttons = [a for a in actions if a.label.strip() and len(a.command) <= limits.VALUE]
    for at in range(0, len(buttons), limits.ACTIONS):
        chunk = buttons[at : at + limits.ACTIONS]
        found.append({"type": "actions", "elements": [_button(a, number) for number, a in enumerate(chunk)]})
    for action in actions:
        if action not in buttons:
            label = f"{action.label}: " if action.label.strip() else ""
            found += kits((m.Paragraph((m.Text(label), m.Code(typed(action.command)))),), Names())
    return found


def _button(action: m.Action, number: int) -> Kit:
    button: Kit = {
        "type": "button",
        "action_id": f"{ACTION}{number}",
        "text": plain_text(limits.shortened(action.label, limits.BUTTON)),
        "value": action.command,
    }
    return button | ({"style": action.style} if action.style in ("primary", "danger") else {})
