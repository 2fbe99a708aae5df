"""From a thread or from what was said in it to the decision that it is about."""

from bot.core.conversation import CommandTyped
from bot.core.replies import Reply
from tests.features.input_windows.threads import propose, reply, root
from tests.support.house import House, plain


async def ask(house: House, channel: str, who: str, text: str) -> Reply:
    """Mentions Mycel in the thread of D-1."""
    place, key = house.place(channel, root(channel)), house.event_key()
    return await house.handle(CommandTyped(key, place, house.actor(who), house.clock(), text, is_mention=True))


async def test_a_question_in_a_thread_that_names_nothing_is_about_its_decision(house: House) -> None:
    await propose(house, more='--why "WhatsApp shares our numbers"')
    answer = plain(await ask(house, "nairobi", "otieno", "what was this about?"))
    assert answer.startswith("Not taken yet: D-1 Use Signal for alerts (Oakland, Mon 2 Nov 2026)\nWhy\n> WhatsApp")
    outside = plain(await house.say("nairobi", "otieno", "/why what was this about?"))
    assert outside.startswith("The log has nothing about")


async def test_show_finds_the_decision_on_which_something_was_said(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: no phones")
    for typed in ("/show C-1", "/show 1", "/show #1"):
        assert plain(await house.say("bilbao", "iker", typed)).startswith("D-1 Use Signal for alerts\n")
    assert "There is no C-7 here." in plain(await house.say("bilbao", "iker", "/show C-7"))
