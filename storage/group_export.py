"""What a group takes with it: its own decisions and what it said, as rows that import again (storage/transfer.py).

What others said on its decisions is theirs: it goes along as kind and count, without words and names. Of decisions of
others on which the group spoke, or that were in conflict with its own, the title goes along, so that its words have
something to stand on. Conflicts and circles: storage/group_export_conflicts.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import group_export_conflicts, transfer, transfer_lines
from storage.conflict_tables import conflict_parties
from storage.counters import counters
from storage.deadlines import deadlines
from storage.decision_life_tables import decision_checks, decision_joined, decision_sources, decision_terms
from storage.decision_tables import (
    decision_groups,
    decision_links,
    decision_loose_links,
    decision_people,
    decision_tags,
    decision_versions,
    decisions,
)
from storage.group_tables import group_exports
from storage.network_tables import groups, identities, memberships, networks, people
from storage.transfer import Row
from storage.window_tables import concern_answers, contributions, input_windows, window_groups, window_rounds

DORMANT = "dormant"
"""State of groups that are only named in an export: nobody asks them, and nobody is in them."""
NOBODY = 0
_AT_A_TIME = 500
_N: sa.BindParameter[int] = bindparam("n")
_G: sa.BindParameter[int] = bindparam("g")


def _where(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    columns = [c for c in table.c if c.name != "network_id"]
    return sa.select(*columns).where(table.c.network_id == _N, *conditions).order_by(*table.primary_key.columns)


_OWN = sa.select(decisions.c.number).where(
    decisions.c.network_id == _N, decisions.c.group_id == _G, decisions.c.status != "undone"
)
# Where others decided, only what this group could read.
_SPOKE = (
    sa.select(decisions.c.number)
    .where(
        decisions.c.network_id == _N,
        decisions.c.group_id != _G,
        decisions.c.status != "undone",
        decisions.c.audience.in_(("network", "affected")),
        sa.or_(
            *(
                sa.exists().where(
                    table.c.network_id == decisions.c.network_id,
                    table.c.number == decisions.c.number,
                    table.c.group_id == _G,
                )
                for table in (contributions, decision_joined, decision_checks)
            ),
            group_export_conflicts.with_own(_OWN),
        ),
    )
    .correlate(None)
)
_ALL = sa.union(_OWN, _SPOKE)


def _of(table: sa.Table, numbers: Any) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = table.c.number.in_(numbers)
    return found


_MEMBERS = sa.select(memberships.c.person_id).where(memberships.c.network_id == _N, memberships.c.group_id == _G)
_AUTHORS = sa.select(decisions.c.author_id).where(decisions.c.network_id == _N, decisions.c.group_id == _G)
_SPEAKERS = sa.select(contributions.c.person_id).where(contributions.c.network_id == _N, contributions.c.group_id == _G)
_CONFLICTS = group_export_conflicts.selected(_OWN, _ALL)
_NAMED = sa.union(
    *(
        sa.select(table.c.group_id).where(table.c.network_id == _N, table.c.number.in_(_ALL))
        for table in (decisions, decision_groups, window_groups, contributions)
    ),
    sa.select(conflict_parties.c.group_id).where(conflict_parties.c.network_id == _N, _CONFLICTS["conflict_parties"]),
)
_OWN_IDS = sa.select(sa.literal("D-") + sa.cast(decisions.c.number, sa.String)).where(
    decisions.c.network_id == _N, decisions.c.group_id == _G, decisions.c.status != "undone"
)
_ANSWERED = sa.select(contributions.c.id).where(contributions.c.network_id == _N, contributions.c.number.in_(_OWN))
_ROWS: Mapping[str, sa.Select[Any]] = {
    "counters": _where(counters),
    "groups": _where(groups, sa.or_(groups.c.id == _G, groups.c.id.in_(_NAMED))),
    "people": _where(people, people.c.id.in_(sa.union(_MEMBERS, _AUTHORS, _SPEAKERS)), people.c.merged_into.is_(None)),
    "identities": _where(identities, identities.c.person_id.in_(_MEMBERS)),
    "memberships": _where(memberships, memberships.c.group_id == _G),
    "decisions": _where(decisions, _of(decisions, _ALL)),
    "decision_versions": _where(decision_versions, _of(decision_versions, _OWN)),
    "decision_groups": _where(decision_groups, _of(decision_groups, _OWN)),
    "decision_people": _where(decision_people, _of(decision_people, _OWN)),
    "decision_tags": _where(decision_tags, _of(decision_tags, _OWN)),
    "decision_links": _where(decision_links, _of(decision_links, _OWN), decision_links.c.to_number.in_(_ALL)),
    "decision_loose_links": _where(decision_loose_links, _of(decision_loose_links, _OWN)),
    "decision_terms": _where(decision_terms, _of(decision_terms, _OWN)),
    "decision_sources": _where(decision_sources, _of(decision_sources, _OWN)),
    "decision_joined": _where(decision_joined, decision_joined.c.group_id == _G, _of(decision_joined, _ALL)),
    "decision_checks": _where(decision_checks, decision_checks.c.group_id == _G, _of(decision_checks, _ALL)),
    "input_windows": _where(input_windows, _of(input_windows, _ALL)),
    "window_rounds": _where(window_rounds, _of(window_rounds, _OWN)),
    "window_groups": _where(
        window_groups, sa.or_(_of(window_groups, _OWN), window_groups.c.group_id == _G), _of(window_groups, _ALL)
    ),
    "contributions": _where(
        contributions, sa.or_(_of(contributions, _OWN), contributions.c.group_id == _G), _of(contributions, _ALL)
    ),
    "concern_answers": _where(concern_answers, concern_answers.c.contribution_id.in_(_ANSWERED)),
    **{name: _where(table, _CONFLICTS[name]) for name, table in group_export_conflicts.tables().items()},
    "deadlines": _where(deadlines, deadlines.c.about.in_(_OWN_IDS), deadlines.c.state == "pending"),
}
"""In an order in which they can be stored: that of `transfer.TABLES`."""
_NETWORK = sa.select(networks.c.language, networks.c.clock_ahead_s, networks.c.created_at).where(networks.c.id == _N)
_LINKS_AWAY = sa.select(decision_links.c.number, decision_links.c.relation, decision_links.c.to_number).where(
    decision_links.c.network_id == _N, _of(decision_links, _OWN), decision_links.c.to_number.not_in(_ALL)
)


def rows(db: sa.Connection, network_id: int, group_id: int, at: datetime) -> Iterator[tuple[str, Row]]:
    """(table, row) of all that a group takes with it, in the order of an export. `at`: when others' words were cut."""
    values = {"n": network_id, "g": group_id}
    network = db.execute(_NETWORK, {"n": network_id}).mappings().one()
    yield "networks", _json(dict(network) | {"settings": {}})
    own = set(db.execute(_OWN, values).scalars())
    for table, statement in _ROWS.items():
        for row in db.execute(statement, values).mappings().all():
            yield table, _json(_cut(table, dict(row), group_id, own, at))
        if table == "decision_loose_links":
            for number, relation, to_number in db.execute(_LINKS_AWAY, values).all():
                yield table, {"number": number, "relation": relation, "target": f"D-{to_number}"}


