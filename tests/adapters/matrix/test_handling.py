"""An event from beginning to end: who is answered, where, and only once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from adapters.matrix.errors import MatrixError
from adapters.matrix.handling import Handling
from adapters.matrix.own import OwnMessages
from adapters.matrix.rooms import RoomInfo
from adapters.matrix.voice import TRIES, Voice
from adapters.matrix.wanted import GAP, UNREADABLE
from bot.core.conversation import Incoming
from bot.core.errors import DeliveryError
from bot.core.replies import Reply
from storage import places
from storage.network_tables import people
from tests.support.fake_matrix import BOT, user
from tests.support.house import rows
from tests.support.matrix_bot import eventually
from tests.support.matrix_stage import MatrixStage, notices

MESSAGE = "m.room.message"


def text(body: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, "m.mentions": {}, **more}


def edit(body: str, of: str) -> dict[str, Any]:
    return text(f"* {body}", **{"m.new_content": text(body), "m.relates_to": {"rel_type": "m.replace", "event_id": of}})


async def say(stage: MatrixStage, body: str, related: dict[str, Any] | None = None) -> str:
    """Ana says something in Oakland's room."""
    return await stage.send("oakland", "ana", MESSAGE, text(body, **({"m.relates_to": related} if related else {})))


def answers(stage: MatrixStage, id: str, channel: str = "oakland") -> list[dict[str, Any]]:
    return [event["content"] for event in notices(stage.room(channel), f"answer:{id}")]


async def decisions(stage: MatrixStage) -> str:
    id = await say(stage, "!decisions")
    return str(answers(stage, id)[0]["body"])


