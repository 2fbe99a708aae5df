"""What people do is kept in one write and told to Mycel exactly once, whatever happens in between."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from adapters.local.inbound import Delete, Edit, Press, React, Say, Submit
from adapters.local.playground import Refused, Waiting
from bot.core.conversation import Incoming, MessageEdited, MessagePosted, MessageRedacted, Reacted
from bot.core.message import to_plain
from bot.core.message_json import from_json
from bot.core.replies import Answer, Form, Invalid, Nothing, Reply
from storage import directory, inbox, local_chat
from storage.jobs import Busy
from storage.work import Tx
from tests.adapters.local import fake_feature
from tests.support.house import rows
from tests.support.playground import Stage, open_stage


def who(stage: Stage, channel: str = "oakland", account: str = "ana") -> dict[str, Any]:
    return {"id": stage.id(), "channel": channel, "account": account}


async def ask(stage: Stage) -> str:
    """Something is put before all groups; returns the id of Oakland's message about it."""
    reply = await stage.playground.do(Say(**who(stage), text="/ask Use Signal"))
    assert isinstance(reply, Answer)
    await stage.playground.drain()
    return next(m.id for m in await stage.shown() if m.channel == "oakland")


async def test_it_begins_with_three_groups_people_with_roles_and_no_message(stage: Stage) -> None:
    state = await stage.playground.state()
    assert [(c["title"], c["zone"]) for c in state["channels"]] == [
        ("Oakland", "America/Los_Angeles"),
        ("Nairobi", "Africa/Nairobi"),
        ("Bilbao", "Europe/Madrid"),
    ]
    assert {p["role"] for p in state["people"]} == {"", "steward", "facilitator"}
    assert state["messages"] == []
    assert state["hint"]["command"].startswith("/decide ")


async def test_starting_again_plants_nothing_twice(stage: Stage) -> None:
    before = await stage.playground.state()
    await stage.playground.start()
    assert await stage.playground.state() == before
    assert await stage.work.read(lambda tx: len(directory.all_groups(tx.db, 1))) == 3


async def test_a_command_is_answered_and_shown_in_every_channel_once(stage: Stage) -> None:
    await ask(stage)
    await stage.playground.drain()
    shown = await stage.shown()
    assert sorted(m.channel for m in shown) == ["bilbao", "nairobi", "oakland"]
    assert "Ana asks: Use Signal" in to_plain(from_json(shown[0].body))


async def test_the_same_deed_twice_is_done_once_and_answered_alike(stage: Stage) -> None:
    deed = Say(**who(stage), text="/ask Use Signal")
    assert await stage.playground.do(deed) == await stage.playground.do(deed)
    talk = Say(**who(stage), text="hello")
    await stage.playground.do(talk)
    await stage.playground.do(talk)
    assert [m.body for m in await stage.shown() if m.account == "ana"] == ["hello"]


async def test_a_reply_reaches_mycel_with_its_thread(stage: Stage) -> None:
    root = await ask(stage)
    await stage.playground.do(Say(**who(stage, account="wanjiku"), text="concern: no phones", thread=root))
    [posted] = fake_feature.heard
    assert isinstance(posted, MessagePosted)
    assert (posted.place.thread, posted.place.thread_key, posted.actor.name) == (root, "ask:oakland", "Wanjiku")
    await stage.playground.drain()
    replies = [m for m in await stage.shown() if m.thread == root]
    assert [m.account for m in replies] == ["wanjiku", None]


async def test_a_reply_to_a_reply_belongs_to_the_root(stage: Stage) -> None:
    root = await ask(stage)
    first = Say(**who(stage), text="one", thread=root)
    await stage.playground.do(first)
    await stage.playground.do(Say(**who(stage), text="two", thread=f"m{first.id}"))
    assert [m.thread for m in await stage.shown() if m.account == "ana"] == [root, root]


async def test_edits_reactions_and_deletions_are_shown_and_told(stage: Stage) -> None:
    said = Say(**who(stage), text="hello")
    await stage.playground.do(said)
    message = f"m{said.id}"
    await stage.playground.do(Edit(**who(stage), message=message, text="hello all"))
    await stage.playground.do(React(**who(stage, account="ben"), message=message, emoji="👍", is_on=True))
    [shown] = await stage.shown()
    assert (shown.body, shown.is_edited) == ("hello all", True)
    assert await stage.work.read(lambda tx: local_chat.reactions_on(tx.db, 1, [message])) == {message: {"👍": ["ben"]}}
    await stage.playground.do(React(**who(stage, account="ben"), message=message, emoji="👍", is_on=False))
    await stage.playground.do(Delete(**who(stage), message=message))
    [gone] = await stage.shown()
    assert (gone.body, gone.is_removed) == ("", True)
    kinds = [type(incoming) for incoming in fake_feature.heard]
    assert kinds == [MessagePosted, MessageEdited, Reacted, Reacted, MessageRedacted]


async def test_what_was_said_is_kept_nowhere_but_in_the_chat(stage: Stage) -> None:
    await stage.playground.do(Say(**who(stage), text="hello"))
    data = sa.select(local_chat.happenings.c.data)
    assert await stage.work.read(lambda tx: list(tx.db.execute(data).scalars())) == [None]


async def test_a_button_is_a_command_of_whoever_presses_it(stage: Stage) -> None:
    message = await ask(stage)
    reply = await stage.playground.do(Press(**who(stage, account="ben"), command="/support D-1", message=message))
    assert isinstance(reply, Answer)
    assert to_plain(reply.message) == "Ben supports D-1."


