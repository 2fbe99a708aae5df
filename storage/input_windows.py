"""Input windows as records: who is asked until when, who was heard, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.contributions import contribution, redact
from storage.delivery_tables import messages
from storage.network import CHANNEL_COLUMNS, Channel
from storage.network_tables import channels
from storage.types import UtcDateTime
from storage.window_tables import contributions, input_windows, window_groups

__all__ = ["Window", "WindowGroup", "contribution", "redact"]

OPEN, CLOSED, CONCLUDED, CANCELLED = "open", "closed", "concluded", "cancelled"
ASKED, PAUSED, LEFT, DONE = "asked", "paused", "left", "done"
BY_CONTRIBUTION, BY_PASS = "contribution", "pass"
HEAD_VIEW = "window_head"


@dataclass(frozen=True, slots=True)
class Window:
    """The window of decision `number`. `length`: canonical duration; `closed_at`: when it was closed, None before.

    `extensions`: canonical durations added since; `round`: how often it was opened.
    """

    network_id: int
    number: int
    is_review: bool
    state: str
    length: str
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None = None
    outcome: str = ""
    outcome_text: str = ""
    outcome_by: int | None = None
    outcome_at: datetime | None = None
    extensions: tuple[str, ...] = ()
    substance_version: int = 1
    round: int = 1

    @property
    def about(self) -> str:
        return f"D-{self.number}"


@dataclass(frozen=True, slots=True)
class WindowGroup:
    """A group that is asked, with its own end: UTC, and the local time and zone that it was derived from.

    `holidays`: (ISO date, name) of the days that were not counted. `heard_how`: "", contribution, pass.
    `state`: asked; not waited for: paused, left, done. `joined_at`: it came in after the opening; `held_at`: it asked
    for more time; `changed_at`: a change of substance left it too little time.
    """

    network_id: int
    number: int
    group_id: int
    closes_at: datetime
    closes_local: str
    zone: str
    holidays: tuple[tuple[str, str], ...]
    heard_at: datetime | None = None
    heard_how: str = ""
    state: str = "asked"
    joined_at: datetime | None = None
    held_at: datetime | None = None
    held_by: int | None = None
    held_why: str = ""
    changed_at: datetime | None = None

    @property
    def is_asked(self) -> bool:
        """Whether it is waited for."""
        return self.state == ASKED


_COLUMNS = [input_windows.c[name] for name in Window.__dataclass_fields__]
_GROUP_NAMES = tuple(WindowGroup.__dataclass_fields__)
_HEARD = ("heard_at", "heard_how")
_ADD = sa.insert(input_windows)
_ADD_GROUP = sa.insert(window_groups)
_FIND = sa.select(*_COLUMNS).where(
    input_windows.c.network_id == bindparam("n"), input_windows.c.number == bindparam("d")
)
_ASKED = (
    sa.select(*[window_groups.c[name] for name in _GROUP_NAMES])
    .where(window_groups.c.network_id == bindparam("n"), window_groups.c.number == bindparam("d"))
    .order_by(window_groups.c.closes_at, window_groups.c.group_id)
)
_OPEN_OF_GROUP = (
    sa.select(*_COLUMNS)
    .select_from(
        window_groups.join(
            input_windows,
            sa.and_(
                input_windows.c.network_id == window_groups.c.network_id,
                input_windows.c.number == window_groups.c.number,
            ),
        )
    )
    .where(
        window_groups.c.network_id == bindparam("n"),
        window_groups.c.group_id == bindparam("g"),
        window_groups.c.state != "left",
        input_windows.c.state == "open",
    )
    .order_by(window_groups.c.number)
)


def add(db: sa.Connection, window: Window, asked: list[WindowGroup]) -> None:
    """Stores a new window with the groups that it asks."""
    row = {name: getattr(window, name) for name in Window.__dataclass_fields__}
    db.execute(_ADD, row | {"extensions": list(window.extensions)})
    db.execute(_ADD_GROUP, [_group_row(group) for group in asked])


def add_group(db: sa.Connection, group: WindowGroup) -> None:
    """One more group that a window asks."""
    db.execute(_ADD_GROUP, _group_row(group))


def window(db: sa.Connection, network_id: int, number: int) -> Window | None:
    """The window of a decision."""
    row = db.execute(_FIND, {"n": network_id, "d": number}).one_or_none()
    return _window(row) if row else None


def asked(db: sa.Connection, network_id: int, number: int) -> list[WindowGroup]:
    """The groups that a window asks, the first to end first."""
    return [_window_group(row) for row in db.execute(_ASKED, {"n": network_id, "d": number})]


def open_of_group(db: sa.Connection, network_id: int, group_id: int) -> list[Window]:
    """Open windows that ask a group."""
    return [_window(row) for row in db.execute(_OPEN_OF_GROUP, {"n": network_id, "g": group_id})]


def _window(row: Any) -> Window:
    values = dict(zip(Window.__dataclass_fields__, row, strict=True))
    return Window(**values | {"extensions": tuple(values["extensions"])})


def _group_row(group: WindowGroup) -> dict[str, object]:
    row = {name: getattr(group, name) for name in _GROUP_NAMES}
    return row | {"holidays": [list(day) for day in group.holidays]}


def _window_group(row: Any) -> WindowGroup:
    values = dict(zip(_GROUP_NAMES, row, strict=True))
    values["holidays"] = tuple((day, name) for day, name in values["holidays"])
    return WindowGroup(**values)


_THIS = (input_windows.c.network_id == bindparam("n"), input_windows.c.number == bindparam("d"))
_THIS_GROUP = (
    window_groups.c.network_id == bindparam("n"),
    window_groups.c.number == bindparam("d"),
    window_groups.c.group_id == bindparam("g"),
)
_STEERED = ("closes_at", "extensions", "substance_version")
_STEER = (
    sa.update(input_windows)
    .where(*_THIS)
    .values(**{name: bindparam(f"new_{name}", type_=input_windows.c[name].type) for name in _STEERED})
)
_MOVING = tuple(name for name in _GROUP_NAMES if name not in ("network_id", "number", "group_id", *_HEARD))
_MOVE_GROUP = (
    sa.update(window_groups)
    .where(*_THIS_GROUP)
    .values(**{name: bindparam(f"new_{name}", type_=window_groups.c[name].type) for name in _MOVING})
)
_ASK_ANEW = sa.update(window_groups).where(*_THIS_GROUP).values(heard_at=None, heard_how="", state=ASKED)
_HEAR = (
    sa.update(window_groups)
    .where(*_THIS_GROUP, window_groups.c.heard_at.is_(None))
    .values(heard_at=bindparam("at", type_=UtcDateTime), heard_how=bindparam("how"))
)
_PASS = (
    sa.update(window_groups)
    .where(*_THIS_GROUP, window_groups.c.heard_how != "pass")
    .values(heard_at=sa.func.coalesce(window_groups.c.heard_at, bindparam("at", type_=UtcDateTime)), heard_how="pass")
)
_UNHEAR = (
    sa.update(window_groups)
    .where(
        *_THIS_GROUP,
        window_groups.c.heard_how == "contribution",
        ~sa.exists().where(
            contributions.c.network_id == bindparam("n"),
            contributions.c.number == bindparam("d"),
            contributions.c.group_id == bindparam("g"),
            contributions.c.stance != "talk",
            contributions.c.redacted_at.is_(None),
            ~contributions.c.is_late,
        ),
    )
    .values(heard_at=None, heard_how="")
)
_CLOSE = (
    sa.update(input_windows)
    .where(*_THIS, input_windows.c.state == "open")
    .values(state=CLOSED, closed_at=bindparam("at", type_=UtcDateTime))
)
_CONCLUDE = (
    sa.update(input_windows)
    .where(*_THIS)
    .values(
        state=CONCLUDED,
        outcome=bindparam("new_outcome"),
        outcome_text=bindparam("text"),
        outcome_by=bindparam("by"),
        outcome_at=bindparam("at", type_=UtcDateTime),
    )
)
_CANCEL = sa.update(input_windows).where(*_THIS).values(state=CANCELLED)
_RELINK = (
    sa.update(input_windows)
    .where(input_windows.c.network_id == bindparam("n"), input_windows.c.outcome_by == bindparam("old"))
    .values(outcome_by=bindparam("new"))
)
_FORGET = (
    sa.update(input_windows)
    .where(input_windows.c.network_id == bindparam("n"), input_windows.c.outcome_by == bindparam("p"))
    .values(outcome_text="")
    .returning(input_windows.c.number)
)
_FORGET_HOLDS = (
    sa.update(window_groups)
    .where(window_groups.c.network_id == bindparam("n"), window_groups.c.held_by == bindparam("p"))
    .values(held_why="")
    .returning(window_groups.c.number)
)
_RELINK_HOLDS = (
    sa.update(window_groups)
    .where(window_groups.c.network_id == bindparam("n"), window_groups.c.held_by == bindparam("old"))
    .values(held_by=bindparam("new"))
)
_BLANK_OUTCOME = sa.update(input_windows).where(*_THIS).values(outcome_text="")
_HEADS = (
    sa.select(*CHANNEL_COLUMNS)
    .select_from(
        messages.join(
            channels,
            sa.and_(channels.c.network_id == messages.c.network_id, channels.c.id == messages.c.channel_id),
        )
    )
    .where(
        messages.c.network_id == bindparam("n"),
        messages.c.about == bindparam("subject"),
        messages.c.view == HEAD_VIEW,
        channels.c.state == "active",
    )
    .order_by(channels.c.id)
)


def steer(db: sa.Connection, window: Window) -> None:
    """Stores another end of a window, its extensions, and the version of its last change of substance."""
    values = {f"new_{name}": getattr(window, name) for name in _STEERED} | {"new_extensions": list(window.extensions)}
    db.execute(_STEER, {"n": window.network_id, "d": window.number} | values)


def move_group(db: sa.Connection, group: WindowGroup) -> None:
    """Another end or state of a group, with all that its end is derived from; whether it was heard stays."""
    row = _group_row(group)
    key = {"n": group.network_id, "d": group.number, "g": group.group_id}
    db.execute(_MOVE_GROUP, key | {f"new_{name}": row[name] for name in _MOVING})


def ask_anew(db: sa.Connection, network_id: int, number: int, group_id: int) -> None:
    """A group that was in the window before is waited for again, as if it had not been heard."""
    db.execute(_ASK_ANEW, {"n": network_id, "d": number, "g": group_id})


def hear(db: sa.Connection, network_id: int, number: int, group_id: int, at: datetime) -> bool:
    """The group has given input; whether that is new."""
    values = {"n": network_id, "d": number, "g": group_id, "at": at, "how": BY_CONTRIBUTION}
    return db.execute(_HEAR, values).rowcount == 1


def hear_pass(db: sa.Connection, network_id: int, number: int, group_id: int, at: datetime) -> bool:
    """The group has nothing to say, and said so; whether that is new. A redaction does not take it back."""
    return db.execute(_PASS, {"n": network_id, "d": number, "g": group_id, "at": at}).rowcount == 1


def unhear(db: sa.Connection, network_id: int, number: int, group_id: int) -> bool:
    """A group that was heard through contributions of which none counts any more was not heard; whether it is so."""
    return db.execute(_UNHEAR, {"n": network_id, "d": number, "g": group_id}).rowcount == 1


def close(db: sa.Connection, network_id: int, number: int, at: datetime) -> bool:
    """Closes an open window; False if it was not open."""
    return db.execute(_CLOSE, {"n": network_id, "d": number, "at": at}).rowcount == 1


def conclude(
    db: sa.Connection, network_id: int, number: int, *, outcome: str, text: str, by: int, at: datetime
) -> None:
    """Writes down what became of the proposal."""
    values = {"new_outcome": outcome, "text": text, "by": by, "at": at}
    db.execute(_CONCLUDE, {"n": network_id, "d": number} | values)


def cancel(db: sa.Connection, network_id: int, number: int) -> None:
    """The decision was undone: its window is no more."""
    db.execute(_CANCEL, {"n": network_id, "d": number})


def relink_person(db: sa.Connection, network_id: int, from_id: int, to_id: int) -> None:
    for relink in (_RELINK, _RELINK_HOLDS):
        db.execute(relink, {"n": network_id, "old": from_id, "new": to_id})


def forget_person(db: sa.Connection, network_id: int, person_id: int) -> list[int]:
    """Takes somebody's words out of outcomes and of what was said for more time; the numbers of the decisions."""
    values = {"n": network_id, "p": person_id}
    return sorted({number for forget in (_FORGET, _FORGET_HOLDS) for number in db.execute(forget, values).scalars()})


def blank_outcome(db: sa.Connection, network_id: int, number: int) -> None:
    """Takes the words out of an outcome; which one it was stays."""
    db.execute(_BLANK_OUTCOME, {"n": network_id, "d": number})


def head_channels(db: sa.Connection, network_id: int, about: str) -> list[Channel]:
    """Channels that have a thread of a window ("D-1") and still are connected."""
    return [Channel(*row) for row in db.execute(_HEADS, {"n": network_id, "subject": about})]
