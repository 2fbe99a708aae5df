"""All that the features declared, by name; built once from FEATURES."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from bot.core.commands import Command
from bot.core.conversation import CommandTyped, FormSubmitted, Incoming
from bot.core.errors import UserError
from bot.core.feature import Begin, Feature, Fire, Follower, Listener, Subscriber, Telling, View

T = TypeVar("T")
_LONGEST_SHOWN = 40


class Registry:
    """Commands, views, deadlines, subscribers, followers and listeners of all features. Doubled names are refused."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self.sleepless: set[str] = set()
        """Platforms on which nothing waits for quiet hours: the playground, where one person looks at all channels."""
        self.commands: Mapping[str, Command] = _unique((c.name, c) for f in features for c in f.commands)
        self.views: Mapping[str, View] = _unique(item for f in features for item in f.views.items())
        self.deadlines: Mapping[str, Fire] = _unique(item for f in features for item in f.deadlines.items())
        self.followers: Mapping[str, Follower] = _unique(item for f in features for item in f.followers.items())
        self.tellings: Mapping[str, Telling] = _unique(item for f in features for item in f.tellings.items())
        self.beginnings: tuple[Begin, ...] = tuple(f.begin for f in features if f.begin is not None)
        self.listeners: tuple[Listener, ...] = tuple(listener for f in features for listener in f.listeners)
        subscribers: defaultdict[type, list[Subscriber]] = defaultdict(list)
        for fact, subscriber in (s for f in features for s in f.subscriptions):
            subscribers[fact].append(subscriber)
        self.subscribers: Mapping[type, tuple[Subscriber, ...]] = {k: tuple(v) for k, v in subscribers.items()}

    def command(self, name: str) -> Command:
        """The command of this name; UserError with the nearest one if there is none."""
        found = self.commands.get(name.lower())
        if found is not None:
            return found
        wrong = name[:_LONGEST_SHOWN]
        near = difflib.get_close_matches(wrong.lower(), self.commands, n=1, cutoff=0.6)
        if near:
            message = "There is no command “{wrong}”; did you mean “{near}”?"
            raise UserError(message, f"/{near[0]}", wrong=wrong, near=near[0])
        raise UserError("There is no command “{wrong}”. “help” lists what there is.", "/help", wrong=wrong)

    def find(self, text: str, *, is_mention: bool = False) -> tuple[Command, str]:
        """The command and what was typed behind its name; "mycel decide …" is "decide …".

        A name of two words may be typed with a space: "group pause 2w" is "group-pause 2w". `is_mention`: what begins
        with no command is a question, which `why` answers.
        """
        words = text.split(None, 1)
        while words and words[0].lower() == "mycel":
            words = words[1].split(None, 1) if len(words) > 1 else []
        if not words:
            return self.command("help"), ""
        name, typed = words[0], words[1].strip() if len(words) > 1 else ""
        following = typed.split(None, 1)
        if following and f"{name}-{following[0]}".lower() in self.commands:
            name, typed = f"{name}-{following[0]}", following[1].strip() if len(following) > 1 else ""
        if is_mention and name.lower() not in self.commands and "why" in self.commands:
            return self.command("why"), " ".join(words)
        return self.command(name), typed

    def wants_quoted(self, text: str) -> bool:
        """Whether what is typed is a command that wants the message that it answers."""
        words = [word.lower() for word in text.split(None, 2)[:2] if word.lower() != "mycel"]
        found = self.commands.get(words[0]) if words else None
        return found is not None and bool(found.quoted_into)

    def named(self, incoming: Incoming) -> str:
        """What was handled, for figures: the command's name if there is one, else the kind of thing."""
        if isinstance(incoming, FormSubmitted):
            name = incoming.command
        elif isinstance(incoming, CommandTyped):
            words = incoming.text.split(None, 2)
            name = (words[1] if words[0].lower() == "mycel" and len(words) > 1 else words[0]) if words else ""
        else:
            return type(incoming).__name__
        return name.lower() if name.lower() in self.commands else "unknown"


def _unique(items: Iterable[tuple[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, item in items:
        if name in found:
            raise ValueError(f"two features declare {name!r}")
        found[name] = item
    return found
