"""What a message says, for whom it counts, when a window ends: pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.language import Words
from bot.features.input_windows import rules
from bot.features.input_windows.rules import Said
from storage.contributions import Contribution
from storage.input_windows import Window, WindowGroup

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LEADING = {**rules.leading_words(Words()), "objeción": "concern", "apoyo": "support"}
WINDOW = Window(1, 1, False, "open", "3d", NOW, NOW + timedelta(days=3))
GIVEN = Contribution(
    1, 1, 1, 7, 2, "concern", "no phones", "answered", False, NOW, NOW, None, None, 1, "message", 2, "m1"
)
ASKED = WindowGroup(1, 1, 2, NOW + timedelta(days=3), "2026-11-05T12:00", "Africa/Nairobi", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("concern: no phones", Said("concern", "no phones")),
        ("Concern : no phones", Said("concern", "no phones")),
        ("*Concern:* no phones", Said("concern", "no phones")),
        ("> question: who pays?", Said("question", "who pays?")),
        ("OBJECIÓN: no", Said("concern", "no")),
        ("apoyo:", Said("support", "")),
        ("data\uff1a 41 of 80", Said("data", "41 of 80")),
        ("context:\nthe power is weak\nin March", Said("context", "the power is weak\nin March")),
        ("I have a concern: it is late", Said("talk", "I have a concern: it is late")),
        ("concern no phones", Said("talk", "concern no phones")),
        ("remark: hm", Said("talk", "remark: hm")),
        ("  hello ", Said("talk", "hello")),
        ("", Said("talk", "")),
    ],
)
def test_a_leading_word_gives_a_message_its_kind(text: str, said: Said) -> None:
    assert rules.read(text, LEADING) == said


@given(st.text(max_size=200))
def test_reading_never_fails_and_loses_no_words(text: str) -> None:
    said = rules.read(text, LEADING)
    assert said.stance == "talk" or said.stance in rules.KINDS
    assert said.text in text


@pytest.mark.parametrize(
    ("stance", "text", "said"),
    [
        ("concern", "concern: twice", Said("concern", "concern: twice")),
        ("", "objeción no phones", Said("concern", "no phones")),
        ("", "apoyo", Said("support", "")),
        ("", "question: who?", Said("question", "who?")),
        ("", "we meet on Friday", Said("talk", "we meet on Friday")),
    ],
)
def test_typed_input_may_lead_without_a_colon(stance: str, text: str, said: Said) -> None:
    assert rules.read_typed(stance, text, LEADING) == said


@pytest.mark.parametrize(
    ("emoji", "stance"),
    [("👍", "support"), ("👍🏿", "support"), ("✋🏽", "concern"), ("❓\ufe0f", "question"), ("🎉", None)],
)
def test_reactions(emoji: str, stance: str | None) -> None:
    assert rules.read_reaction(emoji) == stance


@pytest.mark.parametrize(
    ("place", "mine", "speaks_for"),
    [
        (2, {2, 3}, 2),
        (1, {1, 2}, 1),
        (4, {4, 2}, 2),
        (None, {3}, 3),
        (None, {2, 3}, None),
        (None, {1}, 1),
        (None, {1, 2}, 2),
        (4, {4}, None),
    ],
)
def test_for_whom_somebody_speaks(place: int | None, mine: set[int], speaks_for: int | None) -> None:
    assert rules.speaker_group(place, mine, {2, 3}, 1) == speaks_for


def test_for_whom_somebody_passes() -> None:
    assert rules.asked_group(2, {2, 3}, {2, 3}, "") == 2
    assert rules.asked_group(1, {1, 3}, {2, 3}, "") == 3
    with pytest.raises(UserError, match="not asked"):
        rules.asked_group(1, {1}, {2, 3}, "")
    with pytest.raises(UserError, match="several"):
        rules.asked_group(None, {2, 3}, {2, 3}, "")


def test_who_is_asked() -> None:
    assert rules.asked_ids(1, (3, 2, 1, 3)) == (3, 2)
    assert rules.asked_ids(1, ()) == (1,)


def test_which_reminders_still_make_sense() -> None:
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    assert rules.wants_reminder(ASKED, "active", soon, NOW)
    assert not rules.wants_reminder(ASKED, "active", soon, later)
    assert not rules.wants_reminder(ASKED, "paused", soon, NOW)
    assert not rules.wants_reminder(replace(ASKED, heard_at=NOW), "active", soon, NOW)
    assert not rules.wants_reminder(replace(ASKED, closes_at=NOW), "active", soon, NOW)


def test_what_is_late() -> None:
    end = WINDOW.closes_at
    assert not rules.is_late(WINDOW, end)
    assert rules.is_late(WINDOW, end + timedelta(seconds=1))
    early = replace(WINDOW, state="closed", closed_at=NOW + timedelta(days=1))
    assert rules.is_late(early, NOW + timedelta(days=2))
    overdue = replace(WINDOW, state="closed", closed_at=end + timedelta(hours=3))
    assert rules.is_late(overdue, end + timedelta(hours=1))


def test_an_edit_changes_what_is_newer_only() -> None:
    later = NOW + timedelta(minutes=1)
    assert rules.edited(GIVEN, Said("concern", "few"), NOW - timedelta(seconds=1), later) is None
    assert rules.edited(GIVEN, Said("concern", "no phones"), later, later) is None
    assert rules.edited(replace(GIVEN, redacted_at=NOW), Said("concern", "few"), later, later) is None
    reworded = rules.edited(GIVEN, Said("concern", "few"), later, later)
    assert reworded == replace(GIVEN, text="few", said_at=later, edited_at=later)
    calmed = rules.edited(GIVEN, Said("support", "fine"), later, later)
    assert calmed is not None
    assert (calmed.stance, calmed.state) == ("support", "")
    raised = rules.edited(calmed, Said("concern", "not fine"), later, later)
    assert raised is not None
    assert (raised.stance, raised.state) == ("concern", "open")


def test_when_an_outcome_may_be_given() -> None:
    for outcome in ("adopted", "adopted-with-changes"):
        with pytest.raises(UserError, match="open for input until the end"):
            rules.check_outcome(WINDOW, outcome, [ASKED], "the end")
        rules.check_outcome(WINDOW, outcome, [replace(ASKED, heard_at=NOW)], "the end")
        rules.check_outcome(replace(WINDOW, state="closed"), outcome, [ASKED], "the end")
    rules.check_outcome(WINDOW, "withdrawn", [ASKED], "the end")
    with pytest.raises(UserError, match="has its outcome already"):
        rules.check_outcome(replace(WINDOW, state="concluded", outcome="adopted"), "withdrawn", [ASKED], "the end")
    with pytest.raises(UserError, match="taken back"):
        rules.check_outcome(replace(WINDOW, state="cancelled"), "withdrawn", [ASKED], "the end")
