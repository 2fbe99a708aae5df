"""What grows old is told to more and more people, each in their hours; it never ends by itself, and the desk has it."""

from datetime import UTC, datetime

import pytest

from storage import events
from tests.features.conflicts.scenes import meeting_place, person, propose_end, settled, stored
from tests.features.input_windows.threads import propose
from tests.support.house import House, plain

RAISE = "/conflict D-1 D-2 Twice or never"


async def steps(house: House) -> list[tuple[str, datetime]]:
    logged = await house.work.read(lambda tx: events.about(tx.db, 1, "X-1"))
    return [(event.data["step"], event.at) for event in logged if event.kind == "conflict_escalated"]


async def test_step_by_step_to_its_groups_the_host_and_the_circle(house: House) -> None:
    await meeting_place(house)
    await house.say("oakland", "ben", RAISE)
    await house.say("bilbao", "maite", "/host X-1")
    await house.wait(days=3, hours=12)
    for channel in ("oakland", "nairobi"):
        assert "    X-1 is still open (3 days)." in house.shown(channel)
    await house.wait(days=4, hours=12)
    assert "    @Maite, you host X-1, which is still open (7 days)." in house.shown("nairobi")
    assert "has been open for" not in house.shown("circle")
    await house.wait(days=7)
    assert "    X-1 has been open for 14 days." in house.shown("circle")
    await house.wait(days=120)
    assert [step for step, _ in await steps(house)] == ["parties", "host", "circle", "digests", "digests", "digests"]
    assert [(at - steps_began).days for _, at in await steps(house)] == [3, 7, 14, 21, 42, 84]
    found = await stored(house)
    assert (found.state, found.step) == ("open", 4)


steps_began = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


async def test_one_that_nobody_hosts_is_offered_where_the_circle_meets(house: House) -> None:
    await meeting_place(house)
    await house.say("oakland", "ben", RAISE)
    await house.wait(days=8)
    assert "    X-1 is open (7 days), and nobody hosts it.\n    [Host it] /host X-1" in house.shown("circle")
    await house.say("bilbao", "maite", "/host X-1")
    assert "nobody hosts it" not in house.shown("circle")


