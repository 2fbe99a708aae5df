"""Forms as modals, and what comes back from them. Pure.

A form is made from a command's declaration, so nothing here knows a command. What does not fit into Slack's limits is
asked for in another way, and what somebody typed stands in the form again whatever is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.slack import limits
from adapters.slack.markup import Names, escaped, mrkdwn_text, plain_text
from adapters.slack.port import PLATFORM, Payload
from adapters.slack.reading import moment
from adapters.slack.render import Kit, kits
from adapters.slack.wording import typed, worded
from bot.core.conversation import Actor, Place, Quoted
from bot.core.language import Words, mark
from bot.core.message import Message, Paragraph, Text
from bot.core.replies import Form, FormField

FORM = "form"
"""The callback id of a modal that is a command's form."""
ANSWER = "answer"
"""The callback id of a modal that only shows something."""
SEND, CANCEL, CLOSE, YES = mark("Send"), mark("Cancel"), mark("Close"), mark("Yes")
AS_TEXT = mark("The same as text: {command}")
_FIELD, _VALUE, _PROBLEM = "f:", "v", "problem"
_ACCOUNT = re.compile(r"@?([UW][A-Z0-9]{2,})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a form was asked for; its answer goes there. `hidden`: what is known and not shown.

    `quoted`: the message on which it was opened.
    """

    command: str
    place: Place
    response_url: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict)
    quoted: Quoted | None = None


def view(form: Form, words: Words, origin: Origin) -> Kit:
    """The modal of a form."""
    kept, shown = _kept(form, origin)
    blocks = [_input(each, words) for each in (*form.fields, *shown)][: limits.VIEW_BLOCKS - 4]
    title = form.title.strip() or form.command
    whole = kits((Paragraph((Text(title),)),), Names())[:2] if len(title) > limits.TITLE else []
    command = words(AS_TEXT, command=f"`{escaped(typed(form.typed)).replace('`', '')}`") if form.typed else ""
    hint = [_context(command)] if 0 < len(command) <= limits.FIELD else []
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": kept,
        "title": plain_text(limits.shortened(title, limits.TITLE)),
        "submit": plain_text(limits.shortened(words(SEND), limits.TITLE)),
        "close": plain_text(limits.shortened(words(CANCEL), limits.TITLE)),
        "blocks": [*whole, *blocks, *hint],
    }


def shown(message: Message, title: str, words: Words) -> Kit:
    """A modal that only says something."""
    return {
        "type": "modal",
        "callback_id": ANSWER,
        "title": plain_text(limits.shortened(title, limits.TITLE)),
        "close": plain_text(limits.shortened(words(CLOSE), limits.TITLE)),
        "blocks": kits(worded(message, words).blocks, Names())[: limits.VIEW_BLOCKS],
    }


def origin_of(shown: Payload) -> Origin:
    """Where the form of a submitted view was asked for. Raises ValueError for a view that is not ours."""
    data = json.loads(str(shown.get("private_metadata") or "null"))
    if not isinstance(data, dict):
        raise ValueError("a view without an origin")
    workspace, channel, thread, is_direct = data["at"]
    place = Place(PLATFORM, workspace, channel, thread, None, bool(is_direct))
    return Origin(data["do"], place, data.get("url", ""), data.get("hidden", {}), _quoted(data.get("on")))


def _quoted(data: Any) -> Quoted | None:
    if not data:
        return None
    ts, home, user, name, text = data
    return Quoted(ts, Actor(PLATFORM, home, user, name), text, moment(ts))


def values(shown: Payload) -> dict[str, str]:
    """What stands in a submitted view, by field name; empty fields are left out."""
    found = {}
    for block_id, actions in _state(shown).items():
        name = block_id.removeprefix(_FIELD)
        for state in actions.values():
            text = _text(state)
            if text and name != block_id:
                found[name] = text
    return found


def errors(shown: Payload, by_field: Mapping[str, str]) -> dict[str, str]:
    """Errors by the block of their field, for those fields that the view shows."""
    here = {block.get("block_id") for block in shown.get("blocks") or ()}
    found = {f"{_FIELD}{name}": limits.shortened(said, limits.PLACEHOLDER * 2) for name, said in by_field.items()}
    return {block_id: said for block_id, said in found.items() if block_id in here}


def with_problem(shown: Payload, message: Message, words: Words) -> Kit:
    """The view again with all that was typed, and over it what is wrong where no single field is."""
    problem = [
        {**kit, "block_id": f"{_PROBLEM}{n}"} for n, kit in enumerate(kits(worded(message, words).blocks, Names()))
    ]
    old = [b for b in shown.get("blocks") or () if not str(b.get("block_id", "")).startswith(_PROBLEM)]
    state = _state(shown)
    blocks = [_refilled(block, state.get(str(block.get("block_id")), {})) for block in old]
    names = ("type", "callback_id", "private_metadata", "title", "submit", "close")
    return {name: shown[name] for name in names if shown.get(name)} | {
        "blocks": [*problem[: limits.VIEW_BLOCKS - len(blocks)], *blocks]
    }


def filled(form: Form, known: Mapping[str, str]) -> Form:
    """The form with more of its fields filled in; what stands there already stays."""
    fields = tuple(replace(f, value=f.value or known.get(f.name, "")) for f in form.fields)
    return replace(form, fields=fields)


def _kept(form: Form, origin: Origin) -> tuple[str, tuple[FormField, ...]]:
    """The private metadata, and what had no room in it as fields of its own."""
    hidden = {**origin.hidden, **form.hidden}
    place = origin.place
    data: dict[str, Any] = {
        "do": form.command,
        "at": [place.workspace, place.channel, place.thread, place.is_direct],
    }
    overflow = []
    for name, value in sorted(hidden.items(), key=lambda item: len(item[1])):
        with_it = {**data, "hidden": {**data.get("hidden", {}), name: value}}
        if len(_json(with_it)) <= limits.METADATA:
            data = with_it
        else:
            label = name.replace("_", " ").capitalize()
            overflow.append(FormField(name, label, "", "long_text", value))
    if origin.response_url and len(_json({**data, "url": origin.response_url})) <= limits.METADATA:
        data["url"] = origin.response_url
    return _json(_with_quoted(data, origin.quoted)), tuple(overflow)


def _with_quoted(data: dict[str, Any], quoted: Quoted | None) -> dict[str, Any]:
    """With the message, and as much of its text as there is room for."""
    if quoted is None:
        return data
    who = quoted.actor
    on = [quoted.message_id, who.workspace, who.user, who.name]
    room = limits.METADATA - len(_json({**data, "on": [*on, ""]}))
    text = quoted.text
    while len(json.dumps(text, ensure_ascii=False)) - 2 > max(room, 0):
        text = limits.shortened(text, max(len(text) - 1 - len(text) // 8, 1)) if len(text) > 1 else ""
    return {**data, "on": [*on, text]} if room >= 0 else data


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _input(field: FormField, words: Words) -> Kit:
    kit: Kit = {
        "type": "input",
        "block_id": f"{_FIELD}{field.name}"[: limits.IDS],
        "label": plain_text(limits.shortened(field.label or field.name, limits.LABEL)),
        "optional": not field.is_required,
        "element": {**_element(field, words), "action_id": _VALUE},
    }
    if not field.hint.strip() or field.widget == "flag":
        return kit  # what a flag means stands beside its box
    return {**kit, "hint": plain_text(limits.shortened(field.hint, limits.HINT))}


def _element(field: FormField, words: Words) -> Kit:
    match field.widget:
        case "flag":
            return _checkbox(field, words)
        case "groups" if _can_choose(field.options):
            return _select("multi_static_select", field)
        case "choice" | "group" if _can_choose(field.options):
            return _select("static_select", field)
        case "person":
            found = _ACCOUNT.fullmatch(field.value.strip())
            if found or not field.value:
                return {"type": "users_select"} | ({"initial_user": found[1]} if found else {})
        case "people":
            accounts = [found[1] for found in map(_ACCOUNT.fullmatch, field.value.split(",")) if found]
            return {"type": "multi_users_select"} | ({"initial_users": accounts} if accounts else {})
        case "channel":
            return {"type": "conversations_select", "default_to_current_conversation": not field.value}
        case "date" if not field.value or _DAY.fullmatch(field.value):
            return {"type": "datepicker"} | ({"initial_date": field.value} if field.value else {})
        case "number" if not field.value or field.value.lstrip("-").isdigit():
            number: Kit = {"type": "number_input", "is_decimal_allowed": False}
            return number | ({"initial_value": field.value} if field.value else {})
    text: Kit = {"type": "plain_text_input", "multiline": field.widget == "long_text"}
    return text | ({"initial_value": limits.shortened(field.value, limits.INPUT)} if field.value else {})


def _can_choose(options: Sequence[tuple[str, str]]) -> bool:
    return 0 < len(options) <= limits.OPTIONS and all(len(value) <= limits.OPTION_VALUE for value, _ in options)


def _checkbox(field: FormField, words: Words) -> Kit:
    label = field.hint.strip() or words(YES)
    option = _option("yes", label)
    kit: Kit = {"type": "checkboxes", "options": [option]}
    return kit | ({"initial_options": [option]} if field.value not in ("", "no", "false", "False") else {})


def _select(kind: str, field: FormField) -> Kit:
    options = [_option(value, label) for value, label in field.options]
    wanted = {word.strip().lower() for word in field.value.split(",")}
    chosen = [option for option in options if option["value"].lower() in wanted]
    kit: Kit = {"type": kind, "options": options}
    if chosen:
        kit |= {"initial_options": chosen} if kind.startswith("multi") else {"initial_option": chosen[0]}
    return kit


def _option(value: str, label: str) -> Kit:
    return {"text": plain_text(limits.shortened(label.strip() or value, limits.OPTION)), "value": value}


def _state(shown: Payload) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = (shown.get("state") or {}).get("values") or {}
    return found


_STATES = {
    "value": "initial_value",
    "selected_date": "initial_date",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_channel": "initial_channel",
    "selected_conversation": "initial_conversation",
}


def _text(state: Mapping[str, Any]) -> str:
    """What stands in an element, as it would be typed."""
    for name in _STATES:
        match name, state.get(name):
            case _, None | "" | []:
                continue
            case "selected_user", user:
                return f"@{user}"
            case "selected_users", users:
                return ",".join(f"@{user}" for user in users)
            case "selected_option", option:
                return str(option["value"])
            case "selected_options", options:
                return ",".join(str(option["value"]) for option in options)
            case _, value:
                return str(value)
    return ""


def _refilled(block: Kit, actions: Mapping[str, Any]) -> Kit:
    """A block with what was typed into it as what it begins with."""
    element = block.get("element")
    if not isinstance(element, Mapping):
        return block
    bare = {name: value for name, value in element.items() if not name.startswith("initial_")}
    state = actions.get(str(element.get("action_id")), {})
    for name, initial in _STATES.items():
        if state.get(name):
            bare[initial] = state[name]
    return {**block, "element": bare}


def _context(words: str) -> Kit:
    return {"type": "context", "elements": [mrkdwn_text(words)]}
