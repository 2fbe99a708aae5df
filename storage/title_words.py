"""Words of titles, by which decisions are found that share some: what `decide` looks up in its own transaction.

An index of its own beside that of the search: here it takes microseconds, whatever is stored, and no text of a reader
is parsed. A word stands with its plural's and its singular's under one stem.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.audiences import Eyes, readable
from storage.decision_tables import LONGEST_STEM, decisions, title_words
from storage.decisions import COLUMNS, Decision, from_row
from storage.prepared import Prepared
from storage.search import folded

MOST_WORDS = 12
MOST_SOUGHT = 4
LOOKED_AT, FOUND_EACH = 40, 6
_SHORTEST, _STEMMED = 3, 4

_ADD = Prepared(sa.insert(title_words))
_DROP = sa.delete(title_words).where(title_words.c.network_id == bindparam("n"), title_words.c.number == bindparam("d"))


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A folded word without what makes a plural of it in English and Spanish."""
    if len(word) <= _STEMMED:
        return word[:LONGEST_STEM]
    ending = next((e for e in ("es", "s", "e") if word.endswith(e) and not word.endswith("ss")), "")
    return word.removesuffix(ending)[:LONGEST_STEM]


def words_of(title: str) -> list[str]:
    """The stems under which a title is kept: of its longest words, those say most."""
    stems = dict.fromkeys(stem(word) for word in folded(title) if len(word) >= _SHORTEST)
    return sorted(stems, key=len, reverse=True)[:MOST_WORDS]


def rows(network_id: int, number: int, title: str) -> list[dict[str, Any]]:
    """What is stored for a title."""
    return [{"network_id": network_id, "number": number, "word": word} for word in words_of(title)]


def add(db: sa.Connection, network_id: int, number: int, title: str) -> None:
    """Keeps the words of a title that is not kept yet."""
    if kept := rows(network_id, number, title):
        _ADD.run_each(db, kept)


def drop(db: sa.Connection, network_id: int, number: int) -> None:
    """Forgets the words of a decision's title."""
    db.execute(_DROP, {"n": network_id, "d": number})


def sharing(db: sa.Connection, eyes: Eyes, words: Sequence[str], most: int) -> list[Decision]:
    """Decisions that these eyes may read whose titles have two of these words, or the only one that is given.

    Those that share the most first, of equals the newest. The newest FOUND_EACH of each pair count, looked for among
    the newest LOOKED_AT that have the longer word: what it costs does not grow with what is stored.
    """
    stems = sorted(dict.fromkeys(stem(word) for said in words for word in folded(said)), key=len, reverse=True)
    if not stems:
        return []
    mine = sorted(eyes.group_ids) or [0]
    values: dict[str, Any] = {"n": eyes.network_id, "most": most, "is_circle": eyes.is_circle}
    values |= {f"mine{i}": id for i, id in enumerate(mine)} | {f"w{i}": w for i, w in enumerate(stems[:MOST_SOUGHT])}
    statement = _sharing(min(len(stems), MOST_SOUGHT), len(mine))
    return [from_row(row) for row in statement.rows(db, values)]


@lru_cache(maxsize=64)
def _sharing(words: int, groups: int) -> Prepared:
    pairs = list(combinations(range(words), 2)) or [(0, 0)]
    found = sa.union_all(*(_of_pair(i, j) for i, j in pairs)).subquery()
    score = sa.func.count().label("score")
    shared = sa.select(found.c.number, score).group_by(found.c.number).subquery()
    return Prepared(
        sa.select(*COLUMNS)
        .join(shared, decisions.c.number == shared.c.number)
        .where(
            decisions.c.network_id == bindparam("n"),
            decisions.c.status != sa.literal_column("'undone'"),
            readable(decisions, [bindparam(f"mine{i}") for i in range(groups)]),
        )
        .order_by(shared.c.score.desc(), shared.c.number.desc())
        .limit(bindparam("most"))
    )


def _of_pair(i: int, j: int) -> sa.Select[Any]:
    """The newest numbers that have the words `i` and `j`."""
    newest = _having(title_words, i).order_by(title_words.c.number.desc()).limit(_number(LOOKED_AT)).subquery()
    # Both databases read them in the order in which they come; asked for it, they would look at all of them.
    found = sa.select(newest.c.number).limit(_number(FOUND_EACH))
    if i != j:
        other = title_words.alias()
        found = found.where(_having(other, j).where(other.c.number == newest.c.number).exists())
    return sa.select(found.subquery().c.number)


def _having(table: Any, i: int) -> sa.Select[Any]:
    return sa.select(table.c.number).where(table.c.network_id == bindparam("n"), table.c.word == bindparam(f"w{i}"))


def _number(n: int) -> sa.ColumnElement[int]:
    """Written into the statement, which spares a parameter."""
    return sa.literal_column(str(n), sa.Integer)
