"""On call: who opted in is mentioned by urgent decisions in their group's channel, at once and once; nobody else is."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from bot.app import FEATURES
from bot.core.conversation import CommandTyped, MemberLeft, Place
from bot.core.feature import Feature
from bot.core.mentions import addressed
from bot.core.replies import Answer, Reply
from storage import on_call, people
from storage.on_call import urgent_mentions
from storage.types import metadata
from tests.features.network.changing import agree, everybody, kinds, leave, merge
from tests.support.house import House, plain, rows

CUT = '/decide Cut the power --affects nairobi,bilbao --urgent "the cellar is under water"'


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def six(house: House) -> House:
    """Two people of each group; of Nairobi, Wanjiku is on call, of Bilbao both are."""
    await everybody(house)
    await house.say("nairobi", "wanjiku", "/on-call on")
    for who in ("iker", "maite"):
        await house.say("bilbao", who, "/on-call on")
    return house


async def named(house: House, ids: frozenset[int]) -> set[str]:
    found = await house.work.read(lambda tx: [people.person(tx.db, 1, id) for id in ids])
    return {person.name for person in found if person is not None}


async def mentioned(house: House, channel: str) -> list[set[str]]:
    """Whom each new post in a channel mentioned, where it mentioned anybody; edits notify nobody."""
    posts = [post for post in house.channels.posts if post.channel.remote_id == channel]
    each = [await named(house, addressed(post.message.blocks)) for post in posts]
    return [who for who in each if who]


async def alone(house: House, who: str, typed: str) -> Reply:
    """Typed in a conversation with Mycel alone."""
    place = Place("test", "w", f"dm-{who}", is_direct=True)
    return await house.handle(CommandTyped(house.event_key(), place, house.actor(who), house.clock(), typed[1:]))


async def test_one_opts_in_and_out_and_sees_how_it_is(house: House) -> None:
    await everybody(house)
    shown = plain(await house.say("oakland", "ana", "/on-call"))
    assert "You are not on call for Oakland" in shown
    assert "Nobody of Oakland is: such a decision mentions nobody." in shown
    assert "[Be on call] /on-call on" in shown
    shown = plain(await house.say("oakland", "ana", "/on-call on"))
    assert "You are on call for Oakland: a decision that concerns it and cannot wait mentions you" in shown
    assert "On call: Ana\n[Not on call any more] /on-call off" in shown
    await house.say("oakland", "ana", "/on-call on")
    assert "On call: Ana, Ben" in plain(await house.say("oakland", "ben", "/on-call on"))
    assert "On call: Ben" in plain(await house.say("oakland", "ana", "/on-call off"))
    assert "You are not on call for Oakland" in plain(await house.say("oakland", "ana", "/on-call off"))
    assert "“of” is none of: on, off." in plain(await house.say("oakland", "ana", "/on-call of"))


async def test_who_opted_in_is_mentioned_in_their_own_channel_and_nobody_else(six: House) -> None:
    await six.say("oakland", "ana", CUT)
    assert await mentioned(six, "nairobi") == [{"Wanjiku"}]
    assert await mentioned(six, "bilbao") == [{"Iker", "Maite"}]
    assert await mentioned(six, "oakland") == [], "there nobody opted in"
    assert "Urgent\nOn call: @Wanjiku\n" in six.shown("nairobi")
    assert "On call: @Iker, @Maite\n" in six.shown("bilbao")
    assert "On call" not in six.shown("oakland")


async def test_the_group_that_decides_and_one_that_is_told_have_people_on_call_too(six: House) -> None:
    await six.say("oakland", "ben", "/on-call on")
    await six.say("oakland", "ana", "/decide Stay away --affects nairobi --tell bilbao --urgent smoke")
    assert await mentioned(six, "oakland") == [{"Ben"}]
    assert await mentioned(six, "nairobi") == [{"Wanjiku"}]
    assert await mentioned(six, "bilbao") == [{"Iker", "Maite"}]
    await six.say("oakland", "ana", "/decide Lock the door --urgent thieves")
    assert await mentioned(six, "oakland") == [{"Ben"}, {"Ben"}], "it may be for the group alone"


async def test_what_can_wait_mentions_nobody(six: House) -> None:
    await six.say("oakland", "ana", "/propose Paint the door --affects nairobi,bilbao --for 3d")
    await six.say("oakland", "ana", "/decide Buy paint --tell nairobi,bilbao")
    assert await mentioned(six, "nairobi") == await mentioned(six, "bilbao") == []


async def test_it_comes_in_quiet_hours_and_while_the_group_snoozes(six: House) -> None:
    six.have_nights()
    await six.say("nairobi", "otieno", "/snooze 3d")
    six.clock.move(hours=12)
    await six.say("oakland", "ana", CUT)
    assert await mentioned(six, "nairobi") == [{"Wanjiku"}], "it is past midnight there"


async def test_who_opts_in_or_out_later_changes_nothing_in_what_was_sent(six: House) -> None:
    await six.say("oakland", "ana", CUT)
    await six.say("nairobi", "otieno", "/on-call on")
    await six.say("nairobi", "wanjiku", "/on-call off")
    await six.say("nairobi", "otieno", "/input D-1 support")
    await six.wait(minutes=1)
    assert "support" in six.shown("nairobi")
    assert "On call: @Wanjiku\n" in six.shown("nairobi")
    assert len(await mentioned(six, "nairobi")) == 1
    await six.say("oakland", "ana", "/decide Cut the water --affects nairobi --urgent floods")
    assert (await mentioned(six, "nairobi"))[1:] == [{"Otieno"}]


async def test_a_review_that_is_joined_later_mentions_nobody(six: House) -> None:
    await six.say("oakland", "ana", "/decide Cut the power --tell nairobi --urgent water")
    assert await mentioned(six, "nairobi") == [{"Wanjiku"}]
    await six.say("bilbao", "iker", "/affects-us D-1 we share the meter")
    await six.say("nairobi", "otieno", "/affects-us D-1 we too")
    assert "Open for input" in six.shown("nairobi")
    assert await mentioned(six, "nairobi") == [{"Wanjiku"}]
    assert await mentioned(six, "bilbao") == []


async def test_what_is_taken_back_does_not_call_any_more(six: House) -> None:
    await six.say("oakland", "ana", CUT)
    await six.say("oakland", "ana", "/undo D-1")
    await six.wait(minutes=1)
    assert "@" not in six.shown("nairobi")
    assert len(await mentioned(six, "nairobi")) == 1


async def test_a_channel_of_another_group_in_which_it_is_typed_is_not_called(six: House) -> None:
    await six.say("nairobi", "ana", "hello")
    await six.say("nairobi", "ana", "/decide Cut the power --as oakland --urgent water")
    assert "D-1" in six.shown("nairobi")
    assert await mentioned(six, "nairobi") == []


async def test_who_is_on_call_is_for_the_groups_own_eyes(six: House) -> None:
    refused = plain(await six.say("oakland", "ana", "/on-call --as nairobi"))
    assert "This is for members of the group" in refused
    assert "Wanjiku" not in refused
    for typed in ("/group nairobi", "/groups", "/roles", "/whoami"):
        assert "on call" not in plain(await six.say("oakland", "ana", typed)).lower()
    assert all("call" not in kind for kind in await kinds(six))
    await six.say("oakland", "iker", "hello")
    answer = await six.say("oakland", "iker", "/on-call --as bilbao")
    assert isinstance(answer, Answer)
    assert answer.is_secret, "others read this channel"
    assert "[Not on call any more] /on-call off --as bilbao" in plain(answer)


async def test_alone_with_mycel_whoever_is_of_several_groups_says_which(six: House) -> None:
    assert "You are on call for Nairobi" in plain(await alone(six, "otieno", "/on-call on"))
    await six.say("oakland", "otieno", "hello")
    shown = plain(await alone(six, "otieno", "/on-call off"))
    assert "You are of several groups (nairobi, oakland). Say for which one." in shown
    assert "/on-call off --as nairobi" in shown
    assert "You are not on call for Nairobi" in plain(await alone(six, "otieno", "/on-call off --as nairobi"))
    assert "You are of no group yet" in plain(await alone(six, "stranger", "/on-call on"))


async def test_it_is_found_where_one_looks(six: House) -> None:
    assert "On call for: Nairobi" in plain(await six.say("nairobi", "wanjiku", "/whoami"))
    await six.say("oakland", "ana", CUT)
    shown = plain(await six.say("nairobi", "wanjiku", "/privacy"))
    assert "that you are on call for 1 group" in shown
    assert "1 urgent decision that mentioned you" in shown
    assert "on call" not in plain(await six.say("nairobi", "otieno", "/privacy"))


async def test_who_is_forgotten_is_on_call_for_nobody_and_named_nowhere(six: House) -> None:
    await six.say("oakland", "ana", CUT)
    await six.say("bilbao", "iker", "/forget-me --yes")
    await six.wait(minutes=1)
    assert "On call: @Maite\n" in six.shown("bilbao")
    assert await six.work.read(lambda tx: (rows(tx.db, on_call.on_call), rows(tx.db, urgent_mentions))) == (2, 2)
    await six.say("oakland", "ana", "/decide Cut the water --affects bilbao --urgent floods")
    assert (await mentioned(six, "bilbao"))[1:] == [{"Maite"}]


async def test_two_accounts_that_are_one_person_are_mentioned_once(six: House) -> None:
    await six.say("oakland", "ana", CUT)
    code = plain(await six.say("bilbao", "iker", "/link-account")).split()[0].strip("`")
    await six.say("bilbao", "maite", f"/link-account {code}")
    assert "On call: Iker\n" in plain(await six.say("bilbao", "iker", "/on-call"))
    await six.say("bilbao", "iker", "/input D-1 support")
    await six.wait(minutes=1)
    assert "On call: @Iker\n" in six.shown("bilbao")
    await six.say("oakland", "ana", "/decide Cut the water --affects bilbao --urgent floods")
    assert (await mentioned(six, "bilbao"))[1:] == [{"Iker"}]


async def test_what_the_gone_half_of_a_person_was_on_call_for_the_other_is(six: House) -> None:
    await six.say("nairobi", "wanjiku", "/on-call off")
    await six.say("nairobi", "otieno", "/on-call on")
    code = plain(await six.say("nairobi", "otieno", "/link-account")).split()[0].strip("`")
    await six.say("nairobi", "wanjiku", f"/link-account {code}")
    assert "On call: Wanjiku\n" in plain(await six.say("nairobi", "otieno", "/on-call"))


async def test_who_leaves_a_home_is_on_call_no_more_even_when_they_come_back(six: House) -> None:
    await six.handle(MemberLeft(six.event_key(), six.place("nairobi"), six.actor("wanjiku"), six.clock()))
    await six.say("oakland", "ana", CUT)
    assert await mentioned(six, "nairobi") == []
    await six.say("nairobi", "wanjiku", "hello again")
    assert "You are not on call for Nairobi" in plain(await six.say("nairobi", "wanjiku", "/on-call"))


async def test_a_paused_group_is_not_called_and_is_again_when_it_is_back(six: House) -> None:
    await six.say("nairobi", "otieno", "/group pause --yes")
    assert "While Nairobi is paused nobody is mentioned." in plain(await six.say("nairobi", "wanjiku", "/on-call"))
    await six.say("oakland", "ana", CUT)
    assert await mentioned(six, "nairobi") == []
    await six.say("nairobi", "otieno", "/group resume")
    await six.say("oakland", "ana", "/decide Cut the water --affects nairobi --urgent floods")
    assert await mentioned(six, "nairobi") == [{"Wanjiku"}]


async def test_who_is_on_call_for_a_group_is_for_the_one_that_it_becomes_part_of(six: House) -> None:
    await six.say("oakland", "ana", CUT)
    await merge(six)
    await six.wait(minutes=1)
    assert "On call: @Iker, @Maite\n" in six.shown("bilbao"), "what was sent stays as it was sent"
    await six.say("oakland", "ana", "/decide Cut the water --affects nairobi --urgent floods")
    assert (await mentioned(six, "nairobi"))[-1] == (await mentioned(six, "bilbao"))[-1] == {"Wanjiku", "Iker", "Maite"}


async def test_who_goes_with_the_new_group_is_on_call_for_it_and_told_so(six: House) -> None:
    await six.say("bilbao", "maite", "/group split Getxo")
    await agree(six, "bilbao", "iker")
    shown = plain(await alone(six, "iker", "/group choose getxo"))
    assert "You are on call for it, as you were for the old one: /on-call" in shown.replace("`", "")
    assert "On call: Iker, Maite" in plain(await alone(six, "iker", "/on-call"))
    assert "Nobody of Bilbao is" in plain(await six.say("bilbao", "iker", "/on-call"))


async def test_nothing_is_left_of_a_group_that_has_left(six: House) -> None:
    await six.say("oakland", "ana", CUT)
    await leave(six)
    await six.wait(days=2)
    assert await six.work.read(lambda tx: on_call.of_group(tx.db, 1, 3)) == {}
    left = await six.work.read(lambda tx: tx.db.execute(sa.select(urgent_mentions.c.channel_id)).scalars().all())
    assert left == [2], "Nairobi's"
    assert metadata.tables["on_call"] is on_call.on_call


async def test_it_is_said_in_the_channels_language(six: House) -> None:
    await six.say("bilbao", "iker", "/group --language es")
    await six.say("oakland", "ana", CUT)
    assert "De guardia: @Iker, @Maite\n" in six.shown("bilbao")
