"""Words stay home: what is not for one's eyes is not found, listed, linked or counted, whatever one types."""

import pytest

from bot.core.replies import Answer
from tests.support.house import House, plain

CANARY = "quetzal"
HIDDEN = [
    f"/decide {CANARY} plan --why {CANARY}why --tags {CANARY}tag --rests-on {CANARY}value --audience group",
    f"/propose {CANARY} proposal --affects nairobi --audience affected --for 3d",
]
NOSY = [
    "/show D-1",
    "/show D-2",
    "/decisions",
    f"/decisions {CANARY}",
    f"/decisions --tag {CANARY}tag",
    f"/decisions --value {CANARY}value",
    "/decisions --by Ana",
    "/decisions --group oakland",
    "/decisions --status proposed",
    "/decisions --since 1d",
    "/undo D-1",
    "/edit D-1 --why x",
    "/redact D-1",
    "/redact C-1",
    "/resolve C-1",
    "/answer C-1 x",
    "/input D-2 support",
    "/pass D-2",
    "/outcome D-2 withdrawn",
    "/withdraw D-2 x",
    "/hold D-2 x",
    "/extend D-2 3d",
    "/close D-2",
    "/take-over C-1 x",
    "/let-out C-1",
    "/relay",
    "/link D-3 supersedes D-1",
    "/link D-3 relates-to D-2",
    "/link D-1 relates-to D-3",
    "/accept-link D-3 supersedes D-1",
    "/decline-link D-1 amends D-3",
    "/decide y --supersedes D-1",
    "/draft 1",
    "/draft",
    "/group Oakland",
    "/protocol",
    "/roles",
    "/privacy",
    "/whoami",
    "/undo",
]


@pytest.fixture
async def secrets(each_house: House) -> House:
    """Oakland's D-1 for itself, D-2 for itself and Nairobi with the concern C-1 (answered), and Bilbao's D-3."""
    house = each_house
    for typed in HIDDEN:
        await house.say("oakland", "ana", typed)
    await house.say("nairobi", "wanjiku", f"/input D-2 concern {CANARY} objection")
    await house.say("oakland", "ana", f"/answer C-1 {CANARY} answer")
    await house.say("oakland", "ana", f"/decide {CANARY} draft --affects nairobi --audience affected")
    await house.say("bilbao", "iker", "/decide Bilbao's own")
    return house


@pytest.mark.parametrize("typed", NOSY)
async def test_nothing_hidden_is_told_to_who_may_not_read_it(secrets: House, typed: str) -> None:
    answer = plain(await secrets.say("bilbao", "iker", typed)).replace(typed, "")
    assert CANARY not in answer
    assert CANARY not in secrets.shown("bilbao")


@pytest.mark.parametrize("letter", ["D", "C"])
@pytest.mark.parametrize(
    "typed",
    [
        "/show {}",
        "/redact {}",
        "/undo {}",
        "/edit {} --why x",
        "/input {} support",
        "/resolve {}",
        "/answer {} x",
        "/hold {} x",
        "/extend {} 3d",
        "/close {}",
        "/withdraw {} x",
        "/take-over {} x",
        "/let-out {}",
    ],
)
async def test_what_is_hidden_is_answered_as_what_is_not_there(secrets: House, letter: str, typed: str) -> None:
    """Otherwise the answer itself says that it is there, or what it belongs to."""
    hidden = plain(await secrets.say("bilbao", "iker", typed.format(f"{letter}-1")))
    absent = plain(await secrets.say("bilbao", "iker", typed.format(f"{letter}-77")))
    assert hidden == absent.replace(f"{letter}-77", f"{letter}-1")


@pytest.mark.parametrize(
    "typed", ["/show D-1", "/decisions", f"/decisions {CANARY}", "/draft", "/draft 1", "/draft 1 open"]
)
async def test_an_answer_that_the_channel_may_not_read_is_for_the_person_alone(secrets: House, typed: str) -> None:
    """Ana reads her group's decision in Bilbao's channel: a platform that shows answers to all must not there."""
    await secrets.say("bilbao", "ana", "hello")
    answer = await secrets.say("bilbao", "ana", typed)
    assert CANARY in plain(answer)
    assert isinstance(answer, Answer)
    assert answer.is_secret


async def test_what_a_channel_keeps_is_on_no_desk_and_in_no_other_channel(house: House) -> None:
    """A concern whose words stay home is left without an answer: the conflict that it becomes tells nobody's words."""
    await house.say("nairobi", "wanjiku", "/keep-words on")
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 3d")
    await house.say("nairobi", "wanjiku", f"/input D-1 concern {CANARY} objection")
    await house.wait(days=7)
    await house.say("oakland", "ana", "/outcome D-1 adopted --unanswered")
    asked = [plain(await house.say("bilbao", "iker", typed)) for typed in ("/show D-1", "/conflicts", "/conflicts X-1")]
    assert any("C-1" in answer for answer in asked)
    for shown in (*asked, house.shown("oakland"), house.shown("bilbao")):
        assert CANARY not in shown
        assert "Wanjiku" not in shown
    assert CANARY in house.shown("nairobi")