def _cut(table: str, row: Row, group_id: int, own: set[int], at: datetime) -> Row:
    """A row without what is not the group's to take along."""
    match table:
        case "groups":
            is_own = row["id"] == group_id
            return row | {"state": "active" if is_own else DORMANT}
        case "decisions" if row["number"] not in own:
            blank = dict.fromkeys(("why", "alternatives", "taken_by", "urgent"), "")
            return row | blank | {"author_id": NOBODY, "tags": [], "rests_on": [], "source": ""}
        case "input_windows" if row["number"] not in own:
            ended = {"state": "cancelled"} if row["state"] == "open" else {}
            return row | {"outcome_text": "", "outcome_by": None} | ended
        case "window_groups" if row["group_id"] != group_id:
            return row | {"held_why": "", "held_by": None}
        case "decision_sources":
            return row | {"channel_id": NOBODY, "message_id": ""}
        case "contributions":
            here = row | {"channel_id": None, "message_id": ""}
            if row["group_id"] == group_id:
                return here
            return here | {"text": "", "person_id": NOBODY, "redacted_at": row["redacted_at"] or at}
        case _:
            return group_export_conflicts.cut(table, row, group_id, at)


def _json(row: Row) -> Row:
    return {name: transfer.json_value(value) for name, value in row.items()}


_KEEP = sa.insert(group_exports)
_KEPT = (
    sa.select(group_exports.c.line)
    .where(group_exports.c.network_id == _N, group_exports.c.group_id == _G)
    .order_by(group_exports.c.position)
)
_DROP = sa.delete(group_exports).where(group_exports.c.network_id == _N, group_exports.c.group_id == _G)


def keep(db: sa.Connection, network_id: int, group_id: int, lines: list[str]) -> None:
    """Puts an export aside for a group that leaves."""
    drop(db, network_id, group_id)
    for first in range(0, len(lines), _AT_A_TIME):
        some = enumerate(lines[first : first + _AT_A_TIME], start=first)
        db.execute(
            _KEEP, [{"network_id": network_id, "group_id": group_id, "position": at, "line": x} for at, x in some]
        )


def kept(db: sa.Connection, network_id: int, group_id: int) -> list[str]:
    """The lines that were put aside; none where there is no such export, or its time is over."""
    return list(db.execute(_KEPT, {"n": network_id, "g": group_id}).scalars())


_ASIDE = sa.select(group_exports.c.group_id).where(group_exports.c.network_id == _N).distinct()


def revise(db: sa.Connection, network_id: int, revised: Callable[[str, Row], Row | None]) -> None:
    """Takes words or rows out of all exports that are set aside: None for a row takes it out."""
    for group_id in db.execute(_ASIDE, {"n": network_id}).scalars().all():
        header, *lines, _ = kept(db, network_id, group_id)
        rows = [json.loads(line) for line in lines]
        left = [(row["table"], new) for row in rows if (new := revised(row["table"], row["row"])) is not None]
        new_lines = [transfer_lines.row_line(table, row) for table, row in left]
        keep(db, network_id, group_id, [header, *new_lines, transfer_lines.end_line(len(new_lines))])


def drop(db: sa.Connection, network_id: int, group_id: int) -> None:
    db.execute(_DROP, {"n": network_id, "g": group_id})
