"""decide, propose, draft, undo: what is typed, what is answered, what the channels show."""

import pytest
import sqlalchemy as sa

from bot.core.replies import Form, Invalid
from storage.deadlines import deadlines
from storage.decision_tables import decision_links, decisions, drafts
from storage.delivery_tables import messages
from storage.network_tables import groups
from tests.support.house import House, plain, rows

TITLES = "/decide Use Signal for alerts"


async def stored(house: House) -> list[int]:
    tables = (decisions, drafts, decision_links, messages, deadlines)
    return await house.work.read(lambda tx: [rows(tx.db, table) for table in tables])


async def test_a_decision_that_affects_nobody_else_is_taken_at_once(house: House) -> None:
    typed = (
        "/decide Use Signal for alerts —why “WhatsApp shares our numbers” --tags safety,phones --taken-by the assembly"
    )
    answer = plain(await house.say("oakland", "ana", typed))
    assert answer.startswith("Logged: D-1 Use Signal for alerts\nIt can be read by everyone in the network.")
    assert "[Undo (ten minutes)] /undo D-1" in answer
    shown = house.shown("oakland")
    assert shown.startswith("D-1 Use Signal for alerts\nGroup: Oakland\nStatus: taken, Mon 2 Nov 2026, 01:00")
    assert "Taken by: the assembly" in shown
    assert "Why: WhatsApp shares our numbers" in shown
    assert house.shown("nairobi") == ""
    whole = plain(await house.say("nairobi", "otieno", "/show 1"))
    assert "Logged: Mon 2 Nov 2026, 12:00 (Nairobi) by Ana" in whole
    assert "Tags: safety, phones" in whole


async def test_the_form_offers_other_groups_that_are_there_and_ones_own_to_speak_for(house: House) -> None:
    await house.work.write(1, lambda tx: tx.db.execute(sa.update(groups).where(groups.c.id == 3).values(state="left")))
    await house.say("oakland", "ana", "hello")
    form = await house.say("oakland", "ana", "/decide")
    assert isinstance(form, Form)
    offered = {field.name: [slug for slug, _ in field.options] for field in form.fields}
    assert (offered["affects"], offered["tell"], offered["as_group"]) == (["nairobi"], ["nairobi"], ["oakland"])


