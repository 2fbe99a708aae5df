"""A conflict from the first word to its end: raised, hosted, tried, and ended by its groups' own word."""

import pytest

from bot.core.replies import Form
from tests.features.conflicts.scenes import facts, make_facilitator, meeting_place, propose_end, settled, stored
from tests.support.house import House, plain

RAISE = "/conflict D-1 D-2 Half of us get alerts twice, the other half never"


async def test_both_groups_and_the_circle_see_it_with_the_raisers_own_words(house: House) -> None:
    await meeting_place(house)
    answer = plain(await house.say("oakland", "ben", RAISE))
    assert answer.startswith("X-1 is open. Told: Oakland and Nairobi.")
    for channel in ("oakland", "nairobi", "circle"):
        shown = house.shown(channel)
        assert "X-1: D-1 Use Signal for alerts and D-2 Send alerts by SMS\n" in shown
        assert "> Half of us get alerts twice, the other half never\n— Ben (Oakland)" in shown
        assert "Nobody hosts it yet." in shown
        assert "[Host it] /host X-1" in shown
    assert "X-1" not in house.shown("bilbao")
    assert await facts(house) == ["conflict_raised"]


async def test_without_words_a_form_asks_for_them(house: House) -> None:
    form = await house.say("oakland", "ben", "/conflict D-1 D-2")
    assert isinstance(form, Form)
    assert [field.name for field in form.fields] == ["text"]
    reply = await house.submit("oakland", "ben", "conflict", text="Twice and never", **form.hidden)
    assert plain(reply).startswith("X-1 is open.")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/conflict D-1", "Say what D-1 is in conflict with"),
        ("/conflict D-1 D-1 with itself", "A decision cannot be in conflict with itself."),
        ("/conflict D-1 D-9 what", "There is no D-9 here."),
        ("/conflict D-9 D-1 what", "There is no D-9 here."),
        ("/conflict D-1 9 phones are too few", "Say what D-1 is in conflict with"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_stored(house: House, typed: str, said: str) -> None:
    assert said in plain(await house.say("oakland", "ben", typed))
    assert "No conflict is open" in plain(await house.say("oakland", "ben", "/conflicts"))


async def test_the_same_pair_is_raised_once_whoever_asks(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    answer = plain(await house.say("nairobi", "otieno", "/conflict D-2 D-1 Too many messages"))
    assert answer.startswith("X-1 is about that already.")


async def test_a_decision_may_be_in_conflict_with_a_value(house: House) -> None:
    answer = plain(await house.say("nairobi", "otieno", "/conflict D-1 --with transparency Nobody saw how"))
    assert answer.startswith("X-1 is open. Told: Oakland and Nairobi.")
    assert "X-1: D-1 Use Signal for alerts and transparency" in house.shown("oakland")


async def test_only_facilitators_host_and_those_of_its_groups_leave_it_to_others(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    assert "This is for facilitators" in plain(await house.say("oakland", "ana", "/host X-1"))
    await make_facilitator(house, "Wanjiku")
    refused = plain(await house.say("nairobi", "wanjiku", "/host X-1"))
    assert "A facilitator of none of its groups can host it; there are: 1." in refused
    assert "You host X-1." in plain(await house.say("bilbao", "maite", "/host X-1"))
    assert "Maite hosts X-1 and will speak with each of its groups." in house.shown("oakland")
    assert "X-1 has a host already" in plain(await house.say("nairobi", "wanjiku", "/host X-1"))
    assert "You do not host X-1." in plain(await house.say("nairobi", "wanjiku", "/host X-1 --leave"))
    assert "X-1 is back with the circle." in plain(await house.say("bilbao", "maite", "/host X-1 --leave"))
    assert "Maite hosts X-1" not in house.shown("oakland")


async def test_a_facilitator_of_its_groups_hosts_where_there_is_no_other(house: House) -> None:
    await house.say("bilbao", "iker", "/decide Alerts by phone tree")
    await house.say("oakland", "ben", "/conflict D-1 D-3 Two trees")
    assert "You host X-1." in plain(await house.say("bilbao", "maite", "/host X-1"))


async def test_what_was_tried_stands_in_the_log_of_host_and_parties_alone(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    assert "This is for whoever hosts it" in plain(await house.say("bilbao", "iker", "/log X-1 hm"))
    assert isinstance(await house.say("nairobi", "otieno", "/log X-1"), Form)
    await house.say("nairobi", "otieno", "/log X-1 We met on Tuesday; both need the elders")
    await house.wait(seconds=5)
    assert "> We met on Tuesday; both need the elders\n— Otieno (Nairobi) noted" in house.shown("oakland")
    await house.say("bilbao", "maite", "/host X-1")
    await house.say("bilbao", "maite", "/log X-1 Called both")
    whole = plain(await house.say("oakland", "ana", "/conflicts X-1"))
    assert whole.index("We met on Tuesday") < whole.index("Maite hosts it, Mon") < whole.index("> Called both")


async def test_a_settlement_holds_once_each_group_has_confirmed(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await house.say("bilbao", "maite", "/host X-1")
    answer = plain(await house.say("bilbao", "maite", "/settle X-1 Signal first, then SMS"))
    assert "Still to confirm: Oakland and Nairobi." in answer
    for channel in ("oakland", "nairobi"):
        assert "    A word is asked of you on X-1.\n    This is how it could be settled:" in house.shown(channel)
        assert "    [We confirm] /confirm X-1" in house.shown(channel)
    refused = plain(await house.say("bilbao", "maite", "/confirm X-1"))
    assert "This is for members of Oakland and Nairobi." in refused
    assert "Still to confirm: Nairobi." in plain(await house.say("oakland", "ana", "/confirm X-1"))
    assert "Your group has confirmed X-1 already." in plain(await house.say("oakland", "ben", "/confirm X-1"))
    assert (await stored(house)).state == "open"
    assert "X-1: settled. Every group has confirmed." in plain(await house.say("nairobi", "otieno", "/confirm X-1"))
    await house.wait(seconds=5)
    assert "X-1: Settled on Mon 2 Nov 2026" in house.shown("oakland")
    assert "[We confirm]" not in house.shown("oakland")
    assert await facts(house) == ["conflict_raised", "conflict_hosted", "conflict_ended"]
    assert "No conflict is open" in plain(await house.say("oakland", "ana", "/conflicts"))
    assert "X-1: D-1" in plain(await house.say("oakland", "ana", "/conflicts all"))


async def test_another_proposal_asks_every_group_anew(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await propose_end(house, "/settle X-1 All by Signal")
    assert "Still to confirm: Nairobi." in plain(await house.say("oakland", "ana", "/confirm X-1"))
    again = plain(await propose_end(house, "/settle X-1 All by SMS"))
    assert "Still to confirm: Oakland and Nairobi." in again
    assert house.shown("oakland").count("A word is asked of you on X-1.") == 1
    assert "> All by SMS" in house.shown("oakland")
    assert (await stored(house)).ending_text == "All by SMS"


async def test_only_its_host_proposes_an_end_and_others_are_told_who_that_is(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    for end in ("settle X-1 so", "differ X-1 30d so", "value-conflict X-1 so"):
        refused = plain(await house.say("oakland", "ana", f"/{end}"))
        assert "This is for whoever hosts X-1, and nobody does yet." in refused
        assert "Its groups say in its log what they would agree to." in refused
        assert "/log X-1 …" in refused
        assert "/host X-1" in plain(await house.say("bilbao", "maite", f"/{end}"))
    assert "How X-1 could end has not been proposed yet" in plain(await house.say("oakland", "ana", "/confirm X-1"))
    await house.say("bilbao", "maite", "/host X-1")
    for channel, who in (("oakland", "ben"), ("nairobi", "otieno"), ("bilbao", "iker")):
        refused = plain(await house.say(channel, who, "/settle X-1 so"))
        assert "This is for Maite, who hosts X-1." in refused
    assert (await stored(house)).ending == ""


async def test_a_host_of_one_of_its_groups_speaks_for_none(house: House) -> None:
    await house.say("bilbao", "iker", "/decide Alerts by phone tree")
    await house.say("oakland", "ben", "/conflict D-1 D-3 Two trees")
    assert "Still to confirm: Oakland and Bilbao." in plain(await propose_end(house, "/settle X-1 One tree"))
    assert "Still to confirm: Oakland." in plain(await house.say("bilbao", "maite", "/confirm X-1"))


async def test_they_agree_to_differ_until_a_date_and_it_comes_back(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    form = await propose_end(house, "/differ X-1")
    assert isinstance(form, Form)
    assert [field.name for field in form.fields] == ["until", "text"]
    await propose_end(house, "/differ X-1 30d Each its own way until spring")
    assert "This is how the groups could differ until Wed 2 Dec 2026" in house.shown("nairobi")
    await house.say("oakland", "ana", "/confirm X-1")
    assert "X-1: agreed to differ." in plain(await house.say("nairobi", "otieno", "/confirm X-1"))
    await house.wait(days=29)
    assert (await stored(house)).state == "differing"
    every = plain(await house.say("bilbao", "iker", "/conflicts all"))
    assert "Oakland and Nairobi, agreed to differ until Wed 2 Dec 2026 – 29 days" in every
    assert "The groups agreed to differ until Wed 2 Dec 2026" in house.shown("nairobi")
    await house.wait(days=2)
    assert (await stored(house)).state == "open"
    back = house.shown("nairobi")
    assert "    X-1 is open again: the date has come that its groups had set.\n" in back
    assert "    > Each its own way until spring\n    — Maite proposed to agree to differ" in back
    assert "conflict_reopened" in await facts(house)


async def test_a_conflict_of_values_is_called_one_and_rests(house: House) -> None:
    await meeting_place(house)
    await house.say("oakland", "ben", RAISE)
    await propose_end(house, "/value-conflict X-1 Safety against reach")
    await house.say("oakland", "ana", "/confirm X-1")
    assert "which calls a coherence conversation:\n    > Safety against reach" in house.shown("nairobi")
    assert "X-1: a conflict of values." in plain(await house.say("nairobi", "otieno", "/confirm X-1"))
    assert (await stored(house)).state == "values"
    assert "    X-1 is a conflict of values, by the word of each of its groups.\n    > Safety against reach" in (
        house.shown("circle")
    )
    assert "The circle calls a coherence conversation on it: people of Oakland and Nairobi and of other groups" in (
        house.shown("circle")
    )
    await house.wait(days=91)
    assert (await stored(house)).state == "open"


async def test_what_has_ended_can_be_opened_again_by_its_groups(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    assert "X-1 has not ended." in plain(await house.say("oakland", "ana", "/reopen X-1"))
    await settled(house)
    assert "X-1 has ended." in plain(await house.say("bilbao", "maite", "/settle X-1 again"))
    refused = plain(await house.say("bilbao", "iker", "/reopen X-1"))
    assert "This is for members of Oakland and Nairobi. Others can raise it themselves." in refused
    assert "/conflict D-1 D-2 …" in refused
    await house.say("nairobi", "wanjiku", "/reopen X-1 It happened again")
    await house.wait(seconds=5)
    assert "    X-1 is open again.\n    > It happened again\n    — Wanjiku (Nairobi) opened it again" in (
        house.shown("oakland")
    )
    assert (await stored(house)).ending == ""


async def test_its_raiser_takes_it_back_before_others_take_it_up(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    refused = plain(await house.say("nairobi", "otieno", "/dismiss X-1 It is nothing"))
    assert "X-1 was raised by somebody and is not dismissed" in refused
    await house.say("nairobi", "otieno", "/log X-1 We asked around")
    refused = plain(await house.say("oakland", "ben", "/take-back X-1 I was wrong"))
    assert "Others have taken X-1 up already" in refused
    assert "This is for the person who raised it." in plain(await house.say("oakland", "ana", "/take-back X-1 no"))
    await house.say("oakland", "ben", "/conflict D-2 --with openness And another thing")
    assert "X-2 is taken back." in plain(await house.say("oakland", "ben", "/take-back X-2 I was wrong"))
    await house.wait(seconds=5)
    assert "> I was wrong\n— Ben (Oakland) took it back" in house.shown("oakland")


async def test_a_decision_shows_its_conflicts_and_is_not_undone_beneath_them(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    shown = plain(await house.say("nairobi", "otieno", "/show D-1"))
    assert "In conflict\n• X-1: D-1 Use Signal for alerts and D-2 Send alerts by SMS – open" in shown
    assert "D-1 is in conflict already (X-1)" in plain(await house.say("oakland", "ana", "/undo D-1"))


async def test_redacting_a_decision_takes_its_title_out_of_the_conflict(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await house.say("oakland", "ana", "/redact D-1")
    await house.wait(seconds=5)
    assert "X-1: D-1 (redacted) and D-2 Send alerts by SMS" in house.shown("nairobi")
