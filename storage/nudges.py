"""Groups that are silent: how far it has gone with each, and which groups work on the same things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.network_tables import groups
from storage.statements import insert, insert_new
from storage.types import JsonText, UtcDateTime, metadata
from storage.window_tables import input_windows, window_groups

silences = sa.Table(
    "silences",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("group_id", sa.BigInteger, primary_key=True),
    # Since when it is watched.
    Column("begun_at", UtcDateTime, nullable=False),
    # How often it was nudged in this silence; from some step on others were asked.
    Column("step", sa.Integer, nullable=False),
    Column("nudged_at", UtcDateTime),
    # What the last nudge was about: window, concern, …, and the record's id.
    Column("asked", sa.String(20), nullable=False),
    Column("about", sa.String(40), nullable=False),
    # How many nudges of a kind in a row nobody answered: {"window": 2}.
    Column("unanswered", JsonText, nullable=False),
    # Groups that were asked to call in this silence, the first first; and which of them did.
    Column("neighbours", JsonText, nullable=False),
    Column("called_by", sa.BigInteger),
    Column("round", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["network_id", "group_id"], ["groups.network_id", "groups.id"]),
)


@dataclass(frozen=True, slots=True)
class Silence:
    """How far it has gone with a group. Moments by the network's clock."""

    network_id: int
    group_id: int
    begun_at: datetime
    step: int = 0
    nudged_at: datetime | None = None
    asked: str = ""
    about: str = ""
    unanswered: tuple[tuple[str, int], ...] = ()
    neighbours: tuple[int, ...] = ()
    called_by: int | None = None
    round: int = 0

    def unanswered_of(self, kind: str) -> int:
        return dict(self.unanswered).get(kind, 0)


_NAMES = tuple(Silence.__dataclass_fields__)
_COLUMNS = [silences.c[name] for name in _NAMES]
_FIND = sa.select(*_COLUMNS).where(silences.c.network_id == bindparam("n"), silences.c.group_id == bindparam("g"))
_ADD = insert_new(silences)
_SET = insert(silences)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "group_id"], set_={name: _SET.excluded[name] for name in _NAMES[2:]}
)
_WITHOUT = (
    sa.select(groups.c.id)
    .select_from(
        groups.outerjoin(
            silences, sa.and_(silences.c.network_id == groups.c.network_id, silences.c.group_id == groups.c.id)
        )
    )
    .where(groups.c.network_id == bindparam("n"), groups.c.state == "active", silences.c.group_id.is_(None))
    .order_by(groups.c.id)
)
_STAYING = (
    sa.select(*_COLUMNS)
    .where(silences.c.network_id == bindparam("n"), silences.c.step >= bindparam("step"))
    .order_by(silences.c.nudged_at, silences.c.group_id)
)
_OTHERS = window_groups.alias("others")
_TOGETHER = (
    sa.select(_OTHERS.c.group_id, sa.func.count(), sa.func.max(_OTHERS.c.number))
    .select_from(
        input_windows.join(
            window_groups,
            sa.and_(
                window_groups.c.network_id == input_windows.c.network_id,
                window_groups.c.number == input_windows.c.number,
            ),
        ).join(
            _OTHERS,
            sa.and_(
                _OTHERS.c.network_id == window_groups.c.network_id,
                _OTHERS.c.number == window_groups.c.number,
                _OTHERS.c.group_id != window_groups.c.group_id,
            ),
        )
    )
    .where(
        input_windows.c.network_id == bindparam("n"),
        input_windows.c.number > bindparam("after"),
        window_groups.c.group_id == bindparam("g"),
    )
    .group_by(_OTHERS.c.group_id)
)
_LAST_WINDOW = sa.select(sa.func.coalesce(sa.func.max(input_windows.c.number), 0)).where(
    input_windows.c.network_id == bindparam("n")
)
_RECENT = 200
"""So many of the newest decisions say who works on the same things."""


def _row(silence: Silence) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(silence, name) for name in _NAMES}
    return values | {"unanswered": dict(silence.unanswered), "neighbours": list(silence.neighbours)}


def _silence(row: Any) -> Silence:
    values = dict(zip(_NAMES, row, strict=True))
    values["unanswered"] = tuple(sorted(values["unanswered"].items()))
    values["neighbours"] = tuple(values["neighbours"])
    return Silence(**values)


def find(db: sa.Connection, network_id: int, group_id: int) -> Silence | None:
    row = db.execute(_FIND, {"n": network_id, "g": group_id}).one_or_none()
    return _silence(row) if row else None


def add(db: sa.Connection, silence: Silence) -> bool:
    """Begins to watch a group unless it is watched."""
    return db.execute(_ADD, _row(silence)).rowcount == 1


def save(db: sa.Connection, silence: Silence) -> None:
    """Stores all of it."""
    db.execute(_SET, _row(silence))


def groups_without(db: sa.Connection, network_id: int) -> list[int]:
    """Active groups that are not watched yet."""
    return list(db.execute(_WITHOUT, {"n": network_id}).scalars())


def staying_silent(db: sa.Connection, network_id: int, step: int) -> list[Silence]:
    """Groups with which it has gone this far, those nudged longest ago first."""
    return [_silence(row) for row in db.execute(_STAYING, {"n": network_id, "step": step})]


def together(db: sa.Connection, network_id: int, group_id: int) -> dict[int, tuple[int, int]]:
    """Groups asked in the same recent windows as this one: (in how many, number of the newest)."""
    after = db.execute(_LAST_WINDOW, {"n": network_id}).scalar_one() - _RECENT
    rows = db.execute(_TOGETHER, {"n": network_id, "g": group_id, "after": after})
    return {row[0]: (row[1], row[2]) for row in rows}
