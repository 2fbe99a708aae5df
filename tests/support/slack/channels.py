"""conversations.* and users.*: what a workspace sees of channels and people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.support.slack.calling import Call, Refused
from tests.support.slack.chat import history_row
from tests.support.slack.world import Account, Channel, Json, Message, Workspace

_KINDS = {"channel": "public_channel", "group": "private_channel", "im": "im", "mpim": "mpim"}
SCOPE_OF = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def methods(tell: Callable[[Call, Channel, Json], None]) -> Mapping[str, Callable[[Call], Json]]:
    def join(call: Call) -> Json:
        channel = call.channel()
        if channel.kind != "channel":
            raise Refused("method_not_supported_for_channel_type")
        if channel.is_archived:
            raise Refused("is_archived")
        if call.bot.bot.id not in channel.members:
            channel.members.add(call.bot.bot.id)
            tell(call, channel, joined(channel, call.bot.bot, call.world.ts()))
        return {"channel": channel_object(channel, call.team, call.bot.bot.id)}

    def leave(call: Call) -> Json:
        channel = call.channel()
        channel.members.discard(call.bot.bot.id)
        return {}

    return {
        "conversations.info": info,
        "conversations.list": everything,
        "users.conversations": own,
        "conversations.history": history,
        "conversations.replies": replies,
        "conversations.join": join,
        "conversations.leave": leave,
        "conversations.open": opened,
        "conversations.members": members,
        "users.info": user,
        "users.list": users,
        "bots.info": bot,
        "team.info": team,
    }


def joined(channel: Channel, account: Account, ts: str) -> Json:
    """The event of somebody's joining."""
    kind = "C" if channel.kind == "channel" else "G"
    who = {"user": account.id, "team": account.workspace.id}
    return {"type": "member_joined_channel", **who, "channel": channel.id, "channel_type": kind, "event_ts": ts}


def info(call: Call) -> Json:
    return {"channel": channel_object(call.channel(), call.team, call.bot.bot.id)}


def everything(call: Call) -> Json:
    wanted = _wanted_kinds(call)
    seen = [c for c in call.world.channels.values() if call.team.id in c.names and _KINDS[c.kind] in wanted]
    mine = [c for c in seen if c.kind == "channel" or call.bot.bot.id in c.members]
    if call.flag("exclude_archived"):
        mine = [c for c in mine if not c.is_archived]
    page, more = call.page(mine, 100, 999)
    shown = [channel_object(c, call.team, call.bot.bot.id) for c in page]
    return {"channels": shown, "response_metadata": {"next_cursor": more}}


def own(call: Call) -> Json:
    """Where a user is; without one, where the app is."""
    who, wanted = str(call["user"] or call.bot.bot.id), _wanted_kinds(call)
    seen = [c for c in call.world.channels.values() if call.team.id in c.names and who in c.members]
    mine = [c for c in seen if _KINDS[c.kind] in wanted and (c.kind == "channel" or call.bot.bot.id in c.members)]
    page, more = call.page(mine, 100, 999)
    shown = [channel_object(c, call.team, call.bot.bot.id) for c in page]
    return {"channels": shown, "response_metadata": {"next_cursor": more}}


def history(call: Call) -> Json:
    channel = call.channel(as_member=True)
    rows = [m for m in channel.messages.values() if not m.is_gone and _is_in_channel(m)]
    return _told(call, channel, sorted(rows, key=lambda m: m.ts, reverse=True))


def replies(call: Call) -> Json:
    channel = call.channel(as_member=True)
    wanted = channel.messages.get(str(call["ts"]))
    if wanted is None or (wanted.is_gone and not channel.replies(wanted.ts)):
        raise Refused("thread_not_found")
    root = wanted.thread or wanted.ts
    rows = [m for m in channel.messages.values() if (root in (m.ts, m.thread)) and not m.is_gone]
    return _told(call, channel, sorted(rows, key=lambda m: m.ts))


def opened(call: Call) -> Json:
    if call["channel"]:
        return {"channel": {"id": call.channel().id}}
    wanted = [each for each in str(call["users"] or "").split(",") if each]
    if not wanted:
        raise Refused("users_list_not_supplied")
    if len(wanted) > 1:
        raise Refused("missing_scope", needed="mpim:write", provided=",".join(call.scopes))
    if wanted[0] not in call.team.accounts:
        raise Refused("user_not_found")
    return {"channel": {"id": call.world.direct(call.team, wanted[0]).id}}


