"""What other groups say of a decision: that it affects them too, and whether they carried it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_life_tables import decision_checks, decision_joined
from storage.statements import insert, insert_new


@dataclass(frozen=True, slots=True)
class Joined:
    """A group that said that a decision affects it."""

    network_id: int
    number: int
    group_id: int
    why: str
    by_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """What a group says of carrying a decision out. `answer`: "" (none yet), as-is, adapted, not.

    `asked_at`: None where it said so unasked.
    """

    network_id: int
    number: int
    group_id: int
    asked_at: datetime | None
    answer: str = ""
    text: str = ""
    by_id: int | None = None
    at: datetime | None = None


_JOIN = insert(decision_joined)
_JOIN = _JOIN.on_conflict_do_update(
    index_elements=["network_id", "number", "group_id"],
    set_={"why": _JOIN.excluded.why, "by_id": _JOIN.excluded.by_id, "at": _JOIN.excluded.at},
)
_JOINED = (
    sa.select(*[decision_joined.c[name] for name in Joined.__dataclass_fields__])
    .where(decision_joined.c.network_id == bindparam("n"), decision_joined.c.number == bindparam("d"))
    .order_by(decision_joined.c.at, decision_joined.c.group_id)
)
_ASK = insert_new(decision_checks)
_ANSWER = insert(decision_checks)
_ANSWER = _ANSWER.on_conflict_do_update(
    index_elements=["network_id", "number", "group_id"],
    set_={name: _ANSWER.excluded[name] for name in ("answer", "text", "by_id", "at")},
)
_CHECKS = (
    sa.select(*[decision_checks.c[name] for name in Check.__dataclass_fields__])
    .where(decision_checks.c.network_id == bindparam("n"), decision_checks.c.number == bindparam("d"))
    .order_by(decision_checks.c.group_id)
)


def join(db: sa.Connection, joined: Joined) -> None:
    """A group says that a decision affects it, or says anew why."""
    db.execute(_JOIN, {name: getattr(joined, name) for name in Joined.__dataclass_fields__})


def joined(db: sa.Connection, network_id: int, number: int) -> list[Joined]:
    """The groups that came to a decision by themselves, in order."""
    return [Joined(*row) for row in db.execute(_JOINED, {"n": network_id, "d": number})]


def ask(db: sa.Connection, network_id: int, number: int, group_id: int, at: datetime) -> bool:
    """Notes that a group is asked whether it carried a decision out; False if it was, or has said so already."""
    check = Check(network_id, number, group_id, at)
    return db.execute(_ASK, {name: getattr(check, name) for name in Check.__dataclass_fields__}).rowcount == 1


def answer(db: sa.Connection, check: Check) -> None:
    """Stores what a group says; it may say something else later."""
    db.execute(_ANSWER, {name: getattr(check, name) for name in Check.__dataclass_fields__})


def checks(db: sa.Connection, network_id: int, number: int) -> list[Check]:
    """What the groups that were asked say."""
    return [Check(*row) for row in db.execute(_CHECKS, {"n": network_id, "d": number})]


_OLD: sa.BindParameter[int] = bindparam("p")
_MOVES = [
    sa.update(table)
    .where(table.c.network_id == bindparam("n"), table.c.by_id == _OLD)
    .values(by_id=bindparam("new_person"))
    for table in (decision_joined, decision_checks)
]
_FORGETS = [
    sa.update(decision_joined)
    .where(decision_joined.c.network_id == bindparam("n"), decision_joined.c.by_id == _OLD)
    .values(why="")
    .returning(decision_joined.c.number),
    sa.update(decision_checks)
    .where(decision_checks.c.network_id == bindparam("n"), decision_checks.c.by_id == _OLD)
    .values(text="")
    .returning(decision_checks.c.number),
]


_COUNTS = [
    sa.select(sa.func.count()).select_from(table).where(table.c.network_id == bindparam("n"), table.c.by_id == _OLD)
    for table in (decision_joined, decision_checks)
]


def count_of(db: sa.Connection, network_id: int, person_id: int) -> int:
    """How often somebody spoke for their group about another one's decision."""
    return sum(db.execute(statement, {"n": network_id, "p": person_id}).scalar_one() for statement in _COUNTS)


def move_person(db: sa.Connection, network_id: int, from_person: int, to_person: int) -> None:
    """Two people were one."""
    for statement in _MOVES:
        db.execute(statement, {"n": network_id, "p": from_person, "new_person": to_person})


def forget_person(db: sa.Connection, network_id: int, person_id: int) -> list[int]:
    """Takes somebody's words out of what their group said; the numbers of the decisions."""
    found = [db.execute(statement, {"n": network_id, "p": person_id}).scalars() for statement in _FORGETS]
    return sorted({number for numbers in found for number in numbers})
