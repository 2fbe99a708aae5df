"""Finding decisions by word. Who may read a decision is in the index itself, so that what is hidden costs nothing.

SQLite: FTS5, `rowid` = network · 2**32 + number, newest first by rowid. PostgreSQL: a tsvector under GIN. Words are
folded (case, accents) and parted here, so that both find the same; a word of four letters finds all that begin with it.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from storage.prepared import Prepared
from storage.types import metadata

_WORD = re.compile(r"[^\W_]+")
_NETWORK_BITS = 32
_LONGEST = 20_000
_LONGEST_WORD = 60
_SHORTEST_BEGINNING = 4
_SHORTEST_NAME = 2
_SIGN = {"words": "", "people": "#", "facets": "~", "readers": "@"}
MOST_TERMS = 12

decision_words = sa.Table(
    "decision_words",
    sa.MetaData(),
    sa.Column("network_id", sa.BigInteger, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("words", TSVECTOR, nullable=False),
)
SQLITE_DDL = (
    "CREATE VIRTUAL TABLE decision_words USING fts5(words, people, facets, readers, tokenize='ascii', detail='column')",
)
POSTGRES_DDL = (
    "CREATE TABLE decision_words (network_id BIGINT NOT NULL, number BIGINT NOT NULL, words TSVECTOR NOT NULL, "
    "CONSTRAINT pk_decision_words PRIMARY KEY (network_id, number))",
    "CREATE INDEX ix_decision_words_words ON decision_words USING gin (words) WITH (fastupdate = off)",
)


@event.listens_for(metadata, "after_create")
def _create(_target: sa.MetaData, db: sa.Connection, **_: object) -> None:
    for statement in ddl(db.dialect.name):
        db.exec_driver_sql(statement)


def ddl(dialect: str) -> tuple[str, ...]:
    """The statements that make the index."""
    return SQLITE_DDL if dialect == "sqlite" else POSTGRES_DDL


def folded(words: str) -> list[str]:
    """Words as they are indexed: lower case, without accents."""
    plain = words[:_LONGEST].casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    found = _WORD.findall(plain)
    return found if len(plain) <= _LONGEST_WORD else [word[:_LONGEST_WORD] for word in found]


def everyone(network_id: int) -> str:
    """The mark of what all of a network may read."""
    return f"n{network_id}all"


def group_mark(network_id: int, group_id: int) -> str:
    return f"n{network_id}g{group_id}"


def circle_mark(network_id: int) -> str:
    return f"n{network_id}circle"


def facet(kind: str, value: str) -> str:
    """One value of a kind ("tag", "value") as a word of the index, whatever signs are in it; case does not matter."""
    return kind + blake2b(value.strip().casefold().encode(), digest_size=8).hexdigest()


_SQLITE_ADD = Prepared(
    text(
        "INSERT INTO decision_words(rowid, words, people, facets, readers) "
        "VALUES (:id, :words, :people, :facets, :readers)"
    )
)
_SQLITE_DROP = text("DELETE FROM decision_words WHERE rowid = :id")
_SQLITE_MERGE = text("INSERT INTO decision_words(decision_words, rank) VALUES ('merge', :pages)")
_PAGES_A_STEP = 500
_SQLITE_FIND = text(
    "SELECT rowid FROM decision_words WHERE decision_words MATCH :query AND rowid < :before AND rowid > :floor "
    "ORDER BY rowid DESC LIMIT :most"
)
_POSTGRES_ADD = text(
    "INSERT INTO decision_words(network_id, number, words) "
    "VALUES (:n, :number, array_to_tsvector(string_to_array(:words, ' ')))"
)
_POSTGRES_DROP = text("DELETE FROM decision_words WHERE network_id = :n AND number = :number")
_POSTGRES_FIND = text(
    "SELECT number FROM decision_words WHERE network_id = :n AND number < :before AND words @@ CAST(:query AS tsquery) "
    "ORDER BY number DESC LIMIT :most"
)


def _id(network_id: int, number: int) -> int:
    return (network_id << _NETWORK_BITS) + number


@dataclass(frozen=True, slots=True)
class Entry:
    """What a decision is found by, and the marks of those who may find it."""

    network_id: int
    number: int
    words: str
    readers: Iterable[str]
    people: str = ""
    facets: Iterable[str] = ()


def index(db: sa.Connection, entries: Sequence[Entry]) -> None:
    """Makes decisions findable by words, names of people and facets."""
    if db.dialect.name == "sqlite":
        _SQLITE_ADD.run_each(db, [_columns(entry) for entry in entries])
    else:
        db.execute(_POSTGRES_ADD, [_lexemes(entry) for entry in entries])


def _columns(entry: Entry) -> dict[str, object]:
    return {
        "id": _id(entry.network_id, entry.number),
        "words": " ".join(folded(entry.words)),
        "people": " ".join(folded(entry.people)),
        "facets": " ".join(entry.facets),
        "readers": " ".join(entry.readers),
    }


def _lexemes(entry: Entry) -> dict[str, object]:
    found = {*folded(entry.words), *(_SIGN["people"] + name for name in folded(entry.people))}
    found |= {_SIGN["facets"] + facet for facet in entry.facets}
    found |= {_SIGN["readers"] + reader for reader in entry.readers}
    return {"n": entry.network_id, "number": entry.number, "words": " ".join(sorted(found))}


def drop(db: sa.Connection, network_id: int, number: int) -> None:
    """A decision is found by no word any more."""
    if db.dialect.name == "sqlite":
        db.execute(_SQLITE_DROP, {"id": _id(network_id, number)})
    else:
        db.execute(_POSTGRES_DROP, {"n": network_id, "number": number})


def forget_deleted(db: sa.Connection, *, is_first: bool) -> bool:
    """A step of removing dropped decisions' words from the file; True if there is another one to do.

    FTS5 keeps them in its segments until all of these are merged, which takes the longer the more is stored: so it is
    done in steps, each its own transaction. Source: https://sqlite.org/fts5.html, "The 'merge' Command".
    """
    connection = db.connection.dbapi_connection
    if not isinstance(connection, sqlite3.Connection):
        return False
    before = connection.total_changes
    db.execute(_SQLITE_MERGE, {"pages": -_PAGES_A_STEP if is_first else _PAGES_A_STEP})
    return connection.total_changes - before >= 2


@dataclass(frozen=True, slots=True)
class Sought:
    """What a decision has to have, all of it: words, words of the names of its people, facets."""

    words: str = ""
    people: str = ""
    facets: tuple[str, ...] = ()

    def terms(self) -> list[tuple[str, str, bool]]:
        """(column, term, whether it may begin a word: short beginnings would cost more than they find)."""
        words = list(dict.fromkeys(folded(self.words)))[:MOST_TERMS]
        names = list(dict.fromkeys(folded(self.people)))[:MOST_TERMS]
        found = [("words", word, len(word) >= _SHORTEST_BEGINNING) for word in words]
        found += [("people", name, len(name) >= _SHORTEST_NAME) for name in names]
        return found + [("facets", facet, False) for facet in self.facets]


def find(
    db: sa.Connection, network_id: int, sought: Sought, readers: Iterable[str], before: int, most: int
) -> list[int]:
    """Numbers below `before` of the decisions that have all that is sought, for readers with one of these marks."""
    terms = sought.terms()
    if not terms:
        return []
    if db.dialect.name == "sqlite":
        seen = " OR ".join(f'readers : "{r}"' for r in readers)
        query = " AND ".join([*(f'{column} : "{t}"{" *" * is_begun}' for column, t, is_begun in terms), f"({seen})"])
        values = {"query": query, "before": _id(network_id, before), "floor": _id(network_id, 0), "most": most}
        return [row[0] & ((1 << _NETWORK_BITS) - 1) for row in db.execute(_SQLITE_FIND, values)]
    seen = " | ".join(f"'{_SIGN['readers']}{r}'" for r in readers)
    query = " & ".join([*(f"'{_SIGN[column]}{t}'{':*' * is_begun}" for column, t, is_begun in terms), f"({seen})"])
    found = db.execute(_POSTGRES_FIND, {"n": network_id, "query": query, "before": before, "most": most})
    return [row[0] for row in found]
