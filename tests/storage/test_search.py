"""Searching finds the same in both databases, whatever is typed, and only for those who may read it."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import search

EVERYONE = search.everyone(1)
TEXTS = {
    1: "Use Signal for alerts",
    2: "Café in Zürich – STRASSE straße",
    3: "snake_case naïve AND or not NEAR",
    4: "東京タワー مرحبا हिन्दी 𞤀𞤣𞤤𞤢𞤥",
    5: "E-mail: ana@example.org, 2026-11-02",
}


def fill(db: sa.Connection) -> None:
    for number, words in TEXTS.items():
        search.index(db, [search.Entry(1, number, words, [EVERYONE])])
        search.index(db, [search.Entry(2, number, "Signal of the other network", [search.everyone(2)])])


def find(db: sa.Connection, typed: str, readers: tuple[str, ...] = (EVERYONE,), before: int = 1000) -> list[int]:
    return search.find(db, 1, search.Sought(typed), readers, before, 50)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("signal", [1]),
        ("SIGNAL use", [1]),
        ("sign", [1]),
        ("sig", []),
        ("cafe", [2]),
        ("CAFÉ zürich", [2]),
        ("strasse", [2]),
        ("snake", [3]),
        ("snake_case", [3]),
        ("naive", [3]),
        ("and", [3]),
        ("NEAR", [3]),
        ("NOT", [3]),
        ("signal OR snake", []),
        ("東京", []),
        ("東京タワー", [4]),
        ("مرحبا", [4]),
        ("हिन्दी", [4]),
        ("𞤀𞤣𞤤𞤢𞤥", [4]),
        ("ana@example.org", [5]),
        ("2026-11-02", [5]),
        ('"', []),
        ('"signal"', [1]),
        ("*", []),
        ("signal*", [1]),
        ("words:signal", []),
        ("readers : n1all", []),
        ("^signal", [1]),
        ("signal - use", [1]),
        ("{}()&|!:<->\\'", []),
        ("", []),
        ("   ", []),
        ("\x00", []),
        ("s" * 5000, []),
        ("use " * 5000, [1]),
    ],
)
def test_what_is_typed_finds(filled: sa.Connection, typed: str, found: list[int]) -> None:
    fill(filled)
    assert find(filled, typed) == found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=40) | st.text(alphabet="signal\"*:^()-|&!'\\ OR", max_size=30))
def test_no_text_breaks_it(filled: sa.Connection, typed: str) -> None:
    before = filled.begin_nested()
    fill(filled)
    assert set(find(filled, typed)) <= set(TEXTS)
    assert find(filled, TEXTS[1] + " ") == [1]
    before.rollback()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(min_size=1, max_size=60))
def test_every_text_is_found_by_its_own_words(filled: sa.Connection, words: str) -> None:
    before = filled.begin_nested()
    search.index(filled, [search.Entry(1, 1, words, [EVERYONE])])
    assert find(filled, words) == ([1] if search.folded(words) else [])
    before.rollback()


def test_only_readers_find_it(filled: sa.Connection) -> None:
    group, circle = search.group_mark(1, 7), search.circle_mark(1)
    search.index(filled, [search.Entry(1, 1, "hidden treasure", [group, circle])])
    search.index(filled, [search.Entry(1, 2, "hidden in the open", [EVERYONE])])
    assert find(filled, "hidden") == [2]
    assert find(filled, "hidden", (EVERYONE, group)) == [2, 1]
    assert find(filled, "hidden", (EVERYONE, circle)) == [2, 1]
    assert find(filled, "hidden", (EVERYONE, search.group_mark(1, 70))) == [2]
    assert find(filled, "hidden", (EVERYONE, search.group_mark(2, 7))) == [2]
    assert search.find(filled, 2, search.Sought("hidden"), [search.everyone(2), group], 1000, 50) == []
    assert find(filled, group) == []


def test_the_newest_come_first_and_pages_go_on(filled: sa.Connection) -> None:
    for number in range(1, 31):
        search.index(filled, [search.Entry(1, number, "signal", [EVERYONE])])
    assert search.find(filled, 1, search.Sought("signal"), [EVERYONE], 1 << 31, 3) == [30, 29, 28]
    assert find(filled, "signal", before=4) == [3, 2, 1]


def test_what_was_dropped_is_not_found(filled: sa.Connection) -> None:
    fill(filled)
    search.drop(filled, 1, 1)
    is_first = True
    while search.forget_deleted(filled, is_first=is_first):
        is_first = False
    assert find(filled, "signal") == []
    assert search.find(filled, 2, search.Sought("signal"), [search.everyone(2)], 1000, 50) == [5, 4, 3, 2, 1]
