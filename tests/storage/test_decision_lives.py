"""Terms, sources, groups that joined and checks in both databases; decisions that share words."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from storage import (
    decision_index,
    decision_lists,
    decision_parties,
    decision_shape,
    decision_sources,
    decision_terms,
    decisions,
    links,
    search_near,
)
from storage.audiences import Eyes
from storage.decision_lists import Filter
from storage.decision_parties import Check, Joined
from storage.decision_sources import Source
from storage.decision_terms import MANDATE, URGENT, Terms
from tests.storage.test_decisions import ALL, NOW, add, decision

STRANGER = Eyes(1, frozenset(), False)


def test_terms_come_back_and_are_found_by_what_they_are(filled: sa.Connection) -> None:
    add(filled, decision(1), decision(2), decision(3))
    mandate = Terms(1, 1, MANDATE, expires_at=NOW + timedelta(days=3), topic="phones", holder="Ana")
    for terms in (mandate, Terms(1, 2, is_position=True)):
        decision_terms.put(filled, terms)
        decision_index.renew(filled, 1, terms.number)
    assert decision_terms.find(filled, 1, 1) == mandate
    assert decision_terms.find(filled, 1, 3) == Terms(1, 3)
    assert decision_terms.find(filled, 2, 1) == Terms(2, 1)
    assert decision_terms.of_many(filled, 1, [1, 2, 3]).keys() == {1, 2}
    found = {
        kind: [d.number for d in decision_lists.page(filled, ALL, Filter(kind=kind), 9)]
        for kind in ("mandate", "position")
    }
    assert found == {"mandate": [1], "position": [2]}
    assert [d.number for d in decision_lists.page(filled, ALL, Filter(words="phones"), 9)] == [1]
    decision_terms.put(filled, replace(mandate, renewals=1, kind=URGENT))
    decision_terms.blank(filled, 1, 1)
    assert decision_terms.find(filled, 1, 1) == replace(mandate, renewals=1, kind=URGENT, topic="", holder="")


def source(number: int, message: str = "m1", person_id: int | None = 100) -> Source:
    return Source(1, number, 7, message, person_id, "", "Let us use Signal", NOW)


def test_a_source_is_kept_until_its_message_goes(filled: sa.Connection) -> None:
    add(filled, decision(1), decision(2), decision(3))
    for one in (source(1), source(2), source(3, "m2", None)):
        decision_sources.add(filled, one)
    assert decision_sources.find(filled, 1, 1) == source(1)
    assert decision_sources.find(filled, 2, 1) is None
    assert decision_sources.redact(filled, 1, 8, "m1", NOW) == []
    assert decision_sources.redact(filled, 2, 7, "m1", NOW) == []
    assert sorted(decision_sources.redact(filled, 1, 7, "m1", NOW)) == [1, 2]
    assert decision_sources.redact(filled, 1, 7, "m1", NOW) == []
    gone = decision_sources.find(filled, 1, 2)
    assert gone == replace(source(2), text="", redacted_at=NOW)
    decision_sources.blank(filled, 1, 3, NOW)
    left = decision_sources.find(filled, 1, 3)
    assert left is not None
    assert (left.text, left.redacted_at) == ("", NOW)


def test_a_source_goes_with_its_person(filled: sa.Connection) -> None:
    add(filled, decision(1), decision(2))
    decision_sources.add(filled, source(1))
    decision_sources.add(filled, source(2, person_id=101))
    decision_sources.move(filled, 1, 101, 100)
    assert sorted(decision_sources.forget_person(filled, 1, 100, NOW)) == [1, 2]


def test_what_groups_say_is_kept_once_a_group(filled: sa.Connection) -> None:
    add(filled, decision(1))
    decision_parties.join(filled, Joined(1, 1, 2, "our forest", 100, NOW))
    decision_parties.join(filled, Joined(1, 1, 2, "our river", 101, NOW))
    assert decision_parties.joined(filled, 1, 1) == [Joined(1, 1, 2, "our river", 101, NOW)]
    assert decision_parties.joined(filled, 2, 1) == []
    assert decision_parties.ask(filled, 1, 1, 2, NOW)
    assert not decision_parties.ask(filled, 1, 1, 2, NOW)
    later = NOW + timedelta(hours=1)
    decision_parties.answer(filled, Check(1, 1, 2, None, "adapted", "by SMS", 101, later))
    assert decision_parties.checks(filled, 1, 1) == [Check(1, 1, 2, NOW, "adapted", "by SMS", 101, later)]
    decision_parties.answer(filled, Check(1, 1, 3, None, "as-is", "", 100, later))
    assert not decision_parties.ask(filled, 1, 1, 3, NOW)
    decision_parties.move_person(filled, 1, 100, 101)
    assert decision_parties.forget_person(filled, 1, 101) == [1]
    assert [check.text for check in decision_parties.checks(filled, 1, 1)] == ["", ""]
    assert decision_parties.joined(filled, 1, 1)[0].why == ""


def test_near_finds_the_newest_of_each_search_for_these_eyes(filled: sa.Connection) -> None:
    add(
        filled,
        decision(1, title="Signal for alerts"),
        decision(2, title="Signal in the kitchen"),
        decision(3, title="An alert garden", audience="group"),
        decision(4, title="Signal alerts again", status="undone"),
        decision(1, network_id=2, title="Signal for alerts elsewhere"),
    )
    wanted = [("signal", "alert"), ("signal",), ("gardens",), ("signal'\"*", ")")]
    marks = ALL.marks()
    assert search_near.near(filled, 1, wanted, marks, 5) == [[1], [2, 1], [3], [2, 1]]
    assert search_near.near(filled, 1, wanted, STRANGER.marks(), 1) == [[1], [2], [], [2]]
    assert search_near.near(filled, 1, [], marks, 5) == []
    assert search_near.near(filled, 1, [("!",), ("signal",)], marks, 5) == [[2, 1]]
    assert [d.number for d in decision_lists.those(filled, STRANGER, [1, 2, 3])] == [2, 1]
    assert decision_lists.those(filled, ALL, []) == []


def test_what_weighs_on_a_group(filled: sa.Connection) -> None:
    add(filled, decision(1), decision(2, affected_ids=(2,)), decision(3, group_id=2), decision(4, affected_ids=(2,)))
    for number, relation, to in ((3, "depends-on", 1), (2, "relates-to", 1), (4, "supersedes", 2)):
        links.set_link(filled, links.Link(1, number, relation, to, links.KEPT, 100, NOW))
    assert decision_shape.own(filled, 1, 1, 2) == [4, 2]
    assert decision_shape.affecting(filled, 1, 2, 9) == [4, 2]
    assert decision_shape.resting(filled, 1, [1, 2]) == {1: 2}
    assert decision_shape.affected(filled, 1, [1, 2]) == {2: 1}
    assert decision_shape.replacing(filled, 1, [1, 2]) == {2: 4}
    assert decision_shape.replacing(filled, 1, []) == {}
    assert decision_shape.own(filled, 2, 1, 2) == []


def test_a_decision_knows_that_an_expired_one_was_taken(filled: sa.Connection) -> None:
    add(filled, decision(1, status="expired"))
    found = decisions.find(filled, 1, 1)
    assert found is not None
    assert found.is_taken
