"""A dialogue without a browser: the same text prints the same channels, and what is wrong is named by its line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.local.script import ScriptClock, ScriptError, run_script
from adapters.local.script_steps import Deletes, Edits, FillsIn, Presses, Reacts, Says, Show, Start, Step, Wait, parse
from tests.adapters.local import fake_feature
from tests.support.playground import open_stage

DIALOGUE = """
# Oakland asks, Nairobi has a concern.
start 2026-11-02 09:00
oakland ana: /ask Use Signal
    --why The last alerts reached nobody.
nairobi wanjiku in D-1: concern: Half of us
    have no smartphone
nairobi wanjiku edits: concern: A third of us have no smartphone
bilbao iker reacts 👍 on D-1
bilbao iker presses "Support" on D-1
bilbao maite: /suport D-1
wait until next
show nairobi
"""


async def printed(tmp_path: Path, text: str, name: str = "a.db") -> str:
    clock = ScriptClock()
    stage = open_stage(f"sqlite:///{tmp_path / name}", [fake_feature.FEATURE], clock)
    try:
        return await run_script(text, stage.playground, clock)
    finally:
        await stage.close()


async def test_a_dialogue_is_printed_with_private_answers_and_threads(tmp_path: Path) -> None:
    output = await printed(tmp_path, DIALOGUE)
    assert output.startswith("It is Mon 2 Nov 2026, 09:00 (UTC).\n")
    assert "oakland · Ana: /ask Use Signal\n    --why The last alerts reached nobody.\n    (only Ana sees)\n" in output
    assert "bilbao · Iker presses “Support”\n    (only Iker sees)\n    Iker supports D-1.\n" in output
    assert "There is no command “suport”; did you mean “support”?" in output
    assert re.search(r"It is Tue 3 Nov 2026, 09:00 \(UTC\); fell due: \d", output)
    shown = output[output.index("=== Nairobi (Africa/Nairobi) ===") :]
    assert "    [Mon 2 Nov 2026, 12:00, edited] Wanjiku:\n        concern: A third of us have no smartphone\n" in shown
    assert "    [Tue 3 Nov 2026, 12:00] Mycel:\n        A reminder at 2026-11-03 09:00.\n" in shown
    assert "=== Oakland" not in output


async def test_the_same_script_prints_the_same(tmp_path: Path) -> None:
    script = f"{DIALOGUE}\nshow all\n"
    assert await printed(tmp_path, script) == await printed(tmp_path, script, "b.db")


async def test_what_was_deleted_is_not_shown_and_reactions_are(tmp_path: Path) -> None:
    script = "oakland ana: one\noakland ben reacts 👍\noakland ana: two\noakland ana deletes\nshow oakland"
    output = await printed(tmp_path, script)
    shown = output[output.index("===") :]
    assert "👍 Ben" in shown
    assert "two" not in shown
    assert "(nothing has been said here)" in await printed(tmp_path, "show bilbao", "b.db")


async def test_a_form_is_filled_in(tmp_path: Path) -> None:
    script = "oakland ana: /ask\noakland ana fills in ask:\n    title = Use Signal\n    affects = nairobi\nshow bilbao"
    output = await printed(tmp_path, script)
    assert "[form ask] Put something before all groups" in output
    assert "Ana asks: Use Signal" in output[output.index("===") :]


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("start 2026-11-02 09:00", Start(1, datetime(2026, 11, 2, 9, tzinfo=UTC))),
        ("start 2026-11-02", Start(1, datetime(2026, 11, 2, tzinfo=UTC))),
        ("wait 1d 2h", Wait(1, length=timedelta(days=1, hours=2))),
        ("wait 30min", Wait(1, length=timedelta(minutes=30))),
        ("wait until next", Wait(1)),
        ("wait until 2026-11-20 09:00", Wait(1, until=datetime(2026, 11, 20, 9, tzinfo=UTC))),
        ("show all", Show(1, "all")),
        ("show direct ana", Show(1, "@ana")),
        ("direct ana: mine", Says(1, "@ana", "ana", "", "mine")),
        ('direct ana presses "Show D-1"', Presses(1, "@ana", "ana", "", "Show D-1")),
        ("direct ana deletes", Deletes(1, "@ana", "ana", "")),
        ("oakland ana: /propose X --for 10bd", Says(1, "oakland", "ana", "", "/propose X --for 10bd")),
        ("nairobi wanjiku in d-1: concern: no", Says(1, "nairobi", "wanjiku", "D-1", "concern: no")),
        ('nairobi otieno presses "Support" on D-1', Presses(1, "nairobi", "otieno", "D-1", "Support")),
        ("nairobi otieno presses “Open it”", Presses(1, "nairobi", "otieno", "", "Open it")),
        ("nairobi otieno reacts 👍 on D-1", Reacts(1, "nairobi", "otieno", "D-1", "👍", is_on=True)),
        ("nairobi otieno takes 👍 off", Reacts(1, "nairobi", "otieno", "", "👍", is_on=False)),
        ("nairobi otieno edits: new text", Edits(1, "nairobi", "otieno", "", "new text")),
        ("nairobi otieno deletes", Deletes(1, "nairobi", "otieno", "")),
        ("oakland ana fills in decide: title = X", FillsIn(1, "oakland", "ana", "", "decide", "title = X")),
    ],
)
def test_each_line_is_a_step(line: str, step: Step) -> None:
    assert parse(line) == [step]


@pytest.mark.parametrize(
    ("script", "line", "message"),
    [
        ("show all\nwait a bit", 2, "is not understood"),
        ("\n\noakland", 3, "is not understood"),
        ("    indented", 1, "nothing is said above"),
        ("show all\nstart 2026-11-02", 2, "before everything else"),
        ("start 2026-13-02", 1, "no moment"),
        ("oakland zoe: hello", 1, "nobody called “zoe”"),
        ("paris ana: hello", 1, "no such channel"),
        ("show paris", 1, "no channel “paris”"),
        ("direct zoe: hello", 1, "nobody called “zoe”"),
        ("show direct zoe", 1, "nobody called “zoe”"),
        ("oakland ana in D-9: hello", 1, "no message about D-9 in oakland"),
        ('oakland ana presses "Support"', 1, "no button “Support”"),
        ("oakland ana edits: hello", 1, "said nothing"),
        ("oakland ana reacts 👍", 1, "Nothing has been said"),
        ("oakland ana fills in ask: title", 1, "name = value"),
        ("wait until next", 1, "Nothing is due"),
        ("wait until 2020-01-01", 1, "only goes forward"),
    ],
)
async def test_what_is_wrong_is_named_by_its_line(tmp_path: Path, script: str, line: int, message: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(message)) as error:
        await printed(tmp_path, script)
    assert error.value.line == line


async def test_a_channel_is_opened_and_a_message_answered(tmp_path: Path) -> None:
    script = "channel Lagos\nlagos ana: hello\nlagos ben replies: hello to you\nshow lagos"
    output = await printed(tmp_path, script)
    assert "There is a channel “lagos”." in output
    assert "lagos · Ben replies: hello to you" in output
    assert output.endswith("Ana:\n    hello\n\n    [Mon 2 Nov 2026, 09:00] Ben:\n        hello to you\n")
    with pytest.raises(ScriptError, match="Nobody has said anything in lagos yet"):
        await printed(tmp_path, "channel Lagos\nlagos ben replies: hello", "b.db")
