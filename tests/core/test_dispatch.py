"""Incoming → once only → who may → handler → one commit → answer."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from _pytest.logging import LogCaptureFixture

from bot.core.conversation import CommandTyped, MessagePosted, Place
from bot.core.replies import Answer, Form, Invalid, Nothing
from storage import schema
from storage.delivery_tables import messages
from storage.events import events
from storage.inbox import inbox
from storage.network_tables import memberships, people
from storage.types import metadata
from storage.work import Busy, GroupLost, Tx
from tests.support.echo import Echo
from tests.support.entries import Hold
from tests.support.house import START, House, plain, rows

assert schema


async def counts(house: House) -> dict[str, int]:
    """Rows by table."""
    return await house.work.read(lambda tx: {name: rows(tx.db, table) for name, table in metadata.tables.items()})


async def stored(house: House, *tables: sa.Table) -> list[int]:
    return await house.work.read(lambda tx: [rows(tx.db, table) for table in tables])


async def test_an_event_that_comes_twice_is_handled_once(house: House) -> None:
    first = await house.say("oakland", "ana", "/echo hello", key="event-1")
    assert plain(first) == "E-1: hello"
    assert await house.say("oakland", "ana", "/echo hello", key="event-1") == Nothing()
    assert await house.say("oakland", "ana", "/ecko hello", key="event-1") == Nothing()
    assert await stored(house, inbox, messages) == [1, 1]


async def test_the_same_words_within_two_minutes_are_one_command(house: House) -> None:
    await house.say("oakland", "ana", "/echo hello")
    house.clock.move(seconds=119)
    assert plain(await house.say("oakland", "ana", "/echo hello")) == "Already done, as E-1."
    assert plain(await house.say("oakland", "ben", "/echo hello")) == "E-2: hello"
    assert plain(await house.say("nairobi", "ana", "/echo hello")) == "E-3: hello"
    house.clock.move(seconds=2)
    assert plain(await house.say("oakland", "ana", "/echo hello")) == "E-4: hello"


async def test_a_form_sent_twice_is_one_command_too(house: House) -> None:
    assert plain(await house.submit("oakland", "ana", "echo", text="hello")) == "E-1: hello"
    assert plain(await house.submit("oakland", "ana", "echo", text="hello")) == "Already done, as E-1."
    assert plain(await house.submit("oakland", "ana", "echo", text="hello!")) == "E-2: hello!"


async def test_of_a_wrong_command_only_the_event_is_kept(house: House) -> None:
    before = await counts(house)
    for typed in ("/echo hello --then refuse", "/echo", "/echo hello --abuot x", "/nonsense", "/"):
        assert isinstance(await house.say("oakland", "ana", typed), (Invalid, Form))
    after = await counts(house)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"inbox", "people", "identities", "memberships"}  # the bare command's form was a right one
    assert after["inbox"] == before["inbox"] + 5
    assert house.shown("oakland") == ""


async def test_a_wrong_command_is_answered_with_the_right_one(house: House) -> None:
    wrong = await house.say("oakland", "ana", "/echo Use Signal --abuot D-1")
    assert plain(wrong) == (
        "Understood: text “Use Signal”.\n"
        "There is no option “--abuot” here; did you mean “--about”?\n"
        "Type: `/echo Use Signal --about D-1`"
    )
    assert "Type: `/echo Use Signal`" in plain(await house.say("oakland", "ana", "/ehco Use Signal"))
    assert "Type: `/mycel echo Use`" in plain(await house.say("oakland", "ana", "/mycel ehco Use"))
    assert "That is refused.\nType for example: `/echo hello`" in plain(
        await house.say("oakland", "ana", "/echo x --then refuse")
    )


async def test_a_form_gets_its_errors_by_field(house: House) -> None:
    wrong = await house.submit("oakland", "ana", "echo", text="x" * 201)
    assert isinstance(wrong, Invalid)
    assert wrong.errors == {"text": "“text” can be 200 characters long; this is 201."}
    missing = await house.submit("oakland", "ana", "echo", text=" ")
    assert isinstance(missing, Invalid)
    assert missing.errors == {"text": "“text” is missing."}
    assert await stored(house, messages) == [0]


async def test_a_bare_command_is_answered_with_its_form(house: House) -> None:
    form = await house.say("oakland", "ana", "/echo")
    assert isinstance(form, Form)
    assert [f.name for f in form.fields] == ["text", "about", "thread", "then"]
    assert [f.is_required for f in form.fields] == [True, False, False, False]


async def test_a_bug_is_answered_with_a_reference_and_leaves_nothing(
    house: House, echo: Echo, caplog: LogCaptureFixture
) -> None:
    echo.errors["handler"] = [ZeroDivisionError("what they typed")]
    answer = await house.say("oakland", "ana", "/echo very private words", key="event-9")
    assert isinstance(answer, Invalid)
    assert "reference" in plain(answer)
    reference = plain(answer).rsplit(" ", 1)[1].strip(".")
    assert f"failed {reference}: echo from test:w, event event-9" in caplog.text
    assert "private" not in caplog.text
    assert await stored(house, messages, events, inbox) == [0, 0, 1]
    assert await house.say("oakland", "ana", "/echo very private words", key="event-9") == Nothing()
    assert plain(await house.say("oakland", "ana", "/echo very private words")) == "E-1: very private words"


async def test_a_broken_constraint_is_a_bug_and_no_reason_to_send_it_again(house: House, echo: Echo) -> None:
    echo.errors["handler"] = [sa.exc.IntegrityError("INSERT", {}, ValueError())]
    assert "reference" in plain(await house.say("oakland", "ana", "/echo hello"))
    assert await stored(house, inbox, messages) == [1, 0]


@pytest.mark.parametrize("error", [Busy(), GroupLost(), sa.exc.OperationalError("INSERT", {}, ValueError())])
async def test_when_the_database_cannot_the_platform_hears_of_it(house: House, echo: Echo, error: Exception) -> None:
    echo.errors["handler"] = [error]
    with pytest.raises(type(error)):
        await house.say("oakland", "ana", "/echo hello", key="event-1")
    assert await stored(house, inbox, messages, people) == [0, 0, 0]
    assert plain(await house.say("oakland", "ana", "/echo hello", key="event-1")) == "E-1: hello"


async def test_reading_writes_nothing(house: House, echo: Echo) -> None:
    before = await counts(house)
    assert plain(await house.say("oakland", "ana", "/read")) == "Ana in [1]"
    assert isinstance(await house.say("oakland", "ana", "/read too much"), Invalid)
    assert await counts(house) == before


async def test_a_bug_while_reading_is_answered_too(house: House, echo: Echo) -> None:
    echo.errors["read"] = [KeyError("x")]
    assert "reference" in plain(await house.say("oakland", "ana", "/read"))


async def test_places_of_no_network_are_told_how_to_get_one(house: House) -> None:
    strange = Place("test", "elsewhere", "general")
    typed = CommandTyped("e-1", strange, house.actor("ana"), START, "echo hello")
    before = await counts(house)
    assert "belongs to no network yet" in plain(await house.dispatch.handle(typed))
    assert await counts(house) == before


async def test_who_speaks_in_a_home_becomes_a_member(house: House) -> None:
    for _ in range(3):
        assert await house.say("nairobi", "wanjiku", "good morning") == Nothing()
    assert await stored(house, people, memberships) == [1, 1]
    assert plain(await house.say("oakland", "wanjiku", "/read")) == "Wanjiku in [1, 2]"


async def test_a_membership_that_could_not_be_stored_is_stored_the_next_time(house: House, echo: Echo) -> None:
    assert "reference" in plain(await house.say("nairobi", "wanjiku", "bug"))
    assert await stored(house, memberships) == [0]
    await house.say("nairobi", "wanjiku", "good morning")
    assert await stored(house, memberships) == [1]


async def test_talk_by_those_who_are_known_writes_nothing(house: House) -> None:
    await house.say("nairobi", "wanjiku", "good morning")
    before = await counts(house)
    for _ in range(3):
        await house.say("nairobi", "wanjiku", "hello again")
    assert await counts(house) == before


async def test_in_a_channel_of_no_group_strangers_are_told_to_register_one(house: House) -> None:
    assert "belongs to no group yet" in plain(await house.say("lobby", "zoe", "/echo hello"))
    assert "E-1" not in plain(await house.say("lobby", "zoe", "/echo hello"))


async def test_rights_are_checked_before_anything_is_done(house: House) -> None:
    await house.say("nairobi", "wanjiku", "good morning")
    assert "members of the group whose decision" in plain(await house.say("nairobi", "wanjiku", "/theirs"))
    assert "for stewards" in plain(await house.say("oakland", "ana", "/stewards"))
    assert plain(await house.say("oakland", "ana", "/theirs")) == "done"


async def test_a_cancelled_callers_command_is_still_carried_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    write, is_waiting = house.work.write, asyncio.Event()

    async def noted(network_id: int, fn: Callable[[Tx], object]) -> object:
        is_waiting.set()
        return await write(network_id, fn)

    typed = CommandTyped("e-1", house.place("oakland"), house.actor("ana"), START, "echo hello")
    async with Hold(house.work) as hold:
        monkeypatch.setattr(house.work, "write", noted)
        caller = asyncio.create_task(house.dispatch.handle(typed))
        await is_waiting.wait()
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        hold.let_go()
    assert await house.dispatch.handle(typed) == Nothing()
    await house.deliverer.drain()
    assert house.shown("oakland") == "hello"


async def test_characters_that_no_database_keeps_are_dropped(each_house: House) -> None:
    text = "echo hel\x00lo \ud83d there"
    typed = CommandTyped("e-1", each_house.place("oakland"), each_house.actor("an\x00a"), START, text)
    assert plain(await each_house.dispatch.handle(typed)) == "E-1: hello there"
    form = await each_house.submit("oakland", "ana", "echo", text="a\x00b\udc00")
    assert plain(form) == "E-2: ab"
    said = MessagePosted("e-2", each_house.place("oakland"), each_house.actor("ben"), START, "m-1", "\x00")
    assert await each_house.dispatch.handle(said) == Nothing()


async def test_very_long_names_are_cut(each_house: House) -> None:
    actor = each_house.actor("n" * 240)
    typed = CommandTyped("e-1", each_house.place("oakland"), actor, START, "echo hello")
    assert isinstance(await each_house.dispatch.handle(typed), Answer)


async def test_commands_may_be_called_through_mycel_any_number_of_times(house: House) -> None:
    assert plain(await house.say("oakland", "ana", "/mycel MYCEL\techo\nhello")) == "E-1: hello"
    assert isinstance(await house.say("oakland", "ana", "/" + "mycel " * 5000), Invalid)
    assert "…" not in plain(await house.say("oakland", "ana", "/" + "x" * 5000))[100:]


async def test_repetition_is_over_after_two_minutes(each_house: House) -> None:
    now = await each_house.work.write(1, lambda tx: tx.now)
    each_house.clock.now = now
    assert plain(await each_house.say("oakland", "ana", "/echo hello")) == "E-1: hello"
    assert plain(await each_house.say("oakland", "ana", "/echo hello")) == "Already done, as E-1."
    old = now - timedelta(minutes=3)
    await each_house.work.write(1, lambda tx: tx.db.execute(sa.update(inbox).values(received_at=old)).rowcount)
    assert plain(await each_house.say("oakland", "ana", "/echo hello")) == "E-2: hello"
