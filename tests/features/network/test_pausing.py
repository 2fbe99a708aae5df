"""A group that pauses: asked first, said to itself and to those who wait for it, and over by itself or by hand."""

from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core.feature import Feature
from tests.features.network.changing import everybody, kinds
from tests.support.house import House, plain


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


async def test_it_is_asked_before_and_begins_with_the_button(house: House) -> None:
    asked = plain(await house.say("nairobi", "wanjiku", "/group pause 2w"))
    assert "Nairobi would be paused until Mon 16 Nov 2026, 12:00 (Nairobi):" in asked
    assert "/group-pause 2w --yes" in asked
    assert "paused" not in plain(await house.say("oakland", "ana", "/groups"))
    begun = plain(await house.say("nairobi", "wanjiku", "/group-pause 2w --yes"))
    assert begun == "Nairobi is paused until Mon 16 Nov 2026, 12:00 (Nairobi)."
    assert "Nobody asks or reminds it meanwhile." in house.shown("nairobi")
    assert "Nairobi `nairobi`: 12:00 there, paused until Mon 16 Nov" in plain(
        await house.say("oakland", "ana", "/groups")
    )
    assert plain(await house.say("nairobi", "wanjiku", "/group")).startswith("Nairobi\nNairobi is paused until")
    assert (await kinds(house))[-1] == "group_state_changed"


async def test_it_ends_at_its_time_once(house: House) -> None:
    await house.say("nairobi", "wanjiku", "/group pause 2w --yes")
    await house.wait(days=13)
    assert "is back" not in house.shown("nairobi")
    await house.wait(days=30)
    assert house.shown("nairobi").count("Nairobi is back: it is asked and reminded again.") == 1
    assert "Nairobi was paused. That is over." in house.shown("nairobi")
    assert (await kinds(house)).count("group_state_changed") == 2


async def test_somebody_of_it_ends_it_before_and_the_old_end_does_nothing(house: House) -> None:
    await house.say("nairobi", "wanjiku", "/group pause 2w --yes")
    assert "Nairobi is back" in plain(await house.say("nairobi", "otieno", "/group resume"))
    await house.say("nairobi", "wanjiku", "/group pause --yes")
    await house.wait(days=20)
    assert "Nairobi is paused until somebody of it ends the pause." in house.shown("nairobi")
    assert house.shown("nairobi").count("is back: it is asked") == 1


async def test_those_who_wait_are_told_and_told_again(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 5d")
    assert "1 decision of others waits for you now." in plain(await house.say("nairobi", "wanjiku", "/group pause 2w"))
    await house.say("nairobi", "wanjiku", "/group pause 2w --yes")
    assert "You had asked it about D-1." in house.shown("oakland")
    assert "You had asked it about" not in house.shown("bilbao")
    await house.say("nairobi", "wanjiku", "/group resume")
    assert "You had asked it" not in house.shown("oakland")
    assert "Nairobi is back" in house.shown("oakland")


async def test_all_does_not_mean_it_and_by_name_it_is_said_that_it_is_not_asked(house: House) -> None:
    await everybody(house)
    await house.say("nairobi", "wanjiku", "/group pause 2w --yes")
    assert "It affects Bilbao." in plain(await house.say("oakland", "ana", "/propose One --affects all --for 3d"))
    answer = plain(await house.say("oakland", "ana", "/propose Two --affects nairobi,bilbao --for 3d"))
    assert "Nairobi is paused until Mon 16 Nov 2026, 01:00 (Los Angeles) and is not asked meanwhile." in answer


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/group pause 13mo --yes", "A pause ends within a year"),
        ("/group resume", "Nairobi is not paused."),
        ("/group pause soon", "soon"),
    ],
)
async def test_what_cannot_be_is_said(house: House, typed: str, said: str) -> None:
    assert said in plain(await house.say("nairobi", "wanjiku", typed))
    assert await kinds(house) == []


async def test_twice_is_once(house: House) -> None:
    await house.say("nairobi", "wanjiku", "/group pause --yes")
    assert "Nairobi is paused already." in plain(await house.say("nairobi", "otieno", "/group pause 1w --yes"))


async def test_a_stranger_pauses_nothing(house: House) -> None:
    assert "belongs to no group yet" in plain(await house.say("somewhere", "mallory", "/group pause --yes"))


async def test_a_window_that_opens_meanwhile_does_not_wait_for_it_and_asks_it_when_it_is_back(house: House) -> None:
    await everybody(house)
    await house.say("nairobi", "wanjiku", "/group pause 2w --yes")
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 20d")
    assert "Not heard yet: Bilbao\nPaused, not waited for: Nairobi" in house.shown("oakland")
    await house.wait(days=15)
    assert "Paused, not waited for" not in house.shown("oakland")
    assert "Nairobi" in next(line for line in house.shown("oakland").splitlines() if line.startswith("Not heard yet"))
