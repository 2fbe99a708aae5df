"""What the parts of the adapter hand each other: workspaces that Mycel is installed in, people, what is known here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

PLATFORM = "slack"

Payload = Mapping[str, Any]
"""What Slack sends: a slash command, an interaction, or an event with its envelope."""


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace that Mycel is installed in, as what came in needs it. `enterprise_id`: of Enterprise Grid, or "".

    `url`: the workspace's own address ("https://example.slack.com/"), "" where it is not known.
    """

    team_id: str
    bot_user: str
    bot_id: str = ""
    enterprise_id: str = ""
    name: str = ""
    url: str = ""

    @property
    def homes(self) -> list[str]:
        """Where its people may be at home."""
        return [self.team_id, *([self.enterprise_id] if self.enterprise_id else [])]

    def link(self, channel: str, ts: str) -> str:
        """The address of a message; "" where the workspace's own is not known."""
        return f"{self.url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}" if self.url else ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody as `users.info` shows them. `home`: their own workspace, or on Enterprise Grid their organisation."""

    user: str
    name: str
    zone: str | None = None
    home: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when something comes in. `workspace`: under which the channel is known (a shared one has several).

    `people`: profiles by account. `of_people`: by command, the options that name people ("" by its place).
    `keys`: delivery keys of Mycel's own late messages, by channel and message id. `is_private`: whether the channel is
    open only to those who were let in.
    """

    team: Team
    workspace: str
    people: Mapping[str, Profile] = field(default_factory=dict)
    of_people: Mapping[str, Collection[str]] = field(default_factory=dict)
    keys: Mapping[tuple[str, str], str] = field(default_factory=dict)
    is_private: bool = False

    def name_of(self, user: str, label: str = "") -> str:
        profile = self.people.get(user)
        return profile.name if profile else label or user

    def home_of(self, user: str, told: str = "") -> str:
        """Where an account is at home. `told`: what came with it about that."""
        profile = self.people.get(user)
        if profile is not None and profile.home:
            return profile.home
        if told and told != self.team.team_id:
            return told
        return self.team.enterprise_id or self.team.team_id
