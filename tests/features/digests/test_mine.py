"""What somebody owes an answer to, told to them alone."""

from bot.core.replies import Answer
from tests.support.house import House, plain


async def mine(house: House, channel: str, who: str) -> str:
    answer = await house.say(channel, who, "/mine")
    assert isinstance(answer, Answer)
    assert answer.is_secret
    return plain(answer)


async def test_nothing(house: House) -> None:
    assert await mine(house, "oakland", "ana") == "You owe nobody an answer."


async def test_input_concerns_answers_and_outcomes(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal for alerts --affects nairobi,bilbao --for 10bd")
    assert await mine(house, "nairobi", "wanjiku") == (
        "Your input is asked for\n"
        "• D-1 Use Signal for alerts, for Nairobi, until Mon 16 Nov 2026, 12:00 (Nairobi)\n"
        "[Pass on D-1] /pass D-1"
    )
    await house.say("nairobi", "wanjiku", "/input D-1 concern Half of us have no smartphone.")
    assert await mine(house, "nairobi", "wanjiku") == "You owe nobody an answer."
    assert await mine(house, "oakland", "ben") == (
        "Concerns that wait for your group's answer\n• C-1 on D-1 Use Signal for alerts: `/answer C-1 …`"
    )
    await house.say("oakland", "ana", "/answer C-1 A phone tree stays.")
    assert "/resolve C-1" in await mine(house, "nairobi", "wanjiku")
    assert await mine(house, "nairobi", "otieno") == "You owe nobody an answer."
    await house.say("nairobi", "wanjiku", "/resolve C-1")
    await house.wait(days=15)
    assert await mine(house, "oakland", "ana") == (
        "Say what becomes of it\n• D-1 Use Signal for alerts: `/outcome D-1 …`"
    )
    assert await mine(house, "bilbao", "iker") == "You owe nobody an answer."


async def test_reviews_and_links(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal for alerts --review 10d")
    await house.say("nairobi", "wanjiku", "/decide Use Matrix for alerts --supersedes D-1")
    found = await mine(house, "oakland", "ana")
    assert found.startswith(
        "Your group is asked to agree\n• D-2 Use Matrix for alerts: `/accept-link D-2 supersedes D-1`"
    )
    await house.wait(days=11)
    assert "Time to look at again\n• D-1 Use Signal for alerts, since Thu 12 Nov 2026" in await mine(
        house, "oakland", "ana"
    )


async def test_what_one_may_not_read_is_not_owed(house: House) -> None:
    await house.say("oakland", "ana", "/propose Ours alone --affects nairobi --audience affected --for 10bd")
    assert "Ours alone" in await mine(house, "nairobi", "wanjiku")
    assert await mine(house, "bilbao", "iker") == "You owe nobody an answer."
