"""One person with accounts on two platforms; what is shown of oneself."""

from collections.abc import Sequence
from typing import Any

import pytest

from bot.core.conversation import Actor, CommandTyped, Place
from bot.core.events import IdentityLinked
from bot.core.feature import Feature
from bot.features.network import FEATURE as NETWORK
from storage import directory
from storage.network import Channel
from storage.work import Tx
from tests.features.network.conftest import MakeSteward
from tests.features.network.test_access import code_in
from tests.support.house import House, plain

linked: list[tuple[int, int]] = []


def note(_ctx: Any, fact: IdentityLinked) -> tuple[()]:
    linked.append((fact.person_id, fact.from_id))
    return ()


@pytest.fixture
def features() -> Sequence[Feature]:
    """The network, and a feature that hears of linked accounts."""
    linked.clear()
    return (NETWORK, Feature("listener", subscriptions=((IdentityLinked, note),)))


@pytest.fixture
async def two_platforms(house: House) -> House:
    """Nairobi has a second home, on another platform."""

    def connect(tx: Tx) -> None:
        directory.add_workspace(tx.db, "other", "far", 1, tx.now)
        directory.add_channel(tx.db, Channel(1, 50, "other", "far", "room", 2, True, "", "active"))

    await house.work.write(1, connect)
    return house


async def on_other(house: House, text: str, who: str = "annie") -> str:
    actor = Actor("other", "far", who, who.capitalize())
    place = Place("other", "far", "room")
    return plain(await house.handle(CommandTyped(house.event_key(), place, actor, house.clock(), text)))


async def test_one_sees_oneself_alone(two_platforms: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    shown = plain(await two_platforms.say("oakland", "ana", "/whoami"))
    assert shown.startswith(
        "Name: Ana\nAccounts: test w ana\nGroups: Oakland\nRoles: steward\nTime zone: not known; your group’s is used"
    )


async def test_whoami_stores_nothing_about_a_stranger(house: House) -> None:
    assert "Accounts: none stored yet" in plain(await house.say("elsewhere", "zed", "/whoami"))
    assert "Accounts: none stored yet" in plain(await house.say("elsewhere", "zed", "/whoami"))


async def test_a_code_from_one_platform_typed_on_the_other_makes_one_person(
    two_platforms: House, make_steward: MakeSteward
) -> None:
    house = two_platforms
    await make_steward("oakland", "ana")
    house.clock.move(minutes=1)
    await on_other(house, "group")
    code = code_in(await house.say("oakland", "ana", "/link-account"))
    assert "Linked: Mycel knows you as Ana here and there" in await on_other(house, f"link-account {code}")
    shown = await on_other(house, "whoami")
    assert "Accounts: other far annie, test w ana" in shown
    assert "Groups: Nairobi, Oakland" in shown
    assert "Roles: steward" in shown
    assert plain(await house.say("oakland", "ana", "/whoami")) == shown
    ((kept, gone),) = linked
    assert kept < gone


async def test_the_older_person_stays_whoever_made_the_code(two_platforms: House) -> None:
    house = two_platforms
    await on_other(house, "group")
    house.clock.move(minutes=1)
    code = code_in(await house.say("oakland", "ana", "/link-account"))
    assert "knows you as Annie" in await on_other(house, f"link-account {code}")
    assert "Name: Annie" in plain(await house.say("oakland", "ana", "/whoami"))


@pytest.mark.parametrize("minutes", [15, 60])
async def test_a_code_lives_fifteen_minutes(two_platforms: House, minutes: int) -> None:
    house = two_platforms
    code = code_in(await house.say("oakland", "ana", "/link-account"))
    house.clock.move(minutes=minutes)
    assert "run out" in await on_other(house, f"link-account {code}")
    assert linked == []


async def test_a_code_links_once_and_not_to_itself(two_platforms: House) -> None:
    house = two_platforms
    code = code_in(await house.say("oakland", "ana", "/link-account"))
    assert "This is the account that made the code" in plain(await house.say("oakland", "ana", f"/link-account {code}"))
    assert "Linked" in await on_other(house, f"link-account {code}")
    assert "used already" in await on_other(house, f"link-account {code}", who="mallory")
    assert "used already" in await on_other(house, "link-account nonsense", who="mallory")


async def test_what_one_account_does_afterwards_is_the_one_persons(two_platforms: House) -> None:
    house = two_platforms
    code = code_in(await house.say("oakland", "ana", "/link-account"))
    await on_other(house, f"link-account {code}")
    await house.say("bilbao", "ana", "hello")
    assert "Groups: Bilbao, Nairobi, Oakland" in await on_other(house, "whoami")


async def test_three_accounts_can_be_one_person(two_platforms: House) -> None:
    house = two_platforms
    for who in ("annie", "anna"):
        code = code_in(await house.say("oakland", "ana", "/link-account"))
        await on_other(house, f"link-account {code}", who=who)
    assert "Accounts: other far anna, other far annie, test w ana" in await on_other(house, "whoami")
