"""Pictures by their name, kept as drawings: what is painted from one is made when it is shown, and again if lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.statements import insert
from storage.types import JsonText, UtcDateTime, metadata

pictures = sa.Table(
    "pictures",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("name", sa.String(120), primary_key=True),
    # Numbers, ids and names of groups; never what people wrote, so that a redaction needs nothing here.
    Column("drawing", JsonText, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
    sa.Index("ix_pictures_kept_at", "kept_at"),
)

_KEEP = insert(pictures)
_KEEP = _KEEP.on_conflict_do_update(
    index_elements=["network_id", "name"],
    set_={"drawing": _KEEP.excluded.drawing, "kept_at": _KEEP.excluded.kept_at},
)
_FIND = sa.select(pictures.c.drawing).where(
    pictures.c.network_id == bindparam("n"), pictures.c.name == bindparam("name")
)
_PRUNE = sa.delete(pictures).where(pictures.c.kept_at < bindparam("before", type_=UtcDateTime))


def keep(db: sa.Connection, network_id: int, name: str, drawing: dict[str, Any], at: datetime) -> None:
    """Stores a drawing under its name."""
    db.execute(_KEEP, {"network_id": network_id, "name": name, "drawing": drawing, "kept_at": at})


def find(db: sa.Connection, network_id: int, name: str) -> dict[str, Any] | None:
    """The drawing of this name."""
    found: dict[str, Any] | None = db.execute(_FIND, {"n": network_id, "name": name}).scalar_one_or_none()
    return found


def prune(db: sa.Connection, before: datetime) -> int:
    """Deletes drawings kept before a moment; returns how many."""
    return db.execute(_PRUNE, {"before": before}).rowcount
