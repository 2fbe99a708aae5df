"""Two groups from one: people choose, and decisions stay unless they are handed over one by one."""

from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core.feature import Feature
from tests.features.network.changing import agree, code_in, everybody, kinds
from tests.support.house import House, plain


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def split(house: House) -> House:
    """Nairobi's D-1 and its private D-2; Nairobi West has split off, with Wanjiku and a home of its own."""
    await everybody(house)
    await house.say("nairobi", "wanjiku", "/decide Masks")
    await house.say("nairobi", "wanjiku", "/decide Baobab plan --audience group")
    await house.say("nairobi", "wanjiku", "/group split Nairobi West")
    assert "this takes two" in plain(await agree(house, "nairobi", "wanjiku"))
    assert "Nairobi West is a group of its own now." in plain(await agree(house, "nairobi", "otieno"))
    assert "is a home of Nairobi West" in plain(await house.say("west", "wanjiku", "/group Nairobi West"))
    return house


async def test_people_choose_by_a_button(split: House) -> None:
    assert "1 person has gone with it." in split.shown("nairobi")
    assert "/group-choose nairobi-west" in split.shown("nairobi")
    assert "You are of Nairobi West now." in plain(await split.say("nairobi", "otieno", "/group choose nairobi-west"))
    assert "2 people have gone with it." in split.shown("nairobi")
    assert "Groups: Nairobi West" in plain(await split.say("west", "otieno", "/whoami"))
    assert "group that Nairobi West split off from" in plain(
        await split.say("oakland", "ana", "/group choose nairobi-west")
    )
    assert "group_split" in await kinds(split)


async def test_the_new_one_begins_with_the_settings_of_the_first(split: House) -> None:
    shown = plain(await split.say("west", "wanjiku", "/group"))
    assert "Time zone: Africa/Nairobi" in shown
    assert "Holidays of: KE" in shown


async def test_a_decision_is_handed_over_when_the_first_agrees(split: House) -> None:
    assert "Nairobi is asked" in plain(await split.say("west", "wanjiku", "/group take-over D-1"))
    assert "Nairobi West wants to take over D-1 from Nairobi." in split.shown("nairobi")
    assert "D-1 is Nairobi West's now." in plain(await agree(split, "nairobi", "otieno"))
    assert "D-1 is Nairobi West's now; it was Nairobi's." in split.shown("west")
    shown = plain(await split.say("oakland", "ana", "/show D-1"))
    assert "Group: Nairobi West" in shown
    assert "It was Nairobi's until" in shown
    assert "D-1 is changed" in plain(await split.say("west", "wanjiku", "/edit D-1 --tags x"))


async def test_the_first_keeps_it(split: House) -> None:
    await split.say("west", "wanjiku", "/group take-over D-1")
    await split.say("nairobi", "otieno", f"/group refuse {code_in(split.shown('nairobi'))}")
    assert "Nairobi keeps D-1." in split.shown("west")


async def test_what_the_first_keeps_to_itself_is_not_there(split: House) -> None:
    assert "There is no D-2 here" in plain(await split.say("west", "wanjiku", "/group take-over D-2"))
    assert "There is no D-2 here" in plain(await split.say("west", "kamau", "/show D-2"))
    await split.say("oakland", "ana", "/decide Other")
    assert "is no decision of the group that Nairobi West split off from" in plain(
        await split.say("west", "wanjiku", "/group take-over D-3")
    )


async def test_a_taken_name_is_refused(split: House) -> None:
    answer = plain(await split.say("nairobi", "otieno", "/group split Oakland"))
    assert "Oakland has the short name “oakland” already" in answer


async def test_one_chooses_for_a_while_only(split: House) -> None:
    await split.wait(days=61)
    assert "has not split off" in plain(await split.say("nairobi", "otieno", "/group choose nairobi-west"))
