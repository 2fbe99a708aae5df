"""What Mycel itself takes for a conflict: only what can be compared exactly, as a question, and never twice."""

from datetime import UTC, date, datetime

import pytest

from bot.features.conflicts import suggesting
from bot.features.conflicts.suggesting import CHOICE, DATES, SUPERSEDED, TAG
from storage.decisions import Decision
from storage.links import Link
from tests.features.conflicts.scenes import facts, person, stored
from tests.support.house import House, plain

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def decision(
    number: int, title: str, *tags: str, group: int = 1, why: str = "", status: str = "taken", rests_on: str = ""
) -> Decision:
    return Decision(
        *(1, number, group, 11, status, "network", title, why, "", "", "", False, tags, (rests_on,), 1, AT, AT),
        *(None, None, ""),
    )


def found(new: Decision, other: Decision) -> str:
    reasons = suggesting.suggestions(new, [other], [], [])
    return reasons[0][1].rule if reasons else ""


@pytest.mark.parametrize(
    ("new", "other", "rule"),
    [
        (decision(2, "A", "alerts:sms"), decision(1, "B", "alerts:signal"), CHOICE),
        (decision(2, "A", "alerts:sms"), decision(1, "B", "alerts:sms"), ""),
        (decision(2, "A", "alerts:sms", "alerts:signal"), decision(1, "B", "alerts:signal"), ""),
        (decision(2, "A", "alerts:sms"), decision(1, "B", "alerts:signal", status="superseded"), ""),
        (decision(2, "Hall 2026-12-04", "hall"), decision(1, "Hall 2026-12-01 to 2026-12-05", "hall"), DATES),
        (decision(2, "Hall 2026-12-06", "hall"), decision(1, "Hall 2026-12-01..2026-12-05", "hall"), ""),
        (decision(2, "Fair 2026-12-04", "fair"), decision(1, "Hall 2026-12-04", "hall"), ""),
        (decision(2, "A 2026-12-04", "hall:friday"), decision(1, "B", "hall", why="on 2026-12-04"), DATES),
        (decision(2, "Use Signal for alerts", "alerts", group=2), decision(1, "Use SMS for alerts", "alerts"), TAG),
        (decision(2, "Use Signal for alerts", "alerts"), decision(1, "Use SMS for alerts", "alerts"), ""),
        (decision(2, "Use Signal for alerts", "alerts", group=2), decision(1, "Cook on Fridays", "alerts"), ""),
        (decision(2, "Same words here", "x", group=2), decision(1, "Same words here", "x"), ""),
        (decision(2, "A", why="as D-1 says"), decision(1, "B", status="superseded"), SUPERSEDED),
        (decision(2, "A", rests_on="d-1"), decision(1, "B", status="reversed"), SUPERSEDED),
        (decision(2, "A", why="as D-1 says"), decision(1, "B"), ""),
        (decision(2, "A", why="as D-12 says"), decision(1, "B", status="superseded"), ""),
    ],
)
def test_what_looks_like_a_conflict(new: Decision, other: Decision, rule: str) -> None:
    assert found(new, other) == rule


def test_what_replaces_or_was_looked_at_is_left_out_and_there_are_at_most_three() -> None:
    new, others = decision(9, "A", "alerts:sms"), [decision(n, "B", "alerts:signal") for n in range(1, 8)]
    assert [other.number for other, _ in suggesting.suggestions(new, others, [], [])] == [1, 2, 3]
    link = Link(1, 9, "supersedes", 1, "kept", 11, AT)
    assert [other.number for other, _ in suggesting.suggestions(new, others, [link], [])] == [2, 3, 4]


def test_dates_that_are_none_and_spans_without_end_are_no_dates() -> None:
    assert suggesting.spans(decision(1, "2026-13-40 and 2026-12-05 to 2026-12-01")) == []
    assert suggesting.spans(decision(1, "2026-01-01 to 2029-01-01")) == []
    assert suggesting.spans(decision(1, "by 2026-12-05")) == [(date(2026, 12, 5), date(2026, 12, 5))]


async def test_a_decision_unlike_another_about_the_same_is_shown_as_a_question(house: House) -> None:
    await house.say("oakland", "ana", "/decide Alerts by Signal --tags alerts:signal")
    answer = plain(await house.say("nairobi", "otieno", "/decide Alerts by SMS --tags alerts:sms"))
    assert "D-4 may conflict with D-3, or replace it – please look." in answer
    assert "Both decide “alerts”, and not alike." in answer
    assert "[It is a conflict] /confirm X-1\n[It is none] /dismiss X-1" in answer
    for channel in ("oakland", "nairobi"):
        assert "D-4 may conflict with D-3, or replace it – please look." in house.shown(channel)
    assert "X-1" not in house.shown("bilbao")
    assert await facts(house) == ["conflict_suggested"]
    assert (await stored(house)).state == "suggested"


