"""What the browser sends, checked, and what Mycel is told of it. Pure; tested on recorded requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.core.cleaning import clean
from bot.core.conversation import (
    Actor,
    CommandTyped,
    FormSubmitted,
    Incoming,
    MessageEdited,
    MessagePosted,
    MessageRedacted,
    Place,
    Quoted,
    Reacted,
)
from storage.local_chat import PLATFORM, WORKSPACE, Account, Happening, LocalMessage, is_direct

LONGEST_TEXT = 10_000
_MENTION = re.compile(r"(?:@mycel\b[:,]?|mycel[:,])\s*", re.IGNORECASE)

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,36}$")]
# What no database keeps is taken out first: the length is of what is left.
Clean = BeforeValidator(lambda value: clean(value) if isinstance(value, str) else value)
Name = Annotated[str, Field(min_length=1, max_length=80), Clean]
MessageId = Annotated[str, Field(min_length=1, max_length=40), Clean]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), Clean]


class Request(BaseModel):
    """Something that `account` did in `channel`. `id` is made by the browser: the same again is the same deed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    channel: Name
    account: Name

    @property
    def about(self) -> str | None:
        """The message that it is about."""
        return None

    @property
    def thread_root(self) -> str | None:
        """The root of the thread that it happened in, where the browser says so."""
        return None


class _InThread(Request):
    thread: MessageId | None = None

    @property
    def thread_root(self) -> str | None:
        return self.thread


class _OnMessage(Request):
    message: MessageId

    @property
    def about(self) -> str | None:
        return self.message


class Say(_InThread):
    """A message, or a command where the text begins with "/" or "!" and a letter; all that is said to Mycel alone."""

    text: Words

    @property
    def command(self) -> str | None:
        """The command without its prefix, or what stands behind Mycel's name; None for talk."""
        text = self.text.strip()
        if text[:1] in ("/", "!") and text[1:2].isalpha():
            return text[1:]
        is_asked = self.is_mention or is_direct(self.channel)
        return _MENTION.sub("", text) or "help" if is_asked else None

    @property
    def is_mention(self) -> bool:
        """Whether it is said to Mycel by its name: "@Mycel why Signal?"."""
        return _MENTION.match(self.text.strip()) is not None


class Press(_InThread):
    """A button: on a message, or on an answer that only this person sees (then without `message`)."""

    command: Words
    message: MessageId | None = None

    @property
    def about(self) -> str | None:
        return self.message


class Submit(_InThread):
    """A form that was filled in."""

    command: Name
    values: dict[Name, Annotated[str, Field(max_length=LONGEST_TEXT), Clean]]


class React(_OnMessage):
    emoji: Annotated[str, Field(min_length=1, max_length=40), Clean]
    is_on: bool


class Edit(_OnMessage):
    text: Words


class Delete(_OnMessage):
    """A message is taken back."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the platform knows beside the request: who speaks, in which thread, about which message.

    `root_author`: the person who said the root of the thread; None where Mycel did.
    """

    speaker: Account
    root: LocalMessage | None = None
    message: LocalMessage | None = None
    root_author: Account | None = None


def said(request: Say, root: LocalMessage | None, at: datetime) -> LocalMessage:
    """The message that a person posts; its id comes from the request's, so that posting it again is the same."""
    return LocalMessage(
        id=f"m{request.id}",
        channel=request.channel,
        thread=root.id if root else None,
        account=request.account,
        key=None,
        rev=1,
        body=request.text,
        created_at=at,
        is_edited=False,
        is_removed=False,
        position=0,
        change=0,
    )


def kind(request: Request) -> str:
    """What happened, as it is kept until Mycel has taken it."""
    if isinstance(request, Say) and request.command is not None:
        return "command"
    return type(request).__name__.lower()


def describe(request: Request, scene: Scene) -> dict[str, Any]:
    """All that Mycel will be told, as JSON: it has to be enough without looking anything up again."""
    said = request.model_dump(mode="json", exclude={"id", "channel", "account", "thread", "message"})
    if isinstance(request, Say) and request.command is not None:
        is_asked = request.is_mention or is_direct(request.channel)
        said |= {"text": request.command, "is_mention": is_asked}
    return {
        **said,
        "quoted": _quoted(scene),
        "channel": request.channel,
        "account": scene.speaker.account,
        "name": scene.speaker.name,
        "zone": scene.speaker.zone,
        "thread": scene.root.id if scene.root else None,
        "thread_key": scene.root.key if scene.root else None,
        "message": scene.message.id if scene.message else None,
        "message_key": scene.message.key if scene.message else None,
    }


def _quoted(scene: Scene) -> dict[str, Any] | None:
    """What a person said that the thread is about."""
    root, author = scene.root, scene.root_author
    if root is None or author is None or root.is_removed:
        return None
    return {"message": root.id, "account": author.account, "name": author.name, "text": root.body,
            "at": root.created_at.isoformat()}  # fmt: skip


def _answered(data: dict[str, Any]) -> Quoted | None:
    quoted = data.get("quoted")
    if quoted is None:
        return None
    actor = Actor(PLATFORM, WORKSPACE, quoted["account"], quoted["name"])
    return Quoted(quoted["message"], actor, quoted["text"], datetime.fromisoformat(quoted["at"]))


def incoming(happening: Happening) -> Incoming:
    """What Mycel is told. Raises LookupError for a kind that this version does not know."""
    data = happening.data
    channel = data["channel"]
    place = Place(PLATFORM, WORKSPACE, channel, data["thread"], data["thread_key"], is_direct=is_direct(channel))
    actor = Actor(PLATFORM, WORKSPACE, data["account"], data["name"], data["zone"] or None)
    who = (happening.id, place, actor, happening.at)
    match happening.kind:
        case "command":
            is_mention = data.get("is_mention", False)
            return CommandTyped(*who, data["text"], data["thread"], quoted=_answered(data), is_mention=is_mention)
        case "press":
            text = data["command"].lstrip("/!")
            return CommandTyped(*who, text, data["thread"], is_button=True, quoted=_answered(data))
        case "submit":
            return FormSubmitted(*who, data["command"], data["values"], quoted=_answered(data))
        case "say":
            return MessagePosted(*who, data["message"], data["text"])
        case "edit":
            return MessageEdited(*who, data["message"], data["text"])
        case "delete":
            return MessageRedacted(*who, data["message"])
        case "react":
            return Reacted(*who, data["message"], data["emoji"], data["is_on"], data["message_key"])
        case other:
            raise LookupError(f"the playground kept a happening of kind {other!r}")
