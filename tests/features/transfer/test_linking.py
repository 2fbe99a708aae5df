"""Links between imported decisions hold from both sides, and none is dropped in silence."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.features.transfer.linking import natural, reciprocal
from bot.features.transfer.records import OTHER_SIDE, ImportedDecision, ImportedLink, LinkKind, Report, Status


def decision(number: int, *links: tuple[LinkKind, int], status: Status = "taken", year: int = 0) -> ImportedDecision:
    return ImportedDecision(
        source=f"pep:{number}",
        title=f"Number {number}",
        why="",
        alternatives="",
        status=status,
        people=(),
        decided_on=None,
        created_on=date(year or 2000 + number, 1, 1),
        resolution="",
        tags=(),
        links=tuple(ImportedLink(kind, f"pep:{target}") for kind, target in links),
    )


def shown(records: tuple[ImportedDecision, ...]) -> dict[str, list[str]]:
    return {record.source: [str(link) for link in record.links] for record in records}


def lines(report: tuple[Report, ...]) -> list[str]:
    return [str(item) for item in report]


def test_a_link_said_by_both_is_kept_and_needs_no_report() -> None:
    records, report = reciprocal(
        [decision(2, ("supersedes", 1)), decision(1, ("superseded-by", 2), status="superseded")]
    )
    assert shown(records) == {"pep:2": ["supersedes pep:1"], "pep:1": ["superseded by pep:2"]}
    assert report == ()


def test_replacing_said_by_the_newer_alone() -> None:
    records, report = reciprocal([decision(2, ("supersedes", 1)), decision(1, status="superseded")])
    assert shown(records) == {"pep:2": ["supersedes pep:1"], "pep:1": ["superseded by pep:2"]}
    assert lines(report) == ["pep:2 supersedes pep:1, and only one of the two says so; both show it now."]


def test_replacing_said_by_the_older_alone() -> None:
    records, report = reciprocal([decision(1, ("superseded-by", 2), status="superseded"), decision(2)])
    assert shown(records) == {"pep:1": ["superseded by pep:2"], "pep:2": ["supersedes pep:1"]}
    assert lines(report) == ["pep:1 is superseded by pep:2, and only one of the two says so; both show it now."]


def test_needs_are_shown_on_both_and_are_never_one_sided() -> None:
    records, report = reciprocal([decision(10, ("depends-on", 9), ("relates-to", 1)), decision(9), decision(1)])
    assert shown(records) == {
        "pep:10": ["depends on pep:9", "relates to pep:1"],
        "pep:9": ["needed by pep:10"],
        "pep:1": ["relates to pep:10"],
    }
    assert report == ()


def test_a_dangling_link_stays_as_text() -> None:
    records, report = reciprocal([decision(2, ("depends-on", 77))])
    assert records[0].links == ()
    assert [str(link) for link in records[0].loose_links] == ["depends on pep:77"]
    assert lines(report) == ["pep:2 depends on pep:77, which is not among the imported; kept as text."]


def test_a_link_to_itself_stays_as_text() -> None:
    records, report = reciprocal([decision(2, ("supersedes", 2))])
    assert (records[0].links, records[0].loose_links) == ((), (ImportedLink("supersedes", "pep:2"),))
    assert lines(report) == ["pep:2 supersedes itself; kept as text."]


def test_a_circle_opens_where_the_oldest_claims_to_replace() -> None:
    chain = [decision(3, ("supersedes", 2)), decision(2, ("supersedes", 1)), decision(1, ("supersedes", 3))]
    records, report = reciprocal(chain)
    assert shown(records) == {
        "pep:3": ["supersedes pep:2"],
        "pep:2": ["superseded by pep:3", "supersedes pep:1"],
        "pep:1": ["superseded by pep:2"],
    }
    assert records[2].loose_links == (ImportedLink("supersedes", "pep:3"),)
    circles = [item for item in report if item.kind == "cycle"]
    assert [(item.source, item.target) for item in circles] == [("pep:1", "pep:3")]
    assert all(f"pep:{n}" in circles[0].detail for n in (1, 2, 3))


def test_a_circle_claimed_from_the_other_side_stays_as_text_there() -> None:
    records, _ = reciprocal([decision(1), decision(2, ("supersedes", 1), ("superseded-by", 1))])
    assert shown(records) == {"pep:1": ["superseded by pep:2"], "pep:2": ["supersedes pep:1"]}
    assert [record.loose_links for record in records] == [(), (ImportedLink("superseded-by", "pep:1"),)]


def test_a_record_that_comes_twice_is_kept_once_and_reported() -> None:
    first, second = decision(2), decision(2, ("supersedes", 1))
    records, report = reciprocal([first, second])
    assert records == (first,)
    assert lines(report) == ["pep:2 came more than once; the first was kept, not “Number 2”."]


def test_states_that_do_not_fit_their_links_are_reported_and_left() -> None:
    replaced = decision(1, ("superseded-by", 2))
    records, report = reciprocal([replaced, decision(2, ("supersedes", 1)), decision(3, status="superseded")])
    assert [record.status for record in records] == ["taken", "taken", "superseded"]
    assert lines(report) == [
        "pep:1 is in force, and so is pep:2, which supersedes it.",
        "pep:3 is superseded and does not say by what.",
    ]


def test_sources_sort_by_number() -> None:
    assert sorted(["pep:10", "pep:9", "adr:2"], key=natural) == ["adr:2", "pep:9", "pep:10"]


KINDS: st.SearchStrategy[LinkKind] = st.sampled_from(list(OTHER_SIDE))
LINKS = st.lists(st.tuples(KINDS, st.integers(1, 9)), max_size=5)
RECORDS = st.lists(
    st.builds(
        lambda number, links, year: decision(number, *links, year=year),
        st.integers(1, 7),
        LINKS,
        st.integers(1990, 1993),
    ),
    max_size=10,
)


def supersedes(records: tuple[ImportedDecision, ...]) -> dict[str, list[str]]:
    return {r.source: [link.target for link in r.links if link.kind == "supersedes"] for r in records}


def reachable(start: str, graph: dict[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        here = ahead.pop()
        if here not in seen:
            seen.add(here)
            ahead += graph[here]
    return seen


@given(RECORDS)
def test_every_link_holds_from_both_sides_or_is_reported(given_records: list[ImportedDecision]) -> None:
    records, report = reciprocal(given_records)
    by_source = {record.source: record for record in records}
    for record in records:
        for link in record.links:
            assert ImportedLink(OTHER_SIDE[link.kind], record.source) in by_source[link.target].links
    for given_record in reversed(given_records):
        first = next(r for r in given_records if r.source == given_record.source)
        kept = by_source[first.source]
        assert set(first.links) <= {*kept.links, *kept.loose_links}
    loose = sum(len(record.loose_links) for record in records)
    assert loose <= sum(2 if item.kind == "cycle" else 1 for item in report)
    graph = supersedes(records)
    assert not any(source in reachable(source, graph) for source in graph)


@given(RECORDS)
def test_a_second_pass_changes_nothing(given_records: list[ImportedDecision]) -> None:
    once, _ = reciprocal(given_records)
    twice, report = reciprocal(once)
    assert twice == once
    assert {item.kind for item in report} <= {"no-successor", "still-in-force"}
