"""ADR and MADR files in, Markdown records out, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.exporting_madr import write_all
from bot.features.transfer.adr import parse_adr
from bot.features.transfer.adr_folder import adr_files, read_adrs
from bot.features.transfer.madr import file_name
from bot.features.transfer.records import ImportedDecision, UnreadableRecord
from bot.importing import Outcome, import_decisions
from storage import counters, decision_index, decisions, directory, links
from storage.decisions import Decision
from storage.network import Group
from tests.features.transfer.conftest import NOW, Desk, open_desk

DAY = date(2026, 1, 2)
NYGARD = """# 5. Use Signal for alerts

Date: 2024-03-05

## Status

Accepted

Supersedes [1. Use WhatsApp](0001-use-whatsapp.md)

Superseded by [ADR-0009](0009-use-matrix.md)

## Context

WhatsApp shares our numbers.

## Decision

We will use Signal.

```
# no heading
```

## Alternatives considered

SMS: too dear.
"""
MADR = """---
status: "accepted"
date: 2025-06-07
decision-makers: [Ana, "Ben Okri"]
tags:
  - Phones
  - safety first
---
# Use Signal

## Context and Problem Statement

Which messenger?

## Considered Options

* SMS
* Signal

## Decision Outcome

Chosen option: "Signal", because it hides our numbers.

### Consequences

* Good, because safe

## Pros and Cons of the Options

### SMS

* Bad, because dear

## More Information

Depends on ADR-0003
"""


def parse(text: str, name: str = "0005-use-signal.md") -> ImportedDecision:
    return parse_adr(text, name, "adr", DAY)


def test_a_record_in_nygards_form_is_read() -> None:
    found = parse(NYGARD)
    assert (found.source, found.title, found.status) == ("adr:5", "Use Signal for alerts", "taken")
    assert (found.created_on, found.decided_on) == (date(2024, 3, 5), date(2024, 3, 5))
    assert found.why == ("WhatsApp shares our numbers.\n\nDecision\nWe will use Signal.\n\n```\n# no heading\n```")
    assert found.alternatives == "SMS: too dear."
    assert [str(link) for link in found.links] == ["supersedes adr:1", "superseded by adr:9"]
    assert found.remarks == ()


def test_a_madr_is_read() -> None:
    found = parse(MADR)
    assert (found.title, found.status, found.created_on) == ("Use Signal", "taken", date(2025, 6, 7))
    assert found.why.startswith("Which messenger?\n\nDecision Outcome\nChosen option")
    assert "Good, because safe" in found.why
    assert found.alternatives.startswith("* SMS\n* Signal")
    assert "Bad, because dear" in found.alternatives
    assert [person.name for person in found.people] == ["Ana", "Ben Okri"]
    assert found.tags == ("phones", "safety-first")
    assert [str(link) for link in found.links] == ["depends on adr:3"]


@pytest.mark.parametrize(
    ("said", "status", "tags"),
    [
        ("rejected", "withdrawn", ("rejected",)),
        ("Deprecated", "withdrawn", ("deprecated",)),
        ("superseded by ADR-0009", "superseded", ()),
        ("proposed", "proposed", ()),
    ],
)
def test_the_status_becomes_one_of_ours(said: str, status: str, tags: tuple[str, ...]) -> None:
    found = parse(f"# One\n\n* Status: {said}\n* Date: 2024-01-01\n\n## Context\n\nx\n")
    assert (found.status, found.tags) == (status, tags)


def test_what_is_odd_is_remarked() -> None:
    found = parse("# One\n\n## Status\n\nwobbly\n", "notes.md")
    assert found.source == "adr:notes"
    assert {report.kind for report in found.remarks} == {"unknown-status", "unclear-date", "no-reasoning"}
    assert found.created_on == DAY
    with pytest.raises(UnreadableRecord, match="no title"):
        parse("nothing here")


@given(text=st.text(max_size=400))
def test_any_text_is_read_or_refused_plainly(text: str) -> None:
    try:
        found = parse(text)
    except UnreadableRecord:
        return
    assert found.title
    assert len(found.why) <= 4000


def test_only_records_are_read_in_a_folder(tmp_path: Path) -> None:
    for name in ("0010-b.md", "0002-a.md", "README.md", "adr-template.md", "x.txt"):
        (tmp_path / name).write_text("# T\n")
    assert [file.name for file in adr_files(tmp_path)] == ["0002-a.md", "0010-b.md"]
    with pytest.raises(UserError, match="no file or folder"):
        adr_files(tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no ADR files"):
        adr_files(tmp_path / "empty")


async def imported(desk: Desk, folder: Path, group: str | None = None) -> Outcome:
    return await import_decisions(desk, read_adrs(adr_files(folder), "adr"), group, "adr")


async def test_a_folder_is_imported_once(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "0001-use-whatsapp.md").write_text(
        "# 1. Use WhatsApp\n\n## Status\n\nSuperseded by [5](0005-use-signal.md)\n\n## Context\n\nx\n"
    )
    (tmp_path / "0005-use-signal.md").write_text(NYGARD)
    first = await imported(desk, tmp_path)
    assert first.counts["imported"] == 2
    assert desk.links() == {("adr:5", "supersedes", "adr:1", "kept")}
    assert desk.loose("adr:5") == [("superseded-by", "adr:9")]
    again = await imported(desk, tmp_path)
    assert (again.counts["imported"], again.counts["here_already"]) == (0, 2)
    assert desk.count("decisions") == 2


def decision(number: int, title: str, status: str, audience: str, redacted_at: datetime | None) -> Decision:
    return Decision(
        *(1, number, 7, 9, status, audience, title, "# Safe\nbecause", "SMS", "the assembly", "", False),
        *(("phones",), (), 1, NOW, NOW, None, redacted_at, ""),
    )


def own_decisions(desk: Desk) -> None:
    """Two decisions of Oakland's, one that only it may read, and a redacted one."""
    oakland = Group(1, 7, "oakland", "Oakland", "UTC", None, "mon-fri", "off", "en", "active", ())
    with desk.engine.begin() as db:
        directory.add_group(db, oakland, NOW)
        directory.add_person(db, 1, 9, "Ana", None, NOW)
        counters.take(db, 1, "D", 4)
        for one in (
            decision(1, "Use WhatsApp: for alerts", "superseded", "network", None),
            decision(2, "Use Signal", "taken", "network", None),
            decision(3, "A secret", "taken", "group", None),
            decision(4, "", "taken", "network", NOW),
        ):
            decisions.add(db, one)
            decision_index.renew(db, 1, one.number)
        links.set_link(db, links.Link(1, 2, "supersedes", 1, links.KEPT, 9, NOW))


