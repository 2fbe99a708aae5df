"""What Slack sends to the app: commands, clicks, submissions and events, as JSON objects."""

from __future__ import annotations

import secrets
from typing import Any

from tests.support.slack.installing import authorization
from tests.support.slack.world import Account, Channel, Json, Message, ResponseUrl, View, Workspace, World

_MESSAGE_EVENT = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}


def command(world: World, base_url: str, person: Account, channel: Channel, name: str, text: str) -> Json:
    team = person.workspace
    found = {
        "token": world.app.verification_token,
        "team_id": team.id,
        "team_domain": team.name,
        "channel_id": channel.id,
        "channel_name": _name(channel, team),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url(world, base_url, person, channel),
        "trigger_id": world.trigger(person.id, team.id),
    }
    if team.enterprise_id:
        found |= {"enterprise_id": team.enterprise_id, "enterprise_name": "Grid"}
    return found


def interaction(world: World, type: str, person: Account, **more: Any) -> Json:
    """The frame of clicks, submissions and shortcuts."""
    team = person.workspace
    team_object = {"id": team.id, "domain": team.name}
    if team.enterprise_id:
        team_object |= {"enterprise_id": team.enterprise_id, "enterprise_name": "Grid"}
    return {
        "type": type,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": team.id},
        "api_app_id": world.app.id,
        "token": world.app.verification_token,
        "trigger_id": world.trigger(person.id, team.id),
        "team": team_object,
        "enterprise": {"id": team.enterprise_id, "name": "Grid"} if team.enterprise_id else None,
        "is_enterprise_install": False,
        **more,
    }


def click(world: World, base_url: str, person: Account, channel: Channel, raw: Json, action: Json, seen: str) -> Json:
    """A click in a message; `seen`: "message" or "ephemeral", of which Slack does not tell the content."""
    container: Json = {"type": "message", "message_ts": raw["ts"], "channel_id": channel.id}
    container["is_ephemeral"] = seen == "ephemeral"
    if raw.get("thread_ts"):
        container["thread_ts"] = raw["thread_ts"]
    more: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": _name(channel, person.workspace)},
        "state": {"values": {}},
        "response_url": response_url(world, base_url, person, channel, raw["ts"]),
        "actions": [{**action, "action_ts": world.ts()}],
    }
    if seen == "message":
        more["message"] = raw
    return interaction(world, "block_actions", person, **more)


def click_in_view(world: World, person: Account, view: View, action: Json) -> Json:
    given = view.given_out(world.app, person.workspace.installed)
    container = {"type": "view", "view_id": view.id}
    state = {"values": given["state"]["values"]}
    actions = [{**action, "action_ts": world.ts()}]
    return interaction(world, "block_actions", person, container=container, view=given, state=state, actions=actions)


def submission(world: World, person: Account, view: View, type: str = "view_submission") -> Json:
    given = view.given_out(world.app, person.workspace.installed)
    more: Json = {"response_urls": []} if type == "view_submission" else {"is_cleared": False}
    payload = interaction(world, type, person, view=given, **more)
    if type == "view_closed":
        del payload["trigger_id"]
    return payload


def shortcut(
    world: World, base_url: str, person: Account, callback_id: str, channel: Channel | None, message: Message | None
) -> Json:
    """On a message where there is one, else from anywhere."""
    more: Json = {"callback_id": callback_id, "action_ts": world.ts()}
    if message is None or channel is None:
        return interaction(world, "shortcut", person, **more)
    more |= {"message_ts": message.ts, "message": message.raw}
    more["channel"] = {"id": channel.id, "name": _name(channel, person.workspace)}
    more["response_url"] = response_url(world, base_url, person, channel)
    return interaction(world, "message_action", person, **more)


def event(world: World, workspace: Workspace, event: Json, channel: Channel | None = None) -> Json:
    """One event: sent once for an app, whatever the number of its installations that may know of it."""
    # Without an installation it is the end of one that Slack tells of.
    authorizations = [authorization(workspace)] if workspace.installation is not None else []
    found: Json = {
        "token": world.app.verification_token,
        "team_id": workspace.id,
        "context_team_id": workspace.id,
        "context_enterprise_id": workspace.enterprise_id,
        "api_app_id": world.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{next(world.numbers):07}",
        "event_time": int(world.now()),
        "authorizations": authorizations,
        "is_ext_shared_channel": channel is not None and channel.is_shared,
        "event_context": f"4-{channel.id if channel else workspace.id}",
    }
    return {**found, "enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else found


def events(world: World, channel: Channel, raw: Json) -> list[Json]:
    """What the app is told of something that happened in a channel: nothing where it is not, or did not ask."""
    there = world.installed_in(channel)
    if not there:
        return []
    app, scopes = world.app, there[0].installed.scopes
    found = []
    if raw["type"] == "message":
        if _MESSAGE_EVENT[channel.kind] in app.events and _HISTORY[channel.kind] in scopes:
            found.append(event(world, there[0], {**raw, "channel": channel.id, "channel_type": channel.kind}, channel))
        if "app_mention" in app.events and "subtype" not in raw and "bot_id" not in raw and channel.kind != "im":
            for workspace in there:
                if f"<@{workspace.installed.bot.id}>" in raw["text"]:
                    mention = {**raw, "type": "app_mention", "channel": channel.id}
                    found.append(event(world, workspace, mention, channel))
    elif raw["type"] in app.events:
        found.append(event(world, there[0], raw, channel))
    return found


def response_url(world: World, base_url: str, person: Account, channel: Channel, original: str | None = None) -> str:
    key = secrets.token_hex(12)
    ends_at = world.real() + 30 * 60
    world.response_urls[key] = ResponseUrl(person.id, person.workspace.id, channel.id, ends_at, original)
    return f"{base_url}/respond/{person.workspace.id}/{key}"


def _name(channel: Channel, team: Workspace) -> str:
    if channel.kind == "channel":
        return channel.names[team.id]
    return {"group": "privategroup", "im": "directmessage", "mpim": "mpdm"}[channel.kind]
