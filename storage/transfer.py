"""A whole network's rows on their way out and in, as JSON values. Who is told what, and codes, stay behind.

Rows carry no network id: they go into whichever network they are read into. Moments are ISO 8601 in UTC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage import local_chat
from storage.attention import attention
from storage.circle_tables import circle_people, circle_turns, circles
from storage.conflict_tables import conflict_log, conflict_parties, conflict_resources, conflicts
from storage.counters import counters
from storage.deadlines import deadlines
from storage.decision_life_tables import (
    decision_checks,
    decision_joined,
    decision_sources,
    decision_terms,
    draft_sources,
)
from storage.decision_tables import (
    decision_groups,
    decision_links,
    decision_loose_links,
    decision_people,
    decision_tags,
    decision_versions,
    decisions,
    drafts,
    protocol_rules,
)
from storage.events import cursors, events
from storage.group_tables import contact_refusals, contact_rotations, decision_origins, group_contacts, group_states
from storage.network_tables import channels, groups, identities, memberships, networks, people, roles, workspaces
from storage.on_call import on_call
from storage.personal_digests import personal_digests
from storage.types import JsonText, UtcDateTime, metadata
from storage.window_tables import (
    concern_answers,
    contributions,
    early_changes,
    input_windows,
    window_channels,
    window_groups,
    window_rounds,
)

Row = dict[str, Any]

NETWORK = "networks"
_NOT_OF_THE_NETWORK = {"id", "slug"}
_NO_SOURCE = ("",)
_AT_A_TIME = 500
_BIGGEST = 1 << 63
# What no database takes as text: NUL, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BadRow(Exception):
    """A row that the table cannot hold; the message says which column and why."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A table that is carried over. `unique`: further columns that may stand in it once (over all networks if so)."""

    table: sa.Table
    unique: tuple[str, ...] = ()
    is_global: bool = False

    @property
    def columns(self) -> list[sa.Column[Any]]:
        left_out = _NOT_OF_THE_NETWORK if self.table is networks else {"network_id"}
        return [c for c in self.table.c if c.name not in left_out]

    @property
    def key(self) -> list[sa.Column[Any]]:
        return [c for c in self.table.primary_key.columns if c.name != "network_id"]


# In the order in which they refer to each other; counters first, so that no new record takes an old number, and
# deadlines last, so that nothing falls due before all that it is about is there.
_ORDER = (
    _Kept(networks),
    _Kept(counters),
    _Kept(workspaces, is_global=True),
    _Kept(groups, ("slug",)),
    _Kept(group_states),
    _Kept(channels, ("platform", "workspace", "remote_id"), is_global=True),
    _Kept(people),
    _Kept(identities),
    _Kept(memberships),
    _Kept(on_call),
    _Kept(attention),
    _Kept(personal_digests),
    _Kept(roles),
    _Kept(group_contacts),
    _Kept(contact_rotations),
    _Kept(contact_refusals),
    _Kept(decisions, ("source",)),
    _Kept(decision_versions),
    _Kept(decision_groups),
    _Kept(decision_people),
    _Kept(decision_tags),
    _Kept(decision_links),
    _Kept(decision_loose_links),
    _Kept(decision_terms),
    _Kept(decision_sources),
    _Kept(decision_joined),
    _Kept(decision_checks),
    _Kept(decision_origins),
    _Kept(drafts),
    _Kept(draft_sources),
    _Kept(protocol_rules),
    _Kept(input_windows),
    _Kept(window_rounds),
    _Kept(window_groups),
    _Kept(contributions),
    _Kept(concern_answers),
    _Kept(early_changes),
    _Kept(window_channels),
    _Kept(circles, ("slug",)),
    _Kept(circle_turns),
    _Kept(circle_people),
    _Kept(conflicts),
    _Kept(conflict_parties),
    _Kept(conflict_log),
    _Kept(conflict_resources),
    _Kept(local_chat.channels),
    _Kept(local_chat.accounts),
    _Kept(cursors),
    _Kept(events),
    _Kept(deadlines),
)
_KEPT: Mapping[str, _Kept] = {kept.table.name: kept for kept in _ORDER}
TABLES: tuple[str, ...] = tuple(_KEPT)
"""Names of the tables that are carried over, in order."""
LEFT_BEHIND = {
    **dict.fromkeys(("messages", "lanes", "urgent_mentions"), "what channels were sent: they were sent it already"),
    "inbox": "which events of a platform were handled: none of them comes again after two weeks",
    **dict.fromkeys(("matrix_accounts", "matrix_events"), "how one Mycel is connected, and what it has yet to handle"),
    "codes": "one-time codes are secrets",
    **dict.fromkeys(("slack_installations", "slack_org_teams"), "how one Mycel is connected: tokens are secrets"),
    **dict.fromkeys(("channel_activity", "silences"), "how lively channels were lately: it is counted anew"),
    **dict.fromkeys(("tellings", "mentions"), "what Mycel said of its own accord, with the messages that said it"),
    "title_words": "they are read from the titles",
    "pictures": "they are drawn again with the next digest",
    "group_exports": "what groups that left have yet to fetch is theirs alone",
    **dict.fromkeys(
        ("local_changes", "local_messages", "local_reactions", "local_happenings"),
        "what was said in the playground, as a platform keeps it",
    ),
}
"""Tables that stay, and why; every table is here or among TABLES."""


