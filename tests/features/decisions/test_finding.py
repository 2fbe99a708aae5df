"""why, start, positions, and the earlier decisions that a new one may have to do with."""

import pytest

from bot.core.conversation import CommandTyped
from bot.core.language import Words
from bot.core.replies import Answer
from bot.features.decisions import finding
from tests.features.decisions.conftest import give_role
from tests.support.house import House, plain


async def test_why_answers_what_is_in_force_with_reasons_and_whom_to_ask(house: House) -> None:
    await house.say(
        "oakland",
        "ana",
        '/decide Use Signal for alerts --why "WhatsApp shares our numbers" --alternatives "SMS: too dear"'
        ' --taken-by "the assembly" --tell nairobi',
    )
    answer = plain(await house.say("bilbao", "iker", "/why do we use Signal?"))
    assert answer.startswith(
        "In force: D-1 Use Signal for alerts (Oakland, Mon 2 Nov 2026)\nWhy\n> WhatsApp shares our"
    )
    assert "Alternatives considered\n> SMS: too dear" in answer
    assert "To ask: Ana, who logged it for Oakland; it was taken by the assembly." in answer
    assert answer.endswith("[Show D-1] /show D-1")


async def test_what_was_superseded_leads_to_what_stands(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use WhatsApp for alerts --why everybody has it")
    await house.say("oakland", "ana", "/decide Move to Signal --supersedes D-1 --why safer")
    answer = plain(await house.say("nairobi", "otieno", "/why whatsapp"))
    assert answer.startswith("In force: D-2 Move to Signal")
    assert "See also\n• D-1 Use WhatsApp for alerts – Oakland, Mon 2 Nov 2026, superseded by D-2" in answer
    assert "superseded by D-2" in plain(await house.say("nairobi", "otieno", "/decisions alerts"))


async def test_why_says_where_nothing_is_known(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", "/why quicksilver"))
    assert answer.startswith("The log has nothing about “quicksilver” that you may read.")
    await house.say("oakland", "ana", "/decide Use Signal")
    assert "No reason was written down." in plain(await house.say("oakland", "ana", "/why signal"))


async def test_why_offers_more_on_a_further_page(house: House) -> None:
    for n in range(8):
        await house.say("oakland", "ana", f"/decide Signal training number {n}")
    answer = plain(await house.say("oakland", "ana", "/why signal training"))
    assert answer.count("• D-") == 5
    assert "[More] /decisions training" in answer


async def test_a_mention_that_is_no_command_is_a_question(house: House) -> None:
    await house.say("oakland", "ana", '/decide Use Signal --why "it is safe"')
    place, actor = house.place("oakland"), house.actor("ana")
    question = CommandTyped("q1", place, actor, house.clock(), "is Signal still used", is_mention=True)
    assert plain(await house.handle(question)).startswith("In force: D-1 Use Signal")
    command = CommandTyped("q2", place, actor, house.clock(), "show D-1", is_mention=True)
    assert plain(await house.handle(command)).startswith("D-1 Use Signal\nGroup: Oakland")
    typed = CommandTyped("q3", place, actor, house.clock(), "is Signal still used")
    assert "There is no command “is”" in plain(await house.handle(typed))


async def test_a_new_decision_shows_earlier_ones_that_share_words(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use WhatsApp for emergency alerts")
    await house.say("nairobi", "otieno", "/decide Paint the office green")
    answer = plain(await house.say("bilbao", "iker", "/decide Emergency alerts by SMS"))
    assert "Earlier decisions that may have to do with it\n• D-1 Use WhatsApp for emergency alerts – Oakland" in answer
    assert "D-2" not in answer
    assert "Earlier" not in plain(await house.say("bilbao", "iker", "/decide Meet on Tuesdays"))
    preview = plain(await house.say("bilbao", "iker", "/decide Emergency alerts by radio --affects oakland"))
    assert "• D-1 Use WhatsApp for emergency alerts" in preview
    linked = plain(await house.say("oakland", "ana", "/decide Emergency alerts by flag --supersedes D-1"))
    assert linked.count("D-1") == 1


async def test_start_shows_the_ten_that_weigh_most(house: House) -> None:
    await house.say("oakland", "ana", '/decide Decide by consent --why "everybody can live with it"')
    for n in range(11):
        await house.say("oakland", "ana", f"/decide Small thing {n}")
    for n in range(2, 5):
        await house.say("oakland", "ana", f"/link D-{n} depends-on D-1")
    await house.say("nairobi", "otieno", "/decide Nairobi's own thing")
    answer = plain(await house.say("oakland", "ben", "/start"))
    lines = [line for line in answer.splitlines() if line.startswith("• ")]
    assert len(lines) == 10
    assert lines[0] == ("• D-1 Decide by consent – Oakland, Mon 2 Nov 2026, taken: everybody can live with it")
    assert "Nairobi" not in answer
    assert "Nairobi's own thing" in plain(await house.say("oakland", "ben", "/start --group nairobi"))
    assert "has logged no decision yet" in plain(await house.say("bilbao", "iker", "/start"))


async def test_public_positions_in_force_are_listed(house: House) -> None:
    assert "No public position is in force." in plain(await house.say("oakland", "ana", "/positions"))
    await house.say("oakland", "ana", "/decide No to the new road --position")
    await house.say("oakland", "ana", "/decide Free buses")
    await house.say("oakland", "ana", "/edit D-2 --position yes")
    answer = plain(await house.say("nairobi", "otieno", "/positions"))
    assert [line.split()[1] for line in answer.splitlines() if line.startswith("•")] == ["D-2", "D-1"]
    assert "Public position: yes" in house.shown("oakland")
    await house.say("oakland", "ana", "/edit D-1 --position no")
    await house.say("oakland", "ana", "/decide Free trams --supersedes D-2 --position")
    answer = plain(await house.say("nairobi", "otieno", "/positions"))
    assert [line.split()[1] for line in answer.splitlines() if line.startswith("•")] == ["D-3"]


async def test_positions_are_paged(house: House) -> None:
    for n in range(12):
        await house.say("oakland", "ana", f"/decide Position {n} --position")
    answer = plain(await house.say("oakland", "ana", "/positions"))
    assert answer.count("•") == 10
    assert "[More] /positions --before=D-3" in answer
    assert plain(await house.say("oakland", "ana", "/positions --before D-3")).count("•") == 2
    assert "last page" in plain(await house.say("oakland", "ana", "/positions --before D-1"))


async def test_what_is_hidden_answers_nobody_who_may_not_read_it(house: House) -> None:
    await house.say("bilbao", "iker", '/decide A hidden quetzal plan --audience group --why "quetzal" --position')
    await house.say("bilbao", "iker", "/decide A circle quetzal plan --audience circle")
    await house.say(
        "bilbao", "iker", "/decide An open quetzal plan --supersedes D-1 --audience affected --tell nairobi"
    )
    for typed in ("/why quetzal plan", "/positions", "/start --group bilbao", "/who-decides quetzal plan"):
        answer = plain(await house.say("oakland", "ana", typed)).replace(typed, "").replace("“quetzal plan”", "")
        assert "quetzal" not in answer, typed
    assert "quetzal" not in plain(await house.say("oakland", "ana", "/decide Our own bird plan")).lower()
    answer = plain(await house.say("nairobi", "otieno", "/why quetzal"))
    assert answer.startswith("In force: D-3 An open quetzal plan")
    assert "D-1" not in answer
    assert "D-2" not in answer
    await house.say("oakland", "ana", "hello")
    await give_role(house, "Ana", "facilitator")
    reply = await house.say("oakland", "ana", "/why quetzal")
    assert isinstance(reply, Answer)
    assert "circle quetzal" in plain(reply)
    assert reply.is_secret


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Why do we use Signal for alerts?", ["signal", "alerts"]),
        ("¿Por qué usamos Signal para las alertas?", ["usamos", "signal", "alertas"]),
        ("the and of", []),
        ("SMS", ["sms"]),
    ],
)
def test_the_words_that_say_most(said: str, words: list[str]) -> None:
    assert finding.content_words(said, finding.empty_words(Words("es"))) == words


def test_sharing_two_words_counts_more_than_sharing_one() -> None:
    searches = finding.question_searches("signal alerts", frozenset())
    assert searches == [("signal", "alerts"), ("signal",), ("alerts",)]
    assert finding.ranked(searches, [[3], [3, 9], [7]]) == [3, 9, 7]
