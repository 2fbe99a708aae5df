"""What there is in Slack: an app, workspaces, accounts, channels with messages, and what each person looks at."""

from __future__ import annotations

import copy
import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.slack import kit

SCOPES = [
    "app_mentions:read",
    "chat:write",
    "commands",
    "channels:read",
    "channels:history",
    "channels:join",
    "groups:read",
    "groups:history",
    "im:read",
    "im:write",
    "im:history",
    "mpim:history",
    "users:read",
    "reactions:read",
    "reactions:write",
    "files:write",
]
EVENTS = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "tokens_revoked",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_rename",
    "channel_shared",
    "channel_unshared",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "reaction_removed",
    "user_change",
]
COMMANDS = ("/decide", "/propose", "/conflicts", "/mycel")
Json = dict[str, Any]


@dataclass
class App:
    """The one app. `request_url`: where commands, clicks and events go; empty: through Socket Mode."""

    id: str = "A0MYCEL"
    name: str = "Mycel"
    client_id: str = "11111.22222"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    app_token: str = field(default_factory=lambda: f"xapp-1-A0MYCEL-1-{secrets.token_hex(8)}")
    verification_token: str = "verification-token"
    request_url: str = ""
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    events: list[str] = field(default_factory=lambda: list(EVENTS))
    commands: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(COMMANDS, True))
    shortcuts: dict[str, str] = field(default_factory=dict)
    is_rotating: bool = False

    def take(self, manifest: Json) -> None:
        """Is configured by a manifest: what it does not name is not delivered."""
        features, settings = manifest["features"], manifest["settings"]
        self.scopes = list(manifest["oauth_config"]["scopes"]["bot"])
        self.events = list(settings["event_subscriptions"]["bot_events"])
        self.commands = {c["command"]: bool(c.get("should_escape")) for c in features["slash_commands"]}
        self.shortcuts = {s["name"]: s["callback_id"] for s in features.get("shortcuts", [])}
        self.is_rotating = bool(settings.get("token_rotation_enabled"))


@dataclass
class Account:
    """A user of a workspace. `zone` None: Slack does not tell it."""

    id: str
    name: str
    shown: str
    workspace: Workspace
    zone: str | None = "UTC"
    is_bot: bool = False
    is_deleted: bool = False


@dataclass
class Message:
    """A message of a channel; `raw` is the object that Slack gives out, without metadata."""

    raw: Json
    author: str
    seen_in_history_at: float
    metadata: Json | None = None
    is_gone: bool = False

    @property
    def ts(self) -> str:
        return str(self.raw["ts"])

    @property
    def thread(self) -> str | None:
        return self.raw.get("thread_ts")


@dataclass
class Channel:
    """`kind`: channel, group, im, mpim. In Slack Connect each workspace has a name of its own for it."""

    id: str
    kind: str
    names: dict[str, str]
    members: set[str] = field(default_factory=set)
    messages: dict[str, Message] = field(default_factory=dict)
    is_archived: bool = False

    @property
    def teams(self) -> list[str]:
        return list(self.names)

    @property
    def is_shared(self) -> bool:
        return len(self.names) > 1

    def replies(self, root: str) -> list[Message]:
        return [m for m in self.messages.values() if m.thread == root and m.ts != root and not m.is_gone]


@dataclass
class Installation:
    """The app in a workspace. `tokens` are those that work."""

    bot: Account
    bot_id: str
    tokens: dict[str, float | None] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    scopes: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """The newest token."""
        return list(self.tokens)[-1]


@dataclass
class Workspace:
    id: str
    name: str
    enterprise_id: str | None = None
    accounts: dict[str, Account] = field(default_factory=dict)
    installation: Installation | None = None

    @property
    def installed(self) -> Installation:
        assert self.installation is not None, f"the app is not installed in {self.name}"
        return self.installation


@dataclass
class Ephemeral:
    """Something that one person alone sees, in a channel, until they reload."""

    user: str
    channel: str
    raw: Json
    is_gone: bool = False


@dataclass
class View:
    """A modal or a home tab; `filled`: what the person has put into its fields, by block and action."""

    id: str
    raw: Json
    user: str
    team: str
    hash: str
    root: str
    previous: str | None = None
    filled: dict[tuple[str, str], Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def given_out(self, app: App, installation: Installation) -> Json:
        """The object in payloads and answers."""
        state: dict[str, Json] = {}
        for block, element in kit.elements(self.raw["blocks"]):
            key = (block["block_id"], element["action_id"])
            if key in self.filled:
                state.setdefault(key[0], {})[key[1]] = self.filled[key]
        own = {
            "id": self.id,
            "team_id": self.team,
            "state": {"values": state},
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_id": app.id,
            "app_installed_team_id": self.team,
            "bot_id": installation.bot_id,
        }
        defaults: Json = {"private_metadata": "", "callback_id": "", "external_id": "", "submit": None, "close": None}
        defaults |= {"clear_on_close": False, "notify_on_close": False}
        return {**defaults, **copy.deepcopy(self.raw), **own}


@dataclass
class Trigger:
    user: str
    team: str
    ends_at: float
    is_used: bool = False


@dataclass
class ResponseUrl:
    user: str
    team: str
    channel: str
    ends_at: float
    original: str | None = None
    uses: int = 0


@dataclass
class Upload:
    """A file of the app's. `shown_at`: from then on a message can show it; None until the upload is completed."""

    team: str
    name: str
    length: int
    content: bytes = b""
    shown_at: float | None = None

    @property
    def is_complete(self) -> bool:
        return self.shown_at is not None


@dataclass
class World:
    """Everything. `now`: seconds since 1970 of what happens in Slack; `real`: of signatures and of what runs out."""

    now: Callable[[], float]
    real: Callable[[], float]
    app: App = field(default_factory=App)
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    screens: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    history_lag_s: float = 0
    file_lag_s: float = 0
    complaints: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _last_ts: int = 0

    def ts(self) -> str:
        """A moment that no other message has."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def id(self, letter: str) -> str:
        """A new id as Slack's look: "C00000012AB"."""
        return f"{letter}{next(self.numbers):07}SL"

    def account(self, user_id: str) -> Account | None:
        return next((w.accounts[user_id] for w in self.workspaces.values() if user_id in w.accounts), None)

    def name_of(self, id: str) -> str:
        """Of a user or a channel, for showing."""
        account = self.account(id)
        if account is not None:
            return account.shown
        return next(iter(self.channels[id].names.values())) if id in self.channels else id

    def installed_in(self, channel: Channel) -> list[Workspace]:
        """The workspaces whose installation is in the channel."""
        there = [self.workspaces[team] for team in channel.teams]
        return [w for w in there if w.installation is not None and w.installation.bot.id in channel.members]

    def direct(self, workspace: Workspace, user_id: str) -> Channel:
        """The conversation of a person with the app."""
        bot = workspace.installed.bot.id
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == {bot, user_id}:
                return channel
        channel = Channel(self.id("D"), "im", {workspace.id: "directmessage"}, {bot, user_id})
        self.channels[channel.id] = channel
        return channel

    def trigger(self, user: str, team: str) -> str:
        id = f"{next(self.numbers)}.{next(self.numbers)}.{secrets.token_hex(8)}"
        self.triggers[id] = Trigger(user, team, self.real() + 3)
        return id
