"""chat.* and reactions.*: messages as Slack keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.support.slack.calling import Call, Refused, blocks_of, look_at
from tests.support.slack.kit import MESSAGE_TEXT
from tests.support.slack.world import Channel, Ephemeral, Json, Message, Workspace, World

Told = Callable[[World, Channel, Json], None]
"""Tells the app of something that happened in a channel."""


class Chat:
    """The methods; `tell` sends events."""

    def __init__(self, tell: Told) -> None:
        self._tell = tell

    def methods(self) -> Mapping[str, Callable[[Call], Json]]:
        return {
            "chat.postMessage": self.post,
            "chat.postEphemeral": self.post_ephemeral,
            "chat.update": self.update,
            "chat.delete": self.delete,
            "chat.getPermalink": permalink,
            "reactions.add": self.add_reaction,
            "reactions.remove": self.remove_reaction,
            "reactions.get": reactions,
        }

    def post(self, call: Call) -> Json:
        text, blocks = _content(call)
        channel = _to_post_in(call)
        metadata = _metadata(call)
        thread = call["thread_ts"]
        root = channel.messages.get(str(thread)) if thread else None
        if thread and (root is None or (root.is_gone and not channel.replies(root.ts))):
            raise Refused("cannot_reply_to_message")
        if root is not None and root.thread not in (None, root.ts):
            # Slack takes a reply's ts for its thread; Mycel has to use the root's.
            raise Refused("cannot_reply_to_message")
        message = self.put(call.world, channel, call.team, text, blocks, metadata, thread, call.flag("reply_broadcast"))
        return {"channel": channel.id, "ts": message.ts, "message": message.raw}

    def put(
        self,
        world: World,
        channel: Channel,
        team: Workspace,
        text: str,
        blocks: list[Json] | None,
        metadata: Json | None = None,
        thread: str | None = None,
        is_broadcast: bool = False,
    ) -> Message:
        """Adds a message of the app's and tells of it."""
        bot = team.installed
        raw: Json = {
            "user": bot.bot.id,
            "type": "message",
            "ts": world.ts(),
            "bot_id": bot.bot_id,
            "app_id": world.app.id,
            "text": text,
            "team": team.id,
        }
        if blocks:
            raw["blocks"] = blocks
        if thread:
            raw |= {"thread_ts": thread, "parent_user_id": channel.messages[thread].author}
        if is_broadcast:
            raw["subtype"] = "thread_broadcast"
        message = Message(raw, bot.bot.id, world.real() + world.history_lag_s, metadata)
        channel.messages[message.ts] = message
        if thread:
            channel.messages[thread].raw.setdefault("thread_ts", thread)
        look_at(world, text, blocks, f"a message in {channel.id}")
        self._tell(world, channel, {**raw, "channel": channel.id, "event_ts": message.ts})
        return message

    def post_ephemeral(self, call: Call) -> Json:
        text, blocks = _content(call)
        channel = _to_post_in(call)
        if call["user"] not in channel.members:
            raise Refused("user_not_in_channel")
        ts = call.world.ts()
        raw: Json = {"ts": ts, "text": text, "blocks": blocks or []}
        if call["thread_ts"]:
            raw["thread_ts"] = call["thread_ts"]
        look_at(call.world, text, blocks, f"an ephemeral message in {channel.id}")
        call.world.ephemerals.append(Ephemeral(str(call["user"]), channel.id, raw))
        return {"message_ts": ts}

    def update(self, call: Call) -> Json:
        channel = call.channel(as_member=True)
        text, blocks = _content(call)
        message = _own(call, channel, "cant_update_message")
        metadata = _metadata(call)
        before = dict(message.raw)
        ts = call.world.ts()
        message.raw["text"] = text
        message.raw["edited"] = {"user": call.bot.bot.id, "ts": ts}
        if blocks:
            message.raw["blocks"] = blocks
        elif call["text"] is not None:
            message.raw.pop("blocks", None)
        if "metadata" in call.args:
            message.metadata = metadata
        look_at(call.world, text, blocks, f"a message in {channel.id}")
        self._changed(call.world, channel, message, before, ts)
        return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.raw}

    def _changed(self, world: World, channel: Channel, message: Message, before: Json, ts: str) -> None:
        self._tell(world, channel, changed(channel, dict(message.raw), before, ts))

    def delete(self, call: Call) -> Json:
        channel = call.channel(as_member=True)
        message = _own(call, channel, "cant_delete_message")
        self._tell(call.world, channel, remove(call.world, channel, message))
        return {"channel": channel.id, "ts": message.ts}

    def add_reaction(self, call: Call) -> Json:
        channel, message = _reacting(call)
        self.react(call.world, channel, message, call.bot.bot.id, str(call["name"]))
        return {}

    def remove_reaction(self, call: Call) -> Json:
        channel, message = _reacting(call)
        self.unreact(call.world, channel, message, call.bot.bot.id, str(call["name"]))
        return {}

    def react(self, world: World, channel: Channel, message: Message, user: str, name: str) -> Json:
        """Puts a reaction on; returns the event. Raises Refused."""
        if not name or ":" in name or not name.isascii():
            raise Refused("invalid_name")
        found = message.raw.setdefault("reactions", [])
        mine = next((r for r in found if r["name"] == name), None)
        if mine is None:
            found.append({"name": name, "users": [user], "count": 1})
        elif user in mine["users"]:
            raise Refused("already_reacted")
        else:
            mine["users"].append(user)
            mine["count"] += 1
        return self._reacted(world, channel, message, user, name, "reaction_added")

    def unreact(self, world: World, channel: Channel, message: Message, user: str, name: str) -> Json:
        found = message.raw.get("reactions", [])
        mine = next((r for r in found if r["name"] == name and user in r["users"]), None)
        if mine is None:
            raise Refused("no_reaction")
        mine["users"].remove(user)
        mine["count"] -= 1
        message.raw["reactions"] = [r for r in found if r["count"]]
        return self._reacted(world, channel, message, user, name, "reaction_removed")

    def _reacted(self, world: World, channel: Channel, message: Message, user: str, name: str, type: str) -> Json:
        item = {"type": "message", "channel": channel.id, "ts": message.ts}
        event = {"type": type, "user": user, "reaction": name, "item": item, "item_user": message.author}
        event["event_ts"] = world.ts()
        self._tell(world, channel, event)
        return event