async def test_a_command_is_answered_in_its_own_thread(stage: MatrixStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.matrix.handling.TYPING_AFTER_S", 3600)  # however slow the computer is
    id = await say(stage, "!decide Meet on Tuesdays --why Most can")
    [answer] = answers(stage, id)
    assert answer["msgtype"] == "m.notice"
    assert answer["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": id,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": id},
    }
    assert answer["m.mentions"] == {}
    assert "!undo" in answer["body"]
    assert stage.port.read == []  # it does not hold the answer up
    await eventually(lambda: stage.port.read, "the receipt")
    assert (stage.port.read, stage.port.shown_typing) == ([id], [])


async def test_a_message_that_is_answered_becomes_the_source_and_goes_when_it_is_taken_back(stage: MatrixStage) -> None:
    said = await stage.send("oakland", "ben", MESSAGE, text("Let us use Signal.\nIt hides our numbers."))
    reply = {"m.in_reply_to": {"event_id": said}}
    decided = await say(stage, "!decide", reply)
    assert "Logged: D-1 Let us use Signal." in answers(stage, decided)[0]["body"]
    shown = answers(stage, await say(stage, "!show D-1"))[0]["body"]
    assert "It hides our numbers." in shown
    await stage.redact("oakland", "ben", said)
    gone = answers(stage, await say(stage, "!show 1"))[0]["body"]
    assert "It was taken back, and its words are gone." in gone
    assert "hides our numbers" not in gone


async def test_a_command_is_no_source(stage: MatrixStage) -> None:
    decided = await say(stage, "!decide Use Signal")
    thread = {"rel_type": "m.thread", "event_id": decided, "is_falling_back": True}
    again = await say(stage, "!decide Use Matrix", thread)
    assert "Logged: D-2 Use Matrix" in answers(stage, again)[0]["body"]
    assert "Made from" not in answers(stage, await say(stage, "!show D-2"))[0]["body"]


async def test_what_takes_a_moment_shows_that_it_is_at_work(
    stage: MatrixStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = stage.dispatch.handle

    async def slowly(incoming: Incoming) -> Reply:
        await asyncio.wait_for(stage.port.has_typed.wait(), 5)
        return await handle(incoming)

    monkeypatch.setattr("adapters.matrix.handling.TYPING_AFTER_S", 0)
    monkeypatch.setattr(stage.dispatch, "handle", slowly)
    assert len(answers(stage, await say(stage, "!help"))) == 1
    assert stage.port.shown_typing == [True, False]


async def test_in_a_thread_it_is_answered_there(stage: MatrixStage) -> None:
    root = await say(stage, "shall we meet on Tuesdays?")
    id = await say(stage, "!help", {"rel_type": "m.thread", "event_id": root})
    related = answers(stage, id)[0]["m.relates_to"]
    assert (related["event_id"], related["m.in_reply_to"]["event_id"]) == (root, id)


async def test_what_cannot_begin_a_thread_is_answered_by_a_reply(stage: MatrixStage) -> None:
    root = await say(stage, "see there")
    id = await say(stage, "!help", {"rel_type": "m.reference", "event_id": root})
    assert answers(stage, id)[0]["m.relates_to"] == {"m.in_reply_to": {"event_id": id}}


async def test_the_same_event_again_says_and_does_nothing_anew(stage: MatrixStage) -> None:
    id = await say(stage, "!decide Meet on Tuesdays --why Most can")
    before = len(stage.room("oakland").events)
    await stage.handle("oakland", id)
    assert len(stage.room("oakland").events) == before
    assert "D-2" not in await decisions(stage)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("!decide Meet on Tuesdays --why x", "Done, as D-1."), ("!decied x", "Please send it again")],
)
async def test_an_answer_that_a_restart_swallowed_is_made_good(
    stage: MatrixStage, monkeypatch: pytest.MonkeyPatch, typed: str, expected: str
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    async def die(*_: Any) -> str:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(stage.port, "send", die)
        with pytest.raises(Killed):
            await say(stage, typed)
    id = stage.room("oakland").events[-1]["event_id"]
    await stage.handle("oakland", id)
    await stage.handle("oakland", id)
    [answer] = answers(stage, id)
    assert expected in answer["body"]


async def test_a_busy_server_is_asked_again_and_a_refusing_one_is_not(stage: MatrixStage) -> None:
    stage.port.refusals = [MatrixError("500"), MatrixError("429", retry_after=timedelta(seconds=7))]
    id = await say(stage, "!help")
    assert len(answers(stage, id)) == 1
    assert stage.pauses == [7, 2]
    stage.port.refusals = [MatrixError("403", permanent=True)]
    assert answers(stage, await say(stage, "!help")) == []


async def test_an_answer_whose_receipt_was_lost_is_there_once(stage: MatrixStage) -> None:
    stage.port.refusals, stage.port.is_answer_lost = [MatrixError("504", unclear=True)], True
    id = await say(stage, "!help")
    assert stage.pauses == [1]
    assert len(answers(stage, id)) == 1


async def test_an_answer_is_made_good_when_the_server_is_back(stage: MatrixStage) -> None:
    stage.port.refusals = [MatrixError("500")] * TRIES
    with pytest.raises(DeliveryError):
        await say(stage, "!decide Meet on Tuesdays --why x")
    id = stage.room("oakland").events[-1]["event_id"]
    assert answers(stage, id) == []
    await stage.handle("oakland", id)
    assert [answer["body"] for answer in answers(stage, id)] == ["Done, as D-1. (I could not say so at once.)"]


async def test_a_room_is_told_of_what_could_not_be_read(stage: MatrixStage) -> None:
    for what in (UNREADABLE, GAP, UNREADABLE):
        await stage.handling.trouble("!oakland", what)
    said = [event["content"]["body"] for event in stage.room("oakland").events]
    assert [text.split(":")[0][:40] for text in said] == [
        "I cannot read some messages here",
        "So much was said here while I was away t",
    ]


async def test_a_room_that_it_has_left_is_left_alone(stage: MatrixStage) -> None:
    left = {"event_id": "$gone", "type": "m.room.member", "sender": user("ana"), "content": {"membership": "leave"}}
    await stage.handling.handle(left, RoomInfo("!elsewhere", is_joined=False))
    assert stage.port.read == []


async def test_a_form_is_a_guide(stage: MatrixStage) -> None:
    [answer] = answers(stage, await say(stage, "!decide"))
    assert "Write it in one message: `!decide" in answer["body"]
    assert "• Title (needed): " in answer["body"]
    assert "• Affects: " in answer["body"]
    assert "• Audience: Who may read it; one of: group, affected, network, circle" in answer["body"]


async def test_what_is_for_one_alone_is_said_in_private(stage: MatrixStage) -> None:
    id = await say(stage, "!whoami")
    [hint] = answers(stage, id)
    assert hint["body"] == "I have answered you in private: see our direct chat."
    [told] = answers(stage, id, f"!alone-with-{user('ana')}")
    assert "Ana" in told["body"]
    assert "m.relates_to" not in told


async def test_alone_with_the_bot_secrets_are_said_at_once_and_without_threads(stage: MatrixStage) -> None:
    alone = await stage.port.direct_room(user("ana"))
    await say(stage, "hello")
    id = await stage.send(alone, "ana", MESSAGE, text("whoami"))
    [told] = answers(stage, id, alone)
    assert "Ana" in told["body"]
    assert told["m.relates_to"] == {"m.in_reply_to": {"event_id": id}}


async def test_without_a_direct_chat_the_secret_stays_unsaid(
    stage: MatrixStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_: str) -> str:
        raise MatrixError("403", permanent=True)

    monkeypatch.setattr(stage.port, "direct_room", refuse)
    [hint] = answers(stage, await say(stage, "!whoami"))
    assert "could not open a direct chat" in hint["body"]


async def test_talk_in_a_room_that_is_nobody_s_leaves_no_trace(stage: MatrixStage) -> None:
    stage.homeserver.add_room("!cafe", "Café", {user("zoe"): "Zoe"})
    await stage.send("cafe", "zoe", MESSAGE, text("a private word"))
    assert await stage.work.read(lambda tx: rows(tx.db, people)) == 0
    assert [e["sender"] for e in stage.room("cafe").events] == [user("zoe")]
    assert stage.port.read == []
    id = await stage.send("cafe", "zoe", MESSAGE, text("!decide x"))
    assert "!group NAME" in answers(stage, id, "cafe")[0]["body"]


async def test_a_joined_room_is_greeted_in_three_lines_once(stage: MatrixStage) -> None:
    room = stage.homeserver.add_room("!cafe", "Café", {})
    joined = {"event_id": "$join", "type": "m.room.member", "sender": BOT, "state_key": BOT}
    for _ in range(2):
        await stage.handling.handle({**joined, "content": {"membership": "join"}}, room.info())
    [hello] = room.events
    assert hello["content"]["body"].splitlines() == [
        "I am Mycel. I keep what groups decide, ask those affected for their input, and remember why.",
        "To make this room the home of your group: `!group NAME --tz Area/City`",
        "Then `!decide …` logs a decision. `!help` lists everything; what is said outside my threads I do not keep.",
    ]
    again = {**joined, "content": {"membership": "join"}}
    await stage.handling.handle({**again, "event_id": "$join2"}, stage.room("oakland").info())
    assert stage.room("oakland").events == []
    alone = await stage.port.direct_room(user("ana"))
    await stage.handling.handle({**again, "event_id": "$join3"}, stage.room(alone).info())
    assert len(stage.room(alone).events[0]["content"]["body"].splitlines()) == 3


class TestEdits:
    async def test_a_mistyped_command_is_carried_out(self, stage: MatrixStage) -> None:
        id = await say(stage, "!decied Meet on Tuesdays --why x")
        changed = await stage.send("oakland", "ana", MESSAGE, edit("!decide Meet on Tuesdays --why x", id))
        [answer] = answers(stage, changed)
        assert "D-1" in answer["body"]
        assert answer["m.relates_to"]["event_id"] == id
        await stage.handle("oakland", changed)
        assert len(answers(stage, changed)) == 1

    async def test_what_came_of_the_first_is_undone(self, stage: MatrixStage) -> None:
        id = await say(stage, "!decide Meet on Teusdays --why x")
        stage.clock.move(seconds=60)
        changed = await stage.send("oakland", "ana", MESSAGE, edit("!decide Meet on Tuesdays --why x", id))
        [answer] = answers(stage, changed)
        assert "D-1 is taken back." in answer["body"]
        listed = await decisions(stage)
        assert "Meet on Tuesdays" in listed
        assert "Teusdays" not in listed

    async def test_what_cannot_be_undone_is_said(self, stage: MatrixStage) -> None:
        id = await say(stage, "!decide Meet on Tuesdays --why x")
        await say(stage, "!undo D-1")
        changed = await stage.send("oakland", "ana", MESSAGE, edit("!decide Meet on Fridays --why x", id))
        [answer] = answers(stage, changed)
        assert answer["body"].startswith("D-1 stands as you first typed it; I could not take it back for your edit.")
        assert "Fridays" not in await decisions(stage)

    async def test_after_a_minute_it_is_told_how_to_change_it(self, stage: MatrixStage) -> None:
        id = await say(stage, "!decide Meet on Tuesdays --why x")
        stage.clock.move(seconds=61)
        changed = await stage.send("oakland", "ana", MESSAGE, edit("!decide Meet on Fridays --why x", id))
        [answer] = answers(stage, changed)
        assert "D-1 stands as you first typed it" in answer["body"]
        assert "`!edit D-1 …`" in answer["body"]
        assert "Fridays" not in await decisions(stage)

    async def test_late_where_nothing_came_of_it(self, stage: MatrixStage) -> None:
        id = await say(stage, "decide Meet on Tuesdays")
        stage.clock.move(seconds=61)
        changed = await stage.send("oakland", "ana", MESSAGE, edit("!decide Meet on Tuesdays", id))
        assert "send it as a new message" in answers(stage, changed)[0]["body"]

    async def test_nobody_edits_somebody_else_s_words(self, stage: MatrixStage) -> None:
        id = await say(stage, "!decied x")
        changed = await stage.send("oakland", "ben", MESSAGE, edit("!decide x --why y", id))
        assert answers(stage, changed) == []
        unknown = await stage.send("oakland", "ben", MESSAGE, edit("!decide x --why y", "$nowhere"))
        assert answers(stage, unknown) == []
        assert "D-1" not in await decisions(stage)


async def test_its_own_events_teach_it_which_message_they_are(stage: MatrixStage) -> None:
    await say(stage, "!decide Meet on Tuesdays --why x")
    own = OwnMessages()
    restarted = Handling(stage.work, stage.dispatch, stage.port, own, Voice(stage.work, stage.port))
    for event in list(stage.room("oakland").events):
        if event["sender"] == BOT:
            await restarted.handle(event, stage.room("oakland").info())
    known = await stage.work.read(lambda tx: places.roots_about(tx.db, 1, 1, ["D-1"]))
    assert own.keys == {known["D-1"]: stage.own.keys[known["D-1"]]}
