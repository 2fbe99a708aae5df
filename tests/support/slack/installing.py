"""auth.*, oauth.*, apps.*: tokens, installing, rotation, the end of an installation."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping

from tests.support.slack.calling import Call, Refused
from tests.support.slack.world import Account, Installation, Json, Workspace, World

TOKEN_LIVES_S = 43_200


def methods() -> Mapping[str, Callable[[Call], Json]]:
    return {
        "auth.test": auth_test,
        "auth.revoke": revoke,
        "oauth.v2.access": access,
        "apps.event.authorizations.list": authorizations,
    }


def install(world: World, workspace: Workspace, scopes: list[str] | None = None) -> Installation:
    """The app is in a workspace from now on, with a new token."""
    granted = tuple(scopes if scopes is not None else world.app.scopes)
    if workspace.installation is None:
        bot = Account(world.id("U"), "mycel", "Mycel", workspace, is_bot=True)
        workspace.accounts[bot.id] = bot
        workspace.installation = Installation(bot, world.id("B"), scopes=granted)
    workspace.installation.scopes = granted
    _add_token(world, workspace.installation)
    return workspace.installation


def auth_test(call: Call) -> Json:
    if call.workspace is None:
        # An app's token belongs to no workspace.
        return {"app_id": call.world.app.id, "app_name": call.world.app.name}
    team = call.team
    found = {
        "url": f"https://{team.name}.slack.com/",
        "team": team.name.capitalize(),
        "user": "mycel",
        "team_id": team.id,
        "user_id": call.bot.bot.id,
        "bot_id": call.bot.bot_id,
        "is_enterprise_install": False,
    }
    return {**found, "enterprise_id": team.enterprise_id} if team.enterprise_id else found


def revoke(call: Call) -> Json:
    if not call.flag("test"):
        call.bot.tokens.pop(call.token, None)
    return {"revoked": not call.flag("test")}


def access(call: Call) -> Json:
    """A code, or a refresh token, for a token."""
    world, app = call.world, call.world.app
    if call["client_id"] != app.client_id:
        raise Refused("invalid_client_id")
    if call["client_secret"] != app.client_secret:
        raise Refused("bad_client_secret")
    match call["grant_type"] or "authorization_code":
        case "authorization_code":
            team = world.codes.pop(str(call["code"]), None)
            if team is None:
                raise Refused("invalid_code")
            workspace = world.workspaces[team]
            install(world, workspace)
        case "refresh_token":
            found = [
                w
                for w in world.workspaces.values()
                if w.installation and call["refresh_token"] in w.installation.refresh
            ]
            if not found:
                raise Refused("invalid_refresh_token")
            workspace = found[0]
            workspace.installed.refresh.discard(str(call["refresh_token"]))
            _add_token(world, workspace.installed)
        case _:
            raise Refused("invalid_grant_type")
    return _granted(world, workspace)


def authorizations(call: Call) -> Json:
    """Where the app may know of the event of this context ("4-<channel>")."""
    channel = call.world.channels.get(str(call["event_context"]).removeprefix("4-"))
    if channel is None:
        raise Refused("invalid_event_context")
    return {"authorizations": [authorization(w) for w in call.world.installed_in(channel)]}


def authorization(workspace: Workspace) -> Json:
    ids = {"enterprise_id": workspace.enterprise_id, "team_id": workspace.id, "user_id": workspace.installed.bot.id}
    return {**ids, "is_bot": True, "is_enterprise_install": False}


def basic(header: str) -> Json:
    """Client id and secret of an Authorization header."""
    name, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return {"client_id": name, "client_secret": secret}


def _add_token(world: World, installation: Installation) -> None:
    number, secret = next(world.numbers), secrets.token_hex(12)
    if world.app.is_rotating:
        installation.tokens[f"xoxe.xoxb-{number}-{secret}"] = world.real() + TOKEN_LIVES_S
        installation.refresh = {f"xoxe-{number}-{secrets.token_hex(12)}"}
    else:
        installation.tokens[f"xoxb-{number}-{secret}"] = None


def _granted(world: World, workspace: Workspace) -> Json:
    bot = workspace.installed
    installer = next((a.id for a in workspace.accounts.values() if not a.is_bot), bot.bot.id)
    enterprise = {"id": workspace.enterprise_id, "name": "Grid"} if workspace.enterprise_id else None
    found: Json = {
        "app_id": world.app.id,
        "authed_user": {"id": installer},
        "scope": ",".join(bot.scopes),
        "token_type": "bot",
        "access_token": bot.token,
        "bot_user_id": bot.bot.id,
        "team": {"id": workspace.id, "name": workspace.name.capitalize()},
        "enterprise": enterprise,
        "is_enterprise_install": False,
    }
    if world.app.is_rotating:
        found |= {"expires_in": TOKEN_LIVES_S, "refresh_token": next(iter(bot.refresh))}
    return found
