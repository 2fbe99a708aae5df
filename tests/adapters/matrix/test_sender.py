"""A room shows each message once, in place, whatever is lost on the way."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.matrix.errors import MatrixError
from adapters.matrix.own import OwnMessages, key_of_post
from adapters.matrix.sender import MatrixSender
from bot.core.delivery import Post
from bot.core.errors import DeliveryError
from bot.core.message import Message, PersonMention, RecordMention, paragraph
from storage import directory
from storage.network import Channel
from storage.work import Tx
from tests.support.fake_matrix import BOT, SERVER
from tests.support.matrix_stage import MatrixStage

HOME = Channel(1, 1, "matrix", SERVER, "!oakland", 1, True, "", "active")
LONG = tuple(paragraph(f"{letter} " + "x" * 15_000) for letter in "abc")


def message(*words: str) -> Message:
    return Message(tuple(paragraph(each) for each in words))


def post(shown: Message, rev: int, remote_id: str | None = None, **more: Any) -> Post:
    made = Post(1, HOME, "D-1:head:1", rev, shown, remote_id, None, is_unclear=False)
    return replace(made, **more)


@pytest.fixture
def sender(stage: MatrixStage) -> MatrixSender:
    return MatrixSender(stage.work, {SERVER: stage.port}, stage.own)


def visible(stage: MatrixStage) -> dict[str, str]:
    """The first letters of what Oakland's room shows of Mycel, edits done."""
    shown: dict[str, str] = {}
    for event in stage.room("oakland").events:
        content = event["content"]
        related = content.get("m.relates_to", {})
        if related.get("rel_type") == "m.replace":
            shown[related["event_id"]] = content["m.new_content"]["body"][:5].strip()
        elif "body" in content:
            shown[event["event_id"]] = content["body"][:5].strip()
    return shown


def standing(stage: MatrixStage) -> list[str]:
    """The events of Oakland's room that show something by themselves and were not taken back."""
    contents = {event["event_id"]: event["content"] for event in stage.room("oakland").events}
    return [id for id, content in contents.items() if "body" in content and "m.new_content" not in content]


async def test_posting_twice_is_posting_once(stage: MatrixStage, sender: MatrixSender) -> None:
    first = await sender.post(post(message("one"), 1))
    assert await sender.post(post(message("one"), 1)) == first
    assert visible(stage) == {first: "one"}
    assert stage.own.keys == {first: "D-1:head:1"}


async def test_an_edit_is_in_place_and_a_removal_leaves_no_words(stage: MatrixStage, sender: MatrixSender) -> None:
    first = await sender.post(post(message("one"), 1))
    await sender.edit(post(message("two"), 2, first))
    await sender.edit(post(message("two"), 2, first))
    await sender.edit(post(message("three"), 3, first))
    events = stage.room("oakland").events
    assert [e["unsigned"]["transaction_id"] for e in events] == ["D-1:head:1:1", "D-1:head:1:2", "D-1:head:1:3"]
    assert events[1]["content"]["m.relates_to"] == {"rel_type": "m.replace", "event_id": first}
    await sender.remove(post(Message(()), 4, first))
    assert [event["content"] for event in events if event["type"] == "m.room.message"] == [{}, {}, {}]


async def test_a_reply_stands_in_its_thread(stage: MatrixStage, sender: MatrixSender) -> None:
    root = await sender.post(post(message("root"), 1))
    await sender.post(post(message("reply"), 1, key="C-1:raised:1", thread=root))
    related = stage.room("oakland").events[-1]["content"]["m.relates_to"]
    assert related["rel_type"] == "m.thread"
    assert related["event_id"] == root


async def test_an_unclear_post_that_arrived_is_edited_even_under_a_later_revision(
    stage: MatrixStage, sender: MatrixSender
) -> None:
    stage.port.refusals, stage.port.is_answer_lost = [MatrixError("no answer", unclear=True)], True
    with pytest.raises(DeliveryError) as error:
        await sender.post(post(message("one"), 1))
    assert error.value.unclear
    [first] = visible(stage)
    assert await sender.post(post(message("two"), 2, is_unclear=True)) == first
    assert visible(stage) == {first: "two"}


async def test_an_unclear_post_that_did_not_arrive_is_posted(stage: MatrixStage, sender: MatrixSender) -> None:
    stage.port.refusals = [MatrixError("no answer", unclear=True)]
    with pytest.raises(DeliveryError):
        await sender.post(post(message("one"), 1))
    first = await sender.post(post(message("one"), 1, is_unclear=True))
    assert visible(stage) == {first: "one"}


async def test_one_that_was_taken_back_is_not_taken_for_the_new_one(stage: MatrixStage, sender: MatrixSender) -> None:
    first = await sender.post(post(message("one"), 1))
    await sender.remove(post(Message(()), 2, first))
    again = await sender.post(post(message("three"), 3, is_unclear=True))
    posted = stage.room("oakland").event(again)
    assert posted is not None
    assert posted["content"]["body"] == "three"
    assert visible(stage) == {again: "three"}


