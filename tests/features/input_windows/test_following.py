"""Edits, deletions and reactions are followed, in whatever order they come; a redaction reaches every copy."""

from datetime import timedelta

from bot.core.replies import Nothing
from storage import contributions, early_changes, input_windows
from storage.contributions import Contribution
from tests.features.input_windows.threads import delete, edit, head, propose, react, replies, reply, settle
from tests.support.house import START, House, plain


async def kept(house: House) -> list[Contribution]:
    return await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 100))


async def heard(house: House) -> set[int]:
    asked = await house.work.read(lambda tx: input_windows.asked(tx.db, 1, 1))
    return {group.group_id for group in asked if group.heard_at}


async def test_an_edit_changes_words_and_kind(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "half of us have no smartphone", id="m1")
    assert await heard(house) == set()
    assert await edit(house, "nairobi", "wanjiku", "m1", "concern: half of us have no smartphone") == Nothing()
    assert [(c.stance, c.text, c.state) for c in await kept(house)] == [
        ("concern", "half of us have no smartphone", "open")
    ]
    assert await heard(house) == {2}
    assert len(replies(house, "bilbao")) == 1
    await edit(house, "nairobi", "wanjiku", "m1", "concern: a third of us has no smartphone")
    await settle(house)
    assert "> a third of us has no smartphone" in head(house, "oakland")
    assert "> a third of us has no smartphone" in replies(house, "bilbao")[0]
    assert len(replies(house, "bilbao")) == 1


