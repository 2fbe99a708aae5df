"""What one group takes with it imports into an empty network on either database, and is the same again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot import exporting, importing
from bot.features.network import exports
from storage import decision_lists, directory, migrate
from storage.audiences import Eyes
from storage.decision_lists import Filter
from storage.engine import open_engine
from tests.features.transfer.conftest import NOW, Desk, open_desk
from tests.features.transfer.test_export import decision, fill, one

NORD, SUED = 1, 2


def conflict(id: int, first: int = 2, second: int | None = 6, **values: Any) -> dict[str, Any]:
    """Between decisions, by default one of each group."""
    return one(
        "conflicts", id=id, **({"state": "open", "first": first, "second": second, "contribution_id": None} | values)
    )


ROWS: dict[str, list[dict[str, Any]]] = {
    "networks": [{"language": "es", "clock_ahead_s": 0, "settings": {"open_registration": True}, "created_at": NOW}],
    "groups": [
        one("groups", id=id, slug=slug, name=slug, state="active") for id, slug in ((NORD, "nord"), (SUED, "sued"))
    ],
    "people": [one("people", id=10 * id, name=f"Person {id}") for id in (NORD, SUED)],
    "identities": [one("identities", account=f"account-{id}", person_id=10 * id) for id in (NORD, SUED)],
    "memberships": [one("memberships", person_id=10 * id, group_id=id) for id in (NORD, SUED)],
    "roles": [one("roles", person_id=10, role="steward")],
    "decisions": [
        decision(1, group_id=NORD, author_id=10, title="Only ours", audience="group"),
        decision(2, group_id=NORD, author_id=10, title="Ours for all", why="reason of nord"),
        decision(3, group_id=SUED, author_id=20, title="Theirs", why="reason of sued"),
        decision(4, group_id=SUED, author_id=20, title="Hidden of sued", audience="group"),
        decision(5, group_id=NORD, author_id=10, title="Undone", status="undone"),
        decision(6, group_id=SUED, author_id=20, title="In conflict", why="why of sued"),
        decision(7, group_id=SUED, author_id=20, title="Far away"),
    ],
    "decision_links": [
        one("decision_links", number=2, to_number=1, relation="amends", state="kept"),
        one("decision_links", number=2, to_number=4, relation="relates-to", state="kept"),
    ],
    "input_windows": [
        one("input_windows", number=2, state="concluded", outcome_text="outcome of nord"),
        one("input_windows", number=3, state="open", outcome_text=""),
    ],
    "window_groups": [
        one("window_groups", number=2, group_id=SUED),
        one("window_groups", number=3, group_id=NORD),
    ],
    "contributions": [
        one("contributions", id=1, number=2, group_id=SUED, person_id=20, stance="concern", text="words of sued"),
        one("contributions", id=2, number=3, group_id=NORD, person_id=10, stance="support", text="words of nord"),
    ],
    "conflicts": [
        conflict(1, text="tension of nord", raiser_id=10, raiser_group_id=NORD, ending_text="not agreed yet"),
        conflict(2, text="tension of sued", raiser_id=20, raiser_group_id=SUED, state="settled", ending_text="agreed"),
        conflict(3, text="told in confidence", state="confided", raiser_group_id=NORD),
        conflict(4, text="among others", first=3, second=6, raiser_group_id=SUED),
        conflict(5, text="seen by nord", first=7, second=None, other="trust", raiser_id=10, raiser_group_id=NORD),
    ],
    "conflict_parties": [
        one("conflict_parties", conflict_id=id, group_id=group_id, confirmed_by=20)
        for id, group_id in ((1, NORD), (1, SUED), (2, SUED), (4, SUED))
    ],
    "conflict_log": [
        one("conflict_log", conflict_id=1, position=1, text="tried by nord", by_id=10, group_id=NORD),
        one("conflict_log", conflict_id=1, position=2, text="tried by sued", by_id=20, group_id=SUED),
    ],
    "circles": [one("circles", id=id, slug=f"circle-{id}", name=f"Circle {id}", channel_id=None) for id in (1, 2)],
    "circle_turns": [
        one("circle_turns", circle_id=1, n=1, person_id=10, group_id=NORD, state="on"),
        one("circle_turns", circle_id=2, n=1, person_id=20, group_id=SUED, state="on"),
    ],
    "concern_answers": [one("concern_answers", contribution_id=1, text="answer of nord", by_id=10)],
}


def taken(desk: Desk, slug: str = "nord") -> list[str]:
    """The lines of a group's export."""
    with desk.engine.begin() as db:
        group = directory.groups_by_slug(db, 1, [slug])[slug]
        return exports.lines_of(db, "mycel", group, NOW)


