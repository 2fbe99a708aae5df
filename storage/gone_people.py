"""What is left in windows of people who go: words leave, concerns that still need an answer do not go under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.contributions import Contribution
from storage.types import UtcDateTime
from storage.window_tables import concern_answers, contributions

_COLUMNS = [contributions.c[name] for name in Contribution.__dataclass_fields__]
_STANDING = ("open", "answered", "carried", "rested")
"""States of concerns that stay without words when their raiser is forgotten."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of somebody's contributions.

    `redacted`: counts no more; `orphaned`: concerns that stand without words; `answered`: numbers of concerns to which
    they had given an answer.
    """

    redacted: tuple[Contribution, ...]
    orphaned: tuple[Contribution, ...]
    answered: tuple[int, ...]


_here = (contributions.c.network_id == bindparam("n"), contributions.c.redacted_at.is_(None))
_stands = sa.and_(contributions.c.stance == "concern", contributions.c.state.in_(_STANDING))
_REDACT = (
    sa.update(contributions)
    .where(*_here, contributions.c.person_id == bindparam("p"), ~_stands)
    .values(text="", redacted_at=bindparam("at", type_=UtcDateTime))
    .returning(*_COLUMNS)
)
# Of a concern that was taken over before its raiser was forgotten, the words are the raiser's; after it, the holder's.
_BLANK_RAISED = (
    sa.update(contributions)
    .where(
        *_here,
        contributions.c.person_id == bindparam("p"),
        contributions.c.orphaned_at.is_(None),
        _stands,
    )
    .values(text="", orphaned_at=bindparam("at", type_=UtcDateTime))
    .returning(*_COLUMNS)
)
_BLANK_HELD = (
    sa.update(contributions)
    .where(*_here, contributions.c.taken_over_by == bindparam("p"))
    .values(
        text=sa.case((contributions.c.orphaned_at.is_(None), contributions.c.text), else_=""),
        taken_over_by=None,
        orphaned_at=sa.case(
            (contributions.c.orphaned_at.is_(None), sa.null()), else_=bindparam("at", type_=UtcDateTime)
        ),
    )
    .returning(*_COLUMNS)
)
_BLANK_ANSWERS = (
    sa.update(concern_answers)
    .where(concern_answers.c.network_id == bindparam("n"), concern_answers.c.by_id == bindparam("p"))
    .values(text="")
    .returning(concern_answers.c.contribution_id)
)
_RELINKS = [
    sa.update(table)
    .where(table.c.network_id == bindparam("n"), table.c[name] == bindparam("old"))
    .values({name: bindparam("new")})
    for table, name in (
        (contributions, "person_id"),
        (contributions, "taken_over_by"),
        (concern_answers, "by_id"),
    )
]


def forget(db: sa.Connection, network_id: int, person_id: int, at: datetime) -> Gone:
    """Takes all words of somebody out of windows.

    A concern that still needs an answer, or stands with an outcome, stays without words, for its group to take over.
    """
    values = {"n": network_id, "p": person_id, "at": at}
    redacted = db.execute(_REDACT, values).all()
    held = db.execute(_BLANK_HELD, values).all()
    raised = db.execute(_BLANK_RAISED, values).all()
    answered = db.execute(_BLANK_ANSWERS, {"n": network_id, "p": person_id}).scalars().all()
    orphaned = {row.id: Contribution(*row) for row in (*held, *raised)}
    return Gone(tuple(Contribution(*row) for row in redacted), tuple(orphaned.values()), tuple(sorted(set(answered))))


def relink(db: sa.Connection, network_id: int, from_id: int, to_id: int) -> None:
    """Two people were one: what the first said is the other's."""
    for statement in _RELINKS:
        db.execute(statement, {"n": network_id, "old": from_id, "new": to_id})
