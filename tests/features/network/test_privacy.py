"""What is kept about oneself is said plainly, and ends when one wants it to."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.events import PersonForgotten, RecordsAsked
from bot.core.feature import Feature
from bot.core.message import Block, paragraph
from bot.features.network import FEATURE as NETWORK
from storage.network_tables import people
from storage.types import metadata
from tests.features.network.conftest import MakeSteward
from tests.features.network.test_access import code_in
from tests.support.house import House, plain

forgotten: list[int] = []


def forget(_ctx: Any, fact: PersonForgotten) -> tuple[Block, ...]:
    forgotten.append(fact.person_id)
    return (paragraph("Your notes are blank."),)


def count(_ctx: Any, _fact: RecordsAsked) -> tuple[Block, ...]:
    return (paragraph("3 notes"),)


@pytest.fixture
def features() -> Sequence[Feature]:
    """The network, and a feature that keeps something of people."""
    forgotten.clear()
    return (NETWORK, Feature("notes", subscriptions=((PersonForgotten, forget), (RecordsAsked, count))))


async def everything(house: House) -> str:
    """All rows of all tables, as text."""
    return await house.work.read(
        lambda tx: "\n".join(str(row) for table in metadata.sorted_tables for row in tx.db.execute(sa.select(table)))
    )


async def test_privacy_says_what_is_kept_and_who_reads_it(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    shown = plain(await house.say("oakland", "ana", "/privacy"))
    for words in ("1 account", "1 membership", "1 role", "3 notes", "Ana", "can read its whole database", "/forget-me"):
        assert words in shown


async def test_privacy_counts_only_ones_own(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    assert "0 roles" in plain(await house.say("nairobi", "otieno", "/privacy"))


async def test_forgetting_asks_first(house: House) -> None:
    await house.say("oakland", "ana", "hello")
    answer = plain(await house.say("oakland", "ana", "/forget-me"))
    assert "This cannot be undone" in answer
    assert "[Forget me] /forget-me --yes" in answer
    assert "last steward" not in answer
    assert "Name: Ana" in plain(await house.say("oakland", "ana", "/whoami"))
    assert forgotten == []


async def test_the_last_steward_is_warned(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    assert "You are the last steward." in plain(await house.say("oakland", "ana", "/forget-me"))


async def test_nothing_of_a_forgotten_person_is_left(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ximena")
    await house.say("new", "ximena", "/group nairobi")
    await house.say("oakland", "ximena", "/link-account")
    assert "ximena" in (await everything(house)).lower()
    answer = plain(await house.say("oakland", "ximena", "/forget-me --yes"))
    assert "Mycel does not know you any more" in answer
    assert "Your notes are blank." in answer
    assert "ximena" not in (await everything(house)).lower()
    assert len(forgotten) == 1
    assert "Stewards: nobody yet" in plain(await house.say("oakland", "ana", "/roles"))


async def test_a_forgotten_person_keeps_an_id_under_common_words(house: House) -> None:
    await house.say("oakland", "ana", "hello")
    await house.say("oakland", "ana", "/forget-me --yes")
    names = await house.work.read(lambda tx: tx.db.execute(sa.select(people.c.name)).scalars().all())
    assert names == ["someone who left"]


async def test_linked_accounts_go_together(house: House) -> None:
    await house.say("oakland", "ximena", "hello")
    code = code_in(await house.say("nairobi", "ximena2", "/link-account"))
    await house.say("oakland", "ximena", f"/link-account {code}")
    await house.say("nairobi", "ximena2", "/forget-me --yes")
    assert "ximena" not in (await everything(house)).lower()


async def test_who_comes_back_is_somebody_new(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    await house.say("oakland", "ana", "/forget-me --yes")
    await house.say("nairobi", "ana", "/group")
    shown = plain(await house.say("nairobi", "ana", "/whoami"))
    assert "Groups: Nairobi\nRoles: member" in shown
