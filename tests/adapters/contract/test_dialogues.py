"""The same dialogues on every platform leave the same record."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage.decision_tables import decisions
from storage.network_tables import groups, people
from storage.window_tables import concern_answers, contributions, input_windows
from storage.work import Tx
from tests.adapters.contract.stage import Stage

PROPOSAL = "/decide Use Signal for alerts --affects nairobi,bilbao --why The last alerts reached nobody."


def _record(tx: Tx) -> dict[str, Any]:
    names = {row.id: row.name for row in tx.db.execute(sa.select(people.c.id, people.c.name))}
    slugs = {row.id: row.slug for row in tx.db.execute(sa.select(groups.c.id, groups.c.slug))}
    given = tx.db.execute(sa.select(contributions).order_by(contributions.c.id)).all()
    return {
        "decisions": [
            (d.number, d.title, d.why, d.status, slugs[d.group_id], names[d.author_id])
            for d in tx.db.execute(sa.select(decisions).order_by(decisions.c.number))
        ],
        "windows": [(w.number, w.state, w.outcome_text) for w in tx.db.execute(sa.select(input_windows))],
        "contributions": [
            (f"C-{c.id}", c.stance, c.text, names[c.person_id], slugs[c.group_id], c.state, c.redacted_at is not None)
            for c in given
        ],
        "answers": [(a.contribution_id, a.text) for a in tx.db.execute(sa.select(concern_answers))],
    }


async def record(stage: Stage) -> dict[str, Any]:
    """What is written down, in words that no platform owns."""
    return await stage.work.read(_record)


async def open_window(stage: Stage) -> None:
    await stage.say("oakland", "ana", PROPOSAL)
    await stage.press("oakland", "ana", "Open for input")


async def test_a_decision_of_ones_own_is_taken_at_once(stage: Stage) -> None:
    answer = await stage.say("oakland", "ana", "/decide Meet on Tuesdays --why Most of us can.")
    assert "D-1" in answer
    assert await record(stage) == {
        "decisions": [(1, "Meet on Tuesdays", "Most of us can.", "taken", "oakland", "Ana")],
        "windows": [],
        "contributions": [],
        "answers": [],
    }


async def test_what_concerns_others_is_shown_first_and_opened_by_its_author(stage: Stage) -> None:
    preview = await stage.say("oakland", "ana", PROPOSAL)
    assert "Open for input" in preview
    assert (await record(stage))["windows"] == []
    opened = await stage.press("oakland", "ana", "Open for input")
    assert "D-1" in opened
    for channel in ("oakland", "nairobi", "bilbao"):
        [head] = await stage.shown(channel, "D-1")
        assert "Use Signal for alerts" in head
        assert "👍" in head
    assert (await record(stage))["windows"] == [(1, "open", "")]


async def test_a_concern_in_one_group_s_thread_is_read_in_all(stage: Stage) -> None:
    await open_window(stage)
    answer = await stage.say("nairobi", "wanjiku", "concern: half of us have no smartphone", "D-1")
    assert "C-1" in answer
    await stage.wait(seconds=10)
    for channel in ("oakland", "bilbao"):
        head, news = await stage.shown(channel, "D-1")
        assert "> half of us have no smartphone" in head
        assert "half of us have no smartphone" in news
    assert len(await stage.shown("nairobi", "D-1")) == 1
    concern = ("C-1", "concern", "half of us have no smartphone", "Wanjiku", "nairobi", "open", False)
    assert (await record(stage))["contributions"] == [concern]


async def test_a_reaction_a_button_and_a_word_are_the_same_kinds(stage: Stage) -> None:
    await open_window(stage)
    await stage.react("bilbao", "iker", "👍", "D-1")
    await stage.press("bilbao", "maite", "Support", "D-1")
    await stage.say("nairobi", "otieno", "support: it is safer", "D-1")
    await stage.say("nairobi", "wanjiku", "we talk about it on Friday", "D-1")
    await stage.wait(seconds=10)
    assert (await record(stage))["contributions"] == [
        ("C-1", "support", "", "Iker", "bilbao", "", False),
        ("C-2", "support", "", "Maite", "bilbao", "", False),
        ("C-3", "support", "it is safer", "Otieno", "nairobi", "", False),
        ("C-4", "talk", "we talk about it on Friday", "Wanjiku", "nairobi", "", False),
    ]


async def test_a_reaction_that_is_taken_off_takes_its_support_back(stage: Stage) -> None:
    await open_window(stage)
    await stage.react("bilbao", "iker", "👍", "D-1")
    await stage.unreact("bilbao", "iker", "👍", "D-1")
    assert (await record(stage))["contributions"] == [("C-1", "support", "", "Iker", "bilbao", "", True)]


async def test_an_edited_reply_is_followed_and_a_deleted_one_is_gone(stage: Stage) -> None:
    await open_window(stage)
    await stage.say("nairobi", "wanjiku", "concern: half of us have no smartphone", "D-1")
    await stage.wait(minutes=5)
    assert await stage.edit("nairobi", "wanjiku", "concern: a third of us have no smartphone") == ""
    await stage.say("bilbao", "iker", "data: my own number is 555-1234", "D-1")
    await stage.delete("bilbao", "iker")
    await stage.wait(seconds=10)
    [head, *_] = await stage.shown("oakland", "D-1")
    assert "a third of us" in head
    assert "555-1234" not in head
    assert (await record(stage))["contributions"] == [
        ("C-1", "concern", "a third of us have no smartphone", "Wanjiku", "nairobi", "open", False),
        ("C-2", "data", "", "Iker", "bilbao", "", True),
    ]


async def test_a_window_from_proposal_to_outcome(stage: Stage) -> None:
    await open_window(stage)
    await stage.say("nairobi", "wanjiku", "concern: half of us have no smartphone", "D-1")
    await stage.say("oakland", "ana", "/answer C-1 A phone tree stays.")
    await stage.say("nairobi", "wanjiku", "/resolve C-1")
    await stage.wait(days=16)
    closed = (await stage.shown("nairobi", "D-1"))[-1]
    assert "1 of 2 groups spoke" in closed
    await stage.say("oakland", "ana", "/outcome D-1 adopted-with-changes With a phone tree beside it.")
    await stage.wait(seconds=10)
    for channel in ("oakland", "nairobi", "bilbao"):
        [head, *_] = await stage.shown(channel, "D-1")
        assert "With a phone tree beside it." in head
        assert "consent" not in head
    title, why = "Use Signal for alerts", "The last alerts reached nobody."
    assert await record(stage) == {
        "decisions": [(1, title, why, "taken", "oakland", "Ana")],
        "windows": [(1, "concluded", "With a phone tree beside it.")],
        "contributions": [("C-1", "concern", "half of us have no smartphone", "Wanjiku", "nairobi", "resolved", False)],
        "answers": [(1, "A phone tree stays.")],
    }


async def test_what_is_said_in_a_restricted_place_is_kind_and_count_elsewhere(stage: Stage) -> None:
    await stage.restrict("nairobi", "wanjiku")
    await open_window(stage)
    answer = await stage.say("nairobi", "wanjiku", "concern: my brother hides in Westlands", "D-1")
    assert "Your words stay in this one." in answer
    await stage.wait(seconds=10)
    for channel in ("oakland", "bilbao"):
        shown = "\n".join(await stage.everything(channel))
        assert "1 concern" in shown
        assert "Westlands" not in shown
        assert "Wanjiku" not in shown
    assert "> my brother hides in Westlands" in (await stage.shown("nairobi", "D-1"))[0]
    await stage.press("nairobi", "wanjiku", "Let the words out")
    await stage.wait(seconds=10)
    assert "> my brother hides in Westlands" in (await stage.shown("bilbao", "D-1"))[0]


async def test_a_wrong_command_says_what_is_wrong_and_leaves_nothing(stage: Stage) -> None:
    answer = await stage.say("oakland", "ana", "/decied Meet on Tuesdays")
    assert "did you mean “decide”?" in answer
    assert (await record(stage))["decisions"] == []


async def test_a_bare_command_shows_how_to_go_on(stage: Stage) -> None:
    answer = await stage.say("oakland", "ana", "/decide")
    assert "decide" in answer
    assert "title" in answer.lower()
    assert (await record(stage))["decisions"] == []