async def test_a_concern_may_become_support_and_back(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: no phones", id="m1")
    await edit(house, "nairobi", "wanjiku", "m1", "support: we got phones")
    assert replies(house, "bilbao") == ["C-1 is no concern any more: its author has changed it."]
    await settle(house)
    assert "Nairobi: 1 in support" in head(house, "oakland")
    await edit(house, "nairobi", "wanjiku", "m1", "concern: they are broken")
    assert "> they are broken" in replies(house, "bilbao")[0]


async def test_what_is_reworded_after_the_close_says_so(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: no phones", id="m1")
    await reply(house, "bilbao", "iker", "support: fine", id="m2")
    await edit(house, "nairobi", "wanjiku", "m1", "concern: no smartphones")
    await house.wait(days=15)
    assert "reworded" not in head(house, "oakland")
    await edit(house, "nairobi", "wanjiku", "m1", "concern: we never agreed", at=house.clock.now)
    await edit(house, "bilbao", "iker", "m2", "support: only with training", at=house.clock.now)
    await settle(house)
    assert "C-1, Wanjiku (Nairobi): open, reworded after the close" in head(house, "oakland")
    assert "only with training (reworded after the close)" in head(house, "oakland")


async def test_the_latest_platform_time_wins(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "data: 1", id="m1")
    await edit(house, "nairobi", "wanjiku", "m1", "data: 3", at=START + timedelta(seconds=3))
    await edit(house, "nairobi", "wanjiku", "m1", "data: 2", at=START + timedelta(seconds=2))
    assert [c.text for c in await kept(house)] == ["3"]


async def test_edits_that_come_before_their_message_meet_it(house: House) -> None:
    await propose(house)
    await edit(house, "nairobi", "wanjiku", "m1", "concern: third", at=START + timedelta(seconds=3))
    await edit(house, "nairobi", "wanjiku", "m1", "concern: second", at=START + timedelta(seconds=2))
    assert await kept(house) == []
    await reply(house, "nairobi", "wanjiku", "first", id="m1", at=START)
    assert [(c.stance, c.text) for c in await kept(house)] == [("concern", "third")]
    left = await house.work.write(1, lambda tx: early_changes.meet(tx.db, 1, 2, "m1"))
    assert left is None


async def test_a_redaction_that_comes_before_its_message_is_final(house: House) -> None:
    await propose(house)
    await delete(house, "nairobi", "wanjiku", "m1")
    await edit(house, "nairobi", "wanjiku", "m1", "concern: later", at=START + timedelta(hours=1))
    assert await reply(house, "nairobi", "wanjiku", "concern: secret", id="m1") == Nothing()
    assert await kept(house) == []
    await settle(house)
    assert "secret" not in house.shown("oakland") + house.shown("nairobi") + house.shown("bilbao")


async def test_an_edit_outside_our_threads_leaves_nothing(house: House) -> None:
    await propose(house)
    await house.say("nairobi", "wanjiku", "hello")
    await house.say("nairobi", "wanjiku", "hello again", thread="other")
    await edit(house, "nairobi", "wanjiku", "unknown", "x")
    found = await house.work.read(lambda tx: early_changes.meet(tx.db, 1, 2, "elsewhere"))
    assert found is None


async def test_a_deleted_message_leaves_no_copy_and_its_group_is_not_heard_any_more(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: my brother is in hiding", id="m1")
    await settle(house)
    assert "hiding" in house.shown("bilbao")
    await delete(house, "nairobi", "wanjiku", "m1")
    await settle(house)
    for channel in ("oakland", "nairobi", "bilbao"):
        assert "hiding" not in house.shown(channel)
        assert "Not heard yet: Nairobi and Bilbao" in head(house, channel)
        assert replies(house, channel) == []
    assert [(c.text, c.redacted_at is not None) for c in await kept(house)] == [("", True)]
    await edit(house, "nairobi", "wanjiku", "m1", "concern: again", at=START + timedelta(hours=1))
    assert [c.text for c in await kept(house)] == [""]
    assert "There is no C-1 here." in plain(await house.say("oakland", "ana", "/answer C-1 hm"))


async def test_a_group_that_was_heard_otherwise_stays_heard(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "data: 1", id="m1")
    await reply(house, "nairobi", "otieno", "data: 2", id="m2")
    await delete(house, "nairobi", "wanjiku", "m1")
    assert await heard(house) == {2}
    await edit(house, "nairobi", "otieno", "m2", "just talk")
    assert await heard(house) == set()
    await house.say("nairobi", "otieno", "/pass D-1")
    await reply(house, "nairobi", "otieno", "data: 3", id="m3")
    await delete(house, "nairobi", "otieno", "m3")
    assert await heard(house) == {2}


async def test_redact_by_command_reaches_every_copy(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: my brother is in hiding")
    answer = plain(await house.say("nairobi", "wanjiku", "/redact C-1"))
    assert "stays until its author deletes it" in answer
    await settle(house)
    for channel in ("oakland", "nairobi", "bilbao"):
        assert "hiding" not in house.shown(channel)
    assert await heard(house) == set()


async def test_a_reaction_is_input_without_words(house: House) -> None:
    await propose(house)
    assert await react(house, "nairobi", "wanjiku", "👍🏾") == Nothing()
    assert await react(house, "nairobi", "wanjiku", "👍") == Nothing()
    await react(house, "bilbao", "iker", "❓")
    await react(house, "bilbao", "iker", "🎉")
    await settle(house)
    assert "Nairobi: 1 in support" in head(house, "oakland")
    assert "Bilbao: 1 question" in head(house, "oakland")
    assert len(await kept(house)) == 2


async def test_a_reaction_that_is_taken_off_is_taken_out(house: House) -> None:
    await propose(house)
    await react(house, "nairobi", "wanjiku", "👍")
    await react(house, "nairobi", "wanjiku", "👍", is_added=False)
    assert await heard(house) == set()
    await react(house, "nairobi", "wanjiku", "👍", is_added=False)
    await react(house, "nairobi", "wanjiku", "👍")
    assert await heard(house) == {2}
    assert [c.redacted_at is None for c in await kept(house)] == [False, True]


async def test_a_concern_by_reaction_asks_for_words_and_takes_them_up(house: House) -> None:
    await propose(house)
    answer = plain(await react(house, "nairobi", "wanjiku", "✋"))
    assert "It has no words yet. Say what it is: `/input D-1 concern …`" in answer
    assert "(raised without words)" in replies(house, "bilbao")[0]
    await reply(house, "nairobi", "wanjiku", "concern: no phones", id="m1")
    await settle(house)
    assert "> no phones\n— C-1, Wanjiku (Nairobi): open" in head(house, "oakland")
    assert "> no phones" in replies(house, "bilbao")[0]
    await react(house, "nairobi", "wanjiku", "✋", is_added=False)
    assert [(c.stance, c.text, c.message_id) for c in await kept(house)] == [("concern", "no phones", "m1")]
    await edit(house, "nairobi", "wanjiku", "m1", "concern: no phones at all")
    assert [c.text for c in await kept(house)] == ["no phones at all"]


async def test_reactions_on_other_messages_say_nothing(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: no phones", id="m1")
    await house.say("oakland", "ana", "/decide Buy coffee")
    before = await kept(house)
    place = house.place("bilbao")
    from bot.core.conversation import Reacted

    for target in ("m1", "C-1:raised:3", "D-2:card:1"):
        await house.handle(Reacted(house.event_key(), place, house.actor("iker"), START, target, "👍", True, target))
    assert await kept(house) == before
