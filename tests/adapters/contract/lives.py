"""Lives of decisions as people type them, for any platform; each has several commands in it, and says what shows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import sqlalchemy as sa

from storage import roles
from storage.network_tables import people
from tests.adapters.contract.stage import ANYWHERE, Stage

Life = Callable[[Stage], Awaitable[None]]

PROPOSAL = '/propose Use Signal for alerts --affects nairobi,bilbao --why "The last alerts reached nobody."'


async def settle(stage: Stage) -> None:
    """Heads are edited some seconds after the first of several changes."""
    await stage.wait(seconds=10)


async def give_role(stage: Stage, channel: str, who: str, role: str) -> None:
    """Somebody has a role, as by `steward CODE` or `circle add`."""
    await stage.say(channel, who, "hello")
    named = sa.select(people.c.id).where(people.c.name == who.capitalize())
    await stage.work.write(1, lambda tx: roles.add(tx.db, 1, tx.db.execute(named).scalar_one(), role, tx.now))


async def time_for_input(stage: Stage) -> None:
    """More time for one and for all, an early close, late input, an outcome, and what became of it."""
    await stage.say("oakland", "ana", f"{PROPOSAL} --for 10bd")
    await stage.say("bilbao", "iker", "hello")
    held = await stage.say("bilbao", "iker", "/hold D-1 Our assembly meets on the 20th")
    assert "Bilbao has time on D-1 until Mon 23 Nov 2026, 10:00 (Madrid)." in held
    assert "already" in await stage.say("bilbao", "iker", "/hold D-1 It meets again")
    assert "D-1 is open for input until" in await stage.say("oakland", "ana", "/extend D-1 3d")
    await settle(stage)
    head, hold, extension = await stage.shown("nairobi", "D-1")
    assert "Asked for time: Bilbao" in fields(head)
    assert "Our assembly meets on the 20th" in hold
    assert "Thu 19 Nov 2026, 12:00 (Nairobi)" in extension
    await stage.say("nairobi", "wanjiku", "support: at last", "D-1")
    refused = await stage.say("oakland", "ana", "/close D-1")
    assert "these were not: Bilbao" in refused
    await stage.say("bilbao", "iker", "/pass D-1")
    closed = await stage.say("oakland", "ana", "/close D-1")
    assert "every affected group was heard" in closed
    await stage.wait(minutes=5)
    await stage.say("nairobi", "otieno", "data: nine of ten have it", "D-1")
    await settle(stage)
    head, *_ = await stage.shown("oakland", "D-1")
    assert "1 in support; late: 1 piece of data" in head
    await stage.say("oakland", "ana", "/outcome D-1 adopted From Monday on.")
    await stage.wait(days=33)
    asked = (await stage.everything("nairobi"))[-1]
    assert "Did your group carry it out?" in asked
    await stage.say("nairobi", "wanjiku", "/carried-out D-1 adapted By SMS for half of us")
    await stage.press("bilbao", "iker", "As it is", ANYWHERE)
    story = await stage.say("oakland", "ana", "/show D-1")
    assert "By SMS for half of us" in story
    assert "nine of ten have it" in story


def fields(text: str) -> str:
    """Slack shows a field's label in bold on a line of its own."""
    return re.sub(r"\*([^*\n]+)\*\n", r"\1: ", text)