async def test_one_that_affects_others_is_shown_to_its_author_alone_with_two_ways_on(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/decide Close the office --affects nairobi, bilbao"))
    assert answer.startswith("Only you see this yet: Close the office\nIt affects Nairobi and Bilbao.")
    assert "open it for input until Mon 16 Nov 2026" in answer
    assert "in 2 channels" in answer
    assert "[Open for input] /draft 1 open" in answer
    assert "[Take it now and say why] /draft 1 now" in answer
    assert await stored(house) == [0, 1, 0, 0, 0]
    assert "D-" not in house.shown("oakland")


async def test_a_reversible_one_has_a_short_time(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/decide Try a new time --affects nairobi --reversible"))
    assert "until Thu 5 Nov 2026" in answer


async def test_a_draft_is_opened_taken_or_dropped_by_its_author(house: House) -> None:
    for title in ("One", "Two", "Three"):
        await house.say("oakland", "ana", f'/decide {title} --affects nairobi --why "so it is"')
    assert plain(await house.say("oakland", "ben", "/draft 1 open")).startswith("There is no draft 1 of yours.")
    assert "Logged: D-1 One" in plain(await house.say("oakland", "ana", "/draft 1 open"))
    assert "proposed" in plain(await house.say("oakland", "ana", "/show D-1"))
    form = await house.say("oakland", "ana", "/draft 2 now")
    assert isinstance(form, Form)
    assert form.hidden == {"draft": "2", "action": "now"}
    taken = await house.submit("oakland", "ana", "draft", draft="2", action="now", why="the water is off")
    assert "Logged: D-2 Two" in plain(taken)
    assert "Could not wait: the water is off" in plain(await house.say("oakland", "ana", "/show D-2"))
    assert plain(await house.say("oakland", "ana", "/draft 3 drop")) == "Dropped; nothing was logged."
    assert "You have no drafts." in plain(await house.say("oakland", "ana", "/draft"))
    assert "There is no draft 1 of yours" in plain(await house.say("oakland", "ana", "/draft 1 now because"))
    assert (await stored(house))[:2] == [2, 0]


async def test_a_draft_is_for_the_group_in_which_it_was_begun(house: House) -> None:
    await house.say("oakland", "ana", "/decide Close the office --affects bilbao")
    await house.say("nairobi", "ana", "/draft 1 now the water is off")
    assert "Group: Oakland" in plain(await house.say("nairobi", "ana", "/show D-1"))


async def test_whoever_looks_at_a_draft_again_sees_it_as_before(house: House) -> None:
    first = plain(await house.say("oakland", "ana", "/decide Close the office --affects bilbao"))
    assert plain(await house.say("oakland", "ana", "/draft 1")) == first
    assert "/draft 1" in plain(await house.say("oakland", "ana", "/draft"))


async def test_what_cannot_wait_is_taken_and_says_why(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", '/decide Close --affects nairobi --urgent "the water is off"'))
    assert answer.startswith("Logged: D-1 Close\nIt affects Nairobi.")
    assert "Status: taken" in plain(await house.say("oakland", "ana", "/show D-1"))


async def test_groups_may_be_told_without_being_asked(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/decide Move the office --tell bilbao"))
    assert "Bilbao will be told." in answer
    assert house.shown("bilbao").startswith("Oakland lets you know:\nD-1 Move the office")
    assert house.shown("nairobi") == ""


async def test_a_proposal_needs_somebody_to_ask(house: House) -> None:
    answer = await house.say("oakland", "ana", "/propose Use Signal")
    assert isinstance(answer, Invalid)
    assert "nobody to ask" in plain(answer)
    assert "/propose Use Signal --affects all" in plain(answer)
    assert "Nobody else is affected" in plain(await house.say("oakland", "ana", "/propose X --affects oakland"))
    assert (await stored(house))[0] == 0


async def test_a_proposal_is_not_taken_yet(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/propose Use Signal --affects all --for 5bd"))
    assert "It affects Bilbao and Nairobi." in answer
    assert "proposed: not taken yet" in plain(await house.say("nairobi", "otieno", "/show D-1"))


async def test_an_unknown_group_is_answered_with_the_nearest(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/decide Call them --affects nairbi --why x"))
    assert "did you mean “nairobi”" in answer
    assert "Type: `/decide Call them --affects nairobi --why x`" in answer
    assert "There are: bilbao, nairobi" in plain(await house.say("oakland", "ana", "/decide Y --affects mars"))


async def test_those_who_are_asked_must_be_able_to_read_it(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/decide X --affects nairobi --audience group"))
    assert "could not read it" in answer


async def test_undo_takes_back_what_one_logged_last(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal for alerts --review 30d")
    assert "D-1 is taken back" in plain(await house.say("oakland", "ana", "/undo"))
    assert house.shown("oakland") == "D-1 was taken back."
    assert plain(await house.say("oakland", "ana", "/show D-1")) == "D-1 was taken back."
    assert "Nothing" in plain(await house.say("oakland", "ana", "/decisions signal"))
    assert "D-1" not in plain(await house.say("oakland", "ana", "/decisions"))
    assert "nothing that could be undone" in plain(await house.say("oakland", "ana", "/undo"))
    assert "taken back already" in plain(await house.say("oakland", "ben", "/undo D-1"))
    assert "Logged: D-2" in plain(await house.say("oakland", "ana", "/decide Use Signal for alerts --review 30d"))
    await house.wait(days=40)
    assert "D-1 U" not in house.shown("oakland")


async def test_undo_is_for_ten_minutes_and_for_the_group(house: House) -> None:
    await house.say("oakland", "ana", TITLES)
    assert "who wrote it" in plain(await house.say("nairobi", "otieno", "/undo D-1"))
    house.clock.move(minutes=10)
    assert "D-1 is taken back" in plain(await house.say("oakland", "ben", "/undo D-1"))
    await house.say("oakland", "ana", "/decide Something else")
    house.clock.move(minutes=10, seconds=1)
    answer = plain(await house.say("oakland", "ana", "/undo"))
    assert "for ten minutes only" in answer
    assert "/decide TITLE --supersedes D-2" in answer


async def test_what_an_undone_decision_had_superseded_stands_again(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use WhatsApp")
    await house.say("oakland", "ana", "/decide Use Signal --supersedes D-1")
    assert "Status: superseded" in house.shown("oakland")
    assert "Superseded by D-2 Use Signal" in house.shown("oakland")
    await house.say("oakland", "ana", "/undo")
    shown = plain(await house.say("oakland", "ana", "/show D-1"))
    assert "Status: taken" in shown
    assert "D-2" not in shown
    assert "superseded" not in house.shown("oakland").lower()


async def test_what_two_superseded_stays_so_when_one_is_undone(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use WhatsApp")
    await house.say("oakland", "ana", "/decide Use Signal --supersedes D-1")
    await house.say("oakland", "ana", "/decide Drop it")
    await house.say("oakland", "ana", "/link D-3 reverses D-1")
    await house.say("oakland", "ana", "/undo D-3")
    assert "Status: superseded" in plain(await house.say("oakland", "ana", "/show D-1"))


async def test_what_is_undone_is_named_nowhere(house: House) -> None:
    await house.say("oakland", "ana", "/decide A secret plan")
    await house.say("oakland", "ana", "/decide The next step")
    await house.say("oakland", "ana", "/link D-2 depends-on D-1")
    assert "A secret plan" in house.shown("oakland")
    await house.say("oakland", "ana", "/undo D-1")
    assert "A secret plan" not in house.shown("oakland")
    assert "A secret plan" not in plain(await house.say("oakland", "ana", "/show D-2"))


async def test_a_group_is_named_where_somebody_belongs_to_several(house: House) -> None:
    await house.say("nairobi", "ana", "hello")
    await house.say("oakland", "ana", "/decide For Nairobi --as nairobi")
    assert "Group: Nairobi" in house.shown("nairobi")
    answer = plain(await house.say("oakland", "ben", "/decide For Nairobi --as nairobi"))
    assert "members of the group" in answer
    assert "no group “mars”" in plain(await house.say("oakland", "ana", "/decide X --as mars"))


@pytest.mark.parametrize("superseded", ["D-1", "D-99"])
async def test_a_decision_can_supersede_neither_itself_nor_nothing(house: House, superseded: str) -> None:
    assert isinstance(await house.say("oakland", "ana", f"/decide X --supersedes {superseded}"), Invalid)
    assert (await stored(house))[0] == 0
    assert "Logged: D-1" in plain(await house.say("oakland", "ana", "/decide Y"))
