"""What people do on a platform, in words that no platform owns. Adapters make these; dispatch takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Around:
    """A larger place (a Matrix space) that a channel lies in, with so many `channels`. `may_arrange`: as in Place."""

    id: str
    name: str
    channels: int
    may_arrange: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said. `thread` is the platform's id of the thread's root message, None outside threads.

    `thread_key` is the delivery key of that root where the platform can tell it (a root of ours whose id we have not
    yet stored is found by it). `is_direct`: a conversation of one person with Mycel. `is_restricted`: encrypted, or
    open only to those who were let in, so that what is said there leaves it by its author's choice alone.
    `may_arrange`: whether who acts there may change the channel's own settings; True where the platform knows no such
    right. `around`: the larger places that it lies in, as far as Mycel is in them.
    """

    platform: str
    workspace: str
    channel: str
    thread: str | None = None
    thread_key: str | None = None
    is_direct: bool = False
    is_restricted: bool = False
    may_arrange: bool = True
    around: tuple[Around, ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """An account on a platform. `workspace` is where the account is at home, which need not be where it acts (a
    channel can be shared by several). `zone` is the IANA name that the platform knows of, if any.
    """

    platform: str
    workspace: str
    user: str
    name: str
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that happened, with the key under which it happens only once (`source` is the platform's account)."""

    event_key: str
    place: Place
    actor: Actor
    at: datetime

    @property
    def source(self) -> str:
        return f"{self.place.platform}:{self.place.workspace}"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A person's message in the same channel that a command answers. `at`: when it was said, aware UTC.

    `text` is "" where it may not leave its place: somebody else's words in an encrypted room.
    """

    message_id: str
    actor: Actor
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CommandTyped(Incoming):
    """`text` as typed, without the platform's prefix ("decide Use Signal"). `replied_to`: message id it answers.

    `quoted`: that message, where the command wants it (see Command.quoted_into). `is_mention`: Mycel was addressed by
    its name, so that what is no command is a question.
    """

    text: str
    replied_to: str | None = None
    is_button: bool = False
    quoted: Quoted | None = None
    is_mention: bool = False


@dataclass(frozen=True, slots=True)
class FormSubmitted(Incoming):
    """A form came back: `values` are the texts of its fields, by the names of the command's declaration."""

    command: str
    values: Mapping[str, str] = field(default_factory=dict)
    quoted: Quoted | None = None


@dataclass(frozen=True, slots=True)
class MessagePosted(Incoming):
    """Somebody said something that is no command."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageEdited(Incoming):
    """A message was changed; `at` decides between edits that arrive out of order."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageRedacted(Incoming):
    """A message was taken back. Final: no later edit brings it back."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Reacted(Incoming):
    """A reaction was put on a message, or taken off (`is_added` False). `emoji` is the character itself."""

    message_id: str
    emoji: str
    is_added: bool = True
    message_key: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelChanged(Incoming):
    """Something became of a channel or of who is in it. Nobody becomes known to the network by it."""


@dataclass(frozen=True, slots=True)
class ChannelJoined(ChannelChanged):
    """Mycel is in the channel, perhaps again."""


@dataclass(frozen=True, slots=True)
class ChannelLeft(ChannelChanged):
    """Mycel was taken out of the channel."""


@dataclass(frozen=True, slots=True)
class ChannelMoved(ChannelChanged):
    """Another channel (the platform's id) has taken its place, and Mycel is in that one."""

    successor: str


@dataclass(frozen=True, slots=True)
class MemberLeft(ChannelChanged):
    """The actor is not in the channel any more."""