async def words_stay_home(stage: Stage) -> None:
    """Kind and count only, until their author lets them out; what is taken back is gone from every copy."""
    await stage.say("nairobi", "wanjiku", "/keep-words on")
    await stage.say("bilbao", "iker", "/relay digest")
    await stage.say("oakland", "ana", f"{PROPOSAL} --for 10bd")
    kept = await stage.say("nairobi", "wanjiku", "concern: my brother hides in Westlands", "D-1")
    assert "Other channels see only that it was said, and of which kind." in kept
    await stage.say("nairobi", "otieno", "data: Achieng has no phone", "D-1")
    await settle(stage)
    for channel in ("oakland", "bilbao"):
        shown = "\n".join(await stage.everything(channel))
        assert "1 concern, 1 piece of data" in shown
        assert "its words stay in the channel where they were said" in shown
        assert not re.search("Westlands|Wanjiku|Otieno|Achieng", shown)
    assert "Westlands" in (await stage.shown("nairobi", "D-1"))[0]
    assert "Westlands" not in await stage.say("oakland", "ana", "/show D-1")
    await stage.say("nairobi", "wanjiku", "/let-out C-1")
    await settle(stage)
    assert "> my brother hides in Westlands" in (await stage.shown("bilbao", "D-1"))[0]
    await stage.wait(days=1)
    await stage.say("bilbao", "iker", "context: the line is tapped in Deusto", "D-1")
    await stage.wait(days=1)
    await stage.say("oakland", "ana", "/answer C-1 Then Westlands is left out of it.")
    await stage.delete("bilbao", "iker")
    await stage.say("nairobi", "wanjiku", "/redact C-1")
    await settle(stage)
    for channel in ("oakland", "nairobi", "bilbao"):
        shown = "\n".join(await stage.everything(channel))
        assert not re.search("my brother|Deusto", shown)
    await stage.say("oakland", "ana", "/redact D-1")
    await settle(stage)
    for channel in ("oakland", "nairobi", "bilbao"):
        assert not re.search("Signal|reached nobody", "\n".join(await stage.everything(channel)))


async def another_version(stage: Stage) -> None:
    """Wording asks nobody; a change of substance marks support, asks once, and moves the close in the last two days."""
    await stage.say("oakland", "ana", f"{PROPOSAL} --for 5bd")
    await stage.say("nairobi", "wanjiku", "support: at last", "D-1")
    await stage.press("bilbao", "iker", "Support", "D-1")
    await stage.wait(days=6)
    worded = await stage.say("oakland", "ana", '/edit D-1 --title "Use Signal for all alerts" --wording')
    assert "nobody is asked again" in worded
    changed = await stage.say("oakland", "ana", '/edit D-1 --title "Use Matrix for all alerts"')
    assert "2 people supported the earlier version and are asked once." in changed
    assert "As it was about to close" in changed
    await settle(stage)
    head, *_, asked = await stage.shown("nairobi", "D-1")
    assert "1 in support of an earlier version" in head
    assert "Title: Use [– Signal] [+ Matrix] for all alerts" in asked.replace("*", "")
    assert "Wanjiku" in asked
    assert "Iker" not in asked
    still = await stage.press("nairobi", "wanjiku", "I support this version too", "D-1")
    assert "Your support holds" in still
    await settle(stage)
    assert "Does your support still hold?" not in (await stage.shown("nairobi", "D-1"))[-1]
    await stage.wait(days=2)
    assert "Open for input" in (await stage.shown("oakland", "D-1"))[0]
    await stage.wait(days=2)
    assert "Input on D-1 closed" in (await stage.shown("oakland", "D-1"))[-1]
    assert "Use Signal for alerts" in await stage.say("bilbao", "iker", "/show D-1")


async def concerns_to_the_end(stage: Stage) -> None:
    """Answered and resolved, taken over when its raiser is gone, left without an answer; then somebody new asks why."""
    await give_role(stage, "nairobi", "wanjiku", "facilitator")
    await stage.say("oakland", "ana", f"{PROPOSAL} --for 5bd")
    await stage.say("nairobi", "otieno", "concern: half of us have no smartphone", "D-1")
    await stage.say("bilbao", "iker", "concern: who pays for it?", "D-1")
    await stage.say("bilbao", "maite", "concern: it needs a number", "D-1")
    await stage.say("oakland", "ana", "/answer C-2 Oakland does.")
    refused = await stage.say("bilbao", "maite", "/resolve C-2")
    assert "raised it" in refused
    await stage.say("bilbao", "iker", "/resolve C-2")
    await stage.say("nairobi", "otieno", "/forget-me --yes")
    await stage.say("nairobi", "wanjiku", "/take-over C-1 Half of us have no smartphone")
    await stage.wait(days=9)
    said = await stage.say("oakland", "ana", "/outcome D-1 adopted --unanswered We begin in January.")
    assert "Shown as not answered: C-1, C-3." in said
    await stage.wait(minutes=10)
    for channel in ("oakland", "nairobi", "bilbao"):
        head, *_ = await stage.shown(channel, "D-1")
        assert "it needs a number" in head
        assert "not answered" in head
        assert "Otieno" not in "\n".join(await stage.everything(channel))
    assert "X-1" in await stage.say("nairobi", "wanjiku", "/conflicts")
    why = await stage.say("bilbao", "maite", "/why Signal")
    assert "The last alerts reached nobody." in why
    assert "it needs a number" in why
    assert "D-1" in await stage.say("nairobi", "wanjiku", "/start")


