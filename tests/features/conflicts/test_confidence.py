"""A conflict told in confidence: its raiser and one facilitator know, and nobody else, until the raiser says so."""

from tests.features.conflicts.scenes import facts, make_facilitator, meeting_place, stored
from tests.support.house import House, plain

TELL = "/conflict D-1 D-2 I am afraid to say this aloud --in-confidence"
ALL = ("oakland", "nairobi", "bilbao", "circle")


async def everywhere(house: House) -> str:
    return "\n".join(house.shown(channel) for channel in ALL)


async def test_only_the_raiser_and_one_facilitator_can_read_it(house: House) -> None:
    await meeting_place(house)
    await make_facilitator(house, "Iker")
    answer = await house.say("nairobi", "otieno", TELL)
    assert "X-1: only you and " in plain(answer)
    told = "maite" if "Maite" in plain(answer) else "iker"
    other = "iker" if told == "maite" else "maite"
    assert "with your words and your name" in plain(answer)
    assert "afraid" not in await everywhere(house)
    assert "X-1" not in await everywhere(house)
    assert "somebody has told you something in confidence" in house.shown("circle")
    for channel, who in (("nairobi", "otieno"), ("bilbao", told)):
        assert "X-1" in plain(await house.say(channel, who, "/conflicts mine"))
        assert "afraid" in plain(await house.say(channel, who, "/conflicts X-1"))
    for channel, who in (("nairobi", "wanjiku"), ("oakland", "ana"), ("bilbao", other)):
        assert "There is no X-1 here." in plain(await house.say(channel, who, "/conflicts X-1"))
        for typed in ("/conflicts", "/conflicts all", "/conflicts mine", "/show D-1"):
            assert "X-1" not in plain(await house.say(channel, who, typed))
    assert await facts(house) == []


async def test_what_is_told_in_confidence_is_answered_in_private(house: House) -> None:
    from bot.core.replies import Answer

    reply = await house.say("nairobi", "otieno", TELL)
    assert isinstance(reply, Answer)
    assert reply.is_secret
    for typed in ("/conflicts", "/conflicts X-1"):
        reply = await house.say("nairobi", "otieno", typed)
        assert isinstance(reply, Answer)
        assert reply.is_secret


async def test_nobody_but_the_raiser_brings_it_out_and_then_all_know(house: House) -> None:
    await meeting_place(house)
    await house.say("nairobi", "otieno", TELL)
    assert "This is for the person who raised it." in plain(await house.say("bilbao", "maite", "/raise X-1"))
    assert "X-1 is in confidence." in plain(await house.say("bilbao", "maite", "/host X-1"))
    assert plain(await house.say("nairobi", "otieno", "/raise X-1")).startswith("X-1 is open.")
    for channel in ("oakland", "nairobi", "circle"):
        assert "> I am afraid to say this aloud\n— Otieno (Nairobi)" in house.shown(channel)
    assert await facts(house) == ["conflict_raised"]
    assert "X-1 is in the open already." in plain(await house.say("nairobi", "otieno", "/confide X-1"))


async def test_what_is_taken_back_in_confidence_stays_there(house: House) -> None:
    await house.say("nairobi", "otieno", TELL)
    await house.say("nairobi", "otieno", "/take-back X-1 We talked")
    assert (await stored(house)).state == "dismissed"
    assert "There is no X-1 here." in plain(await house.say("oakland", "ana", "/conflicts X-1"))
    assert "X-1" not in plain(await house.say("oakland", "ana", "/conflicts all"))
    refused = plain(await house.say("nairobi", "otieno", "/reopen X-1"))
    assert "X-1 was never in the open, so there is nothing to open again. Tell it anew." in refused
    assert "/conflict D-1 D-2 … --in-confidence" in refused
    assert (await stored(house)).state == "dismissed"
    assert "afraid" not in await everywhere(house)
    assert await facts(house) == []


async def test_it_can_be_told_to_a_facilitator_of_ones_choice_and_to_another(house: House) -> None:
    await make_facilitator(house, "Ana")
    assert "only you and Ana can read" in plain(
        await house.say("nairobi", "otieno", "/conflict D-1 D-2 Softly --to Ana")
    )
    assert "Ben is no facilitator to be told." in plain(await house.say("nairobi", "otieno", "/confide X-1 Ben"))
    assert "only you and Maite can read" in plain(await house.say("nairobi", "otieno", "/confide X-1 Maite"))
    assert "There is no X-1 here." in plain(await house.say("oakland", "ana", "/conflicts X-1"))


async def test_who_is_no_facilitator_any_more_reads_it_no_more(house: House) -> None:
    await house.say("nairobi", "otieno", TELL)
    await house.say("oakland", "ana", "/steward CODE")
    await steward(house)
    await house.say("oakland", "ana", "/roles Maite member")
    assert "There is no X-1 here." in plain(await house.say("bilbao", "maite", "/conflicts X-1"))
    assert "In confidence with nobody" in plain(await house.say("nairobi", "otieno", "/conflicts X-1"))


async def test_where_a_group_may_not_read_a_decision_confidence_is_the_way(house: House) -> None:
    await house.say("oakland", "ana", "/decide Sell the hall --audience group")
    refused = plain(await house.say("oakland", "ben", "/conflict D-3 D-2 The hall is where we meet"))
    assert "Nairobi could not read D-3, so it cannot be told of this." in refused
    assert "only you and Maite" in plain(
        await house.say("oakland", "ben", "/conflict D-3 D-2 The hall is where we meet --in-confidence")
    )
    assert "Nairobi could not read D-3" in plain(await house.say("oakland", "ben", "/raise X-1"))


async def test_without_a_facilitator_nobody_can_be_told(house: House) -> None:
    await steward(house)
    await house.say("oakland", "ana", "/roles Maite member")
    assert "There is no facilitator yet who could be told." in plain(await house.say("nairobi", "otieno", TELL))


async def steward(house: House) -> None:
    from storage import codes

    await house.work.write(1, lambda tx: codes.new_steward_code(tx.db, 1, "CODE-1", tx.now))
    await house.say("oakland", "ana", "/steward CODE-1")
