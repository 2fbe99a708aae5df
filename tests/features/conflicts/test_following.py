"""What people and groups do elsewhere: roles that go, accounts that were one, names forgotten, groups that merge."""

import pytest

from tests.features.conflicts.scenes import make_facilitator, meeting_place, person, propose_end, stored
from tests.features.conflicts.test_confidence import steward
from tests.support.house import House, plain

RAISE = "/conflict D-1 D-2 Twice or never"


async def test_who_is_no_facilitator_any_more_hosts_nothing_and_the_circle_is_asked(house: House) -> None:
    await meeting_place(house)
    await steward(house)
    await house.say("oakland", "ben", RAISE)
    await house.say("bilbao", "maite", "/host X-1")
    await house.say("oakland", "ana", "/roles Maite member")
    assert (await stored(house)).host_id is None
    assert "    X-1 is open (today), and nobody hosts it." in house.shown("circle")
    await house.wait(seconds=5)
    assert "Nobody hosts it yet." in house.shown("nairobi")


async def test_a_host_who_is_forgotten_leaves_the_conflict_and_takes_their_words(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await house.say("bilbao", "maite", "/host X-1")
    await house.say("bilbao", "maite", "/log X-1 I called both of them")
    await house.say("bilbao", "maite", "/forget-me --yes")
    await house.wait(seconds=5)
    shown = house.shown("oakland") + plain(await house.say("oakland", "ana", "/conflicts X-1"))
    assert "I called both" not in shown
    assert "Maite" not in shown
    assert "someone who left" in shown
    assert (await stored(house)).host_id is None


async def test_a_raiser_who_is_forgotten_leaves_no_words_but_the_conflict(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await propose_end(house, "/settle X-1 All by Signal")
    await house.say("oakland", "ben", "/log X-1 We would rather have Signal")
    await house.say("oakland", "ben", "/forget-me --yes")
    await house.wait(seconds=5)
    for channel in ("oakland", "nairobi"):
        for gone in ("Twice or never", "would rather", "Ben"):
            assert gone not in house.shown(channel)
    assert (await stored(house)).state == "open"


async def test_what_a_forgotten_person_had_told_in_confidence_is_gone(house: House) -> None:
    await house.say("nairobi", "otieno", "/conflict D-1 D-2 Softly --in-confidence")
    await house.say("nairobi", "otieno", "/forget-me --yes")
    found = await stored(house)
    assert (found.state, found.text, found.confidant_id) == ("dismissed", "", None)
    assert "There is no X-1 here." in plain(await house.say("bilbao", "maite", "/conflicts X-1"))


async def test_privacy_counts_what_is_kept(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await house.say("oakland", "ben", "/log X-1 Asked around")
    shown = plain(await house.say("oakland", "ben", "/privacy"))
    assert "1 conflict that you raised" in shown
    assert "1 entry in a conflict’s log" in shown


async def test_two_accounts_that_are_one_person_have_raised_and_host_as_one(house: House) -> None:
    await house.say("nairobi", "otieno", "/conflict D-1 D-2 Softly --in-confidence")
    code = plain(await house.say("oakland", "ben", "/link-account")).split("/link-account ")[1].split("`")[0]
    await house.say("nairobi", "otieno", f"/link-account {code}")
    assert "Softly" in plain(await house.say("oakland", "ben", "/conflicts X-1"))


async def test_a_group_that_merges_has_its_conflicts_there(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await propose_end(house, "/settle X-1 Signal first")
    await house.say("oakland", "ana", "/confirm X-1")
    await house.say("oakland", "ana", "/elsewhere merged 2")
    assert "X-1: settled." in plain(await house.say("bilbao", "iker", "/confirm X-1"))


@pytest.mark.parametrize(("leaves", "state"), [(2, "settled"), (1, "open")])
async def test_no_word_is_waited_for_of_a_group_that_has_left(house: House, leaves: int, state: str) -> None:
    await house.say("oakland", "ben", RAISE)
    await propose_end(house, "/settle X-1 Signal first")
    await house.say("oakland", "ana", "/confirm X-1")
    await house.say("bilbao", "iker", f"/elsewhere left {leaves}")
    assert (await stored(house)).state == state


async def test_the_last_group_stays_part_of_it(house: House) -> None:
    await house.say("oakland", "ben", "/conflict D-1 --with trust Hm")
    await house.say("bilbao", "iker", "/elsewhere left 1")
    assert "Oakland, open" in plain(await house.say("bilbao", "iker", "/conflicts"))


async def test_a_new_home_has_a_message_of_what_waits(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await make_facilitator(house, "Ana")
    id = await person(house, "Ana")
    assert id
    answer = plain(await house.say("oakland-two", "ana", "/group Oakland"))
    assert "asked in its home channels" in answer
    code = house.shown("oakland").split("/group-confirm ")[1].split()[0]
    await house.say("oakland", "ben", f"/group-confirm {code}")
    assert "X-1: D-1 Use Signal for alerts and D-2 Send alerts by SMS" in house.shown("oakland-two")


async def test_who_wrote_in_a_conflict_takes_their_words_back_and_a_steward_all(house: House) -> None:
    await house.say("oakland", "ben", "/conflict D-1 D-2 Half of us get alerts twice")
    await house.say("nairobi", "otieno", "/log X-1 We met on Tuesday")
    assert "Half of us get alerts twice" in house.shown("nairobi")
    assert "no words of yours in X-1" in plain(await house.say("bilbao", "iker", "/redact X-1"))
    assert plain(await house.say("oakland", "ben", "/redact X-1")) == (
        "Your words in X-1 are gone, here and in every channel."
    )
    await house.wait(seconds=5)
    assert "alerts twice" not in house.shown("nairobi") + house.shown("oakland")
    assert "We met on Tuesday" in plain(await house.say("bilbao", "iker", "/show X-1"))
    await steward(house)
    assert "That it was there stays" in plain(await house.say("oakland", "ana", "/redact X-1"))
    assert "We met on Tuesday" not in plain(await house.say("bilbao", "iker", "/conflicts X-1"))


async def test_show_reads_a_conflict_as_conflicts_does(house: House) -> None:
    await house.say("oakland", "ben", "/conflict D-1 D-2 Half of us get alerts twice")
    shown = await house.say("bilbao", "iker", "/show X-1")
    assert plain(shown) == plain(await house.say("bilbao", "iker", "/conflicts X-1"))
    assert "There is no X-2 here" in plain(await house.say("bilbao", "iker", "/show X-2"))
    await house.say("oakland", "ben", "/conflict D-1 D-2 I do not dare --in-confidence")
    assert "There is no X-2 here" in plain(await house.say("bilbao", "iker", "/show X-2"))
    assert "There is no X-2 here" in plain(await house.say("bilbao", "iker", "/redact X-2"))
