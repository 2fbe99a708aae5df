"""What decisions said before they were edited: every version is kept, nothing is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_tables import decision_versions
from storage.decisions import Decision


@dataclass(frozen=True, slots=True)
class Version:
    """All that an edit can change, as it was until `replaced_at`."""

    network_id: int
    number: int
    version: int
    title: str
    why: str
    alternatives: str
    taken_by: str
    tags: tuple[str, ...]
    rests_on: tuple[str, ...]
    review_at: datetime | None
    replaced_at: datetime
    replaced_by: int
    note: str


_OF_DECISION = (decision_versions.c.network_id == bindparam("n"), decision_versions.c.number == bindparam("d"))
_ADD = sa.insert(decision_versions)
_BLANK = (
    sa.update(decision_versions)
    .where(*_OF_DECISION)
    .values(title="", why="", alternatives="", taken_by="", tags=[], rests_on=[], note="")
)
_FIND = (
    sa.select(*[decision_versions.c[name] for name in Version.__dataclass_fields__])
    .where(*_OF_DECISION)
    .order_by(decision_versions.c.version)
)


def keep(db: sa.Connection, old: Decision, at: datetime, by: int, note: str) -> None:
    """Puts what a decision says aside before it is changed by person `by`."""
    names = ("network_id", "number", "version", "title", "why", "alternatives", "taken_by", "review_at")
    row = {name: getattr(old, name) for name in names} | {"tags": list(old.tags), "rests_on": list(old.rests_on)}
    db.execute(_ADD, row | {"replaced_at": at, "replaced_by": by, "note": note})


def find(db: sa.Connection, network_id: int, number: int) -> list[Version]:
    """Earlier versions, the oldest first."""
    found = []
    for row in db.execute(_FIND, {"n": network_id, "d": number}):
        values = dict(row._mapping)
        found.append(Version(**values | {"tags": tuple(row.tags), "rests_on": tuple(row.rests_on)}))
    return found


def blank(db: sa.Connection, network_id: int, number: int) -> None:
    """Takes people's words out of all earlier versions."""
    db.execute(_BLANK, {"n": network_id, "d": number})