def tables_of_metadata() -> set[str]:
    """All tables that have a network's rows, for the test that none is forgotten."""
    return set(metadata.tables)


def _ordered(kept: _Kept, dialect: str) -> list[sa.ColumnElement[Any]]:
    """The same order on every database: text by its bytes."""
    plain = dialect == "sqlite"
    return [c if plain or not isinstance(c.type, sa.String) else sa.collate(c, "C") for c in kept.key]


def _all(kept: _Kept, dialect: str) -> sa.Select[Any]:
    owner = networks.c.id if kept.table is networks else kept.table.c.network_id
    return sa.select(*kept.columns).where(owner == bindparam("n")).order_by(*_ordered(kept, dialect))


_ALL = {(name, d): _all(kept, d) for name, kept in _KEPT.items() for d in ("sqlite", "postgresql")}
_NAMED = sa.select(networks.c.id).where(networks.c.slug == bindparam("slug"))
_COUNTS = {name: sa.select(sa.func.count()).select_from(_all(kept, "sqlite").order_by(None).subquery())
           for name, kept in _KEPT.items()}  # fmt: skip


def network_named(db: sa.Connection, slug: str) -> int | None:
    """The id of a network."""
    found: int | None = db.execute(_NAMED, {"slug": slug}).scalar_one_or_none()
    return found


_BIRTH = sa.select(networks.c.slug, networks.c.created_at).where(networks.c.id == bindparam("n"))


def fingerprint(db: sa.Connection, network_id: int) -> str:
    """By which a network knows its own records again, wherever it was moved to: 16 hexadecimal digits."""
    slug, created_at = db.execute(_BIRTH, {"n": network_id}).one()
    return blake2b(f"{slug} {created_at.isoformat()}".encode(), digest_size=8).hexdigest()


def count(db: sa.Connection, network_id: int) -> int:
    """How many rows a network's export has."""
    return sum(db.execute(statement, {"n": network_id}).scalar_one() for statement in _COUNTS.values())


def rows(db: sa.Connection, network_id: int, table: str) -> Iterator[Row]:
    """All rows of a network in one table as JSON values, by key; holds some hundred at a time."""
    kept = _KEPT[table]
    statement = _ALL[table, db.dialect.name]
    streamed = db.execute(statement, {"n": network_id}, execution_options={"yield_per": _AT_A_TIME})
    names = [c.name for c in kept.columns]
    for row in streamed:
        yield {name: json_value(value) for name, value in zip(names, row, strict=True)}


