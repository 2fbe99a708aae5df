"""Windows that are opened again: what became of them before is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.input_windows import DONE, OPEN, Window
from storage.types import UtcDateTime
from storage.window_tables import input_windows, window_groups, window_rounds


@dataclass(frozen=True, slots=True)
class Round:
    """A window as it was closed, before it was opened again. `outcome` is "" where none had been given."""

    network_id: int
    number: int
    round: int
    is_review: bool
    opened_at: datetime
    closed_at: datetime
    outcome: str
    outcome_text: str
    outcome_by: int | None
    outcome_at: datetime | None


_NAMES = tuple(Round.__dataclass_fields__)
_KEEP = sa.insert(window_rounds)
_THIS = (input_windows.c.network_id == bindparam("n"), input_windows.c.number == bindparam("d"))
_REOPENED = ("is_review", "length", "opened_at", "closes_at", "substance_version", "round")
_REOPEN = (
    sa.update(input_windows)
    .where(*_THIS)
    .values(
        state=OPEN,
        closed_at=None,
        outcome="",
        outcome_text="",
        outcome_by=None,
        outcome_at=None,
        extensions=bindparam("none", type_=input_windows.c.extensions.type),
        **{name: bindparam(f"new_{name}", type_=input_windows.c[name].type) for name in _REOPENED},
    )
)
_SET_DONE = (
    sa.update(window_groups)
    .where(
        window_groups.c.network_id == bindparam("n"),
        window_groups.c.number == bindparam("d"),
        window_groups.c.state != "left",
    )
    .values(state=DONE)
)
_OF_WINDOW = (window_rounds.c.network_id == bindparam("n"), window_rounds.c.number == bindparam("d"))
_FIND = sa.select(*[window_rounds.c[name] for name in _NAMES]).where(*_OF_WINDOW).order_by(window_rounds.c.round)
_BLANK = sa.update(window_rounds).where(*_OF_WINDOW).values(outcome_text="")
_FORGET = (
    sa.update(window_rounds)
    .where(window_rounds.c.network_id == bindparam("n"), window_rounds.c.outcome_by == bindparam("p"))
    .values(outcome_text="")
)
_RELINK = (
    sa.update(window_rounds)
    .where(window_rounds.c.network_id == bindparam("n"), window_rounds.c.outcome_by == bindparam("old"))
    .values(outcome_by=bindparam("new"))
)


def reopen(db: sa.Connection, old: Window, new: Window) -> None:
    """Opens a closed window again as `new`, with nobody asked yet; what became of it before is put aside."""
    closed_at = old.closed_at or old.closes_at
    db.execute(_KEEP, {name: getattr(old, name) for name in _NAMES} | {"closed_at": closed_at})
    key = {"n": old.network_id, "d": old.number}
    db.execute(_REOPEN, key | {"none": []} | {f"new_{name}": getattr(new, name) for name in _REOPENED})
    db.execute(_SET_DONE, key)


def rounds(db: sa.Connection, network_id: int, number: int) -> list[Round]:
    """What became of a window before it was opened again, the first time first."""
    return [Round(*row) for row in db.execute(_FIND, {"n": network_id, "d": number})]


def blank(db: sa.Connection, network_id: int, number: int) -> None:
    """Takes the words out of earlier outcomes of a decision."""
    db.execute(_BLANK, {"n": network_id, "d": number})


def forget_person(db: sa.Connection, network_id: int, person_id: int) -> None:
    """Takes somebody's words out of earlier outcomes."""
    db.execute(_FORGET, {"n": network_id, "p": person_id})


def relink_person(db: sa.Connection, network_id: int, from_id: int, to_id: int) -> None:
    db.execute(_RELINK, {"n": network_id, "old": from_id, "new": to_id})


_OWED = (
    sa.select(input_windows.c.number, input_windows.c.closed_at)
    .where(
        input_windows.c.network_id == bindparam("n"),
        input_windows.c.state == "closed",
        input_windows.c.closed_at <= bindparam("before", type_=UtcDateTime),
    )
    .order_by(input_windows.c.closed_at, input_windows.c.number)
    .limit(bindparam("most"))
)


def owed(db: sa.Connection, network_id: int, before: datetime, most: int = 100) -> list[tuple[int, datetime]]:
    """Windows closed until `before` whose outcome is still owed: (decision number, closed at), the oldest first.

    Whoever shows them checks each decision's audience.
    """
    return [(number, at) for number, at in db.execute(_OWED, {"n": network_id, "before": before, "most": most})]
