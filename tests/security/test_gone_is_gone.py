"""What was redacted is in no row, no file and no channel any more; nor are the words of who asked to be forgotten."""

import re

import pytest

from bot.core.conversation import CommandTyped
from bot.core.delivery import Post
from bot.core.errors import DeliveryError
from bot.core.message import to_plain
from bot.core.upkeep import Upkeep
from bot.features.decisions import following
from storage import group_export
from tests.support.house import House, plain
from tests.support.traces import left_in_files, left_in_rows

CANARY = "quetzal"
CHANNELS = ("oakland", "nairobi", "bilbao")


@pytest.fixture
async def said(each_house: House) -> House:
    """Ana's proposal D-1, edited, with Wanjiku's concern (twice edited), an answer, an outcome; and Ana's draft."""
    house = each_house
    await house.say("bilbao", "iker", "/group --language es")
    await house.say(
        "oakland",
        "ana",
        f"/propose {CANARY}title --why {CANARY}why --alternatives {CANARY}alt --taken-by {CANARY}by --tags {CANARY}tag"
        f" --rests-on {CANARY}value --affects nairobi,bilbao --tell bilbao --for 3d",
    )
    await house.say("oakland", "ana", f"/edit D-1 --title {CANARY}new --why {CANARY}newer --note {CANARY}note")
    await house.say("nairobi", "wanjiku", f"concern: {CANARY}concern", thread="D-1:head:2", key="m1")
    await house.say("nairobi", "wanjiku", f"/input D-1 question {CANARY}question")
    await house.say("bilbao", "iker", "apoyo: sí", thread="D-1:head:3", key="m2")
    await house.say("oakland", "ana", f"/answer C-1 {CANARY}answer")
    await house.say("oakland", "ana", f"/outcome D-1 adopted {CANARY}outcome")
    await house.say("oakland", "ana", f"/decide {CANARY}other --urgent {CANARY}urgent --affects nairobi")
    await house.say("oakland", "ana", f"/decide {CANARY}draft --why {CANARY} --affects nairobi")
    await house.wait(minutes=5)
    assert all(CANARY in house.shown(channel) for channel in CHANNELS)
    return house


async def test_nothing_is_left_once_every_word_was_redacted(said: House, database_url: str) -> None:
    await said.say("oakland", "ana", "/draft 1 drop")
    for channel, who, typed in (
        ("nairobi", "wanjiku", "/redact C-1"),
        ("nairobi", "wanjiku", "/redact C-2"),
        ("oakland", "ana", "/redact D-1"),
        ("oakland", "ana", "/redact D-2"),
    ):
        await said.say(channel, who, typed)
    await said.wait(hours=1)
    for channel in CHANNELS:
        assert CANARY not in said.shown(channel)
    assert left_in_rows(database_url, CANARY) == {}
    assert left_in_files(database_url, CANARY) == []


async def test_nothing_that_somebody_said_on_others_decisions_is_left_of_who_is_forgotten(
    said: House, database_url: str
) -> None:
    await said.say("nairobi", "wanjiku", "/forget-me --yes")
    await said.wait(hours=1)
    for word in ("concern", "question"):
        assert all(f"{CANARY}{word}" not in said.shown(channel) for channel in CHANNELS)
        assert not [
            line for lines in left_in_rows(database_url, CANARY).values() for line in lines if f"{CANARY}{word}" in line
        ]
    assert not any("Wanjiku" in said.shown(channel) for channel in CHANNELS)


async def test_the_words_of_answers_and_outcomes_go_with_their_author(said: House, database_url: str) -> None:
    await said.say("oakland", "ana", "/forget-me --yes")
    await said.wait(hours=1)
    for word in ("answer", "outcome", "draft"):
        assert all(f"{CANARY}{word}" not in said.shown(channel) for channel in CHANNELS), word
        left = [
            line for lines in left_in_rows(database_url, CANARY).values() for line in lines if f"{CANARY}{word}" in line
        ]
        assert left == []


@pytest.mark.parametrize("decisions", [1, 2, 3, 4])
async def test_a_name_leaves_every_row_the_index_and_its_file(
    house: House, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, decisions: int
) -> None:
    """However many steps it takes."""
    monkeypatch.setattr(following, "A_STEP", 2)
    for n in range(decisions):
        await house.say("oakland", CANARY, f"/decide Plan {n}")
    await house.say("oakland", CANARY, "/forget-me --yes")
    await house.wait(hours=1)
    assert CANARY not in house.shown("oakland").lower()
    assert left_in_rows(sqlite_url, CANARY) == {}
    assert left_in_files(sqlite_url, CANARY) == []