def members(call: Call) -> Json:
    page, more = call.page(sorted(call.channel().members), 100, 999)
    return {"members": page, "response_metadata": {"next_cursor": more}}


def user(call: Call) -> Json:
    account = call.world.account(str(call["user"]))
    if account is None or not _is_visible(call, account):
        raise Refused("user_not_found")
    return {"user": user_object(account)}


def users(call: Call) -> Json:
    """Of the workspace itself: people who are here through Slack Connect are not among them."""
    page, more = call.page(list(call.team.accounts.values()), 100, 1000)
    shown = [user_object(account) for account in page]
    return {"members": shown, "cache_ts": int(call.world.now()), "response_metadata": {"next_cursor": more}}


def bot(call: Call) -> Json:
    if call["bot"] != call.bot.bot_id:
        raise Refused("bot_not_found")
    return {"bot": {"id": call.bot.bot_id, "app_id": call.world.app.id, "user_id": call.bot.bot.id, "name": "mycel"}}


def team(call: Call) -> Json:
    found = {"id": call.team.id, "name": call.team.name.capitalize(), "domain": call.team.name}
    if call.team.enterprise_id:
        found |= {"enterprise_id": call.team.enterprise_id, "enterprise_name": call.team.enterprise_id.lower()}
    return {"team": found}


def user_object(account: Account) -> Json:
    shown = {"real_name": account.shown, "display_name": account.shown, "team": account.workspace.id}
    found: Json = {
        "id": account.id,
        "team_id": account.workspace.id,
        "name": account.name,
        "deleted": account.is_deleted,
        "real_name": account.shown,
        "profile": shown,
        "is_bot": account.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if account.zone is not None:
        offset = datetime.now(UTC).astimezone(ZoneInfo(account.zone)).utcoffset()
        found |= {
            "tz": account.zone,
            "tz_label": account.zone,
            "tz_offset": int(offset.total_seconds() if offset else 0),
        }
    if account.workspace.enterprise_id:
        ids = {"enterprise_id": account.workspace.enterprise_id, "teams": [account.workspace.id]}
        found["enterprise_user"] = {"id": account.id, "enterprise_name": "Grid", **ids}
    return found


def channel_object(channel: Channel, team: Workspace, bot_id: str) -> Json:
    if channel.kind == "im":
        other = next(iter(channel.members - {bot_id}), bot_id)
        return {"id": channel.id, "created": 1_700_000_000, "is_im": True, "is_archived": False, "user": other}
    found = {
        "id": channel.id,
        "name": channel.names[team.id],
        "name_normalized": channel.names[team.id],
        "created": 1_700_000_000,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": channel.is_shared,
        "is_ext_shared": channel.is_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "context_team_id": team.id,
        "shared_team_ids": channel.teams,
        "is_member": bot_id in channel.members,
    }
    return found


def _is_in_channel(message: Message) -> bool:
    return message.thread in (None, message.ts) or message.raw.get("subtype") == "thread_broadcast"


def _told(call: Call, channel: Channel, rows: list[Message]) -> Json:
    now, inclusive = call.world.real(), call.flag("inclusive")
    oldest, latest = str(call["oldest"] or ""), str(call["latest"] or "")

    def is_wanted(m: Message) -> bool:
        if m.seen_in_history_at > now:
            return False
        is_after = not oldest or float(m.ts) > float(oldest) or (inclusive and m.ts == oldest)
        is_before = not latest or float(m.ts) < float(latest) or (inclusive and m.ts == latest)
        return is_after and is_before

    page, more = call.page([m for m in rows if is_wanted(m)], 100, 999)
    shown = [history_row(m, channel, call.flag("include_all_metadata")) for m in page]
    return {"messages": shown, "has_more": bool(more), "response_metadata": {"next_cursor": more}}


def _wanted_kinds(call: Call) -> set[str]:
    wanted = set(str(call["types"] or "public_channel").split(","))
    if wanted - set(_KINDS.values()):
        raise Refused("invalid_types")
    for kind, name in _KINDS.items():
        needed = f"{SCOPE_OF[kind]}:read"
        if name in wanted and needed not in call.scopes:
            raise Refused("missing_scope", needed=needed, provided=",".join(call.scopes))
    return wanted


def _is_visible(call: Call, account: Account) -> bool:
    """Own people, and those with whom a channel is shared."""
    if account.workspace is call.team:
        return True
    return any(account.id in c.members for c in call.world.channels.values() if call.team.id in c.names)