async def groups_change(stage: Stage) -> None:
    """A group joins, one pauses and comes back, one leaves; then the proposal is withdrawn."""
    for channel, who in (("oakland", "ana"), ("nairobi", "wanjiku"), ("bilbao", "iker"), ("bilbao", "maite")):
        await stage.say(channel, who, "hello")
    await stage.say("oakland", "ana", "/propose One phone list --affects nairobi --for 10bd")
    joined = await stage.say("bilbao", "iker", "/affects-us D-1 We are on that list as well")
    assert "Bilbao" in joined
    await settle(stage)
    assert "Nairobi and Bilbao" in (await stage.shown("bilbao", "D-1"))[0]
    told = await stage.say("nairobi", "wanjiku", "/group pause 2w")
    assert "until" in told
    await stage.press("nairobi", "wanjiku", "Pause Nairobi")
    await stage.wait(days=2)
    await stage.say("nairobi", "wanjiku", "/group resume")
    await stage.wait(days=1)
    await stage.say("bilbao", "iker", "concern: our numbers are secret", "D-1")
    await stage.say("bilbao", "iker", "/group leave")
    await stage.press("bilbao", "maite", "Agree", ANYWHERE)
    await settle(stage)
    head, *_ = await stage.shown("oakland", "D-1")
    assert "No longer there: Bilbao" in fields(head)
    assert "our numbers are secret" in head
    await stage.say("oakland", "ana", "/withdraw D-1 Bilbao showed us a better way")


async def who_decides(stage: Stage) -> None:
    """A crisis at night that ends unless it is renewed, a mandate, and a rule of the protocol that is a decision."""
    await give_role(stage, "oakland", "ana", "steward")
    assert "You are on call for" in await stage.say("nairobi", "wanjiku", "/on-call on")
    taken = await stage.say("oakland", "ana", '/decide Close the office --affects nairobi --urgent "the water is off"')
    assert "D-1" in taken
    head = (await stage.shown("nairobi", "D-1"))[0]
    assert "the water is off" in head
    assert "On call: " in head
    assert "On call: " not in (await stage.shown("oakland", "D-1"))[0]
    await stage.say("oakland", "ana", '/mandate phones and alerts --to "Ana and Ben" --for 6mo')
    assert "Ana and Ben" in await stage.say("oakland", "ana", "/who-decides phones")
    await stage.say("oakland", "ana", '/protocol set affects-others 5bd --why "ten days were too long"')
    assert "5 business days" in await stage.say("nairobi", "wanjiku", "/protocol")
    await stage.wait(days=24)
    assert "D-1" in "\n".join(await stage.everything("oakland"))
    renewed = await stage.say("oakland", "ana", '/renew D-1 --for 14d --why "the flood is not over"')
    assert "D-1" in renewed
    await stage.wait(days=25)
    ended = await stage.say("nairobi", "wanjiku", "/show D-1")
    assert "ended: it was not renewed" in ended
    await stage.say("oakland", "ana", "/decide Nobody shows faces --position")
    assert "Nobody shows faces" in await stage.say("nairobi", "wanjiku", "/positions")


LIVES: tuple[Life, ...] = (
    time_for_input,
    words_stay_home,
    another_version,
    concerns_to_the_end,
    groups_change,
    who_decides,
)
