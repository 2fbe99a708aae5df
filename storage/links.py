"""Links between decisions: one row a link, read from both sides; never to nothing, no circles without sense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_tables import decision_links, decision_loose_links, decisions
from storage.statements import insert, insert_new

KEPT, WAITING, ASKED, REFUSED = "kept", "waiting", "asked", "refused"


@dataclass(frozen=True, slots=True)
class Link:
    """Decision `number` stands in `relation` to `to_number`."""

    network_id: int
    number: int
    relation: str
    to_number: int
    state: str
    by_id: int
    at: datetime


_SET = insert(decision_links)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "number", "relation", "to_number"],
    set_={"state": _SET.excluded.state, "by_id": _SET.excluded.by_id, "at": _SET.excluded.at},
)
_OF = (
    sa.select(decision_links)
    .where(
        decision_links.c.network_id == bindparam("n"),
        sa.or_(decision_links.c.number == bindparam("d"), decision_links.c.to_number == bindparam("d")),
    )
    .order_by(decision_links.c.at, decision_links.c.number, decision_links.c.to_number)
)
_DROP = sa.delete(decision_links).where(
    decision_links.c.network_id == bindparam("n"),
    decision_links.c.number == bindparam("d"),
    decision_links.c.relation.in_(bindparam("relations", expanding=True)),
)
_STATE = (
    sa.update(decision_links)
    .where(
        decision_links.c.network_id == bindparam("n"),
        decision_links.c.number == bindparam("d"),
        decision_links.c.state == bindparam("from_state"),
    )
    .values(state=bindparam("to_state"))
)
_REACH = (
    sa.select(decision_links.c.to_number)
    .where(
        decision_links.c.network_id == bindparam("n"),
        decision_links.c.number == bindparam("start"),
        decision_links.c.relation.in_(bindparam("relations", expanding=True)),
        decision_links.c.state != REFUSED,
    )
    .cte("reach", recursive=True)
)
_REACH = _REACH.union(
    sa.select(decision_links.c.to_number).where(
        decision_links.c.network_id == bindparam("n"),
        decision_links.c.number == _REACH.c.to_number,
        decision_links.c.relation.in_(bindparam("relations", expanding=True)),
        decision_links.c.state != REFUSED,
    )
)
_REACHES = sa.select(sa.exists().where(_REACH.c.to_number == bindparam("goal")))


def set_link(db: sa.Connection, link: Link) -> None:
    """Stores a link, or its new state."""
    names = ("network_id", "number", "relation", "to_number", "state", "by_id", "at")
    db.execute(_SET, {name: getattr(link, name) for name in names})


def links_of(db: sa.Connection, network_id: int, number: int) -> list[Link]:
    """All links of a decision, from both sides, whatever their state."""
    return [Link(*row) for row in db.execute(_OF, {"n": network_id, "d": number})]


def reaches(db: sa.Connection, network_id: int, start: int, goal: int, relations: tuple[str, ...]) -> bool:
    """Whether links of these relations lead from `start` to `goal`."""
    values = {"n": network_id, "start": start, "goal": goal, "relations": list(relations)}
    found: bool = db.execute(_REACHES, values).scalar_one()
    return bool(found)


def move_state(db: sa.Connection, network_id: int, number: int, before: str, after: str) -> None:
    """Gives all links that go out from a decision and are in state `before` the state `after`."""
    db.execute(_STATE, {"n": network_id, "d": number, "from_state": before, "to_state": after})


def drop_from(db: sa.Connection, network_id: int, number: int, relations: tuple[str, ...]) -> None:
    """Takes away the links of these relations that go out from a decision (it was undone or withdrawn)."""
    db.execute(_DROP, {"n": network_id, "d": number, "relations": list(relations)})


_LOOSE = insert_new(decision_loose_links)
_LOOSE_OF = (
    sa.select(decision_loose_links.c.relation, decision_loose_links.c.target)
    .where(decision_loose_links.c.network_id == bindparam("n"), decision_loose_links.c.number == bindparam("d"))
    .order_by(decision_loose_links.c.relation, decision_loose_links.c.target)
)
_BY_SOURCE = sa.select(decisions.c.source, decisions.c.number).where(
    decisions.c.network_id == bindparam("n"), decisions.c.source.in_(bindparam("sources", expanding=True))
)


def keep_loose(db: sa.Connection, network_id: int, number: int, relation: str, target: str) -> None:
    """Keeps a link of an imported decision to what is not here, as it was written."""
    row = {"network_id": network_id, "number": number, "relation": relation, "target": target[:200]}
    db.execute(_LOOSE, row)


def loose_of(db: sa.Connection, network_id: int, number: int) -> list[tuple[str, str]]:
    """(relation, target) of a decision's links to what is not here."""
    return [(r[0], r[1]) for r in db.execute(_LOOSE_OF, {"n": network_id, "d": number})]


def numbers_by_source(db: sa.Connection, network_id: int, sources: list[str]) -> dict[str, int]:
    """Which imported sources are here already, and under which number."""
    if not sources:
        return {}
    return {r[0]: r[1] for r in db.execute(_BY_SOURCE, {"n": network_id, "sources": sources})}
