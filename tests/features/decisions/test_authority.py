"""Who decides what: mandates with an end, urgent decisions that end, the first month, and the rules themselves."""

from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core.feature import Feature
from storage import directory
from storage.work import Tx
from tests.features.decisions.conftest import give_role
from tests.support.house import START, House, plain

MANDATE = '/mandate phones and alerts --to "Ana and Ben" --for 3mo --why "they know phones"'
URGENT = '/decide Close the office --affects nairobi --urgent "the water is off"'


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


async def test_a_mandate_is_a_decision_with_an_end(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", MANDATE))
    assert answer.startswith("Logged: D-1. Mandate of Oakland for phones and alerts: Ana and Ben, until Tue 2 Feb 2027")
    shown = house.shown("oakland")
    assert shown.startswith("D-1 Mandate for phones and alerts: Ana and Ben\nGroup: Oakland")
    assert "Mandate: Ana and Ben, for phones and alerts" in shown
    assert "Holds until: Tue 2 Feb 2027, 01:00 (Los Angeles), unless it is renewed" in shown
    listed = plain(await house.say("nairobi", "otieno", "/mandates"))
    assert (
        "• Ana and Ben, for phones and alerts; given by Oakland, until Tue 2 Feb 2027, 12:00 (Nairobi) (D-1)" in listed
    )
    assert "they know phones" in plain(await house.say("nairobi", "otieno", "/why phones"))


async def test_its_group_is_reminded_and_it_ends_unless_renewed(house: House) -> None:
    assert "No mandate is in force." in plain(await house.say("oakland", "ana", "/mandates"))
    await house.say("oakland", "ana", MANDATE)
    await house.wait(days=84)
    assert "ends on" not in house.shown("oakland")
    await house.wait(days=2)
    assert "D-1 Mandate for phones and alerts: Ana and Ben ends on Tue 2 Feb 2027" in house.shown("oakland")
    assert "[Renew it] /renew D-1" in house.shown("oakland")
    assert "ends on" not in house.shown("nairobi")
    assert plain(await house.say("oakland", "ben", "/renew D-1 --for 1mo")).startswith("D-1 holds until Tue 2 Mar 2027")
    assert "was renewed." in house.shown("oakland")
    await house.wait(days=27)
    assert "Mandates in force" in plain(await house.say("oakland", "ana", "/mandates"))
    await house.wait(days=10)
    assert "No mandate is in force." in plain(await house.say("oakland", "ana", "/mandates"))
    assert "was not renewed and is not in force any more." in house.shown("oakland")
    whole = plain(await house.say("oakland", "ana", "/show D-1"))
    assert "Status: ended: it was not renewed" in whole
    assert "renewed until" in whole
    await house.say("oakland", "ana", '/renew D-1 --for 2mo --why "still needed"')
    assert "was renewed and is in force again." in house.shown("oakland")
    assert "(still needed)" in plain(await house.say("oakland", "ana", "/show D-1"))


async def test_only_its_group_renews_and_only_what_ends(house: House) -> None:
    await house.say("oakland", "ana", MANDATE)
    await house.say("oakland", "ana", "/decide Use Signal")
    assert "members of the group" in plain(await house.say("nairobi", "otieno", "/renew D-1"))
    assert "does not end by itself" in plain(await house.say("oakland", "ana", "/renew D-2"))
    await house.say("oakland", "ana", "/decide Nobody decides alone --supersedes D-1")
    assert "was replaced" in plain(await house.say("oakland", "ana", "/renew D-1"))
    await house.wait(days=120)
    assert "not renewed" not in house.shown("oakland")


async def test_an_urgent_decision_ends_unless_its_review_adopts_it(house: House) -> None:
    answer = plain(await house.say("oakland", "ana", URGENT))
    assert "It holds until Wed 2 Dec 2026, 01:00 (Los Angeles), unless it is renewed (`/renew D-1`)" in answer
    await house.say("oakland", "ana", "/decide Close the bridge --affects nairobi --urgent storm")
    await house.wait(days=15)
    await house.say("oakland", "ana", "/outcome D-2 adopted")
    await house.wait(days=18)
    for channel in ("oakland", "nairobi"):
        assert "D-1 Close the office, decided by Oakland, was not renewed" in house.shown(channel)
        assert "D-2 Close the bridge, decided by" not in house.shown(channel)
    assert "Status: ended" in plain(await house.say("nairobi", "otieno", "/show D-1"))
    listed = plain(await house.say("nairobi", "otieno", "/decisions --status expired"))
    assert "D-1 Close the office – Oakland, Mon 2 Nov 2026, ended: it was not renewed" in listed
    await house.say("oakland", "ana", "/outcome D-1 adopted")
    assert "Status: taken" in plain(await house.say("nairobi", "otieno", "/show D-1"))


async def test_how_long_an_urgent_one_holds_is_a_rule_and_the_rule_a_decision(house: House) -> None:
    await house.say("oakland", "ana", "hello")
    await give_role(house, "Ana", "steward")
    answer = plain(await house.say("oakland", "ana", "/protocol set urgent 7d"))
    assert answer.startswith("From now on: Could not wait for those affected: it holds for 7 days")
    assert "it holds for 7 days unless it is renewed or adopted (decided in D-1)" in plain(
        await house.say("nairobi", "otieno", "/protocol")
    )
    assert "It holds until Mon 9 Nov 2026" in plain(await house.say("oakland", "ana", URGENT))
    await house.say("oakland", "ana", "/protocol set urgent none")
    answer = plain(await house.say("oakland", "ana", "/decide Close it all --affects nairobi --urgent storm"))
    assert "It holds until" not in answer


async def test_who_decides_says_what_is_whose(house: House) -> None:
    await house.say("oakland", "ana", MANDATE)
    await house.say("nairobi", "otieno", "/decide New phones for everybody")
    answer = plain(await house.say("nairobi", "otieno", "/who-decides phones"))
    assert answer.splitlines()[:3] == [
        "Mandates in force",
        "• Ana and Ben, for phones and alerts; given by Oakland, until Tue 2 Feb 2027, 12:00 (Nairobi) (D-1)",
        "What affects nobody else, Nairobi decides alone.",
    ]
    assert "• Affects other groups: 10 business days for input" in answer
    assert "In force on this\n• D-2 New phones for everybody" in answer
    assert "Nobody holds a mandate for “bread”." in plain(await house.say("nairobi", "otieno", "/who-decides bread"))


async def begin_first_month(house: House) -> None:
    def begin(tx: Tx) -> None:
        directory.set_settings(tx.db, 1, {"asks_until": START.replace(month=12).isoformat()})

    await house.work.write(1, begin)


async def test_in_its_first_month_a_network_logs_and_asks_before_it_opens_a_window(house: House) -> None:
    await begin_first_month(house)
    answer = plain(await house.say("oakland", "ana", "/decide Close the office --affects nairobi"))
    assert "Until Wed 2 Dec 2026, 01:00 (Los Angeles) this network only logs, and asks before it opens" in answer
    assert "[Only log it] /draft 1 log" in answer
    assert "Logged: D-1" in plain(await house.say("oakland", "ana", "/draft 1 log"))
    assert "Status: taken" in plain(await house.say("nairobi", "otieno", "/show D-1"))
    assert "Oakland lets you know:\nD-1 Close the office" in house.shown("nairobi")
    assert "Input" not in plain(await house.say("nairobi", "otieno", "/show D-1"))


async def test_a_proposal_is_asked_about_too_and_keeps_its_length(house: House) -> None:
    await begin_first_month(house)
    answer = plain(await house.say("oakland", "ana", "/propose Close the office --affects nairobi --for 2h"))
    assert "[Open for input] /draft 1 open" in answer
    assert "D-1" not in house.shown("nairobi")
    opened = plain(await house.say("oakland", "ana", "/draft 1 open"))
    assert "Open for input until Mon 2 Nov 2026, 03:00" in opened
    assert "D-1 Close the office" in house.shown("nairobi")


async def test_what_cannot_wait_is_logged_without_a_review_in_the_first_month(house: House) -> None:
    await begin_first_month(house)
    answer = plain(await house.say("oakland", "ana", URGENT))
    assert "look at it" not in answer
    assert "Could not wait: the water is off" in house.shown("nairobi")
    await house.wait(days=40)
    assert "Status: taken" in plain(await house.say("nairobi", "otieno", "/show D-1"))


async def test_more_is_switched_on_by_a_decision_or_after_the_month(house: House) -> None:
    await begin_first_month(house)
    protocol = plain(await house.say("nairobi", "otieno", "/protocol"))
    assert "until Wed 2 Dec 2026, 12:00 (Nairobi): it is logged, and Mycel asks before it opens a window" in protocol
    await house.say("oakland", "ana", "hello")
    await give_role(house, "Ana", "steward")
    assert "stewards" in plain(await house.say("nairobi", "otieno", "/protocol set windows on"))
    assert "logged as D-1" in plain(await house.say("oakland", "ana", "/protocol set windows on"))
    assert "Logged: D-2" in plain(await house.say("oakland", "ana", "/propose Close --affects nairobi --for 2h"))
    await house.say("oakland", "ana", "/protocol set windows ask")
    assert "[Only log it]" in plain(await house.say("oakland", "ana", "/propose Open --affects nairobi --for 2h"))
    assert "superseded" in plain(await house.say("oakland", "ana", "/show D-1"))
    assert "(on) or after asking (ask)" in plain(await house.say("oakland", "ana", "/protocol set windows 5bd"))


async def test_the_month_ends_by_itself(house: House) -> None:
    await begin_first_month(house)
    await house.wait(days=31)
    assert "Logged: D-1" in plain(await house.say("oakland", "ana", "/propose Close --affects nairobi --for 2h"))
    assert "asks before" not in plain(await house.say("oakland", "ana", "/protocol"))
    refused = plain(await house.say("oakland", "ana", "/decide Close the office --affects nairobi"))
    assert "[Take it now and say why]" in refused
    assert "asks those affected" in plain(await house.say("oakland", "ana", "/draft 1 log"))
