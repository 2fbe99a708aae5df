"""A group's contact: set by hand, or going round; said before and at the change; whoever is out is left out."""

from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core.feature import Feature
from tests.features.network.changing import everybody, kinds
from tests.support.house import House, plain


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def three(house: House) -> House:
    """Oakland with Ana, Ben and Cleo, who spoke in this order."""
    await everybody(house)
    house.clock.move(minutes=5)
    await house.say("oakland", "cleo", "hello")
    return house


async def test_it_is_a_simple_field(three: House) -> None:
    assert "Oakland has no contact yet." in plain(await three.say("oakland", "ana", "/group"))
    assert "Ben is the contact of Oakland." in plain(await three.say("oakland", "ana", "/group --contact @ben"))
    assert "Ben is the contact of Oakland." in plain(await three.say("nairobi", "otieno", "/group oakland"))
    assert "Oakland has no contact yet." in plain(await three.say("oakland", "ana", "/group --contact none"))
    assert "Otieno is no member of Oakland" in plain(await three.say("oakland", "ana", "/group --contact otieno"))
    assert (await kinds(three)).count("contact_changed") == 2
    assert "Only members of Oakland" in plain(await three.say("nairobi", "otieno", "/group oakland --contact otieno"))


async def test_it_goes_round_and_is_said_before_and_at_the_change(three: House) -> None:
    shown = plain(await three.say("oakland", "ana", "/group --contact ana --rotate 1w"))
    assert "Ana is the contact of Oakland until Mon 9 Nov 2026, 09:00 (Los Angeles)." in shown
    assert "It goes round: 1 week each." in shown
    assert "Next, if nothing changes: Ben." in shown
    await three.wait(days=6)
    assert "until Mon 9 Nov 2026, 09:00 (Los Angeles). Next is Ben." not in three.shown("oakland"), "not on a weekend"
    await three.wait(days=1, hours=9)
    assert "@Ben is the contact of this group from now on. Thank you, Ana." in three.shown("oakland")
    await three.wait(days=14)
    shown = three.shown("oakland")
    assert [shown.index(f"@{name} is the contact") for name in ("Ben", "Cleo", "Ana")] == sorted(
        shown.index(f"@{name} is the contact") for name in ("Ben", "Cleo", "Ana")
    )


async def test_the_change_is_announced_in_working_hours(three: House) -> None:
    await three.say("oakland", "ana", "/group --contact ana --rotate 1mo")
    await three.wait(days=24)
    assert "Ana is the contact of this group until Wed 2 Dec 2026, 09:00 (Los Angeles). Next is Ben." in three.shown(
        "oakland"
    )
    await three.wait(days=7)
    assert "Ana was the contact of this group. That is over." in three.shown("oakland")


async def test_who_wants_to_be_left_out_is_and_hands_over_at_once(three: House) -> None:
    await three.say("oakland", "ana", "/group --contact ana --rotate 1w")
    assert "Next, if nothing changes: Cleo." in plain(await three.say("oakland", "ben", "/group contact off"))
    answer = plain(await three.say("oakland", "ana", "/group contact off"))
    assert "Cleo is the contact of Oakland" in answer
    assert "You are left out." in answer
    assert "@Cleo is the contact of this group from now on. Thank you, Ana." in three.shown("oakland")
    assert "Next, if nothing changes: Ben." in plain(await three.say("oakland", "ben", "/group contact on"))


async def test_who_is_forgotten_is_no_contact(three: House) -> None:
    await three.say("oakland", "ana", "/group --contact ana --rotate 1w")
    assert "1 term as the contact of a group" in plain(await three.say("oakland", "ana", "/privacy"))
    await three.say("oakland", "ana", "/forget-me --yes")
    assert "Ben is the contact of Oakland" in plain(await three.say("oakland", "cleo", "/group contact"))


async def test_two_accounts_are_one_contact(three: House) -> None:
    await three.say("oakland", "ana", "/group --contact cleo")
    code = plain(await three.say("oakland", "ana", "/link-account")).split()[0].strip("`")
    await three.say("oakland", "cleo", f"/link-account {code}")
    assert "Ana is the contact of Oakland." in plain(await three.say("oakland", "ana", "/group contact"))


async def test_nothing_turns_while_the_group_is_paused(three: House) -> None:
    await three.say("oakland", "ana", "/group --contact ana --rotate 1w")
    await three.say("oakland", "ana", "/group pause --yes")
    await three.wait(days=20)
    assert "@Ben" not in three.shown("oakland")
    await three.say("oakland", "ana", "/group resume")
    await three.wait(days=8)
    assert "@Ben is the contact of this group from now on." in three.shown("oakland")


async def test_it_stops_going_round(three: House) -> None:
    await three.say("oakland", "ana", "/group --contact ana --rotate 1w")
    assert "Ana is the contact of Oakland." in plain(await three.say("oakland", "ana", "/group --rotate off"))
    await three.wait(days=20)
    assert "@Ben" not in three.shown("oakland")
