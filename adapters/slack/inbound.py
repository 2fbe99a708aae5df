"""What happens in Slack, as Mycel is told of it. Pure; tested on recorded payloads.

Event keys: an event has an id, which stays the same when Slack sends it again; what people press, type and submit has
a trigger id. Channels belong to the workspace under which they are known, people to their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.slack import reading
from adapters.slack.port import PLATFORM, Known, Payload
from bot.core.conversation import (
    Actor,
    ChannelJoined,
    ChannelLeft,
    CommandTyped,
    FormSubmitted,
    Incoming,
    MemberLeft,
    MessageEdited,
    MessagePosted,
    MessageRedacted,
    Place,
    Quoted,
    Reacted,
)

Head = tuple[str, Place, Actor, datetime]

SAID = ("", "file_share", "thread_broadcast", "me_message")
"""Subtypes of messages that people write. Other bots, joins, topics and the like are not taken up."""


def event(payload: Payload, known: Known) -> Incoming | None:
    """What Mycel is told of an event; None for what is not its business."""
    what = payload["event"]
    match what.get("type"):
        case "app_mention":
            return _mention(payload, what, known)
        case "message":
            return _message(payload, what, known)
        case "reaction_added" | "reaction_removed":
            return _reaction(payload, what, known)
        case "member_joined_channel" | "member_left_channel" | "channel_left" | "group_left":
            return _coming_and_going(payload, what, known)
        case _:
            return None


def is_private(payload: Payload) -> bool | None:
    """Whether its channel is open only to those who were let in, where the payload says so; None where it does not."""
    what = payload.get("event")
    if isinstance(what, Mapping):
        kind = what.get("channel_type")
        return kind in ("group", "G", "mpim") if kind else None
    channel = payload.get("channel")
    name = channel.get("name") if isinstance(channel, Mapping) else payload.get("channel_name")
    return name == "privategroup" or str(name).startswith("mpdm-") if name else None


def people_in(payload: Payload) -> frozenset[str]:
    """The accounts whose profiles are needed to understand it: who acts, and who is mentioned."""
    what = payload.get("event")
    if isinstance(what, Mapping):
        changed = what.get("message")
        said = changed if isinstance(changed, Mapping) else what
        text, user = str(said.get("text") or ""), _author(what)
    else:
        shown = payload.get("message")
        text = str(payload.get("text") or (shown.get("text") if isinstance(shown, Mapping) else "") or "")
        user = _who_acts(payload)[0]
    return reading.people_in(text) | ({user} if user else set())


def command(payload: Payload, known: Known, at: datetime) -> CommandTyped:
    """A slash command. `at` is now: Slack tells no time with it."""
    name = str(payload["command"]).lstrip("/")
    raw = f"{name} {payload.get('text') or ''}".strip()
    text = reading.read(raw, known, options=_of_people(raw, known))
    place = _place(known, str(payload["channel_id"]))
    return CommandTyped(*_head(payload, known, place, at), text=text)


def press(payload: Payload, known: Known, at: datetime, text: str) -> CommandTyped:
    """A button with the command `text`, pressed on a message or in App Home."""
    return CommandTyped(*_head(payload, known, place_of(payload, known), at), text=text.lstrip("/!"), is_button=True)


def asked(payload: Payload, known: Known, at: datetime, text: str) -> CommandTyped:
    """A shortcut on a message that does what the command `text` does."""
    place, ts = place_of(payload, known), payload.get("message_ts")
    return CommandTyped(
        *_head(payload, known, place, at), text=text, replied_to=str(ts) if ts else None, is_button=True
    )


def submission(
    payload: Payload,
    known: Known,
    at: datetime,
    place: Place,
    name: str,
    values: Mapping[str, str],
    quoted: Quoted | None = None,
) -> FormSubmitted:
    """A form that came back; `place` is where it was asked for, `quoted` the message that it was opened on."""
    return FormSubmitted(*_head(payload, known, place, at), command=name, values=values, quoted=quoted)


def quoted(message: Payload, known: Known, asker: str) -> Quoted | None:
    """A person's message that `asker` answers. What others said in a private channel stays with them."""
    user, ts = str(message.get("user") or ""), str(message.get("ts") or "")
    if not ts or not _is_person(message, known):
        return None
    text = reading.with_files(reading.read(str(message.get("text") or ""), known), message.get("files"))
    is_kept = user == asker or not known.is_private
    actor = _actor(known, user, str(message.get("user_team") or message.get("team") or ""))
    return Quoted(ts, actor, text if is_kept else "", reading.moment(ts))


