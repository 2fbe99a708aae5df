"""Two groups become one when both agree: what the one had is the other's, is found, and says whose it was."""

from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core.feature import Feature
from tests.features.network.changing import agree, code_in, everybody, kinds, merge
from tests.support.house import House, plain


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def story(house: House) -> House:
    """Bilbao's private D-1; its D-2 that affects Nairobi and Oakland; Oakland's D-3 that affects Bilbao."""
    await everybody(house)
    await house.say("bilbao", "iker", "/decide Beech plan --audience group")
    await house.say("bilbao", "iker", "/decide No photos --affects nairobi,oakland --urgent tomorrow")
    await house.say("oakland", "ana", "/propose Phone list --affects bilbao --for 5d")
    return house


async def test_both_are_asked_one_after_the_other(story: House) -> None:
    assert "Bilbao is asked" in plain(await story.say("bilbao", "iker", "/group merge Nairobi"))
    assert "wants to become part" not in story.shown("nairobi")
    assert "Nairobi is asked" in plain(await agree(story, "bilbao", "maite"))
    assert "Bilbao wants to become part of Nairobi." in story.shown("nairobi")
    assert "group_state_changed" not in await kinds(story)
    assert plain(await agree(story, "nairobi", "wanjiku")).startswith("Bilbao is part of Nairobi now.")
    for channel in ("bilbao", "nairobi"):
        assert "This channel is a home of Nairobi" in story.shown(channel)


async def test_the_other_one_says_no_and_the_first_is_told(story: House) -> None:
    await story.say("bilbao", "iker", "/group merge Nairobi")
    await agree(story, "bilbao", "maite")
    await story.say("nairobi", "otieno", f"/group refuse {code_in(story.shown('nairobi'))}")
    assert "Nairobi said no: Bilbao stays a group of its own." in story.shown("bilbao")
    assert "Otieno said no." in story.shown("nairobi")


async def test_decisions_channels_and_people_go_along(story: House) -> None:
    await merge(story)
    shown = plain(await story.say("oakland", "ana", "/show D-2"))
    assert "Group: Nairobi" in shown
    assert "Affects: Oakland" in shown, "nobody is affected by their own decision"
    assert "It was Bilbao's until" in shown
    assert "Affects: Nairobi" in plain(await story.say("oakland", "ana", "/show D-3"))
    assert "Groups: Nairobi" in plain(await story.say("bilbao", "iker", "/whoami"))
    assert "D-2 is changed" in plain(await story.say("nairobi", "otieno", "/edit D-2 --tags safety"))
    assert "This is for" in plain(await story.say("oakland", "ana", "/edit D-2 --tags x"))


async def test_what_one_kept_to_itself_both_can_read_and_find_and_nobody_else(story: House) -> None:
    assert "D-1" not in plain(await story.say("nairobi", "otieno", "/decisions beech"))
    await merge(story)
    assert "D-1 Beech plan – Nairobi" in plain(await story.say("nairobi", "otieno", "/decisions beech"))
    assert "D-1 Beech plan – Nairobi" in plain(await story.say("bilbao", "iker", "/decisions beech"))
    assert "D-1" not in plain(await story.say("oakland", "ana", "/decisions beech"))
    assert "There is no D-1" in plain(await story.say("oakland", "ana", "/show D-1"))


async def test_the_name_leads_to_the_other_group(story: House) -> None:
    await merge(story)
    answer = plain(await story.say("oakland", "ana", "/decide X --affects bilbao"))
    assert "Bilbao is part of Nairobi now" in answer
    assert "/decide X --affects nairobi" in answer
    assert "D-2 No photos" in plain(await story.say("oakland", "ana", "/decisions --group bilbao"))
    assert plain(await story.say("oakland", "ana", "/group bilbao")).startswith("Bilbao is part of Nairobi since")
    assert "Bilbao is part of Nairobi since" in plain(await story.say("oakland", "ana", "/groups"))
    assert "Bilbao is part of Nairobi now" in plain(await story.say("new-place", "ana", "/group Bilbao"))


async def test_many_decisions_are_reindexed_in_steps(story: House) -> None:
    for n in range(60):
        story.clock.move(minutes=3)
        await story.say("bilbao", "iker", f"/decide Beech {n} --audience group")
    await merge(story)
    await story.wait(minutes=1)
    assert "Beech 59" in plain(await story.say("nairobi", "otieno", "/decisions beech"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/group merge bilbao", "Say which other group Bilbao becomes part of."),
        ("/group merge atlantis", "There is no group “atlantis” here."),
    ],
)
async def test_what_cannot_be_is_said(story: House, typed: str, said: str) -> None:
    assert said in plain(await story.say("bilbao", "iker", typed))


async def test_not_into_a_group_that_is_paused(story: House) -> None:
    await story.say("nairobi", "wanjiku", "/group pause --yes")
    assert "Nairobi is paused; ask again" in plain(await story.say("bilbao", "iker", "/group merge nairobi"))


async def test_open_windows_go_on_with_the_other_group_and_nobody_is_asked_about_their_own(story: House) -> None:
    await merge(story)
    await story.wait(seconds=10)
    for channel in ("oakland", "nairobi"):
        assert "Asked: Oakland\n" in story.shown(channel), "D-2 is Nairobi's own now"
    assert "Not heard yet: Nairobi" in plain(await story.say("oakland", "ana", "/show D-3"))
    assert "for Nairobi" in plain(await story.say("nairobi", "otieno", "/input D-3 support"))
