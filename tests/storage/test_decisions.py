"""Decisions, drafts, links and the protocol in both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import (
    counters,
    decision_index,
    decision_lists,
    decision_versions,
    decisions,
    drafts,
    links,
    protocol,
    search,
)
from storage.audiences import Eyes
from storage.decision_lists import Filter
from storage.decisions import Decision

NOW = datetime(2026, 11, 2, 9, 0, 0, 123, tzinfo=UTC)
ALL = Eyes(1, frozenset({1, 2}), True, 100)


def decision(number: int, network_id: int = 1, **changes: Any) -> Decision:
    base = Decision(
        *(network_id, number, 1, 100, "taken", "network", f"Title {number}", "Why “so”", "", "", "", False),
        *(("safety",), ("transparency", "a-2"), 1, NOW, NOW, None, None, ""),
    )
    return replace(base, **changes)


def add(db: sa.Connection, *wanted: Decision) -> None:
    for one in wanted:
        decisions.add(db, one)
        decision_index.renew(db, one.network_id, one.number)


def numbers(db: sa.Connection, eyes: Eyes = ALL, most: int = 50, **wanted: Any) -> list[int]:
    return [d.number for d in decision_lists.page(db, eyes, Filter(**wanted), most)]


def test_a_decision_comes_back_as_it_was(filled: sa.Connection) -> None:
    one = decision(1, affected_ids=(2,), told_ids=(1,), review_at=NOW + timedelta(days=3), tags=("a", "b"))
    decisions.add(filled, one, (("Guido", None, "author"), ("Ana", 100, "sponsor")))
    assert decisions.find(filled, 1, 1) == one
    assert decisions.find(filled, 2, 1) is None
    assert decisions.people(filled, 1, 1) == [("Guido", "author"), ("Ana", "sponsor")]


def test_versions_are_kept_and_blanked(filled: sa.Connection) -> None:
    add(filled, decision(1))
    decision_versions.keep(filled, decision(1), NOW, 100, "typo")
    decisions.update(filled, decision(1, title="New", version=2, tags=("b",)))
    now = decisions.find(filled, 1, 1)
    assert now is not None
    assert (now.title, now.version, now.tags) == ("New", 2, ("b",))
    [old] = decision_versions.find(filled, 1, 1)
    assert (old.version, old.title, old.note, old.replaced_at) == (1, "Title 1", "typo", NOW)
    decision_versions.blank(filled, 1, 1)
    decisions.blank_people(filled, 1, 1)
    decision_index.renew(filled, 1, 1)
    [old] = decision_versions.find(filled, 1, 1)
    assert (old.title, old.why, old.note) == ("", "", "")
    assert numbers(filled, tag="safety") == []
    assert numbers(filled, tag="b") == [1]


def test_a_status_keeps_when_it_was_taken(filled: sa.Connection) -> None:
    add(filled, decision(1, status="proposed", taken_at=None))
    decisions.set_status(filled, 1, 1, "taken", NOW)
    decisions.set_status(filled, 1, 1, "superseded")
    found = decisions.find(filled, 1, 1)
    assert found is not None
    assert (found.status, found.taken_at) == ("superseded", NOW)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"group_id": 2}, [2]),
        ({"by": "ana"}, [5, 4, 3, 2, 1]),
        ({"by": "elod"}, [5, 4, 3, 2, 1]),
        ({"by": "Élod"}, [5, 4, 3, 2, 1]),
        ({"by": "_"}, []),
        ({"tag": "x"}, [3]),
        ({"value": "a-2"}, [5, 4, 3, 2, 1]),
        ({"value": "a-"}, []),
        ({"value": '"'}, []),
        ({"status": "proposed"}, [4]),
        ({"status": "undone"}, [6]),
        ({"since": NOW + timedelta(days=5)}, [5]),
        ({"until": NOW}, [4, 3, 2, 1]),
        ({"until": NOW, "before": 3}, [2, 1]),
        ({"since": NOW, "before": 5}, [4, 3, 2, 1]),
        ({"tag": "X"}, [3]),
        ({"tag": "x", "group_id": 2}, []),
        ({"by": "ana", "words": "title", "before": 3}, [2, 1]),
        ({"before": 3}, [2, 1]),
        ({"words": "title"}, [5, 4, 3, 2, 1]),
        ({"words": "so", "group_id": 2}, [2]),
        ({"words": "title", "before": 3}, [2, 1]),
    ],
)
def test_lists_are_filtered(filled: sa.Connection, wanted: dict[str, Any], found: list[int]) -> None:
    add(filled, decision(1), decision(2, group_id=2), decision(3, tags=("x",)))
    add(filled, decision(4, status="proposed"), decision(5, created_at=NOW + timedelta(days=5)))
    add(filled, decision(6, status="undone"), decision(1, network_id=2), decision(9, network_id=2))
    search.drop(filled, 1, 6)
    assert numbers(filled, **wanted) == found


@pytest.mark.parametrize(
    ("eyes", "found"),
    [
        (Eyes(1, frozenset({1}), False), [4, 3, 2, 1]),
        (Eyes(1, frozenset({2}), False), [3, 1]),
        (Eyes(1, frozenset(), True), [4, 1]),
        (Eyes(1, frozenset(), False), [1]),
        (Eyes(2, frozenset({1}), True), []),
    ],
)
def test_lists_have_only_what_the_reader_may_see(filled: sa.Connection, eyes: Eyes, found: list[int]) -> None:
    add(filled, decision(1), decision(2, audience="group"), decision(3, audience="affected", affected_ids=(2,)))
    add(filled, decision(4, audience="circle"))
    assert numbers(filled, eyes) == found


def test_a_filter_over_many_found_words_goes_on_to_the_end(filled: sa.Connection) -> None:
    add(filled, *(decision(n, group_id=2 if n == 3 else 1) for n in range(1, 451)))
    assert numbers(filled, words="title", group_id=2) == [3]
    assert numbers(filled, words="title", most=10) == list(range(450, 440, -1))


def test_who_becomes_another_or_is_forgotten(filled: sa.Connection) -> None:
    decisions.add(filled, decision(1), (("Ana", 100, "sponsor"),))
    decisions.move_author(filled, 1, 100, 200)
    assert decision_lists.newest_of(filled, 1, 200) == 1
    assert decision_lists.newest_of(filled, 1, 100) is None
    assert decisions.forget_person(filled, 1, 200, 0, 10) == [1]
    assert decisions.people(filled, 1, 1) == [("", "sponsor")]


def test_numbers_have_no_gaps_and_networks_count_apart(filled: sa.Connection) -> None:
    assert [counters.take(filled, 1, "D") for _ in range(3)] == [1, 2, 3]
    assert counters.take(filled, 1, "D", 5) == 4
    assert counters.take(filled, 1, "D") == 9
    assert counters.take(filled, 1, "d") == 1
    assert counters.take(filled, 2, "D") == 1


def test_a_draft_is_its_authors_alone(filled: sa.Connection) -> None:
    for id, days in (("1", 0), ("2", 3)):
        drafts.add(filled, drafts.Draft(1, id, 100, NOW + timedelta(days=days), "decide X"))
    assert drafts.find(filled, 1, 101, "1") is None
    assert drafts.find(filled, 2, 100, "1") is None
    drafts.move(filled, 1, 100, 101)
    assert [d.id for d in drafts.of_person(filled, 1, 101)] == ["2", "1"]
    drafts.prune(filled, 1, NOW + timedelta(days=1))
    assert [d.id for d in drafts.of_person(filled, 1, 101)] == ["2"]
    drafts.drop_of_person(filled, 1, 101)
    assert drafts.of_person(filled, 1, 101) == []


def test_the_protocol_keeps_one_rule_a_case(filled: sa.Connection) -> None:
    protocol.set_rule(filled, 1, "reversible", "5bd", 3)
    protocol.set_rule(filled, 1, "reversible", "none", 4)
    assert protocol.rules(filled, 1) == {"reversible": ("none", 4)}
    assert protocol.rules(filled, 2) == {}


def link(number: int, relation: str, to: int, state: str = links.KEPT) -> links.Link:
    return links.Link(1, number, relation, to, state, 100, NOW)


def test_links_are_read_from_both_sides(filled: sa.Connection) -> None:
    add(filled, *(decision(n) for n in range(1, 6)))
    links.set_link(filled, link(2, "amends", 1, links.ASKED))
    links.set_link(filled, link(2, "amends", 1))
    links.set_link(filled, link(3, "relates-to", 2, links.WAITING))
    assert links.links_of(filled, 1, 2) == [link(2, "amends", 1), link(3, "relates-to", 2, links.WAITING)]
    assert links.links_of(filled, 2, 2) == []
    links.move_state(filled, 1, 3, links.WAITING, links.KEPT)
    assert links.links_of(filled, 1, 3) == [link(3, "relates-to", 2)]
    links.drop_from(filled, 1, 3, ("amends",))
    assert len(links.links_of(filled, 1, 3)) == 1
    links.drop_from(filled, 1, 3, ("relates-to",))
    assert links.links_of(filled, 1, 3) == []


def test_a_way_over_links_is_found_and_circles_end(filled: sa.Connection) -> None:
    add(filled, *(decision(n) for n in range(1, 6)))
    for one in (link(4, "amends", 3), link(3, "supersedes", 2), link(2, "amends", 4), link(5, "amends", 1, "refused")):
        links.set_link(filled, one)
    assert links.reaches(filled, 1, 4, 2, ("amends", "supersedes"))
    assert not links.reaches(filled, 1, 4, 2, ("amends",))
    assert not links.reaches(filled, 1, 5, 1, ("amends",))
    assert not links.reaches(filled, 2, 4, 2, ("amends", "supersedes"))


def test_loose_links_are_kept_as_written(filled: sa.Connection) -> None:
    add(filled, decision(1, source="pep:1"))
    links.keep_loose(filled, 1, 1, "supersedes", "pep:9" + "x" * 300)
    links.keep_loose(filled, 1, 1, "amends", "pep:2")
    links.keep_loose(filled, 1, 1, "amends", "pep:2")
    assert [relation for relation, _ in links.loose_of(filled, 1, 1)] == ["amends", "supersedes"]
    assert links.numbers_by_source(filled, 1, ["pep:1", "pep:2"]) == {"pep:1": 1}