def exported(desk: Desk, folder: Path) -> int:
    folder.mkdir(exist_ok=True)
    with desk.engine.begin() as db:
        return write_all(db, "mycel", folder)


async def test_what_all_may_read_is_exported_and_comes_back_only_elsewhere(desk: Desk, tmp_path: Path) -> None:
    own_decisions(desk)
    folder = tmp_path / "out"
    assert exported(desk, folder) == 2
    assert sorted(file.name for file in folder.iterdir()) == ["0001-use-whatsapp-for-alerts.md", "0002-use-signal.md"]
    text = (folder / "0002-use-signal.md").read_text()
    assert text.startswith("---\nstatus: accepted\ndate: 2026-11-02\ndecision-makers: Oakland, the assembly\n")
    assert "* Supersedes [D-1](0001-use-whatsapp-for-alerts.md)" in text
    again = await imported(desk, folder)
    assert (again.counts["imported"], again.counts["here_already"]) == (0, 2)
    assert desk.count("decisions") == 4
    assert desk.count("decision_loose_links") == 0


async def test_another_network_reads_what_one_wrote(database_url: str, tmp_path: Path) -> None:
    one = open_desk(database_url)
    own_decisions(one)
    exported(one, tmp_path / "out")
    one.engine.dispose()
    other = open_desk(f"sqlite:///{tmp_path / 'other.db'}")
    with other.engine.begin() as db:
        db.exec_driver_sql("UPDATE networks SET slug = 'other'")
    outcome = await imported(other, tmp_path / "out")
    assert outcome.counts["imported"] == 2
    [(later, _, earlier, _)] = other.links()
    found = other.decision(later)
    assert (found.title, found.why, found.alternatives) == ("Use Signal", "# Safe\nbecause", "SMS")
    assert found.created_at == datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert other.decision(earlier).status == "superseded"
    assert (await imported(other, tmp_path / "out")).counts["imported"] == 0
    other.engine.dispose()


def test_a_later_export_takes_away_what_may_not_be_read_any_more(desk: Desk, tmp_path: Path) -> None:
    own_decisions(desk)
    folder = tmp_path / "out"
    exported(desk, folder)
    (folder / "0099-not-ours.md").write_text("# Somebody else's\n")
    with desk.engine.begin() as db:
        found = decisions.find(db, 1, 1)
        assert found is not None
        decisions.update(db, replace(found, title="", redacted_at=NOW))
    assert exported(desk, folder) == 1
    assert sorted(file.name for file in folder.iterdir()) == ["0002-use-signal.md", "0099-not-ours.md"]


def test_file_names_are_plain() -> None:
    assert file_name(12, "¿Café & “Signal”?") == "0012-cafe-signal.md"
    assert file_name(12345, "…") == "12345-decision.md"
