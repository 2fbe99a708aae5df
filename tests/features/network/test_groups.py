"""Channels become homes of groups; a group sees and changes what is set for it."""

import pytest

from bot.core.message import to_plain
from storage import directory, events
from tests.features.network.conftest import MakeSteward
from tests.support.house import House, plain


async def facts(house: House) -> list[tuple[str, dict[str, object]]]:
    found = await house.work.read(lambda tx: events.after(tx.db, 1, 0, 100))
    return [(event.kind, event.data) for event in found]


async def open_registration(house: House) -> None:
    await house.work.write(1, lambda tx: directory.set_settings(tx.db, 1, {"open_registration": True}))


async def test_a_steward_registers_a_group_and_the_channel_becomes_its_home(
    house: House, make_steward: MakeSteward
) -> None:
    await make_steward("oakland", "ana")
    answer = plain(await house.say("lagos-talk", "ana", "/group Lagos Island --tz Africa/Lagos --region NG"))
    assert "Lagos Island is registered" in answer
    assert "`lagos-island`" in answer
    assert "This channel is a home of Lagos Island." in house.shown("lagos-talk")
    assert "Quiet hours: 18:00-09:00" in house.shown("lagos-talk")
    kinds = [kind for kind, _ in await facts(house)]
    assert kinds[-2:] == ["group_registered", "channel_bound"]


async def test_anybody_may_register_where_the_network_says_so(house: House) -> None:
    await open_registration(house)
    assert "Lagos is registered" in plain(await house.say("lagos", "ana", "/group Lagos --tz Africa/Lagos"))


async def test_others_are_told_whom_to_ask(house: House) -> None:
    answer = plain(await house.say("lagos", "ana", "/group Lagos --tz Africa/Lagos"))
    assert "registered by a steward" in answer
    assert "/group Lagos --tz Area/City" in answer
    assert house.shown("lagos") == ""