async def test_a_bare_command_is_a_form_and_the_form_a_command(stage: Stage) -> None:
    form = await stage.playground.do(Say(**who(stage), text="/ask"))
    assert isinstance(form, Form)
    assert [f.widget for f in form.fields] == ["long_text", "long_text", "groups", "choice", "flag"]
    wrong = await stage.playground.do(Submit(**who(stage), command="ask", values={"title": "x", "mood": "wild"}))
    assert isinstance(wrong, Invalid)
    assert set(wrong.errors) == {"mood"}
    done = await stage.playground.do(Submit(**who(stage), command="ask", values={"title": "Use Signal"}))
    assert isinstance(done, Answer)


@pytest.mark.parametrize(
    "change",
    [
        {"account": "mallory"},
        {"channel": "paris"},
        {"thread": "404"},
        {"channel": "@ben"},
        {"channel": "@mallory", "account": "mallory"},
    ],
)
async def test_what_is_not_there_is_refused_and_nothing_is_stored(stage: Stage, change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        await stage.playground.do(Say(**{**who(stage), "text": "hello", **change}))
    assert await stage.shown() == []
    assert await stage.work.read(lambda tx: rows(tx.db, local_chat.happenings)) == 0


async def test_a_direct_chat_is_its_persons_and_all_that_is_said_there_is_a_command(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Incoming] = []
    handle = stage.dispatch.handle

    async def look(incoming: Incoming) -> Reply:
        taken.append(incoming)
        return await handle(incoming)

    monkeypatch.setattr(stage.dispatch, "handle", look)
    answer = await stage.playground.do(Say(**who(stage, "@ben", "ben"), text="ask Use Signal"))
    assert isinstance(answer, Answer)
    [command] = taken
    assert command.place.is_direct
    assert command.place.channel == "@ben"
    await stage.playground.drain()
    [shown] = [m for m in await stage.shown() if m.channel == "oakland"]
    with pytest.raises(Refused, match="between one person and Mycel"):
        await stage.playground.do(Press(**who(stage, "@ben", "ana"), command="/support D-1"))
    with pytest.raises(Refused, match="not in this channel"):
        await stage.playground.do(React(**who(stage, "@ben", "ben"), message=shown.id, emoji="👍", is_on=True))
    channels = [c["channel"] for c in (await stage.playground.state())["channels"]]
    assert channels == ["oakland", "nairobi", "bilbao"]


async def test_only_its_author_changes_a_message_and_what_is_taken_back_stays_so(stage: Stage) -> None:
    said = Say(**who(stage), text="hello")
    await stage.playground.do(said)
    message = f"m{said.id}"
    with pytest.raises(Refused, match="Only who wrote"):
        await stage.playground.do(Edit(**who(stage, account="ben"), message=message, text="bye"))
    await stage.playground.do(Delete(**who(stage), message=message))
    with pytest.raises(Refused, match="taken back"):
        await stage.playground.do(Edit(**who(stage), message=message, text="bye"))


class Killed(BaseException):
    """The process ends here."""


class TestKills:
    """The process dies between its two writes; the next one goes on with the same database."""

    async def start_again(self, url: str, first_id: int) -> Stage:
        stage = open_stage(url, [fake_feature.FEATURE], first_id=first_id)
        await stage.playground.start()
        for task in list(stage.playground.background):
            await task
        await stage.playground.drain()
        return stage

    @pytest.mark.parametrize("text", ["/ask Use Signal", "hello"])
    async def test_before_mycel_was_told(self, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        stage = await self.start_again(sqlite_url, 1000)

        async def die(_incoming: Incoming) -> Reply:
            raise Killed

        monkeypatch.setattr(stage.dispatch, "handle", die)
        deed = Say(**who(stage), text=text)
        with pytest.raises(Killed):
            await stage.playground.do(deed)
        await stage.close()
        await self._expect_once(await self.start_again(sqlite_url, 5000), deed)

    @pytest.mark.parametrize("text", ["/ask Use Signal", "hello"])
    async def test_after_mycel_was_told(self, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        stage = await self.start_again(sqlite_url, 1000)

        def die(_db: sa.Connection, _network_id: int, _id: str) -> None:
            raise Killed

        monkeypatch.setattr(local_chat, "taken", die)
        deed = Say(**who(stage), text=text)
        with pytest.raises(Killed):
            await stage.playground.do(deed)
        await stage.close()
        monkeypatch.undo()
        await self._expect_once(await self.start_again(sqlite_url, 5000), deed)

    async def _expect_once(self, stage: Stage, deed: Say) -> None:
        await stage.playground.do(deed)
        await stage.playground.drain()

        def look(tx: Tx) -> tuple[int, int]:
            key = inbox.inbox.c.event_key == deed.id
            taken = sa.select(sa.func.count()).select_from(inbox.inbox).where(key)
            return tx.db.execute(taken).scalar_one(), len(local_chat.waiting(tx.db, 1))

        assert await stage.work.read(look) == (1, 0)
        shown = [(m.channel, m.account) for m in await stage.shown()]
        groups = [("bilbao", None), ("nairobi", None), ("oakland", None)]
        assert sorted(shown, key=str) == (groups if deed.command else [("oakland", "ana")])
        await stage.close()


async def test_where_mycel_is_busy_it_is_told_later(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    handle, refusals = stage.dispatch.handle, [Busy(), Busy()]

    async def busy_at_first(incoming: Incoming) -> Reply:
        if refusals:
            raise refusals.pop()
        return await handle(incoming)

    monkeypatch.setattr(stage.dispatch, "handle", busy_at_first)
    monkeypatch.setattr("adapters.local.playground.FIRST_PAUSE_S", 0.01)
    deed = Say(**who(stage), text="/ask Use Signal")
    with pytest.raises(Waiting):
        await stage.playground.do(deed)
    for task in list(stage.playground.background):
        await task
    await stage.playground.drain()
    assert len(await stage.shown()) == 3
    assert await stage.playground.do(deed) != Nothing()
