"""Codes connect people and places to a network; stewards give roles."""

from datetime import timedelta

from bot.core.conversation import Actor, CommandTyped, FormSubmitted, Place
from bot.core.message import Code
from bot.core.replies import Answer, Reply
from storage import codes, directory, events
from storage.network import network_of
from tests.features.network.conftest import MakeSteward
from tests.support.house import House, plain


def typed_elsewhere(house: House, workspace: str, text: str, who: str = "zoe") -> CommandTyped:
    place, actor = Place("other", workspace, "general"), Actor("other", workspace, who, who.capitalize())
    return CommandTyped(house.event_key(), place, actor, house.clock(), text)


async def elsewhere(house: House, text: str, *, workspace: str = "far", who: str = "zoe") -> str:
    """What somebody in a workspace that Mycel has never seen is answered."""
    return plain(await house.handle(typed_elsewhere(house, workspace, text, who)))


async def workspace_network(house: House, workspace: str) -> int | None:
    return await house.work.read(lambda tx: network_of(tx.db, "other", workspace, "general"))


def code_in(reply: Reply) -> str:
    """The code that somebody was shown, alone."""
    assert isinstance(reply, Answer)
    assert reply.is_secret
    (span,) = reply.message.blocks[0].spans  # type: ignore[union-attr]  # the first block of a code is a paragraph
    assert isinstance(span, Code)
    return span.text


async def steward_code(house: House) -> str:
    code = house.new_code()
    await house.work.write(1, lambda tx: codes.new_steward_code(tx.db, 1, code, tx.now))
    return code


async def test_the_first_steward_comes_by_code_from_a_workspace_nobody_knows(house: House) -> None:
    code = await steward_code(house)
    assert "You are a steward of mycel." in await elsewhere(house, f"steward {code.lower().replace('-', '')}")
    assert await workspace_network(house, "far") == 1
    assert "Stewards: Zoe" in await elsewhere(house, "roles")
    log = await house.work.read(lambda tx: events.after(tx.db, 1, 0, 10))
    assert [(e.kind, e.data["role"]) for e in log] == [("role_given", "steward")]


async def test_a_stewards_code_works_once(house: House) -> None:
    code = await steward_code(house)
    await house.say("oakland", "ana", f"/steward {code}")
    answer = plain(await house.say("oakland", "ben", f"/steward {code}"))
    assert "was used already" in answer
    assert "mycel init" in answer
    assert "not known" in await elsewhere(house, f"steward {code}")


async def test_a_stewards_code_runs_out(house: House) -> None:
    code = await steward_code(house)
    await house.wait(days=7)
    assert "run out" in plain(await house.say("oakland", "ana", f"/steward {code}"))
    assert "run out" in await elsewhere(house, f"steward {code}")
    assert await workspace_network(house, "far") is None


async def test_a_code_of_another_kind_makes_no_steward(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    code = code_in(await house.say("oakland", "ana", "/invite"))
    assert "not known" in await elsewhere(house, f"steward {code}")
    assert "Stewards: Ana\n" in plain(await house.say("oakland", "ana", "/roles"))


async def test_an_invitation_connects_another_workspace(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    code = code_in(await house.say("oakland", "ana", "/invite"))
    assert "belongs to no network yet" in await elsewhere(house, "whoami")
    assert "This workspace belongs to mycel now." in await elsewhere(house, f"mycel join {code}")
    assert "Name: Zoe" in await elsewhere(house, "whoami")
    assert "not known" in await elsewhere(house, f"join {code}", workspace="farther")


async def test_an_invitation_may_come_by_form(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    code = code_in(await house.say("oakland", "ana", "/invite"))
    typed = typed_elsewhere(house, "far", "join")
    form = FormSubmitted(typed.event_key, typed.place, typed.actor, typed.at, "join", {"code": code})
    assert "belongs to mycel now" in plain(await house.handle(form))


async def test_only_stewards_invite(house: House) -> None:
    assert "This is for stewards" in plain(await house.say("oakland", "ana", "/invite"))


async def test_a_failed_join_leaves_the_place_outside(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    code = code_in(await house.say("oakland", "ana", "/invite"))
    house.clock.move(days=8)
    assert "run out" in await elsewhere(house, f"join {code}")
    assert "belongs to no network yet" in await elsewhere(house, "whoami")
    assert "belongs to no network yet" in await elsewhere(house, "decide something")


async def test_a_workspace_of_another_network_is_not_taken(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    code = code_in(await house.say("oakland", "ana", "/invite"))

    def other_network(tx: object) -> None:
        db, now = tx.db, tx.now  # type: ignore[attr-defined]  # a Tx, as work gives it
        directory.add_network(db, 2, "other", "en", now)
        directory.add_workspace(db, "other", "far", 2, now)

    await house.work.write(2, other_network)
    assert "not known" in await elsewhere(house, f"join {code}")
    assert await workspace_network(house, "far") == 2
    assert "belongs to mycel now" in await elsewhere(house, f"join {code}", workspace="free")


async def test_roles_are_shown_to_all_and_given_by_stewards(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    await house.say("nairobi", "otieno", "hello")
    assert "This is for stewards" in plain(await house.say("nairobi", "otieno", "/roles otieno steward"))
    assert "Facilitators: Otieno" in plain(await house.say("oakland", "ana", "/roles Otieno facilitator"))
    shown = plain(await house.say("nairobi", "otieno", "/roles"))
    assert "Stewards: Ana\nFacilitators: Otieno" in shown
    assert "Roles: facilitator" in plain(await house.say("nairobi", "otieno", "/whoami"))
    assert "Facilitators: nobody yet" in plain(await house.say("oakland", "ana", "/roles @otieno member"))


async def test_the_last_steward_stays(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    assert "last steward" in plain(await house.say("oakland", "ana", "/roles ana member"))
    await house.say("nairobi", "otieno", "hello")
    await house.say("oakland", "ana", "/roles otieno steward")
    assert "Stewards: Otieno\n" in plain(await house.say("oakland", "ana", "/roles ana member"))
    log = await house.work.read(lambda tx: events.after(tx.db, 1, 0, 10))
    assert [e.kind for e in log] == ["role_given", "role_given", "role_taken"]


async def test_who_is_meant_has_to_be_clear(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    assert "nobody called “nemo”" in plain(await house.say("oakland", "ana", "/roles nemo steward"))
    assert "Say which role" in plain(await house.say("oakland", "ana", "/roles ben"))
    for channel, account in (("nairobi", "kim1"), ("bilbao", "kim2")):
        actor = Actor("test", "w", account, "Kim")
        await house.handle(CommandTyped(house.event_key(), house.place(channel), actor, house.clock(), "group"))
    assert "2 people are called “kim”" in plain(await house.say("oakland", "ana", "/roles kim facilitator"))
    assert "Facilitators: Kim" in plain(await house.say("oakland", "ana", "/roles kim2 facilitator"))


async def test_a_code_is_kept_as_a_digest_alone(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    code = code_in(await house.say("oakland", "ana", "/invite"))
    stored = await house.work.read(
        lambda tx: str(tx.db.exec_driver_sql("SELECT digest, purpose, data FROM codes").all())
    )
    assert code not in stored
    assert codes.digest(code) in stored


def test_codes_are_read_however_they_are_typed() -> None:
    assert codes.digest("K7QMP-2RX01") == codes.digest(" k7qmp 2rxoI ") == codes.digest("k7qmp2rxol")
    assert timedelta(days=7) == codes.STEWARD_CODE_FOR
