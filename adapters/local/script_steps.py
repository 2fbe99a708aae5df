"""The lines of a playground script (docs/users/playground.md) as steps. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from storage.local_chat import direct_with


class ScriptError(Exception):
    """A line that is not understood or cannot be done. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the script. `line` is its number."""

    line: int


@dataclass(frozen=True, slots=True)
class Start(Step):
    at: datetime


@dataclass(frozen=True, slots=True)
class Nights(Step):
    """From here on what others do waits for the end of a group's quiet hours."""


@dataclass(frozen=True, slots=True)
class Wait(Step):
    """`length` or `until`; with neither: until the next thing falls due."""

    length: timedelta | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Show(Step):
    """`channel` "all" for every one."""

    channel: str


@dataclass(frozen=True, slots=True)
class Opens(Step):
    """A channel that belongs to nobody yet."""

    title: str


@dataclass(frozen=True, slots=True)
class Deed(Step):
    """Something a person does. `channel` may be their direct chat.

    `about`: the record (D-1) whose message it is done to, "" for the latest that fits.
    """

    channel: str
    who: str
    about: str


@dataclass(frozen=True, slots=True)
class Says(Deed):
    """A message or a command; with `about` in the thread of that record's first message.

    `is_reply`: in the thread of what a person said last in the channel.
    """

    text: str
    is_reply: bool = False


@dataclass(frozen=True, slots=True)
class Presses(Deed):
    label: str


@dataclass(frozen=True, slots=True)
class FillsIn(Deed):
    """The form of `command`; `text` has a "name = value" a line."""

    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Reacts(Deed):
    emoji: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Edits(Deed):
    text: str


@dataclass(frozen=True, slots=True)
class Deletes(Deed):
    """Takes their last message back."""


_MOMENT = r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?"
_WHO = r"(?P<channel>[\w-]+)\s+(?P<who>[\w-]+)"
_ON = r"(?:\s+on\s+(?P<about>[A-Za-z]-\d+))?"
_START = re.compile(rf"start\s+{_MOMENT}$")
_WAIT = re.compile(rf"wait\s+(?:(?P<length>(?:\d+(?:min|h|d|w)\s*)+)|until\s+(?P<next>next)|until\s+{_MOMENT})$")
_SHOW = re.compile(r"show\s+(?:(?P<channel>[\w-]+)|direct\s+(?P<who>[\w-]+))$")
_OPENS = re.compile(r"channel\s+(\S.*)$")
_REPLIES = re.compile(rf"{_WHO}\s+replies\s*:\s*(?P<text>.*)$")
_SAYS = re.compile(rf"{_WHO}(?:\s+in\s+(?P<about>[A-Za-z]-\d+))?\s*:\s*(?P<text>.*)$")
_PRESSES = re.compile(rf'{_WHO}\s+presses\s+["“](?P<label>[^"”]+)["”]{_ON}$')
_FILLS_IN = re.compile(rf"{_WHO}\s+fills\s+in\s+(?P<command>[\w-]+)\s*:\s*(?P<text>.*)$")
_REACTS = re.compile(rf"{_WHO}\s+reacts\s+(?P<emoji>\S+){_ON}$")
_TAKES_OFF = re.compile(rf"{_WHO}\s+takes\s+(?P<emoji>\S+)\s+off{_ON}$")
_EDITS = re.compile(rf"{_WHO}\s+edits\s*:\s*(?P<text>.*)$")
_DELETES = re.compile(rf"{_WHO}\s+deletes$")
_LENGTHS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse(text: str) -> list[Step]:
    """The steps of a script. Raises ScriptError for the first line that is not understood."""
    steps: list[Step] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.rstrip()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0].isspace():
            steps[-1:] = [_continued(steps[-1] if steps else None, number, line.strip())]
        else:
            steps.append(_step(number, line))
        if isinstance(steps[-1], Start) and len(steps) > 1:
            raise ScriptError(number, "“start” has to come before everything else.")
    return steps


def _continued(step: Step | None, number: int, text: str) -> Step:
    if isinstance(step, (Says, FillsIn, Edits)):
        return replace(step, text=f"{step.text}\n{text}".strip())
    raise ScriptError(number, "An indented line goes on with what somebody says, and nothing is said above it.")


def _step(number: int, line: str) -> Step:
    try:
        found = _of_the_clock(number, line) or _deed(number, line)
    except ValueError as error:
        raise ScriptError(number, f"That is no moment: {error}.") from error
    if found is None:
        raise ScriptError(number, f"“{line}” is not understood. Write for example: oakland ana: /help")
    return found


def _of_the_clock(number: int, line: str) -> Step | None:
    if found := _START.match(line):
        return Start(number, _moment(found[1], found[2]))
    if line == "nights":
        return Nights(number)
    if found := _SHOW.match(line):
        return Show(number, found["channel"] or direct_with(found["who"]))
    if found := _OPENS.match(line):
        return Opens(number, found[1])
    found = _WAIT.match(line)
    if found is None:
        return None
    if found["length"]:
        parts = re.findall(r"(\d+)(min|h|d|w)", found["length"])
        return Wait(number, length=sum((int(n) * _LENGTHS[unit] for n, unit in parts), timedelta()))
    return Wait(number) if found["next"] else Wait(number, until=_moment(found[3], found[4]))


def _moment(day: str, time: str | None) -> datetime:
    return datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=UTC)


def _deed(number: int, line: str) -> Deed | None:
    if found := _PRESSES.match(line):
        return Presses(number, *_who(found), found["label"])
    if found := _FILLS_IN.match(line):
        return FillsIn(number, *_who(found), found["command"], found["text"])
    if found := _REACTS.match(line):
        return Reacts(number, *_who(found), found["emoji"], is_on=True)
    if found := _TAKES_OFF.match(line):
        return Reacts(number, *_who(found), found["emoji"], is_on=False)
    if found := _EDITS.match(line):
        return Edits(number, *_who(found), found["text"])
    if found := _DELETES.match(line):
        return Deletes(number, *_who(found))
    if found := _REPLIES.match(line):
        return Says(number, *_who(found), found["text"], is_reply=True)
    if found := _SAYS.match(line):
        return Says(number, *_who(found), found["text"])
    return None


def _who(found: re.Match[str]) -> tuple[str, str, str]:
    """Channel, person, record. "direct" stands for the chat in which the person is alone with Mycel."""
    who, about = found["who"], found.groupdict().get("about") or ""
    return direct_with(who) if found["channel"] == "direct" else found["channel"], who, about.upper()
