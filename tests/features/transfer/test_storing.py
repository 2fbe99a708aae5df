"""PEPs in the log: once, findable, linked from both sides; what does not fit is told; and nobody is notified."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.features.transfer.steps import Refused
from storage import decision_index, decision_versions, decisions, directory, events, people, search
from storage.network import Group
from tests.features.transfer.conftest import NOW, Desk, put

OAKLAND = Group(1, 5, "oakland", "Oakland", "UTC", None, "mon-fri", "off", "en", "active", ())


async def test_a_decision_keeps_what_its_file_says(desk: Desk, peps: Path) -> None:
    put(
        peps,
        249,
        Title="Database API",
        Author="Ana Lovelace <ana@example.org>, Ben Grace",
        Sponsor="Chi Hopper",
        Topic="Packaging",
        Resolution="`10-Apr-2015 <https://example.org/verdict>`__",
    )
    outcome = await desk.pep(peps)
    found = desk.decision("pep:249")
    with desk.engine.begin() as db:
        group = directory.groups_by_id(db, 1, [found.group_id])[found.group_id]
        author = directory.person_names(db, 1, [found.author_id])[found.author_id]
        named = decisions.people(db, 1, found.number)
    assert outcome.counts["imported"] == 1
    assert (group.slug, group.name, group.zone) == ("pep", "Python Enhancement Proposals", "UTC")
    assert author == "Ana Lovelace"
    assert named == [("Ana Lovelace", "author"), ("Ben Grace", "author"), ("Chi Hopper", "sponsor")]
    assert (found.title, found.status, found.audience, found.version) == ("Database API", "taken", "network", 1)
    assert found.created_at == datetime(2015, 3, 5, 12, tzinfo=UTC)
    assert found.taken_at == datetime(2015, 4, 10, 12, tzinfo=UTC)
    assert found.tags == ("standards-track", "packaging")
    assert found.why == "Because it helps.\n\nResolution: https://example.org/verdict"


async def test_a_rejected_one_was_never_taken_and_keeps_the_day_of_its_rejection(desk: Desk, peps: Path) -> None:
    put(peps, 1, Status="Rejected", Resolution="11-Apr-2015")
    await desk.pep(peps)
    found = desk.decision("pep:1")
    assert (found.status, found.taken_at) == ("withdrawn", None)
    assert "Resolution: (2015-04-11)" in found.why


async def test_it_is_found_by_word_and_marked_as_past(desk: Desk, peps: Path) -> None:
    put(peps, 8, Title="Style Guide", body="Abstract\n========\n\nIndent with spaces.\n")
    await desk.pep(peps)
    id = desk.decision("pep:8").id
    with desk.engine.begin() as db:
        logged = events.about(db, 1, id)
    assert desk.found("indent") == ["Style Guide"]
    assert [(e.kind, e.is_past, e.data["source"]) for e in logged] == [("decision_imported", True, "pep:8")]


async def test_nothing_notifies(desk: Desk, peps: Path) -> None:
    with desk.engine.begin() as db:
        directory.add_group(
            db, Group(1, 5, "oakland", "Oakland", "UTC", None, "mon-fri", "off", "en", "active", ()), NOW
        )
    for number in range(1, 30):
        put(peps, number, Replaces=str(number - 1), Status="Draft")
    await desk.pep(peps, "oakland")
    assert desk.count("decisions") == 29
    assert {t: desk.count(t) for t in ("messages", "lanes", "deadlines", "input_windows")} == dict.fromkeys(
        ("messages", "lanes", "deadlines", "input_windows"), 0
    )


async def test_again_imports_nothing_twice(desk: Desk, peps: Path) -> None:
    for number in range(1, 25):
        put(peps, number, Replaces=str(number - 1) if number > 1 else "")
    await desk.pep(peps)
    before = {table: desk.count(table) for table in ("decisions", "people", "groups", "events", "decision_links")}
    again = await desk.pep(peps)
    assert {table: desk.count(table) for table in before} == before
    assert (again.counts["imported"], again.counts["here_already"]) == (0, 24)
    assert (again.counts["links_made"], again.counts["links_here_already"]) == (0, 23)


@pytest.mark.parametrize("killed_after", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
async def test_killed_halfway_and_run_again_it_is_whole(desk: Desk, peps: Path, killed_after: int) -> None:
    for number in range(1, 25):
        put(peps, number, Replaces=str(number - 1))
    desk.most = killed_after
    with pytest.raises(KeyboardInterrupt):
        await desk.pep(peps)
    desk.most = 100
    await desk.pep(peps)
    assert desk.count("decisions") == 24
    assert len(desk.links()) == 23
    assert desk.loose("pep:1") == [("supersedes", "pep:0")]
    with desk.engine.begin() as db:
        assert len(events.after(db, 1, 0, 100)) == 25


async def test_what_changed_since_is_told_and_left_as_it_is(desk: Desk, peps: Path) -> None:
    put(peps, 1, Status="Draft")
    put(peps, 2)
    await desk.pep(peps)
    put(peps, 1, Status="Final", Title="A better name")
    outcome = await desk.pep(peps)
    said = [item["said"] for item in outcome.items]
    assert said == [
        "pep:1 has changed since it was imported as D-1 (title, status); D-1 was left as it is.",
    ]
    assert (desk.decision("pep:1").title, desk.decision("pep:1").status) == ("Proposal 1", "proposed")


async def test_an_edit_made_here_is_no_change_of_the_file(desk: Desk, peps: Path) -> None:
    put(peps, 1)
    await desk.pep(peps)
    found = desk.decision("pep:1")
    with desk.engine.begin() as db:
        decision_versions.keep(db, found, NOW, found.author_id, "")
        decisions.set_status(db, 1, found.number, "superseded")
        decisions.update(db, _with(found, title="Ours", tags=("ours",), version=2))
    outcome = await desk.pep(peps)
    assert outcome.items == []
    assert desk.decision("pep:1").title == "Ours"


async def test_what_was_redacted_stays_redacted(desk: Desk, peps: Path) -> None:
    put(peps, 1, body="Abstract\n========\n\nUnspeakable.\n")
    await desk.pep(peps)
    found = desk.decision("pep:1")
    with desk.engine.begin() as db:
        decisions.update(db, _with(found, title="", why="", tags=(), redacted_at=NOW))
        decision_versions.blank(db, 1, found.number)
        search.drop(db, 1, found.number)
    outcome = await desk.pep(peps)
    assert [item["said"] for item in outcome.items] == ["pep:1 is here as D-1 and was redacted; it stays so."]
    assert desk.decision("pep:1").why == ""
    assert desk.found("unspeakable") == []


def _with(found: decisions.Decision, **changes: object) -> decisions.Decision:
    from dataclasses import replace

    return replace(found, **changes)  # type: ignore[arg-type]  # names and types of the record, by the tests above


async def test_links_go_forward_only_and_hold_from_both_sides(desk: Desk, peps: Path) -> None:
    put(peps, 1, Status="Superseded", Superseded_By="2")
    put(peps, 2, Replaces="1", Requires="3")
    put(peps, 3)
    outcome = await desk.pep(peps)
    assert desk.links() == {("pep:2", "supersedes", "pep:1", "kept"), ("pep:2", "depends-on", "pep:3", "kept")}
    assert outcome.items == []
    assert desk.decision("pep:1").status == "superseded"


async def test_every_odd_link_is_told_and_kept_as_text(desk: Desk, peps: Path) -> None:
    put(peps, 1, Replaces="2", Created="01-Jan-2001")
    put(peps, 2, Replaces="1", Created="01-Jan-2002")
    put(peps, 3, Requires="99")
    put(peps, 4, Superseded_By="4")
    put(peps, 5, Requires="6")
    put(peps, 6, Requires="5")
    put(peps, 7, Replaces="5", Created="01-Jan-2020")
    (peps / "pep-0008.rst").write_text("nothing of the kind")
    outcome = await desk.pep(peps)
    assert {(item["kind"], item["source"]) for item in outcome.items} == {
        ("cycle", "pep:1"),
        ("dangling", "pep:3"),
        ("self-link", "pep:4"),
        ("cycle", "pep:6"),
        ("one-sided", "pep:7"),
        ("one-sided", "pep:2"),
        ("still-in-force", "pep:5"),
        ("still-in-force", "pep:1"),
        ("still-in-force", "pep:4"),
        ("unreadable", "pep-0008.rst"),
    }
    assert desk.loose("pep:1") == [("supersedes", "pep:2")]
    assert desk.loose("pep:3") == [("depends-on", "pep:99")]
    assert desk.loose("pep:4") == [("superseded-by", "pep:4")]
    assert desk.loose("pep:6") == [("depends-on", "pep:5")]
    assert outcome.counts["links_kept_as_text"] == 4
    assert outcome.counts["unreadable"] == 1


async def test_a_dangling_link_is_joined_when_its_target_comes(desk: Desk, peps: Path, tmp_path: Path) -> None:
    put(peps, 1, Status="Superseded", Superseded_By="2")
    first = await desk.pep(peps)
    assert [item["kind"] for item in first.items] == ["dangling"]
    later = tmp_path / "later"
    later.mkdir()
    put(later, 2)
    second = await desk.pep(later)
    assert desk.links() == {("pep:2", "supersedes", "pep:1", "kept")}
    assert desk.loose("pep:1") == []
    assert [item["said"] for item in second.items] == [
        "pep:1 is superseded by pep:2: a link now, as both are here.",
    ]


async def test_a_link_to_what_an_earlier_import_brought_does_not_dangle(desk: Desk, peps: Path, tmp_path: Path) -> None:
    put(peps, 1)
    await desk.pep(peps)
    later = tmp_path / "later"
    later.mkdir()
    put(later, 2, Requires="1")
    outcome = await desk.pep(later)
    assert desk.links() == {("pep:2", "depends-on", "pep:1", "kept")}
    assert [item["kind"] for item in outcome.items] == ["joined"]


async def test_a_link_that_people_refused_is_not_made_anew(desk: Desk, peps: Path) -> None:
    put(peps, 1)
    put(peps, 2, Replaces="1")
    await desk.pep(peps)
    with desk.engine.begin() as db:
        db.exec_driver_sql("UPDATE decision_links SET state = 'refused'")
    await desk.pep(peps)
    assert desk.links() == {("pep:2", "supersedes", "pep:1", "refused")}


async def test_a_name_is_one_person_and_no_proof_of_an_account(desk: Desk, peps: Path) -> None:
    with desk.engine.begin() as db:
        directory.add_person(db, 1, 7, "Ana Lovelace", None, NOW)
        directory.add_identity(db, 1, "slack", "w", "U7", 7, "Ana Lovelace")
    put(peps, 1)
    await desk.pep(peps)
    put(peps, 2)
    await desk.pep(peps)
    authors = {desk.decision("pep:1").author_id, desk.decision("pep:2").author_id}
    assert len(authors) == 1
    assert authors != {7}
    with desk.engine.begin() as db:
        assert people.identities_of(db, 1, authors.pop()) == []


async def test_no_mail_address_is_kept(desk: Desk, peps: Path, tmp_path: Path) -> None:
    put(peps, 1, Author="Ana Lovelace <ana@secret.example>", Sponsor="Ben <ben@secret.example>")
    await desk.pep(peps)
    assert "secret" not in "\n".join(desk.export(tmp_path / "all.jsonl"))


async def test_an_unknown_group_is_refused_with_those_there_are(desk: Desk, peps: Path) -> None:
    put(peps, 1)
    with desk.engine.begin() as db:
        directory.add_group(
            db, Group(1, 5, "oakland", "Oakland", "UTC", None, "mon-fri", "off", "en", "active", ()), NOW
        )
    with pytest.raises(Refused, match=r"There is no group “okland”\. There are: oakland\."):
        await desk.pep(peps, "okland")
    assert desk.count("decisions") == 0


async def test_a_folder_of_broken_files_fails_and_says_why(desk: Desk, peps: Path) -> None:
    (peps / "pep-0008.rst").write_text("nothing of the kind")
    with pytest.raises(Refused, match=r"(?s)Nothing could be imported.*pep-0008\.rst"):
        await desk.pep(peps)


async def test_readers_of_every_audience_have_their_marks(desk: Desk, peps: Path) -> None:
    put(peps, 1)
    await desk.pep(peps)
    found = desk.decision("pep:1")
    readers = {a: decision_index.marks(_with(found, audience=a, group_id=3, affected_ids=(4,), told_ids=(5,)))
               for a in ("network", "group", "affected", "circle")}  # fmt: skip
    assert readers == {
        "network": ["n1all"],
        "group": ["n1g3"],
        "affected": ["n1g3", "n1g4", "n1g5"],
        "circle": ["n1g3", "n1circle"],
    }