@pytest.fixture
def first(tmp_path: Path) -> Desk:
    desk = open_desk(f"sqlite:///{tmp_path}/first.db")
    fill(desk, ROWS)
    return desk


def test_it_has_what_is_the_group_s_own_and_nobody_else_s_words(first: Desk) -> None:
    text = "".join(taken(first))
    for own in ("Only ours", "reason of nord", "outcome of nord", "words of nord", "answer of nord", "Theirs"):
        assert own in text, own
    for others in ("reason of sued", "words of sued", "Hidden of sued", "Person 2", "account-2", "Undone", "steward"):
        assert others not in text, others
    for own in (
        "tension of nord",
        "seen by nord",
        "Far away",
        "tried by nord",
        "agreed",
        "In conflict",
        "Circle 1",
        "circle-1",
    ):
        assert own in text, own
    private = ("tension of sued", "tried by sued", "not agreed yet", "told in confidence", "among others", "Circle 2")
    for others in (*private, "why of sued"):
        assert others not in text, others
    assert "open_registration" not in text
    assert '"target":"D-4"' in text, "a link to what is not in the file is kept as text"


async def test_it_comes_back_on_either_database_and_is_the_same_again(first: Desk, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "nord.jsonl"
    path.write_text("".join(taken(first)), encoding="utf-8")
    await importing.restore(desk, path)
    with desk.engine.begin() as db:
        states = {group.slug: group.state for group in directory.all_groups(db, 1)}
        found = decision_lists.page(db, Eyes(1, frozenset({NORD}), False), Filter(words="ours"), 10)
    assert states == {"nord": "active", "sued": "dormant"}
    assert [each.title for each in found] == ["Ours for all", "Only ours"]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:-1]]
    again = [json.loads(line) for line in taken(desk)[1:-1]]
    # The title of another group's decision stands for it, and its window is over here.
    assert [row for row in again if row["table"] not in ("groups",)] == [
        row for row in rows if row["table"] not in ("groups",)
    ]


def test_from_the_command_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/cli.db"
    with pytest.raises(exporting.CannotExport, match="mycel migrate"):
        exporting.group_jsonl(url, "mycel", "nord", str(tmp_path / "x"), NOW)
    migrate.upgrade(url)
    engine = open_engine(url)
    with engine.begin() as db:
        directory.add_network(db, 1, "mycel", "en", NOW)
    desk = Desk(engine)
    fill(desk, ROWS)
    with pytest.raises(exporting.CannotExport, match="There are: nord, sued"):
        exporting.group_jsonl(url, "mycel", "ost", str(tmp_path / "x"), NOW)
    with pytest.raises(exporting.CannotExport, match="no network “other”"):
        exporting.group_jsonl(url, "other", "nord", str(tmp_path / "x"), NOW)
    count = exporting.group_jsonl(url, "mycel", "Nord", str(tmp_path / "nord.jsonl"), NOW)
    lines = (tmp_path / "nord.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    assert lines == taken(desk)
    assert len(lines) == count + 2
    assert (tmp_path / "nord.jsonl").stat().st_mode & 0o777 == 0o600