async def test_a_human_confirms_it(house: House) -> None:
    await house.say("oakland", "ana", "/decide Alerts by Signal --tags alerts:signal")
    await house.say("nairobi", "otieno", "/decide Alerts by SMS --tags alerts:sms")
    for who in ("iker", "maite"):
        refused = plain(await house.say("bilbao", who, "/confirm X-1"))
        assert refused.startswith("This is for members of Oakland and Nairobi. Others can raise it themselves.")
        assert "/conflict D-4 D-3 …" in refused
    assert "X-1 is only suggested so far." in plain(await house.say("oakland", "ana", "/log X-1 We share"))
    assert plain(await house.say("oakland", "ana", "/confirm X-1")).startswith("X-1 is open.")
    await house.wait(seconds=5)
    assert "Open since" in house.shown("nairobi")
    assert await facts(house) == ["conflict_suggested", "conflict_raised"]


async def test_a_human_dismisses_it_with_a_reason_and_it_is_not_suggested_again(house: House) -> None:
    await house.say("oakland", "ana", "/decide Alerts by Signal --tags alerts:signal")
    await house.say("nairobi", "otieno", "/decide Alerts by SMS --tags alerts:sms")
    await house.say("bilbao", "maite", "/dismiss X-1 One is for the night only")
    await house.wait(seconds=5)
    assert "> One is for the night only\n— Maite dismissed it" in house.shown("oakland")
    answer = plain(await house.say("nairobi", "otieno", '/edit D-4 --why "cheaper"'))
    assert "may conflict" not in answer
    assert (await stored(house)).state == "dismissed"


async def test_who_opens_a_dismissed_suggestion_has_raised_it(house: House) -> None:
    await house.say("oakland", "ana", "/decide Alerts by Signal --tags alerts:signal")
    await house.say("nairobi", "otieno", "/decide Alerts by SMS --tags alerts:sms")
    await house.say("bilbao", "maite", "/dismiss X-1 One is for the night only")
    await house.say("oakland", "ana", "/reopen X-1 Not any more")
    assert (await stored(house)).raiser_id == await person(house, "Ana")
    assert "[Take it back]" not in plain(await house.say("oakland", "ana", "/conflicts X-1"))


async def test_what_is_no_longer_in_force_says_so_in_its_conflicts(house: House) -> None:
    await house.say("oakland", "ana", "/conflict D-1 D-2 Twice or never")
    await house.say("oakland", "ana", "/decide Use Matrix for alerts --supersedes D-1")
    await house.wait(seconds=5)
    title = "X-1: D-1 Use Signal for alerts (superseded) and D-2 Send alerts by SMS"
    assert title in house.shown("nairobi")
    assert title in plain(await house.say("nairobi", "otieno", "/conflicts"))


async def test_raising_a_suggested_pair_takes_the_suggestion_up(house: House) -> None:
    await house.say("oakland", "ana", "/decide Alerts by Signal --tags alerts:signal")
    await house.say("nairobi", "otieno", "/decide Alerts by SMS --tags alerts:sms")
    assert plain(await house.say("oakland", "ben", "/conflict D-3 D-4 Twice or never")).startswith("X-1 is open.")
    assert (await stored(house)).text == "Twice or never"


async def test_a_link_that_says_so_suggests_one(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/link D-1 conflicts-with D-2"))
    assert "D-1 conflicts with D-2" in answer
    assert "They were linked as conflicting." in house.shown("nairobi")


async def test_what_rests_on_a_decision_that_is_replaced_is_pointed_out(house: House) -> None:
    await house.say("nairobi", "otieno", "/link D-2 depends-on D-1")
    await house.say("oakland", "ana", "/decide Use Matrix for alerts --supersedes D-1")
    assert "This depends on D-1, which is not in force any more." in house.shown("nairobi")


async def test_citing_what_is_not_in_force_is_pointed_out(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Matrix for alerts --supersedes D-1")
    answer = plain(await house.say("nairobi", "otieno", '/decide Buy phones --why "as D-1 wants it"'))
    assert "D-4 may conflict with D-1, or replace it – please look." in answer


async def test_what_the_other_group_may_not_read_is_not_suggested(house: House) -> None:
    await house.say("oakland", "ana", "/decide Alerts by Signal --tags alerts:signal --audience group")
    answer = plain(await house.say("nairobi", "otieno", "/decide Alerts by SMS --tags alerts:sms"))
    assert "may conflict" not in answer
    assert "X-1" not in house.shown("oakland") + house.shown("nairobi")


async def test_a_suggestion_goes_with_a_decision_that_is_undone(house: House) -> None:
    await house.say("oakland", "ana", "/decide Alerts by Signal --tags alerts:signal")
    await house.say("nairobi", "otieno", "/decide Alerts by SMS --tags alerts:sms")
    await house.say("nairobi", "otieno", "/undo D-4")
    assert (await stored(house)).state == "dismissed"
    assert "X-1" not in plain(await house.say("nairobi", "otieno", "/conflicts"))