async def test_its_groups_are_told_in_their_working_hours_only(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    posted: dict[str, datetime] = {}
    for _ in range(6 * 24 * 6):
        await house.wait(minutes=10)
        for channel in ("oakland", "nairobi"):
            if "still open" in house.shown(channel):
                posted.setdefault(channel, house.clock())
    assert posted["nairobi"] == datetime(2026, 11, 5, 9, 10, tzinfo=UTC)  # noon in Nairobi
    assert posted["oakland"] == datetime(2026, 11, 5, 17, 10, tzinfo=UTC)  # nine in the morning in Oakland


async def test_who_has_confirmed_is_not_reminded(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await propose_end(house, "/settle X-1 Signal first")
    await house.say("oakland", "ana", "/confirm X-1")
    await house.wait(days=4)
    assert "still open" not in house.shown("oakland")
    assert "An end is proposed and waits for your group’s word." in house.shown("nairobi")


async def test_after_a_time_without_a_program_the_last_step_is_enough(house: House) -> None:
    await meeting_place(house)
    await house.say("oakland", "ben", RAISE)
    house.clock.move(days=16)
    await house.clockwork.fire_due()
    await house.deliverer.drain()
    assert [step for step, _ in await steps(house)] == ["circle"]
    assert "still open" not in house.shown("nairobi")


async def test_opened_again_its_clock_begins_anew_and_the_old_one_is_still(house: House) -> None:
    await house.say("oakland", "ben", RAISE)
    await house.wait(days=2)
    await settled(house)
    await house.wait(days=10)
    assert await steps(house) == []
    await house.say("nairobi", "otieno", "/reopen X-1 again")
    await house.wait(days=2, hours=23)
    assert await steps(house) == []
    await house.wait(hours=2)
    assert [step for step, _ in await steps(house)] == ["parties"]


async def desk(house: House) -> None:
    """X-1 on day 0; on day 1 D-3's window with a concern of Nairobi; it closes on day 3 and owes its outcome."""
    await house.say("oakland", "ben", RAISE)
    await house.wait(days=1)
    await propose_third(house)
    await house.wait(days=3)


async def propose_third(house: House) -> None:
    await house.say("oakland", "ana", "/propose One newsletter --affects nairobi,bilbao --for 2d")
    await house.say("nairobi", "wanjiku", "/input D-3 concern Too much mail")


async def test_the_desk_has_conflicts_concerns_and_outcomes_the_oldest_first(house: House) -> None:
    await desk(house)
    shown = plain(await house.say("bilbao", "maite", "/conflicts"))
    assert shown.splitlines()[:5] == [
        "What waits, the oldest first",
        "• X-1: D-1 Use Signal for alerts and D-2 Send alerts by SMS – Oakland and Nairobi, open, no host – 4 days",
        "• C-1 of Nairobi on D-3 One newsletter: Oakland has not answered – 3 days",
        "• D-3 One newsletter: Oakland owes the outcome – 1 day",
        "In all: 1 conflict, 1 unanswered concern and 1 owed outcome. Fewer: `/conflicts --host none --older 7d`",
    ]


@pytest.mark.parametrize(
    ("who", "typed", "ids"),
    [
        (("bilbao", "maite"), "/conflicts", "X-1 C-1 D-3"),
        (("bilbao", "maite"), "/conflicts --group nairobi", "X-1 C-1"),
        (("bilbao", "maite"), "/conflicts --group Oakland", "X-1 C-1 D-3"),
        (("bilbao", "maite"), "/conflicts --group bilbao", ""),
        (("bilbao", "maite"), "/conflicts --older 2d", "X-1 C-1"),
        (("bilbao", "maite"), "/conflicts --older 4d", "X-1"),
        (("bilbao", "maite"), "/conflicts --older 7d", ""),
        (("bilbao", "maite"), "/conflicts --host none", "X-1"),
        (("bilbao", "maite"), "/conflicts --host Maite", ""),
        (("bilbao", "maite"), "/conflicts mine", ""),
        (("nairobi", "otieno"), "/conflicts mine", "X-1 C-1"),
        (("oakland", "ana"), "/conflicts mine", "X-1 C-1 D-3"),
    ],
)
async def test_the_desk_by_group_age_and_host(house: House, who: tuple[str, str], typed: str, ids: str) -> None:
    await desk(house)
    shown = plain(await house.say(*who, typed))
    assert " ".join(line[2:].split()[0].rstrip(":") for line in shown.splitlines() if line.startswith("•")) == ids


async def test_hosted_ones_are_found_by_their_host(house: House) -> None:
    await desk(house)
    await house.say("bilbao", "maite", "/host X-1")
    assert "hosted by Maite" in plain(await house.say("oakland", "ana", "/conflicts --host Maite"))
    assert "Nothing fits." in plain(await house.say("oakland", "ana", "/conflicts --host none"))
    assert "Ana is no facilitator" in plain(await house.say("oakland", "ana", "/conflicts --host Ana"))


async def test_an_answered_concern_and_a_given_outcome_leave_the_desk(house: House) -> None:
    await desk(house)
    await house.say("oakland", "ana", "/answer C-1 One mail a month")
    await house.say("oakland", "ana", "/outcome D-3 withdrawn")
    shown = plain(await house.say("bilbao", "maite", "/conflicts"))
    assert "C-1" not in shown
    assert "owes" not in shown


async def test_the_desk_is_paged_and_every_page_goes_on_where_the_last_ended(house: House) -> None:
    for n in range(12):
        await house.say("oakland", "ben", f"/conflict D-1 --with value-{n} Hm")
        await house.wait(minutes=3)
    first = plain(await house.say("bilbao", "maite", "/conflicts"))
    more = next(line.split("] ")[1] for line in first.splitlines() if line.startswith("[More]"))
    second = plain(await house.say("bilbao", "maite", more))
    ids = [line[2:].split(":")[0] for text in (first, second) for line in text.splitlines() if line.startswith("•")]
    assert ids == [f"X-{n}" for n in range(1, 13)]
    assert "[More]" not in second
    assert "That is no page of this list." in plain(await house.say("bilbao", "maite", "/conflicts --after x"))


async def test_a_concern_left_unanswered_becomes_a_conflict_of_its_raiser(house: House) -> None:
    await propose(house)
    await house.say("nairobi", "wanjiku", "/input D-3 concern half of us have no smartphone")
    await house.say("oakland", "ana", "/elsewhere unanswered 1")
    for channel in ("oakland", "nairobi"):
        assert "X-1: D-3 Use Signal for alerts and concern C-1" in house.shown(channel)
        assert "C-1 was left without an answer.\n> half of us have no smartphone\n— Wanjiku (Nairobi)" in (
            house.shown(channel)
        )
    found = await stored(house)
    assert (found.state, found.raiser_id) == ("open", await person(house, "Wanjiku"))
    await house.say("nairobi", "wanjiku", "/elsewhere unanswered 1")
    assert "X-2" not in plain(await house.say("bilbao", "maite", "/conflicts"))


async def test_it_is_settled_when_its_raiser_is_content(house: House) -> None:
    await propose(house)
    await house.say("nairobi", "wanjiku", "/input D-3 concern half of us have no smartphone")
    await house.say("oakland", "ana", "/elsewhere unanswered 1")
    await house.say("nairobi", "wanjiku", "/resolve C-1")
    assert (await stored(house)).state == "settled"
    await house.wait(seconds=5)
    assert "X-1: Settled on Mon 2 Nov 2026" in house.shown("oakland")


async def test_a_concern_that_is_redacted_leaves_no_words(house: House) -> None:
    await propose(house)
    await house.say("nairobi", "wanjiku", "/input D-3 concern half of us have no smartphone")
    await house.say("oakland", "ana", "/elsewhere unanswered 1")
    await house.say("nairobi", "wanjiku", "/redact C-1")
    await house.wait(seconds=5)
    assert "half of us" not in house.shown("oakland") + house.shown("nairobi")
    assert "half of us" not in plain(await house.say("oakland", "ana", "/conflicts X-1"))
    assert (await stored(house)).state == "open"


async def test_a_concern_that_rests_ends_no_conflict_and_who_takes_it_over_has_raised_it(house: House) -> None:
    await propose(house)
    await house.say("nairobi", "otieno", "/input D-3 concern No phones")
    await house.wait(days=15)
    await house.say("oakland", "ana", "/outcome D-3 adopted --unanswered")
    await house.say("nairobi", "otieno", "/forget-me --yes")
    await house.wait(days=21)
    assert (await stored(house)).state == "open"
    shown = plain(await house.say("bilbao", "iker", "/conflicts X-1"))
    assert "C-1 was left without an answer.\nNobody speaks for it: who raised it is gone." in shown
    await house.say("nairobi", "wanjiku", "/take-over C-1 Half of us have no phone")
    assert "> Half of us have no phone\n— Wanjiku (Nairobi)" in plain(
        await house.say("bilbao", "iker", "/conflicts X-1")
    )
    await house.say("nairobi", "wanjiku", "/resolve C-1")
    assert (await stored(house)).state == "settled"