def json_value(value: Any) -> Any:
    """A column's value as JSON can say it."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def checked(table: str, row: Row) -> Row:
    """The row as the database takes it. Raises BadRow, for a table that is not carried over too."""
    kept = _KEPT.get(table)
    if kept is None:
        raise BadRow(f"there is no table “{table}”")
    names = {c.name for c in kept.columns}
    if names != row.keys():
        odd = sorted(names ^ row.keys())
        raise BadRow(f"{table}: “{odd[0]}” is {'missing' if odd[0] in names else 'unknown'}")
    return {c.name: _value(table, c, row[c.name]) for c in kept.columns}


def _value(table: str, column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise BadRow(f"{table}: “{column.name}” is empty")
        return None
    found = _READ[type(column.type)](column, value)
    if found is None:
        raise BadRow(f"{table}: “{column.name}” is not what it should be")
    return found


def _moment(_column: sa.Column[Any], value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None


def _text(column: sa.Column[Any], value: Any) -> str | None:
    length = getattr(column.type, "length", None)
    if not isinstance(value, str) or (length is not None and len(value) > length):
        return None
    return None if _UNSTORABLE.search(value) else value


def _any(_column: sa.Column[Any], value: Any) -> Any:
    return None if _UNSTORABLE.search(json.dumps(value, ensure_ascii=False).replace("\\u0000", "\x00")) else value


def _whole(_column: sa.Column[Any], value: Any) -> int | None:
    return value if type(value) is int and -_BIGGEST <= value < _BIGGEST else None


_READ: Mapping[type, Callable[[sa.Column[Any], Any], Any]] = {
    UtcDateTime: _moment,
    JsonText: _any,
    sa.Text: _text,
    sa.String: _text,
    sa.Boolean: lambda _column, value: value if isinstance(value, bool) else None,
    sa.BigInteger: _whole,
    sa.Integer: _whole,
}


def _same_key(kept: _Kept, names: Sequence[str]) -> sa.Select[Any]:
    """Rows with one of the `keys` (tuples of `names`), and whose they are."""
    keys = sa.tuple_(*[kept.table.c[name] for name in names]).in_(bindparam("keys", expanding=True))
    chosen = sa.select(kept.table.c.network_id.label("owner"), *kept.columns).where(keys)
    return chosen if kept.is_global else chosen.where(kept.table.c.network_id == bindparam("n"))


_BY_KEY = {
    name: tuple((names, _same_key(kept, names)) for names in (tuple(c.name for c in kept.key), kept.unique) if names)
    for name, kept in _KEPT.items()
    if name != NETWORK
}
_INSERTS = {name: sa.insert(kept.table) for name, kept in _KEPT.items() if name != NETWORK}
_THE_NETWORK = _all(_KEPT[NETWORK], "sqlite")
_SET_NETWORK = (
    sa.update(networks)
    .where(networks.c.id == bindparam("n"))
    .values({c.name: bindparam(f"new_{c.name}", type_=c.type) for c in _KEPT[NETWORK].columns})
)
_IS_LIVED_IN = [
    sa.select(sa.exists().where(table.c.network_id == bindparam("n"))) for table in (groups, people, decisions, events)
]

NEW, SAME, OTHER = "new", "same", "other"


def states(db: sa.Connection, network_id: int, table: str, found: Sequence[Row]) -> list[str]:
    """Of each row (`checked`): "new", "same" as here, or "other": its key is taken by something else."""
    if table == NETWORK:
        return [_network_state(db, network_id, row) for row in found]
    verdicts = [NEW] * len(found)
    for names, statement in _BY_KEY[table]:
        keys = [tuple(row[name] for name in names) for row in found]
        here = db.execute(statement, {"n": network_id, "keys": list(dict.fromkeys(keys))}).mappings()
        taken = {tuple(row[name] for name in names): dict(row) for row in here}
        for at, key in enumerate(keys):
            if key in taken and key != _NO_SOURCE:
                is_same = taken[key] == {"owner": network_id, **found[at]}
                verdicts[at] = SAME if is_same and verdicts[at] != OTHER else OTHER
    return verdicts


def _network_state(db: sa.Connection, network_id: int, row: Row) -> str:
    here = db.execute(_THE_NETWORK, {"n": network_id}).mappings().one()
    if dict(here) == row:
        return SAME
    is_lived_in = any(db.execute(statement, {"n": network_id}).scalar_one() for statement in _IS_LIVED_IN)
    return OTHER if is_lived_in else NEW


def store(db: sa.Connection, network_id: int, table: str, new: Sequence[Row]) -> None:
    """Stores rows that are "new"."""
    if table == NETWORK:
        for row in new:
            db.execute(_SET_NETWORK, {"n": network_id} | {f"new_{name}": value for name, value in row.items()})
    elif new:
        db.execute(_INSERTS[table], [{"network_id": network_id, **row} for row in new])
