"""The dialogue in the documentation runs as it stands there, with all features."""

from __future__ import annotations

import re
from pathlib import Path

from adapters.local.script_steps import parse
from bot import trying

DOCS = Path(__file__).resolve().parents[2] / "docs"


async def test_the_example_goes_from_decide_to_the_outcome() -> None:
    printed = await trying.run((DOCS / "examples" / "signal.script").read_text(encoding="utf-8"))
    for channel in re.split(r"^=== ", printed[printed.rindex("=== Oakland") :], flags=re.MULTILINE)[1:]:
        assert "Outcome on" in channel
        assert "adopted with changes" in channel
        assert "Half of us have no smartphone." in channel
    assert "C-1 is resolved." in printed


async def test_the_conflict_of_the_example_is_settled_by_both_groups() -> None:
    printed = await trying.run((DOCS / "examples" / "conflict.script").read_text(encoding="utf-8"))
    assert "D-2 may conflict with D-1, or replace it – please look." in printed
    assert "Noted on X-1. Still to confirm: Oakland and Nairobi." in printed
    assert "X-1: settled. Every group has confirmed." in printed
    shown = printed[printed.rindex("=== Nairobi") :]
    assert "Settled on Fri 6 Nov 2026, 20:00 (Nairobi)." in shown
    assert "> Half of us get alerts twice, the other half never.\n    — Ben (Oakland)" in shown
    assert "Maite hosts X-1 and will speak with each of its groups." in shown


def test_the_guide_shows_the_example_as_it_is() -> None:
    guide = (DOCS / "users" / "playground.md").read_text(encoding="utf-8")
    assert (DOCS / "examples" / "signal.script").read_text(encoding="utf-8") in guide


def test_every_line_of_the_guide_s_table_is_understood() -> None:
    guide = (DOCS / "users" / "playground.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| `([^`]+)` \|", guide, flags=re.MULTILINE)
    assert len(lines) > 10
    for line in lines:
        assert len(parse(line)) == (0 if line.startswith("#") else 1)
