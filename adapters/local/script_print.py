"""What a script prints: what each step did, and what the channels show. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.language import Words
from bot.core.message import to_plain
from bot.core.message_json import from_json
from bot.core.replies import Answer, Form, Invalid, Nothing, Reply
from storage.local_chat import LocalMessage

INDENT = "    "


def indented(text: str, indent: str = INDENT) -> str:
    return "\n".join(f"{indent}{line}".rstrip() for line in text.splitlines())


def moment(at: datetime, zone: str = "UTC") -> str:
    """ "Mon 2 Nov 2026, 09:00 (UTC)"."""
    return Words(zone=zone).moment(at).shown


def private(name: str, reply: Reply) -> str:
    """What one person alone is answered; "" for nothing."""
    match reply:
        case Answer(message) | Invalid(message):
            return indented(f"(only {name} sees)\n{to_plain(message)}")
        case Form():
            return indented(f"(only {name} sees)\n{_form(reply)}")
        case Nothing():
            return ""


def _form(form: Form) -> str:
    fields = "\n".join(f"  {f.name}{' (needed)' if f.is_required else ''}: {f.hint or f.label}" for f in form.fields)
    return f"[form {form.command}] {form.title}\n{fields}"


def channel(
    title: str,
    zone: str,
    messages: Sequence[LocalMessage],
    reactions: Mapping[str, Mapping[str, Sequence[str]]],
    names: Mapping[str, str],
) -> str:
    """All that a channel shows, oldest first; replies stand under their roots."""
    lines = [f"=== {title} ({zone}) ==="]
    for root in (m for m in messages if m.thread is None):
        replies = [m for m in messages if m.thread == root.id]
        if root.is_removed and not replies:
            continue
        lines.append(_message(root, zone, reactions.get(root.id, {}), names))
        lines += [indented(_message(m, zone, reactions.get(m.id, {}), names)) for m in replies if not m.is_removed]
    return "\n\n".join(lines) if len(lines) > 1 else f"{lines[0]}\n\n(nothing has been said here)"


def _message(message: LocalMessage, zone: str, reactions: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> str:
    at = message.created_at.astimezone(ZoneInfo(zone))
    name = "Mycel" if message.account is None else names.get(message.account, message.account)
    edited = ", edited" if message.is_edited and message.account is not None else ""
    lines = [f"[{Words().day(at.date())}, {at:%H:%M}{edited}] {name}:", indented(plain(message))]
    for emoji, accounts in reactions.items():
        lines.append(indented(f"{emoji} {', '.join(names.get(a, a) for a in accounts)}"))
    return "\n".join(lines)


def plain(message: LocalMessage) -> str:
    """A message as plain text."""
    if message.is_removed:
        return "(removed)"
    return str(message.body) if message.account is not None else to_plain(from_json(message.body))
