"""More channels and people for the playground: made once, known to Mycel when somebody speaks or a group is made."""

from __future__ import annotations

import pytest

from adapters.local import growing
from adapters.local.growing import MOST_CHANNELS, NewChannel, NewPerson, add_channel, add_person
from adapters.local.inbound import Say
from adapters.local.playground import Refused
from storage import local_chat, people
from tests.support.playground import Stage


async def test_a_new_channel_belongs_to_no_group(stage: Stage) -> None:
    assert await add_channel(stage.playground, NewChannel(id=stage.id(), title=" São Paulo ")) == "sao-paulo"
    shown = (await stage.playground.state())["channels"][-1]
    assert (shown["channel"], shown["title"], shown["group"]) == ("sao-paulo", "São Paulo", None)


async def test_the_same_name_again_is_the_same_channel_and_person(stage: Stage) -> None:
    assert await add_channel(stage.playground, NewChannel(id=stage.id(), title="nairobi")) == "nairobi"
    assert await add_person(stage.playground, NewPerson(id=stage.id(), name="ANA", channel="bilbao")) == "ana"
    state = await stage.playground.state()
    assert (len(state["channels"]), len(state["people"])) == (3, 7)


async def test_a_new_person_is_known_to_mycel_once_they_speak(stage: Stage) -> None:
    account = await add_person(stage.playground, NewPerson(id=stage.id(), name="Mo", channel="nairobi"))
    shown = (await stage.playground.state())["people"][-1]
    assert (account, shown["name"], shown["home"], shown["role"]) == ("mo", "Mo", "nairobi", "")
    before = await stage.work.read(lambda tx: local_chat.account(tx.db, 1, "mo"))
    assert before is not None
    assert before.zone == "Africa/Nairobi"
    await stage.playground.do(Say(id=stage.id(), channel="nairobi", account="mo", text="/ask Use Signal"))
    found = await stage.work.read(lambda tx: people.find(tx.db, 1, "local", "playground", "mo"))
    assert [person.name for person in found] == ["Mo"]


async def test_who_lives_where_no_group_is_has_no_zone_of_their_own(stage: Stage) -> None:
    await add_channel(stage.playground, NewChannel(id=stage.id(), title="Madrid"))
    await add_person(stage.playground, NewPerson(id=stage.id(), name="Mo", channel="madrid"))
    await stage.playground.do(Say(id=stage.id(), channel="nairobi", account="mo", text="/ask Use Signal"))
    found = await stage.work.read(lambda tx: people.find(tx.db, 1, "local", "playground", "mo"))
    assert [person.zone for person in found] == [None]


async def test_names_in_other_scripts_and_names_alike_have_ids_of_their_own(stage: Stage) -> None:
    ids = [
        await add_channel(stage.playground, NewChannel(id=stage.id(), title=title))
        for title in ("Київ", "東京", "Nairobi!", "Direct")  # "direct" in a script is a person's chat with Mycel
    ]
    assert ids == ["channel", "channel-2", "nairobi-2", "direct-2"]


async def test_there_is_an_end_to_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MOST_PEOPLE", 7)
    with pytest.raises(Refused, match="enough to play with"):
        await add_person(stage.playground, NewPerson(id=stage.id(), name="Mo", channel="nairobi"))
    for n in range(3, MOST_CHANNELS):
        await add_channel(stage.playground, NewChannel(id=stage.id(), title=f"Team {n}"))
    with pytest.raises(Refused, match="enough to play with"):
        await add_channel(stage.playground, NewChannel(id=stage.id(), title="One more"))
    with pytest.raises(Refused, match="no such channel"):
        await add_person(stage.playground, NewPerson(id=stage.id(), name="Mo", channel="atlantis"))
