"""What other groups say of a decision: that it affects them, and whether they carried it out."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import FEATURES
from bot.core.feature import Feature
from bot.core.replies import Form
from storage.events import events
from storage.network_tables import groups
from tests.support.house import House, plain

PROPOSE = "/propose Use Signal --affects nairobi --for 5bd"


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


async def logged_facts(house: House, kind: str) -> list[tuple[str, int, Any]]:
    """(about, group id, data) of all facts of a kind."""
    wanted = events.select().where(events.c.kind == kind).order_by(events.c.id)
    return await house.work.read(lambda tx: [(e.about, e.group_id, e.data) for e in tx.db.execute(wanted)])


async def test_a_group_that_nobody_thought_of_says_that_it_is_affected(house: House) -> None:
    await house.say("oakland", "ana", PROPOSE)
    answer = plain(await house.say("bilbao", "iker", "/affects-us D-1 We get these alerts too"))
    assert answer.startswith("D-1 says from now on that it affects Bilbao. Oakland has been told.")
    told = "    Bilbao says that D-1 affects it, and joins. It is open until Mon 9 Nov 2026"
    for channel, until in (("oakland", "01:00 (Los Angeles)"), ("nairobi", "12:00 (Nairobi)")):
        assert f"{told}, {until}.\n    > We get these alerts too" in house.shown(channel)
    whole = plain(await house.say("nairobi", "otieno", "/show D-1"))
    assert "Affects: Bilbao and Nairobi" in whole
    assert "Affected too, by their own word\n> We get these alerts too\n— Bilbao, " in whole
    facts = await logged_facts(house, "group_affected")
    assert [(about, group_id, data["number"]) for about, group_id, data in facts] == [("D-1", 3, 1)]


async def test_it_is_for_other_groups_and_for_what_stands(house: House) -> None:
    await house.say("oakland", "ana", PROPOSE)
    assert "your own group's decision" in plain(await house.say("oakland", "ben", "/affects-us D-1 us"))
    assert "asked about D-1 already" in plain(await house.say("nairobi", "otieno", "/affects-us D-1 us"))
    assert "no member of Bilbao" in plain(await house.say("nairobi", "otieno", "/affects-us D-1 us --as bilbao"))
    await house.say("oakland", "ana", "/decide Ours --audience circle")
    assert "There is no D-2 here." in plain(await house.say("bilbao", "iker", "/affects-us D-2 us"))
    await house.say("oakland", "ana", "/decide Old")
    await house.say("oakland", "ana", "/decide New --supersedes D-3")
    assert "not in force" in plain(await house.say("bilbao", "iker", "/affects-us D-3 us"))
    form = await house.say("bilbao", "iker", "/affects-us")
    assert isinstance(form, Form)


async def test_a_decision_for_those_affected_is_found_by_who_joined_when_told(house: House) -> None:
    await house.say("oakland", "ana", "/decide A quetzal plan --tell bilbao --audience affected")
    await house.say("bilbao", "iker", "/affects-us D-1 It is our forest")
    assert "Affects: Bilbao" in plain(await house.say("bilbao", "maite", "/show D-1"))
    assert "D-1" in plain(await house.say("bilbao", "maite", "/decisions quetzal"))
    assert "It is our forest" in house.shown("oakland")
    assert "quetzal" not in plain(await house.say("nairobi", "otieno", "/decisions quetzal"))


async def concluded(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 2bd")
    await house.wait(days=5)
    await house.say("oakland", "ana", "/outcome D-1 adopted")


async def test_a_month_after_the_outcome_each_affected_group_is_asked_once(house: House) -> None:
    await concluded(house)
    await house.wait(days=29)
    assert "carry it out" not in house.shown("nairobi")
    await house.wait(days=4)
    for channel in ("nairobi", "bilbao"):
        assert house.shown(channel).count("A month ago it was decided: D-1 Use Signal.") == 1
    assert "carry it out" not in house.shown("oakland")
    assert "[Adapted] /carried-out D-1 adapted" in house.shown("nairobi")
    form = await house.say("nairobi", "otieno", "/carried-out D-1 adapted")
    assert isinstance(form, Form)
    assert form.title == "How was it adapted?"
    given = {"decision": "D-1", "how": "adapted", "text": "by SMS"}
    answer = plain(await house.submit("nairobi", "otieno", "carried-out", **given))
    assert answer == "Nairobi: adapted\nIt stands under D-1 from now on."
    assert "D-1 Use Signal – Nairobi: adapted\n> by SMS" in house.shown("nairobi")
    whole = plain(await house.say("oakland", "ana", "/show D-1"))
    assert "What came of it\nBilbao: no answer yet\n> by SMS\n— Nairobi: adapted" in whole
    await house.say("bilbao", "iker", "/carried-out D-1 not Nobody here has phones")
    await house.wait(days=60)
    assert house.shown("bilbao").count("carry it out") == 0
    assert "Bilbao: not carried out" in plain(await house.say("oakland", "ana", "/show D-1"))


async def test_who_said_so_before_is_not_asked_and_who_has_a_night_waits_for_the_day(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 2bd")
    await house.wait(days=7, hours=12)
    await house.say("oakland", "ana", "/outcome D-1 adopted")
    await house.say("nairobi", "otieno", "/carried-out D-1 as-is")
    await house.wait(days=30, hours=2)
    assert "carry it out" not in house.shown("nairobi") + house.shown("bilbao")
    await house.wait(hours=10)
    assert "carry it out" in house.shown("bilbao")
    assert "carry it out" not in house.shown("nairobi")


async def test_only_affected_groups_say_so_and_only_of_what_is_taken(house: House) -> None:
    await house.say("oakland", "ana", PROPOSE)
    assert "not taken" in plain(await house.say("nairobi", "otieno", "/carried-out D-1 as-is"))
    assert "affected groups" in plain(await house.say("bilbao", "iker", "/carried-out D-1 as-is"))


async def test_what_was_withdrawn_is_not_asked_about(house: House) -> None:
    await house.say("oakland", "ana", PROPOSE)
    await house.say("oakland", "ana", "/outcome D-1 withdrawn")
    await house.wait(days=40)
    assert "carry it out" not in house.shown("nairobi")


async def test_who_is_forgotten_takes_their_words_along(house: House) -> None:
    await concluded(house)
    await house.say("nairobi", "otieno", "/carried-out D-1 adapted by SMS")
    await house.say("oakland", "ana", "/decide Another")
    await house.say("nairobi", "otieno", "/affects-us D-2 our forest")
    answer = plain(await house.say("nairobi", "otieno", "/forget-me"))
    code = answer.split("/forget-me ")[-1].split()[0].strip("`")
    await house.say("nairobi", "otieno", f"/forget-me {code}")
    await house.wait(minutes=5)
    whole = plain(await house.say("oakland", "ana", "/show D-1")) + plain(
        await house.say("oakland", "ana", "/show D-2")
    )
    assert "by SMS" not in whole
    assert "our forest" not in whole + house.shown("oakland")
    assert "Nairobi: adapted" in whole


async def test_a_paused_group_is_asked_when_it_is_back(house: House) -> None:
    await concluded(house)
    await house.say("bilbao", "iker", "hello")
    await house.work.write(
        1, lambda tx: tx.db.execute(sa.update(groups).where(groups.c.id == 3).values(state="paused"))
    )
    await house.wait(days=40)
    assert "carry it out" in house.shown("nairobi")
    assert "carry it out" not in house.shown("bilbao")
    await house.work.write(
        1, lambda tx: tx.db.execute(sa.update(groups).where(groups.c.id == 3).values(state="active"))
    )
    await house.wait(days=10)
    assert house.shown("bilbao").count("carry it out") == 1
