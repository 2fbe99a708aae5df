"""A group that leaves: by two of it, with its export; what others could read stays, what only it could read goes."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from bot.app import FEATURES
from bot.core.conversation import Actor, CommandTyped, Place
from bot.core.feature import Feature
from bot.features.network import exports
from bot.features.transfer import restoring
from bot.features.transfer.restoring import Line
from storage import codes, directory, group_export, transfer
from storage.decision_tables import decisions
from storage.network_tables import channels, memberships, workspaces
from storage.work import Tx
from tests.features.network.changing import agree, code_in, everybody, kinds, leave
from tests.features.network.conftest import MakeSteward
from tests.support.house import House, plain, rows


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def story(house: House) -> House:
    """Bilbao's private D-1, its D-2, Oakland's D-3 with Bilbao's concern; Nairobi spoke on Bilbao's D-4."""
    await everybody(house)
    await house.say("bilbao", "iker", "/decide Beech plan --audience group --why beech")
    await house.say("bilbao", "iker", '/decide No photos --why "asked twice" --tags safety')
    await house.say("oakland", "ana", "/propose Phone list --why oaken --affects bilbao --for 5d")
    await house.say("bilbao", "maite", "/input D-3 concern it leaks")
    await house.say("bilbao", "iker", "/propose Masks --affects nairobi --for 5d")
    await house.say("nairobi", "wanjiku", "/input D-4 question which ones")
    return house


async def exported(house: House, url: str) -> list[dict[str, Any]]:
    found = await house.work.read(lambda tx: exports.fetch(tx.db, url.rpartition("/")[2], house.clock()))
    assert found is not None
    return [json.loads(line) for line in found.lines]


async def test_it_takes_two_in_a_home_of_the_group(story: House) -> None:
    assert "Bilbao is asked in its channels." in plain(await story.say("bilbao", "iker", "/group leave"))
    assert "asked already" in plain(await story.say("bilbao", "maite", "/group leave"))
    assert "this takes two" in plain(await agree(story, "bilbao", "iker"))
    code = code_in(story.shown("bilbao"))
    assert "This is for members" in plain(await story.say("oakland", "ana", f"/group agree {code}"))
    assert "answered in a home channel" in plain(await story.say("somewhere", "maite", f"/group agree {code}"))
    assert "Nothing changes." in plain(await story.say("bilbao", "iker", f"/group refuse {code}"))
    assert "Iker said no. Nothing changes." in story.shown("bilbao")
    assert "has been answered" in plain(await story.say("bilbao", "maite", f"/group agree {code}"))
    assert "group_state_changed" not in await kinds(story)


async def test_an_account_that_came_for_it_does_not_count(story: House) -> None:
    await story.say("bilbao", "iker", "/group leave")
    story.clock.move(minutes=1)
    assert "was of the group before it was asked" in plain(await agree(story, "bilbao", "sock-puppet"))
    assert "Bilbao has left" in plain(await agree(story, "bilbao", "maite"))


async def test_its_decisions_stand_as_history(story: House) -> None:
    await leave(story)
    await story.say("oakland", "ana", "/decide Photos again")
    answer = plain(await story.say("oakland", "ana", "/link D-5 supersedes D-2"))
    assert "Bilbao has left the network; D-2 stands as its history." in answer
    await story.say("oakland", "ana", "/link D-5 relates-to D-2")
    assert "No photos" in plain(await story.say("oakland", "ana", "/show D-5"))


async def test_nobody_agrees_in_time(story: House) -> None:
    await story.say("bilbao", "iker", "/group leave")
    code = code_in(story.shown("bilbao"))
    await story.wait(days=8)
    assert "Nobody agreed in time. Nothing changes." in story.shown("bilbao")
    assert "nobody agreed in time" in plain(await story.say("bilbao", "maite", f"/group agree {code}"))


async def test_who_is_alone_in_a_group_decides_alone(house: House) -> None:
    await house.say("bilbao", "iker", "/group leave")
    assert "Bilbao has left the network." in plain(await agree(house, "bilbao", "iker"))


async def test_what_stays_what_goes_and_what_is_said(story: House) -> None:
    await story.say("oakland", "ana", "/propose Radios --affects bilbao --for 5d")
    answer = await leave(story)
    assert answer.startswith("Bilbao has left the network.")
    assert "Maite agreed." in story.shown("bilbao")
    assert "This channel belongs to no network now." in story.shown("bilbao")
    assert "Bilbao left the network on" in story.shown("oakland"), "Oakland waited for it on D-5"
    shown = plain(await story.say("oakland", "ana", "/show D-2"))
    assert "No photos" in shown
    assert "it stands as history" in shown
    assert "it leaks" in plain(await story.say("oakland", "ana", "/show D-3"))
    assert "There is no D-1" in plain(await story.say("oakland", "ana", "/show D-1"))
    assert "Bilbao left the network on" in plain(await story.say("oakland", "ana", "/groups"))
    title = await story.work.read(lambda tx: tx.db.execute(decisions.select().where(decisions.c.number == 1)).one())
    assert (title.title, title.why, title.redacted_at is None) == ("", "", False)


async def test_it_is_nobodys_to_ask_any_more(story: House) -> None:
    await leave(story)
    assert "Bilbao has left the network." in plain(await story.say("oakland", "ana", "/decide X --affects bilbao"))
    assert "It affects Nairobi." in plain(await story.say("oakland", "ana", "/propose X --affects all --for 3d"))
    assert "Bilbao left the network on" in plain(await story.say("oakland", "ana", "/group bilbao"))


async def test_its_channel_and_its_people_are_strangers(story: House) -> None:
    await leave(story)
    for typed in ("/decisions", "/show D-2", "/decide again", "/input D-3 support", "/groups --after x"):
        answer = plain(await story.say("bilbao", "iker", typed))
        assert "No photos" not in answer
    assert "belongs to no group yet" in plain(await story.say("bilbao", "iker", "/decisions"))
    assert "Groups: none yet" in plain(await story.say("bilbao", "iker", "/whoami"))
    await story.say("oakland", "ana", "/edit D-3 --why changed")
    assert "changed" not in story.shown("bilbao")
    assert story.shown("bilbao").count("it leaks") <= 1
    left = await story.work.read(
        lambda tx: tx.db.execute(memberships.select().where(memberships.c.group_id == 3)).all()
    )
    assert left == []


async def test_roles_of_who_is_in_no_other_group_end_and_a_steward_stays(
    story: House, make_steward: MakeSteward
) -> None:
    await make_steward("bilbao", "iker")
    assert "would have no steward" in plain(await story.say("bilbao", "iker", "/group leave"))
    await make_steward("oakland", "ana")
    await leave(story)
    assert "Stewards: Ana\n" in plain(await story.say("oakland", "ana", "/roles"))
    assert (await kinds(story)).count("role_taken") == 1


async def test_the_export_has_its_own_and_of_others_no_words(story: House) -> None:
    answer = await leave(story)
    found = await exported(story, code_in(answer))
    text = json.dumps(found)
    for own in ("Beech plan", "No photos", "asked twice", "it leaks", "Masks"):
        assert own in text, own
    assert "Phone list" in text, "the title that its concern stands on"
    for others in ("oaken", "which ones", "Wanjiku"):
        assert others not in text, others
    assert found[0]["group"] == "bilbao"
    assert found[-1] == {"end": {"rows": len(found) - 2}}


async def test_the_export_imports_again(story: House, empty_network: int) -> None:
    found = await exported(story, code_in(await leave(story)))
    lines = [Line(n, each["table"], each["row"]) for n, each in enumerate(found[1:-1], start=2)]

    def restore(tx: Tx) -> int:
        stored = restoring.restore(tx.db, empty_network, lines)
        restoring.index(tx.db, empty_network, [line.row["number"] for line in lines if line.table == "decisions"])
        return stored

    assert lines[0].table == "networks"  # which is there already, with the same values
    assert await story.work.write(empty_network, restore) == len(lines) - 1
    again = await story.work.read(
        lambda tx: [group.slug for group in directory.all_groups(tx.db, empty_network) if group.state == "active"]
    )
    assert again == ["bilbao"]
    compared = await story.work.read(lambda tx: restoring.compare(tx.db, empty_network, lines))
    assert (compared.new, compared.other) == (0, ())


@pytest.fixture
async def empty_network(house: House) -> int:
    """Another network of the same Mycel."""
    return await house.work.write(2, lambda tx: directory.add_network(tx.db, 2, "other", "en", tx.now))


async def test_the_link_ends_and_the_channels_are_forgotten(story: House) -> None:
    code = code_in(await leave(story))
    await story.wait(days=2)
    assert await story.work.read(lambda tx: rows(tx.db, channels)) == 2
    await story.wait(days=29)
    assert await story.work.read(lambda tx: exports.fetch(tx.db, code, story.clock())) is None
    assert await story.work.read(lambda tx: group_export.kept(tx.db, 1, 3)) == []


async def test_what_is_taken_back_later_leaves_an_export_that_waits(story: House) -> None:
    """Who is in another group too is still here, and can be forgotten; a steward can take words out."""
    await story.say("nairobi", "maite", "hello")
    code = code_in(await leave(story))
    await story.say("nairobi", "maite", "/redact C-1")
    assert "it leaks" not in json.dumps(await exported(story, code))
    assert "Maite" in json.dumps(await exported(story, code))
    await story.say("nairobi", "maite", "/forget-me --yes")
    found = await exported(story, code)
    assert "Maite" not in json.dumps(found)
    assert found[-1] == {"end": {"rows": len(found) - 2}}
    assert "Beech plan" in json.dumps(found), "what it kept to itself is blanked here, and is in its export"


async def test_a_redacted_decision_leaves_an_export_that_waits(story: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    code = code_in(await leave(story))
    await story.say("oakland", "ana", "/redact D-2")
    assert "No photos" not in json.dumps(await exported(story, code))


async def test_an_export_without_leaving(story: House) -> None:
    answer = plain(await story.say("bilbao", "iker", "/group export"))
    code = code_in(answer)
    assert any("No photos" in json.dumps(line) for line in await exported(story, code))
    story.clock.move(days=2)
    assert await story.work.read(lambda tx: exports.fetch(tx.db, code, story.clock())) is None
    assert await story.work.read(lambda tx: exports.fetch(tx.db, "CODE-UNKNOWN", story.clock())) is None


async def test_a_workspace_of_its_own_is_free_for_another_network(story: House, make_steward: MakeSteward) -> None:
    """Lagos came by an invitation, in its own workspace; when it leaves, this belongs to nobody."""
    await make_steward("oakland", "ana")
    invitation = code_in(plain(await story.say("oakland", "ana", "/invite")))

    async def there(text: str, who: str = "ife") -> str:
        place, actor = Place("test", "far", "lagos"), Actor("test", "far", who, who.capitalize())
        return plain(await story.handle(CommandTyped(story.event_key(), place, actor, story.clock(), text)))

    assert "belongs to mycel now" in await there(f"join {invitation}")
    await story.work.write(1, lambda tx: directory.set_settings(tx.db, 1, {"open_registration": True}))
    assert "Lagos is registered" in await there("group Lagos --tz Africa/Lagos")
    await there("group leave")
    code = code_in(story.shown("lagos"))
    assert "Lagos has left the network." in await there(f"group agree {code}")
    assert "belongs to no network yet" in await there("decisions")
    assert await story.work.read(lambda tx: rows(tx.db, workspaces)) == 1
    await story.work.write(2, lambda tx: directory.add_network(tx.db, 2, "other", "en", tx.now))
    await story.work.write(2, lambda tx: codes.new_steward_code(tx.db, 2, "STEWARD-TWO", tx.now))
    await story.wait(days=2)
    assert "You are a steward of other." in await there("steward STEWARD-TWO")
    assert "Lagos is registered" in await there("group Lagos --tz Africa/Lagos")


async def test_a_group_comes_back(story: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    await leave(story)
    assert "registered by a steward" in plain(await story.say("bilbao", "iker", "/group Bilbao"))
    assert "Bilbao is back" in plain(await story.say("bilbao", "ana", "/group Bilbao"))
    assert "No photos" in plain(await story.say("bilbao", "iker", "/decisions"))
    await story.wait(days=3)
    assert "No photos" in plain(await story.say("bilbao", "iker", "/decisions"))


def test_the_tables_of_an_export_are_in_the_order_of_an_import() -> None:
    order = list(transfer.TABLES)
    named = list(group_export._ROWS)
    assert named == sorted(named, key=order.index)
