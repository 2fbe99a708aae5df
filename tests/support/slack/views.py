"""views.*: modals in a stack of three at most, and home tabs."""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.slack import kit
from tests.support.slack.calling import Call, Refused, look_at, with_ids
from tests.support.slack.world import Json, View, World

LARGEST = 250_000
STACK = 3


def methods() -> Mapping[str, Callable[[Call], Json]]:
    return {"views.open": open_view, "views.push": push_view, "views.update": update_view, "views.publish": publish}


def open_view(call: Call) -> Json:
    user = _take_trigger(call)
    view = made(call.world, _view(call, "modal"), user, call.team.id)
    call.world.screens[user] = [view]
    return _given(call, view)


def push_view(call: Call) -> Json:
    user = _take_trigger(call)
    stack = call.world.screens.get(user, [])
    if not stack:
        raise Refused("not_found")
    view = pushed(call.world, stack, _view(call, "modal"))
    return _given(call, view)


def update_view(call: Call) -> Json:
    raw = _view(call, "modal")
    if bool(call["view_id"]) == bool(call["external_id"]):
        raise Refused("invalid_arguments", "[ERROR] give either view_id or external_id")
    open_views = [view for stack in call.world.screens.values() for view in stack]
    wanted = [v for v in open_views if call["view_id"] in ("", None, v.id)]
    if call["external_id"]:
        wanted = [v for v in wanted if v.raw.get("external_id") == call["external_id"]]
    if not wanted:
        raise Refused("not_found")
    if call["hash"] and call["hash"] != wanted[0].hash:
        raise Refused("hash_conflict")
    replaced(call.world, wanted[0], raw)
    return _given(call, wanted[0])


def publish(call: Call) -> Json:
    raw, user = _view(call, "home"), str(call["user_id"])
    if call.world.account(user) is None:
        raise Refused("invalid_arguments", "[ERROR] no such user [json-pointer:/user_id]")
    before = call.world.homes.get(f"{call.team.id}/{user}")
    if call["hash"] and before is not None and call["hash"] != before.hash:
        raise Refused("hash_conflict")
    view = made(call.world, raw, user, call.team.id)
    if before is not None:
        view.id = view.root = before.id
    call.world.homes[f"{call.team.id}/{user}"] = view
    return _given(call, view)


def made(world: World, raw: Json, user: str, team: str) -> View:
    """A new view before a person, with what its fields hold from the start."""
    raw = {**copy.deepcopy(raw), "blocks": with_ids(world, raw["blocks"])}
    id = world.id("V")
    view = View(id, raw, user, team, secrets.token_hex(4), id)
    view.filled = _initial(raw["blocks"])
    world.views[id] = view
    look_at(world, "", raw["blocks"], f"a view of {user}")
    return view


def pushed(world: World, stack: list[View], raw: Json) -> View:
    """Raises Refused."""
    if len(stack) >= STACK:
        raise Refused("push_limit_reached")
    view = made(world, raw, stack[0].user, stack[0].team)
    view.root, view.previous = stack[0].id, stack[-1].id
    stack.append(view)
    return view


def replaced(world: World, view: View, raw: Json) -> None:
    """Shows something else in its place; fields that are the same keep what is in them."""
    raw = {**copy.deepcopy(raw), "blocks": with_ids(world, raw["blocks"])}
    before = {_key(b, e): e["type"] for b, e in kit.elements(view.raw["blocks"])}
    kept = {_key(b, e) for b, e in kit.elements(raw["blocks"]) if before.get(_key(b, e)) == e["type"]}
    filled = {key: value for key, value in view.filled.items() if key in kept}
    view.raw, view.hash, view.errors = raw, secrets.token_hex(4), {}
    view.filled = {**_initial(raw["blocks"]), **filled}
    look_at(world, "", raw["blocks"], f"a view of {view.user}")


def checked(raw: Any, type: str) -> Json:
    """The view, as Slack would take it. Raises Refused."""
    if not isinstance(raw, dict):
        raise Refused("invalid_arguments", "[ERROR] failed to match all allowed schemas [json-pointer:/view]")
    wrong = kit.wrong_view({name: value for name, value in raw.items() if value is not None})
    if raw.get("type") != type:
        wrong = wrong or [f"[ERROR] must be a {type} [json-pointer:/view/type]"]
    if wrong:
        raise Refused("invalid_arguments", *wrong)
    if len(json.dumps(raw, ensure_ascii=False).encode()) > LARGEST:
        raise Refused("view_too_large")
    return raw


def _view(call: Call, type: str) -> Json:
    raw = checked(call.parsed("view", "invalid_arguments"), type)
    external = raw.get("external_id")
    others = [v for stack in call.world.screens.values() for v in stack if v.id != call["view_id"]]
    if external and any(v.raw.get("external_id") == external for v in others):
        raise Refused("duplicate_external_id")
    return raw


def _given(call: Call, view: View) -> Json:
    return {"view": view.given_out(call.world.app, call.bot)}


def _take_trigger(call: Call) -> str:
    trigger = call.world.triggers.get(str(call["trigger_id"]))
    if trigger is None or trigger.team != call.team.id:
        raise Refused("invalid_trigger_id")
    if trigger.ends_at < call.world.real():
        raise Refused("expired_trigger_id")
    if trigger.is_used:
        raise Refused("exchanged_trigger_id")
    trigger.is_used = True
    return trigger.user


def _key(block: Json, element: Json) -> tuple[str, str]:
    return block["block_id"], element["action_id"]


def _initial(blocks: list[Json]) -> dict[tuple[str, str], Json]:
    """What fields hold before anybody touches them, as payloads tell it."""
    found = {}
    for block, element in kit.elements(blocks):
        if block["type"] == "input":
            found[_key(block, element)] = state_of(element, None)
    return found


def state_of(element: Json, value: Any) -> Json:
    """An element's state with a value; None: as it was from the start."""
    type = element["type"]
    match type:
        case "static_select" | "external_select" | "radio_buttons":
            return {"type": type, "selected_option": value or element.get("initial_option")}
        case "multi_static_select" | "multi_external_select" | "checkboxes":
            chosen = value if value is not None else element.get("initial_options", [])
            return {"type": type, "selected_options": chosen}
        case "users_select":
            return {"type": type, "selected_user": value or element.get("initial_user")}
        case "multi_users_select":
            return {"type": type, "selected_users": value if value is not None else element.get("initial_users", [])}
        case "conversations_select":
            return {"type": type, "selected_conversation": value or element.get("initial_conversation")}
        case "multi_conversations_select":
            chosen = value if value is not None else element.get("initial_conversations", [])
            return {"type": type, "selected_conversations": chosen}
        case "channels_select":
            return {"type": type, "selected_channel": value or element.get("initial_channel")}
        case "multi_channels_select":
            chosen = value if value is not None else element.get("initial_channels", [])
            return {"type": type, "selected_channels": chosen}
        case "datepicker":
            return {"type": type, "selected_date": value or element.get("initial_date")}
        case "timepicker":
            return {"type": type, "selected_time": value or element.get("initial_time")}
        case "datetimepicker":
            return {"type": type, "selected_date_time": value or element.get("initial_date_time")}
        case _:
            return {"type": type, "value": value if value is not None else element.get("initial_value")}