def changed(channel: Channel, now: Json, before: Json, ts: str) -> Json:
    """The event of an edit."""
    hidden = {"hidden": True, "channel": channel.id, "ts": ts, "event_ts": ts}
    return {"type": "message", "subtype": "message_changed", "message": now, "previous_message": before, **hidden}


def remove(world: World, channel: Channel, message: Message) -> Json:
    """Takes a message away; returns the event: a root with replies becomes a tombstone, as in Slack."""
    before, ts = dict(message.raw), world.ts()
    message.is_gone = True
    if channel.replies(message.ts):
        # As an author's deletion of a root arrives: a change into a message that has nothing to say.
        tombstone = {"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "hidden": True}
        tombstone |= {"user": "USLACKBOT", "ts": message.ts, "thread_ts": message.ts}
        return changed(channel, tombstone, before, ts)
    gone = {"hidden": True, "deleted_ts": message.ts, "channel": channel.id, "ts": ts, "event_ts": ts}
    return {"type": "message", "subtype": "message_deleted", "previous_message": before, **gone}


def permalink(call: Call) -> Json:
    channel = call.channel()
    message = channel.messages.get(str(call["message_ts"]))
    if message is None or message.is_gone:
        raise Refused("message_not_found")
    digits = message.ts.replace(".", "")
    return {"channel": channel.id, "permalink": f"https://{call.team.name}.slack.com/archives/{channel.id}/p{digits}"}


def reactions(call: Call) -> Json:
    channel = call.channel(as_member=True)
    return {"type": "message", "channel": channel.id, "message": _message(channel, str(call["timestamp"])).raw}


def _content(call: Call) -> tuple[str, list[Json] | None]:
    blocks = blocks_of(call)
    text = str(call["text"] or "")
    if call["markdown_text"] is not None and (text or blocks):
        raise Refused("markdown_text_conflict")
    if not text and not blocks and not call["markdown_text"]:
        raise Refused("no_text")
    if len(text) > MESSAGE_TEXT:
        raise Refused("msg_too_long" if call.method != "chat.postMessage" else "msg_blocks_too_long")
    return text or str(call["markdown_text"] or ""), blocks


def _to_post_in(call: Call) -> Channel:
    wanted = str(call["channel"])
    if wanted.startswith("U") and wanted in call.team.accounts:
        return call.world.direct(call.team, wanted)
    channel = call.channel(as_member=True)
    if channel.is_archived:
        raise Refused("is_archived")
    return channel


def _metadata(call: Call) -> Json | None:
    found = call.parsed("metadata", "invalid_metadata_format")
    if found is None or found == {}:
        return None
    if not isinstance(found, dict) or set(found) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    if not isinstance(found["event_type"], str) or not isinstance(found["event_payload"], dict):
        raise Refused("invalid_metadata_schema")
    return found


def _message(channel: Channel, ts: str, error: str = "message_not_found") -> Message:
    message = channel.messages.get(ts)
    if message is None or message.is_gone:
        raise Refused(error)
    return message


def _own(call: Call, channel: Channel, error: str) -> Message:
    message = _message(channel, str(call["ts"]))
    if message.author != call.bot.bot.id:
        raise Refused(error)
    return message


def _reacting(call: Call) -> tuple[Channel, Message]:
    if not call["channel"] or not call["timestamp"]:
        raise Refused("no_item_specified")
    channel = call.channel(as_member=True)
    if channel.is_archived and call.method == "reactions.add":
        raise Refused("is_archived")
    return channel, _message(channel, str(call["timestamp"]))


def history_row(message: Message, channel: Channel, with_metadata: bool) -> dict[str, Any]:
    """A message as history and replies give it out."""
    row = dict(message.raw)
    replies = channel.replies(message.ts)
    if replies:
        row |= {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
    if with_metadata and message.metadata is not None:
        row["metadata"] = message.metadata
    return row
