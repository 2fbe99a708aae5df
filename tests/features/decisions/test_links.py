"""Links between decisions: from both sides, never dangling or in a circle, and another group's only by its own hand."""

from collections.abc import Sequence

import pytest

from bot.core import telling
from bot.core.feature import Feature
from bot.features.decisions import FEATURE as DECISIONS
from bot.features.input_windows import FEATURE as WINDOWS
from tests.support.house import House, plain


@pytest.fixture
def features() -> Sequence[Feature]:
    return (DECISIONS, WINDOWS, telling.FEATURE)


async def log(house: House, *titles: str) -> None:
    for title in titles:
        await house.say("oakland", "ana", f"/decide {title}")


async def show(house: House, number: int) -> str:
    return plain(await house.say("oakland", "ben", f"/show D-{number}"))


@pytest.mark.parametrize(
    ("relation", "forward", "backward"),
    [
        ("amends", "Amends D-1 One", "Amended by D-2 Two"),
        ("depends-on", "Depends on D-1 One", "D-2 Two depends on this"),
        ("relates-to", "Relates to D-1 One", "Relates to D-2 Two"),
        ("conflicts-with", "Conflicts with D-1 One", "Conflicts with D-2 Two"),
        ("reverses", "Reverses D-1 One", "Reversed by D-2 Two"),
        ("supersedes", "Supersedes D-1 One", "Superseded by D-2 Two"),
    ],
)
async def test_a_link_is_shown_from_both_sides(house: House, relation: str, forward: str, backward: str) -> None:
    await log(house, "One", "Two")
    answer = plain(await house.say("oakland", "ana", f"/link D-2 {relation} D-1"))
    assert answer == f"D-2 {relation.replace('-', ' ')} D-1."
    assert forward in await show(house, 2)
    assert backward in await show(house, 1)
    assert forward in house.shown("oakland")
    assert backward in house.shown("oakland")
    status = {"supersedes": "superseded", "reverses": "reversed"}.get(relation, "taken")
    assert f"Status: {status}" in await show(house, 1)
    assert "is there already" in plain(await house.say("oakland", "ana", f"/link D-2 {relation} D-1"))


async def test_a_superseded_decision_says_so_before_all_that_was_written_about_it(house: House) -> None:
    await house.say("oakland", "ana", "/decide One --why because")
    await house.say("oakland", "ana", "/decide Two --supersedes D-1")
    shown = await show(house, 1)
    assert "Status: superseded\nTaken: Mon 2 Nov 2026, 01:00" in shown
    assert shown.index("Superseded by D-2") < shown.index("because")


async def test_no_link_to_itself_to_nothing_or_in_a_circle(house: House) -> None:
    await log(house, "One", "Two", "Three")
    assert "to itself" in plain(await house.say("oakland", "ana", "/link D-1 amends D-1"))
    assert "There is no D-9 here" in plain(await house.say("oakland", "ana", "/link D-1 amends D-9"))
    await house.say("oakland", "ana", "/link D-2 amends D-1")
    await house.say("oakland", "ana", "/link D-3 supersedes D-2")
    assert "would be a circle" in plain(await house.say("oakland", "ana", "/link D-1 reverses D-3"))
    await house.say("oakland", "ana", "/link D-1 depends-on D-3")
    assert "would be a circle" in plain(await house.say("oakland", "ana", "/link D-3 depends-on D-1"))
    assert "D-3 relates to D-1." in plain(await house.say("oakland", "ana", "/link D-3 relates-to D-1"))
    assert "Reverses" not in await show(house, 1)


async def test_only_the_deciding_group_links_its_decision(house: House) -> None:
    await log(house, "One", "Two")
    assert "members of the group" in plain(await house.say("nairobi", "otieno", "/link D-2 amends D-1"))


async def ask(house: House, how: str = "/decide Use Matrix --supersedes D-1") -> str:
    await log(house, "Use Signal")
    return plain(await house.say("nairobi", "wanjiku", how))