async def test_a_group_needs_a_zone_and_takes_its_founders(house: House) -> None:
    await open_registration(house)
    assert "needs the group's time zone" in plain(await house.say("lagos", "ana", "/group Lagos"))
    answer = plain(await house.say("lagos", "ana", "/group Lagos --tz Africa/Lags"))
    assert "Did you mean Africa/Lagos" in answer
    assert house.shown("lagos") == ""


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("--region Atlantis", "No holidays are known for “Atlantis”"),
        ("--days never", "“never” names no working days"),
        ("--quiet late", "“late” is no span of hours"),
        ("--language tlh", "Mycel does not speak “tlh” yet. It speaks: en"),
        ("--slug Über", "is no short name"),
        ("--slug all", "means something else in commands"),
        ("--holiday 24.12.", "“24.12.” is no date"),
        ("--holiday 2026-12-24 --workday 2026-12-24", "cannot be worked and off at once"),
        ("--slug nairobi", "Nairobi has the short name “nairobi” already"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_stored(house: House, typed: str, reason: str) -> None:
    before = plain(await house.say("oakland", "ana", "/group"))
    assert reason in plain(await house.say("oakland", "ana", f"/group {typed}"))
    assert plain(await house.say("oakland", "ana", "/group")) == before


async def test_a_name_without_latin_letters_needs_a_short_name(house: House) -> None:
    await open_registration(house)
    assert "Give the group a short name" in plain(await house.say("c", "ana", "/group 東京 --tz Asia/Tokyo"))
    assert "東京 is registered" in plain(await house.say("c", "ana", "/group 東京 --tz Asia/Tokyo --slug tokyo"))


async def test_a_group_is_shown_with_its_hour_and_the_days_off_that_come(house: House) -> None:
    shown = plain(await house.say("oakland", "ana", "/group"))
    assert shown.startswith("Oakland\nShort name: `oakland`\nLocal time: Mon 2 Nov 2026, 01:00")
    assert "Time zone: America/Los_Angeles" in shown
    assert "Thu 26 Nov 2026 (Thanksgiving" in shown
    assert "Homes: test oakland" in shown
    assert "People: 1 member" in shown


async def test_another_group_is_shown_but_not_changed(house: House) -> None:
    assert plain(await house.say("oakland", "ana", "/group nairobi")).startswith("Nairobi\n")
    answer = plain(await house.say("oakland", "ana", "/group Nairobi --quiet off"))
    assert "Only members of Nairobi change what is set for it." in answer
    assert "Quiet hours: 18:00-09:00" in plain(await house.say("nairobi", "otieno", "/group"))


async def test_a_member_changes_what_is_set_and_the_card_follows(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    await house.say("lagos", "ana", "/group Lagos --tz Africa/Lagos")
    answer = plain(await house.say("lagos", "ben", "/group --quiet 20:00-08:00 --days mon-thu --rename “Lagos Island”"))
    assert answer.startswith("Lagos Island\n")
    card = house.shown("lagos")
    assert "This channel is a home of Lagos Island." in card
    assert "Quiet hours: 20:00-08:00" in card
    assert "Working days: mon-thu" in card
    assert (await facts(house))[-1] == ("group_changed", {"changed": ["name", "working_days", "quiet"]})


async def test_days_of_its_own_go_before_the_regions(house: House) -> None:
    await house.say("oakland", "ana", "/group --holiday 2026-11-10 --workday 2026-11-26")
    shown = plain(await house.say("oakland", "ana", "/group"))
    assert "Tue 10 Nov 2026 (the group’s own)" in shown
    assert "Thanksgiving" not in shown.replace("Day After Thanksgiving", "")


async def test_nothing_new_is_no_fact(house: House) -> None:
    await house.say("oakland", "ana", "/group --quiet 18:00-09:00")
    assert await facts(house) == []


async def test_a_bound_channel_takes_no_other_group(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/group Berkeley --tz America/Los_Angeles"))
    assert "home of Oakland already" in answer
    assert "/group --rename Berkeley" in answer


async def test_a_further_home_is_confirmed_in_an_existing_one(house: House) -> None:
    answer = plain(await house.say("oakland-matrix", "ben", "/group Oakland"))
    assert "Oakland is asked in its home channels" in answer
    question = house.shown("oakland")
    assert "Ben wants test oakland-matrix to be a home of this group too." in question
    confirm = question[question.index("/group-confirm") :].splitlines()[0]
    assert "is for members of the group" in plain(await house.say("nairobi", "otieno", confirm))
    assert "Nothing is set here before" in answer
    assert house.shown("oakland-matrix") == ""
    assert "test oakland-matrix is a home of Oakland now." in plain(await house.say("oakland", "ana", confirm))
    assert "test oakland-matrix is a home of this group: Ana said so." in house.shown("oakland")
    assert "This channel is a home of Oakland." in house.shown("oakland-matrix")
    assert "has been answered" in plain(await house.say("oakland", "ana", confirm))


async def test_a_question_that_nobody_answers_ends(house: House) -> None:
    await house.say("oakland-matrix", "ben", "/group oakland")
    question = house.shown("oakland")
    confirm = question[question.index("/group-confirm") :].splitlines()[0]
    await house.wait(days=3, minutes=1)
    assert "test oakland-matrix did not become a home of this group." in house.shown("oakland")
    assert "has been answered" in plain(await house.say("oakland", "ana", confirm))
    assert "belongs to no group yet" in plain(await house.say("oakland-matrix", "zed", "/group"))


async def test_a_channel_that_was_taken_meanwhile_is_not_taken_away(house: House, make_steward: MakeSteward) -> None:
    await make_steward("nairobi", "otieno")
    await house.say("new", "ben", "/group oakland")
    question = house.shown("oakland")
    confirm = question[question.index("/group-confirm") :].splitlines()[0]
    await house.say("new", "otieno", "/group Mombasa --tz Africa/Nairobi")
    assert "belongs to a group already" in plain(await house.say("oakland", "ana", confirm))
    assert "Mombasa" in plain(await house.say("new", "otieno", "/group"))


async def test_a_person_of_another_group_in_its_channel_becomes_a_member(house: House) -> None:
    await house.say("oakland", "ana", "good morning")
    await house.say("nairobi", "ana", "good morning")
    assert "Groups: Nairobi, Oakland" in plain(await house.say("oakland", "ana", "/whoami"))


async def test_the_card_is_plain_for_every_platform(house: House) -> None:
    await open_registration(house)
    await house.say("lagos", "ana", "/group Lagos --tz Africa/Lagos")
    ((_, message),) = house.channels.shown["lagos"].values()
    assert "Whoever speaks here is a member." in to_plain(message)