def place_of(payload: Payload, known: Known) -> Place:
    """Where an interaction happened: in a message's thread, or in the direct channel of App Home (no channel)."""
    container: Mapping[str, Any] = payload.get("container") or {}
    message: Mapping[str, Any] = payload.get("message") or {}
    channel: Mapping[str, Any] = payload.get("channel") or {}
    id = str(container.get("channel_id") or channel.get("id") or "")
    thread = message.get("thread_ts") or container.get("thread_ts")
    return _place(known, id, str(thread) if thread else None)


def _head(payload: Payload, known: Known, place: Place, at: datetime) -> Head:
    user, name, home = _who_acts(payload)
    key = f"trigger:{payload['trigger_id']}"
    return key, place, _actor(known, user, home, name), at


def _who_acts(payload: Payload) -> tuple[str, str, str]:
    """(account, its name, its workspace) of a command or an interaction."""
    user = payload.get("user")
    if isinstance(user, Mapping):
        return (
            str(user.get("id") or ""),
            str(user.get("name") or user.get("username") or ""),
            str(user.get("team_id") or ""),
        )
    return str(payload.get("user_id") or ""), str(payload.get("user_name") or ""), ""


def _mention(payload: Payload, what: Payload, known: Known) -> Incoming | None:
    """A mention at the beginning is a command; elsewhere it is talk, which comes as a message of its own."""
    rest = reading.mention_of(known.team.bot_user, str(what.get("text") or ""))
    if rest is None or not _is_person(what, known):
        return None
    head = _event_head(payload, what, known)
    thread = what.get("thread_ts")
    return CommandTyped(*head, text=_asked(rest, known), replied_to=str(thread) if thread else None, is_mention=True)


def _message(payload: Payload, what: Payload, known: Known) -> Incoming | None:
    match what.get("subtype") or "":
        case "message_changed":
            return _changed(payload, what, known)
        case "message_deleted":
            return _deleted(payload, what, known, what.get("previous_message") or {})
        case subtype if subtype in SAID and _is_person(what, known):
            return _said(payload, what, known)
        case _:
            return None


def _said(payload: Payload, what: Payload, known: Known) -> Incoming | None:
    raw = str(what.get("text") or "")
    rest = reading.mention_of(known.team.bot_user, raw)
    head = _event_head(payload, what, known)
    if head[1].is_direct:
        text = _asked(raw if rest is None else rest, known)
        return CommandTyped(*head, text=text, is_mention=True) if raw.strip() else None
    if rest is not None:
        return None  # comes as app_mention too
    text = reading.with_files(reading.read(raw, known), what.get("files"))
    return MessagePosted(*head, message_id=str(what["ts"]), text=text) if text.strip() else None


def _changed(payload: Payload, what: Payload, known: Known) -> Incoming | None:
    """Slack says "changed" also when it unfolds a link or counts replies; then the words are the same."""
    new, old = what.get("message") or {}, what.get("previous_message") or {}
    if new.get("subtype") == "tombstone":
        return _deleted(payload, what, known, old or new)
    if (new.get("subtype") or "") not in SAID or not _is_person(new, known):
        return None
    raw = str(new.get("text") or "")
    if raw == old.get("text") or reading.mention_of(known.team.bot_user, raw) is not None:
        return None
    ts = new.get("ts") or old.get("ts")
    text = reading.with_files(reading.read(raw, known), new.get("files"))
    at = reading.moment(str((new.get("edited") or {}).get("ts") or what["ts"]))
    head = _event_head(payload, what, known, said=new, at=at)
    return MessageEdited(*head, message_id=str(ts), text=text) if ts and not head[1].is_direct else None


def _deleted(payload: Payload, what: Payload, known: Known, old: Payload) -> Incoming | None:
    ts = what.get("deleted_ts") or old.get("ts")
    if not ts or old.get("bot_id") or old.get("user") == known.team.bot_user:
        return None
    said = {**old, "ts": ts}
    return MessageRedacted(
        *_event_head(payload, what, known, said=said, at=_event_at(payload, what)), message_id=str(ts)
    )