async def test_what_may_have_arrived_is_taken_back_too(stage: MatrixStage, sender: MatrixSender) -> None:
    await sender.remove(post(Message(()), 1, is_unclear=True))
    stage.port.refusals, stage.port.is_answer_lost = [MatrixError("no answer", unclear=True)], True
    with pytest.raises(DeliveryError):
        await sender.post(post(message("one"), 1))
    await sender.remove(post(Message(()), 2, is_unclear=True))
    assert visible(stage) == {}


async def test_a_long_message_goes_on_in_its_thread_and_follows_its_edits(
    stage: MatrixStage, sender: MatrixSender
) -> None:
    first = await sender.post(post(Message(LONG), 1))
    assert list(visible(stage).values()) == ["a xxx", "b xxx", "c xxx"]
    parts = stage.room("oakland").events[1:]
    assert {e["content"]["m.relates_to"]["event_id"] for e in parts} == {first}
    assert [key_of_post(e) for e in parts] == ["D-1:head:1"] * 2
    # A restarted process has to find the parts again.
    restarted = MatrixSender(stage.work, {SERVER: stage.port}, OwnMessages())
    await restarted.edit(post(Message((*reversed(LONG), paragraph("d" * 15_000))), 2, first))
    assert list(visible(stage).values()) == ["c xxx", "b xxx", "a xxx", "ddddd"]
    await restarted.edit(post(message("short"), 3, first))
    assert visible(stage)[first] == "short"
    assert standing(stage) == [first]
    await restarted.edit(post(Message(LONG[:2]), 4, first))
    again = MatrixSender(stage.work, {SERVER: stage.port}, OwnMessages())
    await again.remove(post(Message(()), 5, first))
    assert standing(stage) == []


async def test_a_message_that_was_cut_off_in_the_middle_is_completed(
    stage: MatrixStage, sender: MatrixSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, sends = stage.port.send, itertools.count(1)

    async def refuse_second(*args: Any) -> str:
        if next(sends) == 2:
            raise MatrixError("429", retry_after=timedelta(seconds=3))
        return await sent(*args)

    monkeypatch.setattr(stage.port, "send", refuse_second)
    with pytest.raises(DeliveryError) as error:
        await sender.post(post(Message(LONG), 1))
    assert error.value.unclear
    assert error.value.retry_after == timedelta(seconds=3)
    await sender.post(post(Message(LONG), 2, is_unclear=True))
    assert list(visible(stage).values()) == ["a xxx", "b xxx", "c xxx"]


async def test_people_in_the_room_are_mentioned_and_records_linked(stage: MatrixStage, sender: MatrixSender) -> None:
    def people(tx: Tx) -> None:
        for id, account in ((7, f"@ana:{SERVER}"), (8, f"@gone:{SERVER}")):
            directory.add_person(tx.db, 1, id, account[1:4], None, tx.now)
            directory.add_identity(tx.db, 1, "matrix", SERVER, account, id, account[1:4])

    await stage.work.write(1, people)
    await stage.send("oakland", "ana", "m.room.message", {"msgtype": "m.text", "body": "!decide x --why y"})
    [head] = [e for e in stage.room("oakland").events if e["unsigned"]["transaction_id"].startswith("D-1")]
    both = paragraph(PersonMention(7, "Ana", True), PersonMention(8, "Gone", True), RecordMention("D-1"))
    await sender.post(post(Message((both,)), 1, key="note"))
    content = stage.room("oakland").events[-1]["content"]
    assert content["m.mentions"] == {"user_ids": [f"@ana:{SERVER}"]}
    assert (
        f"https://matrix.to/#/%21oakland/{head['event_id'].replace('$', '%24')}?via={SERVER}"
        in content["formatted_body"]
    )
    assert "Gone" in content["formatted_body"]


async def test_without_an_account_or_a_room_it_says_so(stage: MatrixStage, sender: MatrixSender) -> None:
    with pytest.raises(DeliveryError, match="no account on far"):
        await sender.post(post(message("one"), 1, channel=replace(HOME, workspace="far")))
    with pytest.raises(DeliveryError) as error:
        await sender.post(post(message("one"), 1, channel=replace(HOME, remote_id="!nowhere")))
    assert error.value.permanent
    with pytest.raises(DeliveryError) as error:
        await sender.edit(post(message("one"), 1))
    assert error.value.permanent


def test_own_messages_are_learned_from_their_echo_and_old_ones_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    own = OwnMessages()

    def echo(id: str, txn: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        unsigned = {"transaction_id": txn} if txn else {}
        return {"event_id": id, "type": "m.room.message", "sender": BOT, "content": content or {}, "unsigned": unsigned}

    gone = {**echo("$7", "D-1:head:1:4"), "type": "m.room.redaction"}
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$1"}}
    heard = [
        echo("$1", "D-1:head:1:1"),
        echo("$2", "D-1:head:1:2", edit),
        echo("$3", "answer:$x"),
        echo("$4", ""),
        gone,
    ]
    for event in (*heard, echo("$5", "D-1:head:1:3/2")):
        own.learn_echo(event)
    assert own.keys == {"$1": "D-1:head:1", "$5": "D-1:head:1"}
    monkeypatch.setattr("adapters.matrix.own.REMEMBERED", 1)
    own.learn("$6", "other")
    assert own.keys == {"$6": "other"}
