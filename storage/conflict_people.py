"""Who is in conflicts, and how they leave: two people who were one, and people who asked to be forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.conflict_tables import conflict_log, conflict_parties, conflicts

_ROLES = [
    conflicts.c.raiser_id,
    conflicts.c.confidant_id,
    conflicts.c.host_id,
    conflicts.c.ending_by,
    conflict_parties.c.confirmed_by,
    conflict_log.c.by_id,
]
_RELINK = [
    sa.update(column.table)
    .where(column.table.c.network_id == bindparam("n"), column == bindparam("old"))
    .values({column.name: bindparam("new")})
    for column in _ROLES
]
_TOUCHED = (
    sa.select(conflicts.c.id)
    .where(
        conflicts.c.network_id == bindparam("n"),
        sa.or_(
            *(column == bindparam("p") for column in _ROLES if column.table is conflicts),
            sa.exists().where(
                conflict_log.c.network_id == conflicts.c.network_id,
                conflict_log.c.conflict_id == conflicts.c.id,
                conflict_log.c.by_id == bindparam("p"),
            ),
        ),
    )
    .order_by(conflicts.c.id)
)
_BLANK_RAISED = (
    sa.update(conflicts)
    .where(conflicts.c.network_id == bindparam("n"), conflicts.c.raiser_id == bindparam("p"))
    .values(text="", other="")
)
_BLANK_ENDINGS = (
    sa.update(conflicts)
    .where(conflicts.c.network_id == bindparam("n"), conflicts.c.ending_by == bindparam("p"))
    .values(ending_text="")
)
_BLANK_LOG = (
    sa.update(conflict_log)
    .where(conflict_log.c.network_id == bindparam("n"), conflict_log.c.by_id == bindparam("p"))
    .values(text="")
)
_BLANK_ENTRY = (
    sa.update(conflict_log)
    .where(
        conflict_log.c.network_id == bindparam("n"),
        conflict_log.c.conflict_id == bindparam("i"),
        conflict_log.c.position == bindparam("at_position"),
    )
    .values(text="")
)
_HERE = (conflicts.c.network_id == bindparam("n"), conflicts.c.id == bindparam("i"))
_LOG_HERE = (
    conflict_log.c.network_id == bindparam("n"),
    conflict_log.c.conflict_id == bindparam("i"),
    conflict_log.c.text != "",
)
_REDACT_ALL = (
    sa.update(conflicts).where(*_HERE, conflicts.c.text != "").values(text=""),
    sa.update(conflicts).where(*_HERE, conflicts.c.ending_text != "").values(ending_text=""),
    sa.update(conflict_log).where(*_LOG_HERE).values(text=""),
)
_REDACT_OWN = tuple(
    statement.where(column == bindparam("p"))
    for statement, column in zip(
        _REDACT_ALL, (conflicts.c.raiser_id, conflicts.c.ending_by, conflict_log.c.by_id), strict=True
    )
)
_COUNTS = sa.select(
    sa.select(sa.func.count())
    .select_from(conflicts)
    .where(conflicts.c.network_id == bindparam("n"), conflicts.c.raiser_id == bindparam("p"))
    .scalar_subquery(),
    sa.select(sa.func.count())
    .select_from(conflict_log)
    .where(
        conflict_log.c.network_id == bindparam("n"), conflict_log.c.by_id == bindparam("p"), conflict_log.c.text != ""
    )
    .scalar_subquery(),
)


def relink(db: sa.Connection, network_id: int, from_id: int, to_id: int) -> None:
    """Two people were one."""
    for statement in _RELINK:
        db.execute(statement, {"n": network_id, "old": from_id, "new": to_id})


def forget(db: sa.Connection, network_id: int, person_id: int) -> list[int]:
    """Takes all of somebody's words out; the numbers of the conflicts that they are in."""
    values = {"n": network_id, "p": person_id}
    found = list(db.execute(_TOUCHED, values).scalars())
    for statement in (_BLANK_RAISED, _BLANK_ENDINGS, _BLANK_LOG):
        db.execute(statement, values)
    return found


def blank_entry(db: sa.Connection, network_id: int, id: int, position: int) -> None:
    """Takes the words of one entry of the log out."""
    db.execute(_BLANK_ENTRY, {"n": network_id, "i": id, "at_position": position})


def redact(db: sa.Connection, network_id: int, id: int, person_id: int | None) -> int:
    """Takes somebody's words out of one conflict, everybody's for None; how many places had some."""
    values = {"n": network_id, "i": id, "p": person_id}
    statements = _REDACT_ALL if person_id is None else _REDACT_OWN
    return sum(db.execute(statement, values).rowcount for statement in statements)


def counts(db: sa.Connection, network_id: int, person_id: int) -> tuple[int, int]:
    """(conflicts that somebody raised, entries with words that they wrote)."""
    row = db.execute(_COUNTS, {"n": network_id, "p": person_id}).one()
    return row[0], row[1]
