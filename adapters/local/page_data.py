"""What the page is given to show, as JSON values. Pure but for the queries."""

from __future__ import annotations

from typing import Any

from bot.core.message_json import to_json
from bot.core.registry import Registry
from bot.core.replies import Answer, Form, Invalid, Nothing, Reply
from storage import deadlines, directory, local_chat
from storage.local_chat import PLATFORM, LocalMessage
from storage.work import Tx

MESSAGES_SHOWN = 1000
CHANGES_AT_ONCE = 200


def messages(tx: Tx, network_id: int, found: list[LocalMessage]) -> list[dict[str, Any]]:
    """Messages with their reactions."""
    reactions = local_chat.reactions_on(tx.db, network_id, [m.id for m in found])
    return [_message(m, reactions.get(m.id, {})) for m in found]


def _message(m: LocalMessage, reactions: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "id": m.id,
        "channel": m.channel,
        "thread": m.thread,
        "account": m.account,
        "body": None if m.is_removed else m.body,
        "at": m.created_at.isoformat(),
        "isEdited": m.is_edited,
        "isRemoved": m.is_removed,
        "position": m.position,
        "reactions": [{"emoji": emoji, "accounts": accounts} for emoji, accounts in reactions.items()],
    }


def news(tx: Tx, network_id: int, since: int, *, is_clock_free: bool) -> dict[str, Any]:
    """What changed after change number `since`; "change" is the number of the last change that is told here."""
    found = local_chat.changed_since(tx.db, network_id, since, CHANGES_AT_ONCE)
    return {
        "change": found[-1].change if found else since,
        "messages": messages(tx, network_id, found),
        "channels": channels(tx, network_id),
        "people": people(tx, network_id),
        "clock": clock(tx, network_id, is_free=is_clock_free),
    }


def state(tx: Tx, network_id: int, registry: Registry, *, is_clock_free: bool) -> dict[str, Any]:
    """Everything that the page begins with."""
    network = directory.network(tx.db, network_id)
    return {
        "network": network.slug,
        "channels": channels(tx, network_id),
        "people": people(tx, network_id),
        "messages": messages(tx, network_id, local_chat.last_messages(tx.db, network_id, MESSAGES_SHOWN)),
        "commands": [
            {"name": c.name, "summary": c.summary, "usage": c.usage} for _, c in sorted(registry.commands.items())
        ],
        "change": local_chat.latest_change(tx.db, network_id),
        "clock": clock(tx, network_id, is_free=is_clock_free),
    }


def channels(tx: Tx, network_id: int) -> list[dict[str, Any]]:
    """The playground's channels with the groups that they belong to."""
    network = directory.network(tx.db, network_id)
    groups = {g.id: g for g in directory.all_groups(tx.db, network_id)}
    homes = {c.remote_id: c for c in directory.homes(tx.db, network_id, list(groups)) if c.platform == PLATFORM}
    shown = []
    for channel in local_chat.all_channels(tx.db, network_id):
        home = homes.get(channel.channel)
        group = groups.get(home.group_id) if home and home.group_id is not None else None
        shown.append(
            {
                "channel": channel.channel,
                "title": group.name if group else channel.title,
                "group": group.slug if group else None,
                "zone": group.zone if group else "UTC",
                "quiet": group.quiet if group else "off",
                "language": (home.language if home else "") or (group.language if group else network.language),
            }
        )
    return shown


def people(tx: Tx, network_id: int) -> list[dict[str, Any]]:
    """Everybody one can speak as."""
    return [
        {"account": a.account, "name": a.name, "home": a.home, "role": a.role, "zone": a.zone or "UTC"}
        for a in local_chat.all_accounts(tx.db, network_id)
    ]


def clock(tx: Tx, network_id: int, *, is_free: bool) -> dict[str, Any]:
    """The network's clock, `ahead` seconds before the real one; `isFree`: it may be moved on."""
    ahead = directory.network(tx.db, network_id).clock_ahead
    due = deadlines.next_due(tx.db, network_id)
    return {
        "now": (tx.now + ahead).isoformat(),
        "ahead": int(ahead.total_seconds()),
        "nextDue": due.isoformat() if due else None,
        "isFree": is_free,
    }


def reply(reply: Reply) -> dict[str, Any]:
    """An answer for the one who asked."""
    match reply:
        case Answer(message):
            return {"is": "answer", "message": to_json(message)}
        case Invalid(message, errors):
            return {"is": "invalid", "message": to_json(message), "errors": dict(errors)}
        case Form():
            return _form(reply)
        case Nothing():
            return {"is": "nothing"}


def _form(form: Form) -> dict[str, Any]:
    fields = [
        {
            "name": f.name,
            "label": f.label,
            "hint": f.hint,
            "widget": f.widget,
            "value": f.value,
            "isRequired": f.is_required,
            "options": [list(option) for option in f.options],
        }
        for f in form.fields
    ]
    return {
        "is": "form",
        "command": form.command,
        "title": form.title,
        "fields": fields,
        "hidden": dict(form.hidden),
        "typed": form.typed,
    }