def _reaction(payload: Payload, what: Payload, known: Known) -> Incoming | None:
    item = what.get("item") or {}
    if item.get("type") != "message" or what.get("user") == known.team.bot_user:
        return None
    place = _place(known, str(item["channel"]))
    actor = _actor(known, str(what["user"]), str(what.get("user_team") or ""))
    return Reacted(
        str(payload["event_id"]),
        place,
        actor,
        _event_at(payload, what),
        message_id=str(item["ts"]),
        emoji=reading.sign_of(str(what["reaction"])),
        is_added=what["type"] == "reaction_added",
        message_key=known.keys.get((place.channel, str(item["ts"]))),
    )


def _coming_and_going(payload: Payload, what: Payload, known: Known) -> Incoming | None:
    """Mycel comes into a channel or is taken out of it; people leave. That others come, they show by speaking."""
    is_own = what["type"] in ("channel_left", "group_left") or what.get("user") == known.team.bot_user
    user = known.team.bot_user if is_own else str(what["user"])
    head = (
        str(payload["event_id"]),
        _place(known, str(what["channel"])),
        _actor(known, user),
        _event_at(payload, what),
    )
    if what["type"] == "member_joined_channel":
        return ChannelJoined(*head) if is_own else None
    return ChannelLeft(*head) if is_own else MemberLeft(*head)


def _event_head(
    payload: Payload, what: Payload, known: Known, *, said: Payload | None = None, at: datetime | None = None
) -> Head:
    """`said`: the message that it is about, where that is not the event itself."""
    message = said or what
    thread, ts = message.get("thread_ts"), str(message.get("ts") or "")
    place = _place(known, str(what["channel"]), str(thread) if thread and thread != ts else None)
    is_direct = place.is_direct or what.get("channel_type") == "im"
    if is_direct != place.is_direct:
        place = replace(place, is_direct=is_direct, is_restricted=False)
    user = str(message.get("user") or "")
    actor = _actor(known, user, str(message.get("user_team") or message.get("team") or ""))
    return str(payload["event_id"]), place, actor, at or reading.moment(str(message["ts"]))


def _event_at(payload: Payload, what: Payload) -> datetime:
    return reading.moment(str(what.get("event_ts") or what.get("ts") or payload.get("event_time") or "0"))


def _place(known: Known, channel: str, thread: str | None = None) -> Place:
    key = known.keys.get((channel, thread)) if thread else None
    is_direct = channel.startswith("D")
    is_restricted = known.is_private and not is_direct
    return Place(PLATFORM, known.workspace, channel, thread, key, is_direct, is_restricted)


def _actor(known: Known, user: str, home: str = "", name: str = "") -> Actor:
    profile = known.people.get(user)
    shown = profile.name if profile else name or user
    return Actor(PLATFORM, known.home_of(user, home), user, shown, profile.zone if profile else None)


def _author(what: Payload) -> str:
    """Who wrote the message that an event is about."""
    for said in (what.get("message"), what.get("previous_message")):
        if isinstance(said, Mapping) and said.get("user"):
            return str(said["user"])
    user = what.get("user")
    return str(user or "") if not isinstance(user, Mapping) else str(user.get("id") or "")


def _is_person(message: Payload, known: Known) -> bool:
    """Whether a person wrote it: neither we, nor another bot."""
    user = message.get("user")
    return bool(user) and user != known.team.bot_user and not message.get("bot_id")


def _asked(raw: str, known: Known) -> str:
    """What somebody says to Mycel by its name or alone with it: a command, else a question."""
    bare = raw.strip().removeprefix("/").removeprefix("!")
    return reading.read(bare, known, options=_of_people(bare, known)).strip() or "help"


def _of_people(raw: str, known: Known) -> Collection[str]:
    """The options that name people, of the command that it begins with."""
    names = [word.lower() for word in raw.split(None, 2)[:2]]
    name = names[1] if len(names) > 1 and names[0] == "mycel" else names[0] if names else ""
    return known.of_people.get(name, ())