async def test_a_redaction_reaches_a_copy_whose_last_edit_was_given_up(house: House) -> None:
    """The platform failed for a day, and the old words are still shown there."""
    await house.say("oakland", "ana", f"/decide {CANARY} plan --tell nairobi")
    really, house.channels.edit = house.channels.edit, refuse  # type: ignore[method-assign]  # a platform that fails
    await house.say("oakland", "ana", "/edit D-1 --why clearer")
    house.channels.edit = really  # type: ignore[method-assign]  # and works again
    assert CANARY in house.shown("nairobi")
    await house.say("oakland", "ana", "/redact D-1")
    assert CANARY not in house.shown("nairobi")


async def refuse(post: Post) -> None:
    raise DeliveryError("nobody is there", permanent=True)


async def test_the_same_words_are_not_taken_for_a_repetition_of_what_was_redacted(house: House) -> None:
    await house.say("oakland", "ana", "/decide Our plan")
    await house.say("oakland", "ana", "/redact D-1")
    assert "D-2" in plain(await house.say("oakland", "ana", "/decide Our plan"))


async def test_a_redaction_under_way_wins_over_an_edit(house: House) -> None:
    """While the edited words are on their way to the platform, they are redacted."""
    await house.say("oakland", "ana", "/decide Our plan")
    really = house.channels.edit

    async def slow(post: Post) -> None:
        house.channels.edit = really  # type: ignore[method-assign]
        await house.dispatch.handle(_typed(house, "redact D-1"))
        await really(post)

    house.channels.edit = slow  # type: ignore[method-assign]
    await house.say("oakland", "ana", f"/edit D-1 --why {CANARY}")
    await house.deliverer.drain()
    assert CANARY not in house.shown("oakland")
    assert [to_plain(post.message) for post in house.channels.edits]


def _typed(house: House, text: str) -> CommandTyped:
    return CommandTyped("e-race", house.place("oakland"), house.actor("ana"), house.clock(), text)


async def test_a_draft_is_kept_for_a_week_as_its_author_was_told(house: House, sqlite_url: str) -> None:
    """Also where nobody begins another one."""
    await house.say("oakland", "ana", f"/decide {CANARY} --affects nairobi")
    upkeep = Upkeep(house.work, house.clock)
    await upkeep.run_once()
    house.clock.move(days=6)
    await upkeep.run_once()
    assert CANARY in plain(await house.say("oakland", "ana", "/draft"))
    house.clock.move(days=2)
    await upkeep.run_once()
    assert left_in_rows(sqlite_url, CANARY) == {}


@pytest.mark.parametrize("who", [CANARY, "confirmer"])
async def test_the_name_of_who_asked_for_a_home_or_confirmed_it_goes_too(house: House, who: str) -> None:
    other = "ana" if who == CANARY else CANARY
    await house.say("somewhere", who, "/group Oakland")
    code = re.search(r"CODE-\d+", house.shown("oakland"))
    assert code is not None
    await house.say("oakland", other, f"/group-confirm {code[0]}")
    house.clock.move(days=9)
    assert CANARY in house.shown("oakland").lower() or who == CANARY
    await house.say("oakland", CANARY, "/forget-me --yes")
    await house.wait(hours=1)
    assert CANARY not in house.shown("oakland").lower()


async def test_the_name_of_who_asked_for_a_home_goes_while_it_is_asked(house: House) -> None:
    await house.say("somewhere", CANARY, "/group Oakland")
    assert CANARY in house.shown("oakland").lower()
    await house.say("somewhere", CANARY, "/forget-me --yes")
    await house.wait(hours=1)
    assert CANARY not in house.shown("oakland").lower()


async def test_what_a_group_that_left_had_kept_to_itself_is_in_no_row(each_house: House, database_url: str) -> None:
    """Its own export has it, as long as that waits to be fetched."""
    house = each_house
    await house.say("bilbao", "maite", "kaixo")
    await house.say(
        "bilbao",
        "iker",
        f"/decide {CANARY}title --why {CANARY}why --tags {CANARY}tag --taken-by {CANARY}by --audience group",
    )
    await house.say("bilbao", "iker", f"/edit D-1 --title {CANARY}new --note {CANARY}note")
    await house.say("bilbao", "iker", f"/propose {CANARY}later --affects oakland --audience group --for 3d")
    await house.say("bilbao", "iker", f"/decide {CANARY}draft --affects oakland --audience group")
    await house.say("bilbao", "iker", "/group leave")
    code = re.findall(r"CODE-\d+", house.shown("bilbao"))[-1]
    await house.say("bilbao", "maite", f"/group agree {code}")
    await house.wait(minutes=5)
    assert left_in_rows(database_url, CANARY).keys() == {"group_exports"}
    await house.work.write(1, lambda tx: group_export.drop(tx.db, 1, 3))
    assert left_in_rows(database_url, CANARY) == {}
