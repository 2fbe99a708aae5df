"""What an import of others' decisions needs to know: whom it knows by name, what is here, which links wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import transfer
from storage.decision_tables import decision_links, decision_loose_links, decisions
from storage.links import Link
from storage.network_tables import identities, people
from storage.statements import insert_new


@dataclass(frozen=True, slots=True)
class Known:
    """A decision that is here. `is_own`: it was not imported but written down by this network, and comes back."""

    source: str
    number: int
    author_id: int
    created_at: datetime
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Loose:
    """A link of decision `number` to what was not here; `source` is that decision's own."""

    number: int
    source: str
    relation: str
    target: str


_HAS_ACCOUNT = sa.exists().where(
    identities.c.network_id == people.c.network_id, identities.c.person_id == people.c.id
)  # fmt: skip
_NAMED = (
    sa.select(people.c.name, sa.func.min(people.c.id))
    .where(
        people.c.network_id == bindparam("n"),
        people.c.name.in_(bindparam("names", expanding=True)),
        people.c.forgotten_at.is_(None),
        people.c.merged_into.is_(None),
        ~_HAS_ACCOUNT,
    )
    .group_by(people.c.name)
)
_KNOWN = sa.select(*[decisions.c[name] for name in ("source", "number", "author_id", "created_at")]).where(
    decisions.c.network_id == bindparam("n"),
    decisions.c.source != "",
    decisions.c.source.in_(bindparam("sources", expanding=True)),
)
_ADD_LINK = insert_new(decision_links)
_WAITING_FOR = (
    sa.select(
        decision_loose_links.c.number,
        decisions.c.source,
        decision_loose_links.c.relation,
        decision_loose_links.c.target,
    )
    .join_from(
        decision_loose_links,
        decisions,
        sa.and_(
            decisions.c.network_id == decision_loose_links.c.network_id,
            decisions.c.number == decision_loose_links.c.number,
        ),
    )
    .where(
        decision_loose_links.c.network_id == bindparam("n"),
        decision_loose_links.c.target.in_(bindparam("targets", expanding=True)),
    )
    .order_by(decision_loose_links.c.number, decision_loose_links.c.relation)
)
_DROP_LOOSE = sa.delete(decision_loose_links).where(
    decision_loose_links.c.network_id == bindparam("n"),
    decision_loose_links.c.number == bindparam("d"),
    decision_loose_links.c.relation == bindparam("r"),
    decision_loose_links.c.target == bindparam("t"),
)


OWN = "mycel:"
_NUMBERED = sa.select(decisions.c.number, decisions.c.author_id, decisions.c.created_at).where(
    decisions.c.network_id == bindparam("n"), decisions.c.number.in_(bindparam("numbers", expanding=True))
)


def people_without_account(db: sa.Connection, network_id: int, names: list[str]) -> dict[str, int]:
    """Person ids by name of those who are known by name only: a name is no proof of who has an account."""
    if not names:
        return {}
    return {row[0]: row[1] for row in db.execute(_NAMED, {"n": network_id, "names": names})}


def known(db: sa.Connection, network_id: int, sources: list[str]) -> dict[str, Known]:
    """Which of these are here already."""
    if not sources:
        return {}
    found = {row[0]: Known(*row) for row in db.execute(_KNOWN, {"n": network_id, "sources": sources})}
    return found | _own(db, network_id, [source for source in sources if source.startswith(OWN)])


def _own(db: sa.Connection, network_id: int, sources: list[str]) -> dict[str, Known]:
    """Those that this network wrote down itself ("mycel:…:12")."""
    if not sources:
        return {}
    prefix = f"{OWN}{transfer.fingerprint(db, network_id)}:"
    named = {int(s.removeprefix(prefix)): s for s in sources if s.startswith(prefix) and s[len(prefix) :].isdigit()}
    rows = db.execute(_NUMBERED, {"n": network_id, "numbers": sorted(named)}) if named else ()
    return {named[row.number]: Known(named[row.number], *row, is_own=True) for row in rows}


def add_link(db: sa.Connection, link: Link) -> bool:
    """Stores a link unless there is one, in whatever state; whether it is new."""
    return db.execute(_ADD_LINK, {name: getattr(link, name) for name in Link.__dataclass_fields__}).rowcount == 1


def waiting_for(db: sa.Connection, network_id: int, sources: list[str]) -> list[Loose]:
    """Loose links to these, whoever has them."""
    if not sources:
        return []
    return [Loose(*row) for row in db.execute(_WAITING_FOR, {"n": network_id, "targets": sources})]


def drop_loose(db: sa.Connection, network_id: int, loose: Loose) -> None:
    """A loose link has become a real one."""
    db.execute(_DROP_LOOSE, {"n": network_id, "d": loose.number, "r": loose.relation, "t": loose.target})
