"""Decisions whose titles share words, in both databases: what is found, for whose eyes, and what is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from storage import decision_index, decisions, migrate, title_words
from storage.audiences import Eyes
from storage.decision_tables import decisions as decision_table
from storage.decision_tables import title_words as table
from storage.decisions import Decision
from storage.engine import open_engine
from storage.title_words import FOUND_EACH, LOOKED_AT, stem, words_of
from tests.support import filler

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ALL = Eyes(1, frozenset({1, 2}), True, 100)
OUTSIDER = Eyes(1, frozenset({2}), False, 101)


def add(db: sa.Connection, number: int, title: str, network_id: int = 1, **changes: Any) -> Decision:
    base = Decision(
        *(network_id, number, 1, 100, "taken", "network", title, "because", "", "", "", False),
        *(("phones",), (), 1, NOW, NOW, None, None, ""),
    )
    one = replace(base, **changes)
    decisions.add(db, one)
    decision_index.add(db, one, ["Ana"])
    return one


def found(db: sa.Connection, *words: str, eyes: Eyes = ALL, most: int = 3) -> list[int]:
    return [one.number for one in title_words.sharing(db, eyes, words, most)]


def test_two_shared_words_make_a_relation_and_one_does_not(filled: sa.Connection) -> None:
    add(filled, 1, "Use Signal for the alerts of the night watch")
    add(filled, 2, "Signal stays")
    add(filled, 3, "Alerts go to the night watch by phone")
    assert found(filled, "alerts", "signal", "phones") == [3, 1]
    assert found(filled, "alert", "signal") == [1]
    assert found(filled, "signal", "moon") == []
    assert found(filled, "signal") == [2, 1]
    assert found(filled) == []


def test_those_that_share_the_most_come_first_and_of_equals_the_newest(filled: sa.Connection) -> None:
    for number, title in enumerate(("signal alerts night", "signal alerts", "signal night", "signal alerts"), 1):
        add(filled, number, title)
    assert found(filled, "signal", "alerts", "night", most=10) == [1, 4, 3, 2]
    assert found(filled, "signal", "alerts", "night", most=2) == [1, 4]


def test_a_decision_comes_back_as_it_was_stored(filled: sa.Connection) -> None:
    one = add(filled, 1, "Signal alerts", tags=("a", "b"), rests_on=("care",), review_at=NOW)
    assert title_words.sharing(filled, ALL, ["signal", "alerts"], 3) == [one]


def test_what_may_not_be_read_is_not_found(filled: sa.Connection) -> None:
    add(filled, 1, "signal alerts", audience="group")
    add(filled, 2, "signal alerts", audience="affected", affected_ids=(2,))
    add(filled, 3, "signal alerts", audience="circle")
    add(filled, 4, "signal alerts", status="undone")
    add(filled, 1, "signal alerts", network_id=2)
    assert found(filled, "signal", "alerts", most=9) == [3, 2, 1]
    assert found(filled, "signal", "alerts", eyes=OUTSIDER, most=9) == [2]
    assert found(filled, "signal", "alerts", eyes=Eyes(2, frozenset(), False), most=9) == [1]


def test_what_is_indexed_no_more_is_forgotten_and_an_edit_is_found_by_its_new_words(filled: sa.Connection) -> None:
    one = add(filled, 1, "signal alerts")
    decisions.update(filled, replace(one, title="Matrix rooms"))
    decision_index.renew(filled, 1, 1)
    assert found(filled, "signal", "alerts") == []
    assert found(filled, "matrix", "room") == [1]
    decision_index.drop(filled, 1, 1)
    assert filled.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0


def test_only_the_newest_are_looked_at(filled: sa.Connection) -> None:
    """The law of the house: what a member does costs no more for all that is stored."""
    add(filled, 1, "telephone list")
    for number in range(2, LOOKED_AT + 2):
        add(filled, number, f"telephone {number}")
    assert found(filled, "telephone", "list") == []
    for number in range(100, 110):
        add(filled, number, "telephone list")
    assert found(filled, "telephone", "list", most=99) == [109 - i for i in range(FOUND_EACH)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alert", "alerts"),
        ("bus", "buses"),
        ("house", "houses"),
        ("decision", "decisiones"),
        ("telephone", "telephones"),
    ],
)
def test_a_plural_has_its_singulars_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_what_only_ends_like_a_plural_keeps_its_end() -> None:
    assert stem("process") == "process"
    assert stem("gas") == "gas"


@given(st.text(max_size=300))
def test_any_title_has_few_short_words(title: str) -> None:
    words = words_of(title)
    assert len(words) == len(set(words)) <= title_words.MOST_WORDS
    assert all(0 < len(word) <= 40 for word in words)


def test_decisions_from_before_are_given_their_words(database_url: str) -> None:
    title = "Las alertas – Use Signal for alerts"
    migrate.upgrade(database_url, to="0009")
    engine = open_engine(database_url)
    with engine.begin() as db:
        filler.fill(db)
        db.execute(sa.update(decision_table).values(title=title, status="taken"))
        readable = sa.update(decision_table).where(decision_table.c.network_id == 1).values(redacted_at=None)
        numbers = list(db.execute(readable.returning(decision_table.c.number)).scalars())
    migrate.upgrade(database_url, to="0010")
    with engine.connect() as db:
        kept = {tuple(row) for row in db.execute(sa.select(table.c.network_id, table.c.number, table.c.word))}
    engine.dispose()
    assert numbers
    assert kept == {(1, number, word) for number in numbers for word in words_of(title)}
