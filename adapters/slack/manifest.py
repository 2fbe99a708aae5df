"""The app as Slack has to know it, made from the declarations of the commands. Pure.

Source: https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.limits import shortened
from adapters.slack.shortcuts import Shortcut
from bot.core.commands import Command

NAME = "Mycel"
DESCRIPTION = "Decisions of autonomous groups: logged where they happen, with input from those affected"
LONG = (
    "Mycel is a bot for networks of autonomous groups that want to act as a whole without a centre. It logs decisions "
    "where they happen, asks every affected group for input in its own channel and its own working hours, and keeps "
    "each concern in sight until it is dealt with. Nobody asks permission: what it adds is visibility, input from "
    "those affected, and memory."
)
COLOUR = "#2e5a3c"
OWN = ("decide", "propose", "conflicts")
"""Commands with a slash command of their own; /mycel takes all of them."""
BOT_SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "reactions:read",
    "reactions:write",
    "users:read",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_left",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "reaction_removed",
    "tokens_revoked",
    "user_change",
)
LONGEST_DESCRIPTION, LONGEST_HINT, LONGEST_SHORTCUT = 140, 100, 24
Manifest = dict[str, Any]


def manifest(
    commands: Mapping[str, Command], shortcuts: Sequence[Shortcut], *, base_url: str = "", is_oauth: bool = False
) -> Manifest:
    """The manifest for HTTP at `base_url`, or for Socket Mode where that is empty. `is_oauth`: for many workspaces."""
    events = f"{base_url}/slack/events" if base_url else ""
    oauth: Manifest = {"scopes": {"bot": list(BOT_SCOPES)}}
    if is_oauth and base_url:
        oauth["redirect_urls"] = [f"{base_url}/slack/oauth_redirect"]
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": DESCRIPTION,
            "long_description": LONG,
            "background_color": COLOUR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [_shortcut(each) for each in shortcuts],
            "slash_commands": _slash_commands(commands, events),
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": _with_url({"bot_events": list(EVENTS)}, events),
            "interactivity": _with_url({"is_enabled": True}, events),
            "org_deploy_enabled": is_oauth,
            "socket_mode_enabled": not base_url,
            "token_rotation_enabled": is_oauth and bool(base_url),
        },
    }


def _with_url(part: Manifest, url: str) -> Manifest:
    return {"request_url": url, **part} if url else part


def _slash_commands(commands: Mapping[str, Command], url: str) -> list[Manifest]:
    own = [
        _slash(name, commands[name].summary, commands[name].usage.partition(" ")[2], url)
        for name in OWN
        if name in commands
    ]
    return [*own, _slash("mycel", "Everything that Mycel can do: /mycel help", "help", url)]


def _slash(name: str, description: str, hint: str, url: str) -> Manifest:
    found: Manifest = {
        "command": f"/{name}",
        "description": shortened(description, LONGEST_DESCRIPTION),
        # So that people and channels come by their ids: names are not unique.
        "should_escape": True,
    }
    found |= {"usage_hint": _hint(hint)} if hint else {}
    return found | ({"url": url} if url else {})


def _hint(usage: str) -> str:
    """As many whole options as there is room for."""
    while len(usage) > LONGEST_HINT:
        usage = f"{usage.removesuffix(' …').rpartition(' [')[0]} …" if " [" in usage else shortened(usage, LONGEST_HINT)
    return usage


def _shortcut(shortcut: Shortcut) -> Manifest:
    return {
        "name": shortened(shortcut.label, LONGEST_SHORTCUT),
        "type": "message",
        "callback_id": shortcut.callback_id,
        "description": shortened(f"{shortcut.label}: opens the form with this message in it", LONGEST_DESCRIPTION),
    }
