"""Decisions that share words, for one reader's eyes: several small searches in one statement, the newest of each.

What it costs does not depend on how much is stored: each search ends after some hits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import text

from storage.search import folded

MOST_SEARCHES = 10
_NETWORK_BITS = 32
_LONGER = 4
_SQLITE = (
    "SELECT * FROM (SELECT {i} AS search, rowid AS found FROM decision_words WHERE decision_words MATCH :q{i} "
    "AND rowid > :floor AND rowid < :ceiling ORDER BY rowid DESC LIMIT :most)"
)
_POSTGRES = (
    "(SELECT {i} AS search, number AS found FROM decision_words WHERE network_id = :n "
    "AND words @@ CAST(:q{i} AS tsquery) ORDER BY number DESC LIMIT :most)"
)


@lru_cache(maxsize=2 * MOST_SEARCHES)
def _statement(template: str, searches: int) -> sa.TextClause:
    return text(" UNION ALL ".join(template.format(i=i) for i in range(searches)))


def near(
    db: sa.Connection, network_id: int, wanted: Sequence[Sequence[str]], readers: Iterable[str], most: int
) -> list[list[int]]:
    """For each of `wanted` (words, all of which have to be there) the newest numbers, at most `most`.

    A word finds its plural and its singular too, but not all that begins with it: that would have to be collected
    first. `readers`: marks of those who may read.
    """
    searches = [[word for said in words for word in folded(said)] for words in wanted[:MOST_SEARCHES]]
    searches = [words for words in searches if words]
    if not searches:
        return []
    is_sqlite = db.dialect.name == "sqlite"
    make, template = (_sqlite_query, _SQLITE) if is_sqlite else (_postgres_query, _POSTGRES)
    marks = list(readers)
    values: dict[str, object] = {f"q{i}": make(words, marks) for i, words in enumerate(searches)}
    values |= {"most": most, "n": network_id}
    if is_sqlite:
        del values["n"]
        floor = network_id << _NETWORK_BITS
        values |= {"floor": floor, "ceiling": floor + (1 << _NETWORK_BITS)}
    found: list[list[int]] = [[] for _ in searches]
    for search, number in db.execute(_statement(template, len(searches)), values):
        found[search].append(number & ((1 << _NETWORK_BITS) - 1))
    return found


def _sqlite_query(words: Sequence[str], marks: Sequence[str]) -> str:
    seen = " OR ".join(f'readers : "{mark}"' for mark in marks)
    said = ["(" + " OR ".join(f'words : "{form}"' for form in _forms(word)) + ")" for word in words]
    return " AND ".join([*said, f"({seen})"])


def _postgres_query(words: Sequence[str], marks: Sequence[str]) -> str:
    seen = " | ".join(f"'@{mark}'" for mark in marks)
    said = ["(" + " | ".join(f"'{form}'" for form in _forms(word)) + ")" for word in words]
    return " & ".join([*said, f"({seen})"])


def _forms(word: str) -> list[str]:
    """The word, and what may be its plural or singular in English and Spanish."""
    found = [word, f"{word}s", f"{word}es"]
    if len(word) > _LONGER and word.endswith("s"):
        found += [word[:-1], *([word[:-2]] if word.endswith("es") else [])]
    return found