async def test_another_groups_decision_changes_only_when_they_agree(house: House) -> None:
    answer = await ask(house)
    assert "D-1 is Oakland's decision; they have been asked" in answer
    assert "(Oakland has been asked)" in answer
    assert "Would be superseded by D-2 Use Matrix (Oakland has been asked)" in await show(house, 1)
    asked = house.shown("oakland")
    assert "Nairobi logged D-2 Use Matrix, which would supersede your D-1 Use Signal." in asked
    assert "[Agree] /accept-link D-2 supersedes D-1" in asked
    assert "Status: taken" in await show(house, 1)
    assert "members of the group" in plain(await house.say("nairobi", "wanjiku", "/accept-link D-2 supersedes D-1"))
    assert "Agreed: D-2 supersedes D-1." in plain(await house.say("oakland", "ben", "/accept-link D-2 supersedes D-1"))
    assert "Status: superseded" in await show(house, 1)
    assert "Agreed: D-2 supersedes D-1." in house.shown("nairobi")
    assert "[Agree]" not in house.shown("oakland")
    assert "answered already" in plain(await house.say("oakland", "ana", "/decline-link D-2 supersedes D-1"))


async def test_who_does_not_answer_is_reminded_twice_and_not_once_they_have(house: House) -> None:
    await ask(house)
    await house.wait(days=6)
    assert house.shown("oakland").count("[Agree] /accept-link D-2 supersedes D-1") == 1
    await house.wait(days=2)
    assert house.shown("oakland").count("[Agree] /accept-link D-2 supersedes D-1") == 2
    await house.wait(days=60)
    assert house.shown("oakland").count("[Agree] /accept-link D-2 supersedes D-1") == 3
    await house.say("oakland", "ben", "/accept-link D-2 supersedes D-1")
    assert "[Agree]" not in house.shown("oakland")


async def test_who_has_answered_is_not_reminded(house: House) -> None:
    await ask(house)
    await house.say("oakland", "ben", "/decline-link D-2 supersedes D-1")
    before = len(house.channels.posts)
    await house.wait(days=60)
    assert len(house.channels.posts) == before


async def test_a_group_may_keep_its_decision(house: House) -> None:
    await ask(house)
    answer = plain(await house.say("oakland", "ana", "/decline-link D-2 supersedes D-1"))
    assert answer == "D-1 stands as it is. Nairobi has been told."
    assert "Oakland keeps D-1 as it is; D-2 does not change it." in house.shown("nairobi")
    assert "D-2" not in await show(house, 1)
    again = plain(await house.say("nairobi", "wanjiku", "/link D-2 supersedes D-1"))
    assert "they have been asked" in again
    assert "[Agree]" in house.shown("oakland")


async def test_whom_one_asks_must_be_able_to_read_it(house: House) -> None:
    assert "cannot be asked" in await ask(house, "/decide Use Matrix --supersedes D-1 --audience group")
    assert "There is no D-2" in plain(await house.say("nairobi", "wanjiku", "/show D-2"))


async def test_a_question_that_was_undone_is_gone(house: House) -> None:
    await ask(house)
    await house.say("nairobi", "wanjiku", "/undo")
    assert "Use Matrix" not in house.shown("oakland")
    assert "answered already" in plain(await house.say("oakland", "ana", "/accept-link D-2 supersedes D-1"))


PROPOSED = "/propose Use Matrix --affects oakland --for 3d --supersedes D-1"


async def propose_and_end(house: House, outcome: str) -> None:
    await ask(house, PROPOSED)
    await house.say("oakland", "ana", "/accept-link D-2 supersedes D-1")
    assert "Status: taken" in await show(house, 1)
    assert "(once it is adopted)" in await show(house, 1)
    await house.wait(days=5)
    assert "D-2" in plain(await house.say("nairobi", "wanjiku", f"/outcome D-2 {outcome}"))


async def test_a_proposal_replaces_once_it_is_adopted(house: House) -> None:
    await propose_and_end(house, "adopted")
    assert "Status: superseded" in await show(house, 1)
    assert "Status: taken" in await show(house, 2)


async def test_a_proposal_that_is_withdrawn_replaces_nothing(house: House) -> None:
    await propose_and_end(house, "withdrawn")
    assert "Status: taken" in await show(house, 1)
    assert "D-2" not in await show(house, 1)
    assert "Status: withdrawn" in await show(house, 2)
    assert "withdrawn" in plain(await house.say("nairobi", "wanjiku", "/link D-2 amends D-1"))


async def test_what_was_taken_back_meanwhile_does_not_come_back_as_superseded(house: House) -> None:
    await ask(house, "/propose Use Matrix --affects oakland --for 5min --supersedes D-1")
    await house.say("oakland", "ana", "/accept-link D-2 supersedes D-1")
    await house.say("oakland", "ana", "/undo D-1")
    await house.wait(minutes=6)
    await house.say("nairobi", "wanjiku", "/outcome D-2 adopted")
    assert "D-1" not in plain(await house.say("oakland", "ana", "/decisions"))
    assert "D-1" not in await show(house, 2)
