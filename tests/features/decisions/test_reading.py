"""show and decisions; and what is not for one's eyes is not there."""

import pytest

from bot.core.message import Actions
from bot.core.replies import Answer, Reply
from tests.features.decisions.conftest import give_role
from tests.support.house import House, plain


async def fill(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal for alerts --tags safety --rests-on Transparency")
    house.clock.move(days=10)
    await house.say("nairobi", "wanjiku", '/decide Café meetings --why "we like Zürich" --tags Food')
    await house.say("bilbao", "iker", "/decide Print a newsletter --taken-by assembly")
    house.clock.move(days=10)
    await house.say("bilbao", "maite", "/propose Signal for everyone --affects oakland")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [4, 3, 2, 1]),
        ("signal", [4, 1]),
        ("SIGNAL alerts", [1]),
        ("sign", [4, 1]),
        ("zurich", [2]),
        ("cafe", [2]),
        ("CAFÉ", [2]),
        ("food", [2]),
        ("signal newsletter", []),
        ("--group bilbao", [4, 3]),
        ("--group Bilbao signal", [4]),
        ("--by ana", [1]),
        ("--by WANJ", [2]),
        ("--tag FOOD", [2]),
        ("--value transparency", [1]),
        ("--value TRANSPARENCY", [1]),
        ("--status proposed", [4]),
        ("--status taken signal", [1]),
        ("--since 11d", [4, 3, 2]),
        ("--until 2026-11-05", [1]),
        ("--since 2026-11-03 --until 2026-11-13", [3, 2]),
        ('"', []),
        ("NEAR", []),
        ("*", []),
        ("a OR b", []),
        ("signal*", [4, 1]),
        ("words:signal", []),
        ("snake_case", []),
        ("%", []),
        ("--by %", []),
        ("(", []),
    ],
)
async def test_decisions_are_found_by_what_is_typed(house: House, typed: str, found: list[int]) -> None:
    await fill(house)
    answer = plain(await house.say("oakland", "ben", f"/decisions {typed}"))
    listed = [int(line.split()[1].removeprefix("D-")) for line in answer.splitlines() if line.startswith("• D-")]
    assert listed == found


async def test_an_empty_network_says_how_to_begin(house: House) -> None:
    assert "/decide Use Signal for alerts" in plain(await house.say("oakland", "ana", "/decisions"))


async def test_an_unknown_group_or_status_is_answered_with_a_correction(house: House) -> None:
    wrong = plain(await house.say("oakland", "ana", "/decisions signal --group nairbi"))
    assert "Type: `/decisions signal --group nairobi`" in wrong
    assert "none of: proposed" in plain(await house.say("oakland", "ana", "/decisions --status done"))
    assert "is still ahead" in plain(await house.say("oakland", "ana", "/decisions --since 2030-01-01"))


def more(reply: Reply) -> str:
    """The command of the button that leads on; "" without one."""
    assert isinstance(reply, Answer)
    return next((b.actions[0].command for b in reply.message.blocks if isinstance(b, Actions)), "")


@pytest.mark.parametrize("words", ["", "alpha"])
async def test_long_lists_are_paged_to_the_end(house: House, words: str) -> None:
    for n in range(1, 24):
        await house.say("oakland", "ana", f"/decide Alpha number {n} --tags odd")
    command, seen = f"/decisions {words} --tag odd", []
    while command:
        page = await house.say("oakland", "ana", command)
        found = [line.split()[1] for line in plain(page).splitlines() if line.startswith("• ")]
        assert len(found) <= 10
        seen += found
        command = more(page)
    assert seen == [f"D-{n}" for n in range(23, 0, -1)]


HIDDEN = [
    ("oakland", "ana", "--audience group", {"oakland"}),
    ("oakland", "ana", "--audience affected --tell nairobi", {"oakland", "nairobi"}),
    ("oakland", "ana", "--audience circle", {"oakland", "circle"}),
    ("oakland", "ana", "", {"oakland", "nairobi", "bilbao", "circle"}),
]


@pytest.mark.parametrize(("channel", "who", "options", "readers"), HIDDEN)
async def test_who_may_read_it_reads_it_and_to_others_it_is_not_there(
    house: House, channel: str, who: str, options: str, readers: set[str]
) -> None:
    await house.say("bilbao", "zoe", "hello")
    await give_role(house, "Zoe", "facilitator")
    await house.say(channel, who, f"/decide Hidden treasure --why treasure {options}")
    await house.say("oakland", "ana", "/decide Open to all")
    await house.say("oakland", "ana", "/link D-2 depends-on D-1")
    people = {"oakland": ("oakland", "ben"), "nairobi": ("nairobi", "otieno"), "bilbao": ("bilbao", "iker")}
    people["circle"] = ("bilbao", "zoe")
    for name, (place, reader) in people.items():
        shown = plain(await house.say(place, reader, "/show D-1"))
        found = plain(await house.say(place, reader, "/decisions treasure"))
        listed = plain(await house.say(place, reader, "/decisions"))
        linked = plain(await house.say(place, reader, "/show D-2"))
        if name in readers:
            assert "Hidden treasure" in shown
            assert "Hidden treasure" in found
            assert "Hidden treasure" in listed
            assert "Hidden treasure" in linked
        else:
            unknown = plain(await house.say(place, reader, "/show D-77"))
            assert shown == unknown.replace("D-77", "D-1")
            for command in ("/edit D-{} --why x", "/undo D-{}", "/redact D-{}", "/link D-{} amends D-2"):
                hidden = plain(await house.say(place, reader, command.format(1)))
                assert hidden == plain(await house.say(place, reader, command.format(77))).replace("D-77", "D-1")
            assert found == plain(await house.say(place, reader, "/decisions nowhere"))
            assert "D-1" not in listed + linked
    for place in ("nairobi", "bilbao"):
        assert ("treasure" in house.shown(place)) == (place == "nairobi" and "--tell" in options)


async def test_a_channel_shows_only_what_its_whole_group_may_read(house: House) -> None:
    await house.say("oakland", "ana", "hello")
    await house.say("nairobi", "ana", "/decide Oakland only --as oakland --audience group")
    assert house.shown("nairobi") == ""
    assert "Oakland only" in house.shown("oakland")
    assert "Oakland only" in plain(await house.say("nairobi", "ana", "/show D-1"))
