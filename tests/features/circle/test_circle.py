"""Who facilitates until when: seats, terms, the change of hands, stand-ins, opting out; and other roles."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from storage import circles, events, roles
from storage.circles import Seat
from storage.work import Tx
from tests.support.house import House, plain

HUB = "hub"


async def seats(house: House, slug: str = "circle") -> list[Seat]:
    def read(tx: Tx) -> list[Seat]:
        one = next(circle for circle in circles.every(tx.db, 1) if circle.slug == slug)
        return circles.seats(tx.db, 1, one.id)

    return await house.work.read(read)


async def facilitating(house: House) -> list[str]:
    holders = await house.work.read(lambda tx: roles.holders(tx.db, 1))
    return sorted(holder.name for holder in holders if holder.role == "facilitator")


async def sitting(house: House, slug: str = "circle") -> list[int]:
    return sorted(seat.group_id for seat in await seats(house, slug) if seat.state == "on" and not seat.stands_in_for)


async def full(house: House) -> None:
    """Maite is added, the rotation fills the two other seats, and the circle meets in a channel of its own."""
    await house.say("oakland", "ana", "/circle add Maite")
    await house.say("bilbao", "maite", "/circle rotate")
    await house.say(HUB, "maite", "/circle here")


async def test_before_anybody_has_a_seat_it_says_who_would_be_next(house: House) -> None:
    shown = plain(await house.say("bilbao", "iker", "/circle"))
    assert shown.startswith("The facilitation circle\n• 3 free seats\n")
    assert "Follows next: Ana (Oakland), whose group has waited longest" in shown
    assert "Turns so far: Oakland 0, Nairobi 0, Bilbao 0" in shown
    assert await house.work.read(lambda tx: circles.every(tx.db, 1)) == []


async def test_members_are_of_different_groups_and_are_facilitators(house: House) -> None:
    await full(house)
    assert await sitting(house) == [1, 2, 3]
    assert await facilitating(house) == ["Ana", "Maite", "Wanjiku"]
    shown = plain(await house.say("oakland", "ben", "/circle"))
    assert "• Maite (Bilbao) until Sun 2 May 2027" in shown
    assert "Turns so far: Oakland 1, Nairobi 1, Bilbao 1" in shown
    assert "3 seats, each group has one at most, 6 months each" in shown


async def test_only_the_circle_and_stewards_put_somebody_in(house: House) -> None:
    for typed in ("add Ben", "remove Maite", "rotate", "new Board", "here", "set --seats 2"):
        refused = plain(await house.say("nairobi", "otieno", f"/circle {typed}"))
        assert "This is for facilitators" in refused, typed
    assert await house.work.read(lambda tx: circles.every(tx.db, 1)) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/circle add Maite", "Maite has a seat already."),
        ("/circle add Iker", "The group of Iker has a seat already: each group has one."),
        ("/circle add Nobody", "Mycel knows nobody called “Nobody” here."),
        ("/circle add", "Say whom you mean."),
        ("/circle remove Ben", "Ben has no seat there."),
        ("/circle set --of board --seats 2", "There is no circle “board”. There are: circle."),
        ("/circle set --seats ²", "“²” is no number of seats."),
        ("/circle set --seats many", "“many” is no number of seats."),
        ("/circle set --seats 99", "A circle has 1 to 20 seats."),
        ("/circle set --for 2026-12-24", "A term is a plain length"),
        ("/circle here", "A circle meets in a channel of its own that belongs to no group."),
        ("/circle new Circle", "There is “Circle” already."),
        ("/circle dance", "“dance” is none of: add, remove, rotate,"),
    ],
)
async def test_what_is_wrong_is_said(house: House, typed: str, said: str) -> None:
    await house.say("oakland", "ana", "/circle add Maite")
    assert said in plain(await house.say("oakland", "ana", typed))


async def test_terms_end_one_after_another_so_that_somebody_can_hand_over(house: House) -> None:
    await full(house)
    ends = sorted(seat.ends_at for seat in await seats(house))
    assert all(later - earlier >= timedelta(days=30) for earlier, later in pairwise(ends))


async def test_the_change_is_announced_before_at_and_after_it(house: House) -> None:
    await full(house)
    end = min(seat.ends_at for seat in await seats(house))
    house.clock.now = end - timedelta(days=7, hours=1)
    await house.wait(hours=2)
    shown = house.shown(HUB)
    assert "in the facilitation circle ends on" in shown
    assert "[Not me] /circle out --of circle" in shown
    assert "Handover: all that is open" in shown
    coming = next(seat for seat in await seats(house) if seat.state == "coming")
    await house.wait(days=7)
    assert "follows" in house.shown(HUB)
    assert "from now on." in house.shown(HUB)
    now = next(seat for seat in await seats(house) if seat.n == coming.n)
    assert (now.state, now.person_id) == ("on", coming.person_id)
    await house.wait(days=3)
    assert "has settled into the facilitation circle" in house.shown(HUB)


async def test_the_groups_concerned_are_told_in_their_working_hours(house: House) -> None:
    await full(house)
    first = min(await seats(house), key=lambda seat: seat.ends_at)
    name = {1: "oakland", 2: "nairobi", 3: "bilbao"}[first.group_id]
    house.clock.now = first.ends_at - timedelta(days=8)
    seen = None
    for _ in range(24 * 5):
        await house.wait(hours=1)
        if "ends on" in house.shown(name):
            seen = house.clock()
            break
    assert seen is not None
    assert seen.weekday() < 5


async def test_who_was_announced_can_say_no_and_the_next_one_is_asked(house: House) -> None:
    await full(house)
    first = min(await seats(house), key=lambda seat: seat.ends_at)
    house.clock.now = first.ends_at - timedelta(days=6)
    await house.clockwork.fire_due()
    coming = next(seat for seat in await seats(house) if seat.state == "coming")
    name = await name_of(house, coming.person_id)
    home = await home_of(house, coming.person_id)
    await house.say(home, name, "/circle out")
    new = next(seat for seat in await seats(house) if seat.state == "coming")
    assert new.person_id != coming.person_id
    house.clock.now = first.ends_at + timedelta(hours=1)
    await house.clockwork.fire_due()
    assert new.person_id in [seat.person_id for seat in await seats(house) if seat.state == "on"]


async def test_after_a_time_without_a_program_the_seat_changes_hands_once_and_is_not_announced_first(
    house: House,
) -> None:
    await full(house)
    house.clock.move(days=75)
    await house.clockwork.fire_due()
    await house.deliverer.drain()
    assert len(await sitting(house)) == 3
    assert "ends on" not in house.shown(HUB)
    assert house.shown(HUB).count("from now on.") == 1


async def test_who_leaves_or_is_removed_hands_on_and_does_not_follow_themselves(house: House) -> None:
    await full(house)
    await house.say("bilbao", "maite", "/circle leave")
    assert "Maite" not in await facilitating(house)
    assert await sitting(house) == [1, 2, 3]
    await house.say("oakland", "ana", "/circle remove Wanjiku")
    assert await sitting(house) == [1, 2, 3]
    assert "Wanjiku" not in await facilitating(house)
    assert "Maite has no seat there." in plain(await house.say("bilbao", "maite", "/circle leave"))


async def test_who_opted_out_is_passed_over_and_can_come_back(house: House) -> None:
    await house.say("oakland", "ana", "/circle add Maite")
    await house.say("oakland", "ana", "/circle out")
    assert "Ana does not want to be asked." in plain(await house.say("bilbao", "maite", "/circle add Ana"))
    await house.say("bilbao", "maite", "/circle rotate")
    assert await facilitating(house) == ["Ben", "Maite", "Wanjiku"]
    await house.say("oakland", "ana", "/circle in")
    await house.say("oakland", "ben", "/circle leave")
    assert "Ana" in await facilitating(house)


async def test_a_stand_in_serves_while_somebody_is_away_and_goes_when_they_are_back(house: House) -> None:
    await full(house)
    answer = plain(await house.say("bilbao", "maite", "/circle away 2w"))
    assert "Iker stands in for you." in answer
    assert await facilitating(house) == ["Ana", "Iker", "Maite", "Wanjiku"]
    assert "Maite (Bilbao) until Sun 2 May 2027, 10:06 (Madrid); Iker (Bilbao) stands in" in plain(
        await house.say("bilbao", "iker", "/circle")
    )
    await house.wait(days=15)
    assert await facilitating(house) == ["Ana", "Maite", "Wanjiku"]
    await house.say("bilbao", "maite", "/circle away 2w")
    await house.say("bilbao", "maite", "/circle back")
    assert await facilitating(house) == ["Ana", "Maite", "Wanjiku"]
    assert "You were not away." in plain(await house.say("bilbao", "maite", "/circle back"))


async def test_who_is_away_and_for_whom_nobody_can_stand_in_is_told_so(house: House) -> None:
    await full(house)
    await house.say("bilbao", "iker", "/circle out")
    answer = plain(await house.say("bilbao", "maite", "/circle away 2w"))
    assert "Nobody can stand in; “circle leave” passes your seat on." in answer
    assert "Nobody can stand in" not in plain(await house.say("oakland", "ben", "/circle away 2w"))


async def test_with_fewer_seats_the_next_term_that_ends_is_nobodys(house: House) -> None:
    await full(house)
    first = min(await seats(house), key=lambda seat: seat.ends_at)
    shown = plain(await house.say("oakland", "ana", "/circle set --seats 2"))
    assert "Follows next: nobody, as it has fewer seats from the next turn on" in shown
    house.clock.now = first.ends_at - timedelta(days=7, hours=1)
    await house.wait(hours=2)
    assert "Nobody follows, as it has fewer seats then." in house.shown(HUB)
    await house.wait(days=8)
    assert len(await sitting(house)) == 2
    assert "in the facilitation circle is over." in house.shown(HUB)


async def test_who_was_announced_has_no_seat_where_there_are_fewer_by_then(house: House) -> None:
    await full(house)
    first = min(await seats(house), key=lambda seat: seat.ends_at)
    house.clock.now = first.ends_at - timedelta(days=6)
    await house.clockwork.fire_due()
    assert [seat.state for seat in await seats(house)].count("coming") == 1
    await house.say("oakland", "ana", "/circle set --seats 2")
    await house.wait(days=7)
    assert len(await sitting(house)) == 2


async def test_who_was_a_facilitator_before_stays_one_after_the_term(house: House) -> None:
    await house.say("oakland", "ana", "/roles Maite facilitator")
    await house.say("oakland", "ana", "/circle add Maite")
    await house.say("bilbao", "maite", "/circle leave")
    assert "Maite" in await facilitating(house)
    shown = plain(await house.say("bilbao", "iker", "/circle"))
    assert "1 more person facilitates without a term" in shown


async def test_a_steward_who_takes_the_role_takes_the_seat(house: House) -> None:
    await house.say("oakland", "ana", "/circle add Maite")
    await house.say("oakland", "ana", "/roles Maite member")
    assert await sitting(house) == []


async def test_a_host_whose_term_ends_gives_the_conflict_back_to_the_circle(house: House) -> None:
    await full(house)
    await house.say("oakland", "ana", "/decide Use Signal")
    await house.say("nairobi", "wanjiku", "/decide Use SMS")
    await house.say("oakland", "ben", "/conflict D-1 D-2 Twice or never")
    await house.say("bilbao", "maite", "/host X-1")
    await house.say("bilbao", "maite", "/circle leave")
    assert "    X-1 is open (today), and nobody hosts it." in house.shown(HUB)


async def test_the_handover_note_has_all_that_is_open_and_nothing_told_in_confidence(house: House) -> None:
    await full(house)
    await house.say("oakland", "ana", "/decide Use Signal")
    await house.say("nairobi", "wanjiku", "/decide Use SMS")
    await house.say("oakland", "ben", "/conflict D-1 D-2 Twice or never")
    await house.say("nairobi", "otieno", "/conflict D-1 D-2 Softly --in-confidence")
    note = plain(await house.say("bilbao", "maite", "/circle handover"))
    assert "• X-1 on D-1 Use Signal – Nairobi and Oakland, no host, today" in note
    assert "X-2" not in note
    assert "What somebody told in confidence is not here" in note
    await house.say("bilbao", "maite", "/circle leave")
    assert "Handover: all that is open" in house.shown(HUB)
    assert "X-2" not in house.shown(HUB)


async def test_a_review_board_has_a_domain_and_questions_and_its_members_facilitate(house: House) -> None:
    made = plain(
        await house.say(
            "oakland",
            "ana",
            '/circle new Review board --domain "Shared money" --seats 2 --questions "Who pays?; Who gains?"',
        )
    )
    assert made.startswith("Review board\nShared money\n• 2 free seats\nIts standing questions\n")
    assert "• Who pays?\n• Who gains?" in made
    await house.say("oakland", "ana", "/circle rotate --of review-board")
    assert len(await sitting(house, "review-board")) == 2
    assert len(await facilitating(house)) == 2
    await house.wait(hours=12)
    assert "has a seat in Review board until" in house.shown("oakland")
    assert "• Who pays?\n• Who gains?" in house.shown("oakland")


async def test_a_conflict_is_shown_to_the_circle_and_not_to_a_board_with_its_own_domain(house: House) -> None:
    await house.say("oakland", "ana", '/circle new Board --domain "Decisions on money"')
    await house.say("board", "ana", "/circle here --of board")
    await house.say("oakland", "ana", "/decide One thing")
    await house.say("oakland", "ana", "/conflict D-1 --with trust Hm")
    assert "X-1" in house.shown("board")  # nobody else meets anywhere
    await full(house)
    await house.say("oakland", "ana", "/conflict D-1 --with openness Hm")
    assert "X-2" in house.shown(HUB)
    assert "X-2" not in house.shown("board")


async def test_a_translator_is_a_role_by_volunteers_for_a_year_and_no_facilitator(house: House) -> None:
    await house.say("oakland", "ana", "/circle new Translator --role --volunteers --seats 1 --for 12mo")
    await house.say("oakland", "ana", "/circle rotate --of translator")
    assert await sitting(house, "translator") == []
    await house.say("bilbao", "iker", "/circle in --of translator")
    await house.say("oakland", "ana", "/circle rotate --of translator")
    assert await sitting(house, "translator") == [3]
    assert await facilitating(house) == []
    await house.wait(hours=12)
    assert "Iker (Bilbao) has a seat in Translator until Tue 2 Nov 2027" in house.shown("bilbao")


async def test_forgetting_somebody_hands_the_seat_on_and_leaves_no_name(house: House) -> None:
    await full(house)
    await house.say("bilbao", "maite", "/forget-me --yes")
    await house.wait(hours=1)
    assert await sitting(house) == [1, 2, 3]
    assert "Maite" not in house.shown(HUB) + plain(await house.say("oakland", "ben", "/circle"))


async def test_two_accounts_that_are_one_person_have_one_seat(house: House) -> None:
    await full(house)
    code = plain(await house.say("bilbao", "maite", "/link-account")).split("/link-account ")[1].split("`")[0]
    await house.say("nairobi", "wanjiku", f"/link-account {code}")
    assert len([seat for seat in await seats(house) if seat.state == "on"]) == 2
    assert len(await facilitating(house)) == 2


async def test_a_group_that_is_gone_has_no_seat(house: House) -> None:
    await full(house)
    await house.say("oakland", "ana", "/elsewhere left 3")
    left = await house.work.read(
        lambda tx: [e.kind for e in events.about(tx.db, 1, (circles.every(tx.db, 1)[0]).about)]
    )
    assert "turn_ended" in left


async def test_privacy_counts_turns(house: House) -> None:
    await full(house)
    assert "1 turn in a circle" in plain(await house.say("bilbao", "maite", "/privacy"))


async def name_of(house: House, person_id: int) -> str:
    found = await house.work.read(lambda tx: circles.members(tx.db, 1))
    return next(member.name.lower() for member in found if member.person_id == person_id)


async def home_of(house: House, person_id: int) -> str:
    found = await house.work.read(lambda tx: circles.members(tx.db, 1))
    return {1: "oakland", 2: "nairobi", 3: "bilbao"}[next(m.group_id for m in found if m.person_id == person_id)]


async def test_terms_are_said_with_their_absolute_end(house: House) -> None:
    await house.say("oakland", "ana", "/circle add Maite")
    (seat,) = await seats(house)
    assert seat.ends_at == datetime(2027, 5, 2, 8, 6, tzinfo=UTC)
