"""Codes, invitations and people of one network mean nothing in another of the same database."""

import re

import pytest

from bot.core.conversation import Actor, CommandTyped, Place
from bot.core.replies import Invalid, Reply
from storage import codes, directory
from storage.network import Channel, Group
from storage.work import Tx
from tests.support.house import House, plain


@pytest.fixture
async def two(each_house: House) -> House:
    """The house's network, and another in workspace "w2" with its group "south" in channel "south"."""

    def seed(tx: Tx) -> None:
        directory.add_network(tx.db, 2, "other", "en", tx.now)
        directory.add_workspace(tx.db, "test", "w2", 2, tx.now)
        directory.add_group(
            tx.db, Group(2, 1, "south", "South", "UTC", None, "mon-fri", "off", "en", "active", ()), tx.now
        )
        directory.add_channel(tx.db, Channel(2, 1, "test", "w2", "south", 1, True, "", "active"))
        codes.new_steward_code(tx.db, 1, "STEWARD-ONE", tx.now)
        codes.new_steward_code(tx.db, 2, "STEWARD-TWO", tx.now)

    await each_house.work.write(1, seed)
    return each_house


async def there(house: House, text: str, *, workspace: str = "w2", channel: str = "south", who: str = "ana") -> Reply:
    place, actor = Place("test", workspace, channel), Actor("test", workspace, who, who.capitalize())
    return await house.handle(CommandTyped(house.event_key(), place, actor, house.clock(), text))


def code_in(reply: Reply) -> str:
    found = re.search(r"CODE-\d+", plain(reply))
    assert found is not None, plain(reply)
    return found[0]


@pytest.mark.parametrize("command", ["steward", "join", "link-account", "group-confirm"])
async def test_no_code_of_the_one_works_in_the_other(two: House, command: str) -> None:
    await two.say("oakland", "ana", "/steward STEWARD-ONE")
    invitation = code_in(await two.say("oakland", "ana", "/invite"))
    link = code_in(await two.say("oakland", "ana", "/link-account"))
    await two.say("somewhere", "ana", "/group Oakland")
    home = re.search(r"CODE-\d+", two.shown("oakland"))
    assert home is not None
    for code in (invitation, link, home[0], "STEWARD-ONE"):
        assert isinstance(await there(two, f"{command} {code}"), Invalid), code
    assert "steward" not in plain(await there(two, "whoami"))
    assert "2 members" not in plain(await there(two, "group"))


async def test_a_code_is_used_once_and_connects_one_workspace(two: House) -> None:
    await two.say("oakland", "ana", "/steward STEWARD-ONE")
    code = code_in(await two.say("oakland", "ana", "/invite"))
    assert isinstance(await there(two, "whoami", workspace="w3", channel="c"), Invalid)
    assert not isinstance(await there(two, f"join {code}", workspace="w3", channel="c"), Invalid)
    assert isinstance(await there(two, f"join {code}", workspace="w4", channel="c"), Invalid)
    # What was answered before it was connected is not remembered, nor does it reach the other network.
    assert not isinstance(await there(two, "whoami", workspace="w3", channel="c"), Invalid)
    assert isinstance(await there(two, "steward STEWARD-TWO", workspace="w3", channel="c"), Invalid)


async def test_the_same_account_is_two_people_in_two_networks(two: House) -> None:
    await two.say("oakland", "ana", "/decide quetzal")
    await there(two, "decide South's own")
    assert "quetzal" not in plain(await there(two, "decisions"))
    assert "quetzal" not in plain(await there(two, "show D-1"))
    await there(two, "forget-me --yes")
    assert "Ana" in plain(await two.say("oakland", "ana", "/whoami"))
    assert "by Ana" in plain(await two.say("oakland", "ana", "/show D-1"))


async def test_a_group_is_asked_once_about_a_channel(two: House) -> None:
    """Anybody in any channel can type it: that must not fill a group's home."""
    for _ in range(5):
        two.clock.move(minutes=3)
        await two.say("somewhere", "mallory", "/group Oakland")
    assert two.shown("oakland").count("to be a home of this group too") == 1
